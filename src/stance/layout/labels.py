"""Labels at the start of blocks, and how much each looks like a name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from stance.language.chinese import HAN, segment, simplify
from stance.language.english import given_names, is_common
from stance.language.labels import label_words
from stance.language.lexicon import Kind, lexicon, people
from stance.layout.blocks import Form
from stance.types import BlockKind, Language

_CLOCK = r"(?:\d{1,2}:)?\d{1,2}:\d\d"
_TIME = rf"(?:[(（\[【<]\s*{_CLOCK}(?:\s*[-–—~]+\s*{_CLOCK})?\s*[)）\]】>]|{_CLOCK}(?:[.,]\d{{1,3}})?)"
_NAME = r"(?P<name>[^\s：:，,。；;！？!?“”\"「」|<>=][^：:，,。；;！？!?“”\"「」|<>=\n]{0,39}?)"
_ASIDE = r"(?P<aside>\s?[（(【\[][^（()）【】\[\]\n]{1,30}[)）】\]])?"
# NAME (00:12:30):, NAME 12:30, [00:12] NAME:, 2024-05-01 12:30:11 NAME
_TIMED = re.compile(rf"[@\-—*•]?\s*{_NAME}{_ASIDE}\s*[：:,，]?\s*[-–—|·]?\s*{_TIME}\s*(?:[：:]\s*|$|\s+(?=\S))")
_TIME_FIRST = re.compile(rf"{_TIME}\s*[-–—|·]?\s*{_NAME}{_ASIDE}\s*[：:]\s*")
_TIME_ALONE = re.compile(rf"{_TIME}\s*[：:]?\s*")
# NAME：, NAME（头衔）：
_COLON = re.compile(rf"[\-—*•]?\s?{_NAME}{_ASIDE}\s?[：:](?!//|\d\d\b)\s*")
# u/mia:, @mia:, 推 mia:, #3 mia:, 12楼 mia：
_HANDLE = re.compile(
    r"(?:u/|/u/|@|[推噓嘘→]\s?|#\d{1,4}\s+|\d{1,4}楼\s+)(?P<name>[\w.\-]{2,30}|[^\s：:，。]{2,16})\s*(?:[：:]|$)\s*"
)
# Senator HALVORSEN., The CHAIR., Ms. ODUYA., Q.
_RECORD = re.compile(
    r"(?P<name>(?:(?:The|Mr|Mrs|Ms|Dr|Prof|Professor|Senator|Sen|Rep|Chairman|Chairwoman|Chair|Judge)\.? )?"
    r"[A-Z][A-Z'’\-]{2,}(?: [A-Z][A-Z'’\-]+)?|(?:Senator|Ms|Mr|Mrs|Dr|Rep|Sen|Chairman|Chairwoman)\.? [A-Z][a-z'’\-]+"
    r"|[QA])\.\s+(?=\S)"
)
_BOXED = re.compile(r"【(?P<name>[^【】\n]{1,16})】\s*[：:]?\s*")
# Dana Whitlock, court interpreter, Leeds: … among letters.
_SIGNED = re.compile(r"(?P<name>[A-Z][\w'’\-]+(?: [A-Z][\w'’\-]+){1,2}), [^:：.\n]{3,60}:\s+(?=\S)")
_DASHED = re.compile(r"[—–]{1,2}\s?(?=[^\n]{2,600}[？?]$)")
_CAPITAL = r"[A-ZÀ-ÖØ-Þ]"
_LATIN = re.compile(
    rf"(?:(?:de|da|di|van|von|der|den|la|le|bin|al|el|del|dos)\s|{_CAPITAL}[\w.'’\-]*\s?){{1,5}}", re.UNICODE
)
_HANDLE_NAME = re.compile(r"(?=.*[a-z0-9_])[\w.\-]{3,24}")
_DIGITS = re.compile(r"\d")
_INITIALS = re.compile(r"[A-Z]{2}|(?:[A-Z]\.){2,3}")
_SOUND_NAME = re.compile(r"[^·・‧•]{1,8}[·・‧•][^·・‧•]{1,8}(?:[·・‧•][^·・‧•]{1,8})?")
_FUNCTION = re.compile("[的是了在与和及对为]")
_NICKNAME = re.compile(rf"(?:[老小阿][{HAN}]|[{HAN}]{{1,2}}(?:哥|姐|叔|爷|爺|师傅))")
_NO_NAME = re.compile(r"[/\\#*_&+%$^~…、]|——|^the\b|\b(?:and|or|of|the|is|are|was|to|for|in|with|on)\b", re.IGNORECASE)


class Likeness(IntEnum):
    """How much a label looks like somebody's name."""

    KEY = 0
    WORD = 1
    """An ordinary word, which may be somebody's handle."""
    PERHAPS = 2
    NAME = 3
    ROLE = 4


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a block."""

    name: str
    form: Form
    end: int
    """Where the words behind it begin, in the text of the block."""
    alone: bool
    """Whether nothing stands behind it."""
    likeness: Likeness
    aside: str = ""
    """What stands in brackets behind the name."""


def labels_of(text: str, bold: int, kind: BlockKind) -> Iterator[Label]:
    """The labels that may stand at the start of a block of text, the surest form first.

    `bold` is the length of what stands in bold there. None is believed yet: a document has to speak for it.

    >>> [(label.name, label.form.value) for label in labels_of("Mia Keller (00:12:30): Yes.", 0, BlockKind.PARAGRAPH)]
    [('Mia Keller', 'timed')]
    """
    head = text[:140]
    if found := _TIME_ALONE.match(head):
        first = _TIME_FIRST.match(head)
        if first is not None and likeness(first["name"]) > Likeness.WORD:
            yield _label(first, Form.TIMED, text)
        elif found.end() == len(text) or text[found.end() :].strip("- "):
            yield Label("", Form.TIME, found.end(), found.end() >= len(text), Likeness.KEY)
        return
    for form, pattern in ((Form.HANDLE, _HANDLE), (Form.TIMED, _TIMED), (Form.RECORD, _RECORD)):
        if found := pattern.match(head):
            yield _label(found, form, text)
            return
    if found := _COLON.match(head):
        yield _label(found, Form.BOLD if bold and found.end("name") <= bold + 1 else Form.COLON, text)
        return
    if kind is BlockKind.PARAGRAPH and (found := _DASHED.match(text[:640])):
        yield Label("", Form.DASHED, found.end(), False, Likeness.ROLE)
        return
    if found := _SIGNED.match(head):
        yield _label(found, Form.SIGNED, text)
    if found := _BOXED.match(head):
        yield _label(found, Form.BOXED, text)
    if kind in (BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.TURN) and len(text) <= 40:
        name = text.strip("*_ ")
        yield Label(name, Form.ALONE, len(text), True, likeness(name))
    elif 0 < bold <= 40 and text[bold : bold + 1] in " 　\n":
        yield Label(text[:bold].strip(), Form.BOLD, bold + 1, False, likeness(text[:bold].strip()))


def _label(found: re.Match[str], form: Form, text: str) -> Label:
    name = found["name"].strip("*_ -—•")
    aside = (found.groupdict().get("aside") or "").strip(" （()）【】[]")
    return Label(name, form, found.end(), found.end() >= len(text.rstrip()), likeness(name), aside)


@cache
def likeness(name: str) -> Likeness:
    """How much `name` looks like a name, by itself.

    >>> likeness("Odile"), likeness("发布时间"), likeness("主持人"), likeness("Vibran")
    (<Likeness.NAME: 3>, <Likeness.KEY: 0>, <Likeness.ROLE: 4>, <Likeness.PERHAPS: 2>)
    """
    words = label_words()
    simple = simplify(name).strip()
    role = re.sub(r"[\s#]*[0-9一二三四五六七八九十]{1,3}$", "", simple).lower()
    if simple.lower() in words.asks | words.answers or (role and role in words.asks | words.answers):
        return Likeness.ROLE
    if words.anonymous.fullmatch(simple):
        return Likeness.ROLE
    entity = people().by_name.get(simple)
    if entity is not None:
        return {Kind.PERSON: Likeness.NAME, Kind.ORGANISATION: Likeness.PERHAPS}.get(entity.kind, Likeness.KEY)
    if simple[:1].isdigit() or not any(map(str.isalpha, simple)) or words.fields.search(simple):
        return Likeness.KEY
    if simple[0].isascii():
        return _latin(simple, words.titles_before)
    return _chinese(simple, words.titles_behind)


def _latin(name: str, titles: re.Pattern[str]) -> Likeness:
    bare = titles.sub("", name)
    if bare != name and bare[:1].isupper():
        return Likeness.NAME
    if _HANDLE_NAME.fullmatch(bare) and ("_" in bare or _DIGITS.search(bare) or bare.islower()):
        return Likeness.WORD if is_common(bare) else Likeness.PERHAPS
    if _NO_NAME.search(bare) or len(bare) > 32:
        return Likeness.KEY
    if re.search(f"[{HAN}]", bare):
        short = len(bare) <= 12 and " " not in bare
        return Likeness.PERHAPS if short and not _FUNCTION.search(bare) else Likeness.KEY
    words = bare.split()
    if _INITIALS.fullmatch(bare):
        return Likeness.PERHAPS
    if _LATIN.fullmatch(bare) and not _DIGITS.search(bare):
        if words[0].title() in given_names():
            return Likeness.NAME
        if any(map(is_common, words)):
            return Likeness.WORD if len(words) == 1 else Likeness.KEY
        return Likeness.PERHAPS if len(words) == 1 else Likeness.NAME
    return Likeness.KEY


def _chinese(name: str, titles: re.Pattern[str]) -> Likeness:
    if _NO_NAME.search(name) or len(name) > 16 or _DIGITS.match(name):
        return Likeness.KEY
    if _SOUND_NAME.fullmatch(name):
        return Likeness.NAME
    data = lexicon(Language.CHINESE).data["mentions"]
    bare = titles.sub("", name)
    surname = bare[:1] in data["surnames"] or bare[:2] in data["compound_surnames"]
    if bare != name and 1 <= len(bare) <= 4 and (surname or not bare[0] > "\u2fff"):
        return Likeness.NAME
    if _NICKNAME.fullmatch(name):
        return Likeness.NAME
    parts = segment(bare)
    known = len(parts) == 1 and len(bare) > 1
    if len(parts) > 1 and min(map(len, parts)) > 1:
        return Likeness.KEY
    if surname and 2 <= len(bare) <= 3 + (bare[:2] in data["compound_surnames"]):
        return Likeness.PERHAPS if known else Likeness.NAME
    if 2 <= len(bare) <= 6 and set(bare) <= set(data["transliteration"]):
        return Likeness.PERHAPS if known else Likeness.NAME
    if len(bare) > 5:
        return Likeness.KEY
    return Likeness.WORD if known else Likeness.PERHAPS
