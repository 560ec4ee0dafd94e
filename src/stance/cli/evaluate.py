"""`stance evaluate`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How scores are printed."""

    TABLE = "table"
    JSON = "json"


def command(
    labels: Annotated[
        Path | None,
        typer.Option(help="Labels to score the trained model on; without it, cross-validation over labels/."),
    ] = None,
    model: Annotated[Path | None, typer.Option(help="Folder of a trained model; otherwise the one that ships.")] = None,
    agreement: Annotated[bool, typer.Option("--agreement", help="Print Cohen's kappa of the two annotators.")] = False,
    format: Annotated[Format, typer.Option(help="A table for people, JSON for machines.")] = Format.TABLE,
) -> None:
    """Print precision, recall and F1 a stance, confusion, intervals, baselines, and speaker accuracy.

    Examples:
        stance evaluate

        stance evaluate --labels labels/local/mine.jsonl --format json

        stance evaluate --agreement
    """
    from stance.cli.scores import print_agreement, print_scores
    from stance.learning.evaluation import annotator_agreement, cross_validate, score_model
    from stance.learning.labels import load_documents
    from stance.learning.model import load
    from stance.learning.training import Settings, examples

    corpus = Path("labels")
    as_json = format is Format.JSON
    if agreement:
        print_agreement(annotator_agreement(labels or corpus), as_json=as_json)
    elif labels is not None:
        print_scores(score_model(load(model), load_documents(labels)), as_json=as_json)
    else:
        documents = load_documents(corpus)
        print_scores(cross_validate(examples(documents), Settings(), documents), as_json=as_json)
