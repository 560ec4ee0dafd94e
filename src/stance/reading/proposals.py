"""What parts of a sentence are whose, by what stands in it: quotations, cues, frames, colons.

The rules follow the published rule systems for quotation attribution (Krestel et al. 2008; the Gender Gap Tracker's
quotation scorer, Asr et al. 2021): a cue verb with its subject, a frame such as "according to NAME", a colon behind
a name. They propose; `attribution` decides.
"""

import re
from collections.abc import Iterator

from stance.language.chinese import simplify
from stance.layout.labels import Likeness, likeness
from stance.reading.layers import Layers
from stance.reading.mention import NAMED, Mention, MentionKind
from stance.reading.patterns import Cue
from stance.reading.pronouns import Claim, Voices
from stance.reading.quotations import Quotation
from stance.types import AUTHOR, UNNAMED, Attribution, Language, Rule, Speaker

# Characters between a quotation and the cue behind it; back and forth from a cue or a quotation that are looked at.
_REACH, _BACK, _FORTH = 60, 200, 160
# Characters between a cue and its subject behind it.
_INVERTED = 40
# A quotation shorter than this and without a mark of its own inside is a title or a term, unless a cue says otherwise.
_TERM = {Language.CHINESE: 12, Language.ENGLISH: 40}
# Characters at the start of a sentence in which a mention makes it somebody else's.
_TOPIC = 12
_BEHIND_QUOTATION = re.compile(r"[，,]? ?")
_COLON_LATER = re.compile(r"[：:](?=\s?[^\s\d“”\"])")
# Between a cue and its subject behind it: said the company's chief scientist, Dana Whitlock.
_ONLY_TITLE = re.compile(r"(?: (?!I\b|we\b|that\b|it\b|when\b|for\b)[\w.'’\-]+){0,5},? ?")
_SOURCE_IN_BRACKETS = re.compile(r"\s?[（(]([^（）()\n]{2,30})[）)]")
_DASH_BEHIND = re.compile(r"\s*(?:[—–]{1,2}|--?|~)\s*([^\n—–。！？!?]{2,60})(?=\n|$)")
_FRAME_HEAD = re.compile(r"according to|in the \w+ of|['’]s? \w+", re.IGNORECASE)
# Characters of a Chinese frame with nothing between it and whoever it names.
_FRAME = 6
_FIRST_PART = re.compile(r"[，,、（(《:：]")
_OPENS_AGAIN = re.compile(r"[，,：:]\s?[“\"]")
_END_BEHIND_QUOTATION = re.compile(r"[。！？!?；;\n“\"]|[，,：:](?=\s?[“\"])|(?<=[A-Za-z])\.(?=\s|$)")


def _frame_words(frame: str) -> str:
    """The words of a frame that tell what it is; "…" where others stand between them and whoever it names.

    >>> _frame_words("according to "), _frame_words("according to figures on "), _frame_words("据")
    ('according to', 'according to …', '据')
    """
    words = frame.strip(" ，。；,;")
    if not words.isascii():
        return words if len(words) <= _FRAME else f"{words[:1]}…"
    head = _FRAME_HEAD.match(words)
    told = head.group() if head is not None else words.split(" ")[0]
    return told if len(words) == len(told) else f"{told} …"


def _start(claim: Claim) -> int:
    return claim.start


class Proposals:
    """The claims of rules on the sentences of one document."""

    def __init__(self, layers: Layers, voices: Voices) -> None:
        self._layers = layers
        self._voices = voices
        self._text, self._simple, self._patterns = layers.text, layers.simple, layers.patterns
        self._quoted: dict[Quotation, Claim | None] = {}

    def claims(self, start: int, words: int, end: int) -> list[Claim]:
        """What parts of the sentence from `start` to `end` are whose, in order; a label ends at `words`."""
        quoted = [q for q in self._layers.quotations_in(start, end) if self.is_speech(q, start, end)]
        claims = [claim for quotation in quoted if (claim := self._quotation_claim(quotation)) is not None]
        mentions = self._layers.mentions_in(words, end)
        if mentions:
            claims += self._frame_claims(words, end)
        for cue in self._layers.cues_in(words, end):
            if not any(quotation.start < cue.start < quotation.end for quotation in quoted):
                claim = self._cue_claim(cue, words)
                claims += [claim] if claim is not None else []
        if mentions:
            claims += self._colon_claims(mentions, words)
        if not claims and self._patterns.unnamed_frame.search(self._simple, start, end):
            claims = [Claim(start, end, (UNNAMED,), Attribution(Rule.UNNAMED_FRAME))]
        if not claims:
            claims += self._colon_later(start, end)
        return sorted(claims, key=_start) if len(claims) > 1 else claims

    # --- quotations --------------------------------------------------------------------------------------------------

    def is_speech(self, quotation: Quotation, start: int, end: int) -> bool:
        """Whether a quotation of a sentence is somebody's words, not a title or a term."""
        if self._quotation_claim(quotation) is not None:
            return True
        overlap = min(end, quotation.end) - max(start, quotation.start)
        if overlap > 0.9 * (end - start) and self._voices.recent:
            return True
        return overlap > 0.6 * (end - start) and quotation.end - quotation.start > _TERM[self._layers.language]

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
        limit = max(line, far, self._layers.quotation_end_before(quotation))
        lead = self._patterns.leads_in.search(self._simple[limit : quotation.start])
        if lead is None:
            return None
        lead_start = limit + lead.start()
        for frame in self._frame_claims(limit, lead_start):
            return frame
        has_colon = any(mark in lead.group() for mark in "：:")
        for cue in reversed(self._layers.cues_in(limit, quotation.start)):
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
        """``“…”，李彦宏说``, ``"…," said Smith``, ``“…” —— NAME``."""
        whole = self._text[max(0, quotation.end - 2)] in "。！？.!?…"
        long = whole or quotation.end - quotation.start > _TERM[self._layers.language]
        for pattern in (_SOURCE_IN_BRACKETS, _DASH_BEHIND) if long else ():
            source = pattern.match(self._text, quotation.end)
            if source and (claim := self.source(*source.span(1))) is not None:
                return claim
        behind = _BEHIND_QUOTATION.match(self._text, quotation.end)
        start = behind.end() if behind else quotation.end
        stop = _END_BEHIND_QUOTATION.search(self._text, start, start + _FORTH)
        end = stop.start() if stop else min(start + _FORTH, len(self._text))
        for cue in self._layers.cues_in(start, min(end, start + _REACH)):
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

    def source(self, start: int, end: int) -> Claim | None:
        """Who a source behind a quotation is: （李华，教师）, ``—— 某券商分析师``, ``– Odile Farrant``."""
        words = self._text[start:end].strip()
        why = Attribution(Rule.SOURCE_BEHIND, mention=words)
        for mention in self._layers.mentions_in(start, end):
            speakers = self._voices.resolve(mention)
            if speakers is not None and mention.kind is not MentionKind.FIRST:
                return Claim(start, end, speakers, why)
        if self._patterns.some.match(simplify(words)):
            return Claim(start, end, (UNNAMED,), why)
        name = _FIRST_PART.split(words.strip("—–-~ "), maxsplit=1)[0].strip()
        return Claim(start, end, (Speaker(name),), why) if likeness(name) > Likeness.KEY else None

    def _inverted(self, cue: Cue, limit: int) -> Claim | None:
        """``said Smith``: the subject stands behind the cue."""
        if not self._patterns.inverts:
            return None
        mention = next(iter(self._layers.mentions_in(cue.end, min(limit, cue.end + _INVERTED))), None)
        if mention is not None and not _ONLY_TITLE.fullmatch(self._text, cue.end, mention.start):
            return None
        speakers = self._voices.resolve(mention) if mention is not None else None
        if mention is None or speakers is None or speakers == (AUTHOR,):
            return None
        words = self._text[mention.start : mention.end]
        why = Attribution(Rule.CUE_BEFORE_SUBJECT, self._text[cue.start : cue.end], words)
        return Claim(cue.start, mention.end, speakers, why)

    # --- cues, frames, colons ----------------------------------------------------------------------------------------

    def _cue_claim(self, cue: Cue, limit: int) -> Claim | None:
        """The claim of a cue with its subject, searched back to `limit`."""
        before, behind = self._simple[max(0, cue.start - 6) : cue.start], self._simple[cue.end : cue.end + 3]
        if self._patterns.no_cue_before.search(before) or self._patterns.no_cue_after.match(behind):
            return None
        words = self._text[cue.start : cue.end]
        clause = self._layers.clause_start(cue.start, max(limit, cue.start - _BACK))
        subject = self._voices.subject(clause, cue.start, cue.start, person=cue.kind == "act")
        if subject is None and self._patterns.left_out.match(self._simple[clause : cue.start]):
            sentence = max(self._layers.sentence_start(cue.start), clause - _BACK)
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
        for mention in self._layers.mentions_in(start, end):
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
            speakers = self._voices.resolve(mention)
            if speakers is not None and speakers != (AUTHOR,):
                frame = view or alone or before
                words = self._text[mention.start : mention.end]
                why = Attribution(Rule.FRAME, _frame_words(frame.group()) if frame else "", words)
                yield Claim(mention.start, mention.end, speakers, why)

    def _has_cue(self, start: int, end: int) -> bool:
        """Whether a cue stands in the clause before `end`: then what follows is said by its subject."""
        clause = self._layers.clause_start(end, max(start, end - _BACK))
        return bool(self._layers.cues_in(clause, end))

    def _colon_claims(self, mentions: list[Mention], start: int) -> Iterator[Claim]:
        """``NAME：…`` at the start of a sentence or clause."""
        for mention in mentions:
            if self._text[mention.end : mention.end + 1] not in ("：", ":"):
                continue
            if mention.kind not in NAMED and mention.kind is not MentionKind.UNNAMED:
                continue
            before = self._text[start : mention.start]
            before = before.rstrip() if self._patterns.inverts else before  # a blank divides nothing in English
            if before and before[-1] not in "，,；;、 \n":
                continue
            speakers = self._voices.resolve(mention)
            if speakers is not None:
                why = Attribution(Rule.COLON, "：", self._text[mention.start : mention.end])
                yield Claim(mention.start, mention.end, speakers, why)

    def _colon_later(self, start: int, end: int) -> Iterator[Claim]:
        """``靳森更直接：…``, ``Her reply is insurance: …``: somebody begins the sentence, a colon ends the clause."""
        mention = next(iter(self._layers.mentions_in(start, end)), None)
        if mention is None or mention.start > start + _TOPIC:
            return
        colon = _COLON_LATER.search(self._text, start, end)
        if colon is None or mention.end > colon.start():
            return
        if mention.kind not in (MentionKind.PERSON, MentionKind.HE, MentionKind.SHE):
            return
        speakers = self._voices.resolve(mention)
        if speakers is not None and self._patterns.colon_later.match(self._simple[mention.end : colon.start()]):
            yield Claim(start, end, speakers, Attribution(Rule.COLON, "：", self._text[mention.start : mention.end]))

    def only_person(self, start: int, end: int) -> Speaker | None:
        """The person of a sentence that names just one."""
        persons = {m.speaker for m in self._layers.mentions_in(start, end) if m.kind is MentionKind.PERSON}
        return persons.pop() if len(persons) == 1 else None
