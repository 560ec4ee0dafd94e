"""What passes between the files of an archive and what labels them: documents, and what is wrong with some."""

from dataclasses import dataclass
from enum import StrEnum

from stance.files import printable


class Kind(StrEnum):
    """How a file holds its documents."""

    TEXT = "text"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a row has its text and its name."""

    text: str
    id: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of one file."""

    path: str
    """As the user named it."""
    kind: Kind
    rows: int
    first: int = 1
    """Number of the first row, counted in the file from 1; the header of a CSV file is not counted."""
    start: int = 0
    """First byte of the stretch; in Parquet, first row within the row group."""
    stop: int = 0
    group: int = 0
    """Row group of Parquet."""
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Row:
    """A document that can be labelled."""

    document: str
    text: str
    source: str
    row: int | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A document, or a file from some place on, that cannot be labelled."""

    source: str
    row: int | None
    """None for the whole file."""
    reason: str
    """With the way out where the input as a whole is to blame."""
    input_failed: bool = False
    """Whether it is more than one bad document."""


def to_row(part: Part, number: int, columns: Columns, id: object, text: object) -> Row | Fault:
    """The document in row `number`, by what its columns hold."""
    if columns.id is None:
        id = f"{printable(part.path)}:{number}"
    elif id is None or id == "" or isinstance(id, list | dict):
        return Fault(part.path, number, f"no id in {columns.id!r}")
    return checked(str(id), text, part.path, number, columns)


def checked(document: str, text: object, source: str, number: int | None, columns: Columns) -> Row | Fault:
    """A document whose text can be labelled, or what is wrong with it."""
    if text is not None and not isinstance(text, str):
        return Fault(source, number, f"{columns.text!r} holds {type(text).__name__}, not text")
    if text is None or not text.strip():
        return Fault(source, number, "no text")
    if _is_broken(document) or _is_broken(text):
        return Fault(source, number, "bytes or half characters that are no text")
    return Row(document, text, source, number)


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
