"""A page with everything found in it, indexed by place, so that every look-up is quick."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator

from stance.language.chinese import simplify
from stance.layout.blocks import Block, Page
from stance.reading.mention import Mention, MentionKind
from stance.reading.mentions import find_mentions
from stance.reading.patterns import Cue, patterns
from stance.reading.quotations import Quotation, quotations
from stance.reading.sentences import Span, sentences
from stance.types import BlockKind, Language, Speaker

# Characters in front of a name that introduce whoever speaks.
_LEAD = 12
_CAPITALS = frozenset({BlockKind.HEADING, BlockKind.FRONT_MATTER, BlockKind.FURNITURE, BlockKind.CODE})
# The people and organisations that a page is about, at most, and the share of all mentions that are theirs.
_MAIN, _OFTEN = 2, 0.15
_WHOLE = Block(BlockKind.PARAGRAPH, 0, 0)


class Layers:
    """Blocks, sentences, mentions, cues and quotations of one page."""

    def __init__(self, page: Page, language: Language) -> None:
        self.text = text = page.text
        self.language = language
        self.simple = simplify(text) if language is Language.CHINESE else text
        """The text in simplified characters; same offsets."""
        self.patterns = patterns(language)
        self.blocks = page.blocks or (_WHOLE,)
        self._block_starts = [block.start for block in self.blocks]
        self.turns = [block for block in self.blocks if block.turn is not None]
        self.sentences: list[Span] = list(self._with_labels(sentences(text)))
        self.mentions = list(self._believed(find_mentions(text, self.simple, language)))
        self._cues = list(self.patterns.cues(self.simple))
        self._quotations = quotations(text)
        self._sentence_starts = [start for start, _ in self.sentences]
        self._mention_starts = [mention.start for mention in self.mentions]
        self._mention_ends = [mention.end for mention in self.mentions]
        self._cue_starts = [cue.start for cue in self._cues]
        self._cue_ends = [cue.end for cue in self._cues]
        self._quotation_starts = [quotation.start for quotation in self._quotations]
        self._quotation_ends = [quotation.end for quotation in self._quotations]
        named = [m for m in self.mentions if m.speaker is not None and m.kind is not MentionKind.UNNAMED]
        self._shares = Counter(m.speaker for m in named)
        self._kinds = {m.speaker: str(m.kind) for m in named}
        self._named_in_all = max(1, self._shares.total())
        most = self._shares.most_common(_MAIN)
        self.main_speakers = [who for who, n in most if who is not None and n > 1 and n / self._named_in_all >= _OFTEN]
        """Whom the page speaks of most."""

    def _with_labels(self, spans: Iterator[Span]) -> Iterator[Span]:
        """The sentences that hold a letter; a label in front of a turn, Ms. WHITLOCK., goes with its first words."""
        labels = {block.start: block.words for block in self.turns if block.words < block.end}
        held: int | None = None
        for start, end in spans:
            if start in labels and end <= labels[start]:
                held = start
                continue
            begin = start if held is None else held
            held = None
            if any(map(str.isalnum, self.text[begin:end])):
                yield begin, end

    def _believed(self, mentions: list[Mention]) -> Iterator[Mention]:
        """The mentions but for strangers who stand nowhere but in headings and front matter, where all is capitals."""
        kinds = [self.blocks[self.block_at(m.start)].kind for m in mentions]
        elsewhere = {m.speaker for m, kind in zip(mentions, kinds, strict=True) if kind not in _CAPITALS}
        labels = {block.turn.name for block in self.turns if block.turn is not None}
        for mention in mentions:
            speaker = mention.speaker
            if speaker is None or speaker.id or speaker in elsewhere or speaker.name in labels:
                yield mention

    def share_of(self, speaker: Speaker) -> str:
        """How many of the mentions of people and organisations are of `speaker`: much, some or little."""
        share = self._shares[speaker] / self._named_in_all
        return "much" if share > 0.5 else "some" if share > 0.2 else "little"

    def kind_of(self, speaker: Speaker) -> str:
        """What `speaker` is mentioned as; "label" for whoever is not."""
        return self._kinds.get(speaker, "label")

    def block_at(self, at: int) -> int:
        """The index of the block that holds the character at `at`."""
        return max(0, bisect_right(self._block_starts, at) - 1)

    def mentions_in(self, start: int, end: int) -> list[Mention]:
        """The mentions between `start` and `end`, in order."""
        first = bisect_left(self._mention_starts, start)
        return self.mentions[first : bisect_right(self._mention_ends, end, first)]

    def mentions_before(self, at: int, most: int) -> list[Mention]:
        """Up to `most` mentions that begin before `at`, the nearest first."""
        index = bisect_left(self._mention_starts, at)
        return self.mentions[max(0, index - most) : index][::-1]

    def cues_in(self, start: int, end: int) -> list[Cue]:
        """The cues between `start` and `end`, in order."""
        first = bisect_left(self._cue_starts, start)
        return self._cues[first : bisect_right(self._cue_ends, end, first)]

    def quotations_in(self, start: int, end: int) -> list[Quotation]:
        """The quotations that share characters with `start` to `end`, in order."""
        first = bisect_right(self._quotation_ends, start)
        return self._quotations[first : bisect_left(self._quotation_starts, end, first)]

    def introduces_itself(self) -> Speaker | None:
        """Who says "I am NAME" outside quotations and turns: whoever gives the speech that the text is."""
        if self.turns:
            return None
        for mention in self.mentions:
            if mention.kind is not MentionKind.PERSON or self.quotations_in(mention.start, mention.end):
                continue
            if self.patterns.introduces.search(self.simple[max(0, mention.start - _LEAD) : mention.start]):
                return mention.speaker
        return None

    def quotation_end_before(self, quotation: Quotation) -> int:
        """Where the quotation before `quotation` ends, or the start of the text."""
        index = bisect_left(self._quotation_starts, quotation.start)
        return self._quotations[index - 1].end if index else 0

    def sentence_start(self, at: int) -> int:
        """Where the sentence that holds `at` begins."""
        return self._sentence_starts[max(0, bisect_right(self._sentence_starts, at) - 1)]

    def sentence_end_behind(self, at: int) -> int:
        """Where the sentence that begins at or behind `at` ends; `at` where none does."""
        index = bisect_left(self._sentence_starts, at)
        return self.sentences[index][1] if index < len(self.sentences) else at

    def clause_start(self, at: int, least: int) -> int:
        """Where the clause that holds `at` begins, not before `least`."""
        start = least
        for mark in self.patterns.clause_end.finditer(self.simple, least, at):
            start = mark.end()
        return start
