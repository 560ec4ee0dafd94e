"""What layout works on: the lines of a text with their kinds, and the page made of them."""

from dataclasses import dataclass, field

from stance.types import BlockKind, WordEnum

LABEL = "\ue001"
"""Stands around a name that markup gave for what follows, on a line of its own; a private character."""


@dataclass(slots=True)
class Line:
    """A line without the marks of its block; marks inside it, such as emphasis, still stand."""

    text: str
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    """Of a heading; how deep a quotation is; columns before an item."""
    gap: bool = False
    """Whether a blank line, a rule or another kind of block stands in front."""
    spaced: bool = True
    """Whether the lines between it and the one before, if any, hold blanks."""
    rule: bool = False
    """Whether a rule stands in front."""
    label: str = ""
    """Who is quoted; whose turn markup opens; the language of code."""


class Form(WordEnum):
    """How a label stands in front of words."""

    VOICE = "voice"
    """Markup names who speaks."""
    TIMED = "timed"
    HANDLE = "handle"
    RECORD = "record"
    POST = "post"
    COLON = "colon"
    BOLD = "bold"
    """In bold, with a colon or on a line of its own."""
    ALONE = "alone"
    """A line of its own without a colon."""
    BOXED = "boxed"
    SIGNED = "signed"
    DASHED = "dashed"
    TIME = "time"
    """A time code alone: the voice goes on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The start of somebody's turn, at a block."""

    name: str
    """As the document writes it; "" for a voice without a name."""
    form: Form
    end: int
    """Where the words begin, in the text of the block."""
    lasts: bool
    """Whether the blocks below, up to a heading or the next turn, belong to it."""
    aside: str = ""
    """What stands in brackets behind the name."""


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the plain text that is one thing."""

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    label: str = ""
    """Who is quoted, as the document writes it; the language of code."""
    turn: Turn | None = None
    """The turn that begins here."""
    gap: bool = True
    """Whether a blank line or a rule stands in front."""
    rule: bool = False

    @property
    def words(self) -> int:
        """Where the words begin, behind a label."""
        return self.start if self.turn is None else self.start + self.turn.end


@dataclass(frozen=True, slots=True)
class Page:
    """A text laid out: plain, without marks, and cut into blocks."""

    text: str
    blocks: tuple[Block, ...]
    about: dict[str, str] = field(default_factory=dict)
    """What the document says of itself: title, author, date, url."""
    remarks: tuple[str, ...] = ()
    """What was left out, for a person."""
