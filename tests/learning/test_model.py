import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save

from stance import analyze
from stance.errors import ModelError
from stance.files import shipped_folder
from stance.learning.features import Features, featurize
from stance.learning.model import Model, View, load, softmax
from stance.learning.training import Example, Pipeline, Settings
from stance.reading import read
from stance.types import STANCES, Language, Prediction, Stance

TEXTS = ["顾明川说，开源更便宜。闭源更安全！明天有雨。", "Open models are cheaper. It will rain, Gu Mingchuan said."]
Damage = Callable[[Path], object]


def _predictions(model: Model) -> list[Prediction]:
    return [prediction for text in TEXTS for prediction in model.predict(read(text), explain=True)]


@pytest.fixture(scope="module")
def shipped() -> Model:
    return load()


def test_saved_and_loaded_it_predicts_the_same(small_model: Model, small_folder: Path) -> None:
    loaded = load(small_folder)
    assert _predictions(loaded) == _predictions(small_model)
    assert loaded.metadata["labels"] == small_model.metadata["labels"]
    names = ["README.md", "metadata.json", "speakers.safetensors", "weights.safetensors"]
    assert sorted(path.name for path in small_folder.iterdir()) == names
    assert (small_folder / "README.md").read_text(encoding="utf-8") == "# card\n"


def test_saving_twice_writes_the_same_bytes(small_model: Model, small_folder: Path, tmp_path: Path) -> None:
    small_model.save(tmp_path / "deep/er", "# card\n")
    for path in small_folder.iterdir():
        assert (tmp_path / "deep/er" / path.name).read_bytes() == path.read_bytes()


def test_loaded_and_saved_again_nothing_is_lost(small_folder: Path, tmp_path: Path) -> None:
    load(small_folder).save(tmp_path / "again", "# card\n")
    for path in small_folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_arrays_give_the_logits_of_scikit_learn(training: list[Example]) -> None:
    own = [example for example in training if example.language is Language.CHINESE]
    pipeline = Pipeline(Settings()).fit(own)
    model = pipeline.arrays(1.0)
    found = model.logits([example.features for example in own])
    np.testing.assert_allclose(found, pipeline.logits(own), rtol=0, atol=1e-9)


@pytest.mark.parametrize("stances", [(0, 1), (0, 2), (1, 2), (2, 0)])
def test_a_stance_that_training_did_not_hold_is_never_said(stances: tuple[int, int]) -> None:
    rows = [
        Example(str(number), Language.CHINESE, Features({"words": [word]}, None), stance)
        for number, (word, stance) in enumerate(zip(["贵", "便宜"], stances, strict=True))
    ]
    pipeline = Pipeline(Settings(("words",))).fit(rows)
    model = pipeline.arrays(1.0)
    found = model.logits([row.features for row in rows])
    np.testing.assert_allclose(found, pipeline.logits(rows), rtol=0, atol=1e-9)
    assert found.argmax(1).tolist() == list(stances)


def test_a_view_weighs_as_documented() -> None:
    view = View({"a": 0, "b": 1}, np.array([1.0, 2.0]), np.zeros((3, 2)))
    columns, values = view.weigh(["a", "b", "a", "unknown"])
    raw = np.array([1 + np.log(2), 2.0])
    assert columns.tolist() == [0, 1]
    np.testing.assert_allclose(values, raw / np.linalg.norm(raw))
    columns, values = view.weigh(["unknown"])
    assert columns.size == values.size == 0


@given(st.text(alphabet=st.sampled_from("开源闭更便宜安全不，。！？ “”openclosed.模型很"), max_size=80))
@settings(deadline=None)
def test_probabilities_sum_to_one(shipped: Model, text: str) -> None:
    for prediction in analyze(text, model=shipped):
        assert sum(prediction.probabilities.values()) == pytest.approx(1, abs=1e-12)
        assert all(0 <= probability <= 1 for probability in prediction.probabilities.values())
        assert prediction.confidence == max(prediction.probabilities.values())
        assert tuple(prediction.probabilities) == STANCES
        assert prediction.evidence == ()


def test_softmax_stands_large_numbers() -> None:
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0], [-1000.0, 1000.0]])), [[0.5, 0.5], [0.0, 1.0]])


@pytest.mark.parametrize(
    ("text", "exchanged"),
    [
        ("开源模型更安全，也更便宜。", "闭源模型更安全，也更便宜。"),
        ("闭源是错误的。", "开源是错误的。"),
        ("Open models are cheaper and safer.", "Closed models are cheaper and safer."),
        ("Closed source is a mistake.", "Open source is a mistake."),
    ],
)
def test_exchanging_the_sides_turns_the_stance(shipped: Model, text: str, exchanged: str) -> None:
    (there,), (back,) = (list(shipped.predict(read(words))) for words in (text, exchanged))
    assert {there.stance, back.stance} == {Stance.PRO_OPEN, Stance.PRO_CLOSED}
    for one, other in ((Stance.PRO_OPEN, Stance.PRO_CLOSED), (Stance.NEUTRAL, Stance.NEUTRAL)):
        assert there.probabilities[one] == pytest.approx(back.probabilities[other])


def test_a_stance_that_is_not_sure_enough_is_withheld(shipped: Model) -> None:
    document = read("开源是智商税。会议九点开始。")
    for least in (0.0, 0.5, 0.9, 1.0):
        for sure, said in zip(shipped.predict(document), shipped.predict(document, min_confidence=least), strict=True):
            assert said.stance == (sure.stance if sure.confidence >= least else None)
            assert said.probabilities == sure.probabilities


def test_evidence_names_features_that_are_there(shipped: Model) -> None:
    for text in TEXTS:
        document = read(text)
        views = featurize(document.statements, document.language)
        for prediction, there in zip(shipped.predict(document, explain=True), views, strict=True):
            assert 1 <= len(prediction.evidence) <= 8
            for evidence in prediction.evidence:
                view, feature = evidence.feature.split(": ", 1)
                assert feature in there.views[view]
            weights = [abs(evidence.weight) for evidence in prediction.evidence]
            assert weights == sorted(weights, reverse=True)


def test_evidence_adds_up_to_the_logit(shipped: Model) -> None:
    (statement,) = read("开源更便宜。").statements
    model = shipped.languages[Language.CHINESE]
    (features,) = featurize([statement], Language.CHINESE)
    for stance in STANCES:
        evidence = model.evidence(features.views, stance, most=1000)
        logits = model.logits([Features(features.views, None)])[0] - model.intercept
        target = STANCES.index(stance)
        assert sum(one.weight for one in evidence) == pytest.approx(logits[target] - np.delete(logits, target).mean())


def test_the_default_folder_is_that_of_the_checkout(root: Path) -> None:
    assert shipped_folder() == root / "models/default"


# --- damaged folders -------------------------------------------------------------------------------------------------


def _metadata(change: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "metadata.json"
        metadata = json.loads(path.read_text(encoding="utf-8"))
        change(metadata)
        path.write_text(json.dumps(metadata), encoding="utf-8")

    return damage


def _arrays(change: Callable[[dict[str, Any]], object]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "weights.safetensors"
        arrays = dict(load_file(path))
        change(arrays)
        path.write_bytes(save(arrays))

    return damage


def _features(change: Callable[[list[str]], object]) -> Damage:
    def damage(arrays: dict[str, Any]) -> None:
        names = arrays["zh/cues/features"].tobytes().decode().split("\n")
        change(names)
        arrays["zh/cues/features"] = np.frombuffer("\n".join(names).encode(), np.uint8)

    return _arrays(damage)


def _bytes(name: str, data: bytes) -> Damage:
    return lambda folder: (folder / name).write_bytes(data)


def _cut(name: str, keep: float) -> Damage:
    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: int(len(data) * keep)])

    return damage


def _fill(name: str, value: float) -> Damage:
    return _arrays(lambda arrays: arrays.update({name: np.full_like(arrays[name], value)}))


_BFLOAT = json.dumps({"zh/intercept": {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}}).encode()
WEIGHTS, METADATA = "weights.safetensors", "metadata.json"
DAMAGES: dict[str, tuple[Damage, str]] = {
    "no folder": (shutil.rmtree, METADATA),
    "no weights": (lambda folder: (folder / WEIGHTS).unlink(), WEIGHTS),
    "no metadata": (lambda folder: (folder / METADATA).unlink(), METADATA),
    "empty weights": (_bytes(WEIGHTS, b""), WEIGHTS),
    "truncated header": (_cut(WEIGHTS, 0.01), WEIGHTS),
    "truncated weights": (_cut(WEIGHTS, 0.9), WEIGHTS),
    "weights are text": (_bytes(WEIGHTS, b"no tensors in here, only words"), WEIGHTS),
    "truncated metadata": (_cut(METADATA, 0.5), METADATA),
    "metadata is no UTF-8": (_bytes(METADATA, b"\xff\xfe"), METADATA),
    "metadata is a list": (_bytes(METADATA, b"[]"), METADATA),
    "metadata of something else": (_bytes(METADATA, b'{"model_type": "bert"}'), METADATA),
    "a later format": (_metadata(lambda metadata: metadata.update(format=99)), METADATA),
    "other stances": (_metadata(lambda metadata: metadata.update(stances=["yes", "no"])), METADATA),
    "no views": (_metadata(lambda metadata: metadata.pop("views")), METADATA),
    "views are a list": (_metadata(lambda metadata: metadata.update(views=["zh"])), METADATA),
    "a view is a number": (_metadata(lambda metadata: metadata["views"].update(zh=3)), METADATA),
    "a word too few": (_features(lambda names: names.pop()), WEIGHTS),
    "an unknown view": (_metadata(lambda metadata: metadata["views"]["zh"].append("other")), METADATA),
    "an unknown language": (_metadata(lambda metadata: metadata["views"].update(fr=[])), METADATA),
    "no temperature": (_metadata(lambda metadata: metadata.pop("temperature")), METADATA),
    "temperature is a word": (_metadata(lambda metadata: metadata["temperature"].update(zh="warm")), METADATA),
    "an array too few": (_arrays(lambda arrays: arrays.pop("zh/cues/idf")), WEIGHTS),
    "no intercept": (_arrays(lambda arrays: arrays.pop("zh/intercept")), WEIGHTS),
    "coefficients turned": (
        _arrays(lambda arrays: arrays.update({"zh/words/coefficients": arrays["zh/words/coefficients"].T.copy()})),
        WEIGHTS,
    ),
    "NaN among coefficients": (_fill("zh/words/coefficients", np.nan), WEIGHTS),
    "infinite idf": (_fill("zh/cues/idf", np.inf), WEIGHTS),
}
# Damage that only shows when the values are looked at.
SUBTLE: dict[str, tuple[Damage, str]] = {
    "NaN as intercept": (_fill("zh/intercept", np.nan), WEIGHTS),
    "intercept too short": (_arrays(lambda arrays: arrays.update({"zh/intercept": np.zeros(2)})), WEIGHTS),
    "whole numbers": (_arrays(lambda arrays: arrays.update({"zh/intercept": np.zeros(3, np.int64)})), WEIGHTS),
    "temperature is zero": (_metadata(lambda metadata: metadata["temperature"].update(zh=0.0)), METADATA),
    "temperature is negative": (_metadata(lambda metadata: metadata["temperature"].update(zh=-1.0)), METADATA),
    "temperature is NaN": (_metadata(lambda metadata: metadata["temperature"].update(zh=float("nan"))), METADATA),
    "a language too few": (_metadata(lambda metadata: metadata["views"].pop("en")), METADATA),
    "a feature twice": (_features(lambda names: names.__setitem__(1, names[0])), WEIGHTS),
    "features in no encoding": (
        _arrays(lambda arrays: arrays.update({"zh/cues/features": np.full(9, 255, np.uint8)})),
        WEIGHTS,
    ),
    "metadata nests too deep": (_bytes(METADATA, b"[" * 100_000), METADATA),
    "bfloat16": (_bytes(WEIGHTS, len(_BFLOAT).to_bytes(8, "little") + _BFLOAT + b"\0\0"), WEIGHTS),
}


@pytest.mark.parametrize(
    ("damage", "name"),
    [
        *(pytest.param(*damage, id=case) for case, damage in DAMAGES.items()),
        *(pytest.param(*damage, id=case) for case, damage in SUBTLE.items()),
    ],
)
def test_damaged_folder_is_named(damage: Damage, name: str, small_folder: Path) -> None:
    damage(small_folder)
    with pytest.raises(ModelError) as caught:
        load(small_folder)
    message = str(caught.value)
    assert message.startswith(str(small_folder))
    assert name in message
    assert f"run `stance train --model {small_folder}`" in message
    assert "\n" not in message


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("", encoding="utf-8")
    with pytest.raises(ModelError, match=r"model.metadata\.json: damaged .*stance train"):
        load(tmp_path / "model")


class _Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", [WEIGHTS, METADATA, "README.md", "model.pkl", "weights.joblib"])
def test_a_pickle_is_never_run(name: str, small_folder: Path, tmp_path: Path) -> None:
    bomb = pickle.dumps(_Bomb(tmp_path / "gone off"))
    (small_folder / name).write_bytes(bomb)
    if name in {WEIGHTS, METADATA}:
        with pytest.raises(ModelError, match=f"{name}: damaged"):
            load(small_folder)
    else:
        load(small_folder)
    assert not (tmp_path / "gone off").exists()
    pickle.loads(bomb)
    assert (tmp_path / "gone off").exists()


def test_unwritable_folder_is_named(small_model: Model, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(
        ModelError, match=r"file.model: cannot be written \(Not a directory\); name another with --model"
    ):
        small_model.save(tmp_path / "file/model", "")


def test_a_disk_that_fills_up_leaves_the_old_model_whole(
    trained: Model, small_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _predictions(load(small_folder))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelError, match="No space left on device"):
        trained.save(small_folder, "# card\n")
    assert _predictions(load(small_folder)) == before


def test_a_failed_save_leaves_no_scraps(small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ModelError):
        small_model.save(tmp_path / "new", "# card\n")
    assert [path.name for path in (tmp_path / "new").iterdir() if path.name.startswith(".")] == []


def test_the_card_of_the_same_model_can_stay(small_folder: Path) -> None:
    model, card = load(small_folder), (small_folder / "README.md").read_text(encoding="utf-8")
    model.save(small_folder, "# another card\n", keep_card=True)
    assert (small_folder / "README.md").read_text(encoding="utf-8") == card
    changed = Model(model.languages, {**model.metadata, "labels": {"sha256": "0"}})
    changed.save(small_folder, "# another card\n", keep_card=True)
    assert (small_folder / "README.md").read_text(encoding="utf-8") == "# another card\n"
