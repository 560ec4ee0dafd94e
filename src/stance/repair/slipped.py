"""GBK text whose bytes slipped, put back.

Some scrapers insert a pinyin, a comma or a tag between the two bytes of a character. What was inserted swallows
the first byte (it shows up as ``?``); the second byte then pairs with the first byte of the next character, and
so on, until a single-byte character ends the run. Pairs that GBK leaves unassigned vanish on the way::

    論封閉的     D5 93 | B7 E2 | E9 5D | B5 C4
    ?wù)摲忾]的  ?  wù)  93 B7 | E2 E9 | 5D | B5 C4

The repair is a beam search over what the bytes may have been, the lost first byte and vanished pairs included,
scored by `WordModel`. A reading is believed only if it is far likelier than the damaged text.

A pinyin tells the lost byte: it is that of the character which the scraper saw across the border of two others. In
談|論, D5 84 | D5 93, it saw 務, 84 D5, and wrote its wù behind it.
"""

import heapq
import math
import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

import numpy as np

from stance.language.chinese import HAN, is_traditional, simplify, to_traditional
from stance.repair.slips import LONGEST_RUN, PINYIN, SLIP, find_slips
from stance.repair.word_model import Floats, Reading, WordModel, word_model

_PINYIN_REST = re.compile(rf"{PINYIN}\)")
_PINYIN_NOTE = re.compile(rf"\(({PINYIN})\)")
_LEADS = range(0x81, 0xFF)
_TRAILS = (*range(0x40, 0x7F), *range(0x80, 0xFF))
# A run, roughly: up to the next ASCII character.
_SLIPPED = re.compile(rf"{SLIP.pattern.replace('?P<pinyin>', '?:')}[^\x00-\x7f]{{0,64}}")
_HAN_RUN = re.compile(f"[{HAN}]+")
# How far what a text repeats is trusted to be a word.
_REPEATED = 0.2
# Text before the run that helps to judge its first characters.
_CONTEXT = 4
# How much likelier, in nats, a reading must be than the damaged text before we believe it.
_MARGIN = 8.0
# Runs tried in vain, for each one mended, before the rest of a text is left alone; characters that tell its script.
_PATIENCE, _SAMPLE = 40, 20_000
# Hypotheses kept; those kept may be so many nats less likely than the best.
_BEAM, _WIDTH = 32, 13.0
# For the first, second and third vanished pair in one place: hypotheses that may go on with it, and kept after it.
_GAPS = ((6, 16), (3, 40), (2, 12))
# Hypotheses looked at where a run may end; how unlikely, in nats, all must be for the search to be given up.
_LAST, _HOPELESS, _WORSE = 12, 12.0, 14.0
# In nats: a character of the other script, one usual in both, a pinyin that fits, a line that ends in no full stop.
_LOG_OTHER_SCRIPT, _LOG_BOTH_SCRIPTS, _LOG_PINYIN, _LOG_OTHER_END = -7.0, -4.0, 14.0, -2.0
# At worst, for a form that a traditional character does not take in any word: 箇 for 個.
_LOG_RARE_FORM = -6.9
# For each pair said to have vanished: the model of words trusts itself too much, and more letters always find one.
_LOG_VANISHED = -3.0
# Keys of `_candidates`. First bytes: any; this plus a second byte: one that GBK assigns nothing behind that byte.
_ANY, _VANISHED = 0, 0x100
# Second bytes: one that may have vanished with the next first byte; of a mark that ends a sentence; any; of a mark
# that closes a quotation.
_GAP, _CLOSING, _UNKNOWN, _QUOTED = -1, -2, -3, -4


def mend_slipped_bytes(text: str) -> str:
    """Put back runs of GBK characters that are read one byte off.

    >>> mend_slipped_bytes("讓我談?wù)摲忾]的平臺，我就會生氣。")
    '讓我談論封閉的平臺，我就會生氣。'
    >>> mend_slipped_bytes("真的吗?我们不信。")
    '真的吗?我们不信。'
    """
    slips = find_slips(text)
    pieces: list[str] = []
    done = failed = 0
    for slip in slips:
        if slip.start() < done:
            continue
        if failed > _PATIENCE * (1 + len(pieces)):
            break  # no damaged text, only one that asks a lot
        if not slip["pinyin"] and word_model().begins_with_word(text[slip.end() : slip.end() + WordModel.LONGEST]):
            continue
        before = _PINYIN_NOTE.sub("", text[max(done, slip.start() - 30) : slip.start()])[-_CONTEXT:].rpartition("\n")[2]
        after = text[slip.end() : slip.end() + LONGEST_RUN].partition("\n")[0]
        mended = _search(text).best(before, slip.group(), after)
        if mended is None:
            failed += 1
        else:
            reading, used = mended
            pieces += [text[done : slip.start()], reading]
            done = slip.end() + used
    return "".join(pieces) + text[done:]


@lru_cache(maxsize=2)
def _search(text: str) -> "_Search":
    """Remembered for the second time a text is cleaned, and not for longer: it holds a model of the text's words."""
    return _Search(_words_of(text), traditional=is_traditional(text[:_SAMPLE]))


def _words_of(text: str) -> WordModel:
    """The word model, and what stands repeatedly where `text` is whole: its names and terms."""
    whole = [run for part in _SLIPPED.split(text) for run in _HAN_RUN.findall(simplify(part))]
    counts = Counter(run[at : at + size] for run in whole for size in (2, 3, 4) for at in range(len(run) - size + 1))
    share = _REPEATED / max(1, sum(map(len, whole)))
    return word_model().with_words({repeated: share * n for repeated, n in counts.items() if n > 1})


class _Hypothesis(NamedTuple):
    """A reading of the bytes so far."""

    reading: Reading
    text: str
    """Characters read."""
    bonus: float
    """Nats for what the language model does not know."""
    leads: int
    """What the first byte of the next character may be, a key of `_candidates`."""

    @property
    def promise(self) -> float:
        return self.reading.outlook + self.bonus


class _Search:
    """Beam search over the readings of a run, for one document."""

    def __init__(self, words: WordModel, *, traditional: bool) -> None:
        self._words = words
        self._traditional = traditional
        self._found: dict[tuple[str, str, str], tuple[str, int] | None] = {}

    def best(self, before: str, slip: str, after: str) -> tuple[str, int] | None:
        """The reading of the run that begins with `slip`, and how many characters of `after` it uses.

        None where the damaged text is about as likely.
        """
        if (before, slip, after) not in self._found:
            self._found[before, slip, after] = self._best(before, slip, after)
        return self._found[before, slip, after]

    def _best(self, before: str, slip: str, after: str) -> tuple[str, int] | None:
        read, nothing = self._words.read, self._words.NOTHING
        damaged = [read(nothing, simplify(before + slip))]
        for ch in simplify(after):
            damaged.append(read(damaged[-1], ch))
        start = read(nothing, simplify(before))
        told = _leads_told(before[-1:], slip[1:-1])
        beam = [_Hypothesis(start, "", 0.0, _ANY), *(_Hypothesis(start, "", _LOG_PINYIN, lead) for lead in told)]
        best_gain, best = _MARGIN, None
        for at, ch in enumerate(after):
            for trail, swallowed, bonus in _endings(after[at:]):
                note = _PINYIN_NOTE.match(swallowed + after[at + 1 :])
                behind = at + 1 + (note.end() - len(swallowed) if note else 0)
                stop = min(behind + _CONTEXT, len(after))
                joined = simplify(("" if note else swallowed) + after[behind:stop])
                known = bonus - damaged[stop].score + (self._words.log_likelihood(note[0]) if note else 0.0)
                noted = _pinyins().get(note[1], "") if note else ""
                ended = (
                    self._extend(beam, trail)
                    if trail in (_CLOSING, _UNKNOWN, _QUOTED)
                    else self._extend_over_gaps(beam, trail)
                )
                for hypothesis in ended[:_LAST]:
                    gain = known + read(hypothesis.reading, joined).score + hypothesis.bonus
                    if hypothesis.text[-1] in noted:
                        gain += _LOG_PINYIN
                    if gain > best_gain:
                        best_gain, best = gain, (hypothesis.text + swallowed, at + 1)
            pair = _bytes(ch)
            if pair is None:
                break
            beam = [hypothesis._replace(leads=pair[1]) for hypothesis in self._extend_over_gaps(beam, pair[0])]
            if at == 0 and len(slip) > 1 and not told:
                beam = [hypothesis for hypothesis in beam if hypothesis.text[0].isalpha()]
            least = -_HOPELESS if best is None else max(best_gain - _WORSE, -_HOPELESS)
            if not beam or (at >= 2 and beam[0].promise - damaged[at + 1].score < least):
                break
        return best

    def _extend_over_gaps(self, beam: list[_Hypothesis], trail: int) -> list[_Hypothesis]:
        """The hypotheses with a character behind them whose second byte is `trail`, and perhaps others before it."""
        found, gaps = self._extend(beam, trail), beam
        for tried, kept in _GAPS:
            gaps = [
                hypothesis._replace(
                    leads=_VANISHED + hypothesis.text[-1].encode("gbk")[1], bonus=hypothesis.bonus + _LOG_VANISHED
                )
                for hypothesis in self._extend(gaps[:tried], _GAP, kept)
            ]
            found += self._extend(gaps, trail)
        return heapq.nlargest(_BEAM, found, key=operator.attrgetter("promise"))

    def _extend(self, beam: list[_Hypothesis], trail: int, kept: int = _BEAM) -> list[_Hypothesis]:
        """The most promising hypotheses with one character behind them, the best first."""
        options = [_candidates(hypothesis.leads, trail, traditional=self._traditional) for hypothesis in beam]
        if not sum(len(characters) for characters, _, _ in options):
            return []
        promises = np.concatenate(
            [
                self._words.outlooks(hypothesis.reading, simples) + costs + hypothesis.bonus
                for hypothesis, (_, simples, costs) in zip(beam, options, strict=True)
            ]
        )
        ends = np.cumsum([len(characters) for characters, _, _ in options])
        best = promises.max()
        likely = np.flatnonzero(promises > best - _WIDTH)
        likely = likely[np.argsort(-promises[likely], kind="stable")][:kept]
        numbers = np.searchsorted(ends, likely, side="right")
        starts = ends - [len(characters) for characters, _, _ in options]
        found = []
        for number, at in zip(numbers.tolist(), (likely - starts[numbers]).tolist(), strict=True):
            old, (characters, simples, costs) = beam[number], options[number]
            reading = self._words.read(old.reading, simples[at])
            found.append(_Hypothesis(reading, old.text + characters[at], old.bonus + float(costs[at]), _ANY))
        return found


def _endings(after: str) -> Iterator[tuple[int, str, float]]:
    """How a run may end at the first character of `after`.

    Yields the second byte of the run's last character, what else was lost there, and a bonus in nats for what makes it
    certain. That character is a second byte (``]`` of 閉), or it holds one that was an ASCII character of its own,
    or it is a ``?`` that stands for a first byte together with the ASCII character behind it: the bracket of a tag or
    of a pinyin, a comma put in twice, a line end.
    """
    ch, rest = after[0], after[1:]
    pair = _bytes(ch)
    if "@" <= ch <= "~":
        yield ord(ch), "", 0.0
    elif ch == "?":
        if rest.startswith("/"):
            yield _CLOSING, "<", _MARGIN
        elif _PINYIN_REST.match(rest):
            yield _UNKNOWN, "(", 0.0
        elif not rest or rest[0] in "，。、！？；":
            yield _QUOTED if rest[:1] in tuple("。！？") else _CLOSING, "", 0.0
    elif ch == "€":  # the byte 0x80, alone
        yield 0x80, "", 0.0
    elif pair is not None and 0x40 <= pair[1] < 0x7F:
        yield pair[0], chr(pair[1]), 0.0


def _leads_told(before: str, pinyin: str) -> list[int]:
    """The lost first bytes that make with the last byte of `before` a character that reads `pinyin`."""
    data = before.encode("gbk", "ignore")
    codes = [ch.encode("gbk") for ch in _pinyins().get(pinyin, "")]
    return [code[1] for code in codes if len(data) == 2 and code[0] == data[1]]


@cache
def _pinyins() -> Mapping[str, str]:
    """Characters by their pinyin, those that scrapers put one behind."""
    file = resources.files("stance.language.zh") / "pinyin.txt"
    rows = (line.split() for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {row[0]: "".join(row[1:]) for row in rows}


_Candidates = tuple[tuple[str, ...], tuple[str, ...], Floats]
"""Characters, the same simplified, and what each costs in nats for being of the wrong script."""


@cache
def _candidates(leads: int, trail: int, *, traditional: bool) -> _Candidates:
    """The characters that two bytes may stand for: the one where both are known, else those common enough to guess."""
    if leads in _LEADS and trail >= 0:
        ch = _decode(leads, trail)
        cost = _script_cost(ch, traditional=traditional) if ch else 0.0
        return ((ch,), (simplify(ch),), np.array([cost])) if ch else ((), (), np.zeros(0))
    by_lead = _guesses(trail, traditional=traditional)
    allowed: Iterable[int] = (leads,)
    if leads == _ANY:
        allowed = by_lead
    elif leads >= _VANISHED:
        allowed = sorted(_unassigned()[leads - _VANISHED])
    found = [guess for lead in allowed for guess in by_lead.get(lead, ())]
    characters, simples, costs = zip(*found, strict=True) if found else ((), (), ())
    return characters, simples, np.array(costs, float)


_Guess = tuple[str, str, float]
"""A character, the same simplified, what it costs."""


@cache
def _guesses(trail: int, *, traditional: bool) -> Mapping[int, list[_Guess]]:
    """The common characters whose second byte may be `trail`, by their first: to try all of them anew takes longest."""
    found: dict[int, list[_Guess]] = {}
    for lead, second, ch, simple, cost in _guessable(traditional=traditional):
        if trail == _CLOSING:
            fits = ch in "。”！？…"
        elif trail == _QUOTED:
            fits = ch == "”"
        else:
            fits = trail in (second, _UNKNOWN) or (trail == _GAP and bool(_unassigned().get(second)))
        if fits:
            found.setdefault(lead, []).append((ch, simple, cost + _LOG_OTHER_END * (trail == _CLOSING and ch != "。")))
    return found


@cache
def _guessable(*, traditional: bool) -> list[tuple[int, int, str, str, float]]:
    """The common characters of a script: their two bytes, themselves, the same simplified, what each costs."""
    words = word_model()
    found = (
        (lead, trail, ch, simplify(ch), _script_cost(ch, traditional=traditional))
        for lead in _LEADS
        for trail in _TRAILS
        if (ch := _decode(lead, trail)) and words.is_common(ch)
    )
    return [row for row in found if row[-1] > _LOG_OTHER_SCRIPT]


@cache
def _unassigned() -> dict[int, set[int]]:
    """For each second byte, the first bytes that GBK assigns nothing behind it."""
    return {trail: {lead for lead in _LEADS if not bytes((trail, lead)).decode("gbk", "ignore")} for trail in _LEADS}


def _decode(lead: int, trail: int) -> str:
    """The character of these bytes, or nothing."""
    ch = bytes((lead, trail)).decode("gbk", "ignore")
    return ch if len(ch) == 1 and not ch.isascii() else ""


@cache
def _script_cost(ch: str, *, traditional: bool) -> float:
    if not traditional:
        return 0.0 if simplify(ch) == ch else _LOG_OTHER_SCRIPT
    log_share = math.log(share) if (share := _form_shares().get(ch)) else -math.inf
    if simplify(ch) != ch:
        return max(log_share, _LOG_RARE_FORM)
    if to_traditional(ch) == ch:
        return 0.0
    return max(log_share, _LOG_BOTH_SCRIPTS if ch.encode("big5", "ignore") else _LOG_OTHER_SCRIPT)


@cache
def _form_shares() -> Mapping[str, float]:
    return word_model().form_shares()


def _bytes(ch: str) -> tuple[int, int] | None:
    """The two bytes of `ch` in GBK; a full-width character of the run may have been narrowed since."""
    if "!" <= ch <= "~":
        return 0xA3, ord(ch) | 0x80
    try:
        first, second = ch.encode("gbk")
    except (UnicodeEncodeError, ValueError):
        return None
    return first, second
