"""Bytes to text: UTF-8, or the encoding in which they read better."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from stance.errors import InputError
from stance.repair.plausible import common_share, latin_share

_MAGIC = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_MAGIC |= {b"GIF8": "a picture", b"\x1f\x8b": "compressed", b"\x7fELF": "a program", b"PAR1": "a Parquet file"}
# What a page or an XML file says of its encoding.
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,20})|<\?xml[^>]{0,80}?encoding=[\"']([\w-]{2,20})"
)
# Share of a sample that control characters have in binary data.
_BINARY = 0.02
# Share of characters up to which a text is a little damaged rather than in another encoding.
_DAMAGED = 0.01
# Share of the characters beyond ASCII that must make sense for another encoding than UTF-8 to be taken.
_SENSE = 0.6
# Share of the lines that must be readable, each by itself, where no encoding reads them all.
_READABLE = 0.5
# Bytes read at a time; a line is read to its end, but for one without any.
_BLOCK, _LONGEST_LINE = 1 << 20, 1 << 26
# Encodings tried, and what people call them.
_CHINESE = {"gb18030": "GB18030", "big5hkscs": "Big5"}


def decode_stream(stream: BinaryIO, name: str = "-") -> Iterator[tuple[str, str]]:
    """The text of `stream` in blocks of whole lines, each with its encoding, so that a file of any size fits.

    Raises `InputError` for what is no text.
    """
    while block := stream.read(_BLOCK):
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            block += stream.read()
        else:
            block += stream.readline(_LONGEST_LINE)
        yield decode(block, name)


def decode(data: bytes, name: str = "-") -> tuple[str, str]:
    """The text of `data`, and its encoding.

    UTF-8 where that reads, else what the data declare, else the likeliest of GB18030, Big5 and Windows-1252; a few
    broken bytes, or a line in another encoding, do not matter. Raises `InputError` for what is no text.

    >>> decode("開源模型更安全。".encode("big5")), decode("It’s “open”.".encode("cp1252"))
    (('開源模型更安全。', 'Big5'), ('It’s “open”.', 'Windows-1252'))
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
    found = _declared(data) or _likeliest(data) or _line_by_line(data)
    if found is None:
        raise InputError(f"{name}: neither UTF-8 nor GB18030 nor Big5 nor Windows-1252; save it as UTF-8")
    return found


def _declared(data: bytes) -> tuple[str, str] | None:
    """The text in the encoding that a page declares, where it reads in it."""
    said = _DECLARED.search(data[:4096])
    if said is None:
        return None
    encoding = (said[1] or said[2]).decode("ascii").lower()
    encoding = "gb18030" if encoding.startswith("gb") else encoding
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        return None
    return (text, encoding.upper()) if text.count("\ufffd") <= _DAMAGED * len(text) else None


def _likeliest(data: bytes) -> tuple[str, str] | None:
    """The reading whose characters beyond ASCII make most sense."""
    readings = []
    for encoding, called in _CHINESE.items():
        text = data.decode(encoding, "replace")
        if text.count("\ufffd") <= _DAMAGED * len(text):
            readings.append((common_share(text), text, called))
    latin = data.decode("cp1252", "replace")
    readings.append((latin_share(latin), latin, "Windows-1252"))
    damaged = data.decode("utf-8-sig", "replace")
    if damaged.count("\ufffd") <= _DAMAGED * len(damaged):
        readings.append((max(_SENSE, common_share(damaged)), damaged, "damaged UTF-8"))
    share, text, called = max(readings, key=lambda reading: reading[0])
    return (text, called) if share >= _SENSE else None


def _line_by_line(data: bytes) -> tuple[str, str] | None:
    """Each line in its own encoding; bytes that fit none are replaced."""
    lines, readable = [], 0
    for line in data.split(b"\n"):
        try:
            text, ok = line.decode("utf-8"), True
        except UnicodeDecodeError:
            found = _likeliest(line)
            text, ok = (found[0], True) if found is not None else (line.decode("utf-8", "replace"), False)
        lines.append(text)
        readable += ok
    return ("\n".join(lines), "several encodings") if readable > _READABLE * len(lines) else None
