"""Who said what, and on which side, in the debate over open versus closed AI.

The public names are loaded when they are first used, so that `stance --help` answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.api import analyze
    from stance.bulk.table import label_table
    from stance.learning.model import Model, load
    from stance.reading import read
    from stance.types import Document, Prediction, Speaker, Stance, Statement

__version__ = "0.1.0"
__all__ = [
    "Document",
    "Model",
    "Prediction",
    "Speaker",
    "Stance",
    "Statement",
    "analyze",
    "label_table",
    "load",
    "read",
]

_HOMES = {
    "analyze": "stance.api",
    "label_table": "stance.bulk.table",
    "load": "stance.learning.model",
    "Model": "stance.learning.model",
    "read": "stance.reading",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "stance.types")), name)
