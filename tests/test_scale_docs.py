import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROWS = [
    {"url": "https://example.org/1", "body": "顾明川说，开源模型更便宜。"},
    {"url": "https://example.org/2", "body": None},
    {"url": "https://example.org/3", "body": "闭源更安全。明天有雨。"},
]
LABELLED = [
    ("https://example.org/1", "pro-open"), ("https://example.org/3", "pro-closed"), ("https://example.org/3", "neutral")
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "articles.parquet")
    return tmp_path


def _snippet(root: Path, word: str) -> str:
    (found,) = [
        block[1] for block in _BLOCK.finditer((root / "docs/scale.md").read_text(encoding="utf-8")) if word in block[1]
    ]
    return found


def _run(snippet: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", snippet], capture_output=True, check=False, cwd=folder, env=environment, timeout=180,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def _statements(folder: Path) -> list[tuple[str, str]]:
    rows = pq.read_table(folder / "statements", columns=["document", "start", "stance"]).to_pylist()
    return [(row["document"], row["stance"]) for row in sorted(rows, key=lambda row: (row["document"], row["start"]))]


def test_plain_python(root: Path, folder: Path, environment: dict[str, str]) -> None:
    printed = _run(_snippet(root, "iter_batches"), folder, environment)
    assert re.findall(r"'document': '(.*?)'.*?'stance': '(.*?)'", printed) == LABELLED


def test_duckdb(root: Path, folder: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("duckdb", reason="the snippet for DuckDB needs: pip install duckdb")
    printed = _run(_snippet(root, "duckdb"), folder, environment)
    assert printed == "[('neutral', 1), ('pro-closed', 1), ('pro-open', 1)]\n"


def test_spark(root: Path, folder: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("pyspark", reason="the snippet for Spark needs: pip install pyspark, and Java 17 or newer")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("the snippet for Spark needs Java 17 or newer")
    local = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    local["PYSPARK_SUBMIT_ARGS"] = "--master local[2] pyspark-shell"
    _run(_snippet(root, "pyspark"), folder, environment | local)
    assert _statements(folder) == LABELLED


def test_ray(root: Path, folder: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("ray", reason="the snippet for Ray needs: pip install 'stance[ray]'")
    _run(_snippet(root, "import ray"), folder, environment)
    assert _statements(folder) == LABELLED
