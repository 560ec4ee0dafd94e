"""The mirror of a statement: the two sides exchanged, in its words and in its features."""

import re
from functools import lru_cache

from stance.learning.cues import CLOSED, OPEN, OTHER
from stance.types import Language

# The words of the two sides that are exchanged for one another: 开源 and 闭源, open and closed.
_EXCHANGED = {
    Language.CHINESE: (re.compile("[开闭](?=源)|开放|封闭"), {"开": "闭", "闭": "开", "开放": "封闭", "封闭": "开放"}),
    Language.ENGLISH: (re.compile(r"\b(?:open|closed)\b"), {"open": "closed", "closed": "open"}),
}


def exchange(text: str, language: Language) -> str:
    """`text`, simplified or lowered, with the words of the two sides exchanged.

    >>> exchange("开源比闭源便宜", Language.CHINESE), exchange("open models lag", Language.ENGLISH)
    ('闭源比开源便宜', 'closed models lag')
    """
    pattern, other = _EXCHANGED[language]
    return pattern.sub(lambda word: other[word[0]], text)


@lru_cache(maxsize=1024)
def flip(feature: str) -> str:
    """The feature with the sides exchanged.

    >>> flip("open good: cost"), flip("open > closed")
    ('closed good: cost', 'open < closed')
    """
    if " > " in feature or " < " in feature:
        return feature.translate(str.maketrans("<>", "><"))
    return re.sub(rf"\b({OPEN}|{CLOSED})\b", lambda side: OTHER[side[1]], feature)
