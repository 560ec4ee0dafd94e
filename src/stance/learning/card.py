"""The model card: what the model is, what it was trained on, how well it does."""

from collections.abc import Sequence

from stance.learning.evaluation import Result
from stance.learning.labels import LabelledDocument
from stance.learning.model import STANCES, Model
from stance.learning.training import describe


def card(model: Model, documents: Sequence[LabelledDocument], result: Result) -> str:
    """The README.md of a model folder."""
    systems = "\n".join(
        f"| {system.name} | {system.scores.macro_f1:.3f} | {_ends(system.macro_f1_interval)} "
        f"| {system.scores.f_avg:.3f} | {_ends(system.f_avg_interval)} | {system.scores.accuracy:.3f} |"
        for system in result.systems
    )
    scores = result.systems[0].scores
    stances = "\n".join(
        f"| {stance} | {scores.precision[at]:.3f} | {scores.recall[at]:.3f} | {scores.f1[at]:.3f} "
        f"| {scores.confusion[at].sum()} |"
        for at, stance in enumerate(STANCES)
    )
    sizes = "\n".join(
        f"| {language} | "
        + ", ".join(f"{len(view.vocabulary)} {name}" for name, view in one.views.items())
        + f" | {one.temperature:.3f} |"
        for language, one in model.languages.items()
    )
    return f"""# Model card

Labels statements about AI `pro-open`, `pro-closed` or `neutral` on whether AI should be open or closed.
TF-IDF and logistic regression, class weights balanced, probabilities calibrated by a temperature fitted out of fold.
Names of people, organisations and products are masked: the model judges words, never speakers.
Written by `stance train`; do not edit.

## Trained on

{describe(documents)}

Hand labels, SHA-256 `{model.metadata["labels"]["sha256"]}`.

## Scores

{result.how}.

| system | macro-F1 | 95 % | F-avg | 95 % | accuracy |
| --- | --- | --- | --- | --- | --- |
{systems}

| stance | precision | recall | F1 | statements |
| --- | --- | --- | --- | --- |
{stances}

Calibration error (ECE, 10 bins): {result.calibration_error:.3f}. Intervals are bootstrapped over statements.

## Inside

| language | features | temperature |
| --- | --- | --- |
{sizes}

## Limits

Trained on few articles: what it has not met in words it judges by cues, and where it meets neither it says neutral.
Irony, quotations out of context and sides taken without naming one are often missed. The stance is that of a
statement as worded, not of a person; do not read a person's views off one statement.
"""


def _ends(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f}–{interval[1]:.2f}"
