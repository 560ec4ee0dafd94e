"""Stretches of text in quotation marks, also across sentences and paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stance.language.chinese import HAN

_CLOSES = {"“": "”", "「": "」", "『": "』", "«": "»", '"': '"'}
_MARK = re.compile('[“”「」『』«»"]|\n+')
_LETTER = re.compile(f"[A-Za-z0-9{HAN}]")
# Paragraphs that a quotation may run over before we take its opening mark for a stray one.
_LONGEST = 3


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch in quotation marks, the outermost ones."""

    start: int
    """The opening mark."""
    end: int
    """Behind the closing mark."""


def quotations(text: str) -> list[Quotation]:
    """The quotations of `text` in order; quotations inside them are not listed.

    A quotation whose closing mark is missing ends with its paragraph, as it does where every paragraph of a long
    quotation begins with a mark and only the last one has both; a mark alone at the end of nothing is left out.

    >>> text = "他说：“开源更好。它便宜。”"
    >>> [text[q.start:q.end] for q in quotations(text)]
    ['“开源更好。它便宜。”']
    """
    return list(_scan(text))


def _scan(text: str) -> Iterator[Quotation]:
    opened: tuple[str, int] | None = None
    depth = 0
    paragraph_ends: list[int] = []
    for match in _MARK.finditer(text):
        mark, at = match.group(), match.start()
        if mark[0] == "\n":
            if opened is not None:
                paragraph_ends.append(at)
                if text[match.end() : match.end() + 1] in _CLOSES or len(paragraph_ends) >= _LONGEST:
                    yield Quotation(opened[1], paragraph_ends[0])
                    opened, depth, paragraph_ends = None, 0, []
            continue
        if opened is None:
            if mark in _CLOSES and (mark != '"' or _opens(text, at)):
                opened, depth = (mark, at), 0
        elif mark == _CLOSES[opened[0]]:
            if depth and mark != '"':
                depth -= 1
                continue
            if not paragraph_ends or text[at + 1 : at + 2] in ("", "\n") or not text[at + 1].isspace():
                yield Quotation(opened[1], match.end())
            opened, depth, paragraph_ends = None, 0, []
        elif mark == opened[0]:
            if paragraph_ends:  # the opening mark before was a stray one, or its closing mark is lost
                yield Quotation(opened[1], paragraph_ends[0])
                opened, depth, paragraph_ends = (mark, at), 0, []
            else:
                depth += 1
    if opened is not None:
        yield Quotation(opened[1], paragraph_ends[0] if paragraph_ends else len(text))


def _opens(text: str, at: int) -> bool:
    """Whether the straight mark at `at`, while none is open, opens: something follows it directly."""
    return at + 1 < len(text) and not text[at + 1].isspace()
