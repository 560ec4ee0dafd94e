"""People, organisations and other voices in a text: where they are named, and who they are."""

import itertools
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.reading.lexicon import Entity, Kind, Lexicon, any_of, lexicon, people
from stance.reading.words import FREQUENT, HAN, inside_word, segment
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


def find_mentions(text: str, simple: str, language: Language) -> list[Mention]:
    """The mentions of `text` in order, without overlap; `simple` is `text` simplified.

    Known names come from `people.toml`; others are recognised by a title, a surname, transliteration or capitals,
    and then wherever they stand again in the text.
    """
    finder = _finder(language)
    known = _known_names(text, simple)
    named = _explained(text, _without_overlap([*known, *finder.names(text, simple, known)]))
    named = _without_overlap([*_titled(simple, named, language), *_once_more(simple, named, language), *named])
    persons = {at for m in named if m.kind is MentionKind.PERSON for at in range(m.start, m.end)}
    voices = [voice for voice in finder.voices(simple) if persons.isdisjoint(range(voice.start, voice.end))]
    return _without_overlap([*_settle_names(named), *voices])


def _explained(text: str, mentions: list[Mention]) -> list[Mention]:
    """Mentions with the names in brackets behind them, 马斯克（Elon Musk）, taken in: one mention, one id."""
    merged: list[Mention] = []
    for mention in mentions:
        before = merged[-1] if merged else None
        if (
            before is not None
            and before.speaker is not None
            and mention.speaker is not None
            and mention.kind is before.kind
            and text[before.end : mention.start] in ("（", "(", " (")
            and text[mention.end : mention.end + 1] in ("）", ")")
        ):
            speaker = Speaker(before.speaker.name, before.speaker.id or mention.speaker.id)
            gender = before.gender or mention.gender
            merged[-1] = Mention(before.start, mention.end + 1, before.kind, speaker, gender)
        else:
            merged.append(mention)
    return merged


def _without_overlap(mentions: Iterable[Mention]) -> list[Mention]:
    """In text order; of two that overlap, the one that begins first, then the longer, then the earlier listed."""
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


# --- names of the lexicon ------------------------------------------------------------------------------------------


@cache
def _name_matcher() -> tuple[AhoCorasick, list[Entity]]:
    by_name = people().by_name
    return AhoCorasick(list(by_name), matchkind=MatchKind.LeftmostLongest), list(by_name.values())


def _known_names(text: str, simple: str) -> list[Mention]:
    matcher, entities = _name_matcher()
    found = []
    for index, start, end in matcher.find_matches_as_indexes(simple):
        if not inside_word(simple, start, end):
            entity = entities[index]
            speaker = None if entity.kind is Kind.PRODUCT else Speaker(text[start:end], entity.id)
            found.append(Mention(start, end, MentionKind(entity.kind), speaker, entity.gender))
    return found


def _settle_names(mentions: list[Mention]) -> Iterator[Mention]:
    """Each somebody under one name: the one the text uses most, the fullest of those used equally often."""
    used: dict[str, Counter[str]] = {}
    for mention in mentions:
        if mention.speaker is not None and mention.speaker.id is not None:
            used.setdefault(mention.speaker.id, Counter())[mention.speaker.name] += 1
    best = {key: max(counts, key=lambda name: (counts[name], len(name))) for key, counts in used.items()}
    for mention in mentions:
        speaker = mention.speaker
        if speaker is not None and speaker.id is not None:
            speaker = Speaker(best[speaker.id], speaker.id)
        yield Mention(mention.start, mention.end, mention.kind, speaker, mention.gender)


# --- names that stand again, and people by their post ---------------------------------------------------------------


def _once_more(simple: str, named: list[Mention], language: Language) -> Iterator[Mention]:
    """Names found by their surroundings, wherever else they stand; surnames of full names alone."""
    short: dict[str, Mention] = {}
    for mention in sorted(named, key=len, reverse=True):  # a surname alone is that of the full name
        if mention.speaker is None or (mention.kind is MentionKind.ORGANISATION and mention.speaker.id):
            continue
        name = re.split(r" ?[（(]", simple[mention.start : mention.end])[0]
        forms = [name, *re.split(r"[·・‧•\-]", name)[1:]]
        if mention.kind is MentionKind.PERSON and (name.isascii() or language is Language.ENGLISH):
            forms.append(name.rsplit(" ", 1)[-1])
        for form in forms:
            if len(form) >= (2 if form[0] >= "\u3400" else 3) and form not in _english_words():
                short.setdefault(form, mention)
    if not short:
        return
    matcher = AhoCorasick(list(short), matchkind=MatchKind.LeftmostLongest)
    owners = list(short.values())
    for index, start, end in matcher.find_matches_as_indexes(simple):
        if not inside_word(simple, start, end):
            owner = owners[index]
            yield Mention(start, end, owner.kind, owner.speaker, owner.gender)


@cache
def _english_words() -> frozenset[str]:
    return frozenset(lexicon(Language.ENGLISH).words("mentions", "not_names"))


_POSTS = {
    "ceo": ("CEO", "首席执行官", "掌门人", "一号位", "ceo", "chief executive", "chief", "boss"),
    "founder": ("创始人", "founder", "co-founder", "联合创始人"),
    "chairman": ("董事长", "主席", "chairman", "chair"),
    "president": ("总裁", "总统", "president"),
    "chief-scientist": ("首席科学家", "首席AI科学家", "首席学问家", "chief scientist", "chief ai scientist"),
    "cto": ("CTO", "首席技术官", "cto"),
}


@cache
def _post_pattern() -> re.Pattern[str]:
    titles = any_of([title for titles in _POSTS.values() for title in titles])
    return re.compile(rf"(?:公司|集团|的|['’]s)?\s?({titles})(?![A-Za-z、兼])")


def _titled(simple: str, named: list[Mention], language: Language) -> Iterator[Mention]:
    """People named by organisation and post alone: 百度CEO, the Meta chief."""
    persons = [mention for mention in named if mention.kind is MentionKind.PERSON]
    starts = [mention.start for mention in persons]
    here = {mention.speaker.id for mention in persons if mention.speaker}
    for mention in named:
        if mention.kind is not MentionKind.ORGANISATION or mention.speaker is None or mention.speaker.id is None:
            continue
        post = _post_pattern().match(simple, mention.end)
        if post is None:
            continue
        follower = bisect_left(starts, post.end())
        if follower < len(starts) and len(simple[post.end() : starts[follower]].strip(" 、，,兼和")) <= 1:
            continue  # 百度CEO李彦宏 names him itself
        title = next(key for key, titles in _POSTS.items() if post[1] in titles)
        holders = people().by_post.get((mention.speaker.id, title), ())
        holder = next((entity for entity in holders if entity.id in here), holders[0] if holders else None)
        if holder is not None:
            name = (holder.zh if language is Language.CHINESE and holder.zh else holder.en or holder.zh)[0]
            mentioned = next((p.speaker.name for p in persons if p.speaker and p.speaker.id == holder.id), name)
            yield Mention(mention.start, post.end(), MentionKind.PERSON, Speaker(mentioned, holder.id), holder.gender)


# --- names that nobody listed ---------------------------------------------------------------------------------------


class _Chinese:
    """Names by title, surname, transliteration; voices by pattern."""

    def __init__(self, words: Lexicon) -> None:
        data = words.data["mentions"]
        surname = f"(?:{any_of(data['compound_surnames'])}|[{data['surnames']}])"
        sounds = f"[{data['transliteration']}]"
        titles, after_titles, adverbs = (any_of(data[key]) for key in ("person_titles", "after_titles", "adverbs"))
        cues = any_of(words.cues)
        begins = r"(?:^|(?<=[\s，。！？；：、“”「」）)》,.!?;:]))"
        speaks = f"(?=(?:{adverbs}){{0,2}}(?:{cues}|[在于对向][^，。！？；,!?;]{{1,30}}?{cues})|：“)"
        self._not_in_names = frozenset(data["not_in_names"])
        self._after_title = re.compile(
            rf"{titles}[兼、，和]?(?:{titles}[兼、]?){{0,3}}[ ]?(?=({surname}[{HAN}]{{1,3}}|{sounds}{{2,5}}))"
        )
        self._guessed = [
            re.compile(rf"(?<![{HAN}])({surname}[{HAN}]{{0,2}}){after_titles}(?![师监理编])"),
            re.compile(rf"(?:{begins}|(?<=的))([老小]{surname}|{surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}){speaks}", re.MULTILINE),
            re.compile(rf"{begins}({sounds}{{2,5}}夫妇)", re.MULTILINE),
            re.compile(
                rf"{begins}(?:但|而|不过)?(?:在|据)({surname}[{HAN}]{{1,2}})(?=看来|介绍|透露|称|说|眼里|眼中)", re.M
            ),
            re.compile(rf"{begins}(?:但|而|不过)({surname}[{HAN}]{{1,2}}?){speaks}", re.MULTILINE),
        ]
        self._dotted = re.compile(
            rf"{sounds}[{HAN}]{{0,6}}(?:[·・‧•](?:{sounds}{{2,8}}|[{HAN}]{{1,8}}?"
            rf"(?=[^{HAN}]|{cues}|{titles}|[{data['not_in_names']}在对向和也与是则曾及就等为]))){{1,4}}"
        )
        self._dotted_title = re.compile(rf"[{HAN}]*(?:{titles}|[官长师员将使管家])(?=[{HAN}]+[·・‧•])")
        self._media = re.compile(rf"《([^《》]{{1,10}}{any_of(data['media'])})》(?=[^，。]{{0,8}}?{cues})")
        self._organisations = re.compile(
            rf"(?:^|(?<=[\s，。！？；：、“”（）《》,.!?;:据由在])|(?<=(?:机构|公司|组织|企业|平台|智库|媒体|厂商)))"
            rf"(?![这那该某一两几多我他她它本]|{any_of(data['not_organisations'])})([{HAN}A-Za-z]{{1,8}}?{any_of(data['organisations'])})(?!的)(?=[^，。！？；：、“”\s]{{0,8}}?{cues})",
            re.MULTILINE,
        )
        self._quoted = re.compile(rf"“([{HAN}A-Za-z]{{2,10}})”(?:的[^，。“”]{{2,8}})?(?:在[^，。“”]{{2,12}})?{cues}")
        self._voices = _voice_patterns(words, word_edge="")
        self._surname = re.compile(rf"(?![{data['never_surnames']}]){surname}")
        self._never_given = self._not_in_names | frozenset(data["never_given"])
        self._before_names = tuple(data["before_names"])
        self._before_speakers = tuple(data["before_speakers"])
        self._title_behind = re.compile(any_of(data["titles_behind"]))
        self._speaks_now = re.compile(rf"[还也则又曾仍]?{cues}")
        self._speaks_later = re.compile(
            rf"[^，。！？；：“”\n]{{0,24}}?{cues}|[^，。！？；：“”\n]{{0,24}}[，,：:](?:[他她]|[只还又才就则]){{0,2}}{cues}|：“"
        )

    def names(self, text: str, simple: str, known: list[Mention]) -> Iterator[Mention]:
        taken = {at for mention in known for at in (mention.start, mention.end - 1)}
        for title in self._after_title.finditer(simple):
            end = title.end() + self._name_length(title[1], simple[title.end() : title.end() + 12])
            if end > title.end() and title.end() not in taken:
                yield _person(text, title.end(), end)
        for pattern in self._guessed:
            for name in pattern.finditer(simple):
                if name.start(1) not in taken and not _is_word(name[1]) and not self._not_in_names & set(name[1]):
                    yield _person(text, *name.span(1))
        for start, end in self._surnamed(simple):
            if start not in taken:
                yield _person(text, start, end)
        for name in self._organisations.finditer(simple):
            if name.start(1) not in taken and name.end(1) - 1 not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in self._quoted.finditer(simple):
            if name.start(1) not in taken:
                yield Mention(*name.span(1), MentionKind.ORGANISATION, Speaker(text[name.start(1) : name.end(1)]))
        for name in self._dotted.finditer(simple):
            prefix = self._dotted_title.match(simple, *name.span())
            start = prefix.end() if prefix else name.start()
            if start not in taken:
                yield _person(text, start, name.end())
        for name in self._media.finditer(simple):
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
def _finder(language: Language) -> _Chinese | _English:
    words = lexicon(language)
    return _Chinese(words) if language is Language.CHINESE else _English(words)
