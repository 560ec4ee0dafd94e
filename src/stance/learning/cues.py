"""What a statement says in terms of the debate: which side it talks about, and how it judges it.

The lexicons beside this file name the sides, judgements with their argument, directions and operators. Here they are
composed, clause by clause, into features that a person can read and that both languages share: ``open good: cost``,
``open < closed``, ``against closed``, ``report``. What a side needs no name for ("in the wrong hands") is matched by
patterns. The signed score adds up what speaks for open and against closed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ahocorasick_rs import AhoCorasick

from stance.errors import LexiconError
from stance.reading.lexicon import read_toml
from stance.reading.words import inside_word
from stance.types import Language

OPEN, CLOSED = "open", "closed"
_OTHER = {OPEN: CLOSED, CLOSED: OPEN}
_CLAUSE = {
    Language.CHINESE: re.compile("[，,；;：:。！？!?\n—]+"),
    Language.ENGLISH: re.compile(r"[,;:.!?\n—–]+(?=\s|$)| [-–—] "),
}
# Characters in front of a judgement in which a negation turns it.
_NEGATION_REACH = {Language.CHINESE: 6, Language.ENGLISH: 24}
# The signed score is clipped here.
_MOST = 3.0
# The word that compares two sides by a judgement next to it: 闭源比开源更强, open is cheaper than closed.
_THAN = {Language.CHINESE: re.compile("比"), Language.ENGLISH: re.compile(r"\bthan\b")}


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """The entries of one language, by the categories they stand for."""

    language: Language
    entries: Mapping[str, tuple[str, ...]]
    """Entry to categories, "target.open", "judgement.cost.good", "gradable.up", "operator.negation"."""
    patterns: Mapping[str, re.Pattern[str]]
    """"implied.open", "implied.closed" and "frame.neutral"."""

    @property
    def size(self) -> int:
        return sum(map(len, self.entries.values()))


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    categories: tuple[str, ...]

    def any(self, prefix: str) -> bool:
        return any(category.startswith(prefix) for category in self.categories)


@dataclass(frozen=True, slots=True)
class Cues:
    """The cue features of one statement."""

    features: tuple[str, ...]
    score: float
    """What speaks for open and against closed, less the contrary, clipped to -3…3."""
    target: str
    """The side talked about last, for the statement that follows: "open", "closed" or ""."""


@cache
def cue_lexicon(language: Language) -> CueLexicon:
    """The cue lexicon of `language`.

    Raises `LexiconError` where a table is missing, an entry is no string, or a pattern does not compile.
    """
    tables = read_toml("stance.learning", f"cues/{language}.toml")
    entries: dict[str, tuple[str, ...]] = {}
    for category, words in _categories(tables):
        for word in words:
            if not isinstance(word, str) or not word:
                raise LexiconError(f"cues/{language}.toml: [{category}] holds {word!r}, which is no word")
            entries[word] = (*entries.get(word, ()), category)
    patterns = {}
    for name in ("implied.open", "implied.closed", "frame.neutral"):
        table, key = name.split(".")
        try:
            patterns[name] = re.compile("|".join(f"(?:{pattern})" for pattern in tables[table][key]))
        except (re.error, KeyError) as error:
            raise LexiconError(f"cues/{language}.toml: [{table}] {key}: {error}; mend that pattern") from error
    return CueLexicon(language, entries, patterns)


def _categories(tables: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[object]]]:
    for table in ("target", "gradable", "operator"):
        for key, words in tables[table].items():
            yield f"{table}.{key}", words
    for argument, sides in tables["judgement"].items():
        for quality, words in sides.items():
            yield f"judgement.{argument}.{quality}", words


class CueReader:
    """Finds and composes the cues of one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._lexicon = cue_lexicon(language)
        self._categories = list(self._lexicon.entries.values())
        self._matcher = AhoCorasick(list(self._lexicon.entries))

    def read(self, text: str, before: str = "") -> Cues:
        """The cues of a statement; `text` is simplified or lowered, names masked.

        `before` is the target of the statement before, taken up where this one points back to it.
        """
        hits = list(self._hits(text))
        features: list[str] = []
        score = 0.0
        target = ""
        points_back = any(hit.any("target.refer") for hit in hits)
        clauses = list(self._clauses(text, hits))
        for number, (start, end, clause) in enumerate(clauses):
            sides = _sides(clause)
            carried = ""
            if not sides:
                carried = target or (before if points_back else "")
            found = list(self._judge(text, start, end, clause, carried))
            concluding = any(hit.any("operator.contrast") for hit in clause) or number == len(clauses) - 1
            conceded = any(hit.any("operator.concession") for hit in clause)
            for feature, value in found:
                features.append(feature)
                if conceded:
                    features.append(f"conceded {feature}")
                elif concluding and len(clauses) > 1:
                    features.append(f"concluding {feature}")
                score += value * (0.3 if conceded else 1.0 if concluding else 0.8)
            if sides:
                target = sides[-1][1]
        features += self._whole(text, hits)
        for side, sign in ((OPEN, 1.0), (CLOSED, -1.0)):
            if self._lexicon.patterns[f"implied.{side}"].search(text):
                features.append(f"implied {side}")
                score += 1.5 * sign
        if any(
            feature in features for feature in ("report", "definition", "balance", "real question", "neutral frame")
        ):
            score *= 0.6
        score = max(-_MOST, min(_MOST, score))
        features += _buckets(score)
        return Cues(tuple(features), score, target)

    def _hits(self, text: str) -> Iterator[_Hit]:
        """Leftmost, longest; in English whole words only, so every match is asked for before the longest is chosen."""
        end_of_last = 0
        matches = self._matcher.find_matches_as_indexes(text, overlapping=True)
        for index, start, end in sorted(matches, key=lambda match: (match[1], -match[2])):
            if start < end_of_last or (self._language is Language.ENGLISH and inside_word(text, start, end)):
                continue
            end_of_last = end
            yield _Hit(start, end, self._categories[index])

    def _clauses(self, text: str, hits: Sequence[_Hit]) -> Iterator[tuple[int, int, list[_Hit]]]:
        """Clauses with what was found in each; a contrast word begins a clause of its own."""
        cuts = {mark.end() for mark in _CLAUSE[self._language].finditer(text)}
        cuts |= {hit.start for hit in hits if hit.any("operator.contrast")}
        start, at = 0, 0
        for end in sorted(cuts | {len(text)}):
            clause = []
            while at < len(hits) and hits[at].start < end:
                clause.append(hits[at])
                at += 1
            if end > start:
                yield start, end, clause
            start = end

    def _judge(
        self, text: str, start: int, end: int, clause: Sequence[_Hit], carried: str
    ) -> Iterator[tuple[str, float]]:
        """Features of one clause, each with what it adds to the signed score."""
        sides = _sides(clause)
        for _, side in sides:
            yield f"names {side}", 0.0
        compared = [*self._compare(clause, sides, carried), *self._compare_by(text, start, end, clause, sides)]
        yield from compared
        for hit in clause:
            for category in hit.categories:
                kind, *rest = category.split(".")
                if kind == "judgement" and not compared:
                    argument, quality = rest
                    if self._negated(clause, hit):
                        quality = {"good": "bad", "bad": "good"}[quality]
                    yield from _said(_nearest(hit.start, sides) or carried, quality, argument, bool(sides))
        if not compared:
            yield from self._gradables(clause, sides, carried)
        target = _nearest(len(text), sides[:1]) or carried
        if target:
            yield from self._operators(clause, target, named=bool(sides))

    def _gradables(
        self, clause: Sequence[_Hit], sides: Sequence[tuple[int, str]], carried: str
    ) -> Iterator[tuple[str, float]]:
        """A noun and a direction: 成本 × 降低 is good, 能力 × 下降 is bad."""
        nouns = [
            (hit, 1 if "gradable.good_nouns" in hit.categories else -1)
            for hit in clause
            if hit.any("gradable.good_nouns") or hit.any("gradable.bad_nouns")
        ]
        ways = [
            (hit, 1 if "gradable.up" in hit.categories else -1)
            for hit in clause
            if hit.any("gradable.up") or hit.any("gradable.down")
        ]
        for noun, worth in nouns:
            if ways:
                way, direction = min(ways, key=lambda pair: abs(pair[0].start - noun.start))
                sign = worth * direction * (-1 if self._negated(clause, way) else 1)
                yield from _said(
                    _nearest(noun.start, sides) or carried, "good" if sign > 0 else "bad", "degree", bool(sides)
                )

    def _compare(
        self, clause: Sequence[_Hit], sides: Sequence[tuple[int, str]], carried: str
    ) -> Iterator[tuple[str, float]]:
        """``open < closed``: the side before the comparing word, the word, the side behind it."""
        for hit in clause:
            for relation, sign in (("better_than", 1), ("worse_than", -1), ("equal_to", 0)):
                if f"operator.{relation}" not in hit.categories:
                    continue
                before = [side for at, side in sides if at < hit.start]
                behind = [side for at, side in sides if at >= hit.end]
                first = before[-1] if before else _OTHER[behind[0]] if behind else carried
                if not first:
                    continue
                if sign == 0:  # to be as good as the leader is a success for the open side
                    yield "open = closed", 0.7
                else:
                    winner = first if sign > 0 else _OTHER[first]
                    yield ("open > closed", 1.5) if winner == OPEN else ("open < closed", -1.5)

    def _compare_by(
        self, text: str, start: int, end: int, clause: Sequence[_Hit], sides: Sequence[tuple[int, str]]
    ) -> Iterator[tuple[str, float]]:
        """``闭源比开源更强``: two sides, a word that compares, and a judgement of the first."""
        than = _THAN[self._language].search(text, start, end)
        if than is None or any(hit.start <= than.start() < hit.end for hit in clause):
            return
        before = [side for at, side in sides if at < than.start()]
        behind = [side for at, side in sides if at >= than.end()]
        judged = [
            hit
            for hit in clause
            if hit.any("judgement.") and (hit.start > than.start()) == (self._language is Language.CHINESE)
        ]
        if not judged or not (before or behind) or (before and behind and before[-1] == behind[0]):
            return
        first = before[-1] if before else _OTHER[behind[0]]
        good = any(category.endswith(".good") for category in judged[0].categories) != self._negated(clause, judged[0])
        winner = first if good else _OTHER[first]
        yield ("open > closed", 1.5) if winner == OPEN else ("open < closed", -1.5)

    def _operators(self, clause: Sequence[_Hit], target: str, *, named: bool) -> Iterator[tuple[str, float]]:
        sign = 1.0 if target == OPEN else -1.0
        conditional = any(hit.any("operator.condition") for hit in clause)
        for hit in clause:
            negated = self._negated(clause, hit)
            for name, feature, value in (
                ("attitude_for", "for", 1.0),
                ("attitude_against", "against", -1.0),
                ("commitment", "commits to", 0.8),
                ("necessity", "needs", 0.6),
                ("prediction", "will", 0.0),
            ):
                if f"operator.{name}" in hit.categories:
                    if negated and value:
                        yield f"not {feature} {target}", -value * sign
                    else:
                        yield f"{feature} {target}", value * sign
            if "operator.restriction" in hit.categories:
                yield (f"if restricted {target}", 0.8 * sign) if conditional else (f"restricts {target}", 0.0)
        if not named:
            yield f"points back to {target}", 0.0

    def _negated(self, clause: Sequence[_Hit], hit: _Hit) -> bool:
        reach = _NEGATION_REACH[self._language]
        return any(
            other is not hit and "operator.negation" in other.categories and 0 <= hit.start - other.end <= reach
            for other in clause
        )

    def _whole(self, text: str, hits: Sequence[_Hit]) -> list[str]:
        """Features of the whole statement, above all what makes one that names a side neutral."""
        names = {
            "operator.report": "report",
            "operator.definition": "definition",
            "operator.balance": "balance",
            "operator.motive": "motive",
            "operator.neutralise": "other openness",
            "operator.rhetorical": "rhetorical question",
            "operator.real_question": "real question",
            "operator.condition": "condition",
            "operator.restriction": "restriction",
            "target.debate": "names the debate",
        }
        found = {name for category, name in names.items() if any(category in hit.categories for hit in hits)}
        if text.rstrip("”’」』\"' )）").endswith(("?", "？")):
            found.add("question")
            if "rhetorical question" not in found:
                found.add("plain question")
        sides = {side for _, side in _sides(hits)}
        found.add("names both" if len(sides) == 2 else "names one" if sides else "names none")
        if self._lexicon.patterns["frame.neutral"].search(text):
            found.add("neutral frame")
        return sorted(found)


def _sides(hits: Iterable[_Hit]) -> list[tuple[int, str]]:
    return [(hit.start, side) for hit in hits for side in (OPEN, CLOSED) if f"target.{side}" in hit.categories]


def _nearest(at: int, sides: Sequence[tuple[int, str]]) -> str:
    """The side named last before `at`, or the first behind it."""
    before = [side for place, side in sides if place <= at]
    return before[-1] if before else sides[0][1] if sides else ""


def _said(side: str, quality: str, argument: str, named: bool) -> Iterator[tuple[str, float]]:
    """A judgement of a side, or of nobody known."""
    if not side:
        yield f"something {quality}", 0.0
        yield f"something {quality}: {argument}", 0.0
        return
    value = (1.0 if quality == "good" else -1.0) * (1.0 if side == OPEN else -1.0)
    yield f"{side} {quality}", value if named else 0.6 * value
    yield f"{side} {quality}: {argument}", 0.0


def _buckets(score: float) -> list[str]:
    """The score as features: its sign, and every half it reaches, so that a linear model sees its size."""
    if abs(score) < 0.25:
        return ["score none"]
    sign = "open" if score > 0 else "closed"
    return [f"score {sign}", *(f"score {sign} ≥ {step / 2}" for step in range(1, int(abs(score) * 2) + 1))]


def flip(feature: str) -> str:
    """The feature with the sides exchanged.

    >>> flip("open good: cost"), flip("open > closed")
    ('closed good: cost', 'open < closed')
    """
    if " > " in feature or " < " in feature:
        return feature.translate(str.maketrans("<>", "><"))
    return re.sub(rf"\b({OPEN}|{CLOSED})\b", lambda side: _OTHER[side[1]], feature)


@cache
def cue_reader(language: Language) -> CueReader:
    """The reader of `language`, compiled once."""
    return CueReader(language)
