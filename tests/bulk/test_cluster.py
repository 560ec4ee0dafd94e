"""On a Ray cluster of two nodes on this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="--engine ray was NOT tested; it needs: pip install 'stance[ray]'")

# Ray and what it brings along warn of themselves.
pytestmark = pytest.mark.filterwarnings("ignore")

Run = Callable[..., subprocess.CompletedProcess[bytes]]
_MARK = "STANCE_TEST_CLUSTER"


@pytest.fixture(scope="module")
def cluster(environment: dict[str, str]) -> Iterator[str]:
    """The address of two nodes of one CPU; what they start can be told by a variable of its environment."""
    # In a process of its own, so that the warnings and threads of Ray stay out of the other tests.
    script = (
        "import sys; from ray.cluster_utils import Cluster;"
        "cluster = Cluster(initialize_head=True, head_node_args={'num_cpus': 1, 'include_dashboard': False});"
        "cluster.add_node(num_cpus=1); print('address', cluster.address, flush=True); sys.stdin.read();"
        "cluster.shutdown()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment | {_MARK: str(os.getpid())}, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    address = next(line.split()[1] for line in process.stdout if line.startswith("address "))
    yield address
    process.communicate("", timeout=60)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    texts = ["".join(f"第{number}{n}家公司说，开源更好。明天有雨。" for n in range(30)) for number in range(12)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in [*texts, None]), encoding="utf-8")
    return path


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def _labellers() -> list[int]:
    """The workers of our cluster that label."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            line, environment = (path / "cmdline").read_bytes(), (path / "environ").read_bytes()
        except OSError:
            continue
        if b"ray::MapWorker" in line and f"{_MARK}={os.getpid()}".encode() in environment.split(b"\0"):
            found.append(int(path.name))
    return found


def test_the_same_files_as_on_one_machine(cluster: str, articles: Path, stance: Run, tmp_path: Path) -> None:
    words = ("bulk", articles.name, "--shard-size", 3)
    on_ray = stance(*words, "--out", "ray", "--engine", "ray", "--address", cluster, timeout=180)
    assert on_ray.returncode == 0, on_ray.stderr
    assert b"12 documents, " in on_ray.stderr
    here = stance(*words, "--out", "here", "--jobs", 1)
    assert here.returncode == 0
    assert _contents(tmp_path / "ray") == _contents(tmp_path / "here")
    assert len(list((tmp_path / "ray").glob("part-*.parquet"))) == 5
    again = stance(*words, "--out", "ray", "--engine", "ray", "--address", cluster, "--resume", timeout=180)
    assert (again.returncode, b"0 documents in " in again.stderr) == (0, True)


def test_a_killed_worker_is_replaced(
    cluster: str, articles: Path, stance: Run, stance_command: list[str], environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number, line in enumerate(articles.read_text(encoding="utf-8").splitlines()[:5]):
        (folder / f"{number}.txt").write_text(json.loads(line)["text"], encoding="utf-8")
    # Whoever reads this waits, so that the kill comes in the middle.
    os.mkfifo(folder / "5.txt")
    words = ["bulk", "in", "--out", "ray", "--shard-size", "1", "--engine", "ray", "--address", cluster]
    with subprocess.Popen(
        [*stance_command, *words], stderr=subprocess.PIPE, cwd=tmp_path, env=environment, start_new_session=True
    ) as process:
        try:
            _wait(lambda: len(list((tmp_path / "ray/.finished").glob("*.json"))) == 5 and bool(_beside(tmp_path)))
            (writing,) = {int(path.name.rpartition(".")[2]) for path in _beside(tmp_path)}
            assert writing in _labellers()
            os.kill(writing, signal.SIGKILL)
            with (folder / "5.txt").open("w", encoding="utf-8") as file:  # waits for the next to read it
                file.write("开源更强。")
            _, shown = process.communicate(timeout=120)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, shown
    assert _beside(tmp_path) == []
    (folder / "5.txt").unlink()
    (folder / "5.txt").write_text("开源更强。", encoding="utf-8")
    assert stance("bulk", "in", "--out", "here", "--shard-size", 1, "--jobs", 1).returncode == 0
    assert _contents(tmp_path / "ray") | {"run.json": b""} == _contents(tmp_path / "here") | {"run.json": b""}


def _beside(folder: Path) -> list[Path]:
    return list((folder / "ray").glob(".beside-*"))


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_no_cluster_is_one_line(articles: Path, stance: Run) -> None:
    done = stance("bulk", articles, "--out", "out", "--engine", "ray", "--address", "nonsense", timeout=120)
    assert done.returncode == 1
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("stance: nonsense: no cluster (")
    assert last.endswith("start one by `ray start --head`, or name it with --address")
