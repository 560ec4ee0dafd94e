"""Chinese words and characters: what cleaning, matching and features share.

jieba's dictionary is the reference. Segmentation itself runs through rjieba, the same algorithm in Rust, which
cuts Han runs exactly as jieba does with its hidden Markov model off; a test holds the two together.
"""

import operator
import re
from collections.abc import Callable
from functools import cache

import opencc

from stance.language.lexicon import lexicon, people
from stance.types import Language

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# Frequency given to our own words, in jieba's corpus of sixty million.
OWN_WORD = 3000
# Characters of the longest word that cutting knows.
LONGEST_WORD = 5
# The most frequent characters of modern Chinese, which make up half of any text.
FREQUENT = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实"
)

_to_simplified = opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """`text` in simplified characters, one character for one, so that offsets stay valid.

    >>> simplify("開源與閉源")
    '开源与闭源'
    """
    simple: str = _to_simplified.convert(text)
    if len(simple) == len(text):
        return simple
    by_character = (_to_simplified.convert(ch) for ch in text)
    return "".join(new if len(new) == 1 else old for old, new in zip(text, by_character, strict=True))


def to_traditional(text: str) -> str:
    """`text` in traditional characters."""
    traditional: str = converter("s2t").convert(text)
    return traditional


@cache
def converter(name: str) -> opencc.OpenCC:
    """Made when first needed: each dictionary takes time and memory, and few texts need them."""
    return opencc.OpenCC(name)


def is_traditional(text: str) -> bool:
    """Whether `text` is written in traditional characters, judged by those that differ between the scripts."""
    traditional = sum(map(operator.ne, text, simplify(text)))
    simplified = sum(map(operator.ne, text, to_traditional(text)))
    return bool(traditional > simplified)


def frequent_share(text: str) -> float:
    """The share of the most frequent characters of Chinese in the first of `text`."""
    sample = simplify(text[:20_000])
    return sum(map(FREQUENT.__contains__, sample)) / max(1, len(sample))


def inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin word at `start` or `end` goes on outside: the "Meta" of "Metaverse"."""
    return _goes_on(text[start - 1 : start] if start else "", text[start]) or _goes_on(
        text[end - 1], text[end : end + 1]
    )


def _goes_on(first: str, second: str) -> bool:
    return (first + second).isascii() and first.isalnum() and second.isalnum()


def segment(text: str) -> list[str]:
    """The words of `text`, a run of one script: jieba's exact mode, HMM off, with our own words added."""
    words: list[str] = _segmenter()(text, False)
    return words


@cache
def _segmenter() -> Callable[[str, bool], list[str]]:
    """The segmenter of rjieba itself, which its import has loaded already; a second one would take as long again."""
    import rjieba

    for word in own_words():
        rjieba.add_word(word, OWN_WORD, "n")
    return rjieba.cut


@cache
def own_words() -> tuple[str, ...]:
    """Words of the debate and names of its people that jieba does not know or cuts wrongly."""
    names = (name for entity in people().entities for name in entity.zh)
    han = re.compile(f"[{HAN}]{{2,{LONGEST_WORD}}}")
    return (*lexicon(Language.CHINESE).data["words"], *filter(han.fullmatch, names))
