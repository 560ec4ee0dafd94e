"""Predictions added up: by speaker across documents and languages, and by document."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from stance.errors import ModelError
from stance.files import shipped_folder
from stance.language.chinese import HAN, simplify
from stance.language.lexicon import people
from stance.types import AUTHOR, UNNAMED, Document, Language, Prediction, Speaker, Stance

_SIDES = (Stance.PRO_OPEN, Stance.PRO_CLOSED)
_VOICES = (AUTHOR.name, UNNAMED.name)
_HAS_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many statements have each stance."""

    pro_open: int
    pro_closed: int
    neutral: int
    unsure: int

    @property
    def sided(self) -> int:
        return self.pro_open + self.pro_closed

    @property
    def total(self) -> int:
        return self.sided + self.neutral + self.unsure


@dataclass(frozen=True, slots=True)
class Said:
    """A prediction and its place in the report."""

    document: int
    """Number of the document, from 1."""
    number: int
    """Number of the statement in its document, from 1."""
    speakers: tuple[str, ...]
    """Keys of those who share the statement."""
    prediction: Prediction


@dataclass(frozen=True, slots=True)
class SpeakerSummary:
    """All that one speaker says in all documents."""

    key: str
    """The id, or the name in simplified characters where there is none."""
    id: str | None
    name: str
    """In the language of the report, if the texts or the lexicon have such a name."""
    names: tuple[str, ...]
    """As the texts write it, commonest first."""
    documents: int
    counts: Counts
    confidence: float
    """Mean over the statements."""
    strongest: Mapping[Stance, Said]
    """Of each side that the speaker takes, the surest statement."""

    @property
    def is_voice(self) -> bool:
        """Whether this is no one person: the authors of the documents, or voices without a name."""
        return self.key in _VOICES


@dataclass(frozen=True, slots=True)
class DocumentSummary:
    """One document and what is said in it."""

    number: int
    id: str
    text: str
    start: int
    """Where a lone part of a long text begins; the offsets of statements count from there on."""
    language: Language
    counts: Counts
    statements: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report shows."""

    language: Language
    """Of the interface."""
    documents: tuple[DocumentSummary, ...]
    speakers: tuple[SpeakerSummary, ...]
    """Those who take sides most first; authors and unnamed voices last."""
    counts: Counts
    card: str
    """The model card, Markdown."""

    @property
    def statements(self) -> Iterable[Said]:
        return chain.from_iterable(document.statements for document in self.documents)


def build(
    documents: Sequence[tuple[Document, Sequence[Prediction]]], *, language: str | None = None, card: str = ""
) -> Report:
    """Add up the predictions of `documents`, made with `explain=True` if their evidence is to be shown.

    `language` is that of the interface, by default that of most documents. A statement that several speakers share
    counts for each of them. The parts of a long text are one document.
    """
    documents = _whole(documents)
    spoken = Counter(document.language for document, _ in documents)
    chosen = Language(language or max(Language, key=lambda one: spoken[one]))
    summaries = tuple(_document(number, *pair) for number, pair in enumerate(documents, 1))
    by_speaker: dict[str, list[Said]] = {}
    written: dict[str, Counter[str]] = {}
    ids: dict[str, str | None] = {}
    for said in chain.from_iterable(summary.statements for summary in summaries):
        for speaker in said.prediction.statement.speakers:
            key = _key(speaker)
            by_speaker.setdefault(key, []).append(said)
            written.setdefault(key, Counter())[speaker.name] += 1
            ids[key] = speaker.id
    speakers = [_speaker(key, ids[key], written[key], said, chosen) for key, said in by_speaker.items()]
    speakers.sort(key=lambda one: (one.is_voice, -one.counts.sided, -one.counts.total, one.key))
    counts = _count(prediction for _, predictions in documents for prediction in predictions)
    return Report(chosen, summaries, tuple(speakers), counts, card)


def _whole(
    parts: Sequence[tuple[Document, Sequence[Prediction]]],
) -> list[tuple[Document, Sequence[Prediction]]]:
    """Long texts put together again of the parts that `read_long` makes of them."""
    whole: list[tuple[Document, Sequence[Prediction]]] = []
    for part, predictions in parts:
        if part.start and whole and whole[-1][0].id == part.id:
            document, before = whole.pop()
            text = document.text.ljust(part.start - document.start, "\n") + part.text
            joined = replace(document, text=text, statements=document.statements + part.statements)
            whole.append((joined, [*before, *predictions]))
        else:
            whole.append((part, predictions))
    return whole


def _document(number: int, document: Document, predictions: Sequence[Prediction]) -> DocumentSummary:
    statements = tuple(
        Said(number, at, tuple(map(_key, prediction.statement.speakers)), prediction)
        for at, prediction in enumerate(predictions, 1)
    )
    return DocumentSummary(
        number, document.id, document.text, document.start, document.language, _count(predictions), statements
    )


def _speaker(
    key: str, id: str | None, written: Counter[str], statements: Sequence[Said], language: Language
) -> SpeakerSummary:
    names = tuple(name for name, _ in written.most_common())
    predictions = [said.prediction for said in statements]
    strongest = {
        side: max(taken, key=lambda said: said.prediction.confidence)
        for side in _SIDES
        if (taken := [said for said in statements if said.prediction.shown is side])
    }
    return SpeakerSummary(
        key,
        id,
        _name_in(language, id, names),
        names,
        len({said.document for said in statements}),
        _count(predictions),
        sum(prediction.confidence for prediction in predictions) / len(predictions),
        strongest,
    )


def _key(speaker: Speaker) -> str:
    return speaker.id or simplify(speaker.name).casefold()


def _name_in(language: Language, id: str | None, names: Sequence[str]) -> str:
    """The commonest name written as `language` writes names; else the lexicon's, else the commonest."""
    chinese = language is Language.CHINESE
    fitting = [name for name in names if bool(_HAS_HAN.search(name)) == chinese]
    entity = people().by_id.get(id) if id else None
    listed = () if entity is None else entity.zh if chinese else entity.en
    return next(chain(fitting, listed, names))


def _count(predictions: Iterable[Prediction]) -> Counts:
    stances = Counter(prediction.shown for prediction in predictions)
    return Counts(stances[Stance.PRO_OPEN], stances[Stance.PRO_CLOSED], stances[Stance.NEUTRAL], stances[None])


def read_card(folder: Path | None = None) -> str:
    """The card of the model in `folder`, by default of the one that ships; nothing if it has none."""
    path = (folder or shipped_folder()) / "README.md"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ModelError(f"{path}: cannot be read ({reason}); run `stance train --model {path.parent}`") from error
