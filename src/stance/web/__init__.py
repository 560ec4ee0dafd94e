"""A local page: analyse a text, correct what is wrong, train again."""
