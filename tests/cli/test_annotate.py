import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.learning.labels import load_documents

Run = Callable[..., subprocess.CompletedProcess[bytes]]
TEXT = "顾明川说，开源更便宜。\n\n星野智能认为，闭源更安全。\n\n周二有雨。"


@pytest.fixture
def annotate(stance: Run, small_folder: Path, tmp_path: Path) -> Run:
    """`stance annotate article.txt` with answers on standard input."""
    (tmp_path / "article.txt").write_text(TEXT, encoding="utf-8")

    def run(answers: str, *words: object) -> subprocess.CompletedProcess[bytes]:
        data = "".join(f"{answer}\n" for answer in answers.split("|") if answer).encode()
        return stance("annotate", "article.txt", "--model", small_folder, "--annotator", "mei", *words, data=data)

    return run


def _labels(tmp_path: Path) -> list[tuple[str, str, str, str]]:
    return [
        (label.statement.text, label.statement.speaker_name, str(label.stance), label.note)
        for document in load_documents(tmp_path / "labels/local")
        for label in document.labels
    ]


def test_the_loop(annotate: Run, tmp_path: Path) -> None:
    done = annotate("1|s 某人|n hard to say|2|3")
    assert (done.returncode, done.stderr) == (0, b"")
    rows = _labels(tmp_path)
    assert [row[0] for row in rows] == ["顾明川说，开源更便宜。", "星野智能认为，闭源更安全。", "周二有雨。"]
    assert sorted(row[2] for row in rows) == ["neutral", "pro-closed", "pro-open"]
    (corrected,) = [row for row in rows if row[3]]
    assert corrected[1:] == ("某人", "pro-closed", "hard to say")
    out = done.stdout.decode()
    assert "1 pro-open  2 pro-closed  3 neutral" in out
    assert out.splitlines()[-1] == "3 of 3 labelled, in labels/local"
    (document,) = load_documents(tmp_path / "labels/local")
    assert {label.annotator for label in document.labels} == {"mei"}


def test_speaker_and_note_may_be_asked_for(annotate: Run, tmp_path: Path) -> None:
    annotate("s|某人|n|why|1|q")
    ((_, speaker, stance, note),) = _labels(tmp_path)
    assert (speaker, stance, note) == ("某人", "pro-open", "why")


def test_the_end_of_the_answers_is_quitting(annotate: Run, tmp_path: Path) -> None:
    done = annotate("3")
    assert done.returncode == 0
    assert "1 of 3 labelled" in done.stdout.decode()
    assert len(_labels(tmp_path)) == 1
    again = annotate("")
    assert "2 of 3" in again.stdout.decode(), "the first is not asked again"


def test_undo_and_skip(annotate: Run, tmp_path: Path) -> None:
    done = annotate("u|1|u|2|k|3|u|u|3|1|q")
    out = done.stdout.decode()
    assert "nothing to undo" in out
    stances = sorted(row[2] for row in _labels(tmp_path))
    assert stances == ["neutral", "pro-closed", "pro-open"]


def test_other_keys_show_the_keys(annotate: Run, tmp_path: Path) -> None:
    done = annotate("x|4|pro-open|q")
    assert done.stdout.decode().count("1 pro-open  2 pro-closed") == 4
    assert not (tmp_path / "labels").exists()


def test_a_folder_that_cannot_be_written(annotate: Run, tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("", encoding="utf-8")
    done = annotate("1|q")
    assert done.returncode == 1
    assert done.stderr.decode().startswith("stance: labels/local: cannot be written (")
    assert done.stderr.count(b"\n") == 1
    assert done.stdout.decode().count("1 of 3") == 2, "the same statement is asked again"


def test_text_does_not_steer_the_terminal(stance: Run, small_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("开源更便宜[bold red]，\x1b[31m也更安全[/dim]。", encoding="utf-8")
    done = stance("annotate", "a.txt", "--model", small_folder, data=b"q\n")
    assert done.returncode == 0
    assert b"\x1b" not in done.stdout
    assert "[bold red]" in done.stdout.decode()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        (
            "nowhere.txt",
            None,
            "stance: nowhere.txt: No such file or directory; name a readable text file, or - for standard input\n",
        ),
        ("my.pdf", b"%PDF-1.7", "stance: my.pdf: not text but a PDF; save it as plain text\n"),
        ("empty.txt", b" \n", "stance: empty.txt: no text in it; name articles\n"),
    ],
)
def test_files_that_are_no_articles(
    name: str, data: bytes | None, message: str, stance: Run, small_folder: Path, tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = stance("annotate", name, "--model", small_folder)
    assert (done.returncode, done.stdout, done.stderr.decode()) == (1, b"", message)
