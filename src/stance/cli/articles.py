"""Articles from files and standard input."""

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


def texts_of(file: Path) -> Iterator[str]:
    """The text of a file, or of standard input (-), block by block, so that its length does not matter."""
    from stance.layout.data import data_in
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
                if first and (data := data_in(text)) is not None:
                    raise InputError(f"{name}: {data.kind}, not text; {data.advice}")
                first = False
                yield text
    except OSError as error:
        raise InputError(f"{name}: {error.strerror}; name a readable text file, or - for standard input") from error


def documents_of(file: Path, weights: "Weights") -> Iterator["Document"]:
    """The documents of a file or of standard input: one, or the parts of a long one. All commands read by it."""
    from stance.reading import read_long

    return read_long(texts_of(file), id=printable(file), weights=weights)


def _open(file: Path) -> AbstractContextManager[BinaryIO]:
    if str(file) != "-":
        return file.open("rb")
    if sys.stdin is None:
        raise InputError("-: standard input is closed; name a file")
    if sys.stdin.isatty():
        typer.echo("Reading from the terminal; end the text with Ctrl-D.", err=True)
    return nullcontext(sys.stdin.buffer)
