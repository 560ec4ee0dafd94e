"""Training and scoring of attribution: a conditional logit over the candidates of labelled statements."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stance.layout.blocks import Page
from stance.learning.labels import LabelledDocument, page_of
from stance.reading.attribution import Reader
from stance.reading.candidates import Candidate, Situation, Speakers
from stance.reading.evidence import names_of
from stance.reading.weights import Bundle, Weights
from stance.types import AUTHOR, UNNAMED, Rule

Floats = NDArray[np.float64]
# Variance of the prior of a weight, chosen on sittings left out; features must stand in as many statements to count.
_PRIOR, _FEWEST = 0.3, 3
# The weight that a rule has before any label is seen; and those that do not have it.
_BELIEF = 3.5
_DOUBTED = frozenset(
    {Rule.NARRATION, Rule.MENTION, Rule.RETELLING, Rule.HEADING, Rule.BEFORE_FIRST_TURN, Rule.PERSON_SPOKEN_OF}
)
# Passes over the corpus: labels are the history first, then what the pass before decided, as in reading.
_PASSES = 2
# What the weights are divided by: documents of the web are easier than our passages, on which they are learned. Chosen
# on real documents that are not ours to ship; passages of sittings left out would ask for 1.15.
_TEMPERATURE = 0.9
_WEAK = _DOUBTED


@dataclass(frozen=True, slots=True)
class Choice:
    """The candidates of a labelled statement, and which was chosen."""

    features: list[list[str]]
    right: list[bool]
    chosen: int
    confidence: float
    """Of the chosen one, calibrated."""
    first_rule: int
    """The candidate that the surest rule proposes."""
    gold_author: bool
    named: tuple[bool, bool]
    """Whether the chosen one, and the one of the surest rule, is somebody else than the author."""


def fit_speakers(documents: Sequence[LabelledDocument], without: str = "(?!)") -> Weights:
    """Weights learned from the speakers of labelled documents; features that match `without` are left out.

    Maximum likelihood of the right candidates with a normal prior (conditional logit, McFadden 1974).
    """
    pages = [(document, page_of(document)) for document in documents]
    weights: Weights | None = None
    for _ in range(_PASSES):
        choices = [choice for document, page in pages for choice in choices_of(document, page, weights)]
        weights = _fit(choices, re.compile(without))
    assert weights is not None
    return Weights(weights.values, _TEMPERATURE)


def choices_of(labelled: LabelledDocument, page: Page, weights: Weights | None) -> Iterator[Choice]:
    """The candidates of every statement; what stands before one is what the labels say, or what `weights` decide."""
    found: list[Choice] = []
    labels = labelled.labels
    at = 0

    def decide(situation: Situation, everybody: list[Candidate], bundles: list[list[Bundle]]) -> tuple[int, float]:
        nonlocal at
        while at + 1 < len(labels) and labels[at].statement.end <= situation.start:
            at += 1
        near = (label.statement for label in labels[at : at + 8])
        gold = max(near, key=lambda s: min(s.end, situation.end) - max(s.start, situation.start)).speakers
        right = [same_speakers(gold, one.speakers) for one in everybody]
        chosen, confidence = (right.index(True) if any(right) else 0), 1.0
        if weights is not None:
            chosen, confidence = weights.choose(bundles)
        first = _first_rule(everybody)
        named = (everybody[chosen].speakers != (AUTHOR,), everybody[first].speakers != (AUTHOR,))
        found.append(Choice(list(map(names_of, bundles)), right, chosen, confidence, first, gold == (AUTHOR,), named))
        return chosen, confidence

    for _ in Reader(page, labelled.language).decisions(decide):
        pass
    yield from found


def _first_rule(everybody: Sequence[Candidate]) -> int:
    """The baseline: whom the surest rule proposes, the author where none does."""
    order = list(Rule)
    strong = [(order.index(one.why.rule), at) for at, one in enumerate(everybody) if one.why.rule not in _WEAK]
    return min(strong)[1] if strong else 0


def same_speakers(gold: Speakers, found: Speakers) -> bool:
    """Whether two names are one, or one holds the other (李开复博士, 李开复); any of those who share it."""
    if AUTHOR in (*gold, *found) or UNNAMED in (*gold, *found):
        return gold == found
    names, others = [one.name for one in gold], [one.name for one in found]
    return any(a == b or (len(a) > 1 and len(b) > 1 and (a in b or b in a)) for a in names for b in others)


def _believed() -> dict[str, float]:
    """Where the prior of a feature has its mean: rules are believed until labels say otherwise."""
    rules = {f"{kind} by {rule}": _BELIEF for kind in ("named", "unnamed") for rule in set(Rule) - _DOUBTED}
    beside = {
        f"{kind} by frame {sort} beside True": _BELIEF / 2
        for kind in ("named", "unnamed")
        for sort in ("other", "think", "say")
    }
    return rules | beside | {"holder": _BELIEF / 2, "unnamed by unnamed frame": _BELIEF * 2}


def _fit(choices: Iterable[Choice], without: re.Pattern[str]) -> Weights:
    from scipy.sparse import csr_matrix

    usable = [choice for choice in choices if any(choice.right)]
    counts: dict[str, int] = {}
    for choice in usable:
        for feature in {feature for one in choice.features for feature in one}:
            counts[feature] = counts.get(feature, 0) + 1
    believed = _believed()
    counted = {feature for feature, n in counts.items() if n >= _FEWEST}
    names = sorted(name for name in counted | set(believed) if not without.search(name))
    columns = {name: place for place, name in enumerate(names)}
    rows: list[int] = []
    places: list[int] = []
    groups: list[int] = []
    for group, choice in enumerate(usable):
        for one in choice.features:
            used = [columns[feature] for feature in one if feature in columns]
            places += used
            rows += [len(groups)] * len(used)
            groups.append(group)
    right = np.array([is_right for choice in usable for is_right in choice.right], bool)
    matrix = csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(groups), len(names)))
    mean = np.array([believed.get(name, 0.0) for name in names])
    values = _maximise(matrix, np.array(groups, np.intp), right, mean)
    return Weights({name: float(value) for name, value in zip(names, values, strict=True) if abs(value) > 1e-4})


def _maximise(matrix: Any, groups: NDArray[np.intp], right: NDArray[np.bool_], mean: Floats) -> Floats:
    """The weights of highest posterior; each row of `matrix` is a candidate of the statement in `groups`."""
    from scipy.optimize import minimize

    if not groups.size:
        return mean
    size = int(groups[-1]) + 1

    def loss(values: Floats) -> tuple[float, Floats]:
        scores = matrix @ values
        highest = np.full(size, -np.inf)
        np.maximum.at(highest, groups, scores)
        odds = np.exp(scores - highest[groups])
        total = np.bincount(groups, odds, size)
        hit = np.bincount(groups, odds * right, size)
        wanted = odds * right / hit[groups]
        off = values - mean
        gradient = matrix.T @ (odds / total[groups] - wanted) + off / _PRIOR
        return float(np.log(total / hit).sum() + off @ off / (2 * _PRIOR)), gradient

    found = minimize(loss, mean, jac=True, method="L-BFGS-B", options={"maxiter": 400})
    values: Floats = found.x
    return values


# --- scores ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpeakerScores:
    """How often the speaker is the one that the label names; scores add up."""

    statements: int = 0
    right: int = 0
    gold_other: int = 0
    """Statements whose label is not the author."""
    predicted_other: int = 0
    right_other: int = 0

    def __add__(self, other: "SpeakerScores") -> "SpeakerScores":
        return SpeakerScores(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    @property
    def accuracy(self) -> float:
        return self.right / self.statements if self.statements else 0.0

    @property
    def f1_not_author(self) -> float:
        whole = self.gold_other + self.predicted_other
        return 2 * self.right_other / whole if whole else 0.0


@dataclass(frozen=True, slots=True)
class SpeakerResult:
    """Attribution scored on documents it has not learned from, beside two baselines."""

    parts: dict[str, dict[str, SpeakerScores]] = field(default_factory=dict)
    """Part of the corpus to system ("model", "first rule wins", "always the author") to scores."""
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    """How sure each decision was, and whether it was right."""

    @property
    def calibration_error(self) -> float:
        """Expected calibration error in ten bins (Guo et al. 2017)."""
        bins: dict[int, list[float]] = {}
        for confidence, right in self.confidences:
            bins.setdefault(min(9, int(confidence * 10)), []).append(confidence - right)
        return sum(abs(sum(gaps)) for gaps in bins.values()) / max(1, len(self.confidences))

    def add(self, part: str, choices: Collection[Choice]) -> None:
        """Count the choices of a document."""
        systems = self.parts.setdefault(part, {})
        told = {
            "model": [(c.right[c.chosen], c.gold_author, c.named[0]) for c in choices],
            "first rule wins": [(c.right[c.first_rule], c.gold_author, c.named[1]) for c in choices],
            "always the author": [(c.gold_author, c.gold_author, False) for c in choices],
        }
        for system, rows in told.items():
            scores = SpeakerScores(
                len(rows),
                sum(right for right, _, _ in rows),
                sum(not author for _, author, _ in rows),
                sum(named for _, _, named in rows),
                sum(right and named for right, _, named in rows),
            )
            systems[system] = systems.get(system, SpeakerScores()) + scores
        self.confidences.extend((c.confidence, c.right[c.chosen]) for c in choices)


def score_speakers(weights: Weights, documents: Sequence[LabelledDocument], parts: Sequence[str]) -> SpeakerResult:
    """Attribution by `weights` on documents; `parts` says which part of the corpus each belongs to."""
    result = SpeakerResult()
    for labelled, part in zip(documents, parts, strict=True):
        result.add(part, list(choices_of(labelled, page_of(labelled), weights)))
    return result
