"""Why a statement has its stance: the words of it that count, and the cues in words."""

import re
from collections.abc import Iterable, Iterator

from stance.language.chinese import simplify
from stance.report.wording import Wording
from stance.types import Evidence, Language, Prediction

# Stands in a feature for a masked name.
_MASK = "\ue000"
_NOT_TEXT = ("cues", "score", "around")


def marked(prediction: Prediction, language: Language) -> Iterator[tuple[str, bool]]:
    """The statement in pieces, each with whether it speaks for the stance."""
    text = prediction.statement.text
    counts = [False] * len(text)
    folded = "".join(low if len(low := ch.lower()) == 1 else ch for ch in simplify(text))
    for evidence in prediction.evidence:
        if evidence.weight > 0 and (pattern := _pattern(evidence.feature, language)):
            for found in re.finditer(pattern, folded):
                counts[found.start() : found.end()] = [True] * (found.end() - found.start())
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or counts[at] != counts[start]:
            yield text[start:at], counts[start]
            start = at


def _pattern(feature: str, language: Language) -> str:
    """What finds the feature in a text that is simplified and lowered; nothing for features that are no text."""
    view, _, rest = feature.partition(": ")
    if view == "words":
        return r"[\W_]*".join(_word(token) for token in rest.split(" ") if token not in ("", _MASK))
    if view == "characters" and _MASK not in rest:
        edges = ("(?<![a-z])" if rest.startswith(" ") else "", "(?![a-z])" if rest.endswith(" ") else "")
        return re.escape(rest) if language is Language.CHINESE else edges[0] + re.escape(rest.strip()) + edges[1]
    return ""


def _word(token: str) -> str:
    if token == "0":  # a number, whichever
        return r"\d+"
    return rf"(?<![a-z]){re.escape(token)}(?![a-z])" if token.isascii() else re.escape(token)


def cues(evidence: Iterable[Evidence], words: Wording) -> list[tuple[str, float]]:
    """What decided beside words and characters, as `words` puts it, with its weight.

    The steps of a score are one: each is told apart by the learner, but together they say how high it is.
    """
    found: dict[str, float] = {}
    steps = [one for one in evidence if one.feature.startswith("score: ")]
    highest = max((one.feature for one in steps), default="")
    for one in evidence:
        view, _, rest = one.feature.partition(": ")
        if view in _NOT_TEXT:
            feature = highest if view == "score" else one.feature
            said = words.feature(feature if view != "cues" else rest)
            found[said] = found.get(said, 0.0) + one.weight
    return list(found.items())
