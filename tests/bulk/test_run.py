import json
import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stance.bulk import shards
from stance.bulk.documents import Columns, Fault
from stance.bulk.run import Run, begin, end, label_left
from stance.bulk.shards import Format, Settings, Shard, Tally, beside, finished, label_shard
from stance.bulk.table import SCHEMA, label_table
from stance.errors import BulkError, InputError, ModelError

BODIES = ["开源更便宜。", None, "闭源更安全。明天有雨。", "Closed models are safer.", "", "开源是浪费。"]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps({"text": body}) + "\n" for body in BODIES), encoding="utf-8")
    return path


def _settings(tmp_path: Path, **changes: Any) -> Settings:
    same: dict[str, Any] = {"base": tmp_path, "out": tmp_path / "out", "columns": Columns("text", None), "version": "1"}
    return Settings(**same | changes)


def _label(run: Run) -> Tally:
    sum(label_left(run, 1), Tally())
    return end(run)


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _rows(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(sorted(folder.glob("*.parquet"))).to_pylist()
    return rows


# --- what comes out --------------------------------------------------------------------------------------------------


def test_a_shard_a_file(articles: Path, tmp_path: Path) -> None:
    tally = _label(begin([articles], _settings(tmp_path), shard_size=2))
    out = tmp_path / "out"
    assert _files(out) == [
        *(f".finished/0000{n}.json" for n in range(3)), "errors.jsonl", *(f"part-0000{n}.parquet" for n in range(3)),
        "run.json",
    ]  # fmt: skip
    tables = [pq.read_table(path) for path in sorted(out.glob("*.parquet"))]
    assert [table.schema for table in tables] == [SCHEMA] * 3
    documents = [[row["document"] for row in table.to_pylist()] for table in tables]
    assert documents == [[f"{articles}:1"], [f"{articles}:3"] * 2 + [f"{articles}:4"], [f"{articles}:6"]]
    errors = [json.loads(line) for line in (out / "errors.jsonl").read_text(encoding="utf-8").splitlines()]
    assert errors == [{"source": str(articles), "row": row, "reason": "no text"} for row in (2, 5)]
    stances = [row["stance"] for table in tables for row in table.to_pylist()]
    assert tally.stances == {stance: stances.count(stance) for stance in set(stances)}
    assert (tally.documents, tally.rows, tally.statements) == (4, 6, len(stances))
    assert tally.bytes == sum(len(body.encode()) for body in BODIES if body)


def test_json_lines_say_the_same_as_parquet(articles: Path, tmp_path: Path) -> None:
    _label(begin([articles], _settings(tmp_path)))
    _label(begin([articles], _settings(tmp_path, out=tmp_path / "lines", format=Format.JSONL)))
    text = (tmp_path / "lines/part-00000.jsonl").read_text(encoding="utf-8")
    assert "开源" in text, "Chinese is written as itself"
    rows = [json.loads(line) for line in text.splitlines()]
    assert [list(row) for row in rows] == [SCHEMA.names] * len(rows)
    expected = _rows(tmp_path / "out")
    assert rows == [
        {key: pytest.approx(value, abs=6e-5) if isinstance(value, float) else value for key, value in row.items()}
        for row in expected
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such file names")
def test_a_file_whose_name_is_no_utf8(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {
        "泵.txt".encode("gbk"): "开源更便宜。",
        b"\xb2.jsonl": '{"text": null}\n{"text": "a"}\n',
    }.items():
        (folder / os.fsdecode(name)).write_text(text, encoding="utf-8")
    with (folder / os.fsdecode("泵.parquet".encode("gbk"))).open("wb") as file:  # Arrow opens no such name
        pq.write_table(pa.table({"text": ["b"]}), file)
    tally = _label(begin([folder], _settings(tmp_path)))
    assert (tally.documents, len(tally.faults)) == (3, 1)
    documents = [row["document"] for row in _rows(tmp_path / "out")]
    assert documents == [f"{folder}/泵.parquet:1", f"{folder}/泵.txt", f"{folder}/\\xb2.jsonl:2"]
    (error,) = (tmp_path / "out/errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert os.fsencode(json.loads(error)["source"]) == os.fsencode(folder) + b"/\xb2.jsonl"


def test_own_model(articles: Path, small_folder: Path, tmp_path: Path) -> None:
    _label(begin([articles], _settings(tmp_path, model=small_folder)))
    _label(begin([articles], _settings(tmp_path, out=tmp_path / "other")))
    assert _rows(tmp_path / "out") != _rows(tmp_path / "other")


def test_tallies_add_up() -> None:
    fault = Fault("a", 1, "no text")
    one = Tally(1, 2, 3, {"neutral": 3}, (fault,), 2)
    assert one + Tally(1, 1, 1, {"neutral": 1, "pro-open": 2}, (), 1) == Tally(
        2, 3, 4, {"neutral": 4, "pro-open": 2}, (fault,), 3
    )
    assert one + Tally() == one


def test_no_errors_no_file(articles: Path, tmp_path: Path) -> None:
    articles.write_text('{"text": "a."}\n', encoding="utf-8")
    _label(begin([articles], _settings(tmp_path)))
    assert not (tmp_path / "out/errors.jsonl").exists()


def test_a_document_we_have_a_bug_for(articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(table: Any, *words: str, model: Any) -> Any:
        if "闭源更安全。明天有雨。" in table["text"].to_pylist():
            raise RecursionError("too deep")
        return label_table(table, *words, model=model)

    monkeypatch.setattr(shards, "label_table", fail)
    tally = _label(begin([articles], _settings(tmp_path)))
    assert [(fault.row, fault.reason) for fault in tally.faults] == [
        (2, "no text"), (3, "cannot be labelled (RecursionError: too deep); please report it"), (5, "no text")
    ]  # fmt: skip
    assert (tally.documents, tally.rows) == (3, 6)


# --- going on --------------------------------------------------------------------------------------------------------


def test_going_on_does_what_is_left(articles: Path, tmp_path: Path) -> None:
    whole = _label(begin([articles], _settings(tmp_path), shard_size=1))
    out = tmp_path / "out"
    before = {name: (out / name).read_bytes() for name in _files(out)}
    # As a process killed between a shard and its tally, and one killed while writing, would leave it.
    (out / ".finished/00003.json").unlink()
    (out / "part-00005.parquet").unlink()
    (out / ".finished/00005.json").unlink()
    (out / "errors.jsonl").unlink()
    (out / ".beside-part-00005.parquet.1").write_bytes(b"PAR1 half")
    (out / ".finished/.beside-00004.json.1").write_bytes(b"{")
    run = begin([articles], _settings(tmp_path), shard_size=1, resume=True)
    assert [shard.number for shard in run.left] == [3, 5]
    assert run.done.rows == 4
    assert _label(run) == whole
    assert {name: (out / name).read_bytes() for name in _files(out)} == before


def test_going_on_with_nothing_begins(articles: Path, tmp_path: Path) -> None:
    assert len(begin([articles], _settings(tmp_path), resume=True).left) == 1


def test_a_full_folder_is_refused(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").touch()
    with pytest.raises(BulkError, match=r"out: not empty; go on with the run in it by --resume, or name another"):
        begin([articles], _settings(tmp_path))
    with pytest.raises(BulkError, match="not empty, and holds no run to go on with"):
        begin([articles], _settings(tmp_path), resume=True)
    assert _files(tmp_path / "out") == ["mine.txt"]


@pytest.mark.parametrize(
    ("changes", "size", "what"),
    [
        ({"columns": Columns("text", "text")}, 1000, "columns"),
        ({"format": Format.JSONL}, 1000, "format"),
        ({"version": "2"}, 1000, "stance"),
        ({}, 5, "shard size"),
    ],
)
def test_another_run_is_not_gone_on_with(
    changes: dict[str, Any], size: int, what: str, articles: Path, tmp_path: Path
) -> None:
    begin([articles], _settings(tmp_path))
    with pytest.raises(BulkError, match=f"begun with other {what}; use the same, or name another folder"):
        begin([articles], _settings(tmp_path, **changes), shard_size=size, resume=True)


def test_other_inputs_are_not_gone_on_with(articles: Path, small_folder: Path, tmp_path: Path) -> None:
    begin([articles], _settings(tmp_path, model=small_folder))
    articles.write_text('{"text": "a"}\n', encoding="utf-8")
    metadata = small_folder / "metadata.json"
    metadata.write_text(metadata.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(BulkError, match="begun with other inputs, model; use"):
        begin([articles], _settings(tmp_path, model=small_folder), resume=True)


def test_a_damaged_manifest_is_named(articles: Path, tmp_path: Path) -> None:
    begin([articles], _settings(tmp_path))
    (tmp_path / "out/run.json").write_text("[", encoding="utf-8")
    with pytest.raises(BulkError, match=r"run\.json: damaged"):
        begin([articles], _settings(tmp_path), resume=True)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_inputs_that_fail_let_others_go_on(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "half.parquet").write_bytes(b"PAR1 half")
    run = begin([tmp_path / "half.parquet", articles, tmp_path / "none.txt"], _settings(tmp_path))
    assert [fault.source for fault in run.refused] == [str(tmp_path / "half.parquet"), str(tmp_path / "none.txt")]
    tally = _label(run)
    assert (tally.documents, len(tally.faults)) == (4, 4)
    assert [fault.input_failed for fault in tally.faults] == [True, True, False, False]
    assert (tmp_path / "out/errors.jsonl").read_text(encoding="utf-8").count("\n") == 4


def test_no_input_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: No such file or directory; name a readable"):
        begin([tmp_path / "none.txt"], _settings(tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no documents in the inputs; name others"):
        begin([tmp_path / "empty"], _settings(tmp_path))
    assert not (tmp_path / "out").exists()


def test_a_damaged_model_leaves_nothing(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        begin([articles], _settings(tmp_path, model=tmp_path / "nowhere"))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made(articles: Path, tmp_path: Path) -> None:
    with pytest.raises(BulkError, match="Not a directory; name another folder with --out"):
        begin([articles], _settings(tmp_path, out=articles / "out"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), beside(path) as file:
        file.writelines([b"new", "no bytes"])  # type: ignore[list-item]
    assert (path.read_bytes(), _files(tmp_path)) == (b"old", ["a"])
    with beside(path) as file:
        file.write(b"new")
    assert (path.read_bytes(), _files(tmp_path)) == (b"new", ["a"])


def test_a_shard_that_cannot_be_written_is_not_finished(articles: Path, tmp_path: Path) -> None:
    run = begin([articles], _settings(tmp_path))
    (tmp_path / "out/part-00000.parquet").mkdir()
    with pytest.raises(BulkError, match="Is a directory; mend that, then run again with --resume"):
        label_shard(run.shards[0], run.settings)
    assert finished(tmp_path / "out", 0) is None
    assert _files(tmp_path / "out") == ["run.json"]


def test_a_shard_knows_its_rows() -> None:
    assert Shard(0, ()).rows == 0
