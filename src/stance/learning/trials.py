"""What labels and views are worth, and what the model gets wrong: learning curve, ablation, mistakes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stance.learning.evaluation import SEED, Scores, folds, part_of, rows_of, score_fold
from stance.learning.labels import LabelledDocument
from stance.learning.model import STANCES, softmax
from stance.learning.training import Example, Pipeline, Settings
from stance.types import Evidence, Stance

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
            for row in (rows[at] for at in test):
                example = training[row]
                probabilities = softmax(model.logits(example.features)[None])[0]
                predicted = int(probabilities.argmax())
                if predicted != example.stance:
                    stance = STANCES[predicted]
                    found.append(
                        Mistake(
                            example.document,
                            statements[row].text,
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
    """Learned from, on average over the folds."""
    macro_f1: Mapping[str, float]


def _trial(name: str, training: Sequence[Example], settings: Settings, learned: Collection[str]) -> Trial:
    """Out of fold, learning only from the documents `learned`."""
    from joblib import Parallel, delayed

    gold = np.array([example.stance for example in training])
    logits = np.zeros((len(training), len(STANCES)))
    jobs, sizes = [], []
    for language in dict.fromkeys(example.language for example in training):
        rows = np.array([row for row, example in enumerate(training) if example.language is language])
        for train, test in folds([training[row].document for row in rows]):
            material = [training[row] for row in rows[train] if training[row].document in learned]
            if len({example.stance for example in material}) > 1:
                jobs.append((material, rows[test]))
                sizes.append(len(material))
    scored = Parallel(n_jobs=-1)(
        delayed(score_fold)(material, [training[row] for row in test], settings) for material, test in jobs
    )
    judged = np.zeros(len(training), bool)
    for (_, test), scores in zip(jobs, scored, strict=True):
        logits[test], judged[test] = scores, True
    parts = rows_of([part_of(example.document, example.language) for example in training])
    return Trial(
        name,
        int(np.mean(sizes)) if sizes else 0,
        {
            part: Scores.of(gold[rows], logits[rows].argmax(1)).macro_f1
            for part, rows in parts.items()
            if judged[rows].all()
        },
    )


def learning_curve(training: Sequence[Example], settings: Settings) -> Iterator[Trial]:
    """Macro-F1 with a growing share of the documents to learn from, on the same folds."""
    names = sorted({example.document for example in training})
    order = dict(zip(np.random.default_rng(SEED).permutation(names).tolist(), range(len(names)), strict=True))
    for share in _SHARES:
        learned = {name for name in names if order[name] < share * len(names)}
        yield _trial(f"{share:.0%} of the documents", training, settings, learned)


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
