"""The lexicons load, hold enough, and say what is broken in them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import LexiconError
from stance.files import read_toml
from stance.language import lexicon as module
from stance.language.chinese import simplify
from stance.language.lexicon import Kind, lexicon, people
from stance.language.matching import any_of
from stance.types import Language


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A table to fill, which is read instead of every lexicon."""
    planted: dict[str, Any] = {}
    monkeypatch.setattr(module, "read_toml", lambda *_: planted)
    people.cache_clear()
    lexicon.cache_clear()
    yield planted
    people.cache_clear()
    lexicon.cache_clear()


def test_enough_is_listed() -> None:
    kinds = [entity.kind for entity in people().entities]
    assert kinds.count(Kind.PERSON) >= 120
    assert kinds.count(Kind.ORGANISATION) >= 60


def test_every_chinese_name_is_simplified() -> None:
    assert [name for entity in people().entities for name in entity.zh if simplify(name) != name] == []


def test_every_entity_has_a_name_and_an_ascii_id() -> None:
    assert [entity.id for entity in people().entities if not entity.names or not entity.id.isascii()] == []


def test_posts_belong_to_organisations() -> None:
    kinds = {people().by_id[post[0]].kind for entity in people().entities for post in entity.posts}
    assert kinds == {Kind.ORGANISATION}


@pytest.mark.parametrize("language", list(Language))
def test_cues_load(language: Language) -> None:
    kinds = set(lexicon(language).cues.values())
    assert {"say", "think", ""} <= kinds


def test_cues_in_chinese_are_simplified() -> None:
    assert [cue for cue in lexicon(Language.CHINESE).cues if simplify(cue) != cue] == []


def test_longest_word_matches_first() -> None:
    found = re.search(any_of(["a", "ab"]) + "c?", "xabc")
    assert found is not None
    assert found[0] == "abc"
    assert any_of([]) == "(?!)"


@given(st.lists(st.text(alphabet="ab-]", min_size=1, max_size=4), min_size=1), st.text(alphabet="ab-]", max_size=20))
def test_shared_beginnings_change_no_match(words: list[str], text: str) -> None:
    plain = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    for behind in ("", "b", "{2}"):
        expected = [match.span() for match in re.finditer(f"(?:{plain}){behind}", text)]
        assert [match.span() for match in re.finditer(any_of(words) + behind, text)] == expected


PERSON = {"id": "gu-mingchuan", "zh": ["顾明川"], "en": ["Gu Mingchuan"]}


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        pytest.param({"person": [{"zh": ["顾明川"]}]}, "persons.toml: '?'.*broken", id="no id"),
        pytest.param({"person": [PERSON, PERSON]}, "'gu-mingchuan' stands twice", id="id twice"),
        pytest.param({"person": [PERSON, PERSON | {"id": "other"}]}, "'顾明川' names both", id="name twice"),
        pytest.param({"person": [PERSON | {"posts": [["nowhere", "ceo"]]}]}, "'nowhere'", id="post nowhere"),
        pytest.param({"person": [PERSON | {"posts": [["nowhere"]]}]}, "'gu-mingchuan' is broken", id="half a post"),
        pytest.param({"person": [PERSON | {"zh": 3}]}, "'gu-mingchuan' is broken", id="no list of names"),
    ],
)
def test_broken_people(plant: dict[str, Any], tables: dict[str, Any], message: str) -> None:
    plant.update(tables)
    with pytest.raises(LexiconError, match=message):
        people()


@pytest.mark.parametrize(
    "table",
    [
        pytest.param({}, id="no cues"),
        pytest.param({"cues": ["说"]}, id="cues without kinds"),
        pytest.param({"cues": {"say": 3, "not": {}}}, id="no list of cues"),
        pytest.param({"cues": {"say": ["说"]}}, id="no table of words that are no cues"),
    ],
)
def test_broken_cues(plant: dict[str, Any], table: dict[str, Any]) -> None:
    plant.update(table)
    with pytest.raises(LexiconError, match=r"zh/speech\.toml: table \[cues\] is broken"):
        lexicon(Language.CHINESE)


def test_missing_file() -> None:
    with pytest.raises(LexiconError, match=r"nothing\.toml: .*reinstall"):
        read_toml("stance.language", "nothing.toml")
