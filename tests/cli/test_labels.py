import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stance.learning.exchange import LABEL_STUDIO_CONFIG
from stance.learning.labels import load_documents

Run = Callable[..., subprocess.CompletedProcess[bytes]]
TOOLS = ["doccano", "label-studio"]


def _error(done: subprocess.CompletedProcess[bytes]) -> str:
    """The one line that says what went wrong."""
    assert (done.returncode, done.stdout) == (1, b"")
    (line,) = done.stderr.decode().splitlines()
    return line


@pytest.mark.parametrize("tool", TOOLS)
def test_there_and_back_in_files(tool: str, stance: Run, small_labels: Path, tmp_path: Path) -> None:
    out, back = tmp_path / "new/folder/out", tmp_path / "back.jsonl"
    done = stance("labels", "export", "--to", tool, small_labels, "-o", out)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    done = stance("labels", "import", "--from", tool, out, "--output", back)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert load_documents(back) == load_documents(small_labels)
    assert [path.name for path in out.parent.iterdir()] == ["out"]


@pytest.mark.parametrize("tool", TOOLS)
def test_there_and_back_in_pipes(tool: str, stance: Run, small_labels: Path) -> None:
    labels = (small_labels / "a.jsonl").read_bytes()
    out = stance("labels", "export", "--to", tool, "-", data=labels).stdout
    assert "开源更便宜".encode() in out, "Chinese is written as itself"
    assert stance("labels", "import", "--from", tool, "-", data=out).stdout == labels


def test_export_says_what_the_tool_needs(stance: Run, small_labels: Path) -> None:
    assert b"allows overlapping spans" in stance("labels", "export", "--to", "doccano", small_labels).stderr
    assert LABEL_STUDIO_CONFIG in stance("labels", "export", "--to", "label-studio", small_labels).stderr.decode()


def test_export_names_a_broken_line(stance: Run, small_labels: Path) -> None:
    good = (small_labels / "a.jsonl").read_text(encoding="utf-8")
    data = good.replace("pro-open", "open")
    (small_labels / "a.jsonl").write_text(data, encoding="utf-8")
    message = "2: stance 'open' is none of pro-open, pro-closed, neutral"
    assert _error(stance("labels", "export", "--to", "doccano", "small")) == f"stance: small/a.jsonl:{message}"
    assert _error(stance("labels", "export", "--to", "doccano", "-", data=data.encode())) == f"stance: -:{message}"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["small/a.jsonl", "small"], "small: document 'small/a' was already in what you named before; export it alone"),
        (["-"], "-: no labels in it"),
        (["nowhere"], "nowhere: no label files"),
    ],
)
def test_nothing_is_exported(words: list[str], message: str, stance: Run, small_labels: Path, tmp_path: Path) -> None:
    done = stance("labels", "export", "--to", "doccano", *words, "-o", "out.jsonl")
    assert _error(done).startswith(f"stance: {message}")
    assert sorted(tmp_path.iterdir()) == [small_labels]


def test_half_a_character_is_not_exported(stance: Run, small_labels: Path) -> None:
    path = small_labels / "a.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"note": ""', '"note": "\\ud83d"'), encoding="utf-8")
    message = "stance: small/a.jsonl:1: holds half a character; write it as UTF-8"
    assert _error(stance("labels", "export", "--to", "doccano", "small")) == message


@pytest.fixture
def twice(stance: Run, small_labels: Path, tmp_path: Path) -> Path:
    """An export of Label Studio in which two users have labelled the same document."""
    tasks: list[dict[str, Any]] = json.loads(
        stance("labels", "export", "--to", "label-studio", small_labels / "c.jsonl").stdout
    )
    (first,) = tasks[0]["annotations"]
    second = json.loads(json.dumps(first).replace("pro-open", "neutral"))
    tasks[0]["annotations"] = [first | {"completed_by": 1}, second | {"completed_by": {"id": 2, "email": "b@x.org"}}]
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def test_two_users_and_one_of_them(twice: Path, stance: Run, small_labels: Path) -> None:
    done = stance("labels", "import", "--from", "label-studio", twice)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 6
    message = "stance: small/c: labelled more than once (1, b@x.org); choose with --annotator to train\n"
    assert done.stderr.decode() == message
    done = stance("labels", "import", "--from", "label-studio", twice, "--annotator", "1")
    assert (done.stdout, done.stderr) == ((small_labels / "c.jsonl").read_bytes(), b"")
    done = stance("labels", "import", "--from", "label-studio", twice, "--annotator", "b@x.org")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["stance"], row["annotator"]) for row in rows] == [
        ("pro-closed", "t"), ("neutral", "t"), ("neutral", "b@x.org"),
    ]  # fmt: skip
    message = _error(stance("labels", "import", "--from", "label-studio", twice, "--annotator", "x"))
    assert message == f"stance: {twice}: no labels in it; x is none of its users: 1, b@x.org"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "in.jsonl: no labels in it; label something, export again"),
        ('{"text": "a", "label": []}', "in.jsonl: no labels in it"),
        ('{"text": "a", "label": []}\n{', "in.jsonl:2: no JSON"),
        ('{"text": "a", "label": [[0, 1, "open"]]}', "in.jsonl:1: label at 0–1: 'open' is none of pro-open"),
        (b"PK\x03\x04\xff", "in.jsonl: not UTF-8 (byte 4); save it as UTF-8, unpacked"),
        (None, "in.jsonl: No such file or directory; name the file that the tool exported"),
    ],
)
def test_nothing_is_imported(data: str | bytes | None, message: str, stance: Run, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "in.jsonl").write_bytes(data.encode() if isinstance(data, str) else data)
    out = tmp_path / "out.jsonl"
    out.write_text("as it was", encoding="utf-8")
    assert _error(stance("labels", "import", "--from", "doccano", "in.jsonl", "-o", out)).startswith(
        f"stance: {message}"
    )
    assert out.read_text(encoding="utf-8") == "as it was"


@pytest.mark.parametrize(("output", "reason"), [("small/a.jsonl/out", "File exists"), (".", "")])
def test_output_that_cannot_be_written(
    output: str, reason: str, stance: Run, small_labels: Path, tmp_path: Path
) -> None:
    done = stance("labels", "export", "--to", "doccano", small_labels, "-o", output)
    message = _error(done)
    assert message.startswith(f"stance: {output}: cannot be written ({reason}")
    assert message.endswith("; name another with -o")
    assert list(tmp_path.iterdir()) == [small_labels]


@pytest.mark.parametrize(
    "words",
    [("export", "small"), ("import", "small"), ("export", "--to", "brat", "small"), ("export", "--to", "doccano")],
)
def test_wrong_usage(words: tuple[str, ...], stance: Run) -> None:
    assert stance("labels", *words).returncode == 2


def test_check(stance: Run, small_labels: Path) -> None:
    done = stance("labels", "check", "small")
    summary = "10 labels (3 pro-open, 3 pro-closed, 4 neutral), documents: 3, files: 3, faults: 0\n"
    assert (done.returncode, done.stdout.decode(), done.stderr) == (0, summary, b"")
    path = small_labels / "b.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("neutral", "none") + "{\n", encoding="utf-8")
    done = stance("labels", "check", "small/b.jsonl")
    assert (done.returncode, done.stderr) == (1, b"")
    first, second, summary = done.stdout.decode().splitlines()
    assert first == "small/b.jsonl:2: stance 'none' is none of pro-open, pro-closed, neutral"
    assert second.startswith("small/b.jsonl:4: no JSON")
    assert summary == "2 labels (1 pro-open, 1 pro-closed, 0 neutral), documents: 1, files: 1, faults: 2"


def test_check_without_labels(stance: Run) -> None:
    assert _error(stance("labels", "check")).startswith("stance: labels: no label files")
