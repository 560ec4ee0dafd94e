"""What speaks for and against each candidate, as names of features that training weighs."""

from collections.abc import Iterator

from stance.reading.candidates import Candidate, Situation, look_ahead
from stance.reading.layers import Layers
from stance.types import AUTHOR, UNNAMED, Rule

# Characters at the start of a statement in which somebody is its topic; statements after which a voice is far away.
_TOPIC, _FAR = 14, 12
# Characters besides mention and cue in a clause that holds little else.
_TIGHT = 6
_MARKS = frozenset('，,：:“"「『—。.！!？?；;\n”」')


class Evidence:
    """What the candidates for one statement have in common, told once."""

    def __init__(self, situation: Situation, everybody: list[Candidate], layers: Layers) -> None:
        self._situation, self._layers = situation, layers
        self._block = layers.blocks[situation.block].kind.value
        self._language = layers.language.value
        self._quoted = f"{situation.quoted}{' on' * situation.opened}"
        self._para = "new" if situation.new_paragraph else "same"
        self._last = situation.before[-1] if situation.before else None
        self._named = sum(one.speakers not in ((AUTHOR,), (UNNAMED,)) for one in everybody)
        self._talk = "no talk" if not layers.turns else "talk" if situation.holder else "between turns"
        self._claims = bool(situation.claims)

    def features(self, one: Candidate) -> list[str]:
        """The features of a candidate."""
        kind = "author" if one.speakers == (AUTHOR,) else "unnamed" if one.speakers == (UNNAMED,) else "named"
        role = kind
        if self._situation.holder is not None:
            role = "holder" if self._situation.holder == one.speakers else f"{kind} beside"
        found = [
            role,
            f"{self._language} {role}",
            f"{role} in {self._block}",
            f"{role} quoted {self._quoted}",
            f"{self._language} {role} quoted {self._quoted}",
            f"{role} {self._talk} {self._block}",
            f"{role} among {min(self._named, 3)} claims {self._claims}",
        ]
        found += self._rules(one, kind, role)
        found += self._history(one, role)
        if kind == "named":
            found += self._mentioned(one)
        if self._situation.quoting is not None:
            found.append(f"{role} where a block quotes {self._situation.quoting == one.speakers}")
        if self._situation.heading is not None:
            found.append(f"{role} under a name {self._situation.heading == one.speakers} {self._block}")
        return list(dict.fromkeys(found))

    def _rules(self, one: Candidate, kind: str, role: str) -> Iterator[str]:
        """What rules say of the candidate, and of others."""
        situation = self._situation
        for rule in {claim.rule for claim in one.claims}:
            yield f"{kind} by {rule}"
            yield f"{role} by {rule} in {self._block}"
            yield f"{kind} by {rule} quoted {self._quoted}"
        who = self._layers.kind_of(one.speakers[0]) if kind == "named" else kind
        for claim in situation.claims:
            cue, rule = claim.why.cue.lower(), claim.why.rule
            if claim.speakers != one.speakers:
                yield f"{role} against {rule}"
                if kind == "author":
                    yield f"author against cue {cue}"
                continue
            sort = self._layers.patterns.kind_of(cue) or "other"
            told = "name" if any(speaker.name in claim.why.mention for speaker in one.speakers) else "pronoun"
            yield f"{kind} cue {cue}" if cue else f"{kind} no cue {rule}"
            yield f"{kind} by {rule} at {'start' if claim.start <= situation.start + _TOPIC else 'later'}"
            yield f"{self._language} {role} by {rule}"
            yield f"{who} by {rule} {sort} told by {told}"
            yield f"{self._language} {who} by {rule} {sort} quoted {self._quoted}"
            if rule is Rule.FRAME:
                yield f"{kind} by {rule} {sort} beside {not cue.endswith('…')}"
            tight = claim.end - claim.start <= len(claim.why.mention) + len(cue) + _TIGHT
            yield f"{kind} by {rule} {sort} tight {tight} then {self._behind(claim.end)}"
            yield f"{who} by {rule} {sort} tight {tight} {'first' if claim.start <= situation.start + 1 else 'later'}"

    def _behind(self, at: int) -> str:
        """What stands behind a cue: a mark, "that", or what is talked of."""
        text = self._layers.text[at : at + 8].lstrip(" ")
        if not text or text[0] in _MARKS:
            return "mark"
        return "that" if text.startswith("that ") else "word"

    def _history(self, one: Candidate, role: str) -> Iterator[str]:
        """Who had the statement before, and how."""
        last, para, quoted = self._last, self._para, self._quoted
        before = last.speakers if last is not None else (AUTHOR,)
        prior = "same" if before == one.speakers else "author" if before == (AUTHOR,) else "other"
        yield f"{role} after {prior} {para}"
        yield f"{role} after {prior} {para} quoted {quoted}"
        yield f"{self._language} {role} after {prior} {para} claims {self._claims}"
        if last is not None:
            change = "block" if last.block != self._situation.block else "sentence"
            yield f"{role} after {prior} {last.rule} {change} {para}"
            yield f"{role} after {prior} quoted {last.quoted} then {quoted} {para}"
        if self._situation.first_person:
            yield f"{role} says I"
            yield f"{role} says I after {prior} quoted {quoted}"

    def _mentioned(self, one: Candidate) -> Iterator[str]:
        """How long ago somebody spoke, and where they are named."""
        situation, layers, para = self._situation, self._layers, self._para
        far = reversed(situation.before[-_FAR:])
        ago = next((n for n, said in enumerate(far, 1) if said.speakers == one.speakers), 0)
        yield f"named spoke {min(ago, 4) if ago else 'never'} ago {para}"
        ids = set(one.speakers)
        places = [m for m in layers.mentions_in(situation.start, situation.end) if m.speaker in ids]
        if places:
            where = "start" if places[0].start <= situation.start + _TOPIC else "later"
            claimed = any(claim.speakers == one.speakers for claim in situation.claims)
            yield f"named here {where} quoted {situation.quoted} {places[0].kind}"
            yield f"{self._language} named here {where} claims {claimed}"
        else:
            yield f"named not here {para} spoke {bool(ago)}"
            behind = layers.mentions_in(situation.end, look_ahead(situation, layers))
            if any(m.speaker in ids for m in behind):
                yield f"named in the sentence behind quoted {situation.quoted}"
            last = self._last
            if last is not None and any(m.speaker in ids for m in layers.mentions_in(last.start, last.end)):
                yield f"named in the statement before {para} quoted {situation.quoted}"
        share = layers.share_of(one.speakers[0])
        often = "much" if share > 0.5 else "some" if share > 0.2 else "little"
        yield f"named often {often} spoke {bool(ago)} {para}"
        yield f"named is {layers.kind_of(one.speakers[0])}"
