"""What surrounds an article: menus, share bars, related articles, bylines, post headers, adverts."""

import re
from collections.abc import Sequence

from stance.language.chinese import simplify
from stance.language.labels import label_words
from stance.layout.blocks import Line
from stance.layout.labels import Likeness, likeness
from stance.types import BlockKind

# Characters of the longest line that is furniture.
_LONGEST = 70
_SENTENCE = re.compile(r"[。！？!?；;]|[a-z]\. [A-Z]")
_GOES_ON = re.compile(r"[。，,；;]|.{25}")
_LINE = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING, BlockKind.QUOTATION, BlockKind.TABLE})


def mark_furniture(lines: Sequence[Line], texts: Sequence[str]) -> None:
    """Set the kind of lines that surround the article; `texts` are the lines without marks."""
    in_box = False
    for line, text in zip(lines, texts, strict=True):
        if line.kind not in _LINE:
            in_box = False
            continue
        simple = simplify(text) if len(text) <= _LONGEST else ""
        if label_words().boxes.match(simple):
            in_box = True
        elif in_box and (line.kind is BlockKind.HEADING or len(text) > _LONGEST or line.rule):
            in_box = False
        if in_box or _is_furniture(simple):
            line.kind = BlockKind.FURNITURE


def _is_furniture(text: str) -> bool:
    return (
        len(text) <= _LONGEST and label_words().furniture.match(text) is not None and len(_SENTENCE.findall(text)) < 2
    )


def post_header(text: str) -> str | None:
    """Who wrote the post that a line heads, "" where it does not say; None where it heads none.

    >>> post_header("mia 发表于 2023-3-3 09:40"), post_header("A sentence.")
    ('mia', None)
    """
    if len(text) > 90:
        return None
    simple = simplify(text)
    for pattern in label_words().posts:
        found = pattern.match(simple)
        if found is None or _GOES_ON.search(simple, found.end()):
            continue
        who = text[slice(*found.span("who"))].strip("：: ") if found["who"] else ""
        if not who or likeness(who) > Likeness.WORD:
            return who
    return None


def quoted_name(text: str) -> str | None:
    """Who is quoted below a line that says no more than that: ``mia wrote:``, ``On Tue, 3 May, Mia Keller wrote:``."""
    if len(text) > 120:
        return None
    for pattern in label_words().mail:
        if found := pattern.match(text):
            return found["who"]
    said = label_words().quoted.search(simplify(text))
    if said is not None and said.end() >= len(text.rstrip()):
        who = text[: said.start()].strip("@： :")
        return who if likeness(who) > Likeness.WORD else None
    return post_header(text) or None
