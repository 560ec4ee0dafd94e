"""The model card: what the model is, what it was trained on, how well it does."""

from collections.abc import Sequence

from stance.learning.evaluation import Result
from stance.learning.labels import LabelledDocument
from stance.learning.model import Model
from stance.learning.training import describe
from stance.learning.trials import Trial
from stance.types import STANCES


def card(model: Model, documents: Sequence[LabelledDocument], result: Result, trials: Sequence[Trial] = ()) -> str:
    """The README.md of a model folder; `trials` are those of the learning curve and the ablation, where made."""
    systems = "\n".join(
        f"| {system.documents} | {system.name} | {system.scores.macro_f1:.3f} | {_ends(system.macro_f1_interval)} "
        f"| {system.scores.f_avg:.3f} | {_ends(system.f_avg_interval)} | {system.scores.accuracy:.3f} |"
        for system in result.systems
    )
    stances = "\n".join(
        f"| {system.documents} | {stance} | {system.scores.precision[at]:.3f} | {system.scores.recall[at]:.3f} "
        f"| {system.scores.f1[at]:.3f} | {system.scores.confusion[at].sum()} |"
        for system in result.systems
        if system.name == "stance"
        for at, stance in enumerate(STANCES)
    )
    coverage = "\n".join(
        f"| {point.least:.1f} | {point.coverage:.3f} | {point.accuracy:.3f} | {point.macro_f1:.3f} |"
        for point in result.coverage
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

{result.how}. Those on `seeds` are real articles, each judged by a model that has not seen it; authored passages are
easier than real text, although each is judged by a model that has seen nothing of its sitting.

| documents | system | macro-F1 | 95 % | F-avg | 95 % | accuracy |
| --- | --- | --- | --- | --- | --- | --- |
{systems}

| documents | stance | precision | recall | F1 | statements |
| --- | --- | --- | --- | --- | --- |
{stances}

What is left when stances below a confidence are withheld (`stance predict --min-confidence`):

| least | coverage | accuracy | macro-F1 |
| --- | --- | --- | --- |
{coverage}

Calibration error (ECE, 10 bins): {result.calibration_error:.3f}. Intervals are bootstrapped over statements.
{_trials(trials)}
## Inside

| language | features | temperature |
| --- | --- | --- |
{sizes}

## Limits

Trained on five articles and on passages written by language models: real text is harder than the authored passages
say. What the model has not met in words it judges by cues, and where it meets neither it says neutral. Irony,
quotations out of context and sides taken without naming one are often missed. The stance is that of a statement as
worded, not of a person; do not read a person's views off one statement.
"""


def _trials(trials: Sequence[Trial]) -> str:
    """Learning curve and ablation as a table, or nothing."""
    if not trials:
        return ""
    parts = list(trials[-1].macro_f1)
    rows = "\n".join(
        f"| {trial.name} | {trial.statements} | "
        + " | ".join(f"{trial.macro_f1[part]:.3f}" if part in trial.macro_f1 else "–" for part in parts)
        + " |"
        for trial in trials
    )
    return f"""
Macro-F1 with fewer documents to learn from, and without a view or a part of the labels, on the same folds:

| learned from | statements | {" | ".join(parts)} |
| --- | --- |{" --- |" * len(parts)}
{rows}
"""


def _ends(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2f}–{interval[1]:.2f}"
