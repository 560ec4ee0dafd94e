"""A local page: analyse a text, correct what is wrong, train again."""

from stance.errors import StanceError


class ServeError(StanceError):
    """A page that cannot be served."""
