import json
import re
from pathlib import Path
from typing import Any

import pytest

from stance.errors import LexiconError
from stance.learning.cues import Cues, buckets, cue_lexicon, cue_reader
from stance.learning.features import normalize
from stance.learning.mirror import flip
from stance.types import Language

CASES = Path(__file__).parents[1] / "cases"


def _rows(language: Language) -> list[dict[str, Any]]:
    lines = (CASES / f"cues_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


ROWS = [(language, row) for language in Language for row in _rows(language)]
MIRRORED = [(language, row["text"]) for language, row in ROWS if row.get("mirrored")]


def _read(language: Language, text: str, before: str = "") -> Cues:
    return cue_reader(language).read(normalize(text), before)


def _exchange(language: Language, text: str) -> str:
    """`text` with open and closed words exchanged."""
    if language is Language.CHINESE:
        return re.sub("[开闭](?=源)", lambda word: {"开": "闭", "闭": "开"}[word[0]], text)
    other = {"open": "closed", "closed": "open", "Open": "Closed", "Closed": "Open"}
    return re.sub(r"\b(?:[Oo]pen|[Cc]losed)\b", lambda word: other[word[0]], text)


def _side(score: float) -> str:
    return "open" if score >= 0.25 else "closed" if score <= -0.25 else "none"


@pytest.mark.parametrize(
    ("language", "row"),
    [
        pytest.param(
            language,
            row,
            id=f"{language} {row['case']}",
            marks=[pytest.mark.xfail(reason=row["fails"], strict=True)] if "fails" in row else [],
        )
        for language, row in ROWS
    ],
)
def test_case(language: Language, row: dict[str, Any]) -> None:
    cues = _read(language, row["text"])
    missing = [feature for feature in row["among"] if feature not in cues.features]
    wrong = [feature for feature in row["not_among"] if feature in cues.features]
    assert not missing, cues.features
    assert not wrong, cues.features
    assert _side(cues.score) == row["score"], cues.score
    assert buckets(cues.score)[0] == row["score"]


@pytest.mark.parametrize("language", Language)
def test_table_is_large_enough(language: Language) -> None:
    assert len(_rows(language)) >= 25
    assert sum(row.get("mirrored", False) for row in _rows(language)) >= 10


@pytest.mark.parametrize(("language", "text"), MIRRORED)
def test_exchanging_the_sides_turns_the_score(language: Language, text: str) -> None:
    there, back = _read(language, text), _read(language, _exchange(language, text))
    assert there.score == -back.score != 0
    assert sorted(map(flip, there.features)) == sorted(back.features)


@pytest.mark.parametrize(
    ("language", "row"), ROWS, ids=lambda value: value["case"] if isinstance(value, dict) else None
)
def test_flipping_twice_changes_nothing(language: Language, row: dict[str, Any]) -> None:
    for feature in _read(language, row["text"]).features:
        assert flip(flip(feature)) == feature


@pytest.mark.parametrize("language", Language)
def test_lexicon_is_rich(language: Language) -> None:
    lexicon = cue_lexicon(language)
    assert lexicon.size >= 1000
    assert len(lexicon.entries) >= 1000


def test_languages_share_their_features() -> None:
    judged = [_read(Language.CHINESE, "开源更便宜。"), _read(Language.ENGLISH, "Open source is cheaper.")]
    assert judged[0] == judged[1]


@pytest.mark.parametrize(
    ("language", "text"), [(Language.CHINESE, "它更便宜。"), (Language.ENGLISH, "Such models are cheaper.")]
)
def test_a_statement_points_back_to_the_one_before(language: Language, text: str) -> None:
    alone, after_open, after_closed = (_read(language, text, before) for before in ("", "open", "closed"))
    assert alone.score == 0
    assert "something good: cost" in alone.features
    assert after_open.score > 0
    assert "open good: cost" in after_open.features
    assert after_closed.score == -after_open.score


@pytest.mark.parametrize("language", Language)
def test_the_target_is_what_is_named_last(language: Language) -> None:
    text = {Language.CHINESE: "闭源很贵，开源很便宜。", Language.ENGLISH: "Closed is dear, open is cheap."}[language]
    assert _read(language, text).target == "open"
    assert _read(language, _exchange(language, text)).target == "closed"
    assert _read(language, "").target == ""


def test_score_is_clipped() -> None:
    assert _read(Language.CHINESE, "开源更便宜，开源更安全，开源更强，开源更透明，开源更好。").score == 3.0


def test_english_entries_match_whole_words_only() -> None:
    assert "names open" not in _read(Language.ENGLISH, "The opener reopened the opening.").features


def test_broken_lexicon_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: dict[str, Any] = {"target": {"open": [1]}, "gradable": {}, "operator": {}, "judgement": {}}
    monkeypatch.setattr("stance.learning.cues.read_toml", lambda _package, _name: tables)
    with pytest.raises(LexiconError, match=r"cues/zh\.toml: \[target\.open\] holds 1"):
        cue_lexicon.__wrapped__(Language.CHINESE)
    tables["target"] = {"open": ["开源"]}
    tables |= {"implied": {"open": ["("], "closed": []}, "frame": {"neutral": []}}
    with pytest.raises(LexiconError, match=r"cues/zh\.toml: implied\.open: "):
        cue_lexicon.__wrapped__(Language.CHINESE)
