import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import LabelError
from stance.learning.checking import check_files
from stance.learning.exchange import (
    LABEL_STUDIO_CONFIG,
    Annotation,
    from_doccano,
    from_label_studio,
    to_doccano,
    to_label_studio,
)
from stance.learning.labels import LabelledDocument, group, speakers_of, to_row, write_labels
from stance.types import AUTHOR, Label, Language, Stance, Statement

# An emoji and a Han character that are two code units each in JavaScript.
TEXT = "😀开源更便宜。\n\n𠮷田说，闭源更安全。 再见。"
FIRST, SECOND, THIRD = (0, 7), (9, 19), (20, 23)


def _label(place: tuple[int, int], stance: Stance, speaker: str = "author", note: str = "") -> Label:
    statement = Statement(TEXT[slice(*place)], *place, speakers_of(speaker))
    return Label("made-up/1", statement, stance, "a", note)


LABELLED = LabelledDocument(
    "made-up/1",
    Language.CHINESE,
    (
        _label(FIRST, Stance.PRO_OPEN, note="a joke?"),
        _label(SECOND, Stance.PRO_CLOSED, "𠮷田"),
        _label(THIRD, Stance.NEUTRAL),
    ),
)


def _rows(annotation: Annotation) -> list[tuple[str, str, str, str, str]]:
    return [
        (label.statement.text, label.statement.speaker_name, label.stance, label.annotator, label.note)
        for label in annotation.labels
    ]


def _units(text: str, at: int) -> int:
    return len(text[:at].encode("utf-16-le")) // 2


# --- round trips ------------------------------------------------------------------------------------------------------

_names = st.text(min_size=1, max_size=8).map(str.strip).filter(bool)
_texts = st.text(min_size=1, max_size=20).filter(str.strip) | st.text("😀𠮷开源 \n", min_size=1).filter(str.strip)


@st.composite
def _documents(draw: st.DrawFn) -> list[LabelledDocument]:
    labels, ends = [], {"a": 0, "b/1": 0, "c d": 0}
    for text in draw(st.lists(_texts, max_size=8)):
        document = draw(st.sampled_from(sorted(ends)))
        start = ends[document] + draw(st.integers(0, 3))
        ends[document] = start + len(text)
        statement = Statement(text, start, ends[document], speakers_of(draw(st.just("author") | _names)))
        labels.append(
            Label(document, statement, draw(st.sampled_from(Stance)), draw(_names), draw(st.text(max_size=9)))
        )
    return list(group(labels))


@given(_documents())
def test_round_trip(documents: list[LabelledDocument]) -> None:
    for there, back in ((to_doccano, from_doccano), (to_label_studio, from_label_studio)):
        found = list(back(there(documents), "file"))
        assert [one.document for one in found] == [document.id for document in documents]
        assert [one.labels for one in found] == [document.labels for document in documents]


@given(_documents())
def test_offsets_are_those_of_the_text(documents: list[LabelledDocument]) -> None:
    for line, document in zip(to_doccano(documents).split("\n"), documents, strict=False):
        item = json.loads(line)
        spans = [(start, end) for start, end, name in item["label"] if not name.startswith("speaker: ")]
        assert [item["text"][start:end] for start, end in spans] == [s.text for s in document.statements]
    for task in json.loads(to_label_studio(documents)):
        for result in task["annotations"][0]["result"]:
            if (value := result["value"]).get("labels"):
                assert task["data"]["text"][value["start"] : value["end"]] == value["text"]


# --- doccano ----------------------------------------------------------------------------------------------------------


def test_doccano_line() -> None:
    item = json.loads(to_doccano([LABELLED]))
    assert item["text"] == TEXT
    assert item["document"] == "made-up/1"
    assert item["label"] == [
        [0, 7, "pro-open"], [9, 19, "pro-closed"], [9, 19, "speaker: 𠮷田"], [20, 23, "neutral"],
    ]  # fmt: skip
    assert "id" not in item, "doccano gives its own"


def _doccano(**fields: object) -> str:
    """A line as doccano exports it: what it imported beside text and labels comes along."""
    line = json.loads(to_doccano([LABELLED])) | {"id": 7, "Comments": []} | fields
    return json.dumps({key: value for key, value in line.items() if value != "gone"}, ensure_ascii=False) + "\n"


def _entities(*spans: tuple[int, int, str]) -> list[dict[str, object]]:
    fields = ("start_offset", "end_offset", "label")
    return [{"id": at, **dict(zip(fields, span, strict=True))} for at, span in enumerate(spans, 40)]


def _one(annotations: Iterator[Annotation]) -> Annotation:
    (found,) = annotations
    return found


def test_what_is_changed_or_new_in_doccano_is_its_users() -> None:
    spans = [(0, 7, "neutral"), (8, 20, "pro-closed"), (20, 23, "neutral"), (8, 23, "speaker: 𠮷田")]
    found = _one(from_doccano(_doccano(label=spans), "some/alice.jsonl"))
    assert (found.document, found.annotator) == ("made-up/1", "alice")
    assert _rows(found) == [
        ("😀开源更便宜。", "author", "neutral", "alice", "a joke?"),
        ("𠮷田说，闭源更安全。", "𠮷田", "pro-closed", "alice", ""),
        ("再见。", "𠮷田", "neutral", "alice", ""),
    ]
    assert _one(from_doccano(_doccano(), "alice.jsonl")).labels == LABELLED.labels, "the rest keeps its annotator"


def test_doccano_entities_of_a_text_that_was_not_ours() -> None:
    line = _doccano(
        label="gone",
        document=None,
        origin=None,
        relations=[],
        entities=_entities((9, 19, "pro-closed"), (0, 7, "neutral")),
    )
    found = _one(from_doccano("\n" + line, "alice.jsonl"))
    assert found.document == "alice/7"
    assert [(label.statement.text, label.statement.speakers) for label in found.labels] == [
        ("😀开源更便宜。", (AUTHOR,)), ("𠮷田说，闭源更安全。", (AUTHOR,)),
    ]  # fmt: skip
    assert {label.document for label in found.labels} == {"alice/7"}


def test_a_line_separator_in_a_text_ends_no_line() -> None:
    label = Label("a", Statement("开源\u2028更便宜。", 0, 7), Stance.PRO_OPEN, "a")
    assert _one(from_doccano(to_doccano(group([label])), "alice.jsonl")).labels == (label,)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("{open}", "no JSON .*; export the project from doccano as JSONL", id="no JSON"),
        pytest.param("[" * 100_000, "no JSON", id="nests too deep"),
        pytest.param("[1]", "is no JSON object", id="a list"),
        pytest.param('{"text": "\\ud83d", "label": []}', "holds half a character", id="half a character"),
        pytest.param(_doccano(text=""), "field 'text' must be text", id="no text"),
        pytest.param(_doccano(label="gone"), "field 'label' must be a list, is None", id="no labels"),
        pytest.param(_doccano(label=[[0, "7", "neutral"]]), "is no span", id="text for a number"),
        pytest.param(_doccano(label=[[0, 7]]), "is no span", id="no name"),
        pytest.param(_doccano(label=[[0, 7, "open"]]), "label at 0–7: 'open' is none of pro-open, pro", id="unknown"),
        pytest.param(_doccano(label=[[0, 24, "neutral"]]), "0–24 do not lie in a text of 23 char", id="too long"),
        pytest.param(_doccano(label=[[-3, 7, "neutral"]]), "-3–7 do not lie in", id="negative"),
        pytest.param(_doccano(label=[[7, 7, "neutral"]]), "7–7 do not lie in", id="empty"),
        pytest.param(_doccano(label=[[7, 9, "neutral"]]), "label at 7–9 holds no text; remove it", id="blank"),
        pytest.param(
            _doccano(label=[[0, 7, "neutral"], [6, 19, "neutral"]]), "label at 6–19 overlaps .* ends at 7", id="overlap"
        ),
        pytest.param(
            _doccano(label=[[0, 7, "neutral"], [0, 7, "speaker: a"], [0, 7, "speaker: b"]]),
            "0–7 has 'speaker: a' at 0–7, 'speaker: b' at 0–7; give it one speaker",
            id="two speakers",
        ),
        pytest.param(
            _doccano(label=[[0, 7, "neutral"], [0, 3, "speaker: a"]]), "over the whole of it", id="half a speaker"
        ),
        pytest.param(_doccano(label=[[0, 7, "speaker: a"]]), "'speaker: a' at 0–7 has no stance", id="speaker alone"),
        pytest.param(_doccano(origin=[{"start": 1}]), "field 'origin' is not as it was exported", id="origin"),
        pytest.param(_doccano(origin="a"), "field 'origin' is not as it was exported", id="origin as text"),
        pytest.param(_doccano(document=7), "field 'document' must be text, is 7", id="document"),
    ],
)
def test_broken_doccano_line_is_named(line: str, message: str) -> None:
    with pytest.raises(LabelError, match=rf"^alice\.jsonl:2: .*{message}"):
        list(from_doccano(_doccano() + line, "alice.jsonl"))


# --- Label Studio -----------------------------------------------------------------------------------------------------


def test_label_studio_task() -> None:
    (task,) = json.loads(to_label_studio([LABELLED]))
    assert task["data"]["text"] == TEXT
    assert task["data"]["document"] == "made-up/1"
    (annotation,) = task["annotations"]
    assert annotation["result"][:3] == [
        {
            "id": "label-0", "from_name": "stance", "to_name": "text", "type": "labels",
            "value": {"start": 0, "end": 7, "text": "😀开源更便宜。", "labels": ["pro-open"]},
        },
        {
            "id": "label-0", "from_name": "note", "to_name": "text", "type": "textarea",
            "value": {"start": 0, "end": 7, "text": ["a joke?"]},
        },
        {
            "id": "label-1", "from_name": "stance", "to_name": "text", "type": "labels",
            "value": {"start": 9, "end": 19, "text": "𠮷田说，闭源更安全。", "labels": ["pro-closed"]},
        },
    ]  # fmt: skip


def test_the_configuration_names_what_tasks_name() -> None:
    view = ElementTree.fromstring(LABEL_STUDIO_CONFIG)
    assert [label.get("value") for label in view.iter("Label")] == list(Stance)
    (task,) = json.loads(to_label_studio([LABELLED]))
    named = {(result["from_name"], result["to_name"]) for result in task["annotations"][0]["result"]}
    assert named == {(tag.get("name"), tag.get("toName")) for tag in view if tag.get("toName")}
    assert {str(tag.get("value"))[1:] for tag in view if tag.get("value")} < set(task["data"])


def test_the_page_shows_the_configuration(root: Path) -> None:
    page = (root / "docs/labels-exchange.md").read_text(encoding="utf-8")
    block = page.split("```xml\n")[1].split("```")[0]
    assert dedent(block).strip() == LABEL_STUDIO_CONFIG.strip()


def test_the_page_shows_a_line_of_doccano(root: Path) -> None:
    page = (root / "docs/labels-exchange.md").read_text(encoding="utf-8")
    line = page.split("```json\n")[1].split("```")[0]
    (label,) = _one(from_doccano(line, "alice.jsonl")).labels
    assert to_doccano(group([label])) == line


def _region(
    key: str,
    place: tuple[int, int],
    stance: object,
    *,
    text: str | None = None,
    units: bool = False,
    **areas: list[str],
) -> list[dict[str, Any]]:
    """A region as Label Studio exports it, and its text areas."""
    start, end = (_units(TEXT, at) for at in place) if units else place
    shown = TEXT[slice(*place)] if text is None else text
    common = {"id": key, "to_name": "text", "origin": "manual"}
    value = {"start": start, "end": end}
    result = [common | {"from_name": "stance", "type": "labels", "value": value | {"text": shown, "labels": stance}}]
    for name, texts in areas.items():
        result.append(common | {"from_name": name, "type": "textarea", "value": value | {"text": texts}})
    return result


def _studio(*annotations: dict[str, Any], **data: object) -> str:
    (task,) = json.loads(to_label_studio([LABELLED]))
    return json.dumps(
        [{"id": 31, "data": task["data"] | data, "annotations": list(annotations), "predictions": [], "project": 2}]
    )


def test_several_annotators_in_label_studio() -> None:
    (task,) = json.loads(to_label_studio([LABELLED]))
    kept = task["annotations"][0]["result"]
    changed = [
        *_region("label-0", FIRST, ["neutral"]),
        *_region("label-1", SECOND, ["pro-closed"], speaker=["𠮷田", "顾明川 "], note=["both"]),
        *_region("xYz3", (18, 23), ["neutral"], text="。 再见。"),
    ]
    changed[-1]["value"] |= {"start": 19, "text": "\n再见。"}
    again = _region("n3w", FIRST, ["pro-open"])
    alice, bob, carol = from_label_studio(
        _studio(
            {"id": 1, "completed_by": 4, "result": kept},
            {"id": 2, "completed_by": {"id": 5, "email": "bob@example.org"}, "result": changed},
            {"id": 3, "completed_by": 6, "result": kept, "was_cancelled": True},
            {"id": 4, "completed_by": {"id": 6}, "result": again},
        ),
        "export.json",
    )
    assert (alice.document, alice.annotator, alice.labels) == ("made-up/1", "4", LABELLED.labels)
    assert bob.annotator == "bob@example.org"
    assert _rows(bob) == [
        ("😀开源更便宜。", "author", "neutral", "bob@example.org", ""),
        ("𠮷田说，闭源更安全。", "𠮷田、顾明川", "pro-closed", "bob@example.org", "both"),
        ("再见。", "author", "neutral", "bob@example.org", ""),
    ]
    assert _rows(carol) == [("😀开源更便宜。", "author", "pro-open", "6", "")], "who agrees has labelled too"


@pytest.mark.parametrize("units", [False, True], ids=["code points", "UTF-16 code units"])
def test_label_studio_offsets(units: bool) -> None:
    regions = [_region(str(at), place, ["neutral"], units=units) for at, place in enumerate((FIRST, SECOND, THIRD))]
    made = {"result": [result for region in regions for result in region]}
    found = _one(from_label_studio(_studio(made, document="", origin=None), "some/export.json"))
    assert found.document == "export/31"
    assert [(label.statement.start, label.statement.end) for label in found.labels] == [FIRST, SECOND, THIRD]
    assert [label.statement.text for label in found.labels] == [TEXT[slice(*at)] for at in (FIRST, SECOND, THIRD)]


@given(st.text(st.sampled_from("a开😀𠮷\n"), min_size=1), st.data())
def test_code_units_are_told_from_code_points(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)).filter(lambda end: text[start:end].strip() != ""))
    value = {"start": _units(text, start), "end": _units(text, end), "text": text[start:end], "labels": ["neutral"]}
    region = {"id": "x", "from_name": "stance", "to_name": "text", "type": "labels", "value": value}
    task = {"id": 1, "data": {"text": text}, "annotations": [{"result": [region]}]}
    (label,) = _one(from_label_studio(json.dumps([task]), "-")).labels
    assert label.statement.text == text[start:end].strip()
    assert text[label.statement.start : label.statement.end] == label.statement.text


def _made(*result: object) -> dict[str, Any]:
    return {"id": 1, "completed_by": 4, "result": list(result)}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param("[", "no JSON .*; export the project from Label Studio as JSON", id="no JSON"),
        pytest.param("{}", "a list of tasks is expected", id="no list"),
        pytest.param("[7]", "task 1: 7 is no JSON object", id="a number"),
        pytest.param('[{"id": 31, "text": "a"}]', "task 31: .* export as JSON, not as JSON-MIN", id="JSON-MIN"),
        pytest.param(_studio(text=7), "task 31: field 'text' must be text, is 7", id="no text"),
        pytest.param(_studio(text="\ud83d"), "holds half a character", id="half a character"),
        pytest.param(_studio({"result": [7]}), "task 31: 7 is no JSON object", id="result"),
        pytest.param(
            _studio(_made({"id": "x", "type": "labels", "value": {"start": "/p[1]/text()[1]", "end": 3}})),
            "task 31: region x has no offsets; show the text with the tag <Text>",
            id="HyperText",
        ),
        pytest.param(
            _studio(_made(*_region("x", FIRST, ["open"]))), "task 31: region x: 'open' is none of", id="unknown stance"
        ),
        pytest.param(
            _studio(_made(*_region("x", FIRST, ["neutral", "pro-open"]))),
            r"task 31: region x: \['neutral', 'pro-open'\] is none of",
            id="two stances",
        ),
        pytest.param(_studio(_made(*_region("x", FIRST, None))), "task 31: region x: None is none of", id="no stance"),
        pytest.param(
            _studio(_made(*_region("x", FIRST, ["neutral"], text="闭源"))),
            "task 31: region x: 0–7 reads '😀开源更便宜。', the region says '闭源'",
            id="another text",
        ),
        pytest.param(
            _studio(_made(*_region("x", (0, 99), ["neutral"], text="a"))),
            "task 31: region x: offsets 0–99 do not",
            id="too long",
        ),
        pytest.param(
            _studio(_made(*_region("x", FIRST, ["neutral"]), *_region("y", (3, 7), ["neutral"]))),
            "task 31: the label at 3–7 overlaps",
            id="overlap",
        ),
        pytest.param(_studio(_made(), origin=[7]), "task 31: field 'origin' is not as it was", id="origin"),
    ],
)
def test_broken_label_studio_task_is_named(data: str, message: str) -> None:
    with pytest.raises(LabelError, match=rf"^export\.json: {message}"):
        list(from_label_studio(data, "export.json"))


# --- check ------------------------------------------------------------------------------------------------------------


def _lines(*labels: Label | str) -> str:
    return "".join(
        (label if isinstance(label, str) else json.dumps(to_row(label), ensure_ascii=False)) + "\n" for label in labels
    )


def _changed(label: Label, **fields: object) -> str:
    return json.dumps(to_row(label) | fields, ensure_ascii=False)


def test_nothing_is_wrong(tmp_path: Path) -> None:
    write_labels(tmp_path / "1.jsonl", LABELLED.labels)
    check = check_files(tmp_path)
    assert (check.faults, check.files, check.documents) == ((), 1, 1)
    assert check.stances == {Stance.PRO_OPEN: 1, Stance.PRO_CLOSED: 1, Stance.NEUTRAL: 1}


def test_every_fault_is_named(tmp_path: Path) -> None:
    first, second, third = LABELLED.labels
    one, two = tmp_path / "1.jsonl", tmp_path / "2.jsonl"
    lines = _lines(
        first,
        _changed(second, stance="open"),
        "{",
        _changed(first, start=3, end=10),
        third,
        _changed(third, text="", end=20),
        _changed(third, text="  ", start=30, end=32),
        _changed(third, start=40, end=43, speaker=" "),
        _changed(third, start=50, end=53, document=""),
        json.dumps(to_row(third) | {"start": 60, "end": 63, "note": "\ud83d"}),
    )
    one.write_bytes(lines.encode() + _lines(third).encode("gb18030") + b"\n")
    two.write_text(_lines(_changed(first, document="other"), second), encoding="utf-8")
    (tmp_path / "3.jsonl").mkdir()
    check = check_files(tmp_path)
    expected = [
        "1.jsonl:2: stance 'open' is none of",
        "1.jsonl:3: no JSON",
        "1.jsonl:4: begins at 3, before the label of line 1 ends at 7; keep labels in text order",
        "1.jsonl:6: offsets 20–20 do not fit a text of 0",
        "1.jsonl:7: field 'text' is empty",
        "1.jsonl:8: field 'speaker' is empty",
        "1.jsonl:9: field 'document' is empty",
        "1.jsonl:10: holds half a character",
        "1.jsonl:11: not UTF-8 (byte ",
        f"2.jsonl:2: document 'made-up/1' also stands in {one}; keep it in one",
        "3.jsonl: Is a directory; a file of labels is expected",
    ]
    assert len(check.faults) == len(expected)
    for fault, beginning in zip(check.faults, expected, strict=True):
        assert fault.startswith(f"{tmp_path}/{beginning}")
    assert check.stances == {Stance.PRO_OPEN: 3, Stance.PRO_CLOSED: 1, Stance.NEUTRAL: 1}


def test_labels_within_a_label_overlap_it(tmp_path: Path) -> None:
    whole, *inner = (_label(place, Stance.NEUTRAL) for place in ((0, 19), (1, 3), (9, 19)))
    write_labels(tmp_path / "1.jsonl", [whole, *inner])
    ends = "before the label of line 1 ends at 19; keep labels in text order, without overlap"
    assert check_files(tmp_path).faults == (
        f"{tmp_path}/1.jsonl:2: begins at 1, {ends}",
        f"{tmp_path}/1.jsonl:3: begins at 9, {ends}",
    )


def test_labels_are_held_against_an_article_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "seen").mkdir()
    text = "开源更便宜。闭源更安全。再见。"
    (tmp_path / "seen/1_abc.txt").write_text(text, encoding="utf-8")

    def label(start: int, words: str, document: str = "seen/1") -> Label:
        return Label(document, Statement(words, start, start + len(words)), Stance.NEUTRAL, "a")

    labels: list[list[Label]] = [
        [label(0, "开源更便宜。"), label(6, "闭源更安全。"), label(12, "再见。")],
        [label(0, "开源更便宜。"), label(6, "闭源很安全。"), label(12, "再见。")],
        [label(0, "开源更便宜。"), label(12, "再见。")],
        [label(0, "开源更便宜。")],
        [label(0, "什么？", "unseen/1")],
    ]
    faults = []
    for rows in labels:
        write_labels(tmp_path / "l.jsonl", rows)
        faults.append(check_files(Path("l.jsonl")).faults)
    assert faults == [
        (),
        (
            "l.jsonl:2: characters 6–12 of the article read '闭源更安全。', "
            "the label says '闭源很安全。'; move the label",
        ),
        ("l.jsonl:2: '闭源更安全。' before it has no label; label every sentence",),
        ("l.jsonl:1: '闭源更安全。再见。' after it has no label; label every sentence",),
        (),
    ]


def test_no_files(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="no label files"):
        check_files(tmp_path)
