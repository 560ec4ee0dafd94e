import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, cohen_kappa_score, confusion_matrix, precision_recall_fscore_support

from stance.errors import LabelError
from stance.learning.agreement import agreement, annotator_agreement, kappa
from stance.learning.evaluation import (
    Scores,
    calibration_error,
    cross_validate,
    cross_validate_speakers,
    folds,
    interval,
    majority,
    out_of_fold,
    part_of,
    score_model,
)
from stance.learning.features import Features
from stance.learning.labels import LabelledDocument, group, source_files, speakers_of
from stance.learning.model import Floats, Model
from stance.learning.training import Example, Settings, examples
from stance.types import Label, Language, Stance, Statement

PAIRS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60)


# --- folds -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), min_size=2, max_size=120).filter(lambda numbers: len(set(numbers)) > 1))
def test_no_document_is_on_both_sides(numbers: list[int]) -> None:
    documents = [f"made-up/{number}" for number in numbers]
    parts = folds(documents)
    for train, test in parts:
        assert {documents[row] for row in train}.isdisjoint(documents[row] for row in test)
        assert sorted([*train, *test]) == list(range(len(documents)))
        assert len(train)
        assert len(test)
    assert sorted(row for _, test in parts for row in test) == list(range(len(documents)))
    assert len(parts) == min(len(set(documents)), 10)


def test_few_documents_are_left_out_one_at_a_time() -> None:
    assert [test.tolist() for _, test in folds(["a", "b", "a", "c"])] == [[0, 2], [1], [3]]


@pytest.mark.parametrize("documents", [[], ["a"], ["a", "a"]])
def test_one_document_is_too_few(documents: list[str]) -> None:
    with pytest.raises(LabelError, match=r"only one document .*label a second one"):
        folds(documents)


def test_a_document_does_not_touch_its_own_scores(small_corpus: list[LabelledDocument]) -> None:
    rows = examples(small_corpus)
    turned = [
        Example(row.document, row.language, row.features, (row.stance + 1) % 3) if row.document == "small/a" else row
        for row in rows
    ]
    before, after = (out_of_fold(some, Settings(), jobs=1) for some in (rows, turned))
    own = np.array([row.document == "small/a" for row in rows])
    np.testing.assert_array_equal(before[own], after[own])
    assert not np.allclose(before[~own], after[~own])


def test_languages_do_not_mix() -> None:
    rows = [
        Example(f"{language}{number}", language, Features({"words": [word]}, None), stance)
        for language in Language
        for number in range(2)
        for stance, word in enumerate(["x", "y", "z"])
    ]
    both = out_of_fold(rows, Settings(("words",)), jobs=1)
    for language in Language:
        own = [row for row in rows if row.language is language]
        at = [number for number, row in enumerate(rows) if row.language is language]
        np.testing.assert_array_equal(both[at], out_of_fold(own, Settings(("words",)), jobs=1))


def test_majority_is_that_of_the_other_documents() -> None:
    stances = {"a": [0, 0, 0], "b": [1, 1], "c": [1, 2, 1]}
    rows = [
        Example(name, Language.CHINESE, Features({}, None), stance) for name, own in stances.items() for stance in own
    ]
    # Without a, 1 leads by far; without b, 0; without c, 0.
    assert majority(rows).tolist() == [1, 1, 1, 0, 0, 0, 0, 0]


# --- scores ----------------------------------------------------------------------------------------------------------


def test_scores_by_hand() -> None:
    scores = Scores.of(np.array([0, 0, 0, 0, 1, 1, 2, 2, 2, 2]), np.array([0, 0, 0, 1, 1, 0, 2, 2, 2, 0]))
    assert scores.confusion.tolist() == [[3, 1, 0], [1, 1, 0], [1, 0, 3]]
    np.testing.assert_allclose(scores.precision, [3 / 5, 1 / 2, 1])
    np.testing.assert_allclose(scores.recall, [3 / 4, 1 / 2, 3 / 4])
    np.testing.assert_allclose(scores.f1, [2 / 3, 1 / 2, 6 / 7])
    assert scores.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 6 / 7) / 3)
    assert scores.f_avg == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert scores.accuracy == 0.7


def test_what_is_undefined_is_zero() -> None:
    nothing = Scores(np.zeros((3, 3), np.intp))
    assert nothing.macro_f1 == nothing.f_avg == nothing.accuracy == 0
    one = Scores.of(np.array([2, 2]), np.array([2, 2]))
    assert one.f1.tolist() == [0, 0, 1]
    assert one.f_avg == 0


@given(PAIRS)
def test_scores_are_those_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    gold, predicted = np.array(pairs).T
    scores = Scores.of(gold, predicted)
    precision, recall, f1, _ = precision_recall_fscore_support(gold, predicted, labels=[0, 1, 2], zero_division=0)
    np.testing.assert_array_equal(scores.confusion, confusion_matrix(gold, predicted, labels=[0, 1, 2]))
    np.testing.assert_allclose(scores.precision, precision)
    np.testing.assert_allclose(scores.recall, recall)
    np.testing.assert_allclose(scores.f1, f1)
    assert scores.macro_f1 == pytest.approx(f1.mean())
    assert scores.f_avg == pytest.approx(f1[:2].mean())
    assert scores.accuracy == pytest.approx(accuracy_score(gold, predicted))


@given(PAIRS, PAIRS)
def test_scores_add_up(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    one, other, both = (Scores.of(*np.array(pairs).T) for pairs in (first, second, first + second))
    np.testing.assert_array_equal((one + other).confusion, both.confusion)


# --- intervals, calibration ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_interval_holds_the_value_and_is_the_same_each_time(seed: int) -> None:
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 3, 200)
    predicted = np.where(rng.random(200) < 0.7, gold, rng.integers(0, 3, 200))
    low, high = interval(gold, predicted, lambda scores: scores.macro_f1)
    assert low < Scores.of(gold, predicted).macro_f1 < high
    assert 0.05 < high - low < 0.25
    assert interval(gold, predicted, lambda scores: scores.macro_f1) == (low, high)


def test_interval_of_what_does_not_vary() -> None:
    gold = np.array([0, 1, 2] * 5)
    assert interval(gold, gold, lambda scores: scores.accuracy) == (1.0, 1.0)


def test_calibration_error_by_hand() -> None:
    sure = np.array([[1.0, 0, 0]] * 4)
    assert calibration_error(sure, np.array([0, 0, 0, 0])) == 0
    assert calibration_error(sure, np.array([0, 0, 1, 2])) == 0.5
    # Two bins: four at 0.6, of which three are right; one at 0.95, which is wrong.
    mixed = np.array([[0.6, 0.4, 0]] * 4 + [[0, 0.05, 0.95]])
    assert calibration_error(mixed, np.array([0, 0, 0, 1, 0])) == pytest.approx((4 * 0.15 + 0.95) / 5)


# --- agreement -------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    assume(len({value for pair in pairs for value in pair}) > 1)
    first, second = zip(*pairs, strict=True)
    assert kappa(pairs) == pytest.approx(cohen_kappa_score(first, second))


def test_kappa_where_there_is_nothing_to_disagree_on() -> None:
    assert kappa([]) == kappa([("a", "a")] * 3) == 1


def _document(name: str, *rows: tuple[int, int, str, Stance]) -> LabelledDocument:
    given = ((Statement("字" * (end - at), at, end, speakers_of(who)), of) for at, end, who, of in rows)
    labels = (Label(name, statement, of, "t") for statement, of in given)
    (document,) = group(list(labels))
    return document


def test_agreement_counts_both_parts_of_a_cut_sentence() -> None:
    whole = [_document("a", (0, 9, "author", Stance.NEUTRAL), (9, 12, "顾明川", Stance.PRO_OPEN))]
    cut = [
        _document(
            "a",
            (0, 4, "author", Stance.NEUTRAL),
            (4, 9, "unnamed", Stance.NEUTRAL),
            (9, 12, "顾明川", Stance.PRO_CLOSED),
        ),
        _document("b", (0, 1, "author", Stance.NEUTRAL)),
    ]
    for first, second in ((whole, cut), (cut, whole)):
        found = agreement(first, second)
        assert (found.units, found.stance_same, found.speaker_same) == (3, 2, 2)


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"]])
def test_agreement_wants_two_annotators(names: Sequence[str], tmp_path: Path) -> None:
    for name in names:
        (tmp_path / "annotators" / name).mkdir(parents=True)
    with pytest.raises(LabelError, match=rf"{len(names)} annotators below it; .*annotators/<name>/"):
        annotator_agreement(tmp_path)


# --- speakers --------------------------------------------------------------------------------------------------------


def test_the_seeds_have_their_articles(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    assert [path.name[:4] for path in source_files("seeds/003")] == ["003_"]
    assert source_files("made-up/1") == []


# --- whole evaluations -----------------------------------------------------------------------------------------------


def test_cross_validation_puts_baselines_beside_the_score(small_corpus: list[LabelledDocument]) -> None:
    result = cross_validate(examples(small_corpus), Settings())
    assert result.how == "10 statements of 3 documents, each document left out in turn"
    assert [system.name for system in result.systems] == ["stance", "words only", "majority"]
    assert all(system.scores.confusion.sum() == 10 for system in result.systems)
    assert all(0 <= low <= high <= 1 for system in result.systems for low, high in [system.macro_f1_interval])
    assert result.logits.shape == (10, 3)
    assert 0 <= result.calibration_error <= 1
    assert result.speakers.parts == {}


def test_speakers_are_scored_beside_baselines(small_corpus: list[LabelledDocument]) -> None:
    result = cross_validate_speakers(small_corpus)
    assert set(result.parts) == {"small/zh"}
    systems = result.parts["small/zh"]
    assert list(systems) == ["model", "first rule wins", "always the author"]
    assert {scores.statements for scores in systems.values()} == {10}
    assert systems["always the author"].f1_not_author == 0
    assert systems["model"].accuracy > systems["always the author"].accuracy
    assert len(result.confidences) == 10
    assert 0 <= result.calibration_error <= 1


def test_a_trained_model_is_scored(small_model: Model, small_corpus: list[LabelledDocument]) -> None:
    result = score_model(small_model, small_corpus)
    ours, baseline = result.systems
    assert result.how == "10 statements of 3 documents, by the trained model"
    assert ours.scores.accuracy == 1
    assert baseline.scores.confusion[:, 2].tolist() == [3, 3, 4]
    assert baseline.scores.accuracy == 0.4


def test_the_card_has_the_scores_of_the_corpus(training: list[Example], logits: Floats, root: Path) -> None:
    card = (root / "models/default/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S+) \| stance \| ([\d.]+) \| .* \| ([\d.]+) \| .* \| ([\d.]+) \|$", card, re.MULTILINE)
    assert [part for part, *_ in rows] == ["authored/en", "authored/zh", "seeds"]
    for part, *printed in rows:
        own = np.array([part_of(example.document, example.language) == part for example in training])
        gold = np.array([example.stance for example in training])
        scores = Scores.of(gold[own], logits[own].argmax(1))
        assert printed == [f"{scores.macro_f1:.3f}", f"{scores.f_avg:.3f}", f"{scores.accuracy:.3f}"]


def test_passages_of_one_sitting_are_left_out_together() -> None:
    names = ["authored/zh-07-01", "authored/zh-07-02", "authored/zh-08-01", "seeds/001"]
    parts = folds([name for name in names for _ in range(2)])
    assert sorted(test.tolist() for _, test in parts) == [[0, 1, 2, 3], [4, 5], [6, 7]]
    for train, test in parts:
        assert not set(train.tolist()) & set(test.tolist())
