"""Hand labels: read, check, write. JSON Lines, one statement a line, in text order."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stance.errors import LabelError
from stance.files import write_whole
from stance.layout import lay_out
from stance.layout.blocks import Page
from stance.reading import detect_language
from stance.repair.clean import clean
from stance.types import Document, Label, Language, Speaker, Stance, Statement

_FIELDS = {"document": str, "start": int, "end": int, "text": str, "speaker": str, "stance": str, "annotator": str}


def speakers_of(name: str) -> tuple[Speaker, ...]:
    """The speakers that a label names, several joined with "、"."""
    return tuple(Speaker(part) for part in name.split("、") if part) or (Speaker(name),)


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """The labels of one document, in text order."""

    id: str
    language: Language
    labels: tuple[Label, ...]
    source: Path | None = None
    """The text as it was found, markup and all, where it lies beside the labels."""

    @property
    def statements(self) -> list[Statement]:
        return [label.statement for label in self.labels]

    @property
    def stances(self) -> list[Stance]:
        return [label.stance for label in self.labels]


def read_labels(path: Path) -> list[Label]:
    """The labels in a file.

    Raises `LabelError` naming file and line where a line is broken.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            return [parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    except OSError as error:
        raise LabelError(f"{path}: {error.strerror}; name a file of labels or a folder of them") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error


def parse(line: str, place: str) -> Label:
    """One label; raises `LabelError` naming `place` where the line is broken."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{place}: no JSON ({error}); a label is one JSON object on one line") from error
    if not isinstance(row, dict):
        raise LabelError(f"{place}: a label is a JSON object, not {type(row).__name__}")
    for field, kind in _FIELDS.items():
        if not isinstance(row.get(field), kind) or isinstance(row[field], bool):
            raise LabelError(
                f"{place}: field {field!r} must be {'a number' if kind is int else 'text'}, is {row.get(field)!r}"
            )
    if row["stance"] not in list(Stance):
        raise LabelError(f"{place}: stance {row['stance']!r} is none of {', '.join(Stance)}")
    if not 0 <= row["start"] < row["end"] or row["end"] - row["start"] != len(row["text"]):
        raise LabelError(
            f"{place}: offsets {row['start']}–{row['end']} do not fit a text of {len(row['text'])} characters; "
            "both count characters of the cleaned document"
        )
    note = str(row.get("note") or "")
    try:
        "".join([note, *(row[field] for field, kind in _FIELDS.items() if kind is str)]).encode()
    except UnicodeEncodeError as error:
        raise LabelError(f"{place}: holds half a character; write it as UTF-8") from error
    statement = Statement(row["text"], row["start"], row["end"], speakers_of(row["speaker"]))
    return Label(row["document"], statement, Stance(row["stance"]), row["annotator"], note)


def to_row(label: Label) -> dict[str, Any]:
    """`label` as a JSON object."""
    return {
        "document": label.document,
        "start": label.statement.start,
        "end": label.statement.end,
        "text": label.statement.text,
        "speaker": label.statement.speaker_name,
        "stance": label.stance,
        "annotator": label.annotator,
        "note": label.note,
    }


def to_lines(labels: Iterable[Label]) -> str:
    """`labels` as JSON Lines."""
    return "".join(json.dumps(to_row(label), ensure_ascii=False) + "\n" for label in labels)


def write_labels(path: Path, labels: Iterable[Label]) -> None:
    """Write a file of labels; what stood there stays whole until the new one is.

    Raises `LabelError` where it cannot be written.
    """
    try:
        write_whole({path: to_lines(labels).encode()})
    except OSError as error:
        raise LabelError(
            f"{path}: cannot be written ({error.strerror}); nothing was changed; make room there, or name another place"
        ) from error
    except UnicodeEncodeError as error:
        raise LabelError(f"{path}: a label holds half a character; nothing was changed; write it as UTF-8") from error


# Beside a file of labels: the texts of its documents, where the labels alone do not hold them.
TEXTS = "texts"
# Folders below a folder of labels that are not learned from: annotators' originals, and what lexicons are written from.
_NOT_LEARNED = frozenset({"annotators", "aside"})


def label_files(path: Path) -> list[Path]:
    """The label files that `path` names: itself, or those below it.

    Annotators' originals and passages set aside for the lexicons are not among them, unless `path` lies among them.
    Raises `LabelError` where there are none.
    """
    if path.is_file():
        return [path]
    files = sorted(file for file in path.rglob("*.jsonl") if _NOT_LEARNED.isdisjoint(file.relative_to(path).parts))
    if not files:
        raise LabelError(f"{path}: no label files (*.jsonl) there; name a file of labels or a folder of them")
    return files


def load_documents(path: Path) -> list[LabelledDocument]:
    """The labelled documents that `path` names, each once, its labels in text order.

    Raises `LabelError` for broken lines, overlapping labels, and documents that stand in two files.
    """
    documents: list[LabelledDocument] = []
    seen: dict[str, Path] = {}
    for file in label_files(path):
        for document in group(read_labels(file)):
            if document.id in seen:
                raise LabelError(f"{file}: document {document.id!r} also stands in {seen[document.id]}; keep it in one")
            seen[document.id] = file
            source = file.parent / TEXTS / f"{Path(document.id).name}.txt"
            documents.append(replace(document, source=source) if source.is_file() else document)
    if not documents:
        raise LabelError(f"{path}: no labels in it; a label is one JSON object on one line")
    return documents


def group(labels: Sequence[Label]) -> Iterator[LabelledDocument]:
    """Labels by document, in the order in which documents come.

    Raises `LabelError` where the labels of a document overlap or are out of order.
    """
    by_document: dict[str, list[Label]] = {}
    for label in labels:
        rows = by_document.setdefault(label.document, [])
        if rows and label.statement.start < rows[-1].statement.end:
            raise LabelError(
                f"{label.document}: the label at {label.statement.start} begins before the one at "
                f"{rows[-1].statement.start} ends; keep labels in text order, without overlap"
            )
        rows.append(label)
    for name, rows in by_document.items():
        yield LabelledDocument(name, detect_language("".join(row.statement.text for row in rows)), tuple(rows))


def sitting(document: str) -> str:
    """What is left out together with a document: all passages written in one sitting, "authored/zh-07-12" and -13.

    Passages by one writer are more alike than those of a new article will be.
    """
    return re.sub(r"-\d+$", "", document)


def source_files(document: str) -> list[Path]:
    """The article of a document named "seeds/001": the one file whose path begins so."""
    place = Path(document)
    return sorted(file for file in place.parent.glob("*.txt") if file.name.startswith(f"{place.name}_"))[:1]


def text_of(labelled: LabelledDocument) -> str:
    """The text of a document whose labels leave nothing out: a gap of two characters is a new paragraph."""
    pieces, end = [], 0
    for label in labelled.labels:
        gap = label.statement.start - end
        pieces += ["\n\n" if gap == len("\n\n") else " " * gap, label.statement.text]
        end = label.statement.end
    return "".join(pieces)


def page_of(labelled: LabelledDocument) -> Page:
    """The page that the labels of a document were made on."""
    return lay_out(clean(source_text(labelled)))


def source_text(labelled: LabelledDocument) -> str:
    """The text of a document as it was found; put together from its labels where these leave nothing out."""
    files = [labelled.source] if labelled.source is not None else source_files(labelled.id)
    return files[0].read_text(encoding="utf-8") if files else text_of(labelled)


def check_labels(labelled: LabelledDocument, document: Document) -> None:
    """Hold labels against the document they were made on, as it is read today.

    Raises `LabelError` where a label's offsets do not slice to its text, or text stands between labels.
    """
    end = 0
    for label in labelled.labels:
        statement = label.statement
        if document.text[statement.start : statement.end] != statement.text:
            raise LabelError(
                f"{labelled.id}: characters {statement.start}–{statement.end} now read "
                f"{document.text[statement.start : statement.end]!r}, the label says {statement.text!r}; "
                "cleaning has changed, so move the label"
            )
        if between := document.text[end : statement.start].strip():
            raise LabelError(f"{labelled.id}: {between!r} at {end} has no label; label every sentence")
        end = statement.end
    if rest := document.text[end:].strip():
        raise LabelError(f"{labelled.id}: {rest!r} at {end} has no label; label every sentence")
