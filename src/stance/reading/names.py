"""What names and points to somebody; names that nobody listed, found by what stands around them."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property

from ahocorasick_rs import AhoCorasick

from stance.language.chinese import FREQUENT, HAN, segment
from stance.language.lexicon import Lexicon, lexicon
from stance.language.matching import any_of
from stance.types import UNNAMED, Language, Speaker


class MentionKind(StrEnum):
    """What the words of a mention are."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PRODUCT = "product"
    UNNAMED = "unnamed"
    HE = "he"
    SHE = "she"
    THEY = "they"
    IT = "it"
    THIS_PERSON = "this_person"
    FIRST = "first"


NAMED = frozenset({MentionKind.PERSON, MentionKind.ORGANISATION})


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name or point to somebody."""

    start: int
    end: int
    kind: MentionKind
    speaker: Speaker | None = None
    """Who it is; None for pronouns, products and the first person."""
    gender: str = ""

    def __len__(self) -> int:
        return self.end - self.start


_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{2,}")
_IS_HAN = re.compile(f"[{HAN}]")
_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ\u0100-\u017f", "a-zß-öø-ÿ\u0100-\u017f"
_LATIN_WORD = rf"[{_UPPER}][{_UPPER}{_LOWER}'’\-]*[{_LOWER}]"
_LATIN_NAME = re.compile(
    rf"\b(?:{_LATIN_WORD}|[A-Z]\.)"
    rf"(?: (?:[A-Z]\.|(?:de|da|di|van|von|der|den|la|le|bin|al|el) {_LATIN_WORD}|{_LATIN_WORD})){{1,3}}"
)


_DOTS = frozenset("·・‧•")


class _Chinese:
    """Names by title, surname, transliteration; voices by pattern.

    A pattern is compiled when first asked for: a sentence in which nobody speaks needs few of them.
    """

    def __init__(self, words: Lexicon) -> None:
        self._words = words
        self._data = words.data["mentions"]
        self._cue_words = AhoCorasick(list(words.cues))
        self._surnames = f"(?:{any_of(self._data['compound_surnames'])}|[{self._data['surnames']}])"
        self._sounds = f"[{self._data['transliteration']}]"
        self._not_in_names = frozenset(self._data["not_in_names"])
        self._surname = re.compile(rf"(?![{self._data['never_surnames']}]){self._surnames}")
        self._never_given = self._not_in_names | frozenset(self._data["never_given"])
        self._before_names = tuple(self._data["before_names"])
        self._before_speakers = tuple(self._data["before_speakers"])
        self._after_title = re.compile(
            rf"{self._titles}[兼、，和]?(?:{self._titles}[兼、]?){{0,3}}[ ]?"
            rf"(?=({self._surnames}[{HAN}]{{1,3}}|{self._sounds}{{2,5}}))"
        )
        self._before_title = re.compile(
            rf"(?<![{HAN}])({self._surnames}[{HAN}]{{0,2}}){any_of(self._data['after_titles'])}(?![师监理编])"
        )

    @cached_property
    def _cues(self) -> str:
        return any_of(self._words.cues)

    @cached_property
    def _titles(self) -> str:
        return any_of(self._data["person_titles"])

    @cached_property
    def _speaking(self) -> list[re.Pattern[str]]:
        """Names by what stands around them where a cue is near."""
        surname, sounds, cues = self._surnames, self._sounds, self._cues
        adverbs = any_of(self._data["adverbs"])
        begins = r"(?:^|(?<=[\s，。！？；：、“”「」）)》,.!?;:]))"
        speaks = f"(?=(?:{adverbs}){{0,2}}(?:{cues}|[在于对向][^，。！？；,!?;]{{1,30}}?{cues})|：“)"
        return [
            re.compile(rf"(?:{begins}|(?<=的))([老小]{surname}|{surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}夫妇)", re.MULTILINE),
            re.compile(
                rf"{begins}(?:但|而|不过)?(?:在|据)({surname}[{HAN}]{{1,2}})(?=看来|介绍|透露|称|说|眼里|眼中)", re.M
            ),
            re.compile(rf"{begins}(?:但|而|不过)({surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
        ]

    @cached_property
    def _dotted(self) -> re.Pattern[str]:
        return re.compile(
            rf"{self._sounds}[{HAN}]{{0,6}}(?:[·・‧•](?:{self._sounds}{{2,8}}|[{HAN}]{{1,8}}?"
            rf"(?=[^{HAN}]|{self._cues}|{self._titles}|[{self._data['not_in_names']}在对向和也与是则曾及就等为]))){{1,4}}"
        )

    @cached_property
    def _dotted_title(self) -> re.Pattern[str]:
        return re.compile(rf"[{HAN}]*(?:{self._titles}|[官长师员将使管家])(?=[{HAN}]+[·・‧•])")

    @cached_property
    def _media(self) -> re.Pattern[str]:
        return re.compile(rf"《([^《》]{{1,10}}{any_of(self._data['media'])})》(?=[^，。]{{0,8}}?{self._cues})")

    @cached_property
    def _organisations(self) -> re.Pattern[str]:
        return re.compile(
            rf"(?:^|(?<=[\s，。！？；：、“”（）《》,.!?;:据由在])|(?<=(?:机构|公司|组织|企业|平台|智库|媒体|厂商)))"
            rf"(?![这那该某一两几多我他她它本]|{any_of(self._data['not_organisations'])})"
            rf"([{HAN}A-Za-z]{{1,8}}?{any_of(self._data['organisations'])})(?!的)"
            rf"(?=[^，。！？；：、“”\s]{{0,8}}?{self._cues})",
            re.MULTILINE,
        )

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        return re.compile(rf"“([{HAN}A-Za-z]{{2,10}})”(?:的[^，。“”]{{2,8}})?(?:在[^，。“”]{{2,12}})?{self._cues}")

    @cached_property
    def _voices(self) -> list[tuple[MentionKind, re.Pattern[str]]]:
        return _voice_patterns(self._words, word_edge="")

    @cached_property
    def _title_behind(self) -> re.Pattern[str]:
        return re.compile(any_of(self._data["titles_behind"]))

    @cached_property
    def _speaks_now(self) -> re.Pattern[str]:
        return re.compile(rf"[还也则又曾仍]?{self._cues}")

    @cached_property
    def _speaks_later(self) -> re.Pattern[str]:
        return re.compile(
            rf"[^，。！？；：“”\n]{{0,24}}?{self._cues}"
            rf"|[^，。！？；：“”\n]{{0,24}}[，,：:](?:[他她]|[只还又才就则]){{0,2}}{self._cues}|：“"
        )

    def names(self, text: str, simple: str, known: list[Mention]) -> Iterator[Mention]:
        taken = {at for mention in known for at in (mention.start, mention.end - 1)}
        for title in self._after_title.finditer(simple):
            end = title.end() + self._name_length(title[1], simple[title.end() : title.end() + 12])
            if end > title.end() and title.end() not in taken:
                yield _person(text, title.end(), end)
        cues = bool(self._cue_words.find_matches_as_indexes(simple))
        speaking = self._speaking if cues or "：“" in simple or "夫妇" in simple else []
        for pattern in (self._before_title, *speaking):
            for name in pattern.finditer(simple):
                if name.start(1) not in taken and not _is_word(name[1]) and not self._not_in_names & set(name[1]):
                    yield _person(text, *name.span(1))
        for start, end in self._surnamed(simple):
            if start not in taken:
                yield _person(text, start, end)
        for name in self._organisations.finditer(simple) if cues else ():
            if name.start(1) not in taken and name.end(1) - 1 not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in self._quoted.finditer(simple) if cues and "“" in simple else ():
            if name.start(1) not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in self._dotted.finditer(simple) if not _DOTS.isdisjoint(simple) else ():
            prefix = self._dotted_title.match(simple, *name.span())
            start = prefix.end() if prefix else name.start()
            if start not in taken:
                yield _person(text, start, name.end())
        for name in self._media.finditer(simple) if cues and "《" in simple else ():
            if name.start(1) not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in _LATIN_NAME.finditer(text):
            if name.start() not in taken:
                yield _person(text, *name.span())

    def _surnamed(self, simple: str) -> Iterator[tuple[int, int]]:
        """Names that only a surname and their surroundings tell: 放射科许颂提出, 郝延庆主任, 苏砚秋想了想，说.

        Where words are cut, an unknown name falls apart into single characters. It is believed with a title at either
        side, as the subject of a cue, or where it stands twice and once at the start of a clause.
        """
        words = segment(simple)
        starts = list(itertools.accumulate(map(len, words), initial=0))
        seen: dict[str, list[tuple[int, bool, bool]]] = {}
        for index, word in enumerate(words):
            if not self._surname.fullmatch(word):
                continue
            given = 0
            after = words[index + 1] if index + 1 < len(words) else ""
            if len(after) == 2 and len(word) == 1 and not self._never_given & set(after) and _IS_HAN.match(after):
                end = starts[index] + 3
                before = words[index - 1] if index else "\n"
                told = self._is_told(simple[max(0, end - 7) : end - 3]) or bool(self._title_behind.match(simple, end))
                if told or (not _IS_HAN.match(before[-1]) and self._speaks_now.match(simple, end)):
                    seen.setdefault(simple[starts[index] : end], []).append((starts[index], True, True))
                continue
            while given < 2 and index + given + 1 < len(words):
                character = words[index + given + 1]
                if len(character) > 1 or not _IS_HAN.match(character) or character in self._never_given:
                    break
                given += 1
            start = starts[index]
            before = words[index - 1] if index else "\n"
            begins = not _IS_HAN.match(before[-1])
            told = self._is_told(simple[max(0, start - 4) : start])
            subject = begins or before.endswith(self._before_speakers)
            for length in range(1, given + 1):
                end = start + len(word) + length
                name = simple[start:end]
                behind = bool(self._title_behind.match(simple, end))
                speaks = subject and bool(self._speaks_later.match(simple, end))
                seen.setdefault(name, []).append((start, told or behind or speaks, begins))
        for name, places in seen.items():
            longer = [other for other in seen if other != name and other.startswith(name)]
            if any(len(seen[other]) == len(places) for other in longer):
                continue  # 苏砚 wherever it stands is 苏砚秋
            if _is_word(name):
                continue
            twice = len(places) > 1 and any(begins for _, _, begins in places)
            alone = (
                len(name) == 3
                and not FREQUENT & set(name[1:])
                and any(not start or simple[start - 1] in "。！？”\n" for start, _, _ in places)
            )
            if any(told for _, told, _ in places) or twice or alone:
                for start, _, _ in places:
                    yield start, start + len(name)

    def _is_told(self, before: str) -> bool:
        """Whether a name follows: 首席财务官, 课题组长."""
        return before.endswith(self._before_names) and _IS_HAN.match(before[-2:]) is not None

    def voices(self, simple: str) -> Iterator[Mention]:
        return _find_voices(self._voices, simple)

    def _name_length(self, candidate: str, following: str) -> int:
        """Characters of the Chinese name with which `following` begins; 0 if there is none.

        A name falls apart into single characters where words are cut, and words begin behind it.
        """
        length = 0
        for word in segment(following):
            if length >= 2 and (len(word) > 1 or word in self._not_in_names or word.isascii() or not word.isalpha()):
                break
            if length + len(word) > 3:
                break
            length += len(word)
        return length if 2 <= length <= len(candidate) else 0


def _voice_patterns(words: Lexicon, word_edge: str) -> list[tuple[MentionKind, re.Pattern[str]]]:
    """What finds unnamed voices, pronouns and the first person."""
    cue = any_of([cue for cue, kind in words.cues.items() if kind])
    unnamed = "|".join(words.words("unnamed", "voices")).replace("CUE", cue)
    found = [(MentionKind.UNNAMED, re.compile(rf"{word_edge}(?:{unnamed}){word_edge}"))]
    for kind, forms in words.data["pronouns"].items():
        found.append(
            (MentionKind(kind), re.compile(rf"{word_edge}(?:{'|'.join(forms)}){word_edge}".replace("CUE", cue)))
        )
    return found


def _find_voices(patterns: list[tuple[MentionKind, re.Pattern[str]]], text: str) -> Iterator[Mention]:
    for kind, pattern in patterns:
        for voice in pattern.finditer(text):
            yield Mention(*voice.span(), kind, UNNAMED if kind is MentionKind.UNNAMED else None)


def _person(text: str, start: int, end: int) -> Mention:
    return Mention(start, end, MentionKind.PERSON, Speaker(text[start:end]))


def _is_word(name: str) -> bool:
    """Whether `name` is an ordinary word rather than a name."""
    return len(segment(name)) == 1


class _English:
    """Names by capitals and honorifics; voices by pattern."""

    def __init__(self, words: Lexicon) -> None:
        self._not_names = frozenset(words.words("mentions", "not_names"))
        self._no_name = self._not_names | frozenset(words.words("mentions", "honorifics"))
        self._organisation = frozenset(words.words("mentions", "organisation_words"))
        self._honorific = re.compile(
            rf"\b(?:{any_of(words.words('mentions', 'honorifics'))})\.? ([A-Z][a-zA-Z'’\-]+(?: [A-Z][a-zA-Z'’\-]+)?)"
        )
        self._voices = _voice_patterns(words, word_edge=r"\b")
        name = rf"(?![A-Z]['’])({_LATIN_WORD})(?![\w'’-]| [A-Z])"
        kinds = any_of([word.capitalize() for word in words.words("mentions", "organisation_words")])
        self._body = re.compile(
            rf"\b(?:{_LATIN_WORD} )?(?:{kinds}|Guild|Federation|League|Board) (?:of|for)(?: the)?"
            rf"(?: (?:and )?{_LATIN_WORD}){{1,4}}"
        )
        says = any_of([cue for cue, kind in words.cues.items() if kind == "say" and " " not in cue])
        self._single = [
            re.compile(rf"\b(?:{any_of(words.words('mentions', 'before_names'))}),? {name}"),
            re.compile(
                rf"(?<![\w.’'-]){name}(?=(?:,? which [^,.;]{{1,40}},)? (?:has |had |also |then |later |now )?{says}\b)"
            ),
        ]

    def names(self, text: str, _simple: str, known: list[Mention]) -> Iterator[Mention]:
        taken = {mention.start for mention in known}
        for name in self._honorific.finditer(text):
            if name.start(1) not in taken:
                yield _person(text, *name.span(1))
        for handle in _HANDLE.finditer(text):
            yield _person(text, *handle.span())
        for body in self._body.finditer(text):
            skip = len("The ") if body.group().startswith("The ") else 0
            yield Mention(body.start() + skip, body.end(), MentionKind.ORGANISATION, Speaker(body.group()[skip:]))
        yield from self._single_names(text, taken)
        for name in _LATIN_NAME.finditer(text):
            start, end = name.span()
            if owner := re.search(r"['’]s ", text[start:end]):
                start += owner.end()
            while start < end:
                first = text[start:end].split(" ", 1)[0]
                if not {first, first.rstrip("."), first.rstrip(".'’s")} & self._no_name and not first.endswith(
                    "-based"
                ):
                    break
                start = min(end, start + len(first) + 1)
            words = text[start:end].split(" ")
            if len(words) < 2 or start in taken:
                continue
            is_organisation = words[-1].lower().rstrip(".'’s") in self._organisation or "of" in words
            if is_organisation:
                yield Mention(start, end, MentionKind.ORGANISATION, Speaker(text[start:end]))
            else:
                end -= 2 if text[end - 2 : end] in ("'s", "’s") else 0
                yield _person(text, start, end)

    def _single_names(self, text: str, taken: set[int]) -> Iterator[Mention]:
        """Names of one word: behind what somebody is, or before a cue where the capital is no sentence's."""
        for name in self._single[0].finditer(text):
            if name.start(1) not in taken and name[1] not in self._not_names:
                yield _person(text, *name.span(1))
        for name in self._single[1].finditer(text):
            if name.start(1) in taken or name[1] in self._not_names:
                continue
            inside = re.compile(rf"[a-z,;] {re.escape(name[1])}\b")
            if inside.search(text) and not re.search(rf"\b{re.escape(name[1].lower())}\b", text):
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(name[1]))

    def voices(self, simple: str) -> Iterator[Mention]:
        return _find_voices(self._voices, simple.lower())


@cache
def name_finder(language: Language) -> _Chinese | _English:
    words = lexicon(language)
    return _Chinese(words) if language is Language.CHINESE else _English(words)
