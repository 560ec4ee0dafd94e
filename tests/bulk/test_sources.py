import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stance.bulk.documents import Columns, Fault, Kind, Part, Row
from stance.bulk.sources import cut, files, pack, rows
from stance.errors import InputError

COLUMNS = Columns("text", None)
NAMED = Columns("text", "id")
TEXTS = ["开源更便宜。", 'Open is "cheaper",\nhe said.\r\nYes.', "a,b", "好" * 100]


def _read(path: Path, columns: Columns = COLUMNS, size: int = 1000) -> list[Row | Fault]:
    return [row for part in cut(path, columns, size) for row in rows(part, Path.cwd(), columns)]


def _jsonl(path: Path, texts: list[str]) -> None:
    path.write_text("".join(json.dumps({"id": "x", "text": text}) + "\n" for text in texts), encoding="utf-8")


def _csv(path: Path, texts: list[str]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([["id", "text"], *(["x", text] for text in texts)])


def _parquet(path: Path, texts: list[str]) -> None:
    pq.write_table(pa.table({"id": ["x"] * len(texts), "text": pa.array(texts, pa.string())}), path, row_group_size=3)


WRITERS = {"a.jsonl": _jsonl, "a.ndjson": _jsonl, "a.CSV": _csv, "a.parquet": _parquet}
Write = Callable[[Path, list[str]], None]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], include_characters="\n")).map(lambda t: f"a{t}")
# A fresh file for every example stands beside no other.
PROPERTY = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# --- what is read ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "write"), WRITERS.items(), ids=WRITERS)
@PROPERTY
@given(texts=st.lists(TEXT, min_size=1, max_size=9), size=st.integers(1, 10))
def test_parts_make_the_whole(name: str, write: Write, texts: list[str], size: int, tmp_path: Path) -> None:
    write(tmp_path / name, texts)
    found = _read(tmp_path / name, size=size)
    assert found == [
        Row(f"{tmp_path / name}:{number}", text, str(tmp_path / name), number) for number, text in enumerate(texts, 1)
    ]
    parts = cut(tmp_path / name, COLUMNS, size)
    assert sum(part.rows for part in parts) == len(texts)
    assert max(part.rows for part in parts) <= size


@pytest.mark.parametrize(("name", "write"), WRITERS.items(), ids=WRITERS)
def test_ids(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name, TEXTS)
    found = _read(tmp_path / name, NAMED)
    assert [(row.document, row.text) for row in found if isinstance(row, Row)] == [("x", text) for text in TEXTS]


def test_text_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("开源更便宜，明天有雨。".encode("gb18030"))
    assert _read(path) == [Row(str(path), "开源更便宜，明天有雨。", str(path), None)]


def test_csv_in_gb18030(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("标题,text\n甲,开源更便宜，明天有雨。\n".encode("gb18030"))
    assert _read(path) == [Row(f"{path}:1", "开源更便宜，明天有雨。", str(path), 1)]


def test_empty_lines_are_no_documents(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"text": "a"}\n\n{"text": "b"}', encoding="utf-8")
    (tmp_path / "a.csv").write_text("text\n\na\n\nb\n", encoding="utf-8")
    for name in ("a.jsonl", "a.csv"):
        found = _read(tmp_path / name, size=2)
        assert [(row.text, row.row) for row in found if isinstance(row, Row)] == [("a", 2), ("b", 4)]
        assert len(found) == 2


def test_a_part_of_a_large_row_group(tmp_path: Path) -> None:
    texts = [str(number) for number in range(5000)]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    parts = cut(tmp_path / "a.parquet", COLUMNS, 10)
    assert len(parts) == 16, "a row group is decoded from its beginning, so it is not cut too often"
    found = [row for part in parts for row in rows(part, tmp_path, COLUMNS)]
    assert [(row.text, row.row) for row in found if isinstance(row, Row)] == [(text, int(text) + 1) for text in texts]


# --- which files -----------------------------------------------------------------------------------------------------


def test_folders_are_walked_in_order(tmp_path: Path) -> None:
    for name in (
        "in/b.txt",
        "in/a/z.jsonl",
        "in/.hidden",
        "in/_SUCCESS",
        "in/_temporary/x",
        "in/out/part",
        "in/a/1.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = files([tmp_path / "none", tmp_path / "in", tmp_path / "in/b.txt"], tmp_path / "in/out")
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "none", "in/b.txt", "in/a/1.md", "in/a/z.jsonl", "in/b.txt"
    ]  # fmt: skip


def test_a_folder_that_may_not_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a/1.txt", "b/2.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "a":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = list(files([tmp_path], tmp_path / "out"))
    assert found == [tmp_path / "b/2.txt", tmp_path / "a"]
    (fault,) = _read(tmp_path / "a")
    assert isinstance(fault, Fault)
    assert (fault.source, fault.input_failed) == (str(tmp_path / "a"), True)


def test_parts_are_packed_in_order() -> None:
    parts = [Part(str(number), Kind.TEXT, count, stop=size) for number, (count, size) in enumerate(
        [(1, 0), (2, 0), (1, 0), (5, 0), (1, 60_000_000), (1, 5_000_000)]
    )]  # fmt: skip
    assert [[part.path for part in shard] for shard in pack(parts, 3)] == [["0", "1"], ["2"], ["3"], ["4"], ["5"]]
    assert list(pack([], 3)) == []


# --- what is wrong with them -----------------------------------------------------------------------------------------

GOOD = '{"text": "a", "id": "g"}\n'


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"text": null, "id": 1}', "no text"),
        (b'{"id": 1}', "no text"),
        (b'{"text": " ", "id": 1}', "no text"),
        (b'{"text": 5, "id": 1}', "'text' holds int, not text"),
        (b'{"text": ["a"], "id": 1}', "'text' holds list, not text"),
        (b'{"text": "a"}', "no id in 'id'"),
        (b'{"text": "a", "id": {}}', "no id in 'id'"),
        (b'{"text": "a\\ud800", "id": 1}', "bytes or half characters that are no text"),
        (b'{"text": "a", "id": "\\ud800"}', "bytes or half characters that are no text"),
        (b'{"text": "a\xff", "id": 1}', "not UTF-8"),
        (b'{"text": "a', "no JSON (Unterminated string"),
        (b"[" * 100_000, "no JSON (maximum recursion depth"),
        (b"[1]", "not a JSON object"),
    ],
)
def test_a_bad_line(line: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    # Good lines before, for the encoding is told by the beginning.
    path.write_bytes(GOOD.encode() * 3000 + line + b"\n" + GOOD.encode())
    *before, fault, after = _read(path, NAMED)
    assert len(before) == 3000
    assert isinstance(fault, Fault)
    assert (fault.source, fault.row, fault.input_failed) == (str(path), 3001, False)
    assert fault.reason.startswith(reason)
    assert isinstance(after, Row)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"1,", "no text"),
        (b"1", "no text"),
        (b",a", "no id in 'id'"),
        (b"1,a,b", "3 fields under 2 columns"),
        (b"1,a\xff", "bytes or half characters that are no text"),
        (b"1,a\rb", "no CSV (new-line character seen in unquoted field"),
    ],
)
def test_a_bad_record(record: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text\n" + b"1,good\n" * 10_000 + record + b"\n2,good\n")
    *before, fault, after = _read(path, NAMED)
    assert len(before) == 10_000
    assert isinstance(fault, Fault)
    assert (fault.row, fault.input_failed) == (10_001, False)
    assert fault.reason.startswith(reason)
    assert after == Row("2", "good", str(path), 10_002)


def test_a_quotation_mark_never_closed_ends_somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stance.bulk.lines._LONGEST_FIELD", 50)
    (tmp_path / "a.csv").write_text('text\na\n"b\n' + "c\n" * 40, encoding="utf-8")
    first, fault, *rest = _read(tmp_path / "a.csv")
    assert isinstance(first, Row)
    assert isinstance(fault, Fault)
    assert "field larger than field limit" in fault.reason
    assert {row.text for row in rest if isinstance(row, Row)} == {"c"}


@pytest.mark.parametrize(
    ("data", "reason"), [(b"", "no text"), (b"%PDF-1.7", "not text but a PDF; save it as plain text")]
)
def test_a_bad_text(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    assert _read(path) == [Fault(str(path), None, reason)]


def test_a_null_in_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["a", None, "b"]}), tmp_path / "a.parquet")
    assert _read(tmp_path / "a.parquet")[1] == Fault(str(tmp_path / "a.parquet"), 2, "no text")


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "a.jsonl",
            b'{"body": "x", "url": "y"}\n',
            "no line has a field 'text'; the fields are body, url; name one with",
        ),
        ("a.csv", b"body,url\nx,y\n", "no column 'text'; its columns are body, url; name one with --text-column"),
        ("a.csv", b"text,text\nx,y\n", "several columns 'text'"),
        ("a.csv", b"", "no column 'text'; its columns are none"),
        ("a.csv", "text\nx\n".encode("utf-16"), "UTF-16; save it as UTF-8"),
        ("a.jsonl", b"PAR1" + bytes(9), "not text but a Parquet file"),
        ("a.parquet", b"no Parquet at all", "Parquet magic bytes not found in footer"),
        ("a.parquet", b"", "Parquet file size is 0 bytes; write it anew"),
    ],
)
def test_an_input_that_cannot_be_cut(name: str, data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        cut(path, COLUMNS, 10)
    assert str(caught.value).startswith(f"{path}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "write"), WRITERS.items(), ids=WRITERS)
def test_a_missing_id_column(name: str, write: Write, tmp_path: Path) -> None:
    write(tmp_path / name, TEXTS * 50)
    with pytest.raises(InputError, match=r"'url'; .* (are|columns are) id, text; name one with --id-column"):
        cut(tmp_path / name, Columns("text", "url"), 10)


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv", "a.parquet"])
def test_a_missing_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file or directory; name a readable file or folder"):
        cut(tmp_path / name, COLUMNS, 10)


@pytest.mark.parametrize(("name", "write"), [*WRITERS.items(), ("a.txt", None)])
def test_a_file_that_vanishes(name: str, write: Write | None, tmp_path: Path) -> None:
    path = tmp_path / name
    path.touch()
    if write:
        write(path, TEXTS)
    part = cut(path, COLUMNS, 1000)[0]
    path.unlink()
    (fault,) = rows(part, tmp_path, COLUMNS)
    assert isinstance(fault, Fault)
    assert (fault.source, fault.row, fault.input_failed) == (str(path), None, True)
    assert "No such file or directory" in fault.reason


def test_parquet_damaged_inside(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(
        pa.table({"text": [str(n) * 50 for n in range(3000)]}), buffer, row_group_size=1000, use_dictionary=False
    )
    data = bytearray(buffer.getvalue())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    found = _read(path)
    (fault,) = [row for row in found if isinstance(row, Fault)]
    assert fault.input_failed
    assert "\n" not in fault.reason
    assert [row.row for row in found if isinstance(row, Row)][:1000] == list(range(1, 1001)), "what stands before stays"
