"""Who says what: cue, quotation and mention to the speaker of every statement.

The rules follow the published rule systems for quotation attribution (Krestel et al. 2008; the Gender Gap Tracker's
quotation scorer, Asr et al. 2021): a cue verb with its subject, a frame such as "according to NAME", a colon behind
a name, the turns of a transcript; then what goes on without a cue.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from stance.reading.mentions import NAMED, Mention, MentionKind, find_mentions
from stance.reading.patterns import Cue, Turn, patterns
from stance.reading.quotations import Quotation, quotations
from stance.reading.sentences import sentences
from stance.reading.words import simplify
from stance.types import AUTHOR, UNNAMED, Attribution, Language, Speaker, Statement

# Characters between a quotation and the cue behind it.
_REACH = 60
# Mentions back to which a pronoun may point.
_MEMORY = 40
# A quotation shorter than this and without a mark of its own inside is a title or a term, unless a cue says otherwise.
_TERM = {Language.CHINESE: 12, Language.ENGLISH: 40}
# Characters a clause must have to be a claim of the narrator's own next to somebody's words.
_OWN_CLAUSE = 12
# Characters at the start of a sentence in which a mention makes it somebody else's.
_TOPIC = 12
# Sentences that a retelling goes on for without a new cue.
_LONGEST_RETELLING = 3
_NARRATION = Attribution("narration")


@dataclass(frozen=True, slots=True)
class _Claim:
    """That a stretch of the text is somebody's, and why."""

    start: int
    end: int
    speaker: Speaker
    why: Attribution


def statements(text: str, language: Language) -> Iterator[Statement]:
    """The statements of a cleaned text, in order, each with its speaker."""
    yield from _Reader(text, language).read()


class _Reader:
    """One pass over a document, with what it knows so far."""

    def __init__(self, text: str, language: Language) -> None:
        self._text = text
        self._language = language
        self._simple = simplify(text) if language is Language.CHINESE else text
        self._patterns = patterns(language)
        self._mentions = find_mentions(text, self._simple, language)
        self._mention_starts = [mention.start for mention in self._mentions]
        self._cues = list(self._patterns.cues(self._simple))
        self._cue_starts = [cue.start for cue in self._cues]
        self._quotations = quotations(text)
        self._quotation_starts = [quotation.start for quotation in self._quotations]
        turns = self._patterns.turns(text, self._simple, self._mentions)
        self._turns = {turn.start: turn for turn in turns}
        self._turns_last = len(turns) > 1 or (
            len(turns) == 1 and turns[0].speaker != UNNAMED and not self._named_after(turns[0])
        )
        self._ended_quoting = False
        self._sentences = list(sentences(text))
        self._sentence_starts = [start for start, _ in self._sentences]
        self._claims: dict[Quotation, _Claim | None] = {}
        self._turn: Turn | None = None
        self._block: Speaker | None = None
        self._retold = 0
        self._remembered: _Claim | None = None
        self._recent: list[_Claim] = []
        """Claims of the sentence before, or of one before it that a short narration separates."""

    def read(self) -> Iterator[Statement]:
        previous_end = 0
        for start, end in self._sentences:
            gap = self._text[previous_end:start]
            self._enter_turn(start, previous_end, new_line="\n" in gap)
            new_paragraph = "\n" in gap
            claims = self._claims_in(start, end, new_paragraph=new_paragraph)
            claims = claims or self._block_quotation(start, end, new_paragraph=new_paragraph, before=previous_end)
            for part in self._cut(start, end, claims):
                yield Statement(self._text[part.start : part.end], part.start, part.end, part.speaker, part.why)
            self._recent = [claim for claim in claims if claim.speaker != AUTHOR]
            self._ended_quoting = any(quotation.end >= end - 1 for quotation in self._quotations_in(start, end))
            told = [claim for claim in self._recent if claim.speaker != self._narrator]
            self._remembered = told[-1] if told else self._remembered
            previous_end = end

    def _block_quotation(self, start: int, end: int, *, new_paragraph: bool, before: int) -> list[_Claim]:
        """A paragraph without marks behind a line that ends with a colon: ``Smith argued:``, ``翻译过来是：``."""
        if new_paragraph:
            self._block = None
            if self._text[before - 1 : before] in ("：", ":"):
                if self._recent:
                    self._block = self._recent[-1].speaker
                elif any(mention.kind is MentionKind.FIRST for mention in self._mentions_in(start, end)):
                    self._block = self._nearest(start, MentionKind.PERSON)
        if self._block is None:
            return []
        return [_Claim(start, end, self._block, Attribution("block quotation"))]

    # --- turns -----------------------------------------------------------------------------------------------------

    def _enter_turn(self, start: int, previous_end: int, *, new_line: bool) -> None:
        for at in range(previous_end, start + 1):
            if at in self._turns:
                self._turn = self._turns[at]
                return
        if new_line and not self._turns_last:
            self._turn = None

    def _named_after(self, turn: Turn) -> bool:
        """Whether the text goes on to speak of whom it gave the turn: then that was a headline."""
        return any(mention.speaker == turn.speaker for mention in self._mentions_in(turn.end, len(self._text)))

    @property
    def _narrator(self) -> Speaker:
        return self._turn.speaker if self._turn is not None else AUTHOR

    # --- one sentence ----------------------------------------------------------------------------------------------

    def _claims_in(self, start: int, end: int, *, new_paragraph: bool) -> list[_Claim]:
        """What parts of the sentence are whose, in order; empty stretches between claims go with the claim before."""
        quoted = [quotation for quotation in self._quotations_in(start, end) if self._is_speech(quotation, start, end)]
        claims = [claim for quotation in quoted if (claim := self._quotation_claim(quotation)) is not None]
        inside = [(quotation.start, quotation.end) for quotation in quoted]
        claims += self._frame_claims(start, end)
        for cue in self._cues_in(self._behind_turn(start), end):
            if not any(first < cue.start < last for first, last in inside):
                claim = self._cue_claim(cue, start)
                if claim is not None:
                    claims.append(claim)
        claims += self._colon_claims(self._behind_turn(start), end)
        if not claims and self._turn is None and self._patterns.unnamed_frame.search(self._simple, start, end):
            claims = [_Claim(start, end, UNNAMED, Attribution("unnamed frame"))]
        if not claims and quoted:
            claims = [self._unclaimed(quotation) for quotation in quoted]
        if claims:
            return sorted(claims, key=lambda claim: claim.start)
        if self._turn is not None:
            return [_Claim(start, end, self._turn.speaker, Attribution("turn", mention=self._turn.mention))]
        return self._retelling(start, end, new_paragraph=new_paragraph)

    def _behind_turn(self, start: int) -> int:
        """Where the words begin: behind ``问：``, if the sentence begins a turn."""
        return self._turn.end if self._turn is not None and self._turn.end > start else start

    def _cut(self, start: int, end: int, claims: list[_Claim]) -> Iterator[_Claim]:
        """The sentence as one claim a speaker, cut at the clause in which the next speaker comes in."""
        parts: list[_Claim] = []
        for claim in claims:
            if not parts:
                parts = self._after_narration(start, end, claim)
            elif claim.speaker != parts[-1].speaker:
                at = self._clause_start(claim.start, parts[-1].start)
                if at > parts[-1].start and at < end:
                    parts[-1] = _Claim(parts[-1].start, at, parts[-1].speaker, parts[-1].why)
                    parts.append(_Claim(at, end, claim.speaker, claim.why))
        if not parts:
            parts = [_Claim(start, end, self._narrator, _NARRATION)]
        for part in parts:
            first, last = part.start, part.end
            while first < last and self._text[first].isspace():
                first += 1
            while last > first and self._text[last - 1].isspace():
                last -= 1
            if first < last:
                yield _Claim(first, last, part.speaker, part.why)

    def _after_narration(self, start: int, end: int, claim: _Claim) -> list[_Claim]:
        """The first claim of a sentence, with the narrator's own clause before it where a contrast divides the two."""
        at = self._clause_start(claim.start, start)
        if (
            at - start >= _OWN_CLAUSE
            and self._patterns.contrast.match(self._simple[at : at + 12])
            and claim.why.rule == "cue"
        ):
            return [_Claim(start, at, self._narrator, _NARRATION), _Claim(at, end, claim.speaker, claim.why)]
        return [_Claim(start, end, claim.speaker, claim.why)]

    def _clause_start(self, at: int, least: int) -> int:
        """Where the clause that holds `at` begins; never inside a quotation that closes behind it."""
        for index in range(at - 1, least, -1):
            if self._text[index] in "，,；;。！？!?：:" and (
                self._language is Language.CHINESE or self._text[index] in ";"
            ):
                return index + 1
        return least

    # --- quotations ------------------------------------------------------------------------------------------------

    def _quotations_in(self, start: int, end: int) -> Iterator[Quotation]:
        first = max(0, bisect_right(self._quotation_starts, start) - 1)
        for index in range(first, len(self._quotations)):
            quotation = self._quotations[index]
            if quotation.start >= end:
                return
            if quotation.end > start:
                yield quotation

    def _is_speech(self, quotation: Quotation, start: int, end: int) -> bool:
        if self._quotation_claim(quotation) is not None:
            return True
        overlap = min(end, quotation.end) - max(start, quotation.start)
        return overlap > 0.6 * (end - start) and quotation.end - quotation.start > _TERM[self._language]

    def _quotation_claim(self, quotation: Quotation) -> _Claim | None:
        """Whose words the quotation is by what stands directly before or behind it; None if nothing tells."""
        if quotation not in self._claims:
            self._claims[quotation] = None  # a cue inside must not ask again
            self._claims[quotation] = self._led_in(quotation) or self._followed(quotation)
        return self._claims[quotation]

    def _led_in(self, quotation: Quotation) -> _Claim | None:
        far = max(0, quotation.start - 200)
        limit = max(self._text.rfind("\n", far, max(far, quotation.start - 1)) + 1, far, self._previous_end(quotation))
        lead = self._patterns.leads_in.search(self._simple[limit : quotation.start])
        if lead is None:
            return None
        lead_start = limit + lead.start()
        for frame in self._frame_claims(limit, lead_start):
            return _Claim(quotation.start, quotation.end, frame.speaker, frame.why)
        has_colon = any(mark in lead.group() for mark in "：:")
        for cue in reversed(list(self._cues_in(limit, quotation.start))):
            if has_colon or cue.end >= lead_start:
                claim = self._cue_claim(cue, limit)
                if claim is not None:
                    return _Claim(quotation.start, quotation.end, claim.speaker, claim.why)
                break
        if has_colon:
            subject = self._subject(limit, lead_start, lead_start)
            if subject is not None:
                speaker, mention = subject
                return _Claim(quotation.start, quotation.end, speaker, Attribution("colon", "：", mention))
        return None

    def _followed(self, quotation: Quotation) -> _Claim | None:
        """``“…”，李彦宏说``, ``"…," said Smith``."""
        behind = re.match(r"[，,]? ?", self._text[quotation.end :][:2])
        clause_start = quotation.end + (behind.end() if behind else 0)
        stop = re.search(
            r"[。！？!?；;\n“\"]|[，,：:](?=\s?[“\"])|(?<=[A-Za-z])\.(?=\s|$)",
            self._text[clause_start : clause_start + 160],
        )
        clause_end = clause_start + (stop.start() if stop else min(160, len(self._text) - clause_start))
        for cue in self._cues_in(clause_start, clause_end):
            if cue.start - clause_start > _REACH:
                return None
            if self._language is Language.CHINESE:
                claim = self._cue_claim(cue, clause_start)
                # 王小川说，他… opens something new; “…”，王小川说道。 closes the quotation.
                if claim is not None and (
                    cue.end >= clause_end - 3 or clause_start > quotation.end or self._ends_mark(quotation)
                ):
                    return _Claim(quotation.start, quotation.end, claim.speaker, claim.why)
            else:
                claim = self._cue_claim(cue, clause_start) or self._inverted(cue, clause_end)
                if claim is not None:
                    return _Claim(quotation.start, quotation.end, claim.speaker, claim.why)
        return None

    def _ends_mark(self, quotation: Quotation) -> bool:
        return self._text[quotation.end - 2 : quotation.end - 1] in ("。", "！", "？", "，", ",", "?", "!", "…")

    def _inverted(self, cue: Cue, limit: int) -> _Claim | None:
        """``said Smith``: the subject stands behind the cue."""
        for mention in self._mentions_in(cue.end, limit):
            if mention.start - cue.end > 40:
                return None
            speaker = self._resolve(mention)
            if speaker is not None and speaker != AUTHOR:
                return self._claim(cue, speaker, mention, "cue before subject")
        return None

    def _previous_end(self, quotation: Quotation) -> int:
        index = bisect_left(self._quotation_starts, quotation.start)
        return self._quotations[index - 1].end if index else 0

    def _unclaimed(self, quotation: Quotation) -> _Claim:
        """A quotation that nothing around it gives to anybody goes on with whoever spoke last."""
        if self._turn is not None:
            return _Claim(
                quotation.start, quotation.end, self._turn.speaker, Attribution("turn", mention=self._turn.mention)
            )
        if self._recent:
            before = self._recent[-1]
            return _Claim(
                quotation.start,
                quotation.end,
                before.speaker,
                Attribution("quotation goes on", before.why.cue, before.why.mention),
            )
        return _Claim(quotation.start, quotation.end, AUTHOR, _NARRATION)

    # --- cues and frames -------------------------------------------------------------------------------------------

    def _cues_in(self, start: int, end: int) -> Iterator[Cue]:
        for index in range(bisect_left(self._cue_starts, start), len(self._cues)):
            if self._cues[index].end > end:
                return
            yield self._cues[index]

    def _mentions_in(self, start: int, end: int) -> Iterator[Mention]:
        for index in range(bisect_left(self._mention_starts, start), len(self._mentions)):
            if self._mentions[index].end > end:
                return
            yield self._mentions[index]

    def _claim(self, cue: Cue, speaker: Speaker, mention: Mention, rule: str) -> _Claim:
        why = Attribution(rule, self._text[cue.start : cue.end], self._text[mention.start : mention.end])
        return _Claim(min(mention.start, cue.start), cue.end, speaker, why)

    def _cue_claim(self, cue: Cue, limit: int) -> _Claim | None:
        """The claim of a cue with its subject, searched back to `limit`."""
        before, behind = self._simple[max(0, cue.start - 3) : cue.start], self._simple[cue.end : cue.end + 3]
        if self._patterns.no_cue_before.search(before) or self._patterns.no_cue_after.match(behind):
            return None
        clause = self._clause_before(cue.start, limit)
        subject = self._subject(clause, cue.start, cue.start)
        if subject is None and self._patterns.left_out.match(self._simple[clause : cue.start]):
            sentence = self._sentence_start(cue.start)
            if clause > sentence:  # 马斯克起诉…，称…: the subject stands in a clause before
                subject = self._subject(sentence, clause, clause, first=True)
            elif cue.kind == "say" and self._recent:  # 并表示…: it stands in the sentence before
                teller = self._recent[-1]
                why = Attribution("subject left out", self._text[cue.start : cue.end], teller.why.mention)
                return _Claim(cue.start, cue.end, teller.speaker, why)
        if subject is None or subject[0] == AUTHOR:
            return None
        speaker, mention = subject
        return _Claim(clause, cue.end, speaker, Attribution("cue", self._text[cue.start : cue.end], mention))

    def _sentence_start(self, at: int) -> int:
        return self._sentence_starts[max(0, bisect_right(self._sentence_starts, at) - 1)]

    def _clause_before(self, at: int, limit: int) -> int:
        start = limit
        for mark in self._patterns.clause_end.finditer(self._simple, limit, at):
            start = mark.end()
        return start

    def _subject(self, start: int, end: int, cue_start: int, *, first: bool = False) -> tuple[Speaker, str] | None:
        """The voice among the mentions between `start` and `end`, and the words that name it."""
        eligible: list[Mention] = []
        for mention in self._mentions_in(start, end):
            if mention.kind is MentionKind.PRODUCT or (
                not first and not self._patterns.between.match(self._simple[mention.end : cue_start])
            ):
                continue
            if mention.kind in NAMED and self._patterns.owner_after.match(self._simple[mention.end : mention.end + 2]):
                continue
            if mention.kind is MentionKind.THIS_PERSON and len(mention) == 1 and mention.end != cue_start:
                continue  # 其 owns something more often than it speaks
            if self._turn is not None and mention.kind in (MentionKind.UNNAMED, MentionKind.THEY):
                continue
            if self._patterns.object_before.search(self._simple[max(start, mention.start - 4) : mention.start]):
                continue
            eligible.append(mention)
        if not eligible:
            return None
        persons = [mention for mention in eligible if mention.kind is not MentionKind.ORGANISATION]
        chosen = (persons or eligible)[0 if first else -1]
        speaker = self._resolve(chosen)
        if speaker is None:
            return None
        words = self._text[chosen.start : chosen.end]
        index = bisect_left(self._mention_starts, chosen.start)
        if index and not first and chosen.kind in NAMED:
            partner = self._mentions[index - 1]
            joined = self._simple[partner.end : chosen.start]
            if (
                partner.start >= start
                and partner.kind is chosen.kind
                and self._patterns.joins.match(joined)
                and partner.speaker
            ):
                return Speaker(f"{partner.speaker.name}、{speaker.name}"), self._text[partner.start : chosen.end]
        return speaker, words

    def _frame_claims(self, start: int, end: int) -> Iterator[_Claim]:
        """``据NAME介绍``, ``在NAME看来``, ``NAME的观点是``, ``according to NAME``."""
        for mention in self._mentions_in(start, end):
            if mention.kind in (MentionKind.PRODUCT, MentionKind.FIRST):
                continue
            before = self._patterns.frame_before.search(self._simple[max(start, mention.start - 40) : mention.start])
            after = self._patterns.frame_after.match(self._simple[mention.end : mention.end + 40])
            view = self._patterns.view.match(self._simple[mention.end : mention.end + 40])
            if view and (mention.kind is MentionKind.THIS_PERSON or self._has_cue(start, mention.start)):
                view = None
            if (
                (before and after)
                or view
                or self._patterns.frame_alone.match(self._simple[mention.end : mention.end + 4])
            ):
                speaker = self._resolve(mention)
                if speaker is not None and speaker != AUTHOR:
                    frame = view or after
                    why = Attribution("frame", frame.group() if frame else "", self._text[mention.start : mention.end])
                    yield _Claim(mention.start, mention.end, speaker, why)

    def _has_cue(self, start: int, end: int) -> bool:
        """Whether a cue stands in the clause before `end`: then what follows is said by its subject."""
        return any(True for _ in self._cues_in(self._clause_before(end, start), end))

    def _colon_claims(self, start: int, end: int) -> Iterator[_Claim]:
        """``NAME：…`` at the start of a sentence or clause."""
        for mention in self._mentions_in(start, end):
            if (
                mention.kind not in (*NAMED, MentionKind.UNNAMED)
                or self._text[mention.end : mention.end + 1] not in "：:"
            ):
                continue
            if mention.start != start and self._text[mention.start - 1] not in "，,；;、 \n":
                continue
            speaker = self._resolve(mention)
            if speaker is not None:
                why = Attribution("colon", "：", self._text[mention.start : mention.end])
                yield _Claim(mention.start, mention.end, speaker, why)

    # --- what goes on without a cue ----------------------------------------------------------------------------------

    def _retelling(self, start: int, end: int, *, new_paragraph: bool) -> list[_Claim]:
        if not self._patterns.retells or not self._recent or self._ended_quoting:
            return []
        if new_paragraph and not self._patterns.enumerates.match(self._simple, start):
            return []
        before = self._recent[-1]
        if (
            before.why.rule not in ("cue", "retelling", "frame", "subject left out")
            or simplify(before.why.cue) in self._patterns.moods
        ):
            return []
        if self._patterns.new_topic.match(self._simple[start : start + 12]):
            return []
        others = (MentionKind.PERSON, MentionKind.FIRST, MentionKind.UNNAMED)
        if any(mention.kind in others for mention in self._mentions_in(start, end) if mention.start < start + _TOPIC):
            return []
        self._retold = self._retold + 1 if before.why.rule == "retelling" else 1
        if self._retold > _LONGEST_RETELLING:
            return []
        return [_Claim(start, end, before.speaker, Attribution("retelling", before.why.cue, before.why.mention))]

    # --- who a mention is --------------------------------------------------------------------------------------------

    def _resolve(self, mention: Mention) -> Speaker | None:
        """The speaker that a mention stands for; pronouns by what the text said before."""
        if mention.speaker is not None:
            return mention.speaker
        if mention.kind is MentionKind.FIRST:
            return self._narrator
        last = self._recent[-1].speaker if self._recent else None
        if self._turn is not None:
            last = self._remembered.speaker if self._remembered is not None else None
        if mention.kind is MentionKind.IT:
            return self._nearest(mention.start, MentionKind.ORGANISATION)
        if mention.kind is MentionKind.THEY:
            return last if last is not None and (last == UNNAMED or "、" in last.name) else None
        if mention.kind is MentionKind.THIS_PERSON and last is not None:
            return last
        gender = {MentionKind.HE: "m", MentionKind.SHE: "f"}.get(mention.kind, "")
        person = self._nearest(mention.start, MentionKind.PERSON, gender)
        if last is not None and last != UNNAMED and not self._named_in_sentence(mention):
            return last
        return person or last

    def _named_in_sentence(self, pronoun: Mention) -> bool:
        start = self._sentence_start(pronoun.start)
        return any(mention.kind is MentionKind.PERSON for mention in self._mentions_in(start, pronoun.start))

    def _nearest(self, at: int, kind: MentionKind, gender: str = "") -> Speaker | None:
        """The nearest mention of `kind` before `at` whose gender does not speak against it."""
        index = bisect_left(self._mention_starts, at)
        for mention in reversed(self._mentions[max(0, index - _MEMORY) : index]):
            if mention.kind is kind and (not gender or mention.gender in (gender, "")):
                return mention.speaker
        return None
