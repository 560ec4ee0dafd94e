import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from stance.cli import app

Run = Callable[..., subprocess.CompletedProcess[bytes]]
TEXTS = ["顾明川说，开源模型更便宜。明天有雨。", "Closed models are safer.", "闭源更安全。", "开源是浪费。"]
LINUX = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc, where processes are listed")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with a text a file."""
    folder = tmp_path / "articles"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text, encoding="utf-8")
    return folder


def _statements(folder: Path) -> list[dict[str, Any]]:
    if parquet := sorted(folder.glob("part-*.parquet")):
        rows: list[dict[str, Any]] = pq.read_table(parquet).to_pylist()
        return rows
    lines = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("part-*.jsonl"))]
    return [json.loads(line) for line in "".join(lines).splitlines()]


def _beside(folder: Path) -> list[Path]:
    return list(folder.rglob(".beside-*"))


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.is_file() and path.name[0] != "."}


# --- what comes out --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("format", ["parquet", "jsonl"])
def test_what_is_written_does_not_depend_on_jobs(format: str, stance: Run, tmp_path: Path) -> None:
    words = ("bulk", "articles", "--format", format, "--shard-size", 2)
    one = stance(*words, "--out", "one", "--jobs", 1)
    two = stance(*words, "--out", "two", "--jobs", 2)
    assert (one.returncode, two.returncode, one.stdout, two.stdout) == (0, 0, b"", b"")
    assert _contents(tmp_path / "one") == _contents(tmp_path / "two")
    assert list(_contents(tmp_path / "one")) == [*(f"part-0000{n}.{format}" for n in range(2)), "run.json"]
    rows = _statements(tmp_path / "one")
    assert len(rows) == 5
    assert list(dict.fromkeys(row["document"] for row in rows)) == [f"articles/{n}.txt" for n in range(4)]
    summary = one.stderr.decode().splitlines()
    counts = [sum(row["stance"] == name for row in rows) for name in ("pro-open", "pro-closed", "neutral")]
    assert summary[0] == "4 documents, 5 statements: {} pro-open, {} pro-closed, {} neutral".format(*counts)
    assert summary[1].startswith("4 documents in ")
    assert "documents/s" in summary[1]
    assert "MB/s" in summary[1]
    assert len(summary) == 2


def test_it_says_what_predict_says(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    stance("bulk", "a.txt", "--out", "out", "--format", "jsonl")
    expected = [json.loads(line) for line in stance("predict", "a.txt").stdout.splitlines()]
    for row in expected:
        row |= {name.replace("-", "_"): value for name, value in row.pop("probabilities").items()}
    assert _statements(tmp_path / "out") == [
        {key: pytest.approx(value, abs=2e-4) if isinstance(value, float) else value for key, value in row.items()}
        for row in expected
    ]


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_columns_are_named(kind: str, stance: Run, tmp_path: Path) -> None:
    rows = [{"url": f"u{number}", "body": text} for number, text in enumerate(TEXTS)]
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif kind == "csv":
        path.write_text("url,body\n" + "".join(f"{row['url']},{row['body']}\n" for row in rows), encoding="utf-8")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = stance("bulk", path, "--out", "out", "--text-column", "body", "--id-column", "url", "--shard-size", 2)
    assert done.returncode == 0, done.stderr
    assert [row["document"] for row in _statements(tmp_path / "out")] == ["u0", "u0", "u1", "u2", "u3"]


@LINUX
@pytest.mark.usefixtures("articles")
def test_progress_on_a_terminal(stance_command: list[str], environment: dict[str, str], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*stance_command, "bulk", "articles", "--out", "out", "--jobs", "1", "--shard-size", "2"],
        stderr=theirs, check=False, cwd=tmp_path, env=environment | {"TERM": "xterm"}, timeout=60,
    )  # fmt: skip
    os.close(theirs)
    shown = os.read(ours, 1_000_000).decode()
    os.close(ours)
    assert done.returncode == 0
    for words in ("4/4", "documents/s", "MB/s", "left", "4 documents, 5 statements"):
        assert words in shown


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_bad_documents_and_inputs(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "good.jsonl").write_text(f'{{"text": "{TEXTS[0]}"}}\n{{"text": null}}\n', encoding="utf-8")
    (tmp_path / "column.csv").write_text("body\na\n", encoding="utf-8")
    pq.write_table(pa.table({"text": TEXTS}), tmp_path / "half.parquet")
    data = (tmp_path / "half.parquet").read_bytes()
    (tmp_path / "half.parquet").write_bytes(data[: len(data) // 2])
    done = stance("bulk", "none", "column.csv", "half.parquet", "good.jsonl", "--out", "out")
    assert done.returncode == 1
    lines = done.stderr.decode().splitlines()
    assert lines[0] == "stance: none: No such file or directory; name a readable file or folder"
    assert lines[1] == "stance: column.csv: no column 'text'; its columns are body; name one with --text-column"
    assert lines[2].startswith("stance: half.parquet: Parquet magic bytes not found in footer")
    assert lines[2].endswith("; write it anew")
    assert lines[3].startswith("1 documents, 2 statements")
    assert lines[4] == "4 could not be labelled: see out/errors.jsonl"
    errors = [json.loads(line) for line in (tmp_path / "out/errors.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(error["source"], error["row"]) for error in errors] == [
        ("none", None), ("column.csv", None), ("half.parquet", None), ("good.jsonl", 2)
    ]  # fmt: skip
    assert len(_statements(tmp_path / "out")) == 2


def test_a_bad_document_alone_is_no_failure(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a."}\n{"text": null}\n', encoding="utf-8")
    done = stance("bulk", "a.jsonl", "--out", "out")
    assert done.returncode == 0
    assert "1 could not be labelled: see out/errors.jsonl" in done.stderr.decode()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere", "--out", "new"], "nowhere: No such file or directory; name a readable file or folder"),
        (["articles", "--out", "articles"], "articles: not empty; go on with the run in it by --resume, or"),
        (["articles", "--out", "new", "--model", "nowhere"], "nowhere/metadata.json: missing; run `stance train"),
    ],
)  # fmt: skip
def test_what_cannot_begin(words: list[str], message: str, articles: Path, stance: Run, tmp_path: Path) -> None:
    done = stance("bulk", *words)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.count(b"\n") == 1
    assert message in done.stderr.decode()
    assert not (tmp_path / "new").exists()
    assert len(list(articles.iterdir())) == 4


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--shard-size", "0"], ["--format", "csv"], ["--address", "x"]])
def test_wrong_usage(words: list[str], stance: Run, tmp_path: Path) -> None:
    done = stance("bulk", "articles", "--out", "out", *words)
    assert done.returncode == 2
    assert not (tmp_path / "out").exists()


def test_help_holds_examples() -> None:
    done = CliRunner().invoke(app, ["bulk", "--help"])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "stance bulk archive/ --out statements --engine ray --address auto" in done.stdout


# --- interruptions ---------------------------------------------------------------------------------------------------


@contextmanager
def _stuck(
    command: list[str], environment: dict[str, str], articles: Path, jobs: int
) -> Iterator[subprocess.Popen[bytes]]:
    """A run that has finished the first four shards and waits for the text of the fifth."""
    os.mkfifo(articles / "4.txt")
    words = ["bulk", "articles", "--out", "out", "--shard-size", "1", "--jobs", str(jobs)]
    process = subprocess.Popen(
        [*command, *words], stderr=subprocess.PIPE, cwd=articles.parent, env=environment, start_new_session=True
    )
    try:
        finished = articles.parent / "out/.finished"
        # The last shard is begun when all others are done, or, with a process to spare, before.
        _wait(lambda: len(list(finished.glob("*.json"))) == 4 and len(_beside(articles.parent / "out")) == 1)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def _workers(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes of a session that label."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            session = int((path / "stat").read_text().rpartition(")")[2].split()[3])
            line = (path / "cmdline").read_bytes()
        except OSError:
            continue
        if session == process.pid and b"popen_loky" in line:
            found.append(int(path.name))
    return found


def _resumes(stance: Run, articles: Path) -> None:
    """Whether --resume completes the run, as if nothing had been."""
    folder = articles.parent
    before = _contents(folder / "out")
    writer = subprocess.Popen([sys.executable, "-c", "open('articles/4.txt', 'w').write('开源更强。')"], cwd=folder)
    done = stance("bulk", "articles", "--out", "out", "--shard-size", 1, "--jobs", 1, "--resume")
    assert writer.wait(60) == 0
    assert (done.returncode, _beside(folder / "out")) == (0, [])
    assert b"\n1 documents in " in done.stderr, "only what was left"
    after = _contents(folder / "out")
    assert before == {name: data for name, data in after.items() if name in before}
    (articles / "4.txt").unlink()
    (articles / "4.txt").write_text("开源更强。", encoding="utf-8")
    assert stance("bulk", "articles", "--out", "whole", "--shard-size", 1, "--jobs", 1).returncode == 0
    whole = _contents(folder / "whole")
    assert after | {"run.json": b""} == whole | {"run.json": b""}


@LINUX
def test_a_killed_worker(articles: Path, stance: Run, stance_command: list[str], environment: dict[str, str]) -> None:
    with _stuck(stance_command, environment, articles, 2) as process:
        workers = _workers(process)
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        _, shown = process.communicate(timeout=60)
    assert process.returncode == 1
    assert shown.count(b"\n") == 1, shown.decode()
    assert b"a worker was killed" in shown
    assert b"run again with --resume" in shown
    assert _beside(articles.parent / "out") == []
    _resumes(stance, articles)


@LINUX
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c(jobs: int, articles: Path, stance: Run, stance_command: list[str], environment: dict[str, str]) -> None:
    with _stuck(stance_command, environment, articles, jobs) as process:
        workers = _workers(process)
        assert len(workers) == (2 if jobs == 2 else 0)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, shown = process.communicate(timeout=60)
    assert process.returncode == 130
    assert shown.decode() == "stance: out: interrupted; finished shards are kept: run again with --resume\n"
    assert _beside(articles.parent / "out") == []
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)
    _resumes(stance, articles)


@LINUX
def test_everything_killed(articles: Path, stance: Run, stance_command: list[str], environment: dict[str, str]) -> None:
    with _stuck(stance_command, environment, articles, 2) as process:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    assert not (articles.parent / "out/part-00004.parquet").exists()
    _resumes(stance, articles)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False, encoding="utf-8")
    except FileNotFoundError:
        pytest.skip("a full disk was NOT tested: there is no mount here")
    if done.returncode:
        pytest.skip(f"a full disk was NOT tested, run as root to do so: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk(jobs: int, small_disk: Path, stance: Run, tmp_path: Path) -> None:
    with (tmp_path / "a.jsonl").open("w", encoding="utf-8") as file:
        for number in range(8):
            file.write(json.dumps({"text": "".join(f"第{number}{n}家公司说，开源更好。" for n in range(60))}) + "\n")
    words = ("bulk", "a.jsonl", "--format", "jsonl", "--shard-size", 1, "--jobs", jobs)
    done = stance(*words, "--out", small_disk / "out")
    assert done.returncode == 1
    assert done.stderr.count(b"\n") == 1, done.stderr.decode()
    assert "No space left on device; mend that, then run again with --resume" in done.stderr.decode()
    assert _beside(small_disk) == []
    kept = _contents(small_disk / "out")
    assert 1 < len(kept) < 9
    subprocess.run(["mount", "-o", "remount,size=10m", str(small_disk)], check=True)
    assert stance(*words, "--out", small_disk / "out", "--resume").returncode == 0
    assert stance(*words, "--out", "whole").returncode == 0
    whole = _contents(tmp_path / "whole")
    assert _contents(small_disk / "out") == whole
    assert kept == {name: whole[name] for name in kept}
