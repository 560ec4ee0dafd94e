import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.language.chinese import to_traditional
from stance.language.lexicon import Kind, people
from stance.learning.features import VIEWS, Views, characters, featurize, mask, normalize, words
from stance.types import AUTHOR, UNNAMED, Language, Speaker, Statement

CASES = Path(__file__).parents[1] / "cases"
ROWS = [json.loads(line) for line in (CASES / "features.jsonl").read_text(encoding="utf-8").splitlines()]
CHINESE = [json.loads(line)["text"] for line in (CASES / "cues_zh.jsonl").read_text(encoding="utf-8").splitlines()]
MASK = "\ue000"
FRAMES = {Language.CHINESE: "名单上有“{}”，也有别的。", Language.ENGLISH: "The list has “{}” and others on it."}


def _statement(text: str, *speakers: Speaker) -> Statement:
    return Statement(text, 0, len(text), speakers or (AUTHOR,))


def _views(text: str, language: Language, speaker: Speaker = AUTHOR) -> Views:
    (features,) = featurize([_statement(text, speaker)], language)
    return features.views


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["case"])
def test_words_and_characters(row: dict[str, Any]) -> None:
    views = _views(row["text"], Language(row["language"]))
    assert views["words"] == row["words"]
    assert sorted(views["characters"]) == sorted(row["characters"])


@given(st.text(max_size=60), st.sampled_from(Language))
def test_every_text_has_all_views(text: str, language: Language) -> None:
    views = _views(text, language)
    assert tuple(views) == VIEWS
    assert views["words"] == words(normalize(mask(_statement(text))))
    assert views["characters"] == characters(normalize(mask(_statement(text))), language)
    sizes = range(1, 3) if language is Language.CHINESE else range(2, 6)
    assert {len(gram) for gram in views["characters"]} <= set(sizes)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("language", Language)
def test_every_known_name_is_masked(kind: Kind, language: Language) -> None:
    frame = FRAMES[language]
    names = [name for entity in people().entities if entity.kind is kind for name in entity.names]
    assert len(names) > 50
    assert [name for name in names if mask(_statement(frame.format(name))) != frame.format(MASK)] == []


@pytest.mark.parametrize("kind", Kind)
def test_exchanging_known_names_changes_nothing(kind: Kind) -> None:
    entities = [entity for entity in people().entities if entity.kind is kind][:20]
    for language, frame in FRAMES.items():
        names = [name for entity in entities for name in (entity.zh if language is Language.CHINESE else entity.en)[:1]]
        assert len({json.dumps(_views(frame.format(name), language)) for name in names}) == 1


def test_known_names_inside_other_words_stay() -> None:
    text = "Metadata is no company."
    assert mask(_statement(text)) == text


@pytest.mark.parametrize(
    ("language", "text", "names"),
    [
        (Language.CHINESE, "{}说，开源更便宜。", ["顾明川", "星野智能", "海棠实验室"]),
        (Language.CHINESE, "“闭源更安全。”{}补充道，{}并不着急。", ["顾明川", "星野智能"]),
        (Language.CHINESE, "{}說，開源更便宜。", ["顧明川", "星野智能"]),
        (Language.ENGLISH, "Open models are cheaper, {} said.", ["Gu Mingchuan", "Hoshino Labs", "Ada Quill"]),
        (Language.ENGLISH, "{}'s view: closed models are safer.", ["Gu Mingchuan", "Hoshino Labs"]),
    ],
)
def test_exchanging_the_speaker_changes_nothing(language: Language, text: str, names: list[str]) -> None:
    found = [_views(text.replace("{}", name), language, Speaker(name)) for name in names]
    assert all(views == found[0] for views in found)
    for views, name in zip(found, names, strict=True):
        assert not [feature for view in views.values() for feature in view if name.lower() in feature]


def test_speakers_who_share_a_statement_are_masked() -> None:
    statement = _statement("顾明川和星野智能都说开源更便宜。", Speaker("顾明川"), Speaker("星野智能"))
    assert mask(statement) == f"{MASK}和{MASK}都说开源更便宜。"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [("The author of open models is free.", AUTHOR), ("An unnamed lab closed its models.", UNNAMED)],
)
def test_special_speakers_are_no_names(text: str, speaker: Speaker) -> None:
    assert mask(_statement(text, speaker)) == text


def test_names_of_speakers_inside_other_words_stay() -> None:
    assert mask(_statement("Quill likes open quilling, and Quilled paper.", Speaker("Quill"))).count(MASK) == 1


@pytest.mark.parametrize("text", CHINESE)
def test_scripts_give_the_same_features(text: str) -> None:
    assert _views(to_traditional(text), Language.CHINESE) == _views(text, Language.CHINESE)


def test_a_statement_takes_up_what_the_one_before_talked_about() -> None:
    closed, it = featurize([_statement("闭源很贵。"), _statement("它也不透明。")], Language.CHINESE)
    assert "names closed" in closed.views["cues"]
    assert "closed bad: trust" in it.views["cues"]
    assert "closed bad: trust" not in _views("它也不透明。", Language.CHINESE)["cues"]


def test_the_mirror_is_that_of_the_exchanged_statement() -> None:
    for text, exchanged in (("开源更便宜。", "闭源更便宜。"), ("Open models lag.", "Closed models lag.")):
        language = Language.CHINESE if text[0] > "z" else Language.ENGLISH
        (there,), (back,) = (list(featurize([_statement(words)], language)) for words in (text, exchanged))
        assert there.mirror == back.views
        assert back.mirror == there.views


def test_what_names_no_side_has_no_mirror() -> None:
    (features,) = featurize([_statement("会议九点开始。")], Language.CHINESE)
    assert features.mirror is None


def test_neighbours_and_the_rest_of_a_speaker_count() -> None:
    statements = [
        _statement("开源更便宜。", Speaker("甲")),
        _statement("会议九点开始。", Speaker("乙")),
        _statement("闭源更安全。", Speaker("甲")),
    ]
    first, second, third = (features.views["around"] for features in featurize(statements, Language.CHINESE))
    assert first == ["after another: none", "speaker elsewhere: closed"]
    assert second == ["before another: open", "after another: closed", "speaker elsewhere: none"]
    assert third == ["before another: none", "speaker elsewhere: open"]
