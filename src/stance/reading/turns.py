"""Turns of transcripts, interviews and threads: where somebody's begins, and whose it is."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from stance.language.chinese import HAN, simplify
from stance.language.lexicon import lexicon
from stance.language.matching import any_of
from stance.reading.names import NAMED, Mention, MentionKind
from stance.types import UNNAMED, Language, Speaker

# "NAME: …" at the start of a line.
_COLON = re.compile(
    r"^[ \t\-—*#>•]*([^\s：:，,。！？!?“”\"][^：:，,。！？!?“”\"\n]{0,39}?)\s?[：:](?!//)(?!\s?[“「『\"])\s*",
    re.MULTILINE,
)
# "NAME (12:30) …", "推 NAME：…" on a board, and "Ms. HALVERSTADT. …" in the record of a hearing: never anything else.
_TIMED = re.compile(
    r"^[ \t]*([A-Z][^\n()（）:：]{1,40}?|[^\s()（）:：\n]{2,12})(?:（[^（）\n]*）)?"
    r"\s?(?:[(（]\d{1,2}:\d\d(?::\d\d)?[)）]|\d{1,2}:\d\d[：:])\s*",
    re.MULTILINE,
)
_PUSHED = re.compile(r"^[ \t]*[推噓嘘→]\s?([A-Za-z]\w{2,15})\s?[：:]\s*", re.MULTILINE)
_CALLED = re.compile(
    r"^[ \t]*((?:The|Mr|Mrs|Ms|Dr|Prof|Senator|Sen|Rep|Chairman|Chairwoman|Chair)\.? [A-Z][A-Z'’\-]{2,})\.\s+(?=\S)",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"^(?:#\d+[ ]|\d+楼[ ]|@)([^\s：:][^：:\n]{1,20})[：:]\s*", re.MULTILINE)
_SURE = (_TIMED, _PUSHED, _CALLED, _NUMBERED)
# "Senator Abioye. …", "Q. …", where several lines begin like that.
_TITLES = "Mr|Mrs|Ms|Dr|Prof|Professor|Senator|Sen|Rep|Chairman|Chairwoman"
_RECORD = re.compile(
    rf"^[ \t]*((?:{_TITLES})\.? [A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+)?|[QA])\.\s+(?=\S)",
    re.MULTILINE,
)
_HONORIFIC = re.compile(rf"^(?:The|{_TITLES})\.? (?=[A-Z])")
_NUMBER = re.compile(r"[0-9一二三四五六七八九十\s#]+$")
# "ESTEBAN QUIROGA: …"
_CAPITALS = re.compile(r"^[ \t]*([A-ZÀ-Þ][A-ZÀ-Þ.'’\-]+(?: [A-ZÀ-Þ.'’\-]+){0,3})(?: ?\([^()\n]*\))?:\s+", re.MULTILINE)
# "Dana Whitlock, court interpreter, Leeds: …" among letters.
_SIGNED = re.compile(r"^[ \t]*([A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){1,2}), [^:：.\n]{3,60}:\s+(?=\S)", re.MULTILINE)
# "【NAME】…", where several lines begin like that.
_BOXED = re.compile(r"^[ \t]*【([^【】\n]{2,16})】[ ]?(?=\S)", re.MULTILINE)
# "——…？": a question in an interview.
_DASHED = re.compile(r"^[ \t]*[—–]{1,2}[ ]?(?=[^\n]{2,600}[？?]$)", re.MULTILINE)
# "沈绍安（首席财务官）：": what stands in brackets is no part of the name.
_IN_BRACKETS = re.compile(r"[（(][^（()）]*[)）]")
# "(01:42:53) So…": a turn whose holder an excerpt has cut off, unless an earlier turn goes on.
_TIME_ALONE = re.compile(r"\A\s*[(（\[]\d{1,2}:\d\d(?::\d\d)?[)）\]]\s*")
# Characters of the longest question looked at.
_QUESTION = 600
# Characters of the longest name taken for a speaker's although no lexicon knows it: in an interview, anywhere.
_NAME, _LONGEST_NAME = 16, 24
_ASKS = re.compile(r"[^\n]*[?？][*_ ]*$", re.MULTILINE)
# Lines and their share that must begin with a name and a colon for a text to be a thread, with strangers' handles or
# with any names.
_THREAD, _THREAD_SHARE, _MOSTLY = 3, 0.5, 0.9
# Characters of a line of a thread, on average; paragraphs of articles are longer.
_LONGEST_POST = 400
_HAS_DIGIT = re.compile(r"\d")
_LETTER_NAME = re.compile("[B-PR-Z]")
_HANDLE = re.compile(r"(?=.*[a-z0-9_])(?![A-Z][a-z]+$)[\w.\-]+")


@dataclass(frozen=True, slots=True)
class Turn:
    """The start of somebody's turn in a transcript, or a headline ``NAME: …``."""

    start: int
    end: int
    """Behind the colon."""
    speaker: Speaker
    mention: str


class _Roles:
    """What a language calls those who ask, answer and have no name."""

    def __init__(self, language: Language) -> None:
        words = lexicon(language)
        self.asks = frozenset(words.words("turns", "asks"))
        self.answers = frozenset(words.words("turns", "answers"))
        self.anonymous = re.compile("|".join(words.words("turns", "anonymous")), re.IGNORECASE)
        self.fields = re.compile(f"(?:{words.data['turns']['fields']})", re.IGNORECASE)
        self.title_at_end = re.compile(f"(?<=[{HAN}]{{2}})(?:{any_of(words.words('mentions', 'person_titles'))})+$")


@cache
def _roles(language: Language) -> _Roles:
    return _Roles(language)


def turns(text: str, mentions: list[Mention], language: Language) -> list[Turn]:
    """Line starts that give the turn to somebody, in order.

    A mention, a role, or a stranger's name where other lines show that the text is an interview or a thread.
    """
    roles = _roles(language)
    named = {m.end: m for m in mentions if m.speaker is not None and (m.kind in NAMED or m.speaker == UNNAMED)}
    persons = {m.speaker for m in mentions if m.kind is MentionKind.PERSON and m.speaker is not None}
    guest = persons.pop() if len(persons) == 1 else UNNAMED
    boxed = list(_BOXED.finditer(text))
    prefixes = [prefix for pattern in _SURE for prefix in pattern.finditer(text)]
    records = list(_RECORD.finditer(text))
    prefixes += records if len(records) > 2 else []
    signed = list(_SIGNED.finditer(text))
    prefixes += signed if len(signed) > 2 else []
    capitals = list(_CAPITALS.finditer(text))
    prefixes += capitals if len(capitals) > 1 else []
    prefixes += boxed if len({prefix[1] for prefix in boxed}) > 1 else []
    prefixes += _COLON.finditer(text)
    found: dict[int, Turn] = {}
    strangers: list[Turn] = []
    holders: dict[str, Speaker] = {}
    """Who goes by a role: Host (Rafe Dunmore)."""
    has_roles = False
    for prefix in prefixes:
        if prefix.start() in found:
            continue
        words = _HONORIFIC.sub("", _IN_BRACKETS.sub("", prefix[1]).strip("*_ "))
        words = roles.title_at_end.sub("", words) or words
        role = _NUMBER.sub("", simplify(words)).capitalize()
        mention = named.get(prefix.end(1))
        in_brackets = named.get(prefix.end(1) - 1)
        if role in roles.asks and in_brackets is not None and in_brackets.speaker is not None:
            speaker = holders[role] = in_brackets.speaker
        elif role in roles.asks or role in roles.answers:
            speaker, has_roles = guest if role in roles.answers else holders.get(role, UNNAMED), True
        elif roles.anonymous.fullmatch(words) or _LETTER_NAME.fullmatch(words):
            speaker = UNNAMED
        elif mention is not None and mention.speaker is not None and mention.start <= prefix.start(1) + _NAME:
            speaker = mention.speaker
        elif prefix.re is not _COLON:
            speaker = Speaker(words)
        else:
            if len(words) <= _LONGEST_NAME and not roles.fields.search(words):
                strangers.append(Turn(prefix.start(), prefix.end(), Speaker(words), words))
            continue
        found[prefix.start()] = Turn(prefix.start(), prefix.end(), speaker, words)
    ends = {turn.end for turn in found.values()}
    strangers = [turn for turn in strangers if turn.start not in ends]  # nobody takes a turn and says nothing
    strangers = _believed(text, strangers, len(found), has_roles=has_roles)
    every = [*found.values(), *strangers, *_names_alone(text, mentions)]
    every += _dashed(text, every, guest)
    if cut_off := _TIME_ALONE.match(text):
        every.append(Turn(0, cut_off.end(), UNNAMED, cut_off.group().strip()))
    return sorted(every, key=lambda turn: turn.start)


def _believed(text: str, strangers: list[Turn], others: int, *, has_roles: bool) -> list[Turn]:
    """The strangers that hold turns, beside so many `others` who surely do."""
    if has_roles:
        return [turn for turn in strangers if len(turn.mention) <= _NAME]
    counts = Counter(turn.mention for turn in strangers)
    named = [turn for turn in strangers if turn.mention.isascii() or not _HAS_DIGIT.search(turn.mention)]
    repeated = [turn for turn in named if counts[turn.mention] > 1 or _asks(text, turn.end)]
    believed = repeated if others or len({turn.mention for turn in repeated}) > 1 < len(repeated) - 1 else []
    lines = sum(not line.isspace() for line in text.splitlines() if line)
    if len(text) > _LONGEST_POST * lines:
        return believed
    share = (others + len(strangers)) / max(_THREAD, lines)
    if share >= _MOSTLY and len(strangers) > others:
        return strangers
    if share >= _THREAD_SHARE:
        believed += [turn for turn in strangers if turn not in believed and _HANDLE.fullmatch(turn.mention)]
    return believed


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


def _dashed(text: str, others: list[Turn], guest: Speaker) -> Iterator[Turn]:
    """Questions behind a dash, and behind each the turn of whoever answers, if others do not take it."""
    taken = {turn.start for turn in others}
    named = [turn for turn in others if turn.speaker != UNNAMED]
    for question in _DASHED.finditer(text):
        answer = text.find("\n", question.end()) + 1
        yield Turn(question.start(), question.end(), UNNAMED, "")
        if answer and answer not in taken and not _DASHED.match(text, answer):
            holder = named[0].speaker if named else guest
            yield Turn(answer, answer, holder, holder.name)


def _asks(text: str, start: int) -> bool:
    """Whether the line from `start` on ends with a question mark."""
    return _ASKS.match(text, start) is not None
