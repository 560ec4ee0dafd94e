"""Documents with predictions made by hand, so that no model need be trained."""

from collections.abc import Sequence

import pytest

from stance.report import Report, build
from stance.types import AUTHOR, UNNAMED, Document, Evidence, Language, Prediction, Speaker, Stance, Statement

OPEN, CLOSED, NEUTRAL = Stance
Row = tuple[Speaker | tuple[Speaker, ...], str, Stance | None, float]
Pair = tuple[Document, Sequence[Prediction]]
ATTACK = "<script>alert(1)</script>开源\"'&"
EVIDENCE = (
    Evidence("score: open ≥ 1.0", 0.7),
    Evidence("score: open ≥ 0.5", 0.5),
    Evidence("cues: open good: cost", 0.42),
    Evidence("words: 便宜", 0.2),
    Evidence("words: 开源", -0.1),
)


def predicted(statement: Statement, stance: Stance | None, confidence: float) -> Prediction:
    likeliest = stance or NEUTRAL
    rest = dict.fromkeys(Stance, (1 - confidence) / 2)
    return Prediction(statement, stance, rest | {likeliest: confidence}, EVIDENCE)


def document(id: str, language: Language, rows: Sequence[Row], *, between: str = "\n\n", start: int = 0) -> Pair:
    text, predictions = "", []
    for speakers, said, stance, confidence in rows:
        text += between if text else ""
        at = start + len(text)
        statement = Statement(said, at, at + len(said), (speakers,) if isinstance(speakers, Speaker) else speakers)
        predictions.append(predicted(statement, stance, confidence))
        text += said
    return Document(id, text, language, tuple(p.statement for p in predictions), start), predictions


@pytest.fixture
def pairs() -> list[Pair]:
    """Two articles in Chinese, one of them in traditional characters, and one in English."""
    chinese: list[Row] = [
        (AUTHOR, "明天有雨。", NEUTRAL, 0.9),
        (Speaker("扎克伯格", "mark-zuckerberg"), "扎克伯格说，开源更便宜。", OPEN, 0.8),
        (Speaker("顾明川"), "顾明川说，闭源更安全。", CLOSED, 0.7),
        ((Speaker("黄仁勋", "jensen-huang"), Speaker("扎克伯格", "mark-zuckerberg")), "两人说，开源好。", OPEN, 0.6),
        (UNNAMED, ATTACK, OPEN, 0.5),
    ]
    traditional: list[Row] = [
        (Speaker("扎克伯格", "mark-zuckerberg"), "開源更便宜。", OPEN, 0.9),
        (Speaker("顧明川"), "明天有雨。", None, 0.4),
    ]
    english: list[Row] = [(Speaker("Mark Zuckerberg", "mark-zuckerberg"), "Closed is safer.", CLOSED, 0.6)]
    return [
        document("zh/a.txt", Language.CHINESE, chinese),
        document("zh/b.txt", Language.CHINESE, traditional, between=""),
        document("en<i>.txt", Language.ENGLISH, english),
    ]


@pytest.fixture
def report(pairs: list[Pair]) -> Report:
    return build(pairs, card="# Model card\n\n<b>bold</b>\n\n## Scores\n\n| a | b |\n| --- | --- |\n| 0.644 | 1 |\n")
