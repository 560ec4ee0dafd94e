"""Data taken for an article: JSON, JSON Lines, tables of comma- or tab-separated values."""

import csv
import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, NamedTuple

# Lines that are looked at, characters of a line, and of JSON that is parsed whole.
_LINES, _WIDTH, _MOST = 5, 100_000, 5_000_000
# Where JSON that was cut is broken: behind so many characters.
_BEGUN = 2_000
_COLUMN = re.compile(r"[\w-]{1,30}(?: [\w-]{1,30}){0,2}")

# One of these is among the columns of a table of texts; commas are too common in prose to tell one by them alone.
_NAMES = frozenset([
    "text", "body", "content", "article", "id", "url", "link", "title", "headline", "date", "author", "source",
    "正文", "内容", "內容", "文本", "文章", "标题", "標題", "作者", "日期", "链接", "來源", "来源", "编号",
])  # fmt: skip


class Data(NamedTuple):
    """What a text is that is no article."""

    kind: str
    """"JSON", "JSON Lines", "CSV", "TSV"."""
    field: str
    """The name of its longest field; empty where none has one."""

    @property
    def advice(self) -> str:
        """What to do with it."""
        kind = {"JSON": "JSON Lines", "TSV": "CSV"}.get(self.kind, self.kind)
        suffix = ".csv" if kind == "CSV" else ".jsonl"  # bulk goes by it
        first = "" if kind == self.kind else f"save it as {kind}, and "
        column = f" --text-column {self.field}" if self.field else ""
        return f"{first}label it with: stance bulk FILE{suffix}{column} --out FOLDER"


def data_in(text: str) -> Data | None:
    """What data `text`, or what it begins with, is; None for an article, which may well begin like data.

    >>> data_in('{"title": "a", "body": "Open models."}')
    Data(kind='JSON', field='body')
    >>> data_in("{Open} is [not] JSON.")
    """
    lines = [line for line in islice(text.split("\n"), 3 * _LINES) if line.strip()][:_LINES]
    if not lines:
        return None
    head = text.lstrip()[:1]
    if head == "{" and len(lines) > 1 and (rows := _objects(lines)):
        return Data("JSON Lines", _longest(rows))
    if head in {"{", "["}:
        return _json(text)
    for kind, mark in (("TSV", "\t"), ("CSV", ",")):
        if (table := _table(lines, mark)) is not None:
            return Data(kind, _longest(table))
    return None


def _objects(lines: Sequence[str]) -> list[dict[str, Any]]:
    """The objects that lines are; none where one is anything else, but for a last one that is cut."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            return found if number and number == len(lines) - 1 and len(line) > _WIDTH else []
        if not isinstance(row, dict):
            return []
        found.append(row)
    return found


def _json(text: str) -> Data | None:
    try:
        found = json.loads(text[:_MOST])
    except json.JSONDecodeError as error:
        cut = len(text) > _WIDTH and (error.pos > _BEGUN or error.msg.startswith("Unterminated"))
        return Data("JSON", "") if cut else None
    except (ValueError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    if not rows or not all(isinstance(row, dict | str) for row in rows):
        return None
    return Data("JSON", _longest([row for row in rows[:_LINES] if isinstance(row, dict)]))


def _table(lines: Sequence[str], mark: str) -> list[dict[str, str]] | None:
    """The rows under names of columns, all as wide; None where the lines are none."""
    if mark not in lines[0] or len(lines) < 2:
        return None
    try:
        head, *rows = csv.reader((line[:_WIDTH] for line in lines), delimiter=mark)
    except csv.Error:
        return None
    if len(set(head)) < len(head) or not all(_COLUMN.fullmatch(name) for name in head):
        return None
    if mark == "," and (len(rows) < 2 or not _NAMES.intersection(map(str.lower, head))):
        return None
    whole = rows[:-1] if len(rows) > 1 else rows  # the last may go on in a line that was not looked at
    if not whole or any(len(row) != len(head) for row in whole):
        return None
    return [dict(zip(head, row, strict=True)) for row in whole]


def _longest(rows: Sequence[dict[str, Any]]) -> str:
    """The name of the field that holds most text."""
    sizes: dict[str, int] = {}
    for row in rows:
        for name, value in row.items():
            sizes[name] = sizes.get(name, 0) + (len(value) if isinstance(value, str) else 0)
    best = max(sizes, key=sizes.__getitem__, default="")
    return best if sizes.get(best) else ""
