"""Chinese names that nobody listed: by title, surname, transliteration, a cue behind them."""

import itertools
import re
from collections.abc import Iterator
from functools import cached_property

from ahocorasick_rs import AhoCorasick

from stance.language.chinese import FREQUENT, HAN, segment
from stance.language.english import is_common, name_in
from stance.language.lexicon import Lexicon
from stance.language.matching import any_of
from stance.language.scanning import leading
from stance.reading.mention import (
    LATIN_NAME,
    Mention,
    MentionKind,
    VoicePatterns,
    find_voices,
    person_at,
    voice_patterns,
)
from stance.types import Speaker

_PARTICLES = frozenset("地的得中里上下了着过内外时后前间等们")
_IS_HAN = re.compile(f"[{HAN}]")
_DOTS = frozenset("·・‧•")
# Behind which a clause begins, and a name may.
_OPENS = r"\s，。！？；：、“”「」）)》,.!?;:"
_NAME_BEGINS = re.compile(rf"[{_OPENS}的]")


class ChineseStrangers:
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
        surnames = (*self._data["compound_surnames"], *self._data["surnames"])
        self._surname_words = frozenset(name for name in surnames if name[0] not in self._data["never_surnames"])
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
        begins = rf"(?:^|(?<=[{_OPENS}]))"
        speaks = f"(?=(?:{adverbs}){{0,2}}(?:{cues}|[在于对向][^，。！？；,!?;]{{1,30}}?{cues})|：“)"
        return [
            re.compile(rf"(?:{begins}|(?<=的))([老小]{surname}|{surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}夫妇)", re.MULTILINE),
            re.compile(
                rf"{begins}(?:但是?|而且?|不过|然而)?(?:在|据)({surname}[{HAN}]{{1,2}}|{sounds}{{2,5}})(?=看来|介绍|透露|称|说|眼里|眼中)",
                re.M,
            ),
            re.compile(rf"{begins}(?:但|而|不过)({surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
        ]

    @cached_property
    def _first_of_speakers(self) -> frozenset[str]:
        return frozenset().union(*(leading(pattern.pattern) for pattern in self._speaking))

    @cached_property
    def _latin_speaks(self) -> re.Pattern[str]:
        """Rowan 提到, zhoukui认为: a single Latin name with a cue behind it."""
        adverbs = any_of(self._data["adverbs"])
        return re.compile(
            rf"([A-Za-z](?<![A-Za-z0-9.@/_-].)[A-Za-z'’_-]{{2,19}}) ?(?:{adverbs}|[还也则又曾就]){{0,2}}"
            rf"(?:[于在][^，。！？；：“”\n]{{1,14}})?(?={self._cues})"
        )

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
            rf"([{HAN}A-Za-z]{{1,10}}?{any_of(self._data['organisations'])})(?!的)"
            rf"(?=[：:]|[^，。！？；：、“”\s]{{0,8}}?(?:{self._cues}|发布|发出|推出|公布|上线|声明))",
            re.MULTILINE,
        )

    @cached_property
    def _quoted(self) -> re.Pattern[str]:
        return re.compile(rf"“([{HAN}A-Za-z]{{2,10}})”(?:的[^，。“”]{{2,8}})?(?:在[^，。“”]{{2,12}})?{self._cues}")

    @cached_property
    def _voices(self) -> VoicePatterns:
        return voice_patterns(self._words, word_edge=False)

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
                yield person_at(text, title.end(), end)
        cues = bool(self._cue_words.find_matches_as_indexes(simple))
        speaking = self._speakers(simple) if cues or "：“" in simple or "夫妇" in simple else ()
        for name in itertools.chain(self._before_title.finditer(simple), speaking):
            if name.start(1) not in taken and not _is_word(name[1]) and not self._not_in_names & set(name[1]):
                yield person_at(text, *name.span(1))
        for start, end in self._surnamed(simple):
            if start not in taken:
                yield person_at(text, start, end)
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
                yield person_at(text, start, name.end())
        for name in self._media.finditer(simple) if cues and "《" in simple else ():
            if name.start(1) not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in LATIN_NAME.finditer(text):
            first, behind = name_in(name.group().split(" "))
            if name.start() not in taken and behind - first > 1:
                skip = len(" ".join(name.group().split(" ")[:first])) + (first > 0)
                yield person_at(text, name.start() + skip, name.end())
        for name in self._latin_speaks.finditer(simple) if cues else ():
            if name.start(1) not in taken and not is_common(name[1]) and not name[1].isupper():
                yield person_at(text, *name.span(1))

    def _speakers(self, simple: str) -> Iterator[re.Match[str]]:
        """What the patterns of speakers find, asked only where a clause begins with what may begin a name."""
        ends = [0] * len(self._speaking)
        begins = itertools.chain([0], (mark.end() for mark in _NAME_BEGINS.finditer(simple)))
        for at in begins:
            if simple[at : at + 1] not in self._first_of_speakers:
                continue
            for number, pattern in enumerate(self._speaking):
                found = pattern.match(simple, at) if at >= ends[number] else None
                if found is not None:
                    ends[number] = found.end()
                    yield found

    def _surnamed(self, simple: str) -> Iterator[tuple[int, int]]:
        """Names that only a surname and their surroundings tell: 放射科许颂提出, 郝延庆主任, 苏砚秋想了想，说.

        Where words are cut, an unknown name falls apart into single characters. It is believed with a title at either
        side, as the subject of a cue, or where it stands twice and once at the start of a clause.
        """
        words = segment(simple)
        starts = list(itertools.accumulate(map(len, words), initial=0))
        seen: dict[str, list[tuple[int, bool, bool]]] = {}
        for index, word in enumerate(words):
            if word not in self._surname_words:
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
        return find_voices(self._voices, simple)

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


def _is_word(name: str) -> bool:
    """Whether `name` is an ordinary word rather than a name, alone or with a particle behind it: 公平地, 文章中."""
    words = segment(name)
    return len(words) == 1 or (len(words) == 2 and len(words[0]) > 1 and words[1] in _PARTICLES)
