"""`stance predict`."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from stance.cli.articles import documents_of
from stance.cli.output import forget_standard_output, writer
from stance.errors import InputError


class Format(StrEnum):
    """How predictions are printed."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class Offsets(StrEnum):
    """What the offsets of rows count: characters of the cleaned text, and of the raw text besides."""

    CLEANED = "cleaned"
    RAW = "raw"


def command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Articles as text, Chinese or English; - or nothing for standard input.")
    ] = None,
    format: Annotated[
        Format | None, typer.Option(help="How to print; a table on a terminal and JSON Lines in a pipe otherwise.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also print what decided: cue, mention and rule; words and weights.")
    ] = False,
    min_confidence: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Withhold a stance whose probability is lower (see stance evaluate)."),
    ] = 0.0,
    offsets: Annotated[
        Offsets, typer.Option(help="Whether rows tell as well where statements stand in the raw text.")
    ] = Offsets.CLEANED,
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; otherwise the one that ships.")] = None,
) -> None:
    """Label the statements of articles with speaker and stance.

    Examples:
        echo 开源是智商税。 | stance predict

        stance predict article.txt other.txt --format csv > statements.csv

        stance predict --explain < article.txt

        stance predict --min-confidence 0.7 article.txt

        stance predict --offsets raw page.html
    """
    from stance.learning.model import load
    from stance.reading import raw_places

    if sys.stdout is None:
        raise InputError("standard output is closed; redirect it to a file")
    chosen = format or (Format.TABLE if sys.stdout.isatty() else Format.JSONL)
    failed = False
    trained = None
    try:
        raw = offsets is Offsets.RAW
        write = writer(chosen, sys.stdout, explain=explain, raw=raw)
        for file in files or [Path("-")]:
            try:
                trained = trained or load(model)
                for document in documents_of(file, trained.speakers):
                    predictions = trained.predict(document, explain=explain, min_confidence=min_confidence)
                    write(document, predictions, raw_places(document) if raw else ())
                    sys.stdout.flush()
            except InputError as error:
                typer.echo(f"stance: {error}", err=True)
                failed = True
    except BrokenPipeError:
        forget_standard_output()
    if failed:
        raise typer.Exit(1)
