"""`stance clean`."""

from pathlib import Path
from typing import Annotated

import typer

from stance.cli.articles import texts_of


def command(
    file: Annotated[Path, typer.Argument(help="A text, Chinese or English; - for standard input.")] = Path("-"),
    steps: Annotated[bool, typer.Option("--steps", help="List what was mended instead, with places.")] = False,
) -> None:
    """Print a text as it is read: damage mended, markup taken off, lines of one sentence joined.

    Examples:
        stance clean article.txt

        stance clean --steps < article.txt
    """
    from stance.layout import lay_out
    from stance.layout.html import extract_article
    from stance.repair.clean import clean_in_steps

    cleaned = clean_in_steps(extract_article("".join(texts_of(file)))[0])
    if not steps:
        page = lay_out(cleaned.text)
        for remark in page.remarks:
            typer.echo(f"stance: {file}: {remark}", err=True)
        typer.echo(page.text)
        return
    for step in cleaned.steps:
        typer.echo(f"{step.repair}: {step.places} place{'s' * (step.places > 1)}")
        for before, after in step.examples:
            typer.echo(f"  {before!r} -> {after!r}")
