import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import LabelError
from stance.learning.labels import (
    LabelledDocument,
    check_labels,
    group,
    label_files,
    load_documents,
    read_labels,
    speakers_of,
    to_row,
    write_labels,
)
from stance.types import Document, Label, Language, Speaker, Stance, Statement

GOOD: dict[str, Any] = {
    "document": "made-up/1",
    "start": 3,
    "end": 9,
    "text": "开源更便宜。",
    "speaker": "顾明川",
    "stance": "pro-open",
    "annotator": "a",
    "note": "",
}


def _label(document: str, start: int, text: str, stance: Stance = Stance.NEUTRAL) -> Label:
    return Label(document, Statement(text, start, start + len(text)), stance, "a")


def _write(path: Path, *rows: object) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@st.composite
def _labels(draw: st.DrawFn) -> list[Label]:
    labels: list[Label] = []
    ends: dict[str, int] = {}
    for text in draw(st.lists(st.text(min_size=1, max_size=20), max_size=8)):
        document = draw(st.sampled_from(["a", "b/1", "c d"]))
        start = ends.get(document, 0) + draw(st.integers(0, 3))
        ends[document] = start + len(text)
        statement = Statement(text, start, ends[document], speakers_of(draw(st.text(max_size=5))))
        stance, annotator, note = draw(st.sampled_from(Stance)), draw(st.text(max_size=3)), draw(st.text(max_size=9))
        labels.append(Label(document, statement, stance, annotator, note))
    return labels


@given(_labels())
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, labels: list[Label]) -> None:
    path = tmp_path_factory.getbasetemp() / "round-trip.jsonl"
    write_labels(path, labels)
    assert read_labels(path) == labels
    written = path.read_bytes()
    assert written.count(b"\n") == len(labels)
    write_labels(path, read_labels(path))
    assert path.read_bytes() == written
    documents = list(group(labels))
    assert sorted(map(repr, labels)) == sorted(repr(label) for document in documents for label in document.labels)
    for document in documents:
        assert document.statements == [label.statement for label in document.labels]
        assert document.stances == [label.stance for label in document.labels]


def test_a_line_has_the_fields_of_the_design(tmp_path: Path) -> None:
    (label,) = read_labels(_write(tmp_path / "one.jsonl", GOOD))
    assert label == Label(
        "made-up/1", Statement("开源更便宜。", 3, 9, (Speaker("顾明川"),)), Stance.PRO_OPEN, "a", note=""
    )
    assert list(to_row(label)) == list(GOOD)
    write_labels(tmp_path / "two.jsonl", [label])
    assert (tmp_path / "two.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()


def test_note_may_be_missing_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    row = {name: value for name, value in GOOD.items() if name != "note"}
    (label,) = read_labels(_write(tmp_path / "one.jsonl", "", row, "  "))
    assert label.note == ""


BROKEN: list[tuple[str, object, str]] = [
    ("no JSON", "{open}", "no JSON .*; a label is one JSON object on one line"),
    ("half a line", '{"document": "a", ', "no JSON"),
    ("a list", "[1]", "a label is a JSON object, not list"),
    ("a number", "7", "a label is a JSON object, not int"),
    *(
        (
            f"without {name}",
            {key: value for key, value in GOOD.items() if key != name},
            f"field '{name}' must be .*None",
        )
        for name in GOOD
        if name != "note"
    ),
    ("a number as text", GOOD | {"text": 7}, "field 'text' must be text, is 7"),
    ("text as a number", GOOD | {"start": "3"}, "field 'start' must be a number, is '3'"),
    ("a fraction", GOOD | {"end": 9.0}, "field 'end' must be a number, is 9.0"),
    ("true as a number", GOOD | {"start": True}, "field 'start' must be a number, is True"),
    ("null", GOOD | {"speaker": None}, "field 'speaker' must be text, is None"),
    ("unknown stance", GOOD | {"stance": "open"}, "stance 'open' is none of pro-open, pro-closed, neutral"),
    ("too long", GOOD | {"end": 10}, "offsets 3–10 do not fit a text of 6 characters; both count"),
    ("negative", GOOD | {"start": -6, "end": 0}, "offsets -6–0 do not fit a text of 6"),
    ("backwards", GOOD | {"start": 9, "end": 3}, "offsets 9–3 do not fit"),
    ("empty", GOOD | {"start": 3, "end": 3, "text": ""}, "offsets 3–3 do not fit a text of 0"),
    ("a digit too many", json.dumps(GOOD).replace("3", "3" * 5000), "no JSON"),
    ("nests too deep", "[" * 100_000, "no JSON"),
    ("half a character", json.dumps(GOOD | {"text": "\ud83d", "end": 4}), "holds half a character"),
    ("half a character in the speaker", json.dumps(GOOD | {"speaker": "\ud83d"}), "holds half a character"),
]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        *(pytest.param(row, message, id=case) for case, row, message in BROKEN),
    ],
)
def test_broken_line_is_named(row: object, message: str, tmp_path: Path) -> None:
    path = _write(tmp_path / "broken.jsonl", GOOD, row)
    with pytest.raises(LabelError, match=rf"broken\.jsonl:2: {message}"):
        read_labels(path)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "gbk.jsonl"
    path.write_bytes(json.dumps(GOOD, ensure_ascii=False).encode("gb18030"))
    with pytest.raises(LabelError, match=r"gbk\.jsonl: not UTF-8 \(byte \d+\); save it as UTF-8"):
        read_labels(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"none\.jsonl: No such file or directory; name a file of labels or a folder"):
        read_labels(tmp_path / "none.jsonl")


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_no_files(name: str, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("no labels", encoding="utf-8")
    with pytest.raises(LabelError, match=r"no label files \(\*\.jsonl\) there; name a file of labels or a folder"):
        label_files(tmp_path / name)


def test_annotators_originals_are_not_among_the_files(tmp_path: Path) -> None:
    (tmp_path / "x/annotators/a").mkdir(parents=True)
    for name in ("x/1.jsonl", "x/annotators/a/1.jsonl", "0.jsonl"):
        _write(tmp_path / name, GOOD)
    assert label_files(tmp_path) == [tmp_path / "0.jsonl", tmp_path / "x/1.jsonl"]
    assert label_files(tmp_path / "x/annotators/a/1.jsonl") == [tmp_path / "x/annotators/a/1.jsonl"]


def test_a_folder_below_annotators_may_be_named(tmp_path: Path) -> None:
    folder = tmp_path / "annotators/a"
    folder.mkdir(parents=True)
    _write(folder / "1.jsonl", GOOD)
    assert label_files(folder) == [folder / "1.jsonl"]


def test_document_in_two_files(tmp_path: Path) -> None:
    _write(tmp_path / "1.jsonl", GOOD)
    _write(tmp_path / "2.jsonl", GOOD)
    with pytest.raises(LabelError, match=r"2\.jsonl: document 'made-up/1' also stands in .*1\.jsonl; keep it in one"):
        load_documents(tmp_path)


@pytest.mark.parametrize("second", [{"start": 8, "end": 14}, {"start": 3, "end": 9}, {"start": 0, "end": 6}])
def test_overlapping_labels(second: dict[str, int], tmp_path: Path) -> None:
    path = _write(tmp_path / "over.jsonl", GOOD, GOOD | second)
    with pytest.raises(LabelError, match=r"made-up/1: .*keep labels in text order, without overlap"):
        load_documents(path)


@pytest.mark.xfail(reason="the message names the document, not file and line", strict=True)
def test_overlapping_labels_are_named_by_file_and_line(tmp_path: Path) -> None:
    path = _write(tmp_path / "over.jsonl", GOOD, GOOD)
    with pytest.raises(LabelError, match=r"over\.jsonl:2: "):
        load_documents(path)


def test_documents_may_alternate_in_a_file(tmp_path: Path) -> None:
    path = _write(tmp_path / "two.jsonl", GOOD, GOOD | {"document": "b"}, GOOD | {"start": 9, "end": 15})
    assert [(document.id, len(document.labels)) for document in load_documents(path)] == [("made-up/1", 2), ("b", 1)]


@pytest.mark.parametrize(
    ("text", "language"), [("开源更便宜。", Language.CHINESE), ("Open models are cheaper.", Language.ENGLISH)]
)
def test_language_is_that_of_the_statements(text: str, language: Language) -> None:
    (document,) = group([_label("a", 0, text)])
    assert document.language is language


def test_writing_leaves_no_half_file(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    write_labels(path, [_label("a", 0, "开源更便宜。")])
    before = path.read_bytes()

    def broken() -> Iterator[Label]:
        yield _label("b", 0, "闭源更安全。")
        raise RuntimeError("out of labels")

    with pytest.raises(RuntimeError, match="out of labels"):
        write_labels(path, broken())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(
        LabelError, match=r"file/a\.jsonl: cannot be written \(.+\); nothing was changed; .* another place"
    ):
        write_labels(tmp_path / "file/a.jsonl", [_label("a", 0, "开源更便宜。")])


def test_half_a_character_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"a\.jsonl: a label holds half a character"):
        write_labels(tmp_path / "a.jsonl", [_label("\udcbf", 0, "开源更便宜。")])
    assert not list(tmp_path.iterdir())


TEXT = "开源更便宜。\n闭源更安全。"
FIRST, SECOND = _label("a", 0, "开源更便宜。"), _label("a", 7, "闭源更安全。")


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([FIRST, SECOND], ""),
        ([FIRST], "a: '闭源更安全。' at 6 has no label; label every sentence"),
        ([SECOND], "a: '开源更便宜。' at 0 has no label; label every sentence"),
        ([], "has no label"),
        ([FIRST, _label("a", 6, "闭源更安全。")], "a: characters 6–12 now read .* the label says '闭源更安全。'"),
        ([FIRST, _label("a", 7, "闭源很安全。")], "cleaning has changed, so move the label"),
        ([FIRST, _label("a", 7, "闭源更安全。再见。")], "cleaning has changed"),
    ],
)
def test_labels_are_held_against_the_document(labels: list[Label], message: str) -> None:
    labelled = LabelledDocument("a", Language.CHINESE, tuple(labels))
    document = Document("a", TEXT, Language.CHINESE, ())
    if not message:
        check_labels(labelled, document)
        return
    with pytest.raises(LabelError, match=message):
        check_labels(labelled, document)
