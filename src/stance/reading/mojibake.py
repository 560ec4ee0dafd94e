"""GBK text whose bytes slipped, put back.

Some scrapers insert a pinyin, a comma or a tag between the two bytes of a character. What was inserted swallows
the first byte (it shows up as ``?``); the second byte then pairs with the first byte of the next character, and
so on, until a single-byte character ends the run. Pairs that GBK leaves unassigned vanish on the way::

    論封閉的     D5 93 | B7 E2 | E9 5D | B5 C4
    ?wù)摲忾]的  ?  wù)  93 B7 | E2 E9 | 5D | B5 C4

The repair is a beam search over what the bytes may have been, the lost lead byte and vanished pairs included,
scored by the word frequencies of jieba. A reading is believed only if it is far likelier than the damaged text.
"""

import heapq
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from stance.reading.words import WordModel, is_traditional, simplify, to_traditional, word_model

# A lead byte shown as "?", perhaps followed by the end of an inserted pinyin, and then a character of the run.
_PINYIN = "[a-zü]{0,6}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,6}"
_PINYIN_REST = re.compile(rf"{_PINYIN}\)")
_SLIP = re.compile(rf"\?(?:(?P<pinyin>{_PINYIN}\))(?=[^\x00-\x7f]|[@-~])|(?=[^\x00-\x7f]|[!@-~][^\x00-\x7f]|!\?))")
_LEADS = range(0x81, 0xFF)
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
# Characters a run may have; the longest in the wild is about 40.
_LONGEST_RUN = 64
# Text before the run that helps to judge its first characters.
_CONTEXT = 4
# How much likelier, in nats, a reading must be than the damaged text before we believe it.
_MARGIN = 8.0
# Runs tried in vain, for each one mended, before the rest of a text is left alone; characters that tell its script.
_PATIENCE, _SAMPLE = 40, 20_000
_BEAM = 128
# Hypotheses for which a vanished pair is tried, and how many pairs are tried in one place.
_BEAM_VANISHED, _MOST_VANISHED = 12, 160
# Frequency in jieba's corpus of a word worth trying where two pairs in a row vanished.
_LEAST_PAIR = 300
# Log-probabilities, in nats: that a pair of bytes vanished; that one text mixes the two scripts.
_LOG_VANISHED, _LOG_OTHER_SCRIPT = -1.5, -7.0


def mend_slipped_bytes(text: str) -> str:
    """Put back runs of GBK characters that are read one byte off.

    >>> mend_slipped_bytes("讓我談?wù)摲忾]的平臺，我就會生氣。")
    '讓我談論封閉的平臺，我就會生氣。'
    >>> mend_slipped_bytes("真的吗?我们不信。")
    '真的吗?我们不信。'
    """
    pieces: list[str] = []
    done = failed = 0
    for slip in _SLIP.finditer(text):
        if slip.start() < done:
            continue
        if failed > _PATIENCE * (1 + len(pieces)):
            break  # no damaged text, only one that asks a lot
        if not slip["pinyin"] and word_model().begins_with_word(text[slip.end() : slip.end() + WordModel.LONGEST]):
            continue
        before = text[max(done, slip.start() - _CONTEXT) : slip.start()].rpartition("\n")[2]
        after = text[slip.end() : slip.end() + _LONGEST_RUN].partition("\n")[0]
        mended = _mend_run(before, slip.group(), after, traditional=is_traditional(text[:_SAMPLE]))
        if mended is None:
            failed += 1
        else:
            reading, used = mended
            pieces += [text[done : slip.start()], reading]
            done = slip.end() + used
    return "".join(pieces) + text[done:]


@lru_cache(maxsize=1024)
def _mend_run(before: str, slip: str, after: str, *, traditional: bool) -> tuple[str, int] | None:
    return _Search(word_model(), traditional=traditional).best(before, slip, after)


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """A reading of the bytes so far."""

    text: str
    """Characters read."""
    simple: str
    """The last characters, simplified, as far back as a word can reach; the context's among them."""
    scores: tuple[float, ...]
    """Log-probability of the best segmentation of all but the last n-1, …, 1, 0 characters."""


_NOTHING = _Hypothesis("", "", (0.0,))


class _Search:
    """Beam search over the readings of a run, for one document."""

    def __init__(self, words: WordModel, *, traditional: bool) -> None:
        self._words = words
        self._traditional = traditional

    def best(self, before: str, slip: str, after: str) -> tuple[str, int] | None:
        """The reading of the run that begins with `slip`, and how many characters of `after` it uses.

        None where the damaged text is about as likely.
        """
        damaged = self._words.log_likelihood(before + slip + after)
        best_gain, best = _MARGIN, None
        beam = [self._append(_NOTHING, before)]
        trail: int | None = None  # the byte that waits for its partner
        for at, ch in enumerate(after):
            for options, swallowed, bonus in _endings(trail, after[at:]):
                joined, rest = swallowed + after[at + 1 : at + 1 + _CONTEXT], after[at + 1 + _CONTEXT :]
                undisturbed = self._words.log_likelihood(rest) - damaged + bonus
                for hypothesis in self._extend(beam, options):
                    gain = self._append(hypothesis, joined).scores[-1] + undisturbed
                    if gain > best_gain:
                        best_gain, best = gain, (hypothesis.text[len(before) :] + swallowed, at + 1)
            pair = _bytes(ch)
            if pair is None:
                break
            if trail is None:
                heads = _characters(None, pair[0])
                beam = self._extend(beam, tuple(filter(str.isalpha, heads)) if len(slip) > 1 else heads)
            else:
                straight = self._extend(beam, _characters(trail, pair[0]))
                detours = self._extend(beam[:_BEAM_VANISHED], _vanished(trail, pair[0]), _LOG_VANISHED)
                long_detours = self._extend(beam[:_BEAM_VANISHED], _vanished_twice(trail, pair[0]), 2 * _LOG_VANISHED)
                beam = self._prune(straight + detours + long_detours)
            trail = pair[1]
        return best

    def _extend(self, beam: list[_Hypothesis], options: tuple[str, ...], log_prior: float = 0.0) -> list[_Hypothesis]:
        return self._prune([self._append(hypothesis, option, log_prior) for hypothesis in beam for option in options])

    def _append(self, hypothesis: _Hypothesis, more: str, log_prior: float = 0.0) -> _Hypothesis:
        simple, scores = hypothesis.simple, list(hypothesis.scores)
        for ch in more:
            if _wrong_script(ch, traditional=self._traditional):
                log_prior += _LOG_OTHER_SCRIPT
            simple += simplify(ch)
            longest = min(WordModel.LONGEST, len(simple), len(scores))
            scores.append(
                max(scores[-size] + self._words.log_probability(simple[-size:]) for size in range(1, longest + 1))
            )
        kept = scores[-WordModel.LONGEST :]
        return _Hypothesis(
            hypothesis.text + more, simple[-WordModel.LONGEST :], tuple(score + log_prior for score in kept)
        )

    @staticmethod
    def _prune(beam: list[_Hypothesis]) -> list[_Hypothesis]:
        return heapq.nlargest(_BEAM, beam, key=lambda hypothesis: hypothesis.scores[-1])


def _endings(trail: int | None, after: str) -> Iterator[tuple[tuple[str, ...], str, float]]:
    """How a run may end at the first character of `after`.

    Yields the characters it may end with, what else was lost there, and a bonus in nats for what makes it certain.
    That character is a second byte (``]`` of 閉), or it holds one that was an ASCII character of its own, or it is a
    ``?`` that stands for a first byte together with the ASCII character behind it: the bracket of a tag or of a
    pinyin, a comma put in twice, a line end.
    """
    ch, rest = after[0], after[1:]
    pair = _bytes(ch)
    if "@" <= ch <= "~":
        yield _characters(trail, ord(ch)), "", 0.0
        if trail is not None:
            yield _vanished(trail, ord(ch)), "", _LOG_VANISHED
            yield _vanished_twice(trail, ord(ch)), "", 2 * _LOG_VANISHED
    elif ch == "?":
        if rest.startswith("/"):
            yield _closing(trail), "<", _MARGIN
        elif _PINYIN_REST.match(rest):
            yield _characters(trail, None), "(", 0.0
        elif not rest or rest[0] in "，。、！？；":
            yield _closing(trail), "", 0.0
    elif ch == "€":  # the byte 0x80, alone
        yield _characters(trail, 0x80), "", 0.0
    elif pair is not None and 0x40 <= pair[1] < 0x7F:
        yield _characters(trail, pair[0]), chr(pair[1]), 0.0


def _bytes(ch: str) -> tuple[int, int] | None:
    """The two bytes of `ch` in GBK; a full-width character of the run may have been narrowed since."""
    if "!" <= ch <= "~":
        return 0xA3, ord(ch) | 0x80
    try:
        first, second = ch.encode("gbk")
    except (UnicodeEncodeError, ValueError):
        return None
    return first, second


@cache
def _characters(lead: int | None, trail: int | None) -> tuple[str, ...]:
    """The characters that two bytes may stand for, one of which may be lost."""
    leads = _LEADS if lead is None else (lead,)
    trails = _TRAILS if trail is None else (trail,)
    decoded = (bytes((first, second)).decode("gbk", "ignore") for first in leads for second in trails)
    return tuple(ch for ch in decoded if len(ch) == 1 and ch >= "\x80")


def _closing(lead: int | None) -> tuple[str, ...]:
    return tuple(ch for ch in _characters(lead, None) if ch in "。”！？…")


@cache
def _vanished(first: int, last: int) -> tuple[str, ...]:
    """The likeliest two characters whose outer bytes are `first` and `last` and whose inner bytes GBK drops."""
    words = word_model()
    ends = {lead: ch for lead in _LEADS for ch in _characters(lead, last) if words.is_common(ch)}
    starts = {trail: ch for trail in _LEADS for ch in _characters(first, trail) if words.is_common(ch)}
    pairs = (
        start + ends[lead]
        for trail, start in starts.items()
        for lead in _LEADS
        if lead in ends and not _characters(trail, lead)
    )
    return tuple(heapq.nlargest(_MOST_VANISHED, pairs, key=words.log_likelihood))


@cache
def _vanished_twice(first: int, last: int) -> tuple[str, ...]:
    """The likeliest three characters whose outer bytes are `first` and `last`, with two pairs dropped between them.

    Two of the three must make a word: free choice would be millions.
    """
    words = word_model()
    starts = {trail: ch for trail in _LEADS for ch in _characters(first, trail) if words.is_common(ch)}
    ends = {lead: ch for lead in _LEADS for ch in _characters(lead, last) if words.is_common(ch)}
    threes = [
        (math.log(frequency) + words.log_likelihood(ch), ch + word)
        for trail, ch in starts.items()
        for frequency, word, (lead, _, _, _) in _pairs_by_last().get(last, ())
        if not _characters(trail, lead)
    ] + [
        (math.log(frequency) + words.log_likelihood(ch), word + ch)
        for lead, ch in ends.items()
        for frequency, word, (_, _, _, trail) in _pairs_by_first().get(first, ())
        if not _characters(trail, lead)
    ]
    return tuple(three for _, three in heapq.nlargest(_MOST_VANISHED, threes))


_Pair = tuple[int, str, tuple[int, int, int, int]]
"""Frequency of a word of two characters, the word, its four bytes; the middle two are a pair GBK drops."""


@cache
def _pairs() -> tuple[_Pair, ...]:
    found: list[_Pair] = []
    for word, frequency in word_model().pairs(_LEAST_PAIR).items():
        for written in {word, to_traditional(word)}:
            data = written.encode("gbk", "ignore")
            if len(data) == 4 and data[1] >= _LEADS.start and not _characters(data[1], data[2]):
                found.append((frequency, written, (data[0], data[1], data[2], data[3])))
    return tuple(found)


@cache
def _pairs_by_last() -> dict[int, list[_Pair]]:
    return {byte: [pair for pair in _pairs() if pair[2][3] == byte] for byte in _TRAILS}


@cache
def _pairs_by_first() -> dict[int, list[_Pair]]:
    return {byte: [pair for pair in _pairs() if pair[2][0] == byte] for byte in _LEADS}


@cache
def _wrong_script(ch: str, *, traditional: bool) -> bool:
    return (to_traditional(ch) if traditional else simplify(ch)) != ch
