"""The one row of a prediction: what predict, bulk, the page's downloads and label_table give of a statement."""

from collections.abc import Iterator
from typing import Any

from stance.types import Document, Prediction, Stance

Places = tuple[int, int]
"""Start and end in the characters of the raw text."""
FIELDS: tuple[str, ...] = (
    "document", "start", "end", "text", "speaker", "speakers", "speaker_id", "speaker_confidence", "rule", "block",
    "stance", "confidence", "unsure",
)  # fmt: skip
"""The fields of every row, in order; probabilities follow."""


def row_of(
    document: Document, prediction: Prediction, *, explain: bool = False, raw: Places | None = None
) -> dict[str, Any]:
    """A prediction as a JSON object; with `raw`, where the statement stands in the text as it was found.

    `speaker` holds the names joined with "、", `speakers` each by itself; `speaker_id` is of the first.
    """
    statement, why = prediction.statement, prediction.statement.attribution
    row: dict[str, Any] = {
        "document": document.id,
        "start": statement.start,
        "end": statement.end,
        "text": statement.text,
        "speaker": statement.speaker_name,
        "speakers": [speaker.name for speaker in statement.speakers],
        "speaker_id": statement.speakers[0].id,
        "speaker_confidence": round(why.confidence, 4),
        "rule": why.rule.value,
        "block": statement.block.value,
        "stance": prediction.stance,
        "confidence": round(prediction.confidence, 4),
        "unsure": prediction.unsure,
        "probabilities": {stance: round(p, 4) for stance, p in prediction.probabilities.items()},
    }
    if raw is not None:
        row["raw_start"], row["raw_end"] = raw
    if explain:
        row["attribution"] = {"rule": why.rule.value, "cue": why.cue, "mention": why.mention}
        row["evidence"] = [{"feature": e.feature, "weight": round(e.weight, 4)} for e in prediction.evidence]
    return row


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of `row_of` with a column a value, for CSV: speakers joined, probabilities by the name of the stance."""
    row = dict(row)
    row |= row.pop("probabilities")
    row["speakers"] = "、".join(row["speakers"])
    if "attribution" in row:
        why = row.pop("attribution")
        row |= {"cue": why["cue"], "mention": why["mention"]}
        row["evidence"] = "; ".join(f"{e['feature']} {e['weight']:+.2f}" for e in row["evidence"])
    return row


def columns(*, explain: bool = False, raw: bool = False) -> list[str]:
    """The columns of `flat`."""
    more = ["raw_start", "raw_end"] if raw else []
    return [*FIELDS, *Stance, *more, *(["cue", "mention", "evidence"] if explain else [])]


def values(document: str | None, prediction: Prediction) -> Iterator[object]:
    """The values of a row of an Arrow table, whose document may be null."""
    statement, why = prediction.statement, prediction.statement.attribution
    yield from (document, statement.start, statement.end, statement.text, statement.speaker_name)
    yield [speaker.name for speaker in statement.speakers]
    yield from (statement.speakers[0].id, why.confidence, why.rule.value, statement.block.value)
    yield from (prediction.stance, prediction.confidence, prediction.unsure)
    yield from (prediction.probabilities[stance] for stance in Stance)
