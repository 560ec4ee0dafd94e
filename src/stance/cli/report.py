"""`stance report`."""

import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stance.cli.articles import documents_of
from stance.cli.output import STANDARD, write_text
from stance.errors import InputError

if TYPE_CHECKING:
    from stance.types import Document, Prediction


class Format(StrEnum):
    """How the report is written."""

    HTML = "html"
    MARKDOWN = "md"


class Interface(StrEnum):
    """The language of the report's own words."""

    CHINESE = "zh"
    ENGLISH = "en"


def command(
    files: Annotated[list[Path], typer.Argument(help="Articles, Chinese or English; - for standard input.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="File to write; - or nothing for standard output.")
    ] = STANDARD,
    format: Annotated[
        Format | None, typer.Option(help="A page, or Markdown; otherwise Markdown for a file .md and else a page.")
    ] = None,
    language: Annotated[
        Interface | None, typer.Option(help="Language of the report; otherwise that of most articles.")
    ] = None,
    min_confidence: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Withhold a stance whose probability is lower (see stance evaluate)."),
    ] = 0.0,
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; otherwise the one that ships.")] = None,
) -> None:
    """Write one page on articles: who stands where, the strongest statements, all statements in their place.

    The page is a single file that needs no network.

    Examples:
        stance report article.txt other.txt -o report.html

        stance report archive/*.txt --language en -o report.html

        stance report article.txt --format md
    """
    from stance.report import build, read_card, to_html, to_markdown

    chosen = format or (Format.MARKDOWN if output.suffix == ".md" else Format.HTML)
    if output == STANDARD and chosen is Format.HTML and sys.stdout is not None and sys.stdout.isatty():
        raise typer.BadParameter("a page is not for the terminal; name a file, or --format md", param_hint="-o")
    if any(output != STANDARD and output.resolve() == file.resolve() for file in files):
        raise typer.BadParameter(f"{output} is one of the articles; name another file", param_hint="-o")
    failed: list[str] = []
    documents = list(_documents(files, model, min_confidence, failed))
    if not documents:
        raise InputError(failed[-1] if failed else f"{files[0]}: no text in it; name an article")
    report = build(documents, language=language, card=read_card(model))
    write_text(output, to_html(report) if chosen is Format.HTML else to_markdown(report))
    if failed:
        raise typer.Exit(1)


def _documents(
    files: Sequence[Path], model: Path | None, min_confidence: float, failed: list[str]
) -> "Iterator[tuple[Document, list[Prediction]]]":
    """The articles with their predictions; what cannot be read is remarked on, added to `failed`, and left out."""
    from rich.console import Console
    from rich.progress import track

    from stance.learning.model import load

    trained = load(model)
    console = Console(stderr=True)
    for file in track(files, "Reading", console=console, transient=True, disable=not console.is_terminal):
        try:
            for document in documents_of(file, trained.speakers):
                yield document, list(trained.predict(document, explain=True, min_confidence=min_confidence))
        except InputError as error:
            failed.append(str(error))
            if len(files) > 1:
                typer.echo(f"stance: {error}", err=True)
