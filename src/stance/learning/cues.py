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

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.errors import LexiconError
from stance.files import read_toml
from stance.language.chinese import inside_word
from stance.learning.patterns import Patterns
from stance.types import Language

OPEN, CLOSED = "open", "closed"
OTHER = {OPEN: CLOSED, CLOSED: OPEN}
_CLAUSE = {
    Language.CHINESE: re.compile("[，,；;：:。！？!?\n—]+"),
    Language.ENGLISH: re.compile(r"[,;:.!?\n—–]+(?=\s|$)| [-–—] "),
}
# Characters in front of a judgement in which a negation turns it.
_NEGATION_REACH = {Language.CHINESE: 6, Language.ENGLISH: 24}
# Characters between a verb and the side it is about, and between words of one thought.
_NEAR, _FAR = {Language.CHINESE: 8, Language.ENGLISH: 30}, {Language.CHINESE: 16, Language.ENGLISH: 50}
# Characters in front of a side in which it is told to be the standard of a comparison.
_WINDOW = 24
# What counts less: a side named behind its judgement, in the clause before, in the statement before; a clause that is
# conceded, or overruled by a contrast behind it.
_ATTRIBUTE, _NEXT_CLAUSE, _CARRIED, _CONCEDED, _OVERRULED = 0.7, 0.8, 0.6, 0.25, 0.6
# What a complaint about monopoly is worth of which no side is named.
_COMPLAINT = 0.5
# What the whole score is multiplied with in statements that take no side for all they say.
_DAMPED = {"balance": 0.5, "motive": 0.6, "plain question": 0.5, "neutral frame": 0.6, "definition": 0.8}
# The signed score is clipped here; below the other it says nothing.
_MOST, _SIGN = 3.0, 0.25
# Operators that may say something of the side in front of them: 开源是必须的.
_OF_SUBJECT = frozenset({"necessity", "prediction"})
# The word that compares two sides by a judgement next to it: 闭源比开源更强, open is cheaper than closed.
_THAN = {Language.CHINESE: re.compile("比"), Language.ENGLISH: re.compile(r"\bthan\b")}
# What follows a word of comparison that counts: 超过一百万个, more than 70.
_NUMBER = re.compile(r"\s?(?:了|than )?\s?[\d一二三四五六七八九十百千万亿半两数]")
# More or less of something, at the end of a comparison.
_DIRECTION = re.compile(
    "(?:更|还|要|也)?(?:(高|多|大|快|强)|低|少|小|慢|弱|贵)(?:得多|很多|不少|一些|一点|出|了|$)?[^，]{0,4}[，,。；;！!？?]?$"
)
# Around a side ("\0") that the other one is compared with.
_COMPARED = {
    Language.CHINESE: re.compile(
        "(?:比起|相比于?|相较于|相对于|不同于|有别于|区别于|不像)[^，。]{0,6}\0|\0[^，。]{0,2}(?:相比|相较|不同)"
    ),
    Language.ENGLISH: re.compile(
        r"(?:compared (?:with|to)|relative to|unlike|in contrast to|rather than|instead of)\b.{0,12}\0"
    ),
}
_OPEN_WORD = re.compile("开源|开放|open")


_PATTERN_TABLES = (("implied", OPEN), ("implied", CLOSED), ("frame", "neutral"))


@dataclass(frozen=True, slots=True)
class CueLexicon:
    """The entries of one language, by the categories they stand for."""

    language: Language
    entries: Mapping[str, tuple[str, ...]]
    """Entry to categories, "target.open", "judgement.cost.good", "gradable.up", "operator.negation"."""
    patterns: Patterns
    """Groups "implied.open", "implied.closed" and "frame.neutral"."""
    topics: Mapping[str, tuple[str, ...]]
    """Words that tell that a text is about the "debate", or at least about "ai"."""

    @property
    def size(self) -> int:
        return sum(map(len, self.entries.values()))


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    categories: tuple[str, ...]
    tags: frozenset[str]
    """The categories and what they are kinds of: "judgement.cost.good", "judgement.cost", "judgement"."""


@dataclass(frozen=True, slots=True)
class _Side:
    """A side named in a clause."""

    start: int
    end: int
    name: str
    restricted: bool
    """Whether it is the open side, to be restricted."""
    standard: bool
    """Whether the other side is compared with it."""


@dataclass(frozen=True, slots=True)
class Cues:
    """The cue features of one statement."""

    features: tuple[str, ...]
    score: float
    """What speaks for open and against closed, less the contrary, clipped to -3…3."""
    target: str
    """The side that it ends up talking about, for the statement that follows: "open", "closed" or ""."""


@cache
def cue_lexicon(language: Language) -> CueLexicon:
    """The cue lexicon of `language`.

    Raises `LexiconError` where a table is missing, an entry is no string, or a pattern does not compile.
    """
    tables = read_toml(f"stance.language.{language}", "sides.toml")
    entries: dict[str, tuple[str, ...]] = {}
    for category, words in _categories(tables):
        for word in words:
            if not isinstance(word, str) or not word:
                raise LexiconError(f"cues/{language}.toml: [{category}] holds {word!r}, which is no word")
            entries[word.lower()] = (*entries.get(word.lower(), ()), category)
    try:
        patterns = Patterns({f"{table}.{key}": tables[table][key] for table, key in _PATTERN_TABLES})
    except (ValueError, KeyError) as error:
        raise LexiconError(f"cues/{language}.toml: {error}; mend that pattern or table") from error
    return CueLexicon(language, entries, patterns, {kind: tuple(words) for kind, words in tables["topic"].items()})


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
        self._tags = [_tags(categories) for categories in self._categories]
        # In English whole words only, so every match is asked for before the longest is chosen.
        self._whole_words = language is Language.ENGLISH
        kind = MatchKind.Standard if self._whole_words else MatchKind.LeftmostLongest
        self._matcher = AhoCorasick(list(self._lexicon.entries), matchkind=kind)
        self._near, self._far = _NEAR[language], _FAR[language]

    def read(self, text: str, before: str = "") -> Cues:
        """The cues of a statement; `text` is simplified or lowered, names masked.

        `before` is the side the statement before was about, taken up where this one begins by pointing back to it.
        """
        hits = list(self._hits(text))
        matched = self._lexicon.patterns.found_in(text)
        features = self._whole(text, hits, framed="frame.neutral" in matched)
        clauses = list(self._clauses(text, hits))
        turns = [number for number, (_, _, clause) in enumerate(clauses) if _has(clause, "operator.contrast")]
        topic, trust = "", 1.0
        if before and any("target.refer" in hit.tags and hit.start < self._far for hit in hits):
            topic, trust = before, _CARRIED
            features.append(f"points back to {before}")
        score = 0.0
        yields = False  # whether a clause before is conceded
        for number, (start, end, clause) in enumerate(clauses):
            if not clause:
                continue
            sides = self._sides(text, clause)
            found = list(self._compare(text, start, end, clause, sides, topic))
            if not found:
                found = [
                    *self._judgements(clause, sides, topic, trust),
                    *self._gradables(clause, sides, topic, trust),
                    *self._operators(clause, sides),
                ]
            found += [(f"names {side.name}", 0.0) for side in sides]
            found += [(f"restricts {OPEN}", 0.0) for side in sides if side.restricted]
            found += self._spared(clause, sides)
            conceded = _has(clause, "operator.concession") and number < len(clauses) - 1
            yields = yields or conceded
            concluding = (number >= turns[-1] if turns else yields) and not conceded
            for feature, value in found:
                features.append(feature)
                if conceded:
                    features.append(f"conceded {feature}")
                elif concluding and value:
                    features.append(f"concluding {feature}")
                score += value * (_CONCEDED if conceded else 1.0 if concluding or not turns else _OVERRULED)
            if sides:
                topic, trust = _topic_behind(sides), 1.0
        for side, sign in ((OPEN, 1.0), (CLOSED, -1.0)):
            if f"implied.{side}" in matched:
                features.append(f"implied {side}")
                score += 1.5 * sign
        score *= min((_DAMPED[feature] for feature in features if feature in _DAMPED), default=1.0)
        score = max(-_MOST, min(_MOST, score))
        return Cues(tuple(features), score, topic)

    def _hits(self, text: str) -> Iterator[_Hit]:
        """Leftmost, longest."""
        matches = self._matcher.find_matches_as_indexes(text, overlapping=self._whole_words)
        if self._whole_words:
            matches.sort(key=lambda match: (match[1], -match[2]))
        end_of_last = 0
        for index, start, end in matches:
            if start < end_of_last or (self._whole_words and inside_word(text, start, end)):
                continue
            end_of_last = end
            yield _Hit(start, end, self._categories[index], self._tags[index])

    def _clauses(self, text: str, hits: Sequence[_Hit]) -> Iterator[tuple[int, int, list[_Hit]]]:
        """Clauses with what was found in each; a contrast word begins a clause of its own."""
        cuts = {mark.end() for mark in _CLAUSE[self._language].finditer(text)}
        cuts |= {hit.start for hit in hits if "operator.contrast" in hit.tags}
        start, at = 0, 0
        for end in sorted(cuts | {len(text)}):
            clause = []
            while at < len(hits) and hits[at].start < end:
                clause.append(hits[at])
                at += 1
            if end > start:
                yield start, end, clause
            start = end

    def _sides(self, text: str, clause: Sequence[_Hit]) -> list[_Side]:
        """The sides named in a clause, in order.

        What restricts the open side ("ban open models") stands for the closed one: to call it harmful is to speak for
        open. A side after "compared with" is the standard by which the other one is judged.
        """
        found = []
        for hit in clause:
            for name in (OPEN, CLOSED):
                if f"target.{name}" not in hit.tags:
                    continue
                restricted = name == OPEN and any(
                    "operator.restriction" in other.tags and -1 <= hit.start - other.end <= self._near
                    for other in clause
                )
                found.append(_Side(hit.start, hit.end, CLOSED if restricted else name, restricted, standard=False))
            if "operator.restriction" in hit.tags and _OPEN_WORD.search(text, hit.start, hit.end):
                found.append(_Side(hit.start, hit.end, CLOSED, restricted=True, standard=False))
        compared = _COMPARED[self._language]
        return [
            side
            if not compared.search(
                text[max(0, side.start - _WINDOW) : side.start] + "\0" + text[side.end : side.end + 5]
            )
            else _Side(side.start, side.end, side.name, side.restricted, standard=True)
            for side in found
        ]

    def _judged(self, hit: _Hit, sides: Sequence[_Side], topic: str, trust: float) -> tuple[str, float]:
        """Whom a judgement is of, and how far that is to be trusted."""
        before = [side for side in sides if side.start <= hit.start]
        behind = [side for side in sides if hit.end <= side.start <= hit.end + self._near]
        if before:
            return _topic_behind(before), 1.0
        if behind:
            return behind[0].name, _ATTRIBUTE
        if topic:
            return topic, trust * _NEXT_CLAUSE
        return "", 0.0

    def _judgements(
        self, clause: Sequence[_Hit], sides: Sequence[_Side], topic: str, trust: float
    ) -> Iterator[tuple[str, float]]:
        for hit in clause:
            if "judgement" not in hit.tags:
                continue
            for category in hit.categories:
                kind, *rest = category.split(".")
                if kind == "judgement":
                    argument, quality = rest
                    if self._negated(clause, hit):
                        quality = {"good": "bad", "bad": "good"}[quality]
                    yield from _said(*self._judged(hit, sides, topic, trust), quality, argument)

    def _gradables(
        self, clause: Sequence[_Hit], sides: Sequence[_Side], topic: str, trust: float
    ) -> Iterator[tuple[str, float]]:
        """A noun and a direction: 成本 × 降低 is good, 能力 × 下降 is bad."""
        if not any("gradable" in hit.tags for hit in clause):
            return
        ways = [
            (hit, 1 if "gradable.up" in hit.tags else -1)
            for hit in clause
            if "gradable.up" in hit.tags or "gradable.down" in hit.tags
        ]
        for noun in clause:
            worth = ("gradable.good_nouns" in noun.tags) - ("gradable.bad_nouns" in noun.tags)
            near = [(way, sign) for way, sign in ways if way is not noun and _gap(way, noun) <= self._far]
            if worth and near:
                way, direction = min(near, key=lambda pair: _gap(pair[0], noun))
                sign = worth * direction * (-1 if self._negated(clause, way) else 1)
                yield from _said(*self._judged(noun, sides, topic, trust), "good" if sign > 0 else "bad", "degree")

    def _compare(
        self, text: str, start: int, end: int, clause: Sequence[_Hit], sides: Sequence[_Side], topic: str
    ) -> Iterator[tuple[str, float]]:
        """``open < closed``: by a comparing word between two sides, or by a judgement: 闭源比开源更强."""
        for hit in clause:
            if "operator" not in hit.tags:
                continue
            for relation, sign in (("better_than", 1), ("worse_than", -1), ("equal_to", 0)):
                if f"operator.{relation}" not in hit.tags or _NUMBER.match(text, hit.end):
                    continue
                before = [side.name for side in sides if side.start < hit.start]
                behind = [side.name for side in sides if side.start >= hit.end]
                first = before[-1] if before else OTHER[behind[0]] if behind else ""
                if not first or (before and behind and first == behind[0]):
                    continue
                if not behind and not topic and sign:
                    continue  # it is not said what the other one is
                yield from _won(first, sign * (-1 if self._negated(clause, hit) else 1))
        than = _THAN[self._language].search(text, start, end) if sides else None
        if than is None or any(hit.start <= than.start() < hit.end for hit in clause):
            return
        before = [side.name for side in sides if side.start < than.start()]
        behind = [side.name for side in sides if side.start >= than.end()]
        judged = [
            hit
            for hit in clause
            if "judgement" in hit.tags and (hit.start > than.start()) == (self._language is Language.CHINESE)
        ]
        if not (before or behind) or (before and behind and before[-1] == behind[0]):
            return
        first = before[-1] if before else OTHER[behind[0]]
        if worth := self._degree(text, than.end(), end, clause):
            yield from _won(first, worth)
            return
        if not judged:
            return
        good = any(category.endswith(".good") for category in judged[0].categories)
        yield from _won(first, 1 if good != self._negated(clause, judged[0]) else -1)

    def _spared(self, clause: Sequence[_Hit], sides: Sequence[_Side]) -> Iterator[tuple[str, float]]:
        """处罚滥用，而不是禁止开源; rather than ban open models."""
        for side in sides:
            for hit in clause:
                if side.restricted and "operator.instead" in hit.tags and 0 <= side.start - hit.end <= self._far:
                    yield f"not against {OPEN}", 1.0
                    break

    def _degree(self, text: str, start: int, end: int, clause: Sequence[_Hit]) -> int:
        """成本比闭源低: what a noun in front and a direction behind 比 are worth, 1 or -1; 0 without them."""
        direction = _DIRECTION.search(text, start, end) if self._language is Language.CHINESE else None
        nouns = [hit for hit in clause if hit.end <= start and {"gradable.good_nouns", "gradable.bad_nouns"} & hit.tags]
        if direction is None or not nouns:
            return 0
        return (1 if direction[1] else -1) * (1 if "gradable.good_nouns" in nouns[-1].tags else -1)

    def _operators(self, clause: Sequence[_Hit], sides: Sequence[_Side]) -> Iterator[tuple[str, float]]:
        """Attitudes, commitments and needs whose object is a side, or that say so of the side in front of them."""
        for hit in clause:
            if not sides or "operator" not in hit.tags:
                continue
            for name, feature, value, reach in (
                ("attitude_for", "for", 1.0, self._near),
                ("attitude_against", "against", -1.0, self._near),
                ("commitment", "commits to", 0.6, self._near),
                ("necessity", "needs", 0.8, self._near),
                ("prediction", "will", 0.0, self._far),
            ):
                if f"operator.{name}" not in hit.tags:
                    continue
                behind = [side for side in sides if 0 <= side.start - hit.end <= reach]
                front = [side for side in sides if name in _OF_SUBJECT and 0 <= hit.start - side.end <= self._near]
                if not (behind or front):
                    continue
                side = (behind or front)[0].name
                sign = value if side == OPEN else -value
                if self._negated(clause, hit) and value:
                    yield f"not {feature} {side}", -sign
                else:
                    yield f"{feature} {side}", sign

    def _negated(self, clause: Sequence[_Hit], hit: _Hit) -> bool:
        """Whether `hit` is turned: by a negation next to it, or because the claim it stands in is denied."""
        reach = _NEGATION_REACH[self._language]
        near = denied = False
        for other in clause:
            if "operator" not in other.tags or other is hit:
                continue
            if "operator.negation" in other.tags and 0 <= hit.start - other.end <= reach:
                near = True
            if "operator.denial" in other.tags and other.end <= hit.start:
                denied = True
            if "operator.refuted" in other.tags and other.start >= hit.end:
                denied = True
        return near != denied

    def _whole(self, text: str, hits: Sequence[_Hit], *, framed: bool) -> list[str]:
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
            "operator.denial": "denial",
            "operator.refuted": "denial",
            "target.debate": "names the debate",
        }
        tags = frozenset().union(*(hit.tags for hit in hits))
        found = {name for category, name in names.items() if category in tags}
        if text.rstrip("”’」』\"' )）").endswith(("?", "？")):
            found.add("question" if "rhetorical question" in found else "plain question")
        sides = ("target.open" in tags) + ("target.closed" in tags)
        found.add("names both" if sides == 2 else "names one" if sides else "names none")
        if framed:
            found.add("neutral frame")
        return sorted(found)


@cache
def _tags(categories: tuple[str, ...]) -> frozenset[str]:
    """Categories with all that they are kinds of.

    >>> sorted(_tags(("judgement.cost.good",)))
    ['judgement', 'judgement.cost', 'judgement.cost.good']
    """
    parts = [category.split(".") for category in categories]
    return frozenset(".".join(part[:size]) for part in parts for size in range(1, len(part) + 1))


def _has(clause: Iterable[_Hit], category: str) -> bool:
    return any(category in hit.tags for hit in clause)


def _gap(one: _Hit, other: _Hit) -> int:
    return max(one.start, other.start) - min(one.end, other.end)


def _topic_behind(sides: Sequence[_Side]) -> str:
    """The side that what follows is about: the last one named, or the other where that is only the standard."""
    return OTHER[sides[-1].name] if sides[-1].standard else sides[-1].name


def _won(first: str, sign: int) -> Iterator[tuple[str, float]]:
    if sign == 0:  # to be as good as the leader is a success for the open side
        yield "open = closed", 0.7
    else:
        winner = first if sign > 0 else OTHER[first]
        yield ("open > closed", 1.5) if winner == OPEN else ("open < closed", -1.5)


def _said(side: str, trust: float, quality: str, argument: str) -> Iterator[tuple[str, float]]:
    """A judgement of a side, or of nobody known."""
    if not side:
        yield f"something {quality}", _COMPLAINT if (argument, quality) == ("monopoly", "bad") else 0.0
        yield f"something {quality}: {argument}", 0.0
        return
    value = (1.0 if quality == "good" else -1.0) * (1.0 if side == OPEN else -1.0)
    yield f"{side} {quality}", trust * value
    yield f"{side} {quality}: {argument}", 0.0


def buckets(score: float) -> list[str]:
    """The signed score as features: its sign, and every half it reaches, so that a linear model sees its size."""
    if abs(score) < _SIGN:
        return ["none"]
    sign = OPEN if score > 0 else CLOSED
    return [sign, *(f"{sign} ≥ {step / 2}" for step in range(1, int(abs(score) * 2) + 1))]


@cache
def cue_reader(language: Language) -> CueReader:
    """The reader of `language`, compiled once."""
    return CueReader(language)
