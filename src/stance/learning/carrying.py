"""Labels carried over to a text that is read otherwise than when they were made."""

import difflib
from collections.abc import Sequence
from dataclasses import replace

from stance.errors import LabelError
from stance.learning.labels import LabelledDocument, page_of
from stance.types import Label

# The share of the letters of a statement that must be found again.
_FOUND = 0.9
_OPENING = "“「『《（(【[‘\"'—–*#@"


def carry(labelled: LabelledDocument) -> tuple[Label, ...]:
    """The labels of a document on its text as it is read today.

    Each keeps speaker, stance and note, and takes the words that now stand where its letters are found, in order.
    Raises `LabelError` where the letters of a statement are not there any more.
    """
    text = page_of(labelled).text
    places = find_places([label.statement.text for label in labelled.labels], text)
    moved = []
    for label, place in zip(labelled.labels, places, strict=True):
        if place is None:
            raise LabelError(f"{labelled.id}: {label.statement.text[:60]!r} does not stand in the text; label it anew")
        start, end = place
        statement = replace(label.statement, text=text[start:end], start=start, end=end)
        moved.append(replace(label, statement=statement))
    return tuple(moved)


def find_places(statements: Sequence[str], text: str) -> list[tuple[int, int] | None]:
    """Where each of `statements`, which stand in `text` in order, is found by its letters and digits.

    Marks and numbers around a statement go with it, and so does what follows on its line up to the next one. None
    where fewer than nine in ten of its letters are found.

    >>> find_places(["泵停了。", "“谁停的？”"], "1. 泵停了。(a)“谁停的？”")
    [(0, 10), (10, 16)]
    """
    letters = [(ch.lower(), at) for at, ch in enumerate(text) if ch.isalnum()]
    wanted = [[ch.lower() for ch in statement if ch.isalnum()] for statement in statements]
    owners = [index for index, own in enumerate(wanted) for _ in own]
    found: dict[int, list[int]] = {}
    matcher = difflib.SequenceMatcher(None, [ch for own in wanted for ch in own], [ch for ch, _ in letters], False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            found.setdefault(owners[block.a + offset], []).append(letters[block.b + offset][1])
    order = sorted(found)
    places: list[tuple[int, int] | None] = [None] * len(statements)
    end = 0
    for rank, index in enumerate(order):
        behind = found[order[rank + 1]][0] if rank + 1 < len(order) else len(text)
        start, end = _stretch(text, found[index][0], found[index][-1] + 1, end, behind)
        if len(found[index]) >= _FOUND * len(wanted[index]):
            places[index] = start, end
    return places


def _stretch(text: str, first: int, last: int, least: int, most: int) -> tuple[int, int]:
    """A statement from its first letter to behind its last one, with the marks that belong to it."""
    begin = max(least, text.rfind("\n", least, first) + 1)
    first -= len(text[begin:first].lstrip())
    line_end = text.find("\n", last, most)
    if line_end >= 0:
        return first, last + len(text[last:line_end].rstrip())
    while most > last and text[most - 1] in _OPENING:
        most -= 1
    return first, last + len(text[last:most].rstrip())
