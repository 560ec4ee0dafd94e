"""What both annotators share: the statements to label, in a useful order, and a folder of labels that loses nothing."""

import fcntl
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from stance.errors import LabelError
from stance.learning.labels import group, read_labels, speakers_of, write_labels
from stance.types import Document, Label, Prediction, Statement

# The only document names that become file names.
_NAME = re.compile(r"local/([0-9a-f]{16})")


def named_by_text(document: Document) -> Document:
    """`document` under a name that its text alone decides, so that it finds its labels again.

    A part of a long text is a document of its own: its offsets count its own characters.

    >>> from stance.reading import read
    >>> named_by_text(read("开源更便宜。")).id
    'local/cf6157520fa8bd89'
    """
    digest = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    own = (replace(s, start=s.start - document.start, end=s.end - document.start) for s in document.statements)
    return replace(document, id=f"local/{digest[:16]}", start=0, statements=tuple(own))


# --- the queue -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Task:
    """A statement to label, and what the model says of it."""

    document: Document
    prediction: Prediction

    @property
    def statement(self) -> Statement:
        return self.prediction.statement

    @property
    def margin(self) -> float:
        """Probability of the likeliest stance less that of the next."""
        *_, second, first = sorted(self.prediction.probabilities.values())
        return first - second


def queue(documents: Iterable[tuple[Document, Sequence[Prediction]]]) -> list[Task]:
    """The statements the model is least sure of first: one of each document, then the next of each, and so on.

    By the smallest margin (Scheffer et al. 2001).
    """
    ranked: list[tuple[int, float, Task]] = []
    for document, predictions in documents:
        tasks = sorted((Task(document, prediction) for prediction in predictions), key=lambda task: task.margin)
        ranked += [(turn, task.margin, task) for turn, task in enumerate(tasks)]
    return [task for *_, task in sorted(ranked, key=lambda rank: rank[:2])]


# --- the labels ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A label written, and those it took the place of."""

    label: Label
    replaced: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """Labels of one's own: a file a document, at every moment whole and fit to train on."""

    path: Path

    def labels(self, document: str) -> list[Label]:
        """The labels of `document`, in text order."""
        file = self._file(document)
        return read_labels(file) if file.exists() else []

    def put(self, label: Label) -> Change:
        """Write `label` in place of those on the same words; when this returns, it is on the disk.

        Raises `LabelError` where the folder cannot be written or its file is broken.
        """
        said = label.statement
        # Only what a file keeps, so that the label equals itself read back.
        label = replace(label, statement=Statement(said.text, said.start, said.end, speakers_of(said.speaker_name)))
        with self._locked():
            before = self.labels(label.document)
            replaced = tuple(one for one in before if _overlap(one, label))
            self._write(label.document, [*(one for one in before if one not in replaced), label])
            return Change(label, replaced)

    def undo(self, change: Change) -> None:
        """Take a label back and restore those it replaced.

        Raises `LabelError` where it has been changed since, elsewhere.
        """
        with self._locked():
            before = self.labels(change.label.document)
            if change.label not in before:
                raise LabelError(
                    f"{self._file(change.label.document)}: the label at {change.label.statement.start} was changed "
                    "elsewhere since; label the statement again"
                )
            kept = [one for one in before if one != change.label]
            self._write(change.label.document, [*kept, *change.replaced])

    def _file(self, document: str) -> Path:
        match = _NAME.fullmatch(document)
        if match is None:
            raise LabelError(f"{document!r}: no document of this folder; open the text again")
        return self.path / f"{match[1]}.jsonl"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, whatever process it is in."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with (self.path / ".lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise LabelError(
                f"{self.path}: cannot be written ({error.strerror}); nothing was changed; make it writable, or name "
                "another folder with --labels"
            ) from error

    def _write(self, document: str, labels: Iterable[Label]) -> None:
        ordered = sorted(labels, key=lambda label: label.statement.start)
        list(group(ordered))  # raises where two overlap
        write_labels(self._file(document), ordered)


def _overlap(one: Label, other: Label) -> bool:
    return one.statement.start < other.statement.end and other.statement.start < one.statement.end


# --- going through the queue -----------------------------------------------------------------------------------------


class Round:
    """A queue worked through: what is labelled or skipped is not asked again; every step can be undone."""

    def __init__(self, tasks: Sequence[Task], folder: Folder) -> None:
        self.tasks = list(tasks)
        self.folder = folder
        self._steps: list[tuple[Task, Change | None]] = []
        self._skipped: set[tuple[str, int]] = set()

    def labels(self) -> dict[tuple[str, int], Label]:
        """What the folder holds of this queue's statements, by document and start."""
        names = dict.fromkeys(task.document.id for task in self.tasks)
        found = {(name, label.statement.start): label for name in names for label in self.folder.labels(name)}
        return {_place(task): found[_place(task)] for task in self.tasks if _place(task) in found}

    def next(self) -> Task | None:
        """The first statement neither labelled nor skipped; None when all are."""
        done = self.labels()
        return next(
            (task for task in self.tasks if _place(task) not in done and _place(task) not in self._skipped), None
        )

    def label(self, task: Task, label: Label) -> None:
        """Write the label of `task`; see `Folder.put`."""
        self._steps.append((task, self.folder.put(label)))
        self._skipped.discard(_place(task))

    def skip(self, task: Task) -> None:
        self._skipped.add(_place(task))
        self._steps.append((task, None))

    def undo(self) -> Task | None:
        """Take back the last step, and give the statement it was about; None where there is none."""
        if not self._steps:
            return None
        task, change = self._steps[-1]
        if change is not None:
            try:
                self.folder.undo(change)
            except LabelError:
                # What cannot be written may be once it can; what was changed elsewhere is no longer ours to undo.
                if change.label not in self.folder.labels(change.label.document):
                    self._steps.pop()
                raise
        self._steps.pop()
        self._skipped.discard(_place(task))
        return task


def _place(task: Task) -> tuple[str, int]:
    return task.document.id, task.statement.start
