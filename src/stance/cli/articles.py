"""Articles from files and standard input."""

import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import typer

from stance.errors import InputError
from stance.files import printable

if TYPE_CHECKING:
    from stance.reading.weights import Weights
    from stance.types import Document

# Characters of JSON that are parsed, and lines of a table that are looked at, to tell data from text.
_MOST_DATA, _ROWS = 5_000_000, 4


def texts_of(file: Path) -> Iterator[str]:
    """The text of a file, or of standard input (-), block by block, so that its length does not matter."""
    from stance.repair.decode import decode_stream

    name = printable(file)
    first = True
    remarked = False
    try:
        with _open(file) as stream:
            for text, encoding in decode_stream(stream, name):
                if encoding != "UTF-8" and not remarked:
                    typer.echo(f"stance: {name}: not UTF-8; read as {encoding}", err=True)
                    remarked = True
                if first and (kind := data_in(text)) is not None:
                    raise InputError(f"{name}: {kind}, not text; `stance bulk` reads the texts in it (--text-column)")
                first = False
                yield text
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name a readable text file, or - for standard input") from error


def documents_of(file: Path, weights: "Weights") -> Iterator["Document"]:
    """The documents of a file or of standard input: one, or the parts of a long one. All commands read by it."""
    from stance.reading import read_long

    return read_long(texts_of(file), id=printable(file), weights=weights)


def data_in(text: str) -> str | None:
    """What data a text is that was taken for an article: "JSON", "JSON Lines", "a table"; None for an article.

    >>> data_in('{"text": "Open."}'), data_in("{Open} is [not] JSON.")
    ('JSON', None)
    """
    head = text.lstrip()[:1]
    if head and head in "{[":
        for kind, part in (("JSON Lines", text.lstrip().partition("\n")[0]), ("JSON", text[:_MOST_DATA])):
            try:
                found = json.loads(part)
            except (ValueError, RecursionError):
                continue
            if found and isinstance(found, dict | list):
                return "JSON" if part.strip() == text.strip() else kind
    lines = text.splitlines()[:_ROWS]
    tabs = {line.count("\t") for line in lines}
    return "a table" if len(lines) == _ROWS and len(tabs) == 1 and tabs.pop() > 0 else None


def _open(file: Path) -> AbstractContextManager[BinaryIO]:
    if str(file) != "-":
        return file.open("rb")
    if sys.stdin is None:
        raise InputError("-: standard input is closed; name a file")
    if sys.stdin.isatty():
        typer.echo("Reading from the terminal; end the text with Ctrl-D.", err=True)
    return nullcontext(sys.stdin.buffer)
