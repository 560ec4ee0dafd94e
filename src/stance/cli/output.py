"""Predictions as a table for people, JSON Lines and CSV for programs."""

import csv
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

from stance.rows import Places, columns, flat, row_of
from stance.types import Document, Prediction, Stance

if TYPE_CHECKING:
    from rich.console import Console


class Write(Protocol):
    """Writes the predictions of a document, and where they stand in its raw text, one place a prediction."""

    def __call__(
        self, document: Document, predictions: Iterable[Prediction], places: Sequence[Places] = ()
    ) -> None: ...


_COLOURS = {Stance.PRO_OPEN: "green", Stance.PRO_CLOSED: "red", Stance.NEUTRAL: "dim"}


def writer(format: str, out: TextIO, *, explain: bool, raw: bool = False) -> Write:
    """What writes the predictions of one document after another to `out`.

    With `raw` a row tells as well where the statement stands in the text as it was found.
    """
    if format == "table":
        return _table(out, explain)
    return _csv(out, explain, raw) if format == "csv" else _jsonl(out, explain)


def _jsonl(out: TextIO, explain: bool) -> Write:
    def write(document: Document, predictions: Iterable[Prediction], places: Sequence[Places] = ()) -> None:
        for at, prediction in enumerate(predictions):
            row = row_of(document, prediction, explain=explain, raw=places[at] if places else None)
            out.write(json.dumps(row, ensure_ascii=False) + "\n")

    return write


def _csv(out: TextIO, explain: bool, raw: bool) -> Write:
    rows = csv.DictWriter(out, columns(explain=explain, raw=raw), lineterminator="\n")
    rows.writeheader()

    def write(document: Document, predictions: Iterable[Prediction], places: Sequence[Places] = ()) -> None:
        for at, prediction in enumerate(predictions):
            rows.writerow(flat(row_of(document, prediction, explain=explain, raw=places[at] if places else None)))

    return write


def _table(out: TextIO, explain: bool) -> Write:
    from rich.console import Console

    class QuietConsole(Console):
        def on_broken_pipe(self) -> None:  # rich would exit with 1
            raise BrokenPipeError

    console = QuietConsole(file=out, width=None if out.isatty() else 120, highlight=False, soft_wrap=False)

    def write(document: Document, predictions: Iterable[Prediction], places: Sequence[Places] = ()) -> None:
        del places  # a table is for people
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
            told = (why.rule, why.cue and f"“{why.cue}”", why.mention and f"of {why.mention}", f"{why.confidence:.2f}")
            reasons = " ".join(filter(None, told))
            weights = ", ".join(f"{e.feature} {e.weight:+.2f}" for e in prediction.evidence)
            text += f"\n[dim]speaker: {escape(reasons)}\nstance: {escape(weights)}[/dim]"
        table.add_row(
            escape(statement.speaker_name),
            f"[{colour}]{prediction.stance or '–'}[/{colour}]",
            f"{prediction.confidence:.2f}",
            text,
        )
    console.print(table)
