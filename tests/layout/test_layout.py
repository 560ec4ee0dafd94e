"""Every table of cases that layout has, and what holds for any text."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.language.labels import label_words
from stance.layout import lay_out
from stance.layout.blocks import Block, Page
from stance.repair.clean import clean

Case = dict[str, Any]
Draw = Callable[[st.DataObject], str]
_steady = settings(deadline=None, derandomize=True, database=None, max_examples=80)
_PIECES = (
    "# ", "> ", "- ", "1. ", "**", "```", "---", "| a | b |", "<p>", "</p>", "<div class=\"", "<blockquote>",
    "[quote]", "[/quote]", "Odile: ", "顾明川：", "u/mia:", "(00:12:30)", "00:01,000 --> 00:02,000", "title: x", ">> ",
    "\n", "\n\n",    "The pump stopped.", "泵停了。", "![a](b)", "[a](//b)", " ", "  \n",
)  # fmt: skip


@pytest.mark.cases("plain")
def test_plain_words(case: Case) -> None:
    assert lay_out(clean(case["text"])).text == case["plain"]


@pytest.mark.cases("blocks")
def test_blocks(case: Case) -> None:
    page = lay_out(clean(case["text"]))
    assert [_row(page, block) for block in page.blocks] == [row + [None] * (4 - len(row)) for row in case["blocks"]]


def _row(page: Page, block: Block) -> list[str | None]:
    turn = block.turn.name if block.turn is not None else None
    return [block.kind.value, page.text[block.start : block.end], turn, block.label or None]


@_steady
@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_blocks_are_in_order_and_cover_the_words(text: str) -> None:
    page, end = lay_out(text), 0
    for block in page.blocks:
        assert end <= block.start < block.end
        assert not page.text[end : block.start].strip("\n")
        assert page.text[block.start : block.end].strip() == page.text[block.start : block.end]
        assert block.start <= block.words <= block.end
        end = block.end
    assert end == len(page.text)


@_steady
@given(data=st.data())
def test_what_is_laid_out_stays(data: st.DataObject, draw_text: Draw) -> None:
    """No letter of a text without markup is lost."""
    text = clean(draw_text(data)).translate(dict.fromkeys(map(ord, "<>[]()#*_`~|\\&-—=!+")))
    kept = [ch for ch in lay_out(text).text if ch.isalnum()]
    assert kept == [ch for ch in text if ch.isalnum()]


def test_what_a_document_says_of_itself() -> None:
    page = lay_out(
        "---\ntitle: 修泵\nauthor:\n  name: 顾明川\ndate: 2024-10-17\nlink: https://a.example/b\n---\n泵好了。"
    )
    assert page.about == {"title": "修泵", "author": "顾明川", "date": "2024-10-17", "url": "https://a.example/b"}


def test_front_matter_without_an_end_is_remarked() -> None:
    page = lay_out("---\ntitle: 修泵\ndate: 2024\ntags: [泵]\n\n泵好了。")
    assert page.about["title"] == "修泵"
    assert len(page.remarks) == 1
    assert "no end" in page.remarks[0]


def test_patterns_of_labels_load() -> None:
    assert {"q", "记者"} <= label_words().asks
