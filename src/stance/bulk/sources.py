"""Files of documents: which there are, how they are cut into shards, and the documents of a part of one."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from stance.bulk.documents import Columns, Fault, Kind, Part, Row, checked, to_row
from stance.bulk.lines import MOST_BYTES, cut_lines, read_csv, read_jsonl
from stance.bulk.table import check_columns
from stance.errors import InputError
from stance.files import printable
from stance.layout.data import data_in
from stance.repair.decode import decode

# Whoever begins inside a row group of Parquet decodes what stands before, so one is cut into no more parts than this.
_MOST_CUTS = 16
_KINDS = {".jsonl": Kind.JSONL, ".ndjson": Kind.JSONL, ".csv": Kind.CSV, ".parquet": Kind.PARQUET}


def files(inputs: Iterable[Path], out: Path) -> Iterator[Path]:
    """The files of `inputs` in order, folders walked; hidden ones, those named `_…` and those in `out` left out."""
    for given in inputs:
        if not given.is_dir():
            yield given
            continue
        denied: list[OSError] = []
        for folder, names, found in os.walk(given, onerror=denied.append):
            names[:] = sorted(name for name in names if name[0] not in "._" and Path(folder, name).resolve() != out)
            yield from (Path(folder, name) for name in sorted(found) if name[0] not in "._")
        yield from (Path(error.filename) for error in denied)  # as files they tell what is wrong with them


def cut(path: Path, columns: Columns, size: int) -> list[Part]:
    """A file as parts of at most about `size` documents, always the same ones.

    Raises `InputError` for one that cannot be read or lacks a column.
    """
    kind = _KINDS.get(path.suffix.lower(), Kind.TEXT)
    try:
        if kind is Kind.TEXT:
            return [Part(str(path), kind, 1, stop=path.stat().st_size)]
        if kind is Kind.PARQUET:
            return list(_cut_parquet(path, columns, size))
        return list(cut_lines(path, kind, columns, size))
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or _first_line(error)
        way_out = "write it anew" if isinstance(error, pa.ArrowException) else "name a readable file or folder"
        raise InputError(f"{path}: {reason}; {way_out}") from error


def pack(parts: Iterable[Part], size: int) -> Iterator[tuple[Part, ...]]:
    """Parts gathered into shards of at most about `size` documents."""
    shard: list[Part] = []
    count = weight = 0
    for part in parts:
        if shard and (count + part.rows > size or weight + _weight(part) > MOST_BYTES):
            yield tuple(shard)
            shard, count, weight = [], 0, 0
        shard.append(part)
        count += part.rows
        weight += _weight(part)
    if shard:
        yield tuple(shard)


def rows(part: Part, base: Path, columns: Columns) -> Iterator[Row | Fault]:
    """The documents of `part`; relative names begin at `base`."""
    read = {Kind.TEXT: _read_text, Kind.JSONL: read_jsonl, Kind.CSV: read_csv, Kind.PARQUET: _read_parquet}
    try:
        yield from read[part.kind](part, base / part.path, columns)
    except (OSError, pa.ArrowException) as error:
        reason = getattr(error, "strerror", None) or _first_line(error)
        yield Fault(part.path, None, f"{reason}; make it readable and label it again", input_failed=True)


def _weight(part: Part) -> int:
    return 0 if part.kind is Kind.PARQUET else part.stop - part.start


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _cut_parquet(path: Path, columns: Columns, size: int) -> Iterator[Part]:
    with path.open("rb") as source, pq.ParquetFile(source) as file:  # Arrow takes no name that is no UTF-8
        check_columns(file.schema_arrow, columns.text, columns.id, str(path))
        first = 1
        for group in range(file.metadata.num_row_groups):
            total = file.metadata.row_group(group).num_rows
            step = max(size, -(-total // _MOST_CUTS))
            for start in range(0, total, step):
                stop = min(start + step, total)
                yield Part(str(path), Kind.PARQUET, stop - start, first + start, start, stop, group)
            first += total


def _read_parquet(part: Part, path: Path, columns: Columns) -> Iterator[Row | Fault]:
    wanted = [columns.text, *filter(None, [columns.id])]
    # Buffered and not read ahead, or a whole row group would be held at once.
    with path.open("rb") as source, pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False) as file:
        place = 0
        for batch in file.iter_batches(256, [part.group], wanted):
            begin, end = max(part.start - place, 0), min(part.stop - place, len(batch))
            place += len(batch)
            if begin >= end:
                if place >= part.stop:
                    return
                continue
            taken = batch.slice(begin, end - begin)
            texts = taken.column(columns.text).to_pylist()
            ids = taken.column(columns.id).to_pylist() if columns.id else texts
            number = part.first + place - len(batch) + begin - part.start
            for at, (id, text) in enumerate(zip(ids, texts, strict=True)):
                yield to_row(part, number + at, columns, id, text)


def _read_text(part: Part, path: Path, columns: Columns) -> Iterator[Row | Fault]:
    try:
        text = decode(path.read_bytes(), part.path)[0]
    except InputError as error:
        yield Fault(part.path, None, str(error).removeprefix(f"{part.path}: "))
        return
    if (data := data_in(text)) is not None:
        yield Fault(part.path, None, f"{data.kind}, not text; {data.advice}")
        return
    yield checked(printable(part.path), text, part.path, None, columns)
