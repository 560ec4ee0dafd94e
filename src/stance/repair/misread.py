"""Lines that were decoded by the wrong encoding, decoded again."""

import re
from collections.abc import Iterator

from stance.language.chinese import FREQUENT, HAN, frequent_share, is_traditional, segment, simplify, to_traditional
from stance.repair.plausible import chinese_sense, common_share, latin_share, sense

# What the bytes 80 to 9F are in Windows-1252, and the five of them that it cannot show.
_SHOWN = {bytes([byte]).decode("cp1252", "ignore"): byte for byte in range(0x80, 0xA0)}
_SHOWN.pop("")
_MARKS = "".join(_SHOWN)
_NOT_SHOWN = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_GOES_ON = rf"\x80-\xbf{_MARKS}"
# What UTF-8 looks like when read as Latin-1 or Windows-1252: å¼€æº�, â€œ, Ã©.
_UTF8_AS_LATIN = re.compile(f"[Â-ô][{_GOES_ON}]")
_SEQUENCE = re.compile(rf"[Â-ß][{_GOES_ON}]|[à-ï][{_GOES_ON}]{{2}}|[ð-ô][{_GOES_ON}]{{3}}")
# A character of it of which a byte was lost: one that Windows-1252 cannot show, replaced or left out (a closing ”).
_LOST_BYTE = re.compile(rf"[à-ï](?:\ufffd[{_GOES_ON}\ufffd]|[{_GOES_ON}]\ufffd)|â€(?![{_GOES_ON}])")
# Where such a character stood, until those around it can be read.
_FIRST_PLACE, _PLACES = 0x100000, 0xFFFD
_PLACE = re.compile(f"[{chr(_FIRST_PLACE)}-{chr(_FIRST_PLACE + _PLACES - 1)}]")
# What GBK or Big5 looks like when read so: ¿ªÔ´Ä£ÐÍ, ¶}·½¼Ò«¬; and the runs of characters that may be a byte each.
_CHINESE_AS_LATIN = re.compile(f"[\x80-\xff{_MARKS}]{{4}}|(?:[\x80-\xff{_MARKS}][@-~\x80-\xff{_MARKS}]){{3}}")
_BYTES = (re.compile(f"[\x01-\xff{_MARKS}]{{4,}}"), re.compile("[!-\xff]{4,}"))
# What Windows-1252 looks like when read as Latin-1: marks become control characters.
_CONTROLS = re.compile("[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")
_CONTROL_TO_MARK = {byte: mark for mark, byte in _SHOWN.items()}
_HAN = re.compile(f"[{HAN}]")
# Encoding the line was read by, and the one it was written in.
_MISTAKES = (("gbk", "utf-8"), ("gbk", "big5"))
# A line of fewer Han characters tells too little.
_SHORTEST = 6
# Share of frequent characters below which a line is no Chinese, and which the right reading must reach.
_STRANGE, _CHINESE = 0.12, 0.15
# Share of the characters beyond ASCII that must make sense in the right reading of what was taken for Latin.
_SENSE = 0.8
# Different ones there must be: a row of one sign is no text.
_DIFFERENT = 4
_REPEATED = re.compile(r"([^\x00-\x7f])\1+")
_ASCII = frozenset(map(chr, range(0x80)))
# Share of characters that may be lost: scrapers drop what the wrong encoding cannot show.
_LOST = 0.4
# Quotation marks of which one was lost, perhaps, and no comma of a list.
_CORNERS = re.compile("[「『【]")
# Characters on either side that tell which one was lost between them.
_AROUND = 3


def mend_misread_lines(text: str) -> str:
    """Decode again what was read by the wrong encoding; ftfy mends UTF-8 read as Latin-1.

    >>> text = "我们的模型和他们的模型一样好"
    >>> mend_misread_lines(text.encode("utf-8").decode("gbk", "replace"))
    '我们的模型和他们的模型一样好'
    >>> mend_misread_lines(text.encode("utf-8").decode("cp1252", "replace"))
    '我们的模型和他们的模型一样好'
    """
    if text.isascii():
        return text
    return "\n".join(line if line.isascii() else _mend_line(line) for line in text.split("\n"))


def _mend_line(line: str) -> str:
    if _CHINESE_AS_LATIN.search(line):
        line = max((line, *(run.sub(_chinese_read_as_latin, line) for run in _BYTES)), key=sense)
    if _UTF8_AS_LATIN.search(line) and sense(line) < 1:
        line = _utf8_read_as_latin(line)
    han = len(_HAN.findall(line))
    if not han and _CONTROLS.search(line):
        return line.translate(_CONTROL_TO_MARK)
    if han < _SHORTEST or frequent_share(line) > _STRANGE:
        return line
    readings = [_read_again(line, *mistake) for mistake in _MISTAKES]
    best = max(readings, key=frequent_share)
    return best if frequent_share(best) >= _CHINESE else line


def _chinese_read_as_latin(run: re.Match[str]) -> str:
    """GBK or Big5 out of what was read as Latin-1 or Windows-1252, where that makes sense and Latin does not."""
    shown = run.group()
    once = _REPEATED.sub("", shown)
    if not _CHINESE_AS_LATIN.search(once) or len(set(once) - _ASCII) < _DIFFERENT or latin_share(shown) > _SENSE:
        return shown
    data = _as_bytes(shown)
    readings = [text for codec in ("gb18030", "big5hkscs") if (text := _strictly(data, codec))]
    best = max(readings, key=chinese_sense, default="")
    return best if common_share(best) > _SENSE else shown


def _as_bytes(shown: str) -> bytes:
    return bytes(_SHOWN.get(ch) or ord(ch) for ch in shown)


def _strictly(data: bytes, codec: str) -> str:
    """The text, or nothing where a byte does not fit."""
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return ""


def _utf8_read_as_latin(line: str) -> str:
    """What ftfy makes of the line, where no more is lost than was before and it makes as much sense."""
    import ftfy  # few lines need it, and it takes a tenth of the time in which a sentence is answered

    lost: list[str] = []

    def keep_place(shown: re.Match[str]) -> str:
        if len(lost) == _PLACES:
            return shown.group()
        lost.append("".join(_could_have_been(shown.group())))
        return chr(_FIRST_PLACE + len(lost) - 1)

    marked = line if _PLACE.search(line) else _LOST_BYTE.sub(keep_place, line)
    readings = (ftfy.fix_encoding(marked), _SEQUENCE.sub(_decode_again, marked))
    mended = max((_fill_places(reading, lost) for reading in readings), key=sense)
    worse = mended.count("\ufffd") > line.count("\ufffd") or sense(mended) < sense(line)
    return line if worse else mended


def _decode_again(shown: re.Match[str]) -> str:
    return _strictly(_as_bytes(shown.group()), "utf-8") or shown.group()


def _could_have_been(shown: str) -> Iterator[str]:
    """The characters of three bytes of which those are left; ” for one mark, and common ones else.

    >>> "".join(_could_have_been("æº\ufffd"))
    '溁溍溏源溝'
    """
    if shown.startswith("â€"):
        yield "”"
        return
    choices = [_NOT_SHOWN if ch == "\ufffd" else (_SHOWN.get(ch) or ord(ch),) for ch in shown]
    for first in choices[0]:
        for second in choices[1]:
            for third in choices[2]:
                yield bytes((first, second, third)).decode("utf-8", "ignore")


def _fill_places(text: str, lost: list[str]) -> str:
    """In each place the character that stands in a word with those around it, where there is one, or else none."""
    if not lost:
        return text
    simplified = not is_traditional(_PLACE.sub("", text))

    def fill(place: re.Match[str]) -> str:
        number = ord(place.group()) - _FIRST_PLACE
        choices = [ch for ch in lost[number] if common_share(ch)] if number < len(lost) else [place.group()]
        choices = [ch for ch in choices if ch == (simplify(ch) if simplified else to_traditional(ch))]
        if "、" in choices and not _CORNERS.search(text):
            return "、"
        if len(choices) > 1:
            before = _PLACE.sub("", text[max(0, place.start() - _AROUND) : place.start()])
            after = _PLACE.sub("", text[place.end() : place.end() + _AROUND])
            choices = [ch for ch in choices if _in_word(before, ch, after)] or [ch for ch in choices if ch in FREQUENT]
        return choices[0] if len(choices) == 1 else "\ufffd"

    return _PLACE.sub(fill, text)


def _in_word(before: str, ch: str, after: str) -> bool:
    """Whether `ch` is a mark, or a part of a longer word where it stands between these."""
    if not _HAN.match(ch):
        return True
    at = 0
    for word in segment(simplify(before + ch + after)):
        if at <= len(before) < at + len(word):
            return len(word) > 1
        at += len(word)
    return False


def _read_again(line: str, read_by: str, written_in: str) -> str:
    """`line` by its right encoding, or nothing where too many bytes do not fit."""
    data = b"\x80".join(part.encode(read_by, "replace") for part in line.split("€"))  # what GBK shows of a lone 0x80
    text = data.decode(written_in, "replace")
    lost = text.count("\ufffd")
    return text.replace("\ufffd", "") if lost <= _LOST * len(text) else ""
