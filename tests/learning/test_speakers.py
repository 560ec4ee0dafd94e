"""Attribution learns from labels, and is scored by hand-made choices."""

import numpy as np
import pytest

from stance.learning.labels import LabelledDocument, page_of
from stance.learning.speakers import (
    Choice,
    SpeakerResult,
    SpeakerScores,
    choices_of,
    fit_speakers,
    same_speakers,
    score_speakers,
)
from stance.reading.weights import Weights
from stance.types import AUTHOR, UNNAMED, Speaker

GU, XING = Speaker("顾明川"), Speaker("星野智能")


@pytest.mark.parametrize(
    ("gold", "found", "same"),
    [
        pytest.param((AUTHOR,), (AUTHOR,), True, id="author"),
        pytest.param((AUTHOR,), (UNNAMED,), False, id="unnamed is not the author"),
        pytest.param((GU,), (Speaker("顾明川博士"),), True, id="one holds the other"),
        pytest.param((GU, XING), (XING,), True, id="one of those who share it"),
        pytest.param((GU,), (XING,), False, id="another"),
        pytest.param((Speaker("甲"),), (Speaker("甲乙"),), False, id="one character tells nothing"),
    ],
)
def test_same_speakers(gold: tuple[Speaker, ...], found: tuple[Speaker, ...], *, same: bool) -> None:
    assert same_speakers(gold, found) is same


def test_every_statement_has_a_choice(small_corpus: list[LabelledDocument]) -> None:
    for document in small_corpus:
        choices = list(choices_of(document, page_of(document), None))
        assert len(choices) == len(document.labels)
        assert all(len(choice.features) == len(choice.right) > 1 for choice in choices)
        assert all(choice.right[choice.chosen] for choice in choices if any(choice.right))


def test_what_is_learned_fits_what_was_labelled(small_corpus: list[LabelledDocument]) -> None:
    weights = fit_speakers(small_corpus)
    scores = score_speakers(weights, small_corpus, ["small"] * len(small_corpus)).parts["small"]["model"]
    assert scores.accuracy == 1
    assert all(np.isfinite(value) for value in weights.values.values())


def test_learning_twice_is_the_same(small_corpus: list[LabelledDocument]) -> None:
    assert fit_speakers(small_corpus) == fit_speakers(small_corpus)


def test_without_a_kind_of_evidence_none_of_it_is_weighed(small_corpus: list[LabelledDocument]) -> None:
    assert not [name for name in fit_speakers(small_corpus, " by ").values if " by " in name]


def test_no_documents_leave_what_is_believed() -> None:
    assert set(fit_speakers([]).values.values()) == {1.75, 3.5, 7.0}


def _choice(right: list[bool], chosen: int, *, author: bool, named: bool) -> Choice:
    return Choice([["a"]] * len(right), right, chosen, 0.8, 0, author, (named, False))


def test_scores_by_hand() -> None:
    result = SpeakerResult()
    result.add(
        "a",
        [
            _choice([True, False], 0, author=True, named=False),
            _choice([False, True], 1, author=False, named=True),
            _choice([False, True], 0, author=False, named=False),
            _choice([True, False], 1, author=True, named=True),
        ],
    )
    model = result.parts["a"]["model"]
    assert model == SpeakerScores(statements=4, right=2, gold_other=2, predicted_other=2, right_other=1)
    assert model.accuracy == 0.5
    assert model.f1_not_author == pytest.approx(2 * 1 / (2 + 2))
    assert result.parts["a"]["always the author"].accuracy == 0.5
    assert result.calibration_error == pytest.approx(0.3)
    assert model + model == SpeakerScores(8, 4, 4, 4, 2)
    assert SpeakerScores().accuracy == SpeakerScores().f1_not_author == 0


def test_the_likeliest_candidate_is_chosen_with_its_probability() -> None:
    weights = Weights({"cue": 2.0, "far": -1.0}, temperature=2.0)
    place, confidence = weights.choose([[("far",)], [("cue",), ("unheard of",)], []])
    assert place == 1
    assert confidence == pytest.approx(np.exp(1.0) / (np.exp(1.0) + np.exp(-0.5) + 1))
