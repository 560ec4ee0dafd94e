import csv
import io
import json
import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from stance import __version__
from stance.cli import app
from stance.types import Stance

Run = Callable[..., subprocess.CompletedProcess[bytes]]
FIELDS = [
    "document", "start", "end", "text", "speaker", "speakers", "speaker_id", "speaker_confidence", "rule", "block",
    "stance", "confidence", "unsure", "probabilities",
]  # fmt: skip
CHINESE = "顾明川说，开源模型更便宜，也更安全。明天有雨，大家都在家里休息。"
TRADITIONAL = "顧明川說，開源模型更便宜，也更安全。明天有雨，大家都在家裡休息。"
ENGLISH = "Open models are cheaper and safer. It will rain on Sunday."


def _rows(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def _one_line(data: bytes) -> str:
    text = data.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("stance: ")
    return text


# --- what comes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["-"]])
def test_standard_input(words: list[str], stance: Run) -> None:
    done = stance("predict", *words, data=CHINESE.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    rows = _rows(done)
    assert len(rows) == 2
    for row in rows:
        assert list(row) == FIELDS
        assert CHINESE[row["start"] : row["end"]] == row["text"]
        assert row["document"] == "-"
        assert list(row["probabilities"]) == list(Stance)
        assert row["confidence"] == row["probabilities"][row["stance"]] == max(row["probabilities"].values())
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=2e-4)
    assert [(row["speaker"], row["speaker_id"], row["stance"]) for row in rows] == [
        ("顾明川", None, "pro-open"),
        ("author", None, "neutral"),
    ]
    assert "顾明川".encode() in done.stdout, "Chinese is written as itself"


def test_several_files(stance: Run, tmp_path: Path) -> None:
    for name, text in {"a.txt": CHINESE, "b.txt": ENGLISH}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = stance("predict", "a.txt", "-", "b.txt", data="闭源更安全。".encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row["document"] for row in _rows(done)] == ["a.txt", "a.txt", "-", "b.txt", "b.txt"]
    assert [row["stance"] for row in _rows(done)] == ["pro-open", "neutral", "pro-closed", "pro-open", "neutral"]


def test_explained(stance: Run) -> None:
    rows = _rows(stance("predict", "--explain", data=CHINESE.encode()))
    for row in rows:
        assert set(row) == {*FIELDS, "attribution", "evidence"}
        assert row["evidence"]
        assert all(set(evidence) == {"feature", "weight"} for evidence in row["evidence"])
    assert rows[0]["attribution"]["cue"] == "说"
    assert rows[0]["attribution"]["mention"] == "顾明川"
    assert "cues: open good" in [evidence["feature"] for evidence in rows[0]["evidence"]]


@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_csv(explain: list[str], stance: Run, tmp_path: Path) -> None:
    text = '顾明川说："开源, 更便宜。"\n明天有雨。'
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    done = stance("predict", "--format", "csv", *explain, "a.txt", "a.txt")
    assert (done.returncode, done.stderr) == (0, b"")
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode(), newline="")))
    more = ["cue", "mention", "evidence"] if explain else []
    assert list(rows[0]) == [*FIELDS[:-1], *Stance, *more]
    assert rows[: len(rows) // 2] == rows[len(rows) // 2 :]
    expected = _rows(stance("predict", "a.txt"))
    assert [row["text"] for row in rows] == [row["text"] for row in expected] * 2
    assert [float(row["pro-open"]) for row in rows] == [row["probabilities"]["pro-open"] for row in expected] * 2


@pytest.mark.parametrize("explain", [[], ["--explain"]])
def test_table(explain: list[str], stance: Run, tmp_path: Path) -> None:
    (tmp_path / "[b]a.txt").write_text(CHINESE, encoding="utf-8")
    done = stance("predict", "--format", "table", *explain, "[b]a.txt")
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    for word in ("[b]a.txt", "speaker", "顾明川", "pro-open", "neutral", "开源模型更便宜"):
        assert word in text
    assert ("cues: open good" in text) == bool(explain)
    assert "\x1b" not in text, "no colours in a pipe"


def test_it_streams(stance_command: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "first.txt").write_text(CHINESE, encoding="utf-8")
    os.mkfifo(tmp_path / "second.txt")
    command = [*stance_command, "predict", "first.txt", "second.txt"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=tmp_path, env=environment) as process:
        assert process.stdout is not None
        try:
            # Nobody has opened the second file for writing yet.
            first = [json.loads(process.stdout.readline()) for _ in range(2)]
            assert [row["document"] for row in first] == ["first.txt"] * 2
            (tmp_path / "second.txt").write_text(ENGLISH, encoding="utf-8")
            rest, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert [json.loads(line)["document"] for line in rest.splitlines()] == ["second.txt"] * 2


# --- what goes in ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b" \n\t\n", "\ufeff".encode(), "\u3000\n".encode()])
def test_nothing_in_nothing_out(data: bytes, stance: Run) -> None:
    done = stance("predict", data=data)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(("text", "encoding"), [(CHINESE, "GB18030"), (TRADITIONAL, "Big5")])
def test_other_encodings_are_said(text: str, encoding: str, stance: Run, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_bytes((text * 4).encode(encoding))
    done = stance("predict", "old.txt")
    assert done.returncode == 0
    assert _one_line(done.stderr) == f"stance: old.txt: not UTF-8; read as {encoding}\n"
    assert "".join(row["text"] for row in _rows(done)) == text * 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7\n1 0 obj", "not text but a PDF; save it as plain text"),
        (b"\x7fELF\x02\x01\x01" + bytes(40), "not text but a program"),
        (bytes(range(32)) * 40, "not text but binary data; save it as plain text"),
        (b"PK\x03\x04" + bytes(40), "not text but a zip archive or an Office document"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str, stance: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(data)
    (tmp_path / "good.txt").write_text(CHINESE, encoding="utf-8")
    done = stance("predict", "bad.txt", "good.txt")
    assert done.returncode == 1
    assert f"bad.txt: {message}" in _one_line(done.stderr)
    assert [row["document"] for row in _rows(done)] == ["good.txt"] * 2


def test_missing_file(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(CHINESE, encoding="utf-8")
    done = stance("predict", "none.txt", "good.txt")
    assert done.returncode == 1
    assert _one_line(done.stderr).startswith("stance: none.txt: No such file or directory; name a readable text file")
    assert [row["document"] for row in _rows(done)] == ["good.txt"] * 2


def test_a_folder_is_no_file(stance: Run) -> None:
    done = stance("predict", ".")
    assert (done.returncode, done.stdout) == (1, b"")
    assert "Is a directory" in _one_line(done.stderr)


@pytest.mark.parametrize("unit", ["开源模型更便宜，", "开源模型更便宜"])
def test_a_long_line(unit: str, stance: Run) -> None:
    """A hundredth of what must end within two minutes, with ample room: finds what grows with the square."""
    size = 100_000
    done = stance("predict", data=(unit * (size // len(unit))).encode(), timeout=30)
    rows = _rows(done)
    assert (done.returncode, done.stderr) == (0, b"")
    assert sum(row["end"] - row["start"] for row in rows) == pytest.approx(size, rel=0.01)


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_missing_model(stance: Run) -> None:
    done = stance("predict", "--model", "nowhere", data=CHINESE.encode())
    assert (done.returncode, done.stdout) == (1, b"")
    assert _one_line(done.stderr) == "stance: nowhere/metadata.json: missing; run `stance train --model nowhere`\n"


def test_damaged_model(stance: Run, small_folder: Path) -> None:
    weights = small_folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    done = stance("predict", "--model", small_folder, data=CHINESE.encode())
    assert (done.returncode, done.stdout) == (1, b"")
    message = _one_line(done.stderr)
    assert f"{weights}: damaged" in message
    assert f"`stance train --model {small_folder}`" in message


def test_own_model(stance: Run, small_folder: Path) -> None:
    done = stance("predict", "--model", small_folder, data="开源更便宜。".encode())
    assert [row["stance"] for row in _rows(done)] == ["pro-open"]


@pytest.mark.parametrize(
    "format",
    [
        "jsonl",
        "csv",
        "table",
    ],
)
def test_a_closed_pipe_ends_quietly(
    format: str, stance_command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "long.txt").write_text("开源更便宜。\n" * 2000, encoding="utf-8")
    command = f"set -o pipefail; {shlex.join(stance_command)} predict --format {format} long.txt long.txt | head -1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, check=False, cwd=tmp_path, env=environment, timeout=60
    )
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1
    assert done.returncode == 0


def test_a_full_disk_is_one_line(stance_command: list[str], environment: dict[str, str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*stance_command, "predict"], input=CHINESE.encode(), stdout=full, stderr=subprocess.PIPE, check=False,
            env=environment,
        )  # fmt: skip
    assert done.returncode == 1
    assert "No space left on device" in _one_line(done.stderr)


def test_output_is_utf8_whatever_the_locale(stance_command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(
        [*stance_command, "predict"], input=CHINESE.encode(), capture_output=True, check=False,
        env=environment | {"PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(_rows(done)) == 2


@pytest.mark.parametrize(
    "words",
    [["predict", "--nope"], ["predict", "--format", "xml"], ["predict", "--model"], ["nope"], ["train", "labels"]],
)
def test_wrong_usage(words: list[str]) -> None:
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Error" in done.stderr


def test_version(stance: Run) -> None:
    done = stance("--version")
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, f"stance {__version__}\n", b"")


@pytest.mark.parametrize(
    ("command", "example"),
    [
        ("", "echo 开源是智商税。 | stance predict"),
        ("predict", "stance predict article.txt other.txt"),
        ("train", "stance train --labels"),
        ("evaluate", "stance evaluate --agreement"),
    ],
)
def test_help_holds_an_example(command: str, example: str) -> None:
    done = CliRunner().invoke(app, [*filter(None, [command]), "--help"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert example in done.stdout


# --- files that are not what they seem -------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["jsonl", "csv", "table"])
def test_a_file_whose_name_is_gbk(stance: Run, tmp_path: Path, format: str) -> None:
    name = os.fsdecode("泵.txt".encode("gbk"))
    try:
        (tmp_path / name).write_text(CHINESE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    done = stance("predict", "--format", format, name)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "泵.txt" in done.stdout.decode()
    assert "泵2.txt: No such file" in stance("predict", os.fsdecode("泵2.txt".encode("gbk"))).stderr.decode()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ('{"text": "开源更便宜。"}', "JSON, not text; save it as JSON Lines"),
        ('{"text": "开源更便宜。"}\n{"text": "明天有雨。"}\n', "JSON Lines, not text; label it with: stance bulk"),
        ('[{"text": "开源更便宜。"}]', "JSON, not text; save it as JSON Lines"),
        ("id\ttext\n1\t开源更便宜。\n", "TSV, not text; save it as CSV"),
        ("id,text\n1,开源更便宜。\n2,明天有雨。\n3,走吧。\n", "CSV, not text; label it with: stance bulk"),
    ],
)
def test_data_taken_for_an_article(stance: Run, data: str, kind: str) -> None:
    done = stance("predict", data=data.encode())
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.decode().startswith(f"stance: -: {kind}")
    assert "--text-column text" in done.stderr.decode()


@pytest.mark.parametrize("text", ["{开源}更便宜。", "[1] 开源更便宜。", "[]", "a\tb\n开源更便宜。"])
def test_what_only_looks_like_data_is_read(stance: Run, text: str) -> None:
    assert stance("predict", data=text.encode()).returncode == 0


def test_raw_offsets(stance: Run) -> None:
    raw = "<p>**顾明川**说，開源領(lǐng)域很大。</p>\n\n明天有雨。"
    rows = _rows(stance("predict", "--offsets", "raw", data=raw.encode()))
    assert [raw[row["raw_start"] : row["raw_end"]] for row in rows] == [
        "顾明川**说，開源領(lǐng)域很大。",
        "明天有雨。",
    ]
    csv_rows = stance("predict", "--offsets", "raw", "--format", "csv", data=raw.encode()).stdout.decode().splitlines()
    assert csv_rows[0].endswith(",raw_start,raw_end")
    assert "raw_start" not in _rows(stance("predict", data=raw.encode()))[0]


def test_cleaning_is_shown(stance: Run) -> None:
    raw = "<p>開源領(lǐng)域,，很大。</p>".encode()
    assert stance("clean", data=raw).stdout.decode() == "開源領域，很大。\n"
    steps = stance("clean", "--steps", data=raw).stdout.decode().splitlines()
    assert steps[0] == "drop pinyin: 1 place"
    assert "single marks: 1 place" in steps
