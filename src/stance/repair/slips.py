"""Where bytes may have slipped, told by cheap signs, so that few texts ask the model of words."""

import re

from stance.language.chinese import FREQUENT, HAN, segment, simplify
from stance.repair.plausible import common_share

PINYIN = "[a-zü]{0,6}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,6}"
# A lead byte shown as "?", perhaps followed by the end of an inserted pinyin, and then a character of the run.
SLIP = re.compile(rf"\?(?:(?P<pinyin>{PINYIN}\))(?=[^\x00-\x7f]|[@-~])|(?=[^\x00-\x7f]|[!@-~][^\x00-\x7f]|!\?))")
_PINYIN_REST = re.compile(rf"{PINYIN}\)")
# What stands behind: the run up to the next ASCII character, or the end of one: ！?/p, ！彼a.
_RUN = re.compile(r"[!@-~]?([^\x00-\x7f]*)")
# One half of a character, alone in Chinese: 閉源?a的.
_HALF = re.compile(rf"[A-~][{HAN}]")
_SECOND = re.compile(r"[^\x00-\x7f]{1,3}\?(?:/|[^\x00-\x7f])")
_CLOSING = tuple("”’」』）》】…—")
_NO_HAN = re.compile(f"[^{HAN}]+")
# A second byte that stands alone (as does 80, shown as €), or a question mark in which one has gone.
_END = re.compile("[@-~?]")
# Characters a run may have; the longest in the wild is about 40.
LONGEST_RUN = 64
# Characters that are looked at, and share of them that are odd alone, from which on they are no text.
_LOOKED_AT, _ODD = 10, 0.5


def find_slips(text: str) -> list[re.Match[str]]:
    """Question marks in which a first byte may have gone; none at all where nothing looks so.

    >>> [slip.start() for slip in find_slips("談?wù)摲忾]的")], find_slips("真的吗?我不信。他问：“为什么?”")
    ([1], [])
    """
    if "?" not in text:
        return []
    slips = list(SLIP.finditer(text))
    return slips if any(_looks_slipped(text, slip) for slip in slips) else []


def _looks_slipped(text: str, slip: re.Match[str]) -> bool:
    """Whether what stands behind is no text of its own.

    Characters made of halves of two others are rare ones, or common ones that make no words; a question is followed by
    a mark that closes it, or by words.
    """
    if _PINYIN_REST.match(text, slip.start() + 1):
        return True
    after = text[slip.end() : slip.end() + _LOOKED_AT + 4].partition("\n")[0]
    if _SECOND.match(after) or (_HALF.match(after) and not text[max(0, slip.start() - 1) : slip.start()].isascii()):
        return True
    run = _RUN.match(text, slip.end(), slip.end() + LONGEST_RUN)
    if run is None or not run[1] or run[1].startswith(_CLOSING) or not _can_end(run, text):
        return False
    if common_share(run[1][:_LOOKED_AT]) < 1:
        return True
    words = segment(_NO_HAN.sub("", simplify(run[1]))[:_LOOKED_AT])
    return sum(len(word) == 1 and word not in FREQUENT for word in words) > _ODD * sum(map(len, words))


def _can_end(run: re.Match[str], text: str) -> bool:
    """Whether reading gets in step again: at a letter that is a second byte, or a character with such a one inside."""
    halves = (0x40 <= code[-1] < 0x7F for code in map(_gbk, run[1]) if len(code) > 1)
    return "€" in run[1] or _END.match(text, run.end()) is not None or any(halves)


def _gbk(ch: str) -> bytes:
    return ch.encode("gbk", "ignore")
