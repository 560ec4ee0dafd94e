"""benchmarks/speed.py on a tiny text: every part measures something, and what it finds is written down whole."""

import re
import subprocess
import sys
from pathlib import Path

TITLES = [
    "Start to exit, `echo 开源是智商税。`",
    "A file of articles, one process",
    "Many documents",
    "Reading and scoring alone",
    "Where the time goes, Chinese",
    "Growth with the length of a text",
    "Growth of training with the number of statements",
    "Other tools on the same text",
]


def run(root: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "benchmarks/speed.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", env=environment)


def test_measures_everything_it_promises(root: Path, environment: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "RESULTS.md"
    done = run(root, environment, "--quick", "--megabytes", "0.02", "--rounds", "1", "--out", str(out))
    assert done.returncode == 0, done.stderr
    written = out.read_text(encoding="utf-8")
    assert re.findall("^## (.*)$", written, re.MULTILINE) == ["What must hold", *TITLES]
    assert all(title in done.stdout for title in TITLES)
    for section in written.split("## ")[1:]:
        rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| ")]
        assert len(rows) > 2, section
        assert len({len(row) for row in rows}) == 1, section
    assert not re.search(r"nan|inf\b|/home|/tmp|\.venv", written)
    assert list(tmp_path.iterdir()) == [out]


def test_a_part_that_does_not_exist_is_refused(root: Path, environment: dict[str, str]) -> None:
    done = run(root, environment, "finish")
    assert done.returncode == 2
    assert "no part is called finish; there are start, file" in done.stderr
