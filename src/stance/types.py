"""The values that pass between stages."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Stance(StrEnum):
    """Where a statement stands on whether AI should be open or closed."""

    PRO_OPEN = "pro-open"
    PRO_CLOSED = "pro-closed"
    NEUTRAL = "neutral"


class Language(StrEnum):
    """A language with a lexicon and a model."""

    CHINESE = "zh"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose words or views a statement gives."""

    name: str
    """As the text writes it, pronouns and titles resolved; several sharing a statement joined with "、"."""
    id: str | None = None
    """Canonical across languages ("mark-zuckerberg"); None for those the lexicon does not know."""


AUTHOR = Speaker("author")
"""The narrator."""
UNNAMED = Speaker("unnamed")
"""A voice that the text leaves without a name."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Why a statement has its speaker."""

    rule: str
    """Name of the rule that decided."""
    cue: str = ""
    """The word that told that somebody speaks, as the text writes it."""
    mention: str = ""
    """The words that named the speaker, as the text writes them."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The longest stretch of one sentence that has one speaker."""

    text: str
    start: int
    """First character, counted in the cleaned text of the document."""
    end: int
    """Behind the last character."""
    speaker: Speaker = AUTHOR
    attribution: Attribution = Attribution("narration")


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
