"""Bytes to text: UTF-8, or the encoding in which they make most sense."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from stance.errors import InputError
from stance.repair.plausible import chinese_sense, latin_share

_MAGIC = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive or an Office document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
}
_MAGIC |= {b"GIF8": "a picture", b"\x1f\x8b": "compressed", b"\x7fELF": "a program", b"PAR1": "a Parquet file"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Share of a sample that control characters have in binary data.
_BINARY = 0.02
# What people call the encodings that are tried, and Python's codecs for them.
CODECS = {"GB18030": "gb18030", "Big5": "big5hkscs", "Windows-1252": "cp1252"}
# What a page or an XML file says of its encoding, and where it says it.
_DECLARED = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,20})|<\?xml[^>]{0,80}?encoding=[\"']([\w-]{2,20})", re.IGNORECASE
)
_HEAD = 4096
# Names under which pages mean one of those above, and encodings that only a declaration can tell.
_ALIASES = {"gb": "GB18030", "x-gbk": "GB18030", "big5": "Big5", "x-x-big5": "Big5", "utf-8": "UTF-8", "utf8": "UTF-8"}
_ALIASES |= dict.fromkeys(
    ("iso-8859-1", "iso8859-1", "latin1", "us-ascii", "ascii", "windows-1252", "cp1252"), "Windows-1252"
)
_ONLY_DECLARED = re.compile("iso-?8859-|windows-125|koi8-|macintosh|shift[_-]jis|euc-|iso-2022-")
# How much more an encoding is believed that makes little sense by chance, and one that the data name.
_UTF_8, _DECLARED_BONUS = 1.3, 0.2
# Sense that an encoding must make to be taken, and up to which lines are looked at one by one.
_SENSE, _ALL_LINES = 0.5, 0.9
# Share of the letters that must be readable, or the data are no text we know.
_READABLE = 0.4
# Broken characters up to which a declaration is believed that we cannot judge, and bytes that tell that it is wrong.
_DAMAGED, _TELLING = 0.01, 12
# Bytes read at a time.
_BLOCK = 1 << 20
_LETTER = re.compile(rb"[0-9A-Za-z]")


class _Reading(NamedTuple):
    """Data in one encoding."""

    encoding: str
    text: str
    sense: float
    """Share of what lies beyond ASCII that can be so."""


def decode_stream(stream: BinaryIO, name: str = "-") -> Iterator[tuple[str, str]]:
    """The text of `stream` in blocks, each with its encoding, so that a file of any size fits.

    A block ends with a line where it can, and never inside a character; the encoding of one is expected of the next.
    Raises `InputError` for what is no text.
    """
    rest, expected = b"", ""
    first = True
    while read := stream.read(_BLOCK):
        block = rest + read
        if block.startswith(_UTF_16) and first:
            block += stream.read()
            end = len(block)
        else:
            end = _end_of_whole(block)
        block, rest = block[:end], block[end:]
        if block:
            text, expected = _decode(block, name, expected, first=first)
            yield text, expected
            first = False
    if rest:
        yield _decode(rest, name, expected, first=first)


def _end_of_whole(block: bytes) -> int:
    """How much of a block ends with a line, or else with a character; of text in which neither can be told, all."""
    if end := block.rfind(b"\n") + 1:
        return end
    for codec in ("utf-8", "gb18030", "big5hkscs"):
        decoder = codecs.getincrementaldecoder(codec)()
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            continue
        return len(block) - len(decoder.getstate()[0])
    return block.rfind(b" ") + 1 or len(block)


def decode(data: bytes, name: str = "-") -> tuple[str, str]:
    """The text of `data`, and its encoding.

    UTF-8 where that reads, else what the data declare if that makes sense, else the likeliest of GB18030, Big5 and
    Windows-1252. A few broken bytes, or lines in another encoding, do not matter. Raises `InputError` for what is no
    text.

    >>> decode("開源模型更安全。".encode("big5")), decode("It’s “open”.".encode("cp1252"))
    (('開源模型更安全。', 'Big5'), ('It’s “open”.', 'Windows-1252'))
    """
    return _decode(data, name, "", first=True)


def _decode(data: bytes, name: str, expected: str, *, first: bool) -> tuple[str, str]:
    if first:
        for magic, kind in _MAGIC.items():
            if data.startswith(magic):
                raise InputError(f"{name}: not text but {kind}; save it as plain text")
        if data.startswith(_UTF_16):
            return data.decode("utf-16", "replace"), "UTF-16"
    sample = data[:65536]
    if b"\0" in sample or sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in sample) > _BINARY * len(sample):
        raise InputError(f"{name}: not text but binary data; save it as plain text")
    try:
        return data.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        pass
    declared = expected or _declared(data)
    foreign = _foreign(data, declared, sure=bool(expected))
    if foreign is not None:
        return foreign, declared.upper()
    reading = _likeliest(data, declared)
    if reading.sense < _ALL_LINES or "\ufffd" in reading.text:
        reading = _lines_apart(data, reading)
    letters = len(_LETTER.findall(data))
    beyond = sum(ch > "\x7f" for ch in reading.text)
    if letters + reading.sense * beyond < _READABLE * (letters + beyond):
        raise InputError(f"{name}: neither UTF-8 nor GB18030 nor Big5 nor Windows-1252; save it as UTF-8")
    return reading.text, reading.encoding


def _declared(data: bytes) -> str:
    """The encoding that a page or an XML file names; nothing where it names none."""
    said = _DECLARED.search(data[:_HEAD])
    if said is None:
        return ""
    name = (said[1] or said[2]).decode("ascii", "replace").lower()
    return "GB18030" if name.startswith("gb") else _ALIASES.get(name, name)


def _foreign(data: bytes, declared: str, *, sure: bool) -> str | None:
    """The text in a declared encoding that we cannot judge; unless it is sure, where no other makes perfect sense."""
    if declared in CODECS or not _ONLY_DECLARED.match(declared.lower()):
        return None
    try:
        text = data.decode(declared, "replace")
    except LookupError:
        return None
    if text.count("\ufffd") > _DAMAGED * len(text):
        return None
    if not sure and sum(byte >= 0x80 for byte in data) >= _TELLING and _likeliest(data).sense > _ALL_LINES:
        return None
    return text


def _likeliest(data: bytes, expected: str = "") -> _Reading:
    """The reading that makes most sense."""
    readings = [_in_utf_8(data)]
    for encoding, codec in CODECS.items():
        text = data.decode(codec, "replace")
        readings.append(_Reading(encoding, text, latin_share(text) if codec == "cp1252" else chinese_sense(text)))

    def belief(reading: _Reading) -> float:
        if reading.encoding != "damaged UTF-8":
            return reading.sense + _DECLARED_BONUS * (reading.encoding == expected)
        return _UTF_8 * reading.sense + _DECLARED_BONUS * (expected in ("UTF-8", reading.encoding))

    best = max(readings, key=belief)
    return best._replace(sense=min(1.0, best.sense))


def _in_utf_8(data: bytes) -> _Reading:
    """The data in UTF-8; two bytes of something else fit more often than three, and count half."""
    text = data.decode("utf-8-sig", "replace")
    broken = text.count("\ufffd")
    short = sum("\x7f" < ch < "\u0800" for ch in text)
    whole = sum(ch >= "\u0800" for ch in text) - broken + short / 2
    return _Reading("damaged UTF-8", text, whole / (whole + broken) if broken else 1.0)


def _lines_apart(data: bytes, whole: _Reading) -> _Reading:
    """Each line in the encoding in which it makes most sense, that of the whole where it makes enough."""
    texts: list[str] = []
    sense = 0.0
    beyond = 0
    encodings: set[str] = set()
    for line in data.split(b"\n"):
        if line.isascii():
            texts.append(line.decode("ascii"))
            continue
        reading = _line(line, whole.encoding)
        here = sum(ch > "\x7f" for ch in reading.text)
        texts.append(reading.text)
        beyond += here
        sense += here * reading.sense
        encodings.add(reading.encoding)
    same = len(encodings - {"UTF-8"}) <= 1 and ("UTF-8" not in encodings or whole.encoding == "damaged UTF-8")
    text = "\n".join(texts)
    return _Reading(
        whole.encoding if same else "several encodings", text.removeprefix("\ufeff"), sense / max(1, beyond)
    )


def _line(line: bytes, expected: str) -> _Reading:
    try:
        return _Reading("UTF-8", line.decode("utf-8"), 1.0)
    except UnicodeDecodeError:
        return _likeliest(line, expected)
