"""How likely a Chinese text is, by the words of jieba's dictionary and the characters that meet between them."""

import copy
import logging
import math
import os
import re
import tempfile
import warnings
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stance.language.chinese import LONGEST_WORD, OWN_WORD, converter, own_words, simplify
from stance.language.lexicon import lexicon
from stance.types import Language

# Log-probabilities, in nats, of what stands outside the dictionary; punctuation by its share of Chinese news text.
_LOG_PUNCTUATION = {
    "，": -2.7, ",": -3.5, "。": -3.4, "、": -4.5, "“": -4.5, "”": -4.5, "：": -5.0, "？": -5.5, "！": -5.5,
    "。”": -4.5, "，”": -5.5, "？”": -6.0, "！”": -6.0, "：“": -5.0, "，“": -5.5, "”。": -5.5, "”，": -5.5, "、“": -6.0,
}  # fmt: skip
_USUAL = frozenset("；‘’《》（）·…—【】")
_LOG_USUAL, _LOG_UNKNOWN, _LOG_NEVER = -6.0, -20.0, -math.inf
# ASCII characters that damage leaves more often than people write them: letters and question marks, then the rest.
_LOG_LETTER, _LOG_ODD, _ODD = -8.0, -11.0, frozenset("^_`{|}~@\\[]")
# Times jieba's corpus holds a character as a word of its own, for it to be guessed, and to be no surprise.
_COMMON, _COMMON_SINGLE = 200, 20_000
_LOG_RARE_SINGLE = -2.0
# A share of running text that keeps rare neighbours from counting too much; how far phrases of it are trusted; how
# long its words are on average.
_RARE_SHARE, _PHRASE_DISCOUNT = 2e-5, 0.5
_CHARACTERS_A_WORD = 1.6
# Answers of the model of words that are kept, of each kind.
_REMEMBERED = 1 << 13
Floats = NDArray[np.float64]
Ints = NDArray[np.intp]


@lru_cache(1 << 10)
def _places(characters: tuple[str, ...]) -> dict[str, list[int]]:
    """Where each stands; two traditional characters may be one simplified."""
    found: dict[str, list[int]] = {}
    for place, ch in enumerate(characters):
        found.setdefault(ch, []).append(place)
    return found


class Reading(NamedTuple):
    """How far a text is read, character by character, and how likely it is so far; all in nats."""

    tail: str
    """Its last characters, simplified, as far back as a word can reach."""
    starts: tuple[float, ...]
    """For each of these, the log-probability of what stands before it."""
    score: float
    """Log-probability of the best segmentation."""
    outlook: float
    """The same where the last word may still go on."""


class WordModel:
    """How likely a text is: words by their frequency, and the characters that meet where two words do.

    Word frequencies alone prefer 職在聊天 to 之前在聊天. So where two words meet, the two characters count as well: how
    much more often than by chance one follows the other in running text.
    """

    LONGEST = LONGEST_WORD
    """Characters of the longest word considered."""
    NOTHING = Reading("", (), 0.0, 0.0)

    def __init__(self, frequencies: Mapping[str, int], total: int, neighbours: Mapping[str, Mapping[str, int]]) -> None:
        self._frequencies = frequencies
        log_total = math.log(total)
        begun: dict[str, int] = {}
        logs: dict[str, float] = {}
        for word, frequency in frequencies.items():
            if frequency and len(word) <= self.LONGEST:
                for size in range(1, len(word) + 1):
                    begun[word[:size]] = begun.get(word[:size], 0) + frequency
                rare = _LOG_RARE_SINGLE if len(word) == 1 and frequency < _COMMON_SINGLE else 0.0
                logs[word] = math.log(frequency) - log_total + rare
        self._log_words = logs | _LOG_PUNCTUATION | dict.fromkeys(_USUAL, _LOG_USUAL)
        self._log_begun = {head: math.log(n) - log_total for head, n in begun.items()}
        self._log_begun |= {mark: self._log_words[mark] for mark in (*_LOG_PUNCTUATION, *_USUAL)}
        self._log_meetings, self._log_strangers = _meetings(neighbours)
        self._log_own: Mapping[str, float] = {}
        self._log_own_begun: Mapping[str, float] = {}
        self._own_next: Mapping[str, Mapping[str, float]] = {}
        # What does not depend on the words of a text is shared by all models made of this one.
        self._fresh = lru_cache(_REMEMBERED)(self._fresh_words)
        self._going_on = lru_cache(_REMEMBERED)(self._words_going_on)
        self._own_fresh: dict[tuple[str, ...], tuple[Ints, Floats]] = {}

    def with_words(self, shares: Mapping[str, float]) -> "WordModel":
        """This model where each of these words makes up at least such a share of the text."""
        model = copy.copy(self)
        model._log_own = {
            word: max(math.log(share), self._log_words.get(word, _LOG_NEVER)) for word, share in shares.items()
        }
        begun: dict[str, float] = {}
        for word, log in model._log_own.items():
            for size in range(1, len(word) + 1):
                head = word[:size]
                begun[head] = max(log, begun.get(head) or self._log_begun.get(head, _LOG_NEVER))
        model._log_own_begun = begun
        following: dict[str, dict[str, float]] = {}
        for head, log in begun.items():
            following.setdefault(head[:-1], {})[head[-1]] = log
        model._own_next = following
        model._own_fresh = {}
        return model

    def read(self, reading: Reading, text: str) -> Reading:
        """`reading` with `text`, in simplified characters, behind it."""
        words, begun, meetings = self._log_words, self._log_begun, self._log_meetings
        own, own_begun = self._log_own, self._log_own_begun
        tail, starts, score, outlook = reading
        for ch in text:
            if tail:
                meeting = meetings.get(tail[-1] + ch)
                if meeting is not None:
                    score += meeting
                elif not ch.isascii():
                    score += self._log_strangers.get(tail[-1], 0.0)
            tail, starts = (tail + ch)[-self.LONGEST :], (*starts, score)[-self.LONGEST :]
            alone = words.get(ch)
            if alone is None:
                alone = _log_unlisted(ch)
            outlook = best = score + alone
            for at, start in enumerate(starts):
                word = tail[at:]
                if (head := own_begun.get(word) or begun.get(word)) is not None:
                    outlook = max(outlook, start + head)
                    if (whole := own.get(word) or words.get(word)) is not None:
                        best = max(best, start + whole)
            score = best
        return Reading(tail, starts, score, outlook)

    def outlooks(self, reading: Reading, characters: tuple[str, ...]) -> Floats:
        """What `read` gives as the outlook for each of these characters, with less work: (characters,)."""
        tail, starts, score, _ = reading
        found = score + self._fresh(tail[-1:], characters)
        if characters not in self._own_fresh:
            self._own_fresh[characters] = self._own_beginnings(characters)
        places, gains = self._own_fresh[characters]
        found[places] += gains
        for size in range(1, min(self.LONGEST - 1, len(tail)) + 1):
            head, start = tail[-size:], starts[-size]
            if head in self._log_begun:
                places, logs = self._going_on(head, characters)
                found[places] = np.maximum(found[places], start + logs)
            for ch, log in self._own_next.get(head, {}).items():
                for place in _places(characters).get(ch, ()):
                    found[place] = max(found[place], start + log)
        return found

    def _fresh_words(self, last: str, characters: tuple[str, ...]) -> Floats:
        """What each character adds that begins a word behind `last`."""
        meetings, begun = self._log_meetings, self._log_begun
        stranger = self._log_strangers.get(last, 0.0)
        return np.array([meetings.get(last + ch, stranger) + begun.get(ch, _LOG_UNKNOWN) for ch in characters])

    def _own_beginnings(self, characters: tuple[str, ...]) -> tuple[Ints, Floats]:
        """Where words of the text may begin, and how much likelier that is than by the dictionary."""
        own, begun = self._log_own_begun, self._log_begun
        gains = [
            (place, own[ch] - begun.get(ch, _LOG_UNKNOWN))
            for ch, places in _places(characters).items()
            if ch in own
            for place in places
        ]
        return np.array([place for place, _ in gains], np.intp), np.array([gain for _, gain in gains], float)

    def _words_going_on(self, head: str, characters: tuple[str, ...]) -> tuple[Ints, Floats]:
        """Which characters go on with a word of the dictionary that begins with `head`, and how likely those are."""
        begun = self._log_begun
        logs = [
            (place, log)
            for ch, places in _places(characters).items()
            if (log := begun.get(head + ch)) is not None
            for place in places
        ]
        return np.array([place for place, _ in logs], np.intp), np.array([log for _, log in logs], float)

    def log_likelihood(self, text: str) -> float:
        """Natural logarithm of the probability of `text` in its best segmentation."""
        return self.read(self.NOTHING, simplify(text)).score

    def begins_with_word(self, text: str) -> bool:
        """Whether `text` begins with a word of two characters or more that is not rare."""
        simple = simplify(text)
        return any(self._frequencies.get(simple[:size], 0) >= _COMMON for size in range(2, len(simple) + 1))

    def is_common(self, character: str) -> bool:
        """Whether `character` is a word of its own often enough to be guessed."""
        return self._frequencies.get(simplify(character), 0) >= _COMMON or character in _LOG_PUNCTUATION

    def form_shares(self) -> dict[str, float]:
        """How often each traditional character is the form its simplified one takes in a word, at most 1."""
        common = [word for word, frequency in self._frequencies.items() if frequency >= _COMMON // 4]
        simple: dict[str, float] = {}
        found: dict[str, float] = {}
        regions = ("s2t", "s2tw", "s2hk")
        for region in regions:
            forms = converter(region).convert("\n".join(common)).split("\n")
            for word, form in zip(common, forms, strict=True):
                if len(word) == len(form):
                    for old, new in zip(word, form, strict=True):
                        simple[old] = simple.get(old, 0.0) + self._frequencies[word] / len(regions)
                        found[new] = found.get(new, 0.0) + self._frequencies[word]
        return {ch: min(1.0, times / simple.get(simplify(ch), times)) for ch, times in found.items()}


def _log_unlisted(character: str) -> float:
    if not character.isascii() or character < " ":
        return _LOG_UNKNOWN
    if character == "?" or character.isalpha():
        return _LOG_LETTER
    return _LOG_ODD if character in _ODD else _LOG_USUAL


def _meetings(neighbours: Mapping[str, Mapping[str, int]]) -> tuple[dict[str, float], dict[str, float]]:
    """How much likelier than by chance one character follows another, and any that never did; in nats."""
    total = sum(sum(after.values()) for after in neighbours.values())
    shares: dict[str, float] = {}
    for after in neighbours.values():
        for ch, n in after.items():
            shares[ch] = shares.get(ch, 0.0) + n / total
    met: dict[str, float] = {}
    strangers: dict[str, float] = {}
    for first, after in neighbours.items():
        seen = sum(after.values())
        trust = seen / (seen + len(after))
        strangers[first] = math.log(1 - trust)
        for ch, n in after.items():
            met[first + ch] = math.log(1 - trust + trust * n / seen / (shares[ch] + _RARE_SHARE))
    return met, strangers


def _running_text() -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Neighbours of each character and frequent phrases of running text, as benchmarks/neighbours.py counts them."""
    file = resources.files("stance.language.zh") / "neighbours.txt"
    pairs, phrases = file.read_text(encoding="utf-8").split("\n\n")
    neighbours = {
        line[0]: {ch: int(n or 1) for ch, n in re.findall(r"(\D)(\d*)", line[2:])} for line in pairs.splitlines()
    }
    return neighbours, {line.rstrip("0123456789"): int(re.sub(r"\D", "", line)) for line in phrases.splitlines()}


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
    neighbours, phrases = _running_text()
    read = sum(sum(after.values()) for after in neighbours.values())
    frequencies = dict(tokenizer.FREQ)
    for word in (*own_words(), *collocations):
        frequencies[word] = max(frequencies.get(word, 0), OWN_WORD)
    for phrase, n in phrases.items():
        known, ours = frequencies.get(phrase, 0), n / read * tokenizer.total
        learned = (known + _CHARACTERS_A_WORD * ours) / 2 if known else _PHRASE_DISCOUNT * ours
        frequencies[phrase] = max(known, int(learned))
    return WordModel(frequencies, tokenizer.total, neighbours)


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
