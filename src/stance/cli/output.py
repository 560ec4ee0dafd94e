"""Predictions as a table for people, JSON Lines and CSV for programs."""

import csv
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from stance.types import Document, Prediction, Stance

if TYPE_CHECKING:
    from rich.console import Console

Write = Callable[[Document, Iterable[Prediction]], None]
_COLOURS = {Stance.PRO_OPEN: "green", Stance.PRO_CLOSED: "red", Stance.NEUTRAL: "dim"}


def write_whole(file: Path, data: bytes) -> None:
    """Write beside and rename, so that `file` is never half written; a device or pipe is written to as it is."""
    place = file.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and not place.is_file():  # /dev/null must not be renamed over
        place.write_bytes(data)
        return
    beside = place.parent / f".{place.name}.{os.getpid()}"
    try:
        beside.write_bytes(data)
        beside.replace(place)
    finally:
        beside.unlink(missing_ok=True)


def to_row(document: Document, prediction: Prediction, *, explain: bool) -> dict[str, Any]:
    """`prediction` as a JSON object."""
    statement = prediction.statement
    row: dict[str, Any] = {
        "document": document.id,
        "start": statement.start,
        "end": statement.end,
        "text": statement.text,
        "speaker": statement.speaker_name,
        "speaker_id": statement.speakers[0].id,
        "stance": prediction.stance,
        "confidence": round(prediction.confidence, 4),
        "probabilities": {stance: round(p, 4) for stance, p in prediction.probabilities.items()},
    }
    if explain:
        why = statement.attribution
        row["attribution"] = {"rule": why.rule, "cue": why.cue, "mention": why.mention}
        row["evidence"] = [{"feature": e.feature, "weight": round(e.weight, 4)} for e in prediction.evidence]
    return row


def writer(format: str, out: TextIO, *, explain: bool) -> Write:
    """What writes the predictions of one document after another to `out`."""
    return {"table": _table, "jsonl": _jsonl, "csv": _csv}[format](out, explain)


def _jsonl(out: TextIO, explain: bool) -> Write:
    def write(document: Document, predictions: Iterable[Prediction]) -> None:
        for prediction in predictions:
            out.write(json.dumps(to_row(document, prediction, explain=explain), ensure_ascii=False) + "\n")

    return write


def _csv(out: TextIO, explain: bool) -> Write:
    columns: list[str] = ["document", "start", "end", "text", "speaker", "speaker_id", "stance", "confidence", *Stance]
    if explain:
        columns += ["rule", "cue", "mention", "evidence"]
    rows = csv.DictWriter(out, columns, lineterminator="\n")
    rows.writeheader()

    def write(document: Document, predictions: Iterable[Prediction]) -> None:
        for prediction in predictions:
            row = to_row(document, prediction, explain=explain)
            row |= row.pop("probabilities")
            if explain:
                row |= row.pop("attribution")
                row["evidence"] = "; ".join(f"{e['feature']} {e['weight']:+.2f}" for e in row["evidence"])
            rows.writerow(row)

    return write


def _table(out: TextIO, explain: bool) -> Write:
    from rich.console import Console

    class QuietConsole(Console):
        def on_broken_pipe(self) -> None:  # rich would exit with 1
            raise BrokenPipeError

    console = QuietConsole(file=out, width=None if out.isatty() else 120, highlight=False, soft_wrap=False)

    def write(document: Document, predictions: Iterable[Prediction]) -> None:
        _print_table(console, document, predictions, explain=explain)

    return write


def _print_table(console: "Console", document: Document, predictions: Iterable[Prediction], *, explain: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(document.id), title_justify="left", show_lines=explain)
    table.add_column("speaker", max_width=24, overflow="fold")
    table.add_column("stance", no_wrap=True)
    table.add_column("conf", justify="right", no_wrap=True)
    table.add_column("statement", overflow="fold")
    for prediction in predictions:
        statement = prediction.statement
        colour = _COLOURS[prediction.stance or Stance.NEUTRAL]
        text = escape(statement.text)
        if explain:
            why = statement.attribution
            reasons = " ".join(
                filter(None, (why.rule, why.cue and f"“{why.cue}”", why.mention and f"of {why.mention}"))
            )
            weights = ", ".join(f"{e.feature} {e.weight:+.2f}" for e in prediction.evidence)
            text += f"\n[dim]speaker: {escape(reasons)}\nstance: {escape(weights)}[/dim]"
        table.add_row(
            escape(statement.speaker_name),
            f"[{colour}]{prediction.stance or '–'}[/{colour}]",
            f"{prediction.confidence:.2f}",
            text,
        )
    console.print(table)
