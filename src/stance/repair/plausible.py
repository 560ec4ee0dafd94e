"""How much sense the characters of a reading make, to choose between encodings."""

import re

from stance.language.chinese import simplify

_SAMPLE = 20_000
_MARKS = frozenset("，。、；：？！“”‘’（）《》…—·「」『』【】～　")
# The first byte, in GB 2312, of the 3,755 commonest characters.
_COMMON = range(0xB0, 0xD8)
_LATIN = re.compile(
    "(?<=[A-Za-z])[À-ÖØ-öø-ÿŠšŽžŒœŸ’]|[À-ÖØ-öø-ÿŠšŽžŒœŸ](?=[a-z])|[‘’“”–—…•€£©®°·§«»¿¡]|(?<=[À-ÿ])[À-ÿ](?=[a-z])"
)


def common_share(text: str) -> float:
    """The share of the characters beyond ASCII that are common Chinese ones or its marks; 0 where there are none.

    >>> common_share("开源，open"), common_share("It抯")
    (1.0, 0.0)
    """
    beyond = [ch for ch in simplify(text[:_SAMPLE]) if ch > "\x7f"]
    return sum(map(_is_common, beyond)) / len(beyond) if beyond else 0.0


def _is_common(ch: str) -> bool:
    if ch in _MARKS:
        return True
    try:
        return ch.encode("gb2312")[0] in _COMMON
    except UnicodeEncodeError:
        return False


def latin_share(text: str) -> float:
    """The share of the characters beyond ASCII that stand where Latin text has them; 0 where there are none.

    >>> latin_share("Zoë’s café"), latin_share("¿ªÔ´Ä£ÐÍ") < 0.5
    (1.0, True)
    """
    sample = text[:_SAMPLE]
    beyond = sum(ch > "\x7f" for ch in sample)
    return min(1.0, len(_LATIN.findall(sample)) / beyond) if beyond else 0.0
