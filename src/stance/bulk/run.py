"""A run: its inputs cut into shards, its manifest, the shards that are left, and the processes that do them."""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from stance.bulk.documents import Fault, Part
from stance.bulk.shards import Settings, Shard, Tally, beside, clear, finished, label_shard
from stance.bulk.sources import cut, files, pack
from stance.errors import BulkError, InputError
from stance.files import shipped_folder

_MANIFEST, _ERRORS = "run.json", "errors.jsonl"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has begun: what is to be done, and what is done already."""

    settings: Settings
    shards: tuple[Shard, ...]
    refused: tuple[Fault, ...]
    """Inputs that could not be cut into shards."""
    done: Tally
    """Finished shards of a run that is gone on with."""
    left: tuple[Shard, ...]

    @property
    def rows(self) -> int:
        return sum(shard.rows for shard in self.shards)


def begin(inputs: Sequence[Path], settings: Settings, *, shard_size: int = 1000, resume: bool = False) -> Run:
    """Cut `inputs` into shards of about `shard_size` documents, and write the manifest of the run.

    Raises `BulkError` where the folder is not empty, or holds another run than the one to be gone on with,
    and `InputError` where no input can be read.
    """
    out = settings.out
    manifest = out / _MANIFEST
    if out.is_dir() and any(out.iterdir()):
        if not resume:
            raise BulkError(f"{out}: not empty; go on with the run in it by --resume, or name another folder")
        if not manifest.is_file():
            raise BulkError(f"{out}: not empty, and holds no run to go on with; name another folder")
    parts: list[Part] = []
    refused: list[Fault] = []
    listing = hashlib.sha256()
    for path in files(inputs, out):
        listing.update(_trait(path).encode())
        try:
            parts += cut(path, settings.columns, shard_size)
        except InputError as error:
            refused.append(Fault(str(path), None, str(error).removeprefix(f"{path}: "), input_failed=True))
    if not parts:
        first = f"{refused[0].source}: {refused[0].reason}" if refused else "no documents in the inputs; name others"
        raise InputError(first + (f" ({len(refused)} inputs, none readable)" if len(refused) > 1 else ""))
    _agree(manifest, _describe(settings, shard_size, listing.hexdigest()))
    clear(out)
    shards = tuple(Shard(number, packed) for number, packed in enumerate(pack(parts, shard_size)))
    done, left = Tally(), []
    for shard in shards:
        if (tally := finished(out, shard.number)) is None:
            left.append(shard)
        else:
            done += tally
    return Run(settings, shards, tuple(refused), done, tuple(left))


def label_left(run: Run, jobs: int | None = None) -> Iterator[Tally]:
    """Label the shards that are left in `jobs` processes, by default one a core; what became of each, as they end.

    Raises `BulkError` where a process is killed or the disk is full: finished shards stay.
    """
    from joblib import Parallel, cpu_count, delayed

    jobs = min(jobs or cpu_count(), len(run.left))
    if jobs <= 1:
        yield from (label_shard(shard, run.settings) for shard in run.left)
        return
    try:
        with Parallel(jobs, return_as="generator_unordered", max_nbytes=None) as parallel:
            with _deaf_children():
                tallies = parallel(delayed(label_shard)(shard, run.settings) for shard in run.left)
            yield from tallies
    except BrokenProcessPool as error:
        raise BulkError(
            f"{run.settings.out}: a worker was killed, perhaps for want of memory; "
            "finished shards are kept: run again with --resume, or with fewer --jobs"
        ) from error
    finally:
        clear(run.settings.out)


def end(run: Run) -> Tally:
    """Gather what could not be labelled in `errors.jsonl`; everything that the run did."""
    tallies = [finished(run.settings.out, shard.number) for shard in run.shards]
    faults = [*run.refused, *(fault for tally in tallies if tally is not None for fault in tally.faults)]
    errors = run.settings.out / _ERRORS
    if faults:
        with beside(errors) as file:
            for fault in faults:
                row = {"source": fault.source, "row": fault.row, "reason": fault.reason}
                file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
    else:
        errors.unlink(missing_ok=True)
    return sum((tally for tally in tallies if tally is not None), Tally(faults=run.refused))


def _trait(path: Path) -> str:
    """What tells whether a file is still the same."""
    try:
        status = path.stat()
    except OSError:
        return f"{os.fsencode(path)!r}\n"
    return f"{os.fsencode(path)!r} {status.st_size} {status.st_mtime_ns}\n"


def _describe(settings: Settings, shard_size: int, listing: str) -> dict[str, Any]:
    return {
        "stance": settings.version,
        "inputs": listing,
        "columns": asdict(settings.columns),
        "format": settings.format,
        "shard size": shard_size,
        "model": _digest(settings.model or shipped_folder()),
    }


def _digest(folder: Path) -> str:
    from stance.learning.model import load

    load(folder)  # a damaged one is reported before anything is written
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.suffix in {".json", ".safetensors"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _agree(manifest: Path, wanted: dict[str, Any]) -> None:
    """Hold the run to the one that was begun here, or write down that it begins."""
    if not manifest.is_file():
        try:
            (manifest.parent / ".finished").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BulkError(f"{manifest.parent}: {error.strerror}; name another folder with --out") from error
        with beside(manifest) as file:
            file.write(json.dumps(wanted, indent=1).encode() + b"\n")
        return
    try:
        begun = json.loads(manifest.read_bytes())
        other = [name for name, value in wanted.items() if begun.get(name) != value]
    except (OSError, ValueError, AttributeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BulkError(f"{manifest}: damaged ({reason}); name another folder with --out") from error
    if other:
        raise BulkError(f"{manifest}: begun with other {', '.join(other)}; use the same, or name another folder")


@contextmanager
def _deaf_children() -> Iterator[None]:
    """Processes started now do not hear Ctrl-C, which the terminal sends to all of them: the parent ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
