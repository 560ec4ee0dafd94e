"""A text with everything found in it, indexed by place, so that every look-up is quick."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from stance.language.chinese import simplify
from stance.reading.mentions import find_mentions
from stance.reading.names import Mention, MentionKind
from stance.reading.patterns import Cue, patterns
from stance.reading.quotations import Quotation, quotations
from stance.reading.sentences import Span, sentences
from stance.reading.turns import turns
from stance.types import Language, Speaker

# Characters in front of a name that introduce whoever speaks.
_LEAD = 12


class Scene:
    """Mentions, cues, quotations and sentences of one cleaned text."""

    def __init__(self, text: str, language: Language) -> None:
        self.text = text
        self.language = language
        self.simple = simplify(text) if language is Language.CHINESE else text
        """The text in simplified characters; same offsets."""
        self.patterns = patterns(language)
        self.sentences: list[Span] = list(sentences(text))
        self.mentions = find_mentions(text, self.simple, language)
        self.turns = {turn.start: turn for turn in turns(text, self.mentions, language)}
        self.sentences = list(self._with_turns())
        self._cues = list(self.patterns.cues(self.simple))
        self._quotations = quotations(text)
        self._sentence_starts = [start for start, _ in self.sentences]
        self._mention_starts = [mention.start for mention in self.mentions]
        self._cue_starts = [cue.start for cue in self._cues]
        self._quotation_starts = [quotation.start for quotation in self._quotations]

    def _with_turns(self) -> Iterator[Span]:
        """The sentences; the name in front of a turn, Ms. WHITLOCK., goes with the first of its words."""
        held: int | None = None
        for start, end in self.sentences:
            turn = self.turns.get(start)
            if turn is not None and turn.start < end <= turn.end and "\n" not in self.text[end : turn.end]:
                held = start
                continue
            yield (start if held is None else held), end
            held = None
        if held is not None:
            yield self.sentences[-1]

    def mentions_in(self, start: int, end: int) -> Iterator[Mention]:
        """The mentions between `start` and `end`, in order."""
        for index in range(bisect_left(self._mention_starts, start), len(self.mentions)):
            if self.mentions[index].end > end:
                return
            yield self.mentions[index]

    def mentions_before(self, at: int, most: int) -> Iterator[Mention]:
        """Up to `most` mentions that begin before `at`, the nearest first."""
        index = bisect_left(self._mention_starts, at)
        yield from reversed(self.mentions[max(0, index - most) : index])

    def cues_in(self, start: int, end: int) -> Iterator[Cue]:
        """The cues between `start` and `end`, in order."""
        for index in range(bisect_left(self._cue_starts, start), len(self._cues)):
            if self._cues[index].end > end:
                return
            yield self._cues[index]

    def quotations_in(self, start: int, end: int) -> Iterator[Quotation]:
        """The quotations that share characters with `start` to `end`, in order."""
        first = max(0, bisect_right(self._quotation_starts, start) - 1)
        for index in range(first, len(self._quotations)):
            quotation = self._quotations[index]
            if quotation.start >= end:
                return
            if quotation.end > start:
                yield quotation

    def introduces_itself(self) -> Speaker | None:
        """Who says "I am NAME" outside quotations and turns: whoever gives the speech that the text is."""
        if self.turns:
            return None
        for mention in self.mentions:
            lead = self.patterns.introduces.search(self.simple[max(0, mention.start - _LEAD) : mention.start])
            if lead and mention.kind is MentionKind.PERSON and not any(self.quotations_in(mention.start, mention.end)):
                return mention.speaker
        return None

    def quotation_end_before(self, quotation: Quotation) -> int:
        """Where the quotation before `quotation` ends, or the start of the text."""
        index = bisect_left(self._quotation_starts, quotation.start)
        return self._quotations[index - 1].end if index else 0

    def sentence_start(self, at: int) -> int:
        """Where the sentence that holds `at` begins."""
        return self._sentence_starts[max(0, bisect_right(self._sentence_starts, at) - 1)]

    def clause_start(self, at: int, least: int) -> int:
        """Where the clause that holds `at` begins, not before `least`."""
        start = least
        for mark in self.patterns.clause_end.finditer(self.simple, least, at):
            start = mark.end()
        return start
