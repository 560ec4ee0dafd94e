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
_AUTHOR, _UNNAMED = (AUTHOR,), (UNNAMED,)
# Bundles of each kind that are remembered.
_bundle = lru_cache(maxsize=1 << 13)


def names_of(bundles: Iterable[Bundle]) -> list[str]:
    """The features of bundles, each once."""
    return list(dict.fromkeys(chain.from_iterable(bundles)))


class Evidence:
    """What the candidates for one statement have in common, told once."""

    def __init__(self, situation: Situation, everybody: list[Candidate], layers: Layers) -> None:
        self._situation, self._layers = situation, layers
        self._block = layers.blocks[situation.block].kind
        self._language = layers.language
        self._quoted = f"{situation.quoted} on" if situation.opened else situation.quoted
        self._para = "new" if situation.new_paragraph else "same"
        self._last = last = situation.before[-1] if situation.before else None
        self._before = last.speakers if last is not None else _AUTHOR
        self._change = "" if last is None else "block" if last.block != situation.block else "sentence"
        self._among = min(3, sum(one.speakers not in (_AUTHOR, _UNNAMED) for one in everybody))
        self._talk = "no talk" if not layers.turns else "talk" if situation.holder else "between turns"
        self._claims = bool(situation.claims)
        self._here: dict[Speaker | None, Mention] = {}
        """The first mention of each in the statement."""
        self._named_behind: set[Speaker | None] = set()
        self._named_before: set[Speaker | None] = set()
        self._ago: dict[Speakers, int] = {}
        """How many statements ago each of those spoke who did, 4 for more."""
        if self._among:
            start, end, said = situation.start, situation.end, situation.before
            for mention in layers.mentions_in(start, end):
                self._here.setdefault(mention.speaker, mention)
            behind = look_ahead(situation, layers)
            self._named_behind = {mention.speaker for mention in layers.mentions_in(end, behind)}
            if last is not None:
                self._named_before = {mention.speaker for mention in layers.mentions_in(last.start, last.end)}
            self._ago = {one.speakers: min(4, len(said) - at) for at, one in enumerate(said)}

    def features(self, one: Candidate) -> list[Bundle]:
        """The features of a candidate, in bundles; no feature stands in two of them."""
        situation, speakers = self._situation, one.speakers
        kind = "author" if speakers == _AUTHOR else "unnamed" if speakers == _UNNAMED else "named"
        role = kind
        if situation.holder is not None:
            role = "holder" if situation.holder == speakers else f"{kind} beside"
        language, block, quoted = self._language, self._block, self._quoted
        prior = "same" if self._before == speakers else "author" if self._before == _AUTHOR else "other"
        last = self._last
        found = [
            _standing(language, role, block, quoted, self._talk, self._among, self._claims),
            _after(
                language, role, prior, self._para, quoted, self._claims, last and last.rule, self._change,
                last and last.quoted, situation.first_person,
            ),
        ]  # fmt: skip
        for rule in {claim.rule for claim in one.claims}:
            found.append(_proposed(kind, role, rule, block, quoted))
        if situation.claims:
            told = [self._told(claim, one, kind, role) for claim in situation.claims]
            found.append(told[0] if len(told) == 1 else tuple(names_of(told)))
        if kind == "named":
            found.append(self._mentioned(one))
        if situation.quoting is not None:
            found.append((f"{role} where a block quotes {situation.quoting == speakers}",))
        if situation.heading is not None:
            found.append((f"{role} under a name {situation.heading == speakers} {block}",))
        return found

    def _told(self, claim: Claim, one: Candidate, kind: str, role: str) -> Bundle:
        """What a claim of a rule says of the candidate, or of others."""
        why = claim.why
        cue = why.cue.lower()
        if claim.speakers != one.speakers:
            return _claimed_otherwise(kind, role, why.rule, cue if kind == "author" else "")
        start = self._situation.start
        who = self._layers.kind_of(one.speakers[0]) if kind == "named" else kind
        return _claimed(
            self._language, kind, role, who, why.rule, cue, self._layers.patterns.kind_of(cue) or "other",
            any(speaker.name in why.mention for speaker in one.speakers), claim.start - start > _TOPIC,
            claim.start - start > 1, claim.end - claim.start <= len(why.mention) + len(cue) + _TIGHT,
            self._behind(claim.end), self._quoted,
        )  # fmt: skip

    def _behind(self, at: int) -> str:
        """What stands behind a cue: a mark, "that", or what is talked of."""
        text = self._layers.text[at : at + 8].lstrip(" ")
        if not text or text[0] in _MARKS:
            return "mark"
        return "that" if text.startswith("that ") else "word"

    def _mentioned(self, one: Candidate) -> Bundle:
        """How long ago somebody spoke, and where they are named."""
        situation, layers, speakers = self._situation, self._layers, one.speakers
        places = [self._here[speaker] for speaker in speakers if speaker in self._here]
        place = min(places, key=_start) if places else None
        where = behind = before = None
        if place is not None:
            where = "start" if place.start <= situation.start + _TOPIC else "later"
        else:
            behind = not self._named_behind.isdisjoint(speakers)
            before = not self._named_before.isdisjoint(speakers)
        return _mentioned(
            self._language, self._ago.get(speakers, 0), self._para, situation.quoted, where, place and place.kind,
            any(claim.speakers == speakers for claim in situation.claims), behind, before,
            layers.share_of(speakers[0]), layers.kind_of(speakers[0]),
        )  # fmt: skip


def _start(mention: Mention) -> int:
    return mention.start


@_bundle
def _standing(language: str, role: str, block: str, quoted: str, talk: str, among: int, claims: bool) -> Bundle:
    """The role of a candidate, by what stands around the statement."""
    return (
        role,
        f"{language} {role}",
        f"{role} in {block}",
        f"{role} quoted {quoted}",
        f"{language} {role} quoted {quoted}",
        f"{role} {talk} {block}",
        f"{role} among {among} claims {claims}",
    )


@_bundle
def _after(
    language: str, role: str, prior: str, para: str, quoted: str, claims: bool, rule: str | None, change: str,
    last_quoted: str | None, first_person: bool,
) -> Bundle:  # fmt: skip
    """Who had the statement before, and how."""
    found = [
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
    return tuple(found)


@_bundle
def _proposed(kind: str, role: str, rule: str, block: str, quoted: str) -> Bundle:
    """That a rule proposes the candidate."""
    return f"{kind} by {rule}", f"{role} by {rule} in {block}", f"{kind} by {rule} quoted {quoted}"


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
    language: str, ago: int, para: str, quoted: str, where: str | None, place: str | None, claimed: bool,
    behind: bool | None, before: bool | None, share: str, who: str,
) -> Bundle:  # fmt: skip
    """How long ago somebody spoke, 0 for never, and where they are named."""
    found = [
        f"named spoke {ago or 'never'} ago {para}",
        f"named often {share} spoke {bool(ago)} {para}",
        f"named is {who}",
    ]
    if where is not None:
        found.append(f"named here {where} quoted {quoted} {place}")
        found.append(f"{language} named here {where} claims {claimed}")
    else:
        found.append(f"named not here {para} spoke {bool(ago)}")
    if behind:
        found.append(f"named in the sentence behind quoted {quoted}")
    if before:
        found.append(f"named in the statement before {para} quoted {quoted}")
    return tuple(found)
