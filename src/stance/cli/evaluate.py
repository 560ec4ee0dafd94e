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
    errors: Annotated[
        int, typer.Option(min=0, help="Print so many mistakes with their evidence, the surest first.")
    ] = 0,
    learning_curve: Annotated[
        bool, typer.Option("--learning-curve", help="Print scores for a growing share of the documents.")
    ] = False,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Print scores without each view and each part of the labels.")
    ] = False,
    format: Annotated[Format, typer.Option(help="A table for people, JSON for machines.")] = Format.TABLE,
) -> None:
    """Print precision, recall and F1 a stance, confusion, intervals, baselines, coverage, and speaker accuracy.

    Examples:
        stance evaluate

        stance evaluate --errors 20

        stance evaluate --learning-curve

        stance evaluate --labels labels/local/mine.jsonl --format json

        stance evaluate --agreement
    """
    from stance.cli.scores import print_agreement, print_mistakes, print_scores, print_speaker_trials, print_trials
    from stance.learning import agreement as agreeing
    from stance.learning import evaluation, trials
    from stance.learning.labels import load_documents
    from stance.learning.model import load
    from stance.learning.training import Settings, examples

    corpus = Path("labels")
    as_json = format is Format.JSON
    if agreement:
        print_agreement(agreeing.annotator_agreement(labels or corpus), as_json=as_json)
        return
    if labels is not None and not (errors or learning_curve or ablation):
        print_scores(evaluation.score_model(load(model), load_documents(labels)), as_json=as_json)
        return
    documents = load_documents(labels or corpus)
    training = examples(documents)
    typer.echo("Cross-validating, a document or more left out at a time …", err=True)
    if learning_curve:
        print_trials(trials.learning_curve(training, Settings()), as_json=as_json)
    elif ablation:
        print_trials(trials.ablation(training, Settings()), as_json=as_json)
        print_speaker_trials(trials.speaker_ablation(documents), as_json=as_json)
    elif errors:
        print_mistakes(trials.mistakes(training, documents, Settings())[:errors], as_json=as_json)
    else:
        print_scores(evaluation.cross_validate(training, Settings(), documents), as_json=as_json)
