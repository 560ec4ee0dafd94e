import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stance.cli import app

Run = Callable[..., subprocess.CompletedProcess[bytes]]
CHINESE = "顾明川说，开源模型更便宜，也更安全。明天有雨，大家都在家里休息。"
ENGLISH = "Open models are cheaper. It will rain on Sunday."


@pytest.fixture
def articles(tmp_path: Path) -> list[Path]:
    for name, text in {"a.txt": CHINESE, "b.txt": ENGLISH}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [Path("a.txt"), Path("b.txt")]


def _one_line(data: bytes) -> str:
    text = data.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("stance: ")
    return text


def test_a_page(stance: Run, articles: list[Path], tmp_path: Path) -> None:
    done = stance("report", *articles, "-o", "new/report.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    page = (tmp_path / "new/report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.endswith("</html>\n")
    for words in ("顾明川", "Open models are cheaper.", "Model card", "<svg"):
        assert words in page
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["report.html"], "nothing is left beside it"


def test_standard_input_and_output(stance: Run) -> None:
    done = stance("report", "-", data=CHINESE.encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"<!doctype html>")


@pytest.mark.parametrize("words", [["--format", "md"], ["-o", "r.md"]])
def test_markdown(words: list[str], stance: Run, articles: list[Path], tmp_path: Path) -> None:
    done = stance("report", *articles, *words)
    assert (done.returncode, done.stderr) == (0, b"")
    text = (done.stdout or (tmp_path / "r.md").read_bytes()).decode()
    assert "| 顾明川 | 1 | 0 | 0 |" in text


@pytest.mark.parametrize(("language", "title"), [("zh", "# 开源还是闭源"), ("en", "# Open or closed AI")])
def test_language(language: str, title: str, stance: Run, articles: list[Path]) -> None:
    done = stance("report", *articles, "--format", "md", "--language", language)
    assert done.stdout.decode().startswith(title)


def test_a_stance_can_be_withheld(stance: Run, articles: list[Path]) -> None:
    done = stance("report", *articles, "--format", "md", "--min-confidence", "1", "--language", "en")
    assert "4 statements, 2 documents: 0 pro-open, 0 pro-closed" in done.stdout.decode()
    assert "unsure" in done.stdout.decode()


def test_a_long_article_is_one_document(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text("明天有雨。\n\n" * 6_000 + "开源更便宜。\n", encoding="utf-8")
    done = stance("report", "long.txt", "--format", "md")
    assert "1 篇文章，6001 句话：" in done.stdout.decode()


def test_the_card_is_that_of_the_model(stance: Run, articles: list[Path], small_folder: Path) -> None:
    (small_folder / "README.md").write_text("# Mine\n", encoding="utf-8")
    done = stance("report", *articles, "--model", small_folder)
    assert done.returncode == 0
    assert "<h3>Mine</h3>" in done.stdout.decode()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_stays_a_link(stance: Run, articles: list[Path], tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to("real.md")
    assert stance("report", *articles, "-o", "link.md").returncode == 0
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "real.md").is_file()


@pytest.mark.skipif(os.name == "nt", reason="no named pipes there")
def test_what_is_no_file_is_written_to_and_not_replaced(stance: Run, articles: list[Path], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with subprocess.Popen(["cat", "pipe.md"], stdout=subprocess.PIPE, cwd=tmp_path) as reader:
        assert stance("report", *articles, "-o", "pipe.md").returncode == 0
        assert reader.communicate(timeout=60)[0].startswith("# 开源还是闭源".encode())
    assert (tmp_path / "pipe.md").is_fifo()


def test_a_reader_that_goes_away(
    stance_command: list[str], environment: dict[str, str], articles: list[Path], tmp_path: Path
) -> None:
    command = [*stance_command, "report", *map(str, articles)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_one_file_of_several_that_cannot_be_read(stance: Run, articles: list[Path], tmp_path: Path) -> None:
    done = stance("report", "none.txt", *articles, "-o", "r.md")
    assert done.returncode == 1
    assert "none.txt" in _one_line(done.stderr)
    assert "2 篇文章" in (tmp_path / "r.md").read_text(encoding="utf-8"), "the others are reported on"


@pytest.mark.parametrize(("name", "data"), [("none.txt", None), ("empty.txt", b" \n"), ("binary.txt", b"\0\1\2" * 99)])
def test_nothing_to_report_on(name: str, data: bytes | None, stance: Run, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "r.html").write_text("before", encoding="utf-8")
    done = stance("report", name, "-o", "r.html")
    assert done.returncode == 1
    assert name in _one_line(done.stderr)
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == "before"


@pytest.mark.parametrize("place", ["folder", "a.txt/r.html"])
def test_a_place_that_cannot_be_written(place: str, stance: Run, articles: list[Path], tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    done = stance("report", *articles, "--format", "md", "-o", place)
    assert done.returncode == 1
    assert re.search(r"cannot be written \(.+\); name another with -o", _one_line(done.stderr))
    assert not list(tmp_path.glob(".*")), "nothing is left beside it"


def test_an_article_is_not_written_over(stance: Run, articles: list[Path], tmp_path: Path) -> None:
    done = stance("report", *articles, "-o", tmp_path / "folder" / ".." / "a.txt")
    assert done.returncode == 2
    assert "is one of the articles" in " ".join(re.sub("[│\n]", " ", done.stderr.decode()).split())
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == CHINESE


def test_a_broken_model(stance: Run, articles: list[Path]) -> None:
    done = stance("report", *articles, "--model", "none", "-o", "r.html")
    assert done.returncode == 1
    assert "none" in _one_line(done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="file names are text there")
def test_a_file_name_that_is_no_text(stance: Run, tmp_path: Path) -> None:
    name = os.fsdecode(b"a\xff.txt")
    try:
        (tmp_path / name).write_text(CHINESE, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    done = stance("report", name, "-o", "r.html")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "a\\xff.txt" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_no_article_named() -> None:
    assert CliRunner().invoke(app, ["report"]).exit_code == 2


def test_help_has_examples() -> None:
    text = CliRunner().invoke(app, ["report", "--help"]).output
    assert text.count("stance report ") >= 3
