import multiprocessing
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from stance.errors import LabelError, ModelError
from stance.learning.evaluation import folds
from stance.learning.labels import LabelledDocument, group, load_documents, sitting, write_labels
from stance.learning.training import examples
from stance.types import Label, Stance, Statement
from stance.web.retraining import OWN, Progress, Retraining, Stage, compare, fold_places, split


def _document(name: str, *texts: str) -> LabelledDocument:
    labels, start = [], 0
    for text in texts:
        labels.append(Label(name, Statement(text, start, start + len(text)), Stance.NEUTRAL, "t"))
        start += len(text) + 1
    (document,) = group(labels)
    return document


BASE = [
    _document("authored/zh-07-1", "甲句。", "乙句。"),
    _document("authored/zh-07-2", "丙句。"),
    _document("seeds/001", "丁句。", "戊句。"),
    _document("seeds/002", "A sentence here.", "Another one there."),
]


def test_a_twin_is_left_out_with_its_original() -> None:
    own = [_document("local/a", "戊句。", "己句。"), _document("local/b", "丙句。")]
    places = fold_places(BASE, own)
    assert [sitting(places[one.id]) for one in own] == ["seeds/001", "authored/zh-07"]


def test_the_folds_of_the_base_stay_what_they_are() -> None:
    own = [_document(f"local/{name}", f"{name}句。") for name in "abcdefgh"]
    places = fold_places(BASE, own)
    names = [document.id for document in BASE[:3]]
    held = names + [places[one.id] for one in own]
    assert len(set(places.values())) == len(own)
    assert not set(places.values()) & set(names)
    before = [sorted(test) for _, test in folds(names)]
    after = [[row for row in test if row < len(names)] for _, test in folds(held)]
    assert after == before


def test_languages_do_not_mix() -> None:
    places = fold_places(BASE, [_document("local/a", "Some words in English."), _document("local/b", "中文。")])
    assert sitting(places["local/a"]) == "seeds/002"
    assert sitting(places["local/b"]) != "seeds/002"
    assert fold_places(BASE[:3], [_document("local/a", "English words only.")]) == {"local/a": "local/a"}


def test_what_nobody_could_judge_does_not_count(small_corpus: Sequence[LabelledDocument]) -> None:
    rows = examples(small_corpus)
    gold = np.array([row.stance for row in rows])
    right = np.eye(3)[gold]
    wrong = np.eye(3)[(gold + 1) % 3]
    wrong[0] = np.nan
    (base, own) = compare(rows, {"small/c"}, wrong, right)
    assert (base.documents, base.statements, base.accuracy) == ("small/zh", 6, (0.0, 1.0))
    assert (own.documents, own.statements, own.macro_f1) == (OWN, 3, (0.0, 1.0))


def test_split(small_labels: Path) -> None:
    with pytest.raises(LabelError, match="no label files"):
        split(small_labels)
    (small_labels / "local").mkdir()
    write_labels(small_labels / "local/mine.jsonl", _document("mine", "一句。").labels)
    base, own = split(small_labels)
    assert [one.id for one in base] == [f"small/{name}" for name in "abc"]
    assert [one.id for one in own] == ["mine"]
    for file in small_labels.glob("*.jsonl"):
        file.unlink()
    with pytest.raises(LabelError, match="no labels but your own"):
        split(small_labels)
    assert load_documents(small_labels)


def test_nothing_to_accept(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no new model is ready"):
        Retraining(tmp_path, tmp_path / "model").accept()


def test_a_training_that_dies_says_so(small_labels: Path, tmp_path: Path) -> None:
    (small_labels / "local").mkdir()
    write_labels(small_labels / "local/mine.jsonl", _document("mine", "一句。").labels)
    training = Retraining(small_labels, tmp_path / "model")
    training.start()
    assert training.running
    (child,) = multiprocessing.active_children()
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(30)
    assert training.progress() == Progress(Stage.FAILED, "the training ended without a word; start it again")
    training.start()
    training.discard()
    assert training.progress() == Progress(Stage.IDLE)
    assert not multiprocessing.active_children()
