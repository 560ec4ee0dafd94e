"""Reading and learning in one call, for Python."""

from collections.abc import Iterator
from pathlib import Path

from stance.learning.model import Model, load
from stance.reading import read_long
from stance.types import Prediction


def analyze(
    text: str, *, model: Model | Path | None = None, explain: bool = False, min_confidence: float = 0.0
) -> Iterator[Prediction]:
    """The statements of `text` with speaker and stance, in order.

    `model` is a loaded model, a model folder, or None for the one that ships. Below
    `min_confidence` a stance is withheld: None. Raises `ModelError` for a damaged one.

    >>> [(p.statement.speaker_name, str(p.stance)) for p in analyze("开源是智商税。")]
    [('author', 'pro-closed')]
    """
    chosen = model if isinstance(model, Model) else load(model)
    return (
        prediction
        for document in read_long(text, weights=chosen.speakers)
        for prediction in chosen.predict(document, explain=explain, min_confidence=min_confidence)
    )
