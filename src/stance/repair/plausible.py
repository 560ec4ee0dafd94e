"""How much sense the characters of a reading make, to choose between encodings."""

import re
from functools import cache

from stance.language.chinese import FREQUENT, HAN, simplify

_SAMPLE = 20_000
_MARKS = frozenset("，。、；：？！“”‘’（）《》〈〉【】…—─·・「」『』～｜　")
_SHARED = frozenset("“”‘’…—·")
"""Marks of both."""
_ROUND = "àáâãäåèéêëìíîïòóôõöøùúûüýÿæœçñšžðþ"
_CAPITAL = _ROUND.upper().replace("Ÿ", "")
# An accent inside a word, a word of one letter, a currency or a typographic mark.
_LATIN = re.compile(
    rf"(?<=[A-Za-z{_ROUND}])[{_ROUND}ß’]|(?<![^\W\d_])[{_ROUND}{_CAPITAL}](?=[a-z{_ROUND}’]|[ \n]|\Z)"
    rf"|[{_CAPITAL}](?=[A-Z])|(?<=[A-Z])[{_CAPITAL}]"
    r"|[‘’“”–—…•·«»©®™†°§¿¡\xa0]|(?<![^\W\d_])[£€¥](?=[\d ])|(?<=[\d ])[£€¥%‰](?![^\W\d_])|(?<=\d)[½¼¾²³ªº×±µ]"
)
# UTF-8 read as Windows-1252, and another alphabet: mark by mark it seems to make sense, and together it makes none.
# A capital in front of a mark of print may be the end of a word: “CAFÉ”.
_GOES_ON = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_MISREAD = re.compile(
    f"[ÂÃ][{_GOES_ON}]|[Ä-ß](?:[\x80-\x9f\xa1-\xa9\xac-\xba\xbc-\xbf€‚ƒ„†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ]|[{_GOES_ON}](?=[a-z]))"
    f"|[à-ï][{_GOES_ON}]{{2}}|ð[{_GOES_ON}]{{3}}|[{_ROUND}{_CAPITAL}]{{3,}}"
)
# Letters of Latin script that Windows-1252 lacks.
_OTHER_LATIN = re.compile("[\u0100-\u0151\u0154-\u015f\u0162-\u0177\u0179-\u017c\u1ea0-\u1ef9]")
# One Chinese character glued to a Latin word: two bytes of Latin text look so in GBK and Big5.
_GLUED = re.compile(rf"(?<=[a-z])[{HAN}](?![{HAN}，。、；：？！“”‘’（）《》])|(?<![{HAN}])[{HAN}](?=[a-z])")
# Of readings that make the same sense, the one with the more frequent characters.
_FREQUENT = 0.1


@cache
def _common() -> frozenset[str]:
    """The 3,755 characters of the first level of GB 2312: the common ones, simplified."""
    return frozenset(
        bytes((first, second)).decode("gb2312", "ignore") for first in range(0xB0, 0xD8) for second in range(0xA1, 0xFF)
    )


def common_share(text: str) -> float:
    """The share of the characters beyond ASCII that are common Chinese ones or its marks; 0 where there are none.

    >>> common_share("开源，open"), common_share("It抯")
    (1.0, 0.0)
    """
    return _chinese(text)[0]


def chinese_sense(text: str) -> float:
    """`common_share`, and a little more for frequent characters: it tells readings apart that make the same sense.

    >>> chinese_sense("的") > chinese_sense("腔")
    True
    """
    common, frequent = _chinese(text)
    return common + _FREQUENT * frequent


def _chinese(text: str) -> tuple[float, float]:
    """The shares of common and of frequent characters among those beyond ASCII."""
    sample = text[:_SAMPLE]
    beyond = [ch for ch in simplify(sample) if ch > "\x7f"]
    if not beyond:
        return 0.0, 0.0
    common = _common()
    glued = sum(ch not in FREQUENT and simplify(ch) in common for ch in _GLUED.findall(sample))
    known = sum(ch in common or ch in _MARKS for ch in beyond)
    return (known - glued) / len(beyond), sum(map(FREQUENT.__contains__, beyond)) / len(beyond)


def latin_share(text: str) -> float:
    """The share of the characters beyond ASCII that stand where Latin text has them; 0 where there are none.

    >>> latin_share("Zoë’s café"), latin_share("¿ªÔ´Ä£ÐÍ") < 0.5, latin_share("cafÃ©")
    (1.0, True, 0.0)
    """
    sample = text[:_SAMPLE]
    beyond = sum(ch > "\x7f" for ch in sample)
    if not beyond:
        return 0.0
    return min(1.0, len(_LATIN.findall(_MISREAD.sub("", sample))) / beyond)


def sense(text: str) -> float:
    """The share of the characters beyond ASCII that make sense in Chinese or in Latin; 1 where there are none.

    >>> sense("Zoë说：“开源”, Gdańsk"), sense("å¼€æº")
    (1.0, 0.0)
    """
    if text.isascii():
        return 1.0
    sample = text[:_SAMPLE]
    others = len(_OTHER_LATIN.findall(sample)) - sum(map(_SHARED.__contains__, sample))
    return min(1.0, common_share(sample) + latin_share(sample) + others / sum(ch > "\x7f" for ch in sample))
