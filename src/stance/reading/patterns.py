"""The lexicons compiled: cues, and frames around a mention."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.language.lexicon import Lexicon, lexicon
from stance.language.matching import any_of
from stance.types import Language

_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that tells that somebody speaks or thinks."""

    start: int
    end: int
    kind: str
    """"say", "think" or "act"."""


class Patterns:
    """The patterns of one language."""

    def __init__(self, words: Lexicon) -> None:
        self._latin = words.language is Language.ENGLISH
        self._kinds = list(words.cues.values())
        self.kind_of = words.cues.get
        """What kind of cue a word is: "say", "think", "act"; None for one that is none."""
        self._matcher = AhoCorasick(list(words.cues), matchkind=MatchKind.LeftmostLongest)
        self.unnamed_frame = re.compile("|".join(words.words("unnamed", "frames")), re.IGNORECASE)
        nouns = {
            "VIEW": any_of(words.words("nouns", "view")),
            "TITLE": any_of(words.words("mentions", "person_titles")),
        }

        def compiled(name: str) -> re.Pattern[str]:
            pattern: str = words.data["patterns"][name]
            for noun, forms in nouns.items():
                pattern = pattern.replace(noun, forms)
            return re.compile(pattern, re.VERBOSE | re.IGNORECASE)

        self.clause_end = compiled("clause_end")
        self.between = compiled("between")
        self.view = compiled("view")
        self.frame_before = compiled("frame_before")
        self.frame_after = compiled("frame_after")
        self.frame_alone = compiled("frame_alone")
        self.frame_alone_before = compiled("frame_alone_before")
        self.apposition = compiled("apposition")
        self.object_before = compiled("object_before")
        self.owner_after = compiled("owner_after")
        self.left_out = compiled("left_out")
        self.no_cue_before = compiled("no_cue_before")
        self.no_cue_after = compiled("no_cue_after")
        self.leads_in = compiled("leads_in")
        self.joins = compiled("joins")
        self.contrast = compiled("contrast")
        self.some = compiled("some")
        self.introduces = compiled("introduces")
        self.one = compiled("one")
        self.colon_later = compiled("colon_later")
        self.new_topic = compiled("new_topic")
        self.reports = compiled("reports")
        self.enumerates = re.compile(any_of(words.words("retelling", "enumerates")))
        self.inverts: bool = words.data["cues"]["inverted"]
        self.retells: bool = words.data["retelling"]["goes_on"]
        self.argues = frozenset(words.words("retelling", "argues"))

    def cues(self, simple: str) -> Iterator[Cue]:
        """The cues of a text, in order; longer words in which a cue is none are passed over."""
        text = simple.lower() if self._latin else simple
        for index, start, end in self._matcher.find_matches_as_indexes(text):
            if self._kinds[index] and not (self._latin and _inside_word(text, start, end)):
                yield Cue(start, end, self._kinds[index])


def _inside_word(text: str, start: int, end: int) -> bool:
    return bool(
        (start and _LETTER.match(text[start - 1])) or _LETTER.match(text[end : end + 1]) or text[end : end + 1] == "-"
    )


@cache
def patterns(language: Language) -> Patterns:
    """The patterns of `language`, compiled once."""
    return Patterns(lexicon(language))
