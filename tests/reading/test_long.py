"""Texts of any length are read part by part, and nothing is lost between the parts."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import InputError
from stance.reading import read, read_long
from stance.repair.decode import decode_stream

PARAGRAPH = "顾明川说，开源模型更便宜。他还说，谁都能检查它。\n会议在下午结束。\n\n"


def _blocks(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def test_a_short_text_is_one_part() -> None:
    assert list(read_long(PARAGRAPH)) == [read(PARAGRAPH)]
    assert not list(read_long(" \n"))
    assert not list(read_long([]))


@pytest.mark.parametrize("size", [1000, 40_000, 10**9])
def test_parts_put_together_are_the_text(size: int) -> None:
    text = PARAGRAPH * 3000
    parts = list(read_long(_blocks(text, size)))
    assert len(parts) > 2
    whole = "\n\n".join(part.text for part in parts)
    assert whole == (PARAGRAPH * 3000).strip()
    statements = [statement for part in parts for statement in part.statements]
    assert len(statements) == 3 * 3000
    assert all(whole[s.start : s.end] == s.text for s in statements)
    assert [s.speaker_name for s in statements[:3]] == ["顾明川", "顾明川", "author"]


def test_a_text_without_ends_is_cut_all_the_same() -> None:
    text = "开" * 100_001
    assert "".join(part.text for part in read_long(text)) == text


def test_parts_end_with_a_sentence_where_no_line_ends() -> None:
    parts = list(read_long("开源更便宜。" * 10_001))
    assert sum(len(part.statements) for part in parts) == 10_001
    assert all(statement.text == "开源更便宜。" for part in parts for statement in part.statements)


def test_of_a_long_page_the_article_is_read() -> None:
    article = "".join(f"<p>第{number}句，开源更便宜，大家都这样说。</p>" for number in range(5000))
    page = f"<html><body><nav>首页</nav><article>{article}</article></body></html>"
    texts = [part.text for part in read_long(_blocks(page, 500))]
    assert len(texts) > 1
    assert all(any(f"第{number}句" in text for text in texts) for number in (1, 2500, 4999))
    assert not any("<" in text or "首页" in text for text in texts)


@given(st.text(alphabet="开源ab。\n é", max_size=60), st.integers(1, 7))
@settings(deadline=None)
def test_bytes_come_back_as_the_text(text: str, size: int) -> None:
    from unittest.mock import patch

    with patch("stance.repair.decode._BLOCK", size):
        assert "".join(part for part, _ in decode_stream(io.BytesIO(text.encode()))) == text


def test_utf_16_is_read_whole() -> None:
    text = "开源更便宜。\n" * 10
    assert list(decode_stream(io.BytesIO(text.encode("utf-16")))) == [(text, "UTF-16")]


def test_binary_is_named() -> None:
    with pytest.raises(InputError, match="x: not text"):
        list(decode_stream(io.BytesIO(b"\0" * 50), "x"))
