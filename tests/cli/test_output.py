"""What all commands do with standard output and standard error."""

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    "words",
    [
        ["predict", "a.txt"],
        ["report", "a.txt"],
        ["annotate", "a.txt"],
        ["evaluate", "--labels", "small"],
        ["labels", "export", "--to", "doccano", "small"],
    ],
    ids=lambda words: words[0],
)
@pytest.mark.usefixtures("small_labels")
def test_a_closed_standard_output_is_one_line(
    words: list[str], stance_command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("开源更便宜。", encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join([*stance_command, *words])} >&-"],
        capture_output=True, check=False, cwd=tmp_path, env=environment, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.decode().splitlines()
    assert line.startswith("stance: standard output is closed; ")


# A file in GBK in a folder in UTF-8, as archives unpacked on Linux have them.
GBK = f"档案/{os.fsdecode('开源.txt'.encode('gbk'))}"


@pytest.fixture
def gbk(tmp_path: Path) -> Path:
    path = tmp_path / GBK
    path.parent.mkdir()
    try:
        path.write_bytes(b"\0\1\2" * 99)
    except OSError:
        pytest.skip("this file system takes only names that are text")
    return path


@pytest.mark.parametrize(
    "command",
    [
        "predict {}", "report {}", "report {0} -o {0}", "report a.txt -o {}/r.html", "annotate {}", "serve {}",
        "annotate a.txt --labels {}", "predict a.txt --model {}", "clean {}", "clean a.txt {}",
        "bulk {}.none --out o", "bulk a.txt --out {}", "bulk a.txt {}.csv --out o",
        "labels check {}", "labels export --to doccano {}", "labels import --from doccano {}",
        "labels export --to doccano small/a.jsonl -o {}/x",
        "train --labels {}", "train --labels {}.none", "evaluate --labels {}",
        "evaluate --labels small --model {}.none",
    ],
)  # fmt: skip
@pytest.mark.usefixtures("small_labels", "gbk")
def test_every_command_names_a_file_whose_name_is_gbk(
    command: str, stance: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("开源更便宜。", encoding="utf-8")
    done = stance(*command.format(GBK).split(" "), data=b"1\nq\n")
    said = (done.stdout + done.stderr).decode()
    assert done.returncode in {1, 2}, said
    assert "档案/开源.txt" in said
    assert "Traceback" not in said
    assert "\\udc" not in said


def test_labels_are_signed_and_kept_under_any_name(
    stance: Callable[..., subprocess.CompletedProcess[bytes]], gbk: Path
) -> None:
    gbk.write_text("开源更便宜。", encoding="utf-8")
    name = os.fsdecode("陆舟".encode("gbk"))
    done = stance("annotate", GBK, "--labels", f"档案/{name}", "--annotator", name, data="n 好的\n1\nq\n".encode("gbk"))
    assert (done.returncode, done.stderr) == (0, b"")
    assert "1 of 1 labelled, in 档案/陆舟/local" in done.stdout.decode()
    (labels,) = (gbk.parent / name / "local").glob("*.jsonl")
    assert '"annotator": "陆舟", "note": "好的"' in labels.read_text(encoding="utf-8")
