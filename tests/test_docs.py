import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# Blocks that are not executed are marked `console no-test`.
_BLOCK = re.compile(r"^```console *\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SHIM = """#!/bin/sh
exec {python} -c "from stance.cli import main; main()" "$@"
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A command of a page and the lines that the page says it prints."""

    place: str
    command: str
    shown: tuple[str, ...]


def _examples(page: Path) -> list[list[Example]]:
    """The commands of each block of a page; a line that begins with "$ " is a command, "> " goes on with it."""
    text = page.read_text(encoding="utf-8")
    blocks = []
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start()) + 2
        found: list[Example] = []
        for number, line in enumerate(block[1].splitlines(), first):
            if line.startswith("$ "):
                found.append(Example(f"{page.name}:{number}", line[2:], ()))
            elif found and line.startswith("> ") and not found[-1].shown:
                found[-1] = Example(found[-1].place, f"{found[-1].command}\n{line[2:]}", ())
            elif found:
                found[-1] = Example(found[-1].place, found[-1].command, (*found[-1].shown, line.rstrip()))
        if found:
            blocks.append(found)
    return blocks


BLOCKS = [block for page in PAGES for block in _examples(page)]


def _matches(shown: tuple[str, ...], printed: tuple[str, ...]) -> bool:
    """Whether the lines are the same; a line "…" of the page stands for any number of lines."""
    if not shown:
        return not printed
    if shown[0] == "…":
        return any(_matches(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and shown[0] == printed[0] and _matches(shown[1:], printed[1:])


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, which commands may write to, with `stance` in `bin/`."""
    copy = tmp_path_factory.mktemp("docs") / "checkout"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "local"))
    shim = copy.parent / "bin/stance"
    shim.parent.mkdir()
    shim.write_text(_SHIM.format(python=sys.executable), encoding="utf-8")
    shim.chmod(0o755)
    return copy


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block[0].place)
def test_pages_show_what_commands_print(block: list[Example], checkout: Path, environment: dict[str, str]) -> None:
    path = f"{checkout.parent / 'bin'}:{environment['PATH']}"
    source = {"PYTHONPATH": str(checkout / "src"), "PATH": path, "COLUMNS": "80"}
    for example in block:
        done = subprocess.run(
            ["bash", "-c", example.command],
            stdin=subprocess.DEVNULL, capture_output=True, check=False, cwd=checkout, env=environment | source,
            timeout=300, encoding="utf-8",
        )  # fmt: skip
        printed = tuple(line.rstrip() for line in done.stdout.splitlines())
        shown = "\n".join(example.shown)
        assert _matches(example.shown, printed), (
            f"{example.place}: $ {example.command}\n--- shown\n{shown}\n--- printed\n{done.stdout}\n{done.stderr}"
        )


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("", "", True),
        ("a", "a", True),
        ("a", "b", False),
        ("a", "a b", False),
        ("a b", "a", False),
        ("…", "", True),
        ("… b", "a a b", True),
        ("a … b c", "a x y b c", True),
        ("a … b", "a x y", False),
    ],
)
def test_dots_stand_for_lines(shown: str, printed: str, same: bool) -> None:
    assert _matches(tuple(shown.split()), tuple(printed.split())) is same


def test_blocks_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n\n```console\n$ echo a\na  \n$ cat <<E\n> b\n> E\nb\n```\n\n"
        "```console no-test\n$ rm -r .\n```\n\n```\n$ false\n```\n",
        encoding="utf-8",
    )
    ((first, second),) = _examples(page)
    assert first == Example("page.md:4", "echo a", ("a",))
    assert second == Example("page.md:6", "cat <<E\nb\nE", ("b",))
