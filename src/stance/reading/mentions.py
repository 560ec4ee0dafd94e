"""People, organisations and other voices in a text: where they are named, and who they are."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache

from ahocorasick_rs import AhoCorasick, MatchKind

from stance.language.chinese import inside_word
from stance.language.lexicon import Entity, Kind, lexicon, people
from stance.language.matching import any_of
from stance.reading.mention import Mention, MentionKind
from stance.reading.strangers_en import EnglishStrangers
from stance.reading.strangers_zh import ChineseStrangers
from stance.types import Language, Speaker


def find_mentions(text: str, simple: str, language: Language) -> list[Mention]:
    """The mentions of `text` in order, without overlap; `simple` is `text` simplified.

    Known names come from the folder `people`; others are recognised by a title, a surname, transliteration or capitals,
    and then wherever they stand again in the text.
    """
    finder = name_finder(language)
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
def name_finder(language: Language) -> ChineseStrangers | EnglishStrangers:
    words = lexicon(language)
    return ChineseStrangers(words) if language is Language.CHINESE else EnglishStrangers(words)


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
            if len(form) >= (2 if form[:1] >= "\u3400" else 3) and form not in _english_words():
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
