"""A shard: its documents labelled, its files written whole or not at all."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from stance.bulk.documents import Columns, Fault, Part, Row
from stance.bulk.sources import rows
from stance.bulk.table import SCHEMA, label_table
from stance.errors import BulkError, StanceError
from stance.files import whole_files

# Enough for labelling to pay, few enough for memory to stay flat.
_DOCUMENTS, _CHARACTERS = 256, 1_000_000
_BESIDE = ".beside-"


class Format(StrEnum):
    """How statements are written."""

    PARQUET = "parquet"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class Settings:
    """What every shard of a run has in common."""

    base: Path
    """Where the relative names of inputs begin."""
    out: Path
    """Absolute."""
    columns: Columns
    version: str
    """Of stance; another one may label otherwise."""
    format: Format = Format.PARQUET
    model: Path | None = None
    """Absolute; None for the model that ships."""


@dataclass(frozen=True, slots=True)
class Shard:
    """What one output file is made from."""

    number: int
    parts: tuple[Part, ...]

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a shard, or of several; it adds up."""

    documents: int = 0
    """Labelled ones."""
    bytes: int = 0
    """Of their text as UTF-8."""
    statements: int = 0
    stances: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    rows: int = 0
    """Documents and faults, as the shard was cut."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.documents + other.documents,
            self.bytes + other.bytes,
            self.statements + other.statements,
            dict(Counter(self.stances) + Counter(other.stances)),
            self.faults + other.faults,
            self.rows + other.rows,
        )


def label_shard(shard: Shard, settings: Settings) -> Tally:
    """Write the statements of `shard`, then what became of it, which says that it is finished.

    Raises `BulkError` where that cannot be written, `ModelError` for a damaged model.
    """
    path = settings.out / f"part-{shard.number:05}.{settings.format}"
    tally = Tally(rows=shard.rows)
    with beside(path) as file, _writer(file, settings.format) as write:
        for found in _batches(shard, settings):
            done, table = _label(found, settings)
            tally += done
            write(table)
    with beside(_tally_path(settings.out, shard.number)) as file:
        file.write(json.dumps(asdict(tally)).encode())
    return tally


def finished(out: Path, number: int) -> Tally | None:
    """What became of a shard, None if it is not finished."""
    try:
        row = json.loads(_tally_path(out, number).read_bytes())
    except FileNotFoundError:
        return None
    return Tally(**{**row, "faults": tuple(Fault(**fault) for fault in row["faults"])})


@contextmanager
def beside(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the name `path` once everything is in it.

    Raises `BulkError` where it cannot be written, and leaves nothing then.
    """
    try:
        with whole_files([path], _BESIDE) as (file,):
            yield file
    except OSError as error:
        raise BulkError(f"{path}: {error.strerror or error}; mend that, then run again with --resume") from error


def clear(out: Path) -> None:
    """Remove what killed processes left beside."""
    for path in (*out.glob(f"{_BESIDE}*"), *_tally_path(out, 0).parent.glob(f"{_BESIDE}*")):
        path.unlink(missing_ok=True)


def _tally_path(out: Path, number: int) -> Path:
    return out / ".finished" / f"{number:05}.json"


def _batches(shard: Shard, settings: Settings) -> Iterator[list[Row | Fault]]:
    batch: list[Row | Fault] = []
    size = 0
    for part in shard.parts:
        for row in rows(part, settings.base, settings.columns):
            batch.append(row)
            size += len(row.text) if isinstance(row, Row) else 0
            if len(batch) >= _DOCUMENTS or size >= _CHARACTERS:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _label(found: list[Row | Fault], settings: Settings) -> tuple[Tally, pa.Table]:
    good = [row for row in found if isinstance(row, Row)]
    faults = tuple(fault for fault in found if isinstance(fault, Fault))
    try:
        table = _statements(good, settings)
    except (StanceError, MemoryError):
        raise
    except Exception as error:  # an archive of a million documents must not end with one that we have a bug for
        if len(found) > 1:
            one_by_one = [_label([row], settings) for row in found]
            return sum((tally for tally, _ in one_by_one), Tally()), pa.concat_tables([one for _, one in one_by_one])
        reason = f"cannot be labelled ({type(error).__name__}: {error}); please report it"
        return Tally(faults=(Fault(good[0].source, good[0].row, reason),)), SCHEMA.empty_table()
    size = sum(len(row.text.encode()) for row in good)
    return Tally(len(good), size, len(table), dict(Counter(table["stance"].to_pylist())), faults), table


def _statements(good: list[Row], settings: Settings) -> pa.Table:
    texts = {"document": [row.document for row in good], "text": [row.text for row in good]}
    table = pa.table(texts, pa.schema([("document", pa.string()), ("text", pa.string())]))
    return label_table(table, "text", "document", model=settings.model)


@contextmanager
def _writer(file: BinaryIO, format: Format) -> Iterator[Callable[[pa.Table], None]]:
    if format is Format.PARQUET:
        with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
            yield writer.write_table
        return

    def write(table: pa.Table) -> None:
        for batch in table.to_batches(max_chunksize=10_000):
            for row in batch.to_pylist():
                rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}
                file.write(json.dumps(rounded, ensure_ascii=False).encode() + b"\n")

    yield write
