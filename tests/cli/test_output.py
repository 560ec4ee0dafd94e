"""What all commands do with standard output."""

import shlex
import subprocess
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
