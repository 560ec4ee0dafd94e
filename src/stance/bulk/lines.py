"""JSON Lines and CSV: where records begin and end in a file, and the documents of a stretch of it."""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from stance.bulk.documents import Columns, Fault, Kind, Part, Row, to_row
from stance.bulk.table import check_columns
from stance.errors import InputError
from stance.repair.decode import CODECS, decode

# A part ends at so many bytes, however few documents they are.
MOST_BYTES = 64_000_000
# The longest CSV field, in characters; a quotation mark that is never closed ends here.
_LONGEST_FIELD = 200_000_000
_SAMPLE = 65536
# A field that none of the first so many objects has is missing; one that some lack is theirs to lack.
_LOOKED_AT = 100


def cut_lines(path: Path, kind: Kind, columns: Columns, size: int) -> Iterator[Part]:
    encoding = _encoding(path)
    starts = _csv_starts(path, columns, encoding) if kind is Kind.CSV else _jsonl_starts(path, columns, encoding)
    start, first, number, place = next(starts), 1, 0, 0
    for number, place in enumerate(starts, 1):
        if number - first + 1 >= size or place - start >= MOST_BYTES:
            yield Part(str(path), kind, number - first + 1, first, start, place, encoding=encoding)
            start, first = place, number + 1
    if number >= first:
        yield Part(str(path), kind, number - first + 1, first, start, place, encoding=encoding)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    # Up to a line's end, lest a character be cut in two.
    name = decode(sample[: sample.rfind(b"\n") + 1] or sample, str(path))[1]
    if name == "UTF-16":
        raise InputError(f"{path}: {name}; save it as UTF-8")
    return CODECS.get(name, "utf-8")


def _jsonl_starts(path: Path, columns: Columns, encoding: str) -> Iterator[int]:
    """Where the first line begins, and where each ends."""
    seen: set[str] = set()
    objects = 0
    with path.open("rb") as file:
        place = 3 if file.read(3) == b"\xef\xbb\xbf" else 0
        file.seek(place)
        yield place
        for line in file:
            if objects < _LOOKED_AT and isinstance(row := _parse(line, encoding), dict):
                objects += 1
                seen |= row.keys()
                if objects == _LOOKED_AT:
                    _check_names(path, seen, columns)
            place += len(line)
            yield place
    if 0 < objects < _LOOKED_AT:
        _check_names(path, seen, columns)


def _check_names(path: Path, seen: set[str], columns: Columns) -> None:
    for wanted, option in ((columns.text, "--text-column"), (columns.id, "--id-column")):
        if wanted is not None and wanted not in seen:
            has = ", ".join(sorted(seen)) or "none"
            raise InputError(f"{path}: no line has a field {wanted!r}; the fields are {has}; name one with {option}")


def _parse(line: bytes, encoding: str) -> Any:
    """What a line of JSON holds; an error where it holds none."""
    try:
        return json.loads(line.rstrip().decode(encoding))
    except (ValueError, RecursionError) as error:
        return error


def read_jsonl(part: Part, path: Path, columns: Columns) -> Iterator[Row | Fault]:
    for number, line in enumerate(_lines(path, part.start, part.stop), part.first):
        if not line.strip():
            continue
        row = _parse(line, part.encoding)
        if isinstance(row, UnicodeDecodeError):
            yield Fault(part.path, number, f"not {part.encoding.upper()}")
        elif isinstance(row, Exception):
            yield Fault(part.path, number, f"no JSON ({row})")
        elif isinstance(row, dict):
            yield to_row(part, number, columns, row.get(columns.id or ""), row.get(columns.text))
        else:
            yield Fault(part.path, number, "not a JSON object")


def _lines(path: Path, start: int, stop: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while start < stop and (line := file.readline()):
            start += len(line)
            yield line


def _csv_starts(path: Path, columns: Columns, encoding: str) -> Iterator[int]:
    """Where the first record begins, and where each ends: the CSV reader takes no line before it needs it."""
    place = 0

    def lines() -> Iterator[str]:
        nonlocal place
        for line in _lines(path, 0, path.stat().st_size):
            place += len(line)
            yield line.decode(encoding, "surrogateescape")

    records = _records(lines())
    header = next(records, [])
    if isinstance(header, csv.Error):
        raise InputError(f"{path}: no CSV ({header}); write it anew")
    check_columns(pa.schema([(name, pa.string()) for name in _names(header)]), columns.text, columns.id, str(path))
    yield place
    for _ in records:
        yield place


def _records(lines: Iterable[str]) -> Iterator[list[str] | csv.Error]:
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(lines)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield error


def _names(header: list[str]) -> list[str]:
    return [name.removeprefix("\ufeff") for name in header]


def read_csv(part: Part, path: Path, columns: Columns) -> Iterator[Row | Fault]:
    def lines(start: int, stop: int) -> Iterator[str]:
        return (line.decode(part.encoding, "surrogateescape") for line in _lines(path, start, stop))

    header = next(_records(lines(0, part.start)), [])
    names = _names(header) if isinstance(header, list) else []
    for number, record in enumerate(_records(lines(part.start, part.stop)), part.first):
        if isinstance(record, csv.Error):
            yield Fault(part.path, number, f"no CSV ({record})")
        elif len(record) > len(names):
            yield Fault(part.path, number, f"{len(record)} fields under {len(names)} columns")
        elif record:  # not an empty line
            row = dict(zip(names, record, strict=False))
            yield to_row(part, number, columns, row.get(columns.id or ""), row.get(columns.text))
