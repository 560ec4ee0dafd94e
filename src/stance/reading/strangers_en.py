"""English names that nobody listed: by capitals, honorifics, a cue behind them."""

import re
from collections.abc import Collection, Iterator

from ahocorasick_rs import AhoCorasick

from stance.language.english import given_names, is_common, name_in
from stance.language.lexicon import Lexicon
from stance.language.matching import any_of
from stance.reading.mention import LATIN_NAME, LATIN_WORD, Mention, MentionKind, find_voices, person_at, voice_patterns
from stance.types import Speaker

_WORD = re.compile(r"\w")
# Behind the name of somebody who is no company.
_SPOKEN_OF = re.compile(r"[^.!?\n]{0,200}\b(?:he|she|his|her|him)\b")
_HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z]\w{2,}")


class EnglishStrangers:
    """Names by capitals and honorifics; voices by pattern."""

    def __init__(self, words: Lexicon) -> None:
        self._no_name = frozenset(words.words("mentions", "not_names") + words.words("mentions", "honorifics"))
        self._organisation = frozenset(words.words("mentions", "organisation_words"))
        self._honorific = re.compile(
            rf"\b(?:{any_of(words.words('mentions', 'honorifics'))})\.? ([A-Z][a-zA-Z'’\-]+(?: [A-Z][a-zA-Z'’\-]+)?)"
        )
        self._voices = voice_patterns(words, word_edge=True)
        name = rf"(?![A-Z]['’])({LATIN_WORD})(?![\w'’-]| [A-Z])"
        kinds = any_of([word.capitalize() for word in words.words("mentions", "organisation_words")])
        self._body = re.compile(
            rf"\b(?:{LATIN_WORD} )?(?:{kinds}|Guild|Federation|League|Board) (?:of|for)(?: the)?"
            rf"(?: (?:and )?{LATIN_WORD}){{1,4}}"
        )
        says = any_of([cue for cue, kind in words.cues.items() if kind and " " not in cue])
        self._single = [
            re.compile(rf"\b(?:{any_of(words.words('mentions', 'before_names'))}),? {name}"),
            re.compile(
                rf"(?<![\w.’'-]){name}(?=(?:,? which [^,.;]{{1,40}},)? "
                rf"(?:has |had |also |then |later |now |is )?(?:{says}|explicit)\b)"
            ),
        ]

    def names(self, text: str, _simple: str, known: list[Mention]) -> Iterator[Mention]:
        taken = {mention.start for mention in known}
        for name in self._honorific.finditer(text):
            if name.start(1) not in taken:
                yield person_at(text, name.start(1), name.end(1) - 2 * name[1].endswith(("'s", "’s")))
        for handle in _HANDLE.finditer(text):
            yield person_at(text, *handle.span())
        for body in self._body.finditer(text):
            skip = len("The ") if body.group().startswith("The ") else 0
            yield Mention(body.start() + skip, body.end(), MentionKind.ORGANISATION, Speaker(body.group()[skip:]))
        yield from self._single_names(text, taken)
        for name in LATIN_NAME.finditer(text):
            start, end = name.span()
            if owner := re.search(r"['’]s ", text[start:end]):
                start += owner.end()
            words = text[start:end].split(" ")
            if words[-1].lower().rstrip(".'’s") not in self._organisation:
                first, behind = name_in(words)
                start += sum(len(word) + 1 for word in words[:first])
                words = words[first:behind]
                end = start + len(" ".join(words))
            else:
                while words and words[0].rstrip(".'’s") in self._no_name:
                    start += len(words.pop(0)) + 1
            if len(words) < 2 or start in taken or words[0].endswith("-based"):
                continue
            is_organisation = words[-1].lower().rstrip(".'’s") in self._organisation or "of" in words
            if is_organisation:
                yield Mention(start, end, MentionKind.ORGANISATION, Speaker(text[start:end]))
            else:
                end -= 2 if text[end - 2 : end] in ("'s", "’s") else 0
                yield person_at(text, start, end)

    def _single_names(self, text: str, taken: set[int]) -> Iterator[Mention]:
        """Names of one word: behind what somebody is, or before a cue where the capital is no sentence's."""
        for name in self._single[0].finditer(text):
            if name.start(1) not in taken and not is_common(name[1]):
                yield person_at(text, *name.span(1))
        unknown: list[re.Match[str]] = []
        for name in self._single[1].finditer(text):
            if name.start(1) in taken or is_common(name[1]) or name[1].isupper():
                continue
            if name[1] in given_names():
                yield person_at(text, *name.span(1))
            else:
                unknown.append(name)
        places = _places(text, {word for name in unknown for word in (name[1], name[1].lower())})
        kinds = {
            name: MentionKind.PERSON if any(_SPOKEN_OF.match(text, end) for end in places[name]) else None
            for name in {name[1] for name in unknown}
        }
        for name in unknown:
            if name[1].lower() not in places:
                kind = kinds[name[1]] or MentionKind.ORGANISATION
                yield Mention(*name.span(1), kind, Speaker(name[1]))

    def voices(self, simple: str) -> Iterator[Mention]:
        return find_voices(self._voices, simple.lower())


def _places(text: str, words: Collection[str]) -> dict[str, list[int]]:
    """Behind which character each of `words` stands as a whole one, all found in one pass."""
    found: dict[str, list[int]] = {}
    listed = list(words)
    for index, start, end in AhoCorasick(listed).find_matches_as_indexes(text, overlapping=True) if listed else ():
        if not _WORD.match(text[start - 1 : start]) and not _WORD.match(text[end : end + 1]):
            found.setdefault(listed[index], []).append(end)
    return found
