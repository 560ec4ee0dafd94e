"""Alternatives asked all at once find what one pattern of all of them finds."""

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.language.lexicon import lexicon
from stance.language.scanning import Scanner, leading, needed
from stance.types import Language


@cache
def voices() -> tuple[Scanner, re.Pattern[str]]:
    patterns = [
        pattern.replace("CUE", "(?:说|认为)") for pattern in lexicon(Language.CHINESE).words("unnamed", "voices")
    ]
    return Scanner(patterns), re.compile("|".join(patterns))


WORDS = [
    "有",
    "两",
    "人",
    "位",
    "某",
    "一",
    "说",
    "认为",
    "，",
    "。",
    "发言人",
    "老板",
    "派",
    "的观点",
    "记者",
    "问",
    "开源",
    "\n",
]


@given(
    st.lists(st.sampled_from([*WORDS, "业内人士", "其中", "家长", "3", "专家", "文章", "同事", "委员"])).map("".join)
)
@settings(deadline=None, max_examples=400)
def test_voices(text: str) -> None:
    scanner, pattern = voices()
    assert [found.span() for found in scanner.finditer(text)] == [found.span() for found in pattern.finditer(text)]


@pytest.mark.parametrize(
    "alternatives",
    [
        pytest.param(["[^x]{0,2}ab", "a", "b[xy]"], id="loose first"),
        pytest.param(["a", "[^x]{0,2}(?:ab|ba)"], id="words that overlap"),
        pytest.param(["[^x]{0,2}a"], id="nothing but loose ones"),
        pytest.param(["[^x]y", "[^x][ab]"], id="characters for words"),
        pytest.param(["[^x].", "ab"], id="no word at all"),
        pytest.param(["ab?", r"x\w"], id="none that is loose"),
    ],
)
@given(text=st.text(alphabet="abxy ", max_size=30))
def test_any_alternatives(alternatives: list[str], text: str) -> None:
    found = Scanner(alternatives).finditer(text)
    assert [one.span() for one in found] == [one.span() for one in re.finditer("|".join(alternatives), text)]


@pytest.mark.parametrize(
    ("pattern", "characters"),
    [
        ("ab", {"a"}),
        ("a?b", {"a", "b"}),
        ("(?<!x)(?:ab|[cd]e|f*g)", {"a", "c", "d", "f", "g"}),
        (r"\d+位", {r"\d"}),
        ("[a-c]x", {"a-c"}),
        ("[^a]b", set()),
        (".b", set()),
        ("a*", set()),
    ],
)
def test_leading(pattern: str, characters: set[str]) -> None:
    assert leading(pattern) == characters


@pytest.mark.parametrize(
    ("pattern", "literals"),
    [
        ("开源", {"开源"}),
        ("(?:封|锁)在.{0,4}接口", {"接口"}),
        ("[甲乙]", {"甲", "乙"}),
        ("(?:ab|cd)+x?", {"ab", "cd"}),
        ("(?<!不)会输", {"会输"}),
        ("a?", set()),
        (".*|x", set()),
        ("(?:a|)b?", set()),
    ],
)
def test_needed(pattern: str, literals: set[str]) -> None:
    assert needed(pattern) == literals
