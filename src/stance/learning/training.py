"""TF-IDF and logistic regression in scikit-learn; calibration. Statements and labels in, a model out."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stance.errors import LabelError
from stance.learning.features import VIEWS, Features, Views, featurize
from stance.learning.labels import LabelledDocument, to_row
from stance.learning.model import NEUTRAL, Floats, LanguageModel, Model, View, softmax
from stance.learning.speakers import fit_speakers
from stance.types import MIRRORED, STANCES, Language, Stance

if TYPE_CHECKING:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

Ints = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is made."""

    views: tuple[str, ...] = VIEWS
    weights: dict[str, float] = field(
        default_factory=lambda: {
            "words": 1.7,
            "characters": 1.4,
            "cues": 0.7,
            "score": 1.3,
            "around": 0.4,
            "reach": 1.0,
        }
    )
    """What each view is multiplied with after it has unit length."""
    neutral: float = 0.5
    """What neutral is given beyond that, since passages hold more sides than the web does (Saerens et al. 2002)."""
    threshold: float = 0.75
    """A side less likely than this is unsure."""
    c: float = 1.0
    """Inverse strength of the penalty."""
    least: int = 1
    """Statements a feature must stand in."""


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled statement as the learner sees it."""

    document: str
    language: Language
    features: Features
    stance: int
    """Index into `STANCES`."""


def examples(documents: Sequence[LabelledDocument]) -> list[Example]:
    """The labelled statements of `documents`, featurized in order."""
    return [
        Example(document.id, document.language, features, STANCES.index(label.stance))
        for document in documents
        for label, features in zip(document.labels, featurize(document.statements, document.language), strict=True)
    ]


class Pipeline:
    """The scikit-learn side of a model: one vectorizer a view, side by side, and a logistic regression."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.vectorizers: dict[str, TfidfVectorizer] = {}
        self.regression: LogisticRegression | None = None

    def fit(self, training: Sequence[Example]) -> "Pipeline":
        """Fit on `training`; raises `LabelError` where it holds fewer than two stances."""
        from scipy.sparse import hstack
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        if len({example.stance for example in training}) < 2:
            names = ", ".join(dict.fromkeys(example.document for example in training))
            raise LabelError(f"all statements of {names} have one stance: nothing to tell apart; label other documents")
        columns = []
        for view in self.settings.views:
            vectorizer = TfidfVectorizer(
                analyzer=partial(_features, view), sublinear_tf=True, min_df=self.settings.least, dtype=np.float64
            )
            columns.append(
                vectorizer.fit_transform([example.features.views for example in training])
                * self.settings.weights.get(view, 1.0)
            )
            self.vectorizers[view] = vectorizer
        self.regression = LogisticRegression(C=self.settings.c, class_weight="balanced", max_iter=5000, tol=1e-5)
        with threadpool_limits(1):  # the same weights on every machine, and faster for matrices as small as these
            self.regression.fit(hstack(columns).tocsr(), [example.stance for example in training])
        return self

    @property
    def _intercept(self) -> Floats:
        """What is added to what the regression says."""
        added = np.zeros(len(STANCES))
        added[NEUTRAL] = self.settings.neutral
        return added

    def logits(self, statements: Sequence[Example]) -> Floats:
        """(statements, classes); a stance that the training did not hold gets none."""
        scores = self._scores([statement.features.views for statement in statements])
        mirrored = [row for row, statement in enumerate(statements) if statement.features.mirror is not None]
        if mirrored:
            mirrors = [statements[row].features.mirror or {} for row in mirrored]
            scores[mirrored] = (scores[mirrored] + self._scores(mirrors)[:, MIRRORED]) / 2
        return scores

    def _scores(self, views: Sequence[Views]) -> Floats:
        from scipy.sparse import hstack

        assert self.regression is not None, "fit first"
        columns = [
            vectorizer.transform(views) * self.settings.weights.get(view, 1.0)
            for view, vectorizer in self.vectorizers.items()
        ]
        scores = self.regression.decision_function(hstack(columns).tocsr())
        return _all_classes(scores, self.regression.classes_) + self._intercept

    def arrays(self, temperature: float) -> LanguageModel:
        """The same model without scikit-learn."""
        assert self.regression is not None, "fit first"
        intercept = _all_classes(self.regression.intercept_[None, :], self.regression.classes_)[0] + self._intercept
        coefficients = _all_classes(self.regression.coef_.T, self.regression.classes_, missing=0.0).T
        views, start = {}, 0
        for name, vectorizer in self.vectorizers.items():
            vocabulary = {feature: int(column) for feature, column in sorted(vectorizer.vocabulary_.items())}
            part = coefficients[:, start : start + len(vocabulary)] * self.settings.weights.get(name, 1.0)
            views[name] = View(vocabulary, vectorizer.idf_, np.ascontiguousarray(part))
            start += len(vocabulary)
        return LanguageModel(views, intercept, temperature, self.settings.threshold)


def _features(view: str, views: Views) -> list[str]:
    return views[view]


def _all_classes(scores: Floats, classes: Ints, missing: float = -50.0) -> Floats:
    """Columns for every stance, from those of a regression that may know two or three of them."""
    if scores.ndim == 1 or scores.shape[1] == 1:
        scores = np.column_stack([-scores.ravel() / 2, scores.ravel() / 2])
    full = np.full((len(scores), len(STANCES)), missing)
    full[:, classes] = scores
    return full


def settings_for(language: Language, training: Sequence[Example], settings: Settings) -> tuple[Settings, list[Example]]:
    """What a language learns from: its own statements in all views or, without any, those of others by their cues."""
    own = [example for example in training if example.language is language]
    if own:
        return settings, own
    return replace(settings, views=VIEWS[2:]), list(training)


def temperature(logits: Floats, stances: Ints) -> float:
    """The temperature under which out-of-fold logits are likeliest (Guo et al. 2017, On Calibration), at least 1.

    A lower one would make the model surer of itself than its regression is, on the strength of authored passages that
    are easier than real articles.
    """
    from scipy.optimize import minimize_scalar

    def cost(log_temperature: float) -> float:
        chosen = softmax(logits / np.exp(log_temperature))[np.arange(len(stances)), stances]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    found = float(minimize_scalar(cost, bounds=(0.0, 2.5), method="bounded").x)
    return float(np.exp(found)) if cost(found) < cost(0.0) else 1.0


def train(
    training: Sequence[Example], out_of_fold: Floats, documents: Sequence[LabelledDocument], settings: Settings
) -> Model:
    """A model for every language.

    `out_of_fold` holds, for every example, its logits by a model that has not seen its document: (examples, classes).
    """
    stances = np.array([example.stance for example in training])
    languages = {}
    for language in Language:
        chosen, material = settings_for(language, training, settings)
        own = np.array([example.language is language for example in training])
        rows = own if own.any() else ~own
        languages[language] = Pipeline(chosen).fit(material).arrays(temperature(out_of_fold[rows], stances[rows]))
    metadata = {
        "labels": {"sha256": digest(documents), "documents": len(documents), "statements": len(training)},
        "settings": asdict(settings),
    }
    return Model(languages, metadata, fit_speakers(documents))


def describe(documents: Sequence[LabelledDocument]) -> str:
    """What there is to train on, in one line a language."""
    lines = []
    for language in Language:
        own = [document for document in documents if document.language is language]
        counts = Counter(stance for document in own for stance in document.stances)
        if own:
            stances = ", ".join(f"{counts[stance]} {stance}" for stance in Stance)
            lines.append(f"{language}: {len(own)} documents, {counts.total()} statements ({stances})")
        else:
            lines.append(f"{language}: no documents; its model judges by the cues the languages share")
    return "\n".join(lines)


def digest(documents: Sequence[LabelledDocument]) -> str:
    """SHA-256 of the labels, so that a model tells what it was trained on."""
    lines = (json.dumps(to_row(label), sort_keys=True) for document in documents for label in document.labels)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
