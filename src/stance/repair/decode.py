"""Bytes to text: UTF-8, or the Chinese encoding in which they read better."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from stance.errors import InputError
from stance.language.chinese import frequent_share

_MAGIC = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_MAGIC |= {b"GIF8": "a picture", b"\x1f\x8b": "compressed", b"\x7fELF": "a program", b"PAR1": "a Parquet file"}
# Share of a sample that control characters have in binary data.
_BINARY = 0.02
# Share of broken bytes up to which UTF-8 is a little damaged rather than something else.
_DAMAGED = 0.01
# Bytes read at a time; a line is read to its end.
_BLOCK = 1 << 20


def decode_stream(stream: BinaryIO, name: str = "-") -> Iterator[tuple[str, str]]:
    """The text of `stream` in blocks of whole lines, each with its encoding, so that a file of any size fits.

    Raises `InputError` for what is no text.
    """
    while block := stream.read(_BLOCK):
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            block += stream.read()
        else:
            block += stream.readline(_BLOCK)
            while block[-1] >= 0x80 and (byte := stream.read(1)):  # a line without end is cut at an ASCII character
                block += byte
        yield decode(block, name)


def decode(data: bytes, name: str = "-") -> tuple[str, str]:
    """The text of `data`, and its encoding.

    Raises `InputError` for what is no text.
    """
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            raise InputError(f"{name}: not text but {kind}; save it as plain text")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "UTF-16"
    sample = data[:65536]
    if b"\0" in sample or sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample) > _BINARY * len(sample):
        raise InputError(f"{name}: not text but binary data; save it as plain text")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    readings = [
        (frequent_share(text), text, encoding) for encoding in ("GB18030", "Big5") if (text := _try(data, encoding))
    ]
    repaired = data.decode("utf-8-sig", "replace")
    if repaired.count("\ufffd") <= _DAMAGED * len(repaired):
        readings.append((frequent_share(repaired), repaired, "damaged UTF-8"))
    _, text, encoding = max(readings, key=lambda reading: reading[0], default=(0.0, "", ""))
    if not encoding:
        raise InputError(f"{name}: neither UTF-8 nor GB18030 nor Big5; save it as UTF-8")
    return text, encoding


def _try(data: bytes, encoding: str) -> str:
    """The text, or nothing if more than a few bytes do not fit."""
    text = data.decode(encoding, "replace")
    return text if text.count("\ufffd") <= _DAMAGED * len(text) else ""
