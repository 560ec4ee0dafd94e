"""How well the learner does on public stance data sets, which have other targets and other labels than this project.

    python benchmarks/stance_sets.py FILE... [--language zh|en]

A file holds one JSON object a line with "text", "target" and "label"; F-avg, the mean of the F1 of FAVOR and of
AGAINST, needs these two labels, any others may stand beside them. A text that comes twice on a target counts once, or
it could be learnt and asked. The sets are not part of this project. Those it was made for are the training halves of
SemEval-2016 task 6A (English tweets, https://alt.qcri.org/semeval2016/task6/) and of NLPCC-2016 task 4A (Chinese
microblogs, http://tcci.ccf.org.cn/conference/2016/pages/page05_evadata.html).

As in `stance train`, a text is seen as words and characters, each with TF-IDF, by a logistic regression with balanced
weights; the cues, which know one debate only, are off. There is one model a target. Two things are added: a feature may
be weighted by how differently the labels use it (Wang & Manning 2012, Baselines and Bigrams), and two regressions are
averaged, one of which gives words less weight. A third view, runs of characters across the borders of words, keeps
marks, tags and endings.

Scores are from stratified five-fold cross-validation within each target, predictions pooled over the targets. The
settings are chosen in each fold from `GRID` by a second cross-validation inside its training part, once for all
targets, so that no setting is tuned on what it is scored on; the views, weights and range of `GRID`, though, were
found in trials on the two sets above, in other divisions into folds. "plain" is one regression with fixed settings.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import normalize as unit_length
from threadpoolctl import threadpool_limits

from stance.errors import InputError
from stance.learning.features import characters, normalize, words
from stance.reading import detect_language
from stance.types import Language

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Weights = tuple[tuple[str, float], ...]
"""Views, and what each is multiplied with after it has unit length."""

SEED = 0
FOLDS = 5
ROUNDS = 1000
SCORED = ("FAVOR", "AGAINST")
# Lengths of the runs of characters across words.
ACROSS = {Language.ENGLISH: (3, 4, 5, 6), Language.CHINESE: (1, 2, 3)}


class Row(NamedTuple):
    text: str
    target: str
    label: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to make a model."""

    c: float
    """Inverse strength of the penalty."""
    contrast: float
    """Power of the weight a feature has from how differently the labels use it; 0 is without."""
    weights: tuple[Weights, ...]
    """Of the regressions to average."""

    def __str__(self) -> str:
        return f"C {self.c:g}, contrast {self.contrast:g}"


VIEWS = ("words", "characters", "across")
EVEN: Weights = (("words", 1.0), ("characters", 1.0), ("across", 1.0))
LESS: Weights = (("words", 0.5), ("characters", 0.5), ("across", 1.0))
PLAIN = Setting(10, 0, (EVEN[:2],))
GRID = tuple(Setting(c, contrast, (EVEN, LESS)) for contrast, c in product((0.0, 0.5, 1.0), (0.5, 1.0, 2.0, 5.0)))


@dataclass(frozen=True, slots=True)
class Target:
    """The texts on one target."""

    name: str
    counts: dict[str, csr_matrix]
    """View to damped counts (texts, features)."""
    labels: Ints

    def split(self, rows: Ints, seed: int) -> list[tuple[Ints, Ints]]:
        """Stratified folds of `rows`."""
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(rows, self.labels[rows])
        return [(rows[train], rows[test]) for train, test in folds]


def load(path: Path) -> list[Row]:
    """The rows of a file, repeated ones once; raises `InputError` with the place of a bad line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    read = [parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    rows = list({(row.text, row.target): row for row in reversed(read)}.values())[::-1]
    for label in SCORED:
        if not any(row.label == label for row in rows):
            raise InputError(f"{path}: no line has the label {label}, which F-avg needs")
    for (target, label), number in Counter((row.target, row.label) for row in rows).items():
        if number < 2 * FOLDS:
            raise InputError(f"{path}: {number} lines with {label} on {target}; {FOLDS} folds twice need {2 * FOLDS}")
    for target in {row.target for row in rows}:
        if len({row.label for row in rows if row.target == target}) < 2:
            raise InputError(f"{path}: all lines on {target} have one label: nothing to tell apart")
    return rows


def parse(line: str, place: str) -> Row:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not JSON: {error}") from error
    if not isinstance(found, dict):
        raise InputError(f"{place}: not a JSON object")
    for name in Row._fields:
        if not isinstance(found.get(name), str) or not found[name].strip():
            raise InputError(f'{place}: "{name}" is missing, empty or no string')
    return Row(*(found[name] for name in Row._fields))


def views(text: str, language: Language) -> dict[str, list[str]]:
    plain = normalize(text)
    runs = [plain[at : at + size] for size in ACROSS[language] for at in range(len(plain) - size + 1)]
    return {"words": words(plain), "characters": characters(plain, language), "across": runs}


def targets(rows: Sequence[Row], labels: Sequence[str], language: Language) -> list[Target]:
    """The rows by target, in order of name, with logarithmic counts of their features."""
    found = []
    for name in sorted({row.target for row in rows}):
        own = [row for row in rows if row.target == name]
        seen = [views(row.text, language) for row in own]
        counts = {view: damped([features[view] for features in seen]) for view in VIEWS}
        found.append(Target(name, counts, np.array([labels.index(row.label) for row in own])))
    return found


def damped(features: Sequence[list[str]]) -> csr_matrix:
    counts = CountVectorizer(analyzer=list, dtype=np.float64).fit_transform(features).tocsr()
    counts.data = 1 + np.log(counts.data)
    return counts


def weighted(counts: csr_matrix, labels: Ints, train: Ints, test: Ints) -> tuple[csr_matrix, csr_matrix, Floats]:
    """TF-IDF of both parts, of features and frequencies in the training part alone, and each feature's contrast.

    The contrast is the absolute logarithm of how much more often one label has the feature than the others do,
    averaged over the labels.
    """
    texts = np.asarray((counts[train] > 0).sum(axis=0)).ravel()
    kept = np.flatnonzero(texts)
    frequency = diags(np.log((1 + len(train)) / (1 + texts[kept])) + 1)
    first, second = (unit_length(counts[part][:, kept] @ frequency) for part in (train, test))
    total = np.zeros(len(kept))
    classes = np.unique(labels[train])
    for label in classes:
        inside = np.asarray((first[labels[train] == label] > 0).sum(axis=0)).ravel() + 1
        outside = texts[kept] - inside + 2
        total += np.abs(np.log(inside / inside.sum()) - np.log(outside / outside.sum()))
    return first, second, total / len(classes)


def products(target: Target, train: Ints, test: Ints, contrast: float) -> dict[str, tuple[Floats, Floats]]:
    """View to the inner products of the training texts, and of the others with them."""
    found = {}
    for view, counts in target.counts.items():
        first, second, ratios = weighted(counts, target.labels, train, test)
        scale = diags(ratios**contrast)
        first, second = first @ scale, second @ scale
        found[view] = ((first @ first.T).toarray(), (second @ first.T).toarray())
    return found


def probabilities(target: Target, train: Ints, test: Ints, settings: Sequence[Setting], labels: int) -> Floats:
    """(settings, test texts, labels), each setting fitted on the training part."""
    found = np.zeros((len(settings), len(test), labels))
    with threadpool_limits(1):
        for contrast, weightings in dict.fromkeys((setting.contrast, setting.weights) for setting in settings):
            inner = products(target, train, test, contrast)
            placed = [coordinates(inner, weights) for weights in weightings]
            for at, setting in enumerate(settings):
                if (setting.contrast, setting.weights) == (contrast, weightings):
                    found[at] = np.mean([fitted(*pair, setting.c, target.labels[train], labels) for pair in placed], 0)
    return found


def coordinates(inner: dict[str, tuple[Floats, Floats]], weights: Weights) -> tuple[Floats, Floats]:
    """The training texts and the others in the space that the former span, which has far fewer axes than features.

    Lengths and angles are kept, so that the penalty and the answers are those of a regression on the features.
    """
    own, others = (np.asarray(sum(weight**2 * inner[view][part] for view, weight in weights)) for part in (0, 1))
    values, vectors = np.linalg.eigh(own)
    kept = values > 1e-8
    basis = vectors[:, kept] / np.sqrt(values[kept])
    return own @ basis, others @ basis


def fitted(own: Floats, others: Floats, c: float, stances: Ints, labels: int) -> Floats:
    """Probabilities by a logistic regression."""
    regression = LogisticRegression(C=c, class_weight="balanced", max_iter=500).fit(own, stances)
    found = np.zeros((len(others), labels))
    found[:, regression.classes_] = regression.predict_proba(others)
    return found


class Fold(NamedTuple):
    """What one fold of one target gives."""

    test: Ints
    inner: Floats
    """(settings of `GRID`, training texts, labels), by models that have not seen the text."""
    outer: Floats
    """(`PLAIN` and the settings of `GRID`, test texts, labels)."""
    stances: Ints
    """Of the training texts, in the order of `inner`."""


def fold(target: Target, train: Ints, test: Ints, labels: int) -> Fold:
    parts = target.split(train, SEED + 1)
    inner = [probabilities(target, *part, GRID, labels) for part in parts]
    stances = target.labels[np.concatenate([held for _, held in parts])]
    outer = probabilities(target, train, test, (PLAIN, *GRID), labels)
    return Fold(test, np.concatenate(inner, axis=1), outer, stances)


def f_avg(truth: Ints, guess: Ints, scored: Sequence[int]) -> float:
    return float(f1_score(truth, guess, labels=list(scored), average="macro", zero_division=0))


def chosen(folds: Sequence[Fold], scored: Sequence[int]) -> int:
    """The setting that is best over all targets inside the training parts."""
    truth = np.concatenate([part.stances for part in folds])
    guesses = np.concatenate([part.inner for part in folds], axis=1).argmax(axis=2)
    return int(np.argmax([f_avg(truth, guess, scored) for guess in guesses]))


def guesses(found: Sequence[Target], labels: Sequence[str]) -> dict[str, list[Ints]]:
    """System to its out-of-fold predictions for each target, with the settings chosen on stderr."""
    scored = [labels.index(label) for label in SCORED]
    results: list[list[Fold]] = []
    with Parallel(n_jobs=2) as parallel:
        for target in found:
            parts = target.split(np.arange(len(target.labels)), SEED)
            results.append(parallel(delayed(fold)(target, *part, len(labels)) for part in parts))
            print(f"{target.name}: {len(target.labels)} texts", file=sys.stderr, flush=True)
    plain, tuned = ([np.zeros_like(target.labels) for target in found] for _ in range(2))
    for at, folds in enumerate(zip(*results, strict=True)):
        best = chosen(folds, scored)
        print(f"fold {at + 1}: {GRID[best]}", file=sys.stderr)
        for number, part in enumerate(folds):
            plain[number][part.test] = part.outer[0].argmax(axis=1)
            tuned[number][part.test] = part.outer[best + 1].argmax(axis=1)
    majority = [np.full_like(target.labels, np.bincount(target.labels).argmax()) for target in found]
    return {"majority": majority, "plain": plain, "tuned": tuned}


def interval(truth: Ints, guess: Ints, scored: Sequence[int]) -> tuple[float, float]:
    """95 % of bootstrap samples of the texts score between these."""
    rng = np.random.default_rng(SEED)
    samples = (rng.integers(len(truth), size=len(truth)) for _ in range(ROUNDS))
    low, high = np.quantile([f_avg(truth[rows], guess[rows], scored) for rows in samples], [0.025, 0.975])
    return float(low), float(high)


def report(path: Path, language: Language | None) -> None:
    rows = load(path)
    labels = sorted({row.label for row in rows})
    scored = [labels.index(label) for label in SCORED]
    language = language or detect_language("\n".join(row.text for row in rows))
    found = targets(rows, labels, language)
    truth = np.concatenate([target.labels for target in found])
    for system, parts in guesses(found, labels).items():
        pooled = np.concatenate(parts)
        low, high = interval(truth, pooled, scored)
        macro = np.mean([f_avg(target.labels, part, scored) for target, part in zip(found, parts, strict=True)])
        print(
            f"{path.stem:20} {system:10} {f_avg(truth, pooled, scored):.3f}  {low:.3f}-{high:.3f}  {macro:.3f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON Lines: text, target, label")
    parser.add_argument("--language", type=Language, choices=list(Language), help="detected by default")
    args = parser.parse_args()
    print(f"{'set':20} {'system':10} F-avg  95 %         macro over targets")
    try:
        for path in args.files:
            report(path, args.language)
    except InputError as error:
        sys.exit(f"error: {error}")
    print("Settings of tuned: the same for all targets, chosen by nested cross-validation; of plain: fixed.")


if __name__ == "__main__":
    main()
