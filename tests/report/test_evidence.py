import pytest

from stance.learning.features import characters, words
from stance.report.evidence import cues, marked
from stance.report.wording import wording
from stance.types import Evidence, Language, Prediction, Stance, Statement

ZH, EN = Language.CHINESE, Language.ENGLISH


def _prediction(text: str, *features: str, weight: float = 0.3) -> Prediction:
    evidence = tuple(Evidence(feature, weight) for feature in features)
    return Prediction(Statement(text, 0, len(text)), Stance.PRO_OPEN, {Stance.PRO_OPEN: 0.9}, evidence)


@pytest.mark.parametrize(
    ("language", "text", "feature", "expected"),
    [
        (ZH, "开源更便宜。", "words: 便宜", ["便宜"]),
        (ZH, "開源更便宜。", "words: 开源 更", ["開源更"]),
        (ZH, "开源，更便宜。", "words: 开源 更", ["开源，更"]),
        (ZH, "开源更便宜。", "characters: 便", ["便"]),
        (ZH, "用了AI和3个AIs。", "words: ai", ["AI"]),
        (ZH, "用了12年。", "words: 0 年", ["12年"]),
        (ZH, "张三支持开源。", "words: \ue000 支持", ["支持"]),
        (ZH, "张三支持开源。", "words: \ue000", []),
        (EN, "Open weights are open.", "words: open", ["Open", "open"]),
        (EN, "Opened, reopen.", "words: open", []),
        (EN, "Opened, reopen.", "characters:  ope", ["Ope"]),
        (EN, "Opened, reopen.", "characters: pen ", ["pen"]),
        (EN, "Opened (reopen).", "characters: pen", ["pen", "pen"]),
        (ZH, "开源更便宜。", "cues: open good", []),
        (ZH, "a.c (", "words: (", ["("]),
    ],
)
def test_words_that_count_are_marked(language: Language, text: str, feature: str, expected: list[str]) -> None:
    pieces = list(marked(_prediction(text, feature), language))
    assert [piece for piece, counts in pieces if counts] == expected
    assert "".join(piece for piece, _ in pieces) == text


def test_what_speaks_against_is_not_marked() -> None:
    assert list(marked(_prediction("开源好。", "words: 开源", weight=-0.3), ZH)) == [("开源好。", False)]


def test_a_letter_that_grows_when_lowered_moves_nothing() -> None:
    assert ("open", True) in list(marked(_prediction("İİ open", "words: open"), EN))


@pytest.mark.parametrize(
    ("language", "text"),
    [(ZH, "開源模型更便宜，Llama 3也更透明"), (EN, "Open models don't cost as much as closed ones")],
)
def test_whatever_the_learner_sees_is_found(language: Language, text: str) -> None:
    """The two must not drift apart: every feature of a plain text marks something in it."""
    simple = "开源模型更便宜，llama 3也更透明" if language is ZH else text.lower()
    features = [f"words: {word}" for word in words(simple)]
    features += [f"characters: {gram}" for gram in characters(simple, language) if gram.strip()]
    for feature in features:
        assert any(counts for _, counts in marked(_prediction(text, feature), language)), feature


def test_cues_in_words() -> None:
    evidence = (
        Evidence("score: open ≥ 0.5", 0.5),
        Evidence("cues: open good: cost", 0.4),
        Evidence("score: open ≥ 1.0", 0.7),
        Evidence("words: 便宜", 0.2),
        Evidence("around: speaker elsewhere: none", -0.1),
    )
    assert cues(evidence, wording(ZH)) == [
        ("线索总分：开源≥1.0", pytest.approx(1.2)),
        ("开源好：成本", 0.4),
        ("上下文：此人的其他话：无", -0.1),
    ]
    assert [name for name, _ in cues(evidence, wording(EN))] == [
        "score of the cues: open ≥ 1.0",
        "open good: cost",
        "around it: the speaker elsewhere: none",
    ]
