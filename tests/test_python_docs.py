import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "docs/formats.md", ROOT / "docs/python.md"]
# A snippet, and where a block ```text follows at once, what the snippet prints.
_BLOCK = re.compile(r"^```python\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Snippet:
    """Python of a page and what the page says it prints."""

    place: str
    code: str
    shown: str | None
    """None where the page shows nothing."""


def _snippets(page: Path) -> list[Snippet]:
    text = page.read_text(encoding="utf-8")
    return [
        Snippet(f"{page.name}:{text.count(chr(10), 0, block.start()) + 2}", block[1], block[2])
        for block in _BLOCK.finditer(text)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_show_what_snippets_print(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    snippets = _snippets(page)
    assert snippets
    # As a reader would type them: each goes on from those before.
    names: dict[str, object] = {"__name__": "__main__"}
    for snippet in snippets:
        with redirect_stdout(io.StringIO()) as out:
            exec(compile(snippet.code, snippet.place, "exec"), names)
        if snippet.shown is not None:
            assert out.getvalue() == snippet.shown, snippet.place


def test_snippets_are_found_with_what_they_print(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\na = 1\n```\n\nWords.\n\n```text\n2\n```\n\n"
        "```console\n$ false\n```\n",
        encoding="utf-8",
    )
    assert _snippets(page) == [Snippet("page.md:2", "print(1)\n", "1\n"), Snippet("page.md:10", "a = 1\n", None)]
