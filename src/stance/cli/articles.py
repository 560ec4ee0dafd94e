"""Articles from files and standard input."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO

import typer

from stance.errors import InputError


def texts_of(file: Path) -> Iterator[str]:
    """The text of a file, or of standard input (-), block by block, so that its length does not matter."""
    from stance.repair.decode import decode_stream

    remarked = False
    try:
        with _open(file) as stream:
            for text, encoding in decode_stream(stream, str(file)):
                if encoding != "UTF-8" and not remarked:
                    typer.echo(f"stance: {file}: not UTF-8; read as {encoding}", err=True)
                    remarked = True
                yield text
    except OSError as error:
        raise InputError(f"{file}: {error.strerror}; name a readable text file, or - for standard input") from error


def _open(file: Path) -> AbstractContextManager[BinaryIO]:
    if str(file) != "-":
        return file.open("rb")
    if sys.stdin is None:
        raise InputError("-: standard input is closed; name a file")
    if sys.stdin.isatty():
        typer.echo("Reading from the terminal; end the text with Ctrl-D.", err=True)
    return nullcontext(sys.stdin.buffer)
