"""Bytes of any encoding and any size become the text they were."""

import io
import time
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stance.errors import InputError
from stance.repair.decode import decode, decode_stream

Case = dict[str, Any]
_SENTENCE = "开源模型更便宜，大家都这么说。"


@pytest.mark.cases("decode")
def test_decode(case: Case) -> None:
    data = bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode(case["codec"])
    if "error" in case:
        with pytest.raises(InputError, match=rf"notes\.txt: .*{case['error']}"):
            decode(data, "notes.txt")
    else:
        assert decode(data) == (case["text"], case["encoding"])


@pytest.mark.parametrize(("codec", "encoding"), [("utf-8", "UTF-8"), ("gbk", "GB18030"), ("big5", "Big5")])
def test_a_long_line_without_ascii_is_cut_between_characters(codec: str, encoding: str) -> None:
    text = "台上的人都這麼說，水來了。" * 4000 if codec == "big5" else _SENTENCE * 4000
    with patch("stance.repair.decode._BLOCK", 10_001):
        blocks = list(decode_stream(io.BytesIO(text.encode(codec))))
    assert len(blocks) > 5
    assert {encoding for _, encoding in blocks} == {encoding}
    assert "".join(part for part, _ in blocks) == text


def test_a_block_keeps_the_encoding_of_the_one_before() -> None:
    page = '<html><head><meta charset="windows-1251"></head>\n<body>Открытые модели дешевле.\n' * 2 + "Да.\n" * 50
    with patch("stance.repair.decode._BLOCK", 100):
        blocks = list(decode_stream(io.BytesIO(page.encode("cp1251"))))
    assert "".join(part for part, _ in blocks) == page


def test_only_the_first_block_is_asked_what_kind_of_file_it_is() -> None:
    text = "Open weights.\n" * 3 + "GIF89a is a format.\n"
    with patch("stance.repair.decode._BLOCK", 42):
        assert "".join(part for part, _ in decode_stream(io.BytesIO(text.encode()))) == text


@settings(deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except InputError:
        return
    assert text.encode("utf-8") is not None


@settings(deadline=None, derandomize=True, database=None)
@given(st.text(alphabet="开源ab。\n é“", max_size=60), st.integers(1, 7))
def test_blocks_of_any_size_make_the_text(text: str, size: int) -> None:
    with patch("stance.repair.decode._BLOCK", size):
        assert "".join(part for part, _ in decode_stream(io.BytesIO(text.encode()))) == text


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((_SENTENCE * 110_000).encode("utf-8"), id="UTF-8 without ASCII"),
        pytest.param((_SENTENCE * 110_000).encode("gbk"), id="GBK without ASCII"),
        pytest.param(b"\xe5" * 4_800_000, id="first bytes only"),
        pytest.param(b"\xff\xfe\xff\xb0\n" * 60_000 + "开源。\n".encode() * 60_000, id="half of the lines broken"),
    ],
)
def test_millions_of_bytes_take_seconds(data: bytes) -> None:
    start = time.process_time()
    try:
        for _ in decode_stream(io.BytesIO(data)):
            pass
    except InputError:
        pass
    assert time.process_time() - start < 20
