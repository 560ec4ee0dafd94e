"""What benchmarks/speed.py found, as tables on a terminal and as Markdown."""

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

import stance


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A figure that was promised."""

    what: str
    measured: str
    must: str
    holds: bool | None = None
    """None where that is for the reader to judge."""


@dataclass(slots=True)
class Report:
    claims: list[Claim] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def machine() -> list[str]:
    """What the figures depend on; nothing that tells whose machine it is."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    info = Path("/proc/cpuinfo")
    models = re.findall(r"model name\s*: (.*)", info.read_text(encoding="utf-8")) if info.exists() else []
    names = ("numpy", "scikit-learn", "jieba", "rjieba", "fasttext-numpy2", "snownlp")
    known = {distribution.name.lower() for distribution in importlib.metadata.distributions()}
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names if name in known]
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, stance {stance.__version__}",
        f"{cores} cores, {next(iter(models), platform.machine())}, {platform.system()}",
        f"{platform.python_implementation()} {platform.python_version()}, {', '.join(versions)}",
    ]


def promised(claims: Sequence[Claim]) -> Table:
    rows = [
        [claim.what, claim.measured, claim.must, "–" if claim.holds is None else "yes" if claim.holds else "no"]
        for claim in claims
    ]
    return Table("What must hold", ["what", "measured", "must be", "holds"], rows)


def markdown(report: Report, about: str) -> str:
    lines = ["# Speed and memory", "", "Written by `python benchmarks/speed.py`; not edited by hand.", ""]
    lines += [f"- {line}" for line in machine()]
    lines += ["", about, ""]
    for table in (promised(report.claims), *report.tables):
        lines += [f"## {table.title}", ""]
        lines += [f"| {' | '.join(row)} |" for row in (table.columns, ["---"] * len(table.columns), *table.rows)]
        lines += ["", *([table.note, ""] if table.note else [])]
    return "\n".join(lines[:-1]) + "\n"


def show(table: Table) -> None:
    grid = Grid(*table.columns, title=table.title, title_justify="left")
    for row in table.rows:
        grid.add_row(*row)
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 120)
    console.print(grid)
    if table.note:
        console.print(table.note)


def write(path: Path, text: str) -> None:
    """What stood there stays whole until the new one is."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
