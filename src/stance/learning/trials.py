"""What labels and views are worth, and what the model gets wrong: learning curve, ablation, mistakes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stance.learning.evaluation import SEED, Scores, cross_validate_speakers, folds, out_of_fold, part_of, rows_of
from stance.learning.labels import LabelledDocument
from stance.learning.model import softmax
from stance.learning.speakers import SpeakerResult
from stance.learning.training import Example, Pipeline, Settings
from stance.types import STANCES, Evidence, Stance

# Shares of the documents to learn from.
_SHARES = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A statement that the model judges otherwise than its label."""

    document: str
    text: str
    labelled: Stance
    predicted: Stance
    confidence: float
    evidence: tuple[Evidence, ...]


def mistakes(training: Sequence[Example], documents: Sequence[LabelledDocument], settings: Settings) -> list[Mistake]:
    """The statements that a model which has not seen their document gets wrong, the most confident mistake first."""
    statements = [label.statement for document in documents for label in document.labels]
    found: list[Mistake] = []
    for language in dict.fromkeys(example.language for example in training):
        rows = [row for row, example in enumerate(training) if example.language is language]
        for train, test in folds([training[row].document for row in rows]):
            model = Pipeline(settings).fit([training[rows[row]] for row in train]).arrays(1.0)
            tested = [training[rows[at]] for at in test]
            logits = model.logits([example.features for example in tested])
            for at, example, probabilities in zip(test, tested, softmax(logits), strict=True):
                predicted = int(probabilities.argmax())
                if predicted != example.stance:
                    stance = STANCES[predicted]
                    found.append(
                        Mistake(
                            example.document,
                            statements[rows[at]].text,
                            STANCES[example.stance],
                            stance,
                            float(probabilities[predicted]),
                            model.evidence(example.features.views, stance, 4),
                        )
                    )
    return sorted(found, key=lambda mistake: -mistake.confidence)


@dataclass(frozen=True, slots=True)
class Trial:
    """Macro-F1 of one way to train, by the documents it is measured on."""

    name: str
    statements: int
    """To learn from, but for those left out in each fold."""
    macro_f1: Mapping[str, float]


def _trial(name: str, training: Sequence[Example], settings: Settings, learned: Collection[str]) -> Trial:
    """Out of fold, learning only from the documents `learned`."""
    gold = np.array([example.stance for example in training])
    logits = out_of_fold(training, settings, learned=learned)
    parts = rows_of([part_of(example.document, example.language) for example in training])
    return Trial(
        name,
        sum(example.document in learned for example in training),
        {
            part: Scores.of(gold[rows], logits[rows].argmax(1)).macro_f1
            for part, rows in parts.items()
            if not np.isnan(logits[rows]).any()
        },
    )


def learning_curve(training: Sequence[Example], settings: Settings) -> Iterator[Trial]:
    """Macro-F1 with a growing share of the documents to learn from, on the same folds."""
    names = sorted({example.document for example in training})
    order = dict(zip(np.random.default_rng(SEED).permutation(names).tolist(), range(len(names)), strict=True))
    for share in _SHARES:
        learned = {name for name in names if order[name] < share * len(names)}
        yield _trial(f"{share:.0%} of the documents", training, settings, learned)


# Features of attribution by the kind of evidence they are.
_EVIDENCE = {
    "rules": r" by | cue | against ",
    "who spoke before": r" after | spoke ",
    "where somebody is named": r"^named (?:here|not here|in the|often|is)|under a name",
    "quotation marks": r"quoted",
    "turns and blocks": r"holder|beside| in (?:paragraph|item|turn|quotation|heading|caption|code|table|f)|talk|block",
}


def speaker_ablation(documents: Sequence[LabelledDocument]) -> Iterator[tuple[str, SpeakerResult]]:
    """Attribution without each kind of evidence, on the same folds."""
    yield "with everything", cross_validate_speakers(documents)
    for name, pattern in _EVIDENCE.items():
        yield f"without {name}", cross_validate_speakers(documents, pattern)


def ablation(training: Sequence[Example], settings: Settings) -> Iterator[Trial]:
    """Macro-F1 without each view, and without each part of the corpus, on the same folds."""
    names = {example.document for example in training}
    yield _trial("everything", training, settings, names)
    for view in settings.views:
        left = tuple(other for other in settings.views if other != view)
        if left:
            yield _trial(f"without {view}", training, replace(settings, views=left), names)
    for part in dict.fromkeys(part_of(example.document, example.language).split("/")[0] for example in training):
        yield _trial(f"without {part}", training, settings, {name for name in names if not name.startswith(f"{part}/")})
