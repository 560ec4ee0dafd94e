"""What can go wrong, each message naming the place and the way out."""


class StanceError(Exception):
    """Anything that this package reports to its user in one line."""


class InputError(StanceError):
    """A text that cannot be read."""


class BulkError(StanceError):
    """A run over many documents that cannot begin or go on."""


class LabelError(StanceError):
    """A label file with a broken line, or labels that do not fit their document."""


class LexiconError(StanceError):
    """A lexicon with a broken entry."""


class ModelError(StanceError):
    """A model folder that is missing, damaged or not one of ours."""


class ServeError(StanceError):
    """A page that cannot be served."""
