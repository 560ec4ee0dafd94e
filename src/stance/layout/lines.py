"""Lines that belong to one sentence, joined."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from stance.language.chinese import HAN
from stance.layout.blocks import Line
from stance.types import BlockKind

_ENDS = re.compile(r"[。！？!?.…：:；;”’」』\"')）】\]*_]\s*$")
_SENTENCE_END = re.compile(r"[。！？!?…]|(?<=[A-Za-z0-9)\"”’])\.(?=\s|$)")
_GOES_ON = re.compile(r"[,，、;；(（“‘「『\-—–/]$|[A-Za-z]['’]$")
_LOWER = re.compile(r"[a-zà-ÿ]")
_CLOSES = re.compile(r"[，。、；：！？”’」』）》,.;:!?)]")
_OPEN_QUOTATION = re.compile(r"“[^“”]{0,200}$")
_CLOSED_NEXT = re.compile(rf"[{HAN}][^“”]{{0,200}}”")
_WIDE = re.compile("[\x00-\u2e80]+")
_LABEL = re.compile(r"^[^：:。，,.!?！？]{1,30}[：:]")
# Columns of the longest piece of a sentence that stands on a line of its own, and lines that such pieces take at least.
_PIECE, _PIECES = 24, 3
# Lines of the longest sentence in pieces.
_MOST = 16
_JOINED = frozenset({BlockKind.PARAGRAPH, BlockKind.QUOTATION, BlockKind.ITEM, BlockKind.CAPTION})


def join_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines with those joined that were one sentence, whatever their number and width.

    Hard breaks of text wrapped at a width, a line that ends inside a clause, links and spans on lines of their own.

    >>> [line.text for line in join_lines([Line("Open weights are,"), Line("in short,"), Line("cheap.")])]
    ['Open weights are, in short, cheap.']
    """
    for group in _groups(_pieces(list(lines))):
        if len(group) == 1:
            yield group[0]
            continue
        wrapped = _is_wrapped(group)
        held = group[0]
        for before, line in itertools.pairwise(group):
            if wrapped or _belongs(before.text, line.text):
                held = replace(held, text=_together(held.text, line.text))
            else:
                yield held
                held = line
        yield held


def _groups(lines: list[Line]) -> Iterator[list[Line]]:
    """Runs of lines without a blank one between; an item takes the lines below it in."""
    group: list[Line] = []
    for line in lines:
        fits = (
            group
            and not line.gap
            and line.kind in _JOINED
            and group[-1].kind in _JOINED
            and (line.kind is group[-1].kind or line.kind is BlockKind.PARAGRAPH)
            and line.kind is not BlockKind.ITEM
            and line.label == group[-1].label
            and (line.kind is not BlockKind.QUOTATION or line.level == group[-1].level)
        )
        if group and not fits:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _pieces(lines: list[Line]) -> list[Line]:
    """Pieces of one sentence on lines of their own, also with blank lines between, as one line.

    Where a piece ends with a comma, or the next begins with a mark, it goes on; what stands between other pieces of a
    sentence is joined in a text that was broken like that, and where all of them are short.
    """
    broken = _is_broken(lines)
    out: list[Line] = []
    at = 0
    while at < len(lines):
        end = _sentence_end(lines, at, broken=broken)
        text = lines[at].text
        for line in lines[at + 1 : end]:
            text = _together(text, line.text)
        out.append(replace(lines[at], text=text) if end > at + 1 else lines[at])
        at = end
    return out


def _is_broken(lines: list[Line]) -> bool:
    """Whether links and spans stand on lines of their own, with blank ones between, all over a text."""
    plain = [line.text for line in lines if line.kind is BlockKind.PARAGRAPH]
    torn = sum(_CLOSES.match(text) is not None or text[-1:] in "，、" for text in plain)
    unended = sum(not _ENDS.search(text) for text in plain)
    return torn > 1 and unended * 3 > len(plain)


def _sentence_end(lines: list[Line], at: int, *, broken: bool) -> int:
    """Behind the last line of the sentence that begins with the line at `at`, or behind that line."""
    sure = at + 1
    pieces = blanks = 0
    for end in range(at, min(len(lines), at + _MOST)):
        line = lines[end]
        if line.kind is not BlockKind.PARAGRAPH or (line.rule and end > at) or (_LABEL.match(line.text) and end > at):
            break
        if end > at:
            pieces += len(line.text) <= _PIECE
            blanks += line.spaced
            before = lines[end - 1].text
            if before[-1:] in "，、" or _CLOSES.match(line.text):
                sure = end + 1
        if _ENDS.search(line.text):
            ended = _SENTENCE_END.search(line.text[-2:]) is not None
            count = end - at
            short = count >= _PIECES - 1 and pieces == count == blanks and len(lines[at].text) <= _PIECE
            return end + 1 if ended and count and (broken or short) else sure
    return sure


def _is_wrapped(group: list[Line]) -> bool:
    """Whether the lines were broken at a width: most end inside a sentence, and sentences end inside lines."""
    if len(group) < 3 or any(_LABEL.match(line.text) for line in group[1:]):
        return False
    texts = [line.text for line in group]
    broken = sum(not _ENDS.search(text) for text in texts[:-1])
    if broken * 2 < len(texts) - 1:
        return False
    widths = [len(text) + len(_WIDE.sub("", text)) for text in texts]
    if broken * 3 >= 2 * (len(texts) - 1) and max(widths) >= 20 and min(widths[:-1]) >= 0.8 * max(widths) - 4:
        return bool(_SENTENCE_END.search("".join(texts)))
    if any(
        width < 0.35 * max(widths) and not _ENDS.search(text) for text, width in zip(texts[:-1], widths, strict=False)
    ):
        return False  # a caption or a name among paragraphs
    inside = sum(len(_SENTENCE_END.findall(text[:-1])) for text in texts)
    return inside * 3 >= len(texts) and inside > 1


def _belongs(first: str, second: str) -> bool:
    """Whether a line goes on in the next one."""
    if _OPEN_QUOTATION.search(first) and _CLOSED_NEXT.match(second) and not _ENDS.search(first[-1:]):
        return True
    if _ENDS.search(first) or _LABEL.match(second):
        return False
    return bool(_GOES_ON.search(first) or _LOWER.match(second) or _CLOSES.match(second))


def _together(first: str, second: str) -> str:
    wide = first[-1:] > "\u2e7f" or second[:1] > "\u2e7f"
    return first + ("" if wide or first.endswith("-") else " ") + second
