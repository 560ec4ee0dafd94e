"""The values that pass between stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class WordEnum(StrEnum):
    """A closed set of words that hash as words do; `Enum` takes a hash of its own, in Python, for each look-up."""

    __hash__ = str.__hash__


class Stance(WordEnum):
    """Where a statement stands on whether AI should be open or closed."""

    PRO_OPEN = "pro-open"
    PRO_CLOSED = "pro-closed"
    NEUTRAL = "neutral"


STANCES = tuple(Stance)
"""In the order in which arrays hold them."""
MIRRORED = [STANCES.index(stance) for stance in (Stance.PRO_CLOSED, Stance.PRO_OPEN, Stance.NEUTRAL)]
"""For each stance the place of the one it turns into when the sides are exchanged."""


class Language(WordEnum):
    """A language with a lexicon and a model."""

    CHINESE = "zh"
    ENGLISH = "en"


class Speaker(NamedTuple):
    """Whose words or views a statement gives; a tuple, since they are compared more often than anything else."""

    name: str
    """As the text writes it, pronouns and titles resolved."""
    id: str | None = None
    """Canonical across languages ("mark-zuckerberg"); None for those the lexicon does not know."""


AUTHOR = Speaker("author")
"""The narrator."""
UNNAMED = Speaker("unnamed")
"""A voice that the text leaves without a name."""


class BlockKind(WordEnum):
    """What a block of a document is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    QUOTATION = "quotation"
    TURN = "turn"
    CAPTION = "caption"
    CODE = "code"
    TABLE = "table"
    FURNITURE = "furniture"
    """Menus, share bars, related articles, bylines, post headers, adverts."""
    FRONT_MATTER = "front matter"


class Rule(WordEnum):
    """What proposes the speakers of a statement; the surest first."""

    TURN = "turn"
    """Whose turn it is in a transcript, an interview, a thread."""
    CUE = "cue"
    CUE_BEFORE_SUBJECT = "cue before subject"
    FRAME = "frame"
    """According to NAME, in the view of NAME."""
    COLON = "colon"
    SUBJECT_LEFT_OUT = "subject left out"
    SOURCE_BEHIND = "source behind"
    """In brackets, behind a dash or in a byline behind a quotation."""
    BETWEEN_QUOTATIONS = "between quotations"
    QUOTED_POST = "quoted post"
    """The document says whom a block quotes."""
    UNNAMED_FRAME = "unnamed frame"
    QUOTATION_GOES_ON = "quotation goes on"
    PERSON_SPOKEN_OF = "person spoken of"
    BLOCK_QUOTATION = "block quotation"
    BEFORE_FIRST_TURN = "before the first turn"
    """An excerpt begins in the middle of the turn of whoever is answered first."""
    RETELLING = "retelling"
    """Whoever spoke before goes on without a cue."""
    HEADING = "heading"
    """The heading above names somebody."""
    MENTION = "mention"
    """Somebody is named near."""
    NARRATION = "narration"
    """Nothing gives the statement to anybody."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why a statement has its speakers, and how sure that is."""

    rule: Rule
    """The rule that proposed them."""
    cue: str = ""
    """The word that told that somebody speaks, as the text writes it."""
    mention: str = ""
    """The words that named the speaker, as the text writes them."""
    confidence: float = 1.0
    """Calibrated probability that the speakers are right."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The longest stretch of one sentence that has one speaker."""

    text: str
    start: int
    """First character, counted in the cleaned text of the document."""
    end: int
    """Behind the last character."""
    speakers: tuple[Speaker, ...] = (AUTHOR,)
    """Whose words or views it gives; several where they share it."""
    attribution: Attribution = Attribution(Rule.NARRATION)
    block: BlockKind = BlockKind.PARAGRAPH
    """The kind of block it stands in."""

    @property
    def speaker_name(self) -> str:
        """The speakers as one text, as labels write them: names joined with "、"."""
        return "、".join(speaker.name for speaker in self.speakers)


@dataclass(frozen=True, slots=True)
class Document:
    """A text read: cleaned once, and cut into statements."""

    id: str
    text: str
    """Cleaned; every offset refers to it."""
    language: Language
    statements: tuple[Statement, ...]
    start: int = 0
    """Where a long text is read in parts: characters of the cleaned text in front of this one, which offsets count."""
    title: str = ""
    author: str = ""
    """Whoever the document says wrote it; its narrator stays `AUTHOR`."""
    date: str = ""
    """As the document writes it."""
    url: str = ""
    raw: str = ""
    """The text as it was found."""
    raw_start: int = 0
    """Where a long text is read in parts: characters of the raw text in front of this one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A feature of a statement and its weight toward the stance."""

    feature: str
    weight: float
    """Logit for the stance minus the mean logit of the others."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A statement with its stance."""

    statement: Statement
    stance: Stance | None
    """None where it is withheld for want of confidence."""
    probabilities: Mapping[Stance, float]
    """Calibrated; they sum to 1."""
    evidence: tuple[Evidence, ...] = ()
    unsure: bool = False
    """Whether it names a side that is not likely enough to be shown to people."""

    @property
    def shown(self) -> Stance | None:
        """What people are shown: None for a side that is unsure, and for what is withheld."""
        return None if self.unsure else self.stance

    @property
    def confidence(self) -> float:
        """Probability of the likeliest stance."""
        return max(self.probabilities.values())


@dataclass(frozen=True, slots=True)
class Label:
    """A statement as an annotator labelled it."""

    document: str
    statement: Statement
    stance: Stance
    annotator: str
    note: str = ""
