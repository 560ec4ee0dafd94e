"""Lines that were decoded by the wrong encoding, decoded again."""

import re

from stance.language.chinese import HAN, frequent_share
from stance.repair.plausible import common_share, latin_share

# What UTF-8 looks like when read as Latin-1 or Windows-1252: å¼€æº�, â€œ, Ã©.
_UTF8_AS_LATIN = re.compile("[ÂÃâäåæçèéïð][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
# What GBK or Big5 looks like when read so: ¿ªÔ´Ä£ÐÍ, ¶}·½¼Ò«¬.
_CHINESE_AS_LATIN = re.compile("[\x80-ÿŒœŠšŽžŸƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]{4}")
_HAN = re.compile(f"[{HAN}]")
# Encoding the line was read by, and the one it was written in.
_MISTAKES = (("gbk", "utf-8"), ("gbk", "big5"))
# A line of fewer Han characters tells too little.
_SHORTEST = 6
_SOME_HAN = re.compile(f"(?:[^{HAN}]*+[{HAN}]){{{_SHORTEST}}}")
# Share of frequent characters below which a line is no Chinese, and which the right reading must reach.
_STRANGE, _CHINESE = 0.12, 0.15
# Share of the characters beyond ASCII that must make sense in the right reading of what was taken for Latin.
_SENSE = 0.9
# Share of characters that may be lost: scrapers drop what the wrong encoding cannot show.
_LOST = 0.4


def mend_misread_lines(text: str) -> str:
    """Decode again what was read by the wrong encoding; ftfy mends UTF-8 read as Latin-1.

    >>> text = "我们的模型和他们的模型一样好"
    >>> mend_misread_lines(text.encode("utf-8").decode("gbk", "replace"))
    '我们的模型和他们的模型一样好'
    >>> mend_misread_lines(text.encode("utf-8").decode("latin-1"))
    '我们的模型和他们的模型一样好'
    """
    latin = _UTF8_AS_LATIN.search(text) is not None or _CHINESE_AS_LATIN.search(text) is not None
    if not latin and not _HAN.search(text):
        return text
    return "\n".join([_mend_line(line) if latin or _is_strange(line) else line for line in text.split("\n")])


def _mend_line(line: str) -> str:
    if _CHINESE_AS_LATIN.search(line):
        line = _chinese_read_as_latin(line)
    if _UTF8_AS_LATIN.search(line):
        line = _utf8_read_as_latin(line)
    if not _is_strange(line):
        return line
    readings = [_read_again(line, *mistake) for mistake in _MISTAKES]
    best = max(readings, key=frequent_share)
    return best if frequent_share(best) >= _CHINESE else line


def _is_strange(line: str) -> bool:
    """Whether a line of Han characters holds too few of the frequent ones to be Chinese."""
    return _SOME_HAN.match(line) is not None and frequent_share(line) <= _STRANGE


def _utf8_read_as_latin(line: str) -> str:
    """What ftfy makes of the line, where that loses no byte and makes as much sense."""
    import ftfy  # few lines need it, and it takes a tenth of the time in which a sentence is answered

    mended = ftfy.fix_encoding(line)
    lost = mended.count("\ufffd") > line.count("\ufffd")
    return mended if not lost and _sense(mended) >= _sense(line) else line


def _sense(line: str) -> float:
    """The share of the characters beyond ASCII that make sense in Chinese or in Latin; 1 where there are none."""
    return max(common_share(line), latin_share(line), float(line.isascii()))


def _chinese_read_as_latin(line: str) -> str:
    """GBK, Big5 or UTF-8 out of what was read as Latin-1 or Windows-1252, where that makes sense and Latin does not."""
    if latin_share(line) > _SENSE:
        return line
    best, sense = line, _SENSE
    for read_by in ("cp1252", "latin-1"):
        try:
            data = b"".join(ch.encode(read_by) if ord(ch) > 0xFF else ch.encode("latin-1") for ch in line)
        except UnicodeEncodeError:
            continue
        for written_in in ("gb18030", "big5", "utf-8"):
            try:
                text = data.decode(written_in)
            except UnicodeDecodeError:
                continue
            if common_share(text) > sense:
                best, sense = text, common_share(text)
    return best


def _read_again(line: str, read_by: str, written_in: str) -> str:
    """`line` by its right encoding, or nothing where too many bytes do not fit."""
    data = b"\x80".join(part.encode(read_by, "replace") for part in line.split("€"))  # what GBK shows of a lone 0x80
    text = data.decode(written_in, "replace")
    lost = text.count("\ufffd")
    return text.replace("\ufffd", "") if lost <= _LOST * len(text) else ""
