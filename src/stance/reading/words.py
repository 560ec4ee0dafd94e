"""Chinese words and characters: what cleaning, matching and features share.

jieba's dictionary is the reference. Segmentation itself runs through rjieba, the same algorithm in Rust, which
cuts Han runs exactly as jieba does with its hidden Markov model off; a test holds the two together.
"""

import logging
import math
import operator
import os
import re
import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import opencc
import rjieba

from stance.reading.lexicon import lexicon, people
from stance.types import Language

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
# Log-probabilities, in nats, of what stands outside the dictionary; punctuation by its share of Chinese news text.
_LOG_PUNCTUATION = {
    "，": -2.7, ",": -3.5, "。": -3.4, "、": -4.5, "“": -4.5, "”": -4.5, "：": -5.0, "？": -5.5, "！": -5.5,
    "。”": -4.5, "，”": -5.5, "？”": -6.0, "！”": -6.0, "：“": -5.0, "，“": -5.5, "”。": -5.5, "”，": -5.5, "、“": -6.0,
}  # fmt: skip
_USUAL = frozenset("；‘’《》（）·…—")
_LOG_USUAL, _LOG_UNKNOWN = -6.0, -16.0
# Times jieba's corpus holds a character as a word of its own, for it to be guessed, and to be no surprise.
_COMMON, _COMMON_SINGLE = 200, 20_000
_LOG_RARE_SINGLE = -2.0
# Frequency given to our own words, in jieba's corpus of sixty million.
_OWN_WORD = 3000

_to_simplified = opencc.OpenCC("t2s")
_to_traditional = opencc.OpenCC("s2t")


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
    traditional: str = _to_traditional.convert(text)
    return traditional


def is_traditional(text: str) -> bool:
    """Whether `text` is written in traditional characters, judged by those that differ between the scripts."""
    traditional = sum(map(operator.ne, text, simplify(text)))
    simplified = sum(map(operator.ne, text, to_traditional(text)))
    return bool(traditional > simplified)


def segment(text: str) -> list[str]:
    """The words of `text`, a run of one script: jieba's exact mode, HMM off, with our own words added."""
    words: list[str] = _segmenter().cut(text, False)
    return words


@cache
def _segmenter() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for word in own_words():
        segmenter.add_word(word, _OWN_WORD, "n")
    return segmenter


class WordModel:
    """Word frequencies as a unigram language model: how likely a text is, by its best segmentation."""

    LONGEST = 5
    """Characters of the longest word considered."""

    def __init__(self, frequencies: Mapping[str, int], total: int) -> None:
        self._frequencies = frequencies
        self._log_total = math.log(total)

    def log_probability(self, word: str) -> float:
        """Natural logarithm of the share of `word`, in simplified characters, among all words."""
        if frequency := self._frequencies.get(word):
            rare = _LOG_RARE_SINGLE if len(word) == 1 and frequency < _COMMON_SINGLE else 0.0
            return math.log(frequency) - self._log_total + rare
        if word in _LOG_PUNCTUATION:
            return _LOG_PUNCTUATION[word]
        if len(word) > 1:
            return -math.inf
        return _LOG_USUAL if word in _USUAL or " " <= word <= "~" else _LOG_UNKNOWN

    def log_likelihood(self, text: str) -> float:
        """Natural logarithm of the probability of `text` in its best segmentation."""
        simple = simplify(text)
        scores = [0.0]
        for end in range(1, len(simple) + 1):
            longest = min(self.LONGEST, end)
            scores.append(
                max(
                    scores[end - size] + self.log_probability(simple[end - size : end])
                    for size in range(1, longest + 1)
                )
            )
        return scores[-1]

    def begins_with_word(self, text: str) -> bool:
        """Whether `text` begins with a word of two characters or more that is not rare."""
        simple = simplify(text)
        return any(self._frequencies.get(simple[:size], 0) >= _COMMON for size in range(2, len(simple) + 1))

    def pairs(self, least: int) -> dict[str, int]:
        """Words of two characters, and neighbours inside our own longer words, with a frequency of at least `least`."""
        found = {word: n for word, n in self._frequencies.items() if len(word) == 2 and n >= least}
        for word in own_words():
            found |= {word[at : at + 2]: _OWN_WORD for at in range(len(word) - 1)}
        return found

    def is_common(self, character: str) -> bool:
        """Whether `character` is a word of its own often enough to be guessed."""
        return self._frequencies.get(simplify(character), 0) >= _COMMON or character in _LOG_PUNCTUATION


@cache
def word_model() -> WordModel:
    """The model of jieba's dictionary, read quietly from a cache that nobody else can write.

    jieba trusts whatever lies at ``<tmp>/jieba.cache``; ours lies in a directory of this user alone.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    tokenizer.tmp_dir = str(_private_cache())
    tokenizer.initialize()
    collocations = lexicon(Language.CHINESE).data["collocations"]
    frequencies = tokenizer.FREQ | dict.fromkeys((*own_words(), *collocations), _OWN_WORD)
    return WordModel(frequencies, tokenizer.total)


@cache
def own_words() -> tuple[str, ...]:
    """Words of the debate and names of its people that jieba does not know or cuts wrongly."""
    names = (name for entity in people().entities for name in entity.zh)
    han = re.compile(f"[{HAN}]{{2,{WordModel.LONGEST}}}")
    return (*lexicon(Language.CHINESE).data["words"], *filter(han.fullmatch, names))


def _private_cache() -> Path:
    """A directory that belongs to this user and that no other user can write."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = home / "stance"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = folder.stat()
        if owner.st_uid == os.getuid() and not owner.st_mode & 0o022 and os.access(folder, os.W_OK):
            return folder
    except (OSError, RuntimeError):
        pass
    return Path(tempfile.mkdtemp(prefix="stance-"))
