"""What names and points to somebody, and the voices, named by nobody, that patterns find."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stance.language.lexicon import Lexicon
from stance.language.matching import any_of
from stance.language.scanning import Scanner
from stance.types import UNNAMED, Speaker, WordEnum

_UPPER, _LOWER = "A-ZÀ-ÖØ-Þ\u0100-\u017f", "a-zß-öø-ÿ\u0100-\u017f"
LATIN_WORD = rf"[{_UPPER}][{_UPPER}{_LOWER}'’\-]*[{_LOWER}]"
LATIN_NAME = re.compile(
    rf"\b(?:{LATIN_WORD}|[A-Z]\.)"
    rf"(?: (?:[A-Z]\.|(?:de|da|di|van|von|der|den|la|le|bin|al|el) {LATIN_WORD}|{LATIN_WORD})){{1,5}}"
)


class MentionKind(WordEnum):
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


VoicePatterns = list[tuple[MentionKind, "re.Pattern[str] | Scanner"]]


def voice_patterns(words: Lexicon, *, word_edge: bool) -> VoicePatterns:
    """What finds unnamed voices, pronouns and the first person; as whole words with `word_edge`."""
    cue = any_of([cue for cue, kind in words.cues.items() if kind])
    forms = {MentionKind.UNNAMED: words.words("unnamed", "voices")}
    forms |= {MentionKind(kind): tuple(patterns) for kind, patterns in words.data["pronouns"].items()}
    found: VoicePatterns = []
    for kind, patterns in forms.items():
        alternatives = [pattern.replace("CUE", cue) for pattern in patterns]
        whole = rf"\b(?:{'|'.join(alternatives)})\b"
        found.append((kind, re.compile(whole) if word_edge else Scanner(alternatives)))
    return found


def find_voices(patterns: VoicePatterns, text: str) -> Iterator[Mention]:
    for kind, pattern in patterns:
        for voice in pattern.finditer(text):
            yield Mention(*voice.span(), kind, UNNAMED if kind is MentionKind.UNNAMED else None)


def person_at(text: str, start: int, end: int) -> Mention:
    return Mention(start, end, MentionKind.PERSON, Speaker(text[start:end]))
