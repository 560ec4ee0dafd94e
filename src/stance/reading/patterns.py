"""The lexicons compiled: cues, frames around a mention, turns of a transcript."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.reading.lexicon import Lexicon, any_of, lexicon
from stance.reading.mentions import NAMED, Mention, MentionKind
from stance.reading.words import HAN
from stance.types import UNNAMED, Language, Speaker

_LINE_PREFIX = re.compile(
    r"^[ \t\-—*#>•]*([^\s：:，,。！？!?“”\"][^：:，,。！？!?“”\"\n]{0,39}?)\s?[：:](?!//)(?!\s?[“「『\"])\s*",
    re.MULTILINE,
)
_TIMED_PREFIX = re.compile(
    r"^[ \t]*([A-Z][^\n()（）:：]{1,40}?|[^\s()（）:：\n]{2,12})\s?[(（]\d{1,2}:\d\d(?::\d\d)?[)）]\s*", re.MULTILINE
)
# "沈绍安（首席财务官）：": what stands in brackets is no part of the name.
_IN_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
# "(01:42:53) So…": a turn whose holder an excerpt has cut off, unless an earlier turn goes on.
_TIME_ALONE = re.compile(r"\A\s*[(（\[]\d{1,2}:\d\d(?::\d\d)?[)）\]]\s*")
# Characters of the longest question looked at.
_QUESTION = 600
# Characters of the longest name taken for a speaker's in an interview although no lexicon knows it.
_NAME = 16
_LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that tells that somebody speaks or thinks."""

    start: int
    end: int
    kind: str
    """"say", "think" or "act"."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The start of somebody's turn in a transcript, or a headline ``NAME: …``."""

    start: int
    end: int
    """Behind the colon."""
    speaker: Speaker
    mention: str


class Patterns:
    """The patterns of one language."""

    def __init__(self, words: Lexicon) -> None:
        self._latin = words.language is Language.ENGLISH
        self._kinds = list(words.cues.values())
        self._matcher = AhoCorasick(list(words.cues), matchkind=MatchKind.LeftmostLongest)
        self._asks = frozenset(words.words("turns", "asks"))
        self._answers = frozenset(words.words("turns", "answers"))
        self._title_at_end = re.compile(f"(?<=[{HAN}]{{2}})(?:{any_of(words.words('mentions', 'person_titles'))})+$")
        self._anonymous = re.compile("|".join(words.words("turns", "anonymous")), re.IGNORECASE)
        self.unnamed_frame = re.compile("|".join(words.words("unnamed", "frames")), re.IGNORECASE)
        view = any_of(words.words("nouns", "view"))

        def compiled(name: str) -> re.Pattern[str]:
            return re.compile(words.data["patterns"][name].replace("VIEW", view), re.VERBOSE | re.IGNORECASE)

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
        self.new_topic = compiled("new_topic")
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

    def turns(self, text: str, simple: str, mentions: list[Mention]) -> list[Turn]:
        """Line starts that give the turn to somebody: a mention, a role, or a name that begins two lines or more."""
        named = {
            mention.end: mention for mention in mentions if mention.kind in NAMED or mention.kind is MentionKind.UNNAMED
        }
        prefixes = [*_LINE_PREFIX.finditer(text), *_TIMED_PREFIX.finditer(text)]
        counts = Counter(_IN_BRACKETS.sub("", prefix[1]) for prefix in prefixes)
        persons = {m.speaker for m in mentions if m.kind is MentionKind.PERSON and m.speaker is not None}
        guest = persons.pop() if len(persons) == 1 else UNNAMED
        found: list[Turn] = []
        unknown: list[Turn] = []
        strangers: list[Turn] = []
        roles = False
        for prefix in prefixes:
            words = _IN_BRACKETS.sub("", prefix[1]).strip("*_ ")
            words = self._title_at_end.sub("", words) or words
            role = (
                re.sub(r"[0-9一二三四五六七八九十\s#]+$", "", simple[prefix.start(1) : prefix.end(1)])
                .strip("*_ ")
                .capitalize()
            )
            mention = named.get(prefix.end(1))
            if role in self._asks or role in self._answers:
                speaker, roles = guest if role in self._answers else UNNAMED, True
            elif self._anonymous.fullmatch(words):
                speaker = UNNAMED
            elif (
                mention is not None
                and mention.speaker is not None
                and prefix.start(1) <= mention.start <= prefix.start(1) + _NAME
            ):
                speaker = mention.speaker
            elif prefix.re is _TIMED_PREFIX:
                speaker = Speaker(words)
            elif len(words) <= 24 and not any(ch.isdigit() for ch in words):
                strangers.append(Turn(prefix.start(), prefix.end(), Speaker(words), words))
                if counts[_IN_BRACKETS.sub("", prefix[1])] > 1 or _asks(text, prefix.end()):
                    unknown.append(Turn(prefix.start(), prefix.end(), Speaker(words), words))
                continue
            else:
                continue
            found.append(Turn(prefix.start(), prefix.end(), speaker, words))
        if roles:
            found += [turn for turn in strangers if len(turn.mention) <= _NAME]
        elif found or len({turn.mention for turn in unknown}) > 1 < len(unknown) - 1:
            found += unknown
        found += _names_alone(text, mentions)
        if cut_off := _TIME_ALONE.match(text):
            found.append(Turn(0, cut_off.end(), UNNAMED, cut_off.group().strip()))
        return sorted(found, key=lambda turn: turn.start)


def _names_alone(text: str, mentions: list[Mention]) -> Iterator[Turn]:
    """A question, and behind it the name of whoever answers, alone up to the line end; the asker has no name."""
    for mention in mentions:
        if mention.kind is not MentionKind.PERSON or mention.speaker is None:
            continue
        line_end = text[mention.end : mention.end + 3].strip(" ")[:1] == "\n"
        question = text[max(0, mention.start - 3) : mention.start].rstrip()[-1:] in ("？", "?")
        if line_end and question:
            paragraph = text.rfind("\n", max(0, mention.start - _QUESTION), max(0, mention.start - 3)) + 1
            yield Turn(paragraph, paragraph, UNNAMED, "")
            yield Turn(mention.start, mention.end, mention.speaker, text[mention.start : mention.end])


def _asks(text: str, start: int) -> bool:
    """Whether the line from `start` on ends with a question mark."""
    return text[start : text.find("\n", start) if "\n" in text[start:] else len(text)].rstrip("*_ ")[-1:] in ("?", "？")


def _inside_word(text: str, start: int, end: int) -> bool:
    return bool(
        (start and _LETTER.match(text[start - 1])) or _LETTER.match(text[end : end + 1]) or text[end : end + 1] == "-"
    )


@cache
def patterns(language: Language) -> Patterns:
    """The patterns of `language`, compiled once."""
    return Patterns(lexicon(language))
