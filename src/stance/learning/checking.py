"""Everything that is wrong with files of labels, not the first fault alone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.errors import LabelError
from stance.learning.labels import label_files, parse, source_files
from stance.reading import read
from stance.repair.decode import decode
from stance.types import Label, Stance


@dataclass(frozen=True, slots=True)
class Check:
    """What stands in files of labels."""

    files: int
    documents: int
    stances: Mapping[Stance, int]
    """How many of the whole labels have it."""
    faults: tuple[str, ...]
    """Each names file and line."""


def check_files(path: Path) -> Check:
    """Every fault of the label files that `path` names, not only the first.

    Labels of a document whose article is at hand are held against it. Raises `LabelError` where there are no files.
    """
    files = label_files(path)
    homes: dict[str, Path] = {}
    stances: Counter[Stance] = Counter()
    faults: list[str] = []
    for file in files:
        try:
            lines = file.read_bytes().split(b"\n")
        except OSError as error:
            faults.append(f"{file}: {error.strerror}; a file of labels is expected")
            continue
        documents: dict[str, list[tuple[int, Label]]] = {}
        found: list[tuple[int, str]] = []
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    label = parse_line(line, f"{file}:{number}")
                except LabelError as error:
                    found.append((number, str(error)))
                    continue
                stances[label.stance] += 1
                documents.setdefault(label.document, []).append((number, label))
        for name, rows in documents.items():
            if name in homes:
                found.append(
                    (rows[0][0], f"{file}:{rows[0][0]}: document {name!r} also stands in {homes[name]}; keep it in one")
                )
            homes.setdefault(name, file)
            found += ((number, f"{file}:{number}: {fault}") for number, fault in _misfits(rows, _article(name)))
        faults += (fault for _, fault in sorted(found))
    return Check(len(files), len(homes), {stance: stances[stance] for stance in Stance}, tuple(faults))


def parse_line(line: bytes | str, place: str) -> Label:
    """The label in a line of a file. Raises `LabelError` beginning with `place`."""
    try:
        label = parse(line if isinstance(line, str) else line.decode(), place)
    except UnicodeDecodeError as error:
        raise LabelError(f"{place}: not UTF-8 (byte {error.start} of the line); save it as UTF-8") from error
    for field, value in (
        ("document", label.document),
        ("text", label.statement.text),
        ("speaker", label.statement.speaker_name),
    ):
        if not value.strip():
            raise LabelError(f"{place}: field {field!r} is empty")
    return label


def _misfits(rows: Sequence[tuple[int, Label]], article: str | None) -> Iterator[tuple[int, str]]:
    """The line and the fault of labels of one document that do not fit each other, or do not fit their article."""
    end = before = 0
    for number, label in rows:
        statement = label.statement
        if statement.start < end:
            fault = f"begins at {statement.start}, before the label of line {before} ends at {end}"
            yield number, f"{fault}; keep labels in text order, without overlap"
        if article is not None:
            if (now := article[statement.start : statement.end]) != statement.text:
                fault = f"characters {statement.start}–{statement.end} of the article read {now!r}"
                yield number, f"{fault}, the label says {statement.text!r}; move the label"
            elif between := article[end : statement.start].strip():
                yield number, f"{between!r} before it has no label; label every sentence"
        if statement.end >= end:
            end, before = statement.end, number
    if article is not None and (rest := article[end:].strip()):
        yield before, f"{rest!r} after it has no label; label every sentence"


def _article(document: str) -> str | None:
    """The cleaned article that a document was made from, where it is at hand."""
    files = source_files(document)
    return read(decode(files[0].read_bytes(), str(files[0]))[0]).text if files else None
