"""Who could have said a statement, and what speaks for each."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from stance.reading.layers import Layers
from stance.reading.mention import NAMED
from stance.reading.pronouns import Claim
from stance.types import AUTHOR, UNNAMED, Attribution, Rule, Speaker

Speakers = tuple[Speaker, ...]
# Speakers named near a statement that are candidates without a rule that proposes them.
_NEAR = 5
# Voices before a statement, the last first, that are candidates for it.
_SPOKE = 3
_NARRATION = Attribution(Rule.NARRATION)
_AUTHOR, _UNNAMED = (AUTHOR,), (UNNAMED,)


@dataclass(slots=True)
class Candidate:
    """Somebody who may have said a statement, and the rules that propose them, the surest first."""

    speakers: Speakers
    claims: list[Attribution]

    @property
    def why(self) -> Attribution:
        if len(self.claims) == 1:
            return self.claims[0]
        return min(self.claims, key=lambda claim: _ORDER[claim.rule], default=_NARRATION)


_ORDER = {rule: place for place, rule in enumerate(Rule)}


class Said(NamedTuple):
    """A statement that has been given to somebody."""

    start: int
    end: int
    speakers: Speakers
    rule: Rule
    block: int
    quoted: str


@dataclass(slots=True)
class Situation:
    """A statement before its speakers are known, with what stands around it."""

    start: int
    end: int
    block: int
    """Index of its block."""
    new_paragraph: bool
    claims: list[Claim]
    """What rules say of this part of the sentence."""
    quoted: str
    """How much of it stands in quotation marks: none, term, part, most."""
    opened: bool
    """Whether a quotation that began in an earlier statement goes on in it."""
    holder: Speakers | None
    """Who holds the turn."""
    heading: Speakers | None
    """Whom the heading above names alone."""
    quoting: Speakers | None
    """Whom the block is said to quote, by a label, a line above that ends with a colon, or a source below."""
    person: Speaker | None
    """The only person that the sentence before or behind names."""
    first_person: bool
    before: list[Said]
    """The statements before it, the last one last."""
    sentences: int
    """Sentences of its paragraph before it."""


def candidates(situation: Situation, layers: Layers, narrator: Speakers, pre_turn: Speakers | None) -> list[Candidate]:
    """Everybody who may have said the statement, each once: the narrator and an unnamed voice always among them."""
    found: dict[Speakers, Candidate] = {}

    def propose(speakers: Speakers, why: Attribution) -> None:
        if speakers in found:
            found[speakers].claims.append(why)
        else:
            found[speakers] = Candidate(speakers, [why])

    propose(narrator if situation.holder is None else _AUTHOR, _NARRATION)
    found.setdefault(_UNNAMED, Candidate(_UNNAMED, []))
    if situation.holder is not None:
        propose(situation.holder, _because(Rule.TURN, situation.holder[0].name))
    for claim in situation.claims:
        propose(claim.speakers, claim.why)
    if situation.quoting is not None:
        propose(situation.quoting, _because(Rule.QUOTED_POST, situation.quoting[0].name))
    if pre_turn is not None:
        propose(pre_turn, _because(Rule.BEFORE_FIRST_TURN, pre_turn[0].name))
    if situation.heading is not None:
        propose(situation.heading, _because(Rule.HEADING, situation.heading[0].name))
    quoted = situation.quoted in ("part", "most")
    if quoted and not situation.claims and situation.person is not None:
        propose((situation.person,), _because(Rule.PERSON_SPOKEN_OF, situation.person.name))
    why = Rule.QUOTATION_GOES_ON if quoted else Rule.RETELLING
    for speakers in _spoke(situation.before):
        propose(speakers, _because(why, speakers[0].name))
        why = Rule.MENTION
    for speaker in layers.main_speakers:
        if (speaker,) not in found:
            propose((speaker,), _because(Rule.MENTION, speaker.name))
    back = situation.before[-1].start if situation.before else situation.start
    near = [m for m in layers.mentions_in(back, look_ahead(situation, layers)) if m.kind in NAMED]
    for mention in near[-_NEAR:]:
        if mention.speaker is None:
            continue
        one = (mention.speaker,)
        if one not in found or not found[one].claims:
            propose(one, _because(Rule.MENTION, layers.text[mention.start : mention.end]))
    return list(found.values())


def _spoke(before: list[Said]) -> list[Speakers]:
    """The last voices but the author, the last one first."""
    found: list[Speakers] = []
    for said in reversed(before):
        if said.speakers != _AUTHOR and said.speakers not in found:
            found.append(said.speakers)
            if len(found) == _SPOKE:
                break
    return found


@lru_cache(maxsize=1 << 10)
def _because(rule: Rule, mention: str) -> Attribution:
    return Attribution(rule, mention=mention)


def look_ahead(situation: Situation, layers: Layers) -> int:
    """How far mentions count: behind a quotation that nothing gives to anybody, to the end of the sentence behind."""
    if situation.claims or situation.quoted not in ("part", "most"):
        return situation.end
    return layers.sentence_end_behind(situation.end)
