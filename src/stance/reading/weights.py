"""The weights of attribution as plain arrays: a conditional logit over candidates. Needs NumPy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from safetensors.numpy import load_file, save

from stance.errors import ModelError
from stance.files import shipped_folder

NAME = "speakers.safetensors"
_FORMAT = "1"
_REMEMBERED = 1 << 16

Bundle = tuple[str, ...]
"""Features that come together."""


class _Sums(dict[Bundle, float]):
    """What bundles speak for together, added up when first asked for."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = values

    def __missing__(self, bundle: Bundle) -> float:
        found = self[bundle] = sum([self._values.get(feature, 0.0) for feature in bundle])
        return found


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature of a candidate speaks for, in logits, and how sure the best one is.

    The probability of a candidate is the softmax of the candidates' sums over the temperature (a conditional logit;
    McFadden 1974).
    """

    values: Mapping[str, float]
    temperature: float = 1.0
    """Chosen on documents left out; 1 leaves the probabilities as they are."""
    _sums: "_Sums" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sums", _Sums(self.values))

    def choose(self, candidates: Sequence[Sequence[Bundle]]) -> tuple[int, float]:
        """The place of the likeliest candidate by its features, in bundles, and its calibrated probability."""
        if len(self._sums) > _REMEMBERED:
            self._sums.clear()
        scores = [sum([self._sums[bundle] for bundle in one]) / self.temperature for one in candidates]
        best = max(range(len(scores)), key=scores.__getitem__)
        return best, 1.0 / sum(math.exp(score - scores[best]) for score in scores)


def save_weights(weights: Weights) -> bytes:
    """The weights as a file of plain arrays."""
    names = sorted(weights.values)
    arrays: dict[str, NDArray[Any]] = {
        "features": np.frombuffer("\n".join(names).encode(), np.uint8),
        "values": np.array([weights.values[name] for name in names], np.float32),
        "temperature": np.array([weights.temperature], np.float64),
    }
    return save(arrays, {"format": _FORMAT})


def load_weights(folder: Path) -> Weights:
    """The weights in `folder`; raises `ModelError` where the file is missing, damaged or of another kind."""
    path = folder / NAME
    try:
        arrays = load_file(path)
        names = arrays["features"].tobytes().decode().split("\n")
        values = arrays["values"].astype(float).tolist()
        (temperature,) = arrays["temperature"].tolist()
    except FileNotFoundError:
        raise ModelError(f"{path}: missing; run `stance train --model {folder}`") from None
    except (OSError, KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
        raise ModelError(f"{path}: damaged ({error}); run `stance train --model {folder}` again") from error
    if len(names) != len(values) or not all(map(math.isfinite, values)) or not 0 < temperature < math.inf:
        raise ModelError(f"{path}: damaged (numbers do not fit); run `stance train --model {folder}` again")
    return Weights(dict(zip(names, values, strict=True)), temperature)


@cache
def shipped_weights() -> Weights:
    """Those that ship with the package."""
    return load_weights(shipped_folder())
