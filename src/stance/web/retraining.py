"""Training again with one's own labels, beside the model in use, and what they are worth on the same folds."""

import multiprocessing
import os
import shutil
import signal
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from threading import RLock

import numpy as np

from stance.errors import LabelError, ModelError, StanceError
from stance.learning.evaluation import Scores, out_of_fold, part_of
from stance.learning.labels import LabelledDocument, load_documents, sitting
from stance.learning.model import Floats, load
from stance.learning.training import Example, Settings, describe, examples, train
from stance.report import read_card

LOCAL = "local"
OWN = "your labels"
_CANDIDATE = "candidate"
# Passages of a sitting are numbered from 1; numbers beyond this are nobody's.
_BEYOND = 1_000_000


class Stage(StrEnum):
    """Where a training stands."""

    IDLE = "idle"
    BEFORE = "before"
    AFTER = "after"
    TRAINING = "training"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Scores on the same statements, learned without and with one's own labels."""

    documents: str
    """Which part of the corpus they are of."""
    statements: int
    macro_f1: tuple[float, float]
    """Before and after."""
    accuracy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Progress:
    """What a training says of itself."""

    stage: Stage
    message: str = ""
    """Of what failed."""
    comparisons: tuple[Comparison, ...] = ()


class Retraining:
    """One training at a time, in a process of its own; the model it makes waits until it is accepted."""

    def __init__(self, labels: Path, model: Path) -> None:
        self.labels = labels
        self.model = model
        self.candidate = model / _CANDIDATE
        self._progress = Progress(Stage.IDLE)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None
        # Pages are made in several threads.
        self._lock = RLock()

    @property
    def running(self) -> bool:
        return self.progress().stage in {Stage.BEFORE, Stage.AFTER, Stage.TRAINING}

    def start(self) -> None:
        """Begin, unless one runs."""
        with self._lock:
            if self.running:
                return
            self.discard()
            context = multiprocessing.get_context("spawn")
            self._connection, theirs = context.Pipe(duplex=False)
            self._process = context.Process(target=_work, args=(self.labels, self.candidate, theirs))
            self._progress = Progress(Stage.BEFORE)
            self._process.start()
            theirs.close()

    def progress(self) -> Progress:
        """The latest that the training said."""
        with self._lock:
            while self._connection is not None:
                try:
                    if not self._connection.poll():
                        break
                    self._progress = self._connection.recv()
                except (EOFError, OSError):
                    if self._progress.stage not in {Stage.DONE, Stage.FAILED}:
                        self._progress = Progress(Stage.FAILED, "the training ended without a word; start it again")
                    self._close()
            return self._progress

    def accept(self) -> None:
        """Put the new model in the place of the old one.

        Raises `ModelError` where there is none, or it cannot be read or written.
        """
        if self.progress().stage is not Stage.DONE:
            raise ModelError(f"{self.candidate}: no new model is ready; train again first")
        load(self.candidate).save(self.model, read_card(self.candidate))
        self.discard()

    def discard(self) -> None:
        """Stop what runs, and forget the new model."""
        with self._lock:
            if self._process is not None and self._process.pid is not None and self._process.is_alive():
                # It leads a group, so that the workers it started end with it; before it does, it stands alone.
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.kill()
            self._close()
            self._progress = Progress(Stage.IDLE)
            shutil.rmtree(self.candidate, ignore_errors=True)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.join()
        self._connection = self._process = None


def _work(labels: Path, candidate: Path, connection: Connection) -> None:
    """The training, in its own process."""
    with suppress(PermissionError):  # it leads a group already
        os.setsid()
    os.nice(10)  # the page comes first
    try:
        retrain(labels, candidate, connection)
    except StanceError as error:
        connection.send(Progress(Stage.FAILED, str(error)))
    except MemoryError:
        connection.send(Progress(Stage.FAILED, "not enough memory to train; close other programs"))


def retrain(labels: Path, candidate: Path, connection: Connection) -> None:
    """Train on all labels into `candidate`, and send what they are worth.

    Raises `LabelError` where there is nothing to compare or to learn from.
    """
    base, own = split(labels)
    places = fold_places(base, own)
    given, added = examples(base), examples(own)
    held = [*given, *(replace(example, document=places[example.document]) for example in added)]
    connection.send(Progress(Stage.BEFORE))
    before = out_of_fold(held, Settings(), learned={document.id for document in base})
    connection.send(Progress(Stage.AFTER))
    after = out_of_fold(held, Settings())
    comparisons = compare([*given, *added], {document.id for document in own}, before, after)
    connection.send(Progress(Stage.TRAINING))
    trained = train([*given, *added], after, [*base, *own], Settings())
    trained.save(candidate, _card([*base, *own], comparisons))
    connection.send(Progress(Stage.DONE, "", comparisons))


def split(labels: Path) -> tuple[list[LabelledDocument], list[LabelledDocument]]:
    """The documents of a folder of labels: those it came with, and one's own below it.

    Raises `LabelError` where either is missing.
    """
    own = load_documents(labels / LOCAL)
    names = {document.id for document in own}
    base = [document for document in load_documents(labels) if document.id not in names]
    if not base:
        raise LabelError(f"{labels}: no labels but your own, so nothing to compare with; name a folder with --labels")
    return base, own


def fold_places(base: Sequence[LabelledDocument], own: Sequence[LabelledDocument]) -> dict[str, str]:
    """For each document of one's own a name under which it is left out together with one of `base`.

    With the one it shares most sentences with, since a model must not be judged on what it has seen; with any, in
    turn, where it shares none. The folds of `base` stay what they are.
    """
    texts = {document.id: {label.statement.text for label in document.labels} for document in base}
    places = {}
    for number, document in enumerate(own):
        others = [one.id for one in base if one.language is document.language]
        shared = {name: sum(label.statement.text in texts[name] for label in document.labels) for name in others}
        if others:
            most = max(others, key=lambda name: shared[name])
            mate = most if shared[most] else others[number % len(others)]
            places[document.id] = f"{sitting(mate)}-{_BEYOND + number}"
        else:
            places[document.id] = document.id
    return places


def compare(rows: Sequence[Example], own: Collection[str], before: Floats, after: Floats) -> tuple[Comparison, ...]:
    """Scores of both by part of the corpus, one's own labels last; what neither could judge does not count."""
    gold = np.array([row.stance for row in rows])
    judged = ~(np.isnan(before).any(1) | np.isnan(after).any(1))
    parts = np.array([OWN if row.document in own else part_of(row.document, row.language) for row in rows])
    found = []
    for part in dict.fromkeys(parts[judged].tolist()):
        here = judged & (parts == part)
        old, new = (Scores.of(gold[here], logits[here].argmax(1)) for logits in (before, after))
        found.append(Comparison(part, int(here.sum()), (old.macro_f1, new.macro_f1), (old.accuracy, new.accuracy)))
    return tuple(found)


def _card(documents: Sequence[LabelledDocument], comparisons: Sequence[Comparison]) -> str:
    """The README.md of the model folder."""
    rows = "\n".join(
        f"| {one.documents} | {one.statements} | {one.macro_f1[0]:.3f} | {one.macro_f1[1]:.3f} |" for one in comparisons
    )
    return f"""# Model card

Trained by `stance serve` with labels of one's own; made like the model that ships, whose card says how.

## Trained on

{describe(documents)}

## Scores

Macro-F1 on the same folds, every statement judged by a model that has not seen its document, without and with
one's own labels (the part "{OWN}").

| documents | statements | without | with |
| --- | --- | --- | --- |
{rows}
"""
