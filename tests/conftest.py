"""What several test files share: the checkout, its labels, a small corpus and its model, the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

# A few hundred statements are not worth threads of BLAS, nor a small corpus the start of worker processes.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")

import pytest
from hypothesis import strategies as st

from stance.learning.evaluation import out_of_fold
from stance.learning.labels import LabelledDocument, load_documents
from stance.learning.model import Floats, Model
from stance.learning.training import Example, Settings, examples, train
from stance.reading import read
from stance.types import Document

ROOT = Path(__file__).parents[1]
# Three made-up articles: stance, speaker, sentence.
_SMALL = {
    "small/a": [
        ("neutral", "author", "星野智能周二在海边开会。"),
        ("pro-open", "顾明川", "顾明川说，开源更便宜。"),
        ("pro-closed", "星野智能", "星野智能认为，闭源更安全。"),
        ("neutral", "author", "会后大家去吃面。"),
    ],
    "small/b": [
        ("pro-open", "author", "开源更透明，也更安全。"),
        ("neutral", "author", "下午又下起了雨。"),
        ("pro-closed", "unnamed", "有人说，开源是浪费。"),
    ],
    "small/c": [
        ("pro-closed", "author", "闭源更强，开源落后。"),
        ("neutral", "author", "第二天没有安排。"),
        ("pro-open", "顾明川", "顾明川支持开源。"),
    ],
}


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def corpus() -> list[LabelledDocument]:
    """Every labelled document of the checkout."""
    return load_documents(ROOT / "labels")


@pytest.fixture(scope="session")
def training(corpus: list[LabelledDocument]) -> list[Example]:
    """The statements of the checkout as the learner sees them."""
    return examples(corpus)


@pytest.fixture(scope="session")
def logits(training: list[Example]) -> Floats:
    """Their out-of-fold logits."""
    return out_of_fold(training, Settings(), jobs=1)


@pytest.fixture(scope="session")
def trained(training: list[Example], logits: Floats, corpus: list[LabelledDocument]) -> Model:
    """The model that `stance train` would make of the checkout."""
    return train(training, logits, corpus, Settings())


@pytest.fixture(scope="session")
def seed_documents() -> dict[str, Document]:
    """The seed articles as they are read today, by the id that labels give them."""
    return {
        f"seeds/{path.name[:3]}": read(path.read_text(encoding="utf-8"), id=f"seeds/{path.name[:3]}")
        for path in sorted((ROOT / "seeds").glob("*.txt"))
    }


@pytest.fixture
def small_labels(tmp_path: Path) -> Path:
    """A folder with one label file for each article of a small corpus."""
    folder = tmp_path / "small"
    folder.mkdir()
    for document, rows in _SMALL.items():
        lines = "\n".join(_lines(document, rows))
        (folder / f"{document[-1]}.jsonl").write_text(lines + "\n", encoding="utf-8")
    return folder


def _lines(document: str, rows: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    start = 0
    for stance, speaker, text in rows:
        end = start + len(text)
        row = {"document": document, "start": start, "end": end, "text": text, "speaker": speaker}
        yield json.dumps(row | {"stance": stance, "annotator": "t", "note": ""}, ensure_ascii=False)
        start = end + 1


@pytest.fixture
def small_corpus(small_labels: Path) -> list[LabelledDocument]:
    return load_documents(small_labels)


@pytest.fixture
def small_model(small_corpus: list[LabelledDocument]) -> Model:
    rows = examples(small_corpus)
    return train(rows, out_of_fold(rows, Settings(), jobs=1), small_corpus, Settings())


@pytest.fixture
def small_folder(small_model: Model, tmp_path: Path) -> Path:
    """The model of the small corpus, saved."""
    folder = tmp_path / "model"
    small_model.save(folder, "# card\n")
    return folder


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment in which a subprocess finds this very package."""
    paths = [str(ROOT / "src"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "COLUMNS": "120"}


@pytest.fixture(scope="session")
def stance_command() -> list[str]:
    """The words that start the command line."""
    return [sys.executable, "-c", "from stance.cli import main; main()"]


@pytest.fixture
def stance(
    stance_command: list[str], environment: dict[str, str], tmp_path: Path
) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs the command line in `tmp_path`, with `data` on standard input."""

    def run(*words: object, data: bytes = b"", timeout: float = 60) -> subprocess.CompletedProcess[bytes]:
        command = [*stance_command, *map(str, words)]
        return subprocess.run(
            command, input=data, capture_output=True, check=False, cwd=tmp_path, env=environment, timeout=timeout
        )

    return run


# --- case tables, seeds, and the text that property tests draw from ---

TESTS = ROOT / "tests"
_ALPHABET = "开源闭源大会九点他说認為論談?w？！。，,、：:；“”「」《》\"'()[]<>&*_#|-.…1 3aAI\n\t\u3000\u200bＡ模"
_PIECES = (
    "</p>", "<br>", "<b>", "&amp;", "&lt;p&gt;", "?wù)摲忾]", "？/p>", "(zhǎn)", ",，", "，，", "“", "”", "！？",
    "他说", "问：", "答：", "顾明川说：“", "李彦宏认为，", "Dana Whitlock said ", "Mr. ", "3.5", "……", "?\n", "**",
    "# ", "https://a.org/?q=1", "[a](//b)",
)  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the marker ``cases("name")`` runs once a line of cases/name.jsonl; ``xfail`` lines must fail."""
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is not None:
        lines = (TESTS / "cases" / f"{marker.args[0]}.jsonl").read_text(encoding="utf-8").strip().split("\n")
        cases = [json.loads(line) for line in lines]
        metafunc.parametrize("case", [_parameter(case) for case in cases])


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases(name): run once for every line of cases/name.jsonl")


def _parameter(case: dict[str, Any]) -> Any:
    marks = [pytest.mark.xfail(reason=case["xfail"], strict=True)] if "xfail" in case else []
    return pytest.param(case, id=case["label"], marks=marks)


@pytest.fixture(scope="session")
def seeds() -> list[str]:
    """The five source articles, as scraped."""
    return [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]


@pytest.fixture(scope="session")
def draw_text() -> Callable[[st.DataObject], str]:
    """Draws text rich in what reading acts on, whole and damaged."""
    pieces = st.one_of(st.sampled_from(_ALPHABET), st.sampled_from(_PIECES))
    strategy = st.lists(pieces, max_size=40).map("".join)

    def draw(data: st.DataObject) -> str:
        return data.draw(strategy)

    return draw
