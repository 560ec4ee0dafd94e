"""The trained model as plain arrays: score, explain, save, load. Needs NumPy only."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from stance.errors import ModelError
from stance.files import shipped_folder, write_whole
from stance.learning.features import Features, Views, featurize
from stance.reading.weights import NAME as SPEAKERS
from stance.reading.weights import Weights, load_weights, save_weights
from stance.types import MIRRORED, STANCES, Document, Evidence, Language, Prediction, Stance

FORMAT = 4
NEUTRAL = STANCES.index(Stance.NEUTRAL)
_WEIGHTS, _METADATA, _CARD = "weights.safetensors", "metadata.json", "README.md"
# Statements scored at once: enough to share the cost of a call, few enough for their features to stay in the cache.
_BATCH = 64
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class View:
    """TF-IDF of one kind of features, as scikit-learn's TfidfVectorizer has it: sublinear, smoothed, unit length."""

    vocabulary: Mapping[str, int]
    """Feature to column."""
    idf: Floats
    """(features,)"""
    coefficients: Floats
    """(classes, features); the view's weight is in them."""

    def weigh(self, features: Sequence[str]) -> tuple[NDArray[np.intp], Floats]:
        """Columns and values of the features that the vocabulary has; values are of unit length."""
        counts = Counter(column for feature in features if (column := self.vocabulary.get(feature)) is not None)
        columns = np.fromiter(counts, np.intp, len(counts))
        values = (1.0 + np.log(np.fromiter(counts.values(), np.float64, len(counts)))) * self.idf[columns]
        length = np.sqrt(values @ values)
        return columns, values / length if length else values

    def scores(self, statements: Sequence[Sequence[str]]) -> Floats:
        """(statements, classes): what the features of each statement, weighed, speak for; all counted at once."""
        lengths = np.fromiter(map(len, statements), np.intp, len(statements))
        features = chain.from_iterable(statements)
        columns = np.fromiter(map(self.vocabulary.get, features, repeat(-1)), np.intp, int(lengths.sum()))
        rows = np.repeat(np.arange(len(statements)), lengths)[columns >= 0]
        size = len(self.idf)
        places, counts = np.unique(rows * size + columns[columns >= 0], return_counts=True)
        rows, columns = np.divmod(places, size)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        squares = np.bincount(rows, values * values, len(statements))
        values /= np.sqrt(squares)[rows]
        return np.column_stack(
            [np.bincount(rows, values * weights[columns], len(statements)) for weights in self.coefficients]
        )


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """The model of one language."""

    views: Mapping[str, View]
    intercept: Floats
    """(classes,)"""
    temperature: float
    """Divides the logits, so that probabilities are what they say (Guo et al. 2017)."""
    threshold: float = 0.0
    """A side less likely than this is unsure."""

    def logits(self, statements: Sequence[Features]) -> Floats:
        """(statements, classes), before calibration: the mean of what each and its mirror say."""
        mirrors = [(row, features.mirror) for row, features in enumerate(statements) if features.mirror is not None]
        seen = [features.views for features in statements] + [mirror for _, mirror in mirrors]
        scores = np.tile(self.intercept, (len(seen), 1))
        for name, view in self.views.items():
            scores += view.scores([views[name] for views in seen])
        own, other = scores[: len(statements)], scores[len(statements) :]
        rows = [row for row, _ in mirrors]
        own[rows] = (own[rows] + other[:, MIRRORED]) / 2
        return own

    def evidence(self, views: Views, stance: Stance, most: int = 8) -> tuple[Evidence, ...]:
        """The features that speak most for and against `stance`, strongest first."""
        target = STANCES.index(stance)
        found: list[Evidence] = []
        for name, view in self.views.items():
            columns, values = view.weigh(views[name])
            spread = view.coefficients[target, columns] - np.delete(view.coefficients[:, columns], target, 0).mean(0)
            by_column = {
                column: feature for feature in views[name] if (column := view.vocabulary.get(feature)) is not None
            }
            found += [
                Evidence(f"{name}: {by_column[column]}", float(weight))
                for column, weight in zip(columns.tolist(), values * spread, strict=True)
            ]
        return tuple(sorted(found, key=lambda evidence: (-abs(evidence.weight), evidence.feature))[:most])


@dataclass(frozen=True, slots=True)
class Model:
    """A model a language, and what is known of its making."""

    languages: Mapping[Language, LanguageModel]
    metadata: Mapping[str, Any]
    speakers: Weights = field(default_factory=lambda: Weights({}))
    """What decides who said a statement; reading asks it."""

    def probabilities(self, statements: Sequence[Features], language: Language) -> Floats:
        """(statements, classes), calibrated."""
        return softmax(self.languages[language].logits(statements) / self.languages[language].temperature)

    def predict(
        self, document: Document, *, explain: bool = False, min_confidence: float = 0.0
    ) -> Iterator[Prediction]:
        """The statements of `document` with their stances, in order; a stance less sure than that is withheld."""
        model = self.languages[document.language]
        left = iter(document.statements)
        every = featurize(document.statements, document.language)
        while features := list(islice(every, _BATCH)):
            chances = self.probabilities(features, document.language)
            for seen, row, statement in zip(features, chances.tolist(), left, strict=False):
                likeliest = max(row)
                stance = STANCES[row.index(likeliest)]
                evidence = model.evidence(seen.views, stance) if explain else ()
                said = stance if likeliest >= min_confidence else None
                unsure = stance is not Stance.NEUTRAL and likeliest < model.threshold
                yield Prediction(statement, said, dict(zip(STANCES, row, strict=True)), evidence, unsure)

    def save(self, folder: Path, card: str, *, keep_card: bool = False) -> None:
        """Write the model folder; what stood there stays whole until the new one is.

        With `keep_card` the card there stays where the model there is the same.
        """
        arrays: dict[str, NDArray[Any]] = {}
        temperatures: dict[str, float] = {}
        thresholds: dict[str, float] = {}
        for language, model in self.languages.items():
            arrays[f"{language}/intercept"] = model.intercept
            temperatures[language], thresholds[language] = model.temperature, model.threshold
            for name, view in model.views.items():
                features = "\n".join(sorted(view.vocabulary, key=view.vocabulary.__getitem__))
                arrays[f"{language}/{name}/features"] = np.frombuffer(features.encode(), np.uint8)
                arrays[f"{language}/{name}/idf"] = view.idf
                arrays[f"{language}/{name}/coefficients"] = np.ascontiguousarray(view.coefficients)
        metadata = {
            "format": FORMAT,
            "stances": list(STANCES),
            **self.metadata,
            "temperature": temperatures,
            "threshold": thresholds,
            "views": {language: list(model.views) for language, model in self.languages.items()},
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            contents = {
                _WEIGHTS: save(arrays),
                _METADATA: json.dumps(metadata, ensure_ascii=False, indent=1).encode(),
                SPEAKERS: save_weights(self.speakers),
                _CARD: card.encode(),
            }
            if keep_card and all(_holds(folder / name, contents[name]) for name in (_WEIGHTS, _METADATA, SPEAKERS)):
                return
            write_whole({folder / name: data for name, data in contents.items()})
        except OSError as error:
            raise ModelError(f"{folder}: cannot be written ({error.strerror}); name another with --model") from error


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and path.read_bytes() == data


def load(folder: Path | None = None) -> Model:
    """The model in `folder`, by default the one that ships. No code of the folder is run.

    Raises `ModelError` where a file is missing, damaged, or of another kind.
    """
    folder = folder or shipped_folder()
    metadata = _load_metadata(folder / _METADATA)
    path = folder / _WEIGHTS
    try:
        arrays = load_file(path)
    except FileNotFoundError:
        raise ModelError(f"{path}: missing; run `stance train --model {folder}`") from None
    except (OSError, TypeError, safetensors.SafetensorError) as error:
        raise ModelError(f"{path}: damaged ({error}); run `stance train --model {folder}`") from error
    try:
        languages = _Languages(
            {
                Language(language): _Stored(
                    {name: _stored_view(arrays, f"{language}/{name}") for name in names},
                    _array(arrays, f"{language}/intercept", (len(STANCES),)),
                    _positive(metadata["temperature"][language], "temperature"),
                    _share(metadata["threshold"][language]),
                )
                for language, names in metadata.pop("views").items()
            }
        )
        if missing := set(Language) - set(languages):
            raise ValueError(f"no model for {', '.join(sorted(missing))}")
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{folder}: {_WEIGHTS} and {_METADATA} do not fit each other ({error}); run `stance train --model {folder}`"
        ) from error
    return Model(languages, metadata, load_weights(folder))


class _Stored(NamedTuple):
    """The model of one language as it lies in the file, checked."""

    views: dict[str, tuple[bytes, Floats, Floats]]
    """Features' names a line each, inverse document frequencies, coefficients."""
    intercept: Floats
    temperature: float
    threshold: float


class _Languages(Mapping[Language, LanguageModel]):
    """Models made when first asked for: most runs meet one language, and a vocabulary takes time and memory."""

    def __init__(self, stored: Mapping[Language, _Stored]) -> None:
        self._stored = dict(stored)
        self._made: dict[Language, LanguageModel] = {}

    def __getitem__(self, language: Language) -> LanguageModel:
        if language not in self._made:
            views, intercept, temperature, threshold = self._stored[language]
            made = {}
            for name, (features, idf, coefficients) in views.items():
                names = features.decode().split("\n")
                made[name] = View(dict(zip(names, range(len(names)), strict=True)), idf, coefficients)
            self._made[language] = LanguageModel(made, intercept, temperature, threshold)
        return self._made[language]

    def __iter__(self) -> Iterator[Language]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)


def _load_metadata(path: Path) -> dict[str, Any]:
    try:
        metadata = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: missing; run `stance train --model {path.parent}`") from None
    except (OSError, ValueError, RecursionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{path}: damaged ({reason}); run `stance train --model {path.parent}`") from error
    if not isinstance(metadata, dict) or metadata.get("format") != FORMAT or metadata.get("stances") != list(STANCES):
        raise ModelError(f"{path}: not a model of this version of stance; run `stance train --model {path.parent}`")
    return metadata


def _stored_view(arrays: Mapping[str, Floats], prefix: str) -> tuple[bytes, Floats, Floats]:
    features = arrays[f"{prefix}/features"].tobytes()
    lines = features.split(b"\n")
    if len(set(lines)) != len(lines):
        raise ValueError(f"{prefix} names a feature twice")
    features.decode()
    idf = _array(arrays, f"{prefix}/idf", (len(lines),))
    return features, idf, _array(arrays, f"{prefix}/coefficients", (len(STANCES), len(lines)))


def _array(arrays: Mapping[str, Floats], name: str, shape: tuple[int, ...]) -> Floats:
    array = arrays[name]
    if array.dtype != np.float64 or array.shape != shape or not np.isfinite(array).all():
        raise ValueError(f"{name} is no finite array of {shape}")
    return array


def _positive(value: object, name: str) -> float:
    if not isinstance(value, float) or not 0 < value < np.inf:
        raise ValueError(f"{name} is {value!r}")
    return value


def _share(value: object) -> float:
    if not isinstance(value, float) or not 0 <= value <= 1:
        raise ValueError(f"threshold is {value!r}")
    return value


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    shifted = np.exp(logits - logits.max(-1, keepdims=True))
    result: Floats = shifted / shifted.sum(-1, keepdims=True)
    return result
