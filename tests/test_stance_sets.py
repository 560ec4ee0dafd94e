"""benchmarks/stance_sets.py on a made-up set: it learns what is plain to learn, and names the place of a bad line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks/stance_sets.py"), str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "LOKY_MAX_CPU_COUNT": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8", env=environment)


def rows() -> list[str]:
    said = {"FAVOR": "i love and support it", "AGAINST": "i hate and oppose it", "NONE": "they met on a day of may"}
    return [
        json.dumps({"text": f"{text}, number {'abcdefghijkl'[n]}", "target": "Tea", "label": label})
        for n in range(12)
        for label, text in said.items()
    ]


def test_learns_what_is_plain(tmp_path: Path) -> None:
    path = tmp_path / "tea.jsonl"
    path.write_text("\n".join(rows()), encoding="utf-8")
    done = run(path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:3] for line in done.stdout.splitlines()[2:4]] == [
        ["tea", "plain", "1.000"],
        ["tea", "tuned", "1.000"],
    ]


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"text": "a", "target": "Tea"}', '{"text": " ", "target": "T", "label": "L"}']
)
def test_names_the_place_of_a_bad_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "tea.jsonl"
    path.write_text("\n".join([*rows()[:2], line]), encoding="utf-8")
    done = run(path)
    assert done.returncode == 1
    assert f"{path}:3: " in done.stderr
    assert "Traceback" not in done.stderr
