"""Who said each statement: rules propose candidates, a conditional logit weighs them, from left to right.

Candidates and their evidence follow Elson and McKeown (2010), O'Keefe et al. (2012), Almeida et al. (2014) and Muzny
et al. (2017): what stands around a quotation, who spoke before, whose turn it is. Each decision is evidence for the
next one.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from stance.layout.blocks import Block, Page
from stance.reading.candidates import Candidate, Said, Situation, Speakers, candidates
from stance.reading.evidence import evidence
from stance.reading.holders import Holders
from stance.reading.layers import Layers
from stance.reading.mention import NAMED, MentionKind
from stance.reading.pronouns import Claim, Voices
from stance.reading.proposals import Proposals
from stance.reading.sentences import Span
from stance.reading.weights import Bundle, Weights
from stance.types import AUTHOR, Attribution, BlockKind, Language, Rule, Speaker, Statement

# Characters a clause must have to be a claim of the narrator's own next to somebody's words.
_OWN_CLAUSE = 12
# Marks behind which another speaker may come in; in English the clause, since commas bind too closely there.
_CUTS = {Language.CHINESE: "，,；;。！？!?：:", Language.ENGLISH: ""}
# Statements before one that are looked back at.
_MEMORY = 12
# Blocks below a quotation among which its source is looked for.
_SOURCE_BELOW = 8
_ENDS_TURN = frozenset({BlockKind.HEADING, BlockKind.FRONT_MATTER, BlockKind.FURNITURE})
_DASH = re.compile(r"\s*(?:[—–]{1,2}|--?|~)\s*(?=\S)")


class Decision(NamedTuple):
    """A statement with everybody who may have said it, and who did."""

    situation: Situation
    candidates: list[Candidate]
    features: list[list[Bundle]]
    """For each candidate, in bundles."""
    chosen: int
    confidence: float


Decide = Callable[[Situation, list[Candidate], list[list[Bundle]]], tuple[int, float]]
"""Chooses a candidate: its place, and the probability that it is right."""


def statements(page: Page, language: Language, weights: Weights) -> Iterator[Statement]:
    """The statements of a page, in order, each with its speakers."""

    def decide(_situation: Situation, _everybody: list[Candidate], found: list[list[Bundle]]) -> tuple[int, float]:
        return weights.choose(found)

    for decision in Reader(page, language).decisions(decide):
        situation, one = decision.situation, decision.candidates[decision.chosen]
        text = page.text[situation.start : situation.end]
        why = one.why
        why = Attribution(why.rule, why.cue, why.mention, decision.confidence)
        kind = page.blocks[situation.block].kind if page.blocks else BlockKind.PARAGRAPH
        yield Statement(text, situation.start, situation.end, one.speakers, why, kind)


class Reader:
    """One pass over a page."""

    def __init__(self, page: Page, language: Language) -> None:
        self._layers = Layers(page, language)
        self._text = page.text
        self._voices = Voices(self._layers)
        self._proposals = Proposals(self._layers, self._voices)
        self._holders = Holders(self._layers.mentions)
        self._before: list[Said] = []
        self._block = -1
        self._turn_level = 0
        self._lasts = True
        self._heading: Speakers | None = None
        self._quoting: Speakers | None = None
        self._pre_turn = self._before_first_turn()

    def decisions(self, decide: Decide) -> Iterator[Decision]:
        """Every statement in order; what `decide` chooses is known to the ones behind it."""
        sentences = 0
        for start, end in self._layers.sentences:
            block = self._layers.block_at(start)
            new = block != self._block
            if new:
                new = not self._runs_on(block)
                self._enter(block)
                sentences = 0 if new else sentences
            for part in self._parts(start, end):
                situation = self._situation(part, block, new_paragraph=new, sentences=sentences)
                everybody = candidates(situation, self._layers, self._voices.narrator, self._pre_turn_at(block))
                found = evidence(situation, everybody, self._layers)
                chosen, confidence = decide(situation, everybody, found)
                yield Decision(situation, everybody, found, chosen, confidence)
                one = everybody[chosen]
                said = Said(situation.start, situation.end, one.speakers, one.why.rule, block, situation.quoted)
                self._before = [*self._before[1 - _MEMORY :], said]
                self._voices.heard([Claim(said.start, said.end, one.speakers, one.why)])
                new = False
            sentences += 1

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _enter(self, block: int) -> None:
        """Whose turn it is in a block, whom it quotes, and whom the heading above it names."""
        here = self._layers.blocks[block]
        passed = self._layers.blocks[self._block + 1 : block + 1]
        self._block = block
        for one in passed:
            if one.turn is not None:
                self._voices.holder = self._holders.of(one.turn)
                self._lasts, self._turn_level = one.turn.lasts, one.level
            elif (
                one.kind in _ENDS_TURN
                or one.rule
                or one.kind is BlockKind.FURNITURE
                or (not self._lasts and (one.gap or one.level <= self._turn_level))
            ):
                self._voices.holder = None
            if one.kind is BlockKind.HEADING:
                self._heading = self._named_alone((one.start, one.end))
        self._quoting = self._quoted_by(block, here.kind)

    def _runs_on(self, block: int) -> bool:
        """Whether a line goes on with what stands above it: captions that end without a mark."""
        here = self._layers.blocks[block]
        if here.gap or here.turn is not None or not self._before or self._before[-1].block != block - 1:
            return False
        above = self._layers.blocks[block - 1]
        return above.kind is here.kind and self._text[above.end - 1].isalnum()

    def _ends_turn(self, block: Block) -> bool:
        if block.kind in _ENDS_TURN or block.rule:
            return True
        return not self._lasts and (block.gap or block.level <= self._turn_level)

    def _named_alone(self, span: Span) -> Speakers | None:
        """Whom a heading names, if it names one person, or no person and one organisation."""
        named = [m for m in self._layers.mentions_in(*span) if m.kind in NAMED and m.speaker is not None]
        for kind in (MentionKind.PERSON, MentionKind.ORGANISATION):
            found = {m.speaker for m in named if m.kind is kind}
            if len(found) == 1:
                return (next(m.speaker for m in named if m.kind is kind and m.speaker is not None),)
            if found:
                return None
        return None

    def _quoted_by(self, block: int, kind: BlockKind) -> Speakers | None:
        """Whom a block quotes: a label says so, its source stands below, or a line with a colon leads it in."""
        here = self._layers.blocks[block]
        if here.label and kind is BlockKind.QUOTATION:
            return self._holders.named(here.label)
        if kind is BlockKind.QUOTATION:
            for one in self._layers.blocks[block + 1 : block + _SOURCE_BELOW]:
                dash = _DASH.match(self._text, one.start, one.end)
                if dash is not None:
                    source = self._proposals.source(dash.end(), one.end)
                    return source.speakers if source is not None else None
                if one.kind is not BlockKind.QUOTATION:
                    break
        led_in = self._before[-1] if self._before else None
        if led_in is None or self._text[led_in.end - 1] not in "：:" or here.turn is not None:
            same = block and kind is BlockKind.QUOTATION and self._layers.blocks[block - 1].kind is kind
            return self._quoting if same else None
        if led_in.speakers != (AUTHOR,):
            return led_in.speakers
        person = self._proposals.only_person(led_in.start, led_in.end)
        return (person,) if person is not None else None

    def _before_first_turn(self) -> Speakers | None:
        """Who speaks in front of the first turn of a talk of two: the one who does not hold it."""
        lasting = [block.turn for block in self._layers.turns if block.turn is not None and block.turn.lasts]
        holders = list(dict.fromkeys(self._holders.of(turn) for turn in lasting[:40]))
        return holders[1] if len(holders) == 2 else None

    def _pre_turn_at(self, block: int) -> Speakers | None:
        first = self._layers.turns[0].start if self._layers.turns else 0
        return self._pre_turn if self._layers.blocks[block].start < first else None

    # --- one sentence ------------------------------------------------------------------------------------------------

    def _parts(self, start: int, end: int) -> list[tuple[int, int, list[Claim]]]:
        """The sentence cut at the clauses in which another speaker comes in, with what rules say of each part."""
        block = self._layers.blocks[self._block]
        words = max(start, min(block.words, end))
        claims = self._proposals.claims(start, words, end)
        cuts = [start]
        last: Claim | None = None
        for claim in claims:
            if last is None:
                at = self._last_mark(claim.start, start)
                turns = self._layers.patterns.contrast.match(self._layers.simple[at : at + 12])
                if turns and at - start >= _OWN_CLAUSE and claim.why.rule is Rule.CUE:
                    cuts.append(at)
            elif claim.speakers != last.speakers:
                at = self._last_mark(claim.start, cuts[-1])
                if cuts[-1] < at < end:
                    cuts.append(at)
            last = claim
        parts = []
        for begin, stop in zip(cuts, [*cuts[1:], end], strict=True):
            stripped = self._text[begin:stop]
            first = begin + len(stripped) - len(stripped.lstrip())
            final = stop - len(stripped) + len(stripped.rstrip())
            if first < final:
                inside = [c for c in claims if begin <= c.start < stop or (c.start < begin and begin == start)]
                parts.append((first, final, inside))
        return parts

    def _last_mark(self, at: int, least: int) -> int:
        """Behind the last mark before `at` where another speaker may come in, or `least`."""
        marks = _CUTS[self._layers.language]
        if not marks:
            return self._layers.clause_start(at, least)
        return next((index + 1 for index in range(at - 1, least, -1) if self._text[index] in marks), least)

    def _spoken_of(self, end: int) -> Speaker | None:
        """The only person that the sentence behind a quotation names, or the one before it."""
        behind = self._proposals.only_person(end, self._layers.sentence_end_behind(end))
        if behind is not None or not self._before:
            return behind
        return self._proposals.only_person(self._before[-1].start, self._before[-1].end)

    def _situation(
        self, part: tuple[int, int, list[Claim]], block: int, *, new_paragraph: bool, sentences: int
    ) -> Situation:
        start, end, claims = part
        quotations = self._layers.quotations_in(start, end)
        speech = [q for q in quotations if self._proposals.is_speech(q, start, end)] if quotations else []
        quoted = "term" if quotations else "none"
        if speech:
            covered = sum(min(end, q.end) - max(start, q.start) for q in speech)
            quoted = "most" if covered > 0.6 * (end - start) else "part"
        first = any(
            m.kind is MentionKind.FIRST and not any(q.start < m.start < q.end for q in speech)
            for m in self._layers.mentions_in(start, end)
        )
        return Situation(
            start, end, block, new_paragraph, claims, quoted, bool(speech) and speech[0].start < start,
            self._voices.holder, self._heading, self._quoting,
            self._spoken_of(end) if speech and not claims else None, first, self._before, sentences,
        )  # fmt: skip
