"""Labels to and from annotation tools."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stance.errors import LabelError
from stance.learning.labels import LabelledDocument, speakers_of, text_of, to_row
from stance.types import AUTHOR, Label, Stance, Statement

LABEL_STUDIO_CONFIG = """\
<View>
  <Header value="$document"/>
  <Labels name="stance" toName="text">
    <Label value="pro-open" background="#1b7837" hotkey="1"/>
    <Label value="pro-closed" background="#b2182b" hotkey="2"/>
    <Label value="neutral" background="#777777" hotkey="3"/>
  </Labels>
  <Text name="text" value="$text" saveTextResult="yes"/>
  <TextArea name="speaker" toName="text" perRegion="true" editable="true" maxSubmissions="1"
            rows="1" placeholder="speaker; nothing: author"/>
  <TextArea name="note" toName="text" perRegion="true" editable="true" maxSubmissions="1"
            rows="1" placeholder="note"/>
</View>
"""
"""The labelling configuration that a Label Studio project needs for our labels."""

_SPEAKER = "speaker: "
_STANCES = ", ".join(Stance)


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one annotator made of one document in an annotation tool."""

    document: str
    annotator: str
    """Whose work the tool says it is; labels they left as they were keep the annotator they had."""
    labels: tuple[Label, ...]
    """In text order, without overlap."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of text to which the tool gave a stance."""

    start: int
    end: int
    stance: Stance
    speaker: str
    note: str | None
    """None where the tool has no place for notes."""
    key: str
    """What tells which exported label this was."""


# --- doccano: JSON Lines, a document a line; offsets count code points, as ours do ------------------------------------


def to_doccano(documents: Iterable[LabelledDocument]) -> str:
    """The contents of a file that doccano imports."""
    return "".join(json.dumps(_example(document), ensure_ascii=False) + "\n" for document in documents)


def _example(document: LabelledDocument) -> dict[str, Any]:
    spans: list[tuple[int, int, str]] = []
    for label in document.labels:
        statement = label.statement
        # Stance first: where overlaps are forbidden, doccano keeps the first of two labels.
        spans.append((statement.start, statement.end, label.stance))
        if statement.speaker_name != AUTHOR.name:
            spans.append((statement.start, statement.end, _SPEAKER + statement.speaker_name))
    return {"text": text_of(document), "label": spans, "document": document.id, "origin": _origin(document)}


def from_doccano(data: str, name: str) -> Iterator[Annotation]:
    """The labels in a file that doccano exported, by document.

    `name` is that of the file. Raises `LabelError` naming file and line.
    """
    # An export has one file a user, named after them.
    annotator = "doccano" if name == "-" else Path(name).stem
    # Not splitlines(): JSON lets a line separator stand inside a text.
    for number, line in enumerate(data.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        item = _object(_json(line, place, "export the project from doccano as JSONL"), place)
        text = _text(item, "text", place)
        marks = [_mark(mark, place) for mark in _marks(item, place)]
        origin = {f"{row['start']}–{row['end']}": row for row in _origin_rows(item, place)}
        labels = _labels(list(_doccano_spans(text, marks, place)), text, origin, annotator, place)
        document = item.get("document") or f"{annotator}/{item.get('id', number)}"
        yield _annotation(document, annotator, labels, place)


def _marks(item: Mapping[str, Any], place: str) -> list[Any]:
    """The spans of a line: `label`, or `entities` where the project knows relations."""
    for field in ("entities", "label", "labels"):
        if isinstance(found := item.get(field), list):
            return found
    raise LabelError(f"{place}: field 'label' must be a list, is {item.get('label')!r}; export as JSONL")


def _mark(mark: object, place: str) -> tuple[int, int, str]:
    if isinstance(mark, dict):
        mark = [mark.get("start_offset"), mark.get("end_offset"), mark.get("label")]
    match mark:
        case [int(start), int(end), str(name)]:
            return start, end, name
    raise LabelError(f"{place}: {mark!r} is no span; a span is [start, end, label]")


def _doccano_spans(text: str, marks: Sequence[tuple[int, int, str]], place: str) -> Iterator[_Span]:
    speakers = [(*_bounds(text, start, end, place), name) for start, end, name in marks if name.startswith(_SPEAKER)]
    used = set()
    for start, end, name in marks:
        if name.startswith(_SPEAKER):
            continue
        first, last = _trim(text, *_bounds(text, start, end, place))
        found = {(at, to, speaker) for at, to, speaker in speakers if at < last and first < to}
        if any(at > first or to < last for at, to, _ in found) or len({speaker for *_, speaker in found}) > 1:
            said = ", ".join(sorted(f"{speaker!r} at {at}–{to}" for at, to, speaker in found))
            raise LabelError(
                f"{place}: the statement at {start}–{end} has {said}; give it one speaker, over the whole of it"
            )
        used |= found
        speaker = next((speaker.removeprefix(_SPEAKER) for *_, speaker in found), "")
        yield _Span(start, end, _stance(name, f"{place}: label at {start}–{end}"), speaker, None, f"{start}–{end}")
    for at, to, speaker in speakers:
        if (at, to, speaker) not in used:
            raise LabelError(f"{place}: {speaker!r} at {at}–{to} has no stance under it; add one of {_STANCES}")


# --- Label Studio: one JSON list of tasks -----------------------------------------------------------------------------


def to_label_studio(documents: Iterable[LabelledDocument]) -> str:
    """The contents of a file that Label Studio imports."""
    return json.dumps([_task(document) for document in documents], ensure_ascii=False, indent=1) + "\n"


def _task(document: LabelledDocument) -> dict[str, Any]:
    result: list[dict[str, Any]] = []
    for number, label in enumerate(document.labels):
        statement = label.statement
        place = {"start": statement.start, "end": statement.end}
        speaker = "" if statement.speaker_name == AUTHOR.name else statement.speaker_name
        values = [("stance", "labels", {"text": statement.text, "labels": [label.stance]})]
        values += [
            (field, "textarea", {"text": [text]})
            for field, text in (("speaker", speaker), ("note", label.note))
            if text
        ]
        result += [
            {"id": _region(number), "from_name": field, "to_name": "text", "type": kind, "value": place | value}
            for field, kind, value in values
        ]
    data = {"text": text_of(document), "document": document.id, "origin": _origin(document)}
    return {"data": data, "annotations": [{"result": result}]}


def _region(number: int) -> str:
    return f"label-{number}"


def from_label_studio(data: str, name: str) -> Iterator[Annotation]:
    """The labels in a file that Label Studio exported, by document and annotator.

    `name` is that of the file. Raises `LabelError` naming file and task.
    """
    tasks = _json(data, name, "export the project from Label Studio as JSON")
    if not isinstance(tasks, list):
        raise LabelError(f"{name}: a list of tasks is expected; export the project from Label Studio as JSON")
    for number, task in enumerate(tasks, 1):
        place = f"{name}: task {task.get('id', number) if isinstance(task, dict) else number}"
        data_, made = (_object(task, place).get(field) for field in ("data", "annotations"))
        if not isinstance(data_, dict) or not isinstance(made, list):
            raise LabelError(f"{place}: 'data' or 'annotations' is missing; export as JSON, not as JSON-MIN")
        text = _text(data_, "text", place)
        origin = {_region(at): row for at, row in enumerate(_origin_rows(data_, place))}
        document = (
            data_.get("document") or f"{'label-studio' if name == '-' else Path(name).stem}/{task.get('id', number)}"
        )
        for annotation in made:
            if not _object(annotation, place).get("was_cancelled"):
                annotator = _completed_by(annotation.get("completed_by"))
                labels = _labels(list(_regions(text, annotation, place)), text, origin, annotator, place)
                yield _annotation(document, annotator, labels, place)


def _completed_by(who: object) -> str:
    """The e-mail address or number of a user, as the export gives it."""
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return "label-studio" if who is None else str(who)


def _regions(text: str, annotation: Mapping[str, Any], place: str) -> Iterator[_Span]:
    written: dict[tuple[str, str], str] = {}
    found: list[tuple[str, int, int, Mapping[str, Any]]] = []
    results = annotation.get("result")
    for result in results if isinstance(results, list) else []:
        key = str(_object(result, place).get("id"))
        value: Mapping[str, Any] = _object(result.get("value"), place)
        if result.get("type") == "textarea":
            entries = value.get("text")
            lines = entries if isinstance(entries, list) else [entries]
            field = str(result.get("from_name"))
            written[key, field] = ("、" if field == "speaker" else "\n").join(str(line) for line in lines if line)
        elif result.get("type") == "labels":
            match value:
                case {"start": int(start), "end": int(end)}:
                    found.append((key, start, end, value))
                case _:
                    raise LabelError(f"{place}: region {key} has no offsets; show the text with the tag <Text>")
    # Today's Label Studio counts code points, earlier ones counted UTF-16 code units; the text of a region tells which.
    if not all(_reads(text, start, end, value) for _, start, end, value in found):
        points = _code_points(text)
        moved = [(key, points.get(start, -1), points.get(end, -1), value) for key, start, end, value in found]
        if all(_reads(text, start, end, value) for _, start, end, value in moved):
            found = moved
    for key, start, end, value in found:
        region = f"{place}: region {key}"
        _bounds(text, start, end, region)
        if not _reads(text, start, end, value):
            raise LabelError(f"{region}: {start}–{end} reads {text[start:end]!r}, the region says {value['text']!r}")
        names = value.get("labels")
        stance = _stance(names[0] if isinstance(names, list) and len(names) == 1 else names, region)
        yield _Span(start, end, stance, written.get((key, "speaker"), ""), written.get((key, "note"), ""), key)


def _reads(text: str, start: int, end: int, value: Mapping[str, Any]) -> bool:
    """Whether the characters are those that the region shows; browsers change white space."""
    shown = value.get("text")
    return not isinstance(shown, str) or (
        0 <= start < end <= len(text) and "".join(text[start:end].split()) == "".join(shown.split())
    )


def _code_points(text: str) -> dict[int, int]:
    """Offset in UTF-16 code units to offset in characters."""
    units, found = 0, {0: 0}
    for at, ch in enumerate(text, 1):
        units += 2 if ch > "\uffff" else 1
        found[units] = at
    return found


# --- what both have in common -----------------------------------------------------------------------------------------


def _origin(document: LabelledDocument) -> list[dict[str, Any]]:
    """The labels as they are exported, carried along: neither tool keeps annotators, and doccano no notes."""
    fields = ("start", "end", "speaker", "stance", "annotator", "note")
    return [{field: row[field] for field in fields} for row in map(to_row, document.labels)]


def _origin_rows(item: Mapping[str, Any], place: str) -> list[dict[str, Any]]:
    rows = item.get("origin") or []
    for row in rows if isinstance(rows, list) else [rows]:
        match row:
            case {"start": int(), "end": int(), "speaker": str(), "stance": str(), "annotator": str(), "note": str()}:
                pass
            case _:
                raise LabelError(f"{place}: field 'origin' is not as it was exported; leave it alone, or take it out")
    return list(rows)


def _labels(
    spans: Sequence[_Span], text: str, origin: Mapping[str, Mapping[str, Any]], annotator: str, place: str
) -> Iterator[Label]:
    """`spans` as labels without a document, in text order; what was not changed keeps its annotator."""
    last = 0
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        row = origin.get(span.key)
        kept = row if row is not None and (row["start"], row["end"]) == (span.start, span.end) else None
        start, end = (span.start, span.end) if kept is not None else _trim(text, span.start, span.end)
        if start >= end:
            raise LabelError(f"{place}: the label at {span.start}–{span.end} holds no text; remove it")
        if start < last:
            raise LabelError(f"{place}: the label at {start}–{end} overlaps the one before it, which ends at {last}")
        last = end
        speaker = span.speaker.strip() or AUTHOR.name
        same = kept is not None and (kept["stance"], kept["speaker"]) == (span.stance, speaker)
        note = span.note if span.note is not None else str(kept["note"]) if kept is not None else ""
        statement = Statement(text[start:end], start, end, speakers_of(speaker))
        yield Label(
            "", statement, span.stance, str(kept["annotator"]) if kept is not None and same else annotator, note
        )


def _annotation(document: object, annotator: str, labels: Iterable[Label], place: str) -> Annotation:
    if not isinstance(document, str):
        raise LabelError(f"{place}: field 'document' must be text, is {document!r}")
    named = (Label(document, label.statement, label.stance, label.annotator, label.note) for label in labels)
    return Annotation(document, annotator, tuple(named))


def _json(data: str, place: str, remedy: str) -> Any:
    try:
        found = json.loads(data)
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise LabelError(f"{place}: holds half a character; write it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise LabelError(f"{place}: no JSON ({error}); {remedy}") from error
    return found


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LabelError(f"{place}: {value!r:.60} is no JSON object; export again")
    return value


def _text(item: Mapping[str, Any], field: str, place: str) -> str:
    if not isinstance(text := item.get(field), str) or not text:
        raise LabelError(f"{place}: field {field!r} must be text, is {text!r}")
    return text


def _stance(name: object, place: str) -> Stance:
    if isinstance(name, str) and name in list(Stance):
        return Stance(name)
    raise LabelError(f"{place}: {name!r} is none of {_STANCES}")


def _bounds(text: str, start: int, end: int, place: str) -> tuple[int, int]:
    if not 0 <= start < end <= len(text):
        raise LabelError(f"{place}: offsets {start}–{end} do not lie in a text of {len(text)} characters")
    return start, end


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the white space at both ends that a hand takes along."""
    span = text[start:end]
    return end - len(span.lstrip()), start + len(span.rstrip())
