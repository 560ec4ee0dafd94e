"""A statement as named features: words, characters, cues, each a list of strings with repetition.

Names of people, organisations and products are masked first, so that the model judges words and never speakers.
"""

import operator
import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.language.chinese import HAN, inside_word, segment, simplify
from stance.language.lexicon import people
from stance.learning.cues import Cues, buckets, cue_reader
from stance.learning.mirror import exchange, flip
from stance.learning.reach import reaches
from stance.types import AUTHOR, UNNAMED, Language, Statement

VIEWS = ("words", "characters", "cues", "score", "around", "reach")
Views = dict[str, list[str]]
"""View to the features of one statement."""


class Features(NamedTuple):
    """What the learner sees of a statement."""

    views: Views
    mirror: Views | None
    """The views of the same statement with the words of the two sides exchanged; None where it holds none of them.

    A model that is asked about both, and takes the second answer the other way round, turns its judgement when the
    sides are exchanged, whatever its training made of the words themselves.
    """


# Stands for a masked name; a private character, so that no view can mistake it for text.
_MASK = "\ue000"
_HAN_RUN = re.compile(f"[{HAN}]+")
_TOKEN = re.compile(f"[{HAN}]+|[a-z][a-z'’\\-]*[a-z]|[a-z]|\\d+|{_MASK}")
_ENGLISH_WORD = re.compile(rf"[a-z]+|{_MASK}")
_ADDRESS = re.compile(r"(?:https?:)?//\S+")
# The signed score from which on a neighbour argues for a side.
_LEANS = 0.5
# Lengths of character n-grams within words, for English (SemEval-2016 systems found 2-5 good).
_SHORTEST, _LONGEST = 2, 5


def featurize(statements: Sequence[Statement], language: Language) -> Iterator[Features]:
    """The features of the statements of one document, in order.

    What a statement points back to stands before it. The cues' signed score is a view of its own, or a long statement
    with many cues would drown it; so is how its neighbours and the rest of what its speaker says score, since people
    go on arguing for the side that they argue for.
    """
    texts = [normalize(mask(statement)) for statement in statements]
    cues: list[Cues] = []
    for text in texts:
        cues.append(cue_reader(language).read(text, cues[-1].target if cues else ""))
    before = ""
    around = _surroundings(statements, cues)
    for text, own, near, reach in zip(texts, cues, around, reaches(texts, cues, language), strict=True):
        exchanged = exchange(text, language)
        mirror = None
        if exchanged != text:
            other = cue_reader(language).read(exchanged, flip(before))
            mirror = _views(exchanged, language, other, [flip(feature) for feature in near], reach)
        yield Features(_views(text, language, own, near, reach), mirror)
        before = own.target


def _views(text: str, language: Language, cues: Cues, around: list[str], reach: list[str]) -> Views:
    return {
        "words": words(text),
        "characters": characters(text, language),
        "cues": list(cues.features),
        "score": buckets(cues.score),
        "around": around,
        "reach": reach,
    }


def _surroundings(statements: Sequence[Statement], cues: Sequence[Cues]) -> Iterator[list[str]]:
    """For each statement what those around it argue for: the ones next to it, and all others of its speaker."""
    totals: dict[str, float] = {}
    for statement, own in zip(statements, cues, strict=True):
        totals[statement.speaker_name] = totals.get(statement.speaker_name, 0.0) + own.score
    for at, (statement, own) in enumerate(zip(statements, cues, strict=True)):
        found = []
        for name, place in (("before", at - 1), ("after", at + 1)):
            if 0 <= place < len(statements):
                same = "" if statements[place].speakers == statement.speakers else " another"
                found.append(f"{name}{same}: {_leaning(cues[place].score)}")
        found.append(f"speaker elsewhere: {_leaning(totals[statement.speaker_name] - own.score)}")
        yield found


def _leaning(score: float) -> str:
    return "open" if score >= _LEANS else "closed" if score <= -_LEANS else "none"


def normalize(text: str) -> str:
    """Lower case, simplified, without addresses."""
    return simplify(_ADDRESS.sub(" ", text)).lower()


def mask(statement: Statement) -> str:
    """The text of `statement` with known names and its speaker's name as one private character each."""
    text = statement.text
    simple = simplify(text)
    spans = [(start, end) for _, start, end in _names().find_matches_as_indexes(simple)]
    names = [speaker.name for speaker in statement.speakers if speaker not in (AUTHOR, UNNAMED)]
    for name in names:
        spans += [found.span() for found in re.finditer(re.escape(name), text) if len(name) > 1]
    spans = [(start, end) for start, end in spans if not inside_word(text, start, end)]
    pieces, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            pieces += [text[at:start], _MASK]
            at = end
    return "".join(pieces) + text[at:]


@cache
def _names() -> AhoCorasick:
    return AhoCorasick(list(people().by_name), matchkind=MatchKind.LeftmostLongest)


def words(text: str) -> list[str]:
    """Words and their neighbours in pairs; Latin runs split off before jieba sees the Han runs.

    >>> words("开源更便宜")
    ['开源', '更', '便宜', '开源 更', '更 便宜']
    """
    single: list[str] = []
    for token in _TOKEN.findall(text):
        single += segment(token) if _HAN_RUN.match(token) else ("0",) if token.isdigit() else (token,)
    return [*single, *map(" ".join, pairwise(single))]


def characters(text: str, language: Language) -> list[str]:
    """Characters and pairs of them for Chinese; n-grams within words, edges marked, for English."""
    if language is Language.CHINESE:
        runs = _HAN_RUN.findall(text)
        return [gram for run in runs for grams in (run, map(operator.add, run, run[1:])) for gram in grams]
    return [gram for word in _ENGLISH_WORD.findall(text) for gram in _grams(word)]


@lru_cache(maxsize=1 << 14)
def _grams(word: str) -> tuple[str, ...]:
    """What stands in a word with its edges marked, shortest first."""
    marked = f" {word} "
    sizes = range(_SHORTEST, _LONGEST + 1)
    return tuple(marked[at : at + size] for size in sizes for at in range(len(marked) - size + 1))
