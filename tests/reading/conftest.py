"""What the tests of reading share: the case tables, and the text that property tests draw from."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

TESTS = Path(__file__).parents[1]
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
    return [path.read_text(encoding="utf-8") for path in sorted((TESTS.parent / "seeds").glob("*.txt"))]


@pytest.fixture(scope="session")
def draw_text() -> Callable[[st.DataObject], str]:
    """Draws text rich in what reading acts on, whole and damaged."""
    pieces = st.one_of(st.sampled_from(_ALPHABET), st.sampled_from(_PIECES))
    strategy = st.lists(pieces, max_size=40).map("".join)

    def draw(data: st.DataObject) -> str:
        return data.draw(strategy)

    return draw
