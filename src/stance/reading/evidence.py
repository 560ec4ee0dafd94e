"""What speaks for and against each candidate, as names of features that training weighs.

Few things matter, and they take few values, so the same features come together again and again. They are told in
bundles, each made once: a tuple of names that the weights need to add up only once.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain

from stance.reading.candidates import Candidate, Situation, Speakers, look_ahead
from stance.reading.layers import Layers
from stance.reading.mention import Mention
from stance.reading.pronouns import Claim
from stance.reading.weights import Bundle
from stance.types import AUTHOR, UNNAMED, Rule, Speaker

# Characters at the start of a statement in which somebody is its topic.
_TOPIC = 14
# Characters besides mention and cue in a clause that holds little else.
_TIGHT = 6
_MARKS = frozenset('，,：:“"「『—。.！!？?；;\n”」')
_AUTHOR: Speakers = (AUTHOR,)
_UNNAMED: Speakers = (UNNAMED,)
# Bundles of each kind that are remembered.
_bundle = lru_cache(maxsize=1 << 14)


def names_of(bundles: Iterable[Bundle]) -> list[str]:
    """The features of bundles, each once."""
    return list(dict.fromkeys(chain.from_iterable(bundles)))


def evidence(situation: Situation, everybody: list[Candidate], layers: Layers) -> list[list[Bundle]]:
    """The features of each candidate for a statement, in bundles; no feature stands in two of them."""
    holder, quoting, heading = situation.holder, situation.quoting, situation.heading
    language, block = layers.language, layers.blocks[situation.block].kind
    quoted = f"{situation.quoted} on" if situation.opened else situation.quoted
    para = "new" if situation.new_paragraph else "same"
    talk = "no talk" if not layers.turns else "talk" if holder else "between turns"
    claims = bool(situation.claims)
    last = situation.before[-1] if situation.before else None
    before, rule, change, last_quoted = _AUTHOR, None, "", ""
    if last is not None:
        before, rule, last_quoted = last.speakers, last.rule, last.quoted
        change = "block" if last.block != situation.block else "sentence"
    others = sum(one.speakers not in (_AUTHOR, _UNNAMED) for one in everybody)
    among = min(3, others)
    named = _Named(situation, layers, para) if others else None
    found: list[list[Bundle]] = []
    for one in everybody:
        speakers = one.speakers
        kind = "author" if speakers == _AUTHOR else "unnamed" if speakers == _UNNAMED else "named"
        role = kind
        if holder is not None:
            role = "holder" if holder == speakers else f"{kind} beside"
        prior = "same" if before == speakers else "author" if before == _AUTHOR else "other"
        rules = tuple(dict.fromkeys([claim.rule for claim in one.claims]))
        bundles = [
            _situated(
                language, kind, role, block, quoted, talk, among, claims, prior, para, rule, change, last_quoted,
                situation.first_person, rules,
            )
        ]  # fmt: skip
        if claims:
            told = [_told(claim, one, kind, role, situation, quoted, layers) for claim in situation.claims]
            bundles.append(told[0] if len(told) == 1 else tuple(names_of(told)))
        if named is not None and kind == "named":
            bundles.append(named.mentioned(speakers))
        if quoting is not None:
            bundles.append((f"{role} where a block quotes {quoting == speakers}",))
        if heading is not None:
            bundles.append((f"{role} under a name {heading == speakers} {block}",))
        found.append(bundles)
    return found


class _Named:
    """Who is named in and around a statement, and who spoke when."""

    def __init__(self, situation: Situation, layers: Layers, para: str) -> None:
        self._situation, self._layers, self._para = situation, layers, para
        self._here: dict[Speaker | None, Mention] = {}
        for mention in layers.mentions_in(situation.start, situation.end):
            self._here.setdefault(mention.speaker, mention)
        ahead = look_ahead(situation, layers)
        self._behind = {mention.speaker for mention in layers.mentions_in(situation.end, ahead)}
        said = situation.before
        self._before = {m.speaker for m in layers.mentions_in(said[-1].start, said[-1].end)} if said else set()
        self._ago = {one.speakers: min(4, len(said) - at) for at, one in enumerate(said)}

    def mentioned(self, speakers: Speakers) -> Bundle:
        """How long ago somebody spoke, and where they are named."""
        situation, layers = self._situation, self._layers
        places = [self._here[speaker] for speaker in speakers if speaker in self._here]
        where, place, behind, before = "", "", False, False
        if places:
            first = min(places, key=_start)
            where = "start" if first.start <= situation.start + _TOPIC else "later"
            place = first.kind
        else:
            behind = not self._behind.isdisjoint(speakers)
            before = not self._before.isdisjoint(speakers)
        return _mentioned(
            layers.language, self._ago.get(speakers, 0), self._para, situation.quoted, where, place,
            any(claim.speakers == speakers for claim in situation.claims), behind, before,
            layers.share_of(speakers[0]), layers.kind_of(speakers[0]),
        )  # fmt: skip


def _start(mention: Mention) -> int:
    return mention.start


def _told(
    claim: Claim, one: Candidate, kind: str, role: str, situation: Situation, quoted: str, layers: Layers
) -> Bundle:
    """What a claim of a rule says of the candidate, or of others."""
    why = claim.why
    if claim.speakers != one.speakers:
        return _claimed_otherwise(kind, role, why.rule, why.cue.lower() if kind == "author" else "")
    cue, later = why.cue.lower(), claim.start - situation.start
    who = layers.kind_of(one.speakers[0]) if kind == "named" else kind
    return _claimed(
        layers.language, kind, role, who, why.rule, cue, layers.patterns.kind_of(cue) or "other",
        any(speaker.name in why.mention for speaker in one.speakers), later > _TOPIC, later > 1,
        claim.end - claim.start <= len(why.mention) + len(cue) + _TIGHT, _behind(layers.text, claim.end), quoted,
    )  # fmt: skip


def _behind(text: str, at: int) -> str:
    """What stands behind a cue: a mark, "that", or what is talked of."""
    words = text[at : at + 8].lstrip(" ")
    if not words or words[0] in _MARKS:
        return "mark"
    return "that" if words.startswith("that ") else "word"


@_bundle
def _situated(
    language: str, kind: str, role: str, block: str, quoted: str, talk: str, among: int, claims: bool, prior: str,
    para: str, rule: str | None, change: str, last_quoted: str, first_person: bool, proposed: tuple[str, ...],
) -> Bundle:  # fmt: skip
    """The role of a candidate by what stands around the statement, who had the one before, what rules propose."""
    found = [
        role,
        f"{language} {role}",
        f"{role} in {block}",
        f"{role} quoted {quoted}",
        f"{language} {role} quoted {quoted}",
        f"{role} {talk} {block}",
        f"{role} among {among} claims {claims}",
        f"{role} after {prior} {para}",
        f"{role} after {prior} {para} quoted {quoted}",
        f"{language} {role} after {prior} {para} claims {claims}",
    ]
    if rule is not None:
        found.append(f"{role} after {prior} {rule} {change} {para}")
        found.append(f"{role} after {prior} quoted {last_quoted} then {quoted} {para}")
    if first_person:
        found.append(f"{role} says I")
        found.append(f"{role} says I after {prior} quoted {quoted}")
    for one in proposed:
        found += [f"{kind} by {one}", f"{role} by {one} in {block}", f"{kind} by {one} quoted {quoted}"]
    return tuple(found)


@_bundle
def _claimed_otherwise(kind: str, role: str, rule: str, cue: str) -> Bundle:
    """That a rule gives the sentence to somebody else."""
    against = f"{role} against {rule}"
    return (against, f"author against cue {cue}") if kind == "author" else (against,)


@_bundle
def _claimed(
    language: str, kind: str, role: str, who: str, rule: Rule, cue: str, sort: str, named: bool, later: bool,
    second: bool, tight: bool, behind: str, quoted: str,
) -> Bundle:  # fmt: skip
    """That a rule gives a part of the sentence to the candidate."""
    found = [
        f"{kind} cue {cue}" if cue else f"{kind} no cue {rule}",
        f"{kind} by {rule} at {'later' if later else 'start'}",
        f"{language} {role} by {rule}",
        f"{who} by {rule} {sort} told by {'name' if named else 'pronoun'}",
        f"{language} {who} by {rule} {sort} quoted {quoted}",
        f"{kind} by {rule} {sort} tight {tight} then {behind}",
        f"{who} by {rule} {sort} tight {tight} {'later' if second else 'first'}",
    ]
    if rule is Rule.FRAME:
        found.append(f"{kind} by {rule} {sort} beside {not cue.endswith('…')}")
    return tuple(found)


@_bundle
def _mentioned(
    language: str, ago: int, para: str, quoted: str, where: str, place: str, claimed: bool,
    behind: bool, before: bool, share: str, who: str,
) -> Bundle:  # fmt: skip
    """How long ago somebody spoke, 0 for never, and where they are named."""
    found = [
        f"named spoke {ago or 'never'} ago {para}",
        f"named often {share} spoke {bool(ago)} {para}",
        f"named is {who}",
    ]
    if where:
        found.append(f"named here {where} quoted {quoted} {place}")
        found.append(f"{language} named here {where} claims {claimed}")
    else:
        found.append(f"named not here {para} spoke {bool(ago)}")
    if behind:
        found.append(f"named in the sentence behind quoted {quoted}")
    if before:
        found.append(f"named in the statement before {para} quoted {quoted}")
    return tuple(found)
