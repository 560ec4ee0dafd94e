"""Folds, scores, confidence intervals, baselines. No document is ever on both sides of a fold."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from stance.errors import LabelError
from stance.learning.features import featurize
from stance.learning.labels import LabelledDocument, sitting
from stance.learning.model import Floats, Model, softmax
from stance.learning.speakers import SpeakerResult, SpeakerScores, fit_speakers, score_speakers
from stance.learning.training import Example, Ints, Pipeline, Settings, temperature
from stance.types import STANCES, Language, Stance

# More documents than this are put into so many folds; fewer are left out one at a time.
_MOST_FOLDS = 10
_DRAWS = 1000
SEED = 20260101
# Confidences below which stances are withheld, to see what is left.
_LEAST_CONFIDENCES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)
WORDS_ONLY = Settings(("words",), {"words": 1.0})


@dataclass(frozen=True, slots=True)
class Scores:
    """A confusion matrix, and what follows from it; undefined ratios are zero. Scores of parts add up."""

    confusion: Ints
    """(gold, predicted), in the order of `STANCES`."""

    @classmethod
    def of(cls, gold: Ints, predicted: Ints) -> "Scores":
        confusion = np.zeros((len(STANCES), len(STANCES)), np.intp)
        np.add.at(confusion, (gold, predicted), 1)
        return cls(confusion)

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(self.confusion + other.confusion)

    @property
    def precision(self) -> Floats:
        """One a stance: (classes,)."""
        return _ratio(self.confusion.diagonal(), self.confusion.sum(0))

    @property
    def recall(self) -> Floats:
        """One a stance: (classes,)."""
        return _ratio(self.confusion.diagonal(), self.confusion.sum(1))

    @property
    def f1(self) -> Floats:
        """One a stance: (classes,)."""
        return _ratio(2 * self.confusion.diagonal(), self.confusion.sum(0) + self.confusion.sum(1))

    @property
    def macro_f1(self) -> float:
        return float(self.f1.mean())

    @property
    def f_avg(self) -> float:
        """Mean F1 of the two sides, as in SemEval-2016 task 6 (Mohammad et al. 2016)."""
        return float(self.f1[[STANCES.index(Stance.PRO_OPEN), STANCES.index(Stance.PRO_CLOSED)]].mean())

    @property
    def accuracy(self) -> float:
        return float(_ratio(self.confusion.trace(), self.confusion.sum()))


def _ratio(part: object, whole: object) -> Floats:
    top, bottom = np.asarray(part, float), np.asarray(whole, float)
    result: Floats = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
    return result


def folds(documents: Sequence[str]) -> list[tuple[Ints, Ints]]:
    """Training and test rows for every fold, by the document of each row: one sitting left out, or one tenth of them.

    Raises `LabelError` where there are fewer than two.
    """
    groups = [sitting(document) for document in documents]
    names = list(dict.fromkeys(groups))
    if len(names) < 2:
        raise LabelError(f"only one document ({', '.join(names)}): leaving it out leaves nothing; label a second one")
    fold_of = {name: number % _MOST_FOLDS if len(names) > _MOST_FOLDS else number for number, name in enumerate(names)}
    rows = np.array([fold_of[name] for name in groups])
    return [(np.flatnonzero(rows != fold), np.flatnonzero(rows == fold)) for fold in range(rows.max() + 1)]


def out_of_fold(
    training: Sequence[Example], settings: Settings, jobs: int = -1, *, learned: Collection[str] | None = None
) -> Floats:
    """(statements, classes): the logits of each statement by a model that has not seen its sitting.

    Each language learns from its own statements; of the other documents only from those `learned`, where given. What
    is left too little to learn from is judged by nobody: NaN.
    """
    from joblib import Parallel, delayed

    logits = np.full((len(training), len(STANCES)), np.nan)
    jobs_of: list[tuple[list[Example], Ints]] = []
    for language in dict.fromkeys(example.language for example in training):
        rows = np.array([row for row, example in enumerate(training) if example.language is language])
        for train, test in folds([training[row].document for row in rows]):
            material = [training[row] for row in rows[train] if learned is None or training[row].document in learned]
            if learned is None or len({example.stance for example in material}) > 1:
                jobs_of.append((material, rows[test]))
    scored = Parallel(n_jobs=jobs)(
        delayed(_score_fold)(material, [training[row] for row in test], settings) for material, test in jobs_of
    )
    for (_, test), scores in zip(jobs_of, scored, strict=True):
        logits[test] = scores
    return logits


def _score_fold(training: Sequence[Example], test: Sequence[Example], settings: Settings) -> Floats:
    return Pipeline(settings).fit(training).logits(test)


def majority(training: Sequence[Example]) -> Ints:
    """The baseline that always says the most frequent stance of the other documents."""
    gold = np.array([example.stance for example in training])
    predicted = np.zeros_like(gold)
    for train, test in folds([example.document for example in training]):
        predicted[test] = np.bincount(gold[train], minlength=len(STANCES)).argmax()
    return predicted


def interval(gold: Ints, predicted: Ints, measure: Callable[[Scores], float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a measure over statements (percentile method, Efron 1979)."""
    rng = np.random.default_rng(SEED)
    draws = rng.integers(0, len(gold), (_DRAWS, len(gold)))
    values = [measure(Scores.of(gold[draw], predicted[draw])) for draw in draws]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def calibration_error(probabilities: Floats, gold: Ints, bins: int = 10) -> float:
    """Expected calibration error: confidence against accuracy in bins of equal width (Naeini et al. 2015)."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == gold
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(confidence[number == b].sum() - right[number == b].sum()) for b in range(bins)]
    return float(sum(gaps) / len(gold))


# --- what the commands print -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class System:
    """One way to label, with its scores on some documents."""

    documents: str
    """Which documents, for the reader."""
    name: str
    scores: Scores
    macro_f1_interval: tuple[float, float]
    """95 %, as `interval` has it."""
    f_avg_interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is left when stances of lower confidence are withheld."""

    least: float
    """The lowest confidence that counts."""
    coverage: float
    """Share of statements that keep their stance."""
    accuracy: float
    """Of these."""
    macro_f1: float


@dataclass(frozen=True, slots=True)
class Result:
    """An evaluation: for each set of documents our system first, then the baselines."""

    how: str
    """How it was made, for the reader."""
    systems: tuple[System, ...]
    calibration_error: float
    coverage: tuple[Coverage, ...]
    logits: Floats
    """(statements, classes), out of fold where cross-validated."""
    speakers: SpeakerResult


def _system(documents: str, name: str, gold: Ints, predicted: Ints) -> System:
    return System(
        documents,
        name,
        Scores.of(gold, predicted),
        interval(gold, predicted, lambda scores: scores.macro_f1),
        interval(gold, predicted, lambda scores: scores.f_avg),
    )


def part_of(document: str, language: Language) -> str:
    """The part of the corpus that a document belongs to: "seeds", "authored/zh"; its folder and, beside, language."""
    folder = document.split("/", 1)[0] if "/" in document else "labels"
    return folder if folder == "seeds" else f"{folder}/{language}"


def rows_of(parts: Sequence[str]) -> dict[str, Ints]:
    """The rows of each part, in the order in which they come; all together where there are several."""
    names = list(dict.fromkeys(parts))
    return {name: np.flatnonzero(np.array([part == name for part in parts])) for name in names}


def _coverage(probabilities: Floats, gold: Ints) -> tuple[Coverage, ...]:
    confidence, predicted = probabilities.max(1), probabilities.argmax(1)
    found = []
    for least in _LEAST_CONFIDENCES:
        kept = confidence >= least
        if kept.any():
            scores = Scores.of(gold[kept], predicted[kept])
            found.append(Coverage(least, float(kept.mean()), scores.accuracy, scores.macro_f1))
    return tuple(found)


def calibrated(training: Sequence[Example], logits: Floats) -> Floats:
    """(statements, classes): out-of-fold probabilities, with a temperature a language."""
    gold = np.array([example.stance for example in training])
    probabilities = np.zeros_like(logits)
    for language in Language:
        own = np.array([example.language is language for example in training])
        if own.any():
            probabilities[own] = softmax(logits[own] / temperature(logits[own], gold[own]))
    return probabilities


def cross_validate(
    training: Sequence[Example], settings: Settings, documents: Sequence[LabelledDocument] = ()
) -> Result:
    """Leave one document out, or a tenth of them where there are many; speakers where there are `documents`.

    The five seeds lie in folds of their own, so each is judged by a model that has seen the others and most of the
    rest; authored passages by one that has seen nothing of their sitting. Raises `LabelError` where there are fewer
    than two documents of a language.
    """
    gold = np.array([example.stance for example in training])
    logits = out_of_fold(training, settings)
    words = out_of_fold(training, WORDS_ONLY)
    probabilities = calibrated(training, logits)
    most = majority(training)
    systems = []
    for part, rows in rows_of([part_of(example.document, example.language) for example in training]).items():
        systems += [
            _system(part, "stance", gold[rows], logits[rows].argmax(1)),
            _system(part, "words only", gold[rows], words[rows].argmax(1)),
            _system(part, "majority", gold[rows], most[rows]),
        ]
    count = len({example.document for example in training})
    groups = len({sitting(example.document) for example in training})
    if groups < count:
        how = "whole sittings of one writer left out"
    else:
        how = "each document left out in turn" if count <= _MOST_FOLDS else f"{_MOST_FOLDS} folds of whole documents"
    return Result(
        f"{len(gold)} statements of {count} documents, {how}",
        tuple(systems),
        calibration_error(probabilities, gold),
        _coverage(probabilities, gold),
        logits,
        cross_validate_speakers(documents) if documents else SpeakerResult(),
    )


def score_model(model: Model, documents: Sequence[LabelledDocument]) -> Result:
    """A trained model on labels it may not have seen; the majority baseline says neutral."""
    gold = np.array([STANCES.index(stance) for document in documents for stance in document.stances])
    confidences = np.concatenate(
        [
            model.probabilities(list(featurize(document.statements, document.language)), document.language)
            for document in documents
        ]
    )
    neutral = np.full_like(gold, STANCES.index(Stance.NEUTRAL))
    systems = []
    parts = [part_of(document.id, document.language) for document in documents for _ in document.labels]
    for part, rows in rows_of(parts).items():
        systems += [
            _system(part, "stance", gold[rows], confidences[rows].argmax(1)),
            _system(part, "majority", gold[rows], neutral[rows]),
        ]
    return Result(
        f"{len(gold)} statements of {len(documents)} documents, by the trained model",
        tuple(systems),
        calibration_error(confidences, gold),
        _coverage(confidences, gold),
        np.log(np.maximum(confidences, 1e-12)),
        score_speakers(model.speakers, documents, [part_of(d.id, d.language) for d in documents]),
    )


def cross_validate_speakers(documents: Sequence[LabelledDocument], without: str = "(?!)") -> SpeakerResult:
    """Attribution of each document by weights that have not seen its sitting.

    Features that match `without` are left out. Raises `LabelError` where there are fewer than two sittings.
    """
    from joblib import Parallel, delayed

    jobs = [
        ([documents[at] for at in train], [documents[at] for at in test])
        for train, test in folds([document.id for document in documents])
    ]
    result = SpeakerResult()
    for scored in Parallel(n_jobs=-1)(delayed(_score_speaker_fold)(train, test, without) for train, test in jobs):
        for part, systems in scored.parts.items():
            mine = result.parts.setdefault(part, {})
            for system, scores in systems.items():
                mine[system] = mine.get(system, SpeakerScores()) + scores
        result.confidences.extend(scored.confidences)
    return result


def _score_speaker_fold(
    training: Sequence[LabelledDocument], test: Sequence[LabelledDocument], without: str
) -> SpeakerResult:
    weights = fit_speakers(training, without)
    return score_speakers(weights, test, [part_of(document.id, document.language) for document in test])
