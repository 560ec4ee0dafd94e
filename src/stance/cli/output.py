"""Standard output and files named with -o; predictions as a table for people, JSON Lines and CSV for programs."""

import csv
import json
import os
import sys
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from stance.errors import StanceError
from stance.files import printable, write_whole
from stance.rows import Places, columns, flat, row_of
from stance.types import Document, Prediction, Stance

if TYPE_CHECKING:
    from rich.console import Console


STANDARD = Path("-")
"""Standard input or output, by the name that people give it."""


def write_text(file: Path, text: str) -> None:
    """Write `text`; what stood in the file stays whole until the new one is.

    Raises `StanceError` where it cannot be written.
    """
    if file != STANDARD:
        try:
            write_whole({file: text.encode(errors="backslashreplace")})
        except OSError as error:
            raise StanceError(f"{file}: cannot be written ({error.strerror}); name another with -o") from error
    elif sys.stdout is None:
        raise StanceError("standard output is closed; name a file with -o")
    else:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            forget_standard_output()


def on_standard_output() -> "Console":
    """Standard output for people: as wide as their terminal, 100 columns elsewhere."""
    from rich.console import Console

    if sys.stdout is None:
        raise StanceError("standard output is closed; redirect it to a file")
    return Console(highlight=False, width=None if sys.stdout.isatty() else 100)


def forget_standard_output() -> None:
    """Nobody takes our output any more (`| head -1`, a full disk): keep Python from complaining when it flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Legible(TextIOWrapper):
    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except UnicodeEncodeError:
            return super().write(printable(text))


def legible(stream: TextIO) -> TextIO:
    """`stream` in UTF-8, where names of files can be read whatever their bytes are."""
    if not isinstance(stream, TextIOWrapper):  # closed, or a test's
        return stream
    return _Legible(stream.buffer, "utf-8", line_buffering=stream.line_buffering, write_through=stream.write_through)


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
        colour = _COLOURS[prediction.shown or Stance.NEUTRAL]
        text = escape(statement.text)
        if explain:
            why = statement.attribution
            told = (why.rule, why.cue and f"“{why.cue}”", why.mention and f"of {why.mention}", f"{why.confidence:.2f}")
            reasons = " ".join(filter(None, told))
            weights = ", ".join(f"{e.feature} {e.weight:+.2f}" for e in prediction.evidence)
            text += f"\n[dim]speaker: {escape(reasons)}\nstance: {escape(weights)}[/dim]"
        table.add_row(
            escape(statement.speaker_name),
            f"[{colour}]{prediction.shown or 'unsure'}[/{colour}]",
            f"{prediction.confidence:.2f}",
            text,
        )
    console.print(table)
