from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import LabelError
from stance.learning.evaluation import out_of_fold
from stance.learning.features import VIEWS, Features
from stance.learning.labels import LabelledDocument, load_documents
from stance.learning.model import Floats, Model, load, softmax
from stance.learning.training import (
    Example,
    Pipeline,
    Settings,
    describe,
    digest,
    examples,
    settings_for,
    temperature,
    train,
)
from stance.reading import read
from stance.types import STANCES, Language, Stance


def _same(first: Model, second: Model, rtol: float, atol: float) -> None:
    assert set(first.languages) == set(second.languages) == set(Language)
    for language, one in first.languages.items():
        other = second.languages[language]
        assert list(one.views) == list(other.views)
        np.testing.assert_allclose(one.intercept, other.intercept, rtol=rtol, atol=atol)
        assert one.temperature == pytest.approx(other.temperature, rel=1e-4)
        for name, view in one.views.items():
            assert view.vocabulary == other.views[name].vocabulary, f"{language}/{name}: run `stance train`"
            np.testing.assert_allclose(view.idf, other.views[name].idf, rtol=rtol, atol=atol)
            np.testing.assert_allclose(view.coefficients, other.views[name].coefficients, rtol=rtol, atol=atol)


def test_the_shipped_model_is_that_of_the_labels(trained: Model) -> None:
    """Fails where labels, cues, features or cleaning have changed since `stance train`."""
    _same(trained, load(), rtol=1e-6, atol=1e-8)


def test_the_shipped_model_names_its_labels(corpus: list[LabelledDocument]) -> None:
    statements = sum(len(document.labels) for document in corpus)
    told = {"sha256": digest(corpus), "documents": len(corpus), "statements": statements}
    assert load().metadata["labels"] == told


def test_the_card_names_its_labels(corpus: list[LabelledDocument], root: Path) -> None:
    card = (root / "models/default/README.md").read_text(encoding="utf-8")
    assert digest(corpus) in card
    assert describe(corpus) in card


def test_training_twice_is_identical(
    trained: Model, training: list[Example], logits: Floats, corpus: list[LabelledDocument]
) -> None:
    again = train(training, logits, corpus, Settings())
    _same(trained, again, rtol=0, atol=0)
    assert again.metadata == trained.metadata


def test_a_language_without_labels_learns_from_the_cues_of_others(small_model: Model) -> None:
    chinese, english = (small_model.languages[language] for language in Language)
    assert tuple(chinese.views) == VIEWS
    assert tuple(english.views) == VIEWS[2:]
    assert set(english.views["cues"].vocabulary) == set(chinese.views["cues"].vocabulary)
    text = "Open models are cheaper. Closed models are safer."
    stances = [prediction.stance for prediction in small_model.predict(read(text))]
    assert stances == [Stance.PRO_OPEN, Stance.PRO_CLOSED]


def test_a_language_learns_from_its_own_labels() -> None:
    rows = [
        Example("a", Language.CHINESE, Features({}, None), 0),
        Example("b", Language.ENGLISH, Features({}, None), 1),
    ]
    settings = Settings()
    assert settings_for(Language.ENGLISH, rows, settings) == (settings, rows[1:])
    assert settings_for(Language.ENGLISH, rows[:1], settings) == (
        replace(settings, views=VIEWS[2:]),
        rows[:1],
    )


def test_examples_keep_order_and_labels(small_corpus: list[LabelledDocument]) -> None:
    found = examples(small_corpus)
    assert [example.document for example in found] == [d.id for d in small_corpus for _ in d.labels]
    assert [STANCES[example.stance] for example in found] == [stance for d in small_corpus for stance in d.stances]


def test_speakers_play_no_part(small_corpus: list[LabelledDocument], small_labels: Path) -> None:
    before = [example.features for example in examples(small_corpus)]
    for path in small_labels.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("顾明川", "海棠居"), encoding="utf-8")
    assert [example.features for example in examples(load_documents(small_labels))] == before


def _cost(logits: Floats, stances: list[int], heat: float) -> float:
    chosen = softmax(logits / heat)[np.arange(len(stances)), stances]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 5))
def test_temperature_fits(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    stances = rng.integers(0, 3, 60)
    logits = scale * (np.eye(3)[stances] + rng.normal(0, 1, (60, 3)))
    heat = temperature(logits, stances)
    best = _cost(logits, stances.tolist(), heat)
    assert best <= _cost(logits, stances.tolist(), 1.0) + 1e-6
    assert heat >= 1
    for other in (0.8 * heat, 1.25 * heat):
        if 1 <= other < 12:
            assert best <= _cost(logits, stances.tolist(), other) + 1e-6


def test_temperature_of_the_corpus_fits(training: list[Example], logits: Floats, trained: Model) -> None:
    rows = [row for row, example in enumerate(training) if example.language is Language.CHINESE]
    stances = [training[row].stance for row in rows]
    heat = trained.languages[Language.CHINESE].temperature
    assert _cost(logits[rows], stances, heat) <= _cost(logits[rows], stances, 1.0)


def test_temperature_cools_only() -> None:
    stances = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    right = np.eye(3)[stances]
    right[0] = [0, 1, 0]
    assert temperature(20 * right, stances) > 1 == temperature(0.2 * right, stances)


def test_description_counts_by_language(small_corpus: list[LabelledDocument]) -> None:
    assert describe(small_corpus).splitlines() == [
        "zh: 3 documents, 10 statements (3 pro-open, 3 pro-closed, 4 neutral)",
        "en: no documents; its model judges by the cues the languages share",
    ]


def test_digest_sees_every_field(small_corpus: list[LabelledDocument], small_labels: Path) -> None:
    path = small_labels / "a.jsonl"
    before = path.read_text(encoding="utf-8")
    seen = {digest(small_corpus)}
    for old, new in (("顾明川", "海棠子"), ('"t"', '"u"'), ('"neutral"', '"pro-open"'), ('"note": ""', '"note": "x"')):
        path.write_text(before.replace(old, new), encoding="utf-8")
        seen.add(digest(load_documents(small_labels)))
    assert len(seen) == 5


def test_a_fold_with_one_stance_is_named(small_corpus: list[LabelledDocument]) -> None:
    rows = [row for row in examples(small_corpus) if row.document == "small/a" or row.stance == 2]
    with pytest.raises(LabelError, match="have one stance"):
        out_of_fold(rows, Settings(), jobs=1)


def test_a_pipeline_wants_two_stances() -> None:
    with pytest.raises(LabelError, match="all statements of a have one stance"):
        Pipeline(Settings(("words",))).fit([Example("a", Language.CHINESE, Features({"words": ["贵"]}, None), 0)])
