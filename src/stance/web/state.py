"""What the server holds between requests: the model in use, the texts read, the labels, the training."""

import secrets
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from stance.errors import InputError
from stance.layout.data import data_in
from stance.learning.annotation import Folder, Round, Task, named_by_text, queue
from stance.learning.model import Model, load
from stance.reading import read_long
from stance.repair.decode import decode
from stance.report import read_card
from stance.types import Document, Prediction
from stance.web.retraining import LOCAL, Retraining

# Texts kept; the oldest is forgotten first. Labels are on the disk and stay.
_MOST_BATCHES = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A text as it came."""

    name: str
    """For people alone: never a path to anything."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Article:
    """A text read and judged."""

    name: str
    document: Document
    predictions: tuple[Prediction, ...]


class Batch:
    """Texts that came together, and the round of labelling through them."""

    def __init__(self, id: str, articles: Sequence[Article], folder: Folder) -> None:
        self.id = id
        self.articles = tuple(articles)
        self.names = {article.document.id: article.name for article in articles}
        self.round = Round(queue((one.document, one.predictions) for one in articles), folder)
        self.places = {(task.document.id, task.statement.start): at for at, task in enumerate(self.round.tasks)}

    @property
    def title(self) -> str:
        return ", ".join(article.name for article in self.articles)

    def place(self, article: Article, prediction: Prediction) -> int:
        """Where the statement stands in the queue."""
        return self.places[article.document.id, prediction.statement.start]

    def task(self, at: int) -> Task | None:
        return self.round.tasks[at] if 0 <= at < len(self.round.tasks) else None


class Workspace:
    """One server's memory."""

    def __init__(self, model: Path, labels: Path, annotator: str, shipped: Path | None = None) -> None:
        """`model` is where an accepted model goes; until there is one, that in `shipped` is used."""
        self.folder = Folder(labels / LOCAL)
        self.labels = labels
        self.annotator = annotator
        self.retraining = Retraining(labels, model)
        self._shipped = shipped
        self.trained_here = (model / "metadata.json").is_file()
        self.model: Model = load(model if self.trained_here else shipped)
        self._batches: OrderedDict[str, Batch] = OrderedDict()
        self._lock = Lock()

    def batches(self) -> list[Batch]:
        """The latest first."""
        with self._lock:
            return list(reversed(self._batches.values()))

    def batch(self, id: str) -> Batch | None:
        with self._lock:
            return self._batches.get(id)

    def analyse(self, sources: Iterable[Source]) -> Batch:
        """Read and judge texts.

        Raises `InputError` for what is no text or holds none.
        """
        articles: dict[str, Article] = {}
        for source in sources:
            text, _ = decode(source.data, source.name)
            if (data := data_in(text)) is not None:
                raise InputError(f"{source.name}: {data.kind}, not text; {data.advice}")
            parts = [*map(named_by_text, read_long(text, id=source.name, weights=self.model.speakers))]
            if not any(document.statements for document in parts):
                raise InputError(f"{source.name}: no text in it; paste or choose an article")
            articles |= {document.id: Article(source.name, document, self._judge(document)) for document in parts}
        if not articles:
            raise InputError("no text came; paste or choose an article")
        batch = Batch(secrets.token_urlsafe(12), list(articles.values()), self.folder)
        with self._lock:
            self._batches[batch.id] = batch
            while len(self._batches) > _MOST_BATCHES:
                self._batches.popitem(last=False)
        return batch

    def card(self) -> str:
        """The card of the model in use."""
        return read_card(self.retraining.model if self.trained_here else self._shipped)

    def accept(self) -> None:
        """Use the newly trained model, also for the texts already read.

        Raises `ModelError` where it cannot be read or written.
        """
        self.retraining.accept()
        self.model, self.trained_here = load(self.retraining.model), True
        for batch in reversed(self.batches()):
            articles = [Article(one.name, one.document, self._judge(one.document)) for one in batch.articles]
            with self._lock:
                self._batches[batch.id] = Batch(batch.id, articles, self.folder)

    def _judge(self, document: Document) -> tuple[Prediction, ...]:
        return tuple(self.model.predict(document, explain=True))
