"""Who says what: cue, quotation and mention to the speaker of every statement.

The rules follow the published rule systems for quotation attribution (Krestel et al. 2008; the Gender Gap Tracker's
quotation scorer, Asr et al. 2021): a cue verb with its subject, a frame such as "according to NAME", a colon behind
a name, the turns of a transcript; then what goes on without a cue.
"""

import re
from collections.abc import Iterator

from stance.language.chinese import simplify
from stance.reading.names import NAMED, MentionKind
from stance.reading.patterns import Cue
from stance.reading.quotations import Quotation
from stance.reading.scene import Scene
from stance.reading.sentences import Span
from stance.reading.turns import Turn
from stance.reading.voices import Claim, Voices
from stance.types import AUTHOR, UNNAMED, Attribution, Language, Rule, Speaker, Statement

# Characters between a quotation and the cue behind it; back and forth from a cue or a quotation that are looked at.
_REACH, _BACK, _FORTH = 60, 200, 160
# Characters between a cue and its subject behind it.
_INVERTED = 40
# A quotation shorter than this and without a mark of its own inside is a title or a term, unless a cue says otherwise.
_TERM = {Language.CHINESE: 12, Language.ENGLISH: 40}
# Characters a clause must have to be a claim of the narrator's own next to somebody's words.
_OWN_CLAUSE = 12
# Marks behind which another speaker may come in; in English the clause, since commas bind too closely there.
_CUTS = {Language.CHINESE: "，,；;。！？!?：:", Language.ENGLISH: ""}
# Characters at the start of a sentence in which a mention makes it somebody else's.
_TOPIC = 12
# Sentences that a retelling goes on for without a new cue, and the rules behind which it may.
_LONGEST_RETELLING = 3
_RETOLD = frozenset({Rule.CUE, Rule.RETELLING, Rule.FRAME, Rule.SUBJECT_LEFT_OUT})
_NARRATION = Attribution(Rule.NARRATION)
_BEHIND_QUOTATION = re.compile(r"[，,]? ?")
_COLON_LATER = re.compile(r"[：:](?=\s?[^\s\d“”\"])")
# Between a cue and its subject behind it: said the company's chief scientist, Dana Whitlock.
_ONLY_TITLE = re.compile(r"(?: (?!I\b|we\b|that\b|it\b|when\b|for\b)[\w.'’\-]+){0,5},? ?")
_SOURCE_IN_BRACKETS = re.compile(r"\s?[（(]([^（）()\n]{2,30})[）)]")
_OPENS_AGAIN = re.compile(r"[，,：:]\s?[“\"]")
_END_BEHIND_QUOTATION = re.compile(r"[。！？!?；;\n“\"]|[，,：:](?=\s?[“\"])|(?<=[A-Za-z])\.(?=\s|$)")


def statements(text: str, language: Language) -> Iterator[Statement]:
    """The statements of a cleaned text, in order, each with its speaker."""
    yield from _Reader(Scene(text, language)).read()


class _Reader:
    """One pass over a document."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._text, self._simple, self._patterns = scene.text, scene.simple, scene.patterns
        self._voices = Voices(scene)
        self._turns_last = self._is_transcript(list(scene.turns.values()))
        self._quoted: dict[Quotation, Claim | None] = {}
        self._block: tuple[Speaker, ...] | None = None
        self._ended_quoting = False
        self._retold = 0
        self._before: Span = (0, 0)
        """The sentence before."""

    def read(self) -> Iterator[Statement]:
        previous_end = 0
        for start, end in self._scene.sentences:
            new_line = "\n" in self._text[previous_end:start]
            self._enter_turn(start, previous_end, new_line=new_line)
            claims = self._claims_in(start, end, new_paragraph=new_line)
            claims = claims or self._block_quotation(start, end, new_paragraph=new_line, before=previous_end)
            for part in self._cut(start, end, claims):
                yield Statement(self._text[part.start : part.end], part.start, part.end, part.speakers, part.why)
            self._voices.heard(claims)
            self._ended_quoting = any(q.end >= end - 1 for q in self._scene.quotations_in(start, end))
            self._before = start, end
            previous_end = end

    # --- turns -------------------------------------------------------------------------------------------------------

    def _is_transcript(self, turns: list[Turn]) -> bool:
        """Whether turns last until the next one; a single one whose holder the text goes on to name is a headline."""
        if len(turns) != 1:
            return bool(turns)
        named_later = self._scene.mentions_in(turns[0].end, len(self._text))
        if turns[0].speaker == UNNAMED:
            return turns[0].start == 0 and turns[0].mention[0] in "(（[["
        return all(mention.speaker != turns[0].speaker for mention in named_later)

    def _enter_turn(self, start: int, previous_end: int, *, new_line: bool) -> None:
        for at in range(previous_end, start + 1):
            if at in self._scene.turns:
                self._voices.turn = self._scene.turns[at]
                return
        if new_line and not self._turns_last:
            self._voices.turn = None

    def _behind_turn(self, start: int) -> int:
        """Where the words begin: behind ``问：``, if the sentence begins a turn."""
        turn = self._voices.turn
        return turn.end if turn is not None and turn.end > start else start

    def _in_turn(self, start: int, end: int) -> Claim | None:
        turn = self._voices.turn
        return (
            None if turn is None else Claim(start, end, (turn.speaker,), Attribution(Rule.TURN, mention=turn.mention))
        )

    # --- one sentence ------------------------------------------------------------------------------------------------

    def _claims_in(self, start: int, end: int, *, new_paragraph: bool) -> list[Claim]:
        """What parts of the sentence are whose, in order; what lies between two claims goes with the first."""
        quoted = [q for q in self._scene.quotations_in(start, end) if self._is_speech(q, start, end)]
        words = self._behind_turn(start)
        claims = [claim for quotation in quoted if (claim := self._quotation_claim(quotation)) is not None]
        claims += self._frame_claims(start, end)
        for cue in self._scene.cues_in(words, end):
            if not any(quotation.start < cue.start < quotation.end for quotation in quoted):
                claim = self._cue_claim(cue, start)
                claims += [claim] if claim is not None else []
        claims += self._colon_claims(words, end)
        in_turn = self._in_turn(start, end)
        if not claims and in_turn is None and self._patterns.unnamed_frame.search(self._simple, start, end):
            claims = [Claim(start, end, (UNNAMED,), Attribution(Rule.UNNAMED_FRAME))]
        if not claims and in_turn is None:
            claims = list(self._colon_later(start, end))
        if not claims and quoted:
            claims = [self._unclaimed(quotation) for quotation in quoted]
        if claims:
            return sorted(claims, key=lambda claim: claim.start)
        return [in_turn] if in_turn is not None else self._retelling(start, end, new_paragraph=new_paragraph)

    def _cut(self, start: int, end: int, claims: list[Claim]) -> Iterator[Claim]:
        """The sentence as one claim a speaker, cut at the clause in which the next speaker comes in."""
        parts: list[Claim] = []
        for claim in claims:
            if not parts:
                parts = self._after_narration(start, end, claim)
            elif claim.speakers != parts[-1].speakers:
                at = self._last_mark(claim.start, parts[-1].start)
                if parts[-1].start < at < end:
                    parts[-1] = Claim(parts[-1].start, at, parts[-1].speakers, parts[-1].why)
                    parts.append(Claim(at, end, claim.speakers, claim.why))
        for part in parts or [Claim(start, end, self._voices.narrator, _NARRATION)]:
            words = self._text[part.start : part.end]
            first = part.start + len(words) - len(words.lstrip())
            last = part.end - len(words) + len(words.rstrip())
            if first < last:
                yield Claim(first, last, part.speakers, part.why)

    def _after_narration(self, start: int, end: int, claim: Claim) -> list[Claim]:
        """The first claim of a sentence, with the narrator's own clause before it where a contrast divides the two."""
        at = self._last_mark(claim.start, start)
        turns = self._patterns.contrast.match(self._simple[at : at + 12])
        if turns and at - start >= _OWN_CLAUSE and claim.why.rule is Rule.CUE:
            return [Claim(start, at, self._voices.narrator, _NARRATION), Claim(at, end, claim.speakers, claim.why)]
        return [Claim(start, end, claim.speakers, claim.why)]

    def _last_mark(self, at: int, least: int) -> int:
        """Behind the last mark before `at` where another speaker may come in, or `least`."""
        marks = _CUTS[self._scene.language]
        if not marks:
            return self._scene.clause_start(at, least)
        return next((index + 1 for index in range(at - 1, least, -1) if self._text[index] in marks), least)

    # --- quotations --------------------------------------------------------------------------------------------------

    def _is_speech(self, quotation: Quotation, start: int, end: int) -> bool:
        if self._quotation_claim(quotation) is not None:
            return True
        overlap = min(end, quotation.end) - max(start, quotation.start)
        if overlap > 0.9 * (end - start) and self._voices.recent:
            return True
        return overlap > 0.6 * (end - start) and quotation.end - quotation.start > _TERM[self._scene.language]

    def _quotation_claim(self, quotation: Quotation) -> Claim | None:
        """Whose words the quotation is by what stands directly before or behind it; None if nothing tells."""
        if quotation not in self._quoted:
            told = self._led_in(quotation) or self._followed(quotation)
            self._quoted[quotation] = told and Claim(quotation.start, quotation.end, told.speakers, told.why)
        return self._quoted[quotation]

    def _led_in(self, quotation: Quotation) -> Claim | None:
        """``李彦宏说：“…”``, ``NAME的观点是：“…”``, ``NAME …：“…”``."""
        far = max(0, quotation.start - _BACK)
        line = self._text.rfind("\n", far, max(far, quotation.start - 1)) + 1
        limit = max(line, far, self._scene.quotation_end_before(quotation))
        lead = self._patterns.leads_in.search(self._simple[limit : quotation.start])
        if lead is None:
            return None
        lead_start = limit + lead.start()
        for frame in self._frame_claims(limit, lead_start):
            return frame
        has_colon = any(mark in lead.group() for mark in "：:")
        for cue in reversed(list(self._scene.cues_in(limit, quotation.start))):
            if has_colon or cue.end >= lead_start:
                claim = self._cue_claim(cue, limit)
                if claim is not None:
                    return claim
                break
        subject = self._voices.subject(limit, lead_start, lead_start) if has_colon else None
        if subject is None:
            return None
        speakers, mention = subject
        return Claim(limit, lead_start, speakers, Attribution(Rule.COLON, "：", mention))

    def _followed(self, quotation: Quotation) -> Claim | None:
        """``“…”，李彦宏说``, ``"…," said Smith``."""
        source = _SOURCE_IN_BRACKETS.match(self._text, quotation.end)
        if source and quotation.end - quotation.start > _TERM[self._scene.language]:
            return self._source(*source.span(1))
        behind = _BEHIND_QUOTATION.match(self._text, quotation.end)
        start = behind.end() if behind else quotation.end
        stop = _END_BEHIND_QUOTATION.search(self._text, start, start + _FORTH)
        end = stop.start() if stop else min(start + _FORTH, len(self._text))
        for cue in self._scene.cues_in(start, min(end, start + _REACH)):
            claim = self._cue_claim(cue, start) or self._inverted(cue, end)
            # “…” 王小川说，他… opens something new; “…”，王小川说道。 closes the quotation.
            closes = cue.end >= end - 3 or start > quotation.end or self._text[quotation.end - 2] in "。！？，,?!….”"
            if claim is not None and closes:
                return claim
        goes_on = _OPENS_AGAIN.match(self._text, end)
        subject = self._voices.subject(start, end, end) if goes_on else None
        if subject is None:
            return None
        speakers, mention = subject  # “…。”章知白把话筒换到左手，“…”
        return Claim(start, end, speakers, Attribution(Rule.BETWEEN_QUOTATIONS, mention=mention))

    def _source(self, start: int, end: int) -> Claim | None:
        """``“…”（李华，教师）``, ``“…”（某物业公司）``: who said it, in brackets behind."""
        words = self._text[start:end]
        for mention in self._scene.mentions_in(start, end):
            speaker = self._voices.resolve(mention)
            if speaker is not None and mention.kind is not MentionKind.FIRST:
                return Claim(start, end, speaker, Attribution(Rule.SOURCE_BEHIND, mention=words))
        if self._patterns.some.match(simplify(words)):
            return Claim(start, end, (UNNAMED,), Attribution(Rule.SOURCE_BEHIND, mention=words))
        return None

    def _inverted(self, cue: Cue, limit: int) -> Claim | None:
        """``said Smith``: the subject stands behind the cue."""
        if not self._patterns.inverts:
            return None
        mention = next(self._scene.mentions_in(cue.end, min(limit, cue.end + _INVERTED)), None)
        if mention is not None and not _ONLY_TITLE.fullmatch(self._text, cue.end, mention.start):
            return None
        speaker = self._voices.resolve(mention) if mention is not None else None
        if mention is None or speaker is None or speaker == (AUTHOR,):
            return None
        words = self._text[mention.start : mention.end]
        why = Attribution(Rule.CUE_BEFORE_SUBJECT, self._text[cue.start : cue.end], words)
        return Claim(cue.start, mention.end, speaker, why)

    def _unclaimed(self, quotation: Quotation) -> Claim:
        """A quotation that nothing around it gives to anybody goes on with whoever spoke last."""
        in_turn = self._in_turn(quotation.start, quotation.end)
        if in_turn is not None:
            return in_turn
        if not self._voices.recent:
            person = self._only_person(self._before)
            why = Attribution(Rule.PERSON_SPOKEN_OF, mention=person.name) if person else _NARRATION
            return Claim(quotation.start, quotation.end, (person or AUTHOR,), why)
        before = self._voices.recent[-1]
        why = Attribution(Rule.QUOTATION_GOES_ON, before.why.cue, before.why.mention)
        return Claim(quotation.start, quotation.end, before.speakers, why)

    def _only_person(self, span: Span) -> Speaker | None:
        """The person of a sentence that names just one."""
        persons = {m.speaker for m in self._scene.mentions_in(*span) if m.kind is MentionKind.PERSON}
        return persons.pop() if len(persons) == 1 else None

    def _block_quotation(self, start: int, end: int, *, new_paragraph: bool, before: int) -> list[Claim]:
        """A paragraph without marks behind a line that ends with a colon: ``Smith argued:``, ``翻译过来是：``."""
        if new_paragraph:
            self._block = None
            if self._text[before - 1 : before] in ("：", ":"):
                if self._voices.recent:
                    self._block = self._voices.recent[-1].speakers
                elif any(m.kind is MentionKind.FIRST for m in self._scene.mentions_in(start, start + _BACK)):
                    self._block = self._voices.nearest(start, MentionKind.PERSON)
        return [] if self._block is None else [Claim(start, end, self._block, Attribution(Rule.BLOCK_QUOTATION))]

    # --- cues, frames, colons ----------------------------------------------------------------------------------------

    def _cue_claim(self, cue: Cue, limit: int) -> Claim | None:
        """The claim of a cue with its subject, searched back to `limit`."""
        before, behind = self._simple[max(0, cue.start - 6) : cue.start], self._simple[cue.end : cue.end + 3]
        if self._patterns.no_cue_before.search(before) or self._patterns.no_cue_after.match(behind):
            return None
        words = self._text[cue.start : cue.end]
        clause = self._scene.clause_start(cue.start, max(limit, cue.start - _BACK))
        subject = self._voices.subject(clause, cue.start, cue.start, person=cue.kind == "act")
        if subject is None and self._patterns.left_out.match(self._simple[clause : cue.start]):
            sentence = max(self._scene.sentence_start(cue.start), clause - _BACK)
            if clause > sentence:  # 马斯克起诉…，称…: the subject stands in a clause before
                subject = self._voices.subject(sentence, clause, clause, first=True)
            elif cue.kind == "say" and self._voices.recent:  # 并表示…: it stands in the sentence before
                teller = self._voices.recent[-1]
                why = Attribution(Rule.SUBJECT_LEFT_OUT, words, teller.why.mention)
                return Claim(cue.start, cue.end, teller.speakers, why)
        if subject is None and self._text[max(0, cue.start - 2) : cue.start] == ", ":  # Sustained, said Judge Linfield.
            return self._inverted(cue, cue.end + _INVERTED)
        if subject is None or subject[0] == (AUTHOR,):
            return None
        speakers, mention = subject
        return Claim(clause, cue.end, speakers, Attribution(Rule.CUE, words, mention))

    def _frame_claims(self, start: int, end: int) -> Iterator[Claim]:
        """``据NAME介绍``, ``在NAME看来``, ``NAME的观点是``, ``according to NAME``."""
        for mention in self._scene.mentions_in(start, end):
            if mention.kind in (MentionKind.PRODUCT, MentionKind.FIRST):
                continue
            behind = self._simple[mention.end : mention.end + _INVERTED]
            before = self._patterns.frame_before.search(self._simple[max(start, mention.start - 40) : mention.start])
            after = self._patterns.frame_after.match(behind)
            view = self._patterns.view.match(behind)
            if view and (mention.kind is MentionKind.THIS_PERSON or self._has_cue(start, mention.start)):
                view = None
            alone = self._patterns.frame_alone.match(behind) or self._patterns.frame_alone_before.search(
                self._simple[max(start, mention.start - 40) : mention.start]
            )
            if not (before and after) and not view and not alone:
                continue
            speaker = self._voices.resolve(mention)
            if speaker is not None and speaker != (AUTHOR,):
                frame = view or after
                words = self._text[mention.start : mention.end]
                why = Attribution(Rule.FRAME, frame.group() if frame else "", words)
                yield Claim(mention.start, mention.end, speaker, why)

    def _has_cue(self, start: int, end: int) -> bool:
        """Whether a cue stands in the clause before `end`: then what follows is said by its subject."""
        clause = self._scene.clause_start(end, max(start, end - _BACK))
        return next(self._scene.cues_in(clause, end), None) is not None

    def _colon_claims(self, start: int, end: int) -> Iterator[Claim]:
        """``NAME：…`` at the start of a sentence or clause."""
        for mention in self._scene.mentions_in(start, end):
            if mention.kind not in (*NAMED, MentionKind.UNNAMED):
                continue
            if self._text[mention.end : mention.end + 1] not in ("：", ":"):
                continue
            before = self._text[start : mention.start]
            before = before.rstrip() if self._patterns.inverts else before  # a blank divides nothing in English
            if before and before[-1] not in "，,；;、 \n":
                continue
            speaker = self._voices.resolve(mention)
            if speaker is not None:
                why = Attribution(Rule.COLON, "：", self._text[mention.start : mention.end])
                yield Claim(mention.start, mention.end, speaker, why)

    def _colon_later(self, start: int, end: int) -> Iterator[Claim]:
        """``靳森更直接：…``, ``Her reply is insurance: …``: somebody begins the sentence, a colon ends the clause."""
        colon = _COLON_LATER.search(self._text, start, end)
        mention = next(self._scene.mentions_in(start, end), None)
        if colon is None or mention is None or mention.start > start + _TOPIC or mention.end > colon.start():
            return
        if mention.kind not in (MentionKind.PERSON, MentionKind.HE, MentionKind.SHE):
            return
        between = self._simple[mention.end : colon.start()]
        speaker = self._voices.resolve(mention)
        if speaker is not None and self._patterns.colon_later.match(between):
            why = Attribution(Rule.COLON, "：", self._text[mention.start : mention.end])
            yield Claim(start, end, speaker, why)

    # --- what goes on without a cue ----------------------------------------------------------------------------------

    def _argues(self, cue: str) -> bool:
        return any(word in simplify(cue) for word in self._patterns.argues)

    def _retelling(self, start: int, end: int, *, new_paragraph: bool) -> list[Claim]:
        """A sentence that goes on with the views just reported."""
        if not self._patterns.retells or not self._voices.recent or self._ended_quoting:
            return []
        if new_paragraph and not self._patterns.enumerates.match(self._simple, start):
            return []
        before = self._voices.recent[-1]
        if before.why.rule not in _RETOLD or not self._argues(before.why.cue):
            return []
        topic = self._simple[start : start + _TOPIC]
        if self._patterns.new_topic.match(topic) or self._patterns.reports.search(self._simple, start, end):
            return []
        others = (MentionKind.PERSON, MentionKind.FIRST, MentionKind.UNNAMED)
        if any(m.kind in others for m in self._scene.mentions_in(start, end) if m.start < start + _TOPIC):
            return []
        self._retold = self._retold + 1 if before.why.rule is Rule.RETELLING else 1
        if self._retold > _LONGEST_RETELLING:
            return []
        return [Claim(start, end, before.speakers, Attribution(Rule.RETELLING, before.why.cue, before.why.mention))]
