"""`stance train`."""

from pathlib import Path
from typing import Annotated

import typer


def command(
    labels: Annotated[Path, typer.Option(help="File or folder of labels.")] = Path("labels"),
    model: Annotated[Path, typer.Option(help="Folder to write.")] = Path("models/default"),
    full: Annotated[
        bool, typer.Option("--full", help="Add learning curve and ablation to the card; takes several minutes.")
    ] = False,
) -> None:
    """Train on hand labels, print cross-validated scores, write the model folder with its card.

    Examples:
        stance train

        stance train --full

        stance train --labels labels/local --model models/mine
    """
    from stance.cli.scores import print_scores
    from stance.files import shipped_folder
    from stance.learning.card import card
    from stance.learning.evaluation import cross_validate
    from stance.learning.labels import load_documents
    from stance.learning.training import Settings, describe, examples, train
    from stance.learning.trials import ablation, learning_curve

    documents = load_documents(labels)
    typer.echo(describe(documents))
    typer.echo("Cross-validating, a document or more left out at a time …", err=True)
    settings = Settings()
    training = examples(documents)
    result = cross_validate(training, settings)
    print_scores(result)
    trials = []
    if full:
        typer.echo("Learning curve and ablation …", err=True)
        trials = [*learning_curve(training, settings), *ablation(training, settings)]
    typer.echo("Training on everything …", err=True)
    trained = train(training, result.logits, documents, settings)
    # Learning curve and ablation of an earlier --full hold for a model that comes out the same.
    trained.save(model, card(trained, documents, result, trials), keep_card=not full)
    use = "" if model.resolve() == shipped_folder().resolve() else f"; use it with `stance predict --model {model}`"
    typer.echo(f"wrote {model}{use}")
