"""Whose voice a mention or a cue stands for: subjects of cues, pronouns by what the text said before."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from stance.reading.layers import Layers
from stance.reading.mention import NAMED, Mention, MentionKind
from stance.types import AUTHOR, UNNAMED, Attribution, Speaker

# Mentions next to a cue among which its subject is looked for.
_NEAR = 8
# Characters in front of a mention that tell an object from a subject.
_BEFORE_OBJECT = 14
_SEVERAL = ("夫妇", "兄弟", "团队")
# Mentions back to which two people named side by side are looked for.
_PAIR = 6
# Mentions back to which a pronoun may point.
_MEMORY = 40


@dataclass(frozen=True, slots=True)
class Claim:
    """That a stretch of the text is somebody's, and why."""

    start: int
    end: int
    speakers: tuple[Speaker, ...]
    why: Attribution


class Voices:
    """Who has spoken so far, and so whom the next mention stands for."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self._genders = {m.speaker: m.gender for m in layers.mentions if m.speaker is not None}
        self.holder: tuple[Speaker, ...] | None = None
        """Who holds the turn in a transcript."""
        self.recent: Sequence[Claim] = ()
        """What the sentence before gave to somebody other than the author."""
        self._introduced = layers.introduces_itself()
        self._remembered: tuple[Speaker, ...] | None = None
        """Who spoke last, whoever holds the turn aside."""

    @property
    def narrator(self) -> tuple[Speaker, ...]:
        """Whose words a sentence is that nothing gives to anybody."""
        return self.holder or (self._introduced or AUTHOR,)

    def heard(self, claims: Sequence[Claim]) -> None:
        """Remember the claims of a sentence for the next one."""
        self.recent = [claim for claim in claims if claim.speakers != (AUTHOR,)]
        told = [claim.speakers for claim in self.recent if claim.speakers != self.narrator]
        self._remembered = told[-1] if told else self._remembered

    def subject(
        self, start: int, end: int, cue_start: int, *, first: bool = False, person: bool = False
    ) -> tuple[tuple[Speaker, ...], str] | None:
        """The voice among the mentions between `start` and `end`, and the words that name it.

        The last that may be the subject of a cue at `cue_start`; or the first, for a cue in a later clause. With
        `person`, organisations do not count.
        """
        mentions = self._layers.mentions_in(start, end)
        near = mentions[:_NEAR] if first else mentions[-_NEAR:]
        may_be = [mention for mention in near if self._may_be_subject(mention, start, cue_start, first=first)]
        if person:
            may_be = [mention for mention in may_be if mention.kind not in (MentionKind.ORGANISATION, MentionKind.IT)]
        if not may_be:
            return None
        persons = [mention for mention in may_be if mention.kind is not MentionKind.ORGANISATION]
        among = persons or may_be
        if self._layers.patterns.inverts:  # a lawyer for NAME, NAME, said; an alliance of nine vendors said
            among = [mention for mention in persons if mention.kind is MentionKind.PERSON] or may_be
        # NAME of ORGANISATION, who met NAME, said: what stands between subject and cue is bound to the subject.
        chosen = among[0] if first or self._layers.patterns.inverts else among[-1]
        if chosen is not among[-1] and self._joined(chosen, among[-1]):
            chosen = among[-1]
        speaker = self.resolve(chosen)
        if speaker is None:
            return None
        partner = next(iter(self._layers.mentions_before(chosen.start, 1)), None)
        if not first and partner is not None and partner.start >= start and self._joined(partner, chosen):
            assert partner.speaker is not None
            return (partner.speaker, *speaker), self._layers.text[partner.start : chosen.end]
        return speaker, self._layers.text[chosen.start : chosen.end]

    def _joined(self, one: Mention, other: Mention) -> bool:
        """Whether two names stand side by side: Smith and Jones."""
        between = self._layers.simple[one.end : other.start]
        return (
            one.kind is other.kind
            and one.kind in NAMED
            and one.speaker is not None
            and self._layers.patterns.joins.match(between) is not None
        )

    def _may_be_subject(self, mention: Mention, start: int, cue_start: int, *, first: bool) -> bool:
        patterns, simple = self._layers.patterns, self._layers.simple
        if mention.kind is MentionKind.PRODUCT:
            return False
        if not first and not patterns.between.match(simple[mention.end : cue_start]):
            return False
        if mention.kind in NAMED and patterns.owner_after.match(simple[mention.end : mention.end + 2]):
            return False
        if mention.kind is MentionKind.THIS_PERSON and len(mention) == 1 and mention.end != cue_start:
            return False  # 其 owns something more often than it speaks
        if mention.kind is MentionKind.UNNAMED and self._explains(mention):
            return False
        if self.holder is not None and mention.kind in (MentionKind.UNNAMED, MentionKind.THEY):
            return False
        if patterns.inverts and mention.kind is MentionKind.UNNAMED:
            return True  # a majority of researchers
        return not patterns.object_before.search(simple[max(start, mention.start - _BEFORE_OBJECT) : mention.start])

    def _explains(self, mention: Mention) -> bool:
        """Whether a mention stands in apposition to the person named before it: Dana Whitlock, a policy analyst."""
        before = next(iter(self._layers.mentions_before(mention.start, 1)), None)
        if before is None or before.kind is not MentionKind.PERSON:
            return False
        between = self._layers.simple[before.end : mention.start]
        return self._layers.patterns.apposition.match(between) is not None

    def resolve(self, mention: Mention) -> tuple[Speaker, ...] | None:
        """The speakers that a mention stands for; None where nothing tells."""
        if mention.speaker is not None:
            return (mention.speaker,)
        if mention.kind is MentionKind.FIRST:
            return self.narrator
        if mention.kind is MentionKind.IT:
            return self.nearest(mention.start, MentionKind.ORGANISATION)
        last = self._remembered if self.holder is not None else self.recent[-1].speakers if self.recent else None
        if mention.kind is MentionKind.THEY:
            several = last is not None and (last == (UNNAMED,) or len(last) > 1 or last[0].name[-2:] in _SEVERAL)
            return last if several else self._pair_before(mention.start)
        if mention.kind is MentionKind.THIS_PERSON and last is not None:
            return last
        if self._named_in_sentence(mention, MentionKind.PERSON):
            last = None
        elif self._named_in_sentence(mention, MentionKind.UNNAMED):
            return (UNNAMED,)
        gender = {MentionKind.HE: "m", MentionKind.SHE: "f"}.get(mention.kind, "")
        fits = last is not None and (not gender or self._genders.get(last[-1], "") in (gender, ""))
        if fits and last != (UNNAMED,):
            return last
        return self.nearest(mention.start, MentionKind.PERSON, gender) or last or self._one_before(mention.start)

    def _one_before(self, at: int) -> tuple[Speaker, ...] | None:
        """A voice without a name that is one person, just before."""
        for mention in self._layers.mentions_before(at, _PAIR):
            if mention.kind is MentionKind.UNNAMED and self._layers.patterns.one.match(
                self._layers.simple, mention.start
            ):
                return (UNNAMED,)
        return None

    def _pair_before(self, at: int) -> tuple[Speaker, ...] | None:
        """Two people named side by side not long before."""
        before = self._layers.mentions_before(at, _PAIR)
        for other, one in itertools.pairwise(before):
            if one.kind is MentionKind.PERSON and other.speaker and one.speaker and self._joined(one, other):
                return one.speaker, other.speaker
        return None

    def _named_in_sentence(self, pronoun: Mention, kind: MentionKind) -> bool:
        """Whether a mention of `kind` stands before the pronoun in its sentence, outside quotations."""
        start = self._layers.sentence_start(pronoun.start)
        near = (
            mention
            for mention in self._layers.mentions_in(start, pronoun.start)
            if mention.kind is kind
            and (kind is not MentionKind.UNNAMED or self._layers.patterns.one.match(self._layers.simple, mention.start))
        )
        return any(not self._layers.quotations_in(m.start, m.end) for m in near)

    def nearest(self, at: int, kind: MentionKind, gender: str = "") -> tuple[Speaker, ...] | None:
        """The nearest mention of `kind` before `at` whose gender does not speak against it."""
        for mention in self._layers.mentions_before(at, _MEMORY):
            if mention.kind is kind and (not gender or mention.gender in (gender, "")):
                return (mention.speaker,) if mention.speaker is not None else None
        return None
