"""Where statements stand in the text as it was found, before repairs and layout took anything out."""

import difflib
from collections.abc import Sequence

# Characters behind the statement before that are searched for one that was changed, for each of its own, and besides.
_STRETCH, _AHEAD = 3, 400
# Characters at the start of a changed statement that find it further on.
_ANCHOR = 8


def find_in_raw(raw: str, statements: Sequence[str]) -> list[tuple[int, int]]:
    """Start and end of each of `statements` in `raw`, in characters; they stand in it in order.

    Exact where a statement was not changed; else from its first to its last character that difflib finds again.
    Places never run backwards.

    >>> find_in_raw("<p>**Open** weights.</p> They help.", ["Open weights.", "They help."])
    [(5, 20), (25, 35)]
    """
    places: list[tuple[int, int]] = []
    at = 0
    for statement in statements:
        start = raw.find(statement, at)
        place = (start, start + len(statement)) if start >= 0 else _changed(raw, statement, at)
        places.append(place)
        at = place[1]
    return places


def _changed(raw: str, statement: str, at: int) -> tuple[int, int]:
    """A statement that does not stand in `raw` letter by letter, behind `at`."""
    anchor = raw.find(statement[:_ANCHOR], at)
    begin = at if anchor < 0 else anchor
    window = raw[begin : begin + _STRETCH * len(statement) + _AHEAD]
    matcher = difflib.SequenceMatcher(None, window, statement, autojunk=False)
    edges = (0, len(statement) - 1)
    blocks = [block for block in matcher.get_matching_blocks() if block.size > 1 or (block.size and block.b in edges)]
    if not blocks:
        return begin, begin
    return begin + blocks[0].a, begin + blocks[-1].a + blocks[-1].size
