"""The weights of attribution come back from their file, and a damaged one says so."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from stance.errors import ModelError
from stance.reading.weights import NAME, Weights, load_weights, save_weights, shipped_weights

WEIGHTS = Weights({"named by cue": 1.5, "作者": -0.25}, 1.25)


def test_round_trip(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(save_weights(WEIGHTS))
    assert load_weights(tmp_path) == WEIGHTS


def test_what_ships_loads() -> None:
    assert len(shipped_weights().values) > 500
    assert shipped_weights().temperature > 0


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(None, "missing; run `stance train", id="missing"),
        pytest.param(b"", "damaged", id="empty"),
        pytest.param(save_weights(WEIGHTS)[:-3], "damaged", id="cut"),
        pytest.param(save({"features": np.zeros(2, np.uint8)}), "damaged", id="an array too few"),
        pytest.param(save_weights(Weights({"a": 1.0}, float("nan"))), "numbers do not fit", id="no temperature"),
        pytest.param(save_weights(Weights({"a": float("inf")})), "numbers do not fit", id="infinite"),
    ],
)
def test_a_damaged_file(tmp_path: Path, data: bytes | None, message: str) -> None:
    if data is not None:
        (tmp_path / NAME).write_bytes(data)
    with pytest.raises(ModelError, match=message):
        load_weights(tmp_path)
