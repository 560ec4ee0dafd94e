"""How far the debate is from each statement of a document: a statement takes no side of what nobody talks about."""

from collections.abc import Iterator, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.language.chinese import inside_word
from stance.learning.cues import Cues, cue_lexicon
from stance.types import Language

_KINDS = ("debate", "ai")
# Up to so many statements away, and what that is called; beyond, it stands somewhere in the document.
_DISTANCES = ((0, "here"), (1, "next"), (3, "near"), (8, "far"))


def reaches(texts: Sequence[str], cues: Sequence[Cues], language: Language) -> Iterator[list[str]]:
    """For each statement, normalized, how near the debate, its subject, and a side named or implied are."""
    found: dict[str, list[bool]] = {kind: [] for kind in (*_KINDS, "side")}
    for text, own in zip(texts, cues, strict=True):
        kinds = _kinds_in(text, language)
        found["debate"].append("debate" in kinds)
        found["ai"].append(bool(kinds))  # the debate is about nothing else
        found["side"].append(any(feature.startswith(("names ", "implied ")) for feature in own.features))
    distances = {kind: [*map(_called, _distances(places))] for kind, places in found.items()}
    for debate, subject, side in zip(*distances.values(), strict=True):
        yield [f"debate {debate}", f"ai {subject}", f"side {side}", f"debate {debate}, side {side}"]


def _distances(places: Sequence[bool]) -> list[int | None]:
    """For each place how many steps the nearest true one is away, before or behind; None where none is."""
    nearest: list[int | None] = [None] * len(places)
    for order in (range(len(places)), range(len(places) - 1, -1, -1)):
        last = None
        for at in order:
            last = at if places[at] else last
            if last is not None and (nearest[at] is None or abs(at - last) < (nearest[at] or 0)):
                nearest[at] = abs(at - last)
    return nearest


def _called(distance: int | None) -> str:
    if distance is None:
        return "nowhere"
    return next((name for most, name in _DISTANCES if distance <= most), "somewhere")


def _kinds_in(text: str, language: Language) -> set[str]:
    matcher, kinds = _matcher(language)
    return {
        kinds[index]
        for index, start, end in matcher.find_matches_as_indexes(text, overlapping=True)
        if not inside_word(text, start, end)
    }


@cache
def _matcher(language: Language) -> tuple[AhoCorasick, list[str]]:
    topics = cue_lexicon(language).topics
    words = {word: kind for kind in reversed(_KINDS) for word in topics[kind]}
    return AhoCorasick(list(words), matchkind=MatchKind.Standard), list(words.values())
