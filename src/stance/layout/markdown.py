"""Marks of Markdown: the lines of a text with their kinds, and the words inside without marks.

A scanner of lines rather than a parser of CommonMark: half documents, forum posts and captions come here too, where
CommonMark gives an answer below a quotation to whoever is quoted, reads indented prose as code, and leaves open where
in the text its tokens stood.
"""

import re
from collections.abc import Iterator

from stance.language.chinese import HAN
from stance.layout.blocks import LABEL, Line
from stance.types import BlockKind

_QUOTE = re.compile(r"[ \t]{0,3}((?:>[ \t]?)+)")
_CALLOUT = re.compile(r"\[![\w-]+\][+-]?[ \t]*")
_HEADING = re.compile(rf"[ \t]*(#{{1,6}})(?:[ \t]+|(?<=##)(?=[{HAN}]))(?:#{{1,6}}[ \t]+)*")
_RULE = re.compile(r"[ \t]*([-*_=~—])(?:[ \t]*\1){2,}[ \t]*$")
_SET_OUT = re.compile(r"[ \t]*[=]{3,}[ \t]*$")
_ITEM = re.compile(r"([ \t]*)(?:[-*+•·▪‣◦●○■□►▶✦✔✅]|\[[ xX]\])[ \t]+(?:\[[ xX]\][ \t]+)?(?=\S)")
_NUMBERED = re.compile(r"([ \t]*)(?:\d{1,3}(?:[.)][ \t]+|[、．])|[(（]\d{1,2}[)）]|[①-⑳])[ \t]*(?=\S)")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*([\w+-]*)[^`]*$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_NAMED = re.compile(rf"{LABEL}([^{LABEL}\n]*){LABEL}$")

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\([^()\s]{0,1000}(?:[ \t]+[\"'][^\n\"']{0,300}[\"'])?\)")
_LINK = re.compile(
    r"\[((?:[^\[\]\n]|\[[^\[\]\n]{0,80}\]){0,300})\]"
    r"\(([^()\s]{0,1000}(?:\([^()\s]*\))?)(?:[ \t]+\"[^\n\"]{0,300}\")?\)"
)
_ADDRESS = re.compile(r"(?:https?:)?//")
_WIKI = re.compile(r"!?\[\[(?:[^\[\]|\n]{1,120}\|)?([^\[\]|\n]{1,120})\]\]")
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,20}\]:?")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,500})>")
_EDGE = rf"[{HAN}。，！？：；、“”‘’「」『』（）《》…—]"
_STRONG = re.compile(
    r"(?<![A-Za-z0-9_*])(\*{1,3}|_{1,3}(?![A-Za-z0-9]{1,40}__))(?=\S)([^*\n]{1,600}?)(?<=\S)\1(?![A-Za-z0-9*_])"
    rf"|(?<={_EDGE})\*{{2,3}}|\*{{2,3}}(?={_EDGE})|^\*{{2,3}}|\*{{2,3}}$",
    re.MULTILINE,
)
_TIGHT = re.compile(r"(?<![A-Za-z0-9*])\*\*(?=\S)([^*\n]{1,600}?)(?<=\S)\*\*")
_STRUCK = re.compile(r"~~(?=\S)([^~\n]{1,300}?)(?<=\S)~~")
_CODE = re.compile(r"(`{1,2})(?=\S)([^`\n]{1,300}?)(?<=\S)\1")
_SPACES = re.compile(r"[ \t]{2,}|\t")


def scan(lines: list[str]) -> Iterator[Line]:
    """The lines of a text, each with its kind and without the marks of its block; blank ones and rules show as gaps.

    >>> [(line.kind.value, line.text) for line in scan(["## Why", "", "> - Cost", "```", "x = 1", "```"])]
    [('heading', 'Why'), ('quotation', 'Cost'), ('code', 'x = 1')]
    """
    fence = language = ""
    gap = rule = spaced = True
    label = ""
    mail = any(line.startswith((">", " >")) and not line.lstrip().startswith(">>") for line in lines)
    for at, raw in enumerate(lines):
        depth, text = _quoted(raw, mail=mail)
        if fence:
            if text.strip().startswith(fence):
                fence = ""
            elif text.strip():
                yield Line(text.strip(), BlockKind.CODE, depth, gap=gap, label=language)
            gap = False
            continue
        opening = _FENCE.match(text)
        if opening is not None:
            fence, language, gap = opening[1], opening[2], True
            continue
        if named := _NAMED.match(text.strip()):
            label, gap = named[1], True
            if not depth:
                yield Line("", BlockKind.TURN, gap=gap, rule=rule, label=label)
            continue
        text = _CALLOUT.sub("", text, count=1) if depth else text
        if not text.strip():
            gap, spaced = True, spaced and bool(raw)
            if not raw.strip():
                label = ""
            continue
        if _RULE.match(text) or (_TABLE_RULE.match(text) and "|" in text):
            rule, gap = rule or _RULE.match(text) is not None, True
            continue
        line = _line(text, depth)
        line.gap, line.spaced, line.rule, line.label = gap, spaced, rule, label if depth else ""
        if line.kind is BlockKind.PARAGRAPH and at + 1 < len(lines) and _SET_OUT.match(lines[at + 1]):
            line.kind, line.level = BlockKind.HEADING, 1
        gap, spaced, rule = line.kind is BlockKind.HEADING, True, False
        yield line


def _quoted(raw: str, *, mail: bool) -> tuple[int, str]:
    """How deep a line is quoted, and the line without the marks; ``>> `` alone marks another voice, no quotation."""
    marks = _QUOTE.match(raw)
    if marks is None or (not mail and marks[1].startswith(">>")):
        return 0, raw
    return marks[1].count(">"), raw[marks.end() :]


def _line(text: str, depth: int) -> Line:
    """A line that is no rule, with its marks taken off."""
    heading = _HEADING.match(text)
    if heading is not None and text[heading.end() :].strip(" #"):
        words = re.sub(r"[ \t]+#+[ \t]*$", "", text[heading.end() :])
        return Line(words.strip(), BlockKind.HEADING, len(heading[1]))
    if _ROW.match(text):
        cells = (cell.strip() for cell in text.strip().strip("|").split("|"))
        return Line(" · ".join(filter(None, cells)), BlockKind.TABLE)
    item = _ITEM.match(text)
    if item is not None:
        words = text[item.end() :]
        inner = _HEADING.match(words)
        return Line(
            words[inner.end() :].strip() if inner else words.strip(), _in(depth, BlockKind.ITEM), depth or len(item[1])
        )
    numbered = _NUMBERED.match(text)
    if (
        numbered is not None
        and numbered.end() > numbered.end(1) + 1
        and (text[numbered.end() - 1] in " \t、．)）" or depth)
    ):
        return Line(text.strip(), _in(depth, BlockKind.ITEM), depth or len(numbered[1]))
    return Line(text.strip(), _in(depth, BlockKind.PARAGRAPH), depth)


def _in(depth: int, kind: BlockKind) -> BlockKind:
    return BlockKind.QUOTATION if depth else kind


def without_marks(text: str) -> str:
    """The words of a line without emphasis, links, images and footnotes; the address of a link stands behind it.

    >>> without_marks("**Open** [weights](https://a.example/b) are *cheap*.[^1]")
    'Open weights (https://a.example/b) are cheap.'
    """
    if not any(mark in text for mark in "*_[`~\\<"):
        return _SPACES.sub(" ", text).strip()
    text = _IMAGE.sub(r"\1", text)
    text = _WIKI.sub(r"\1", text)
    text = _LINK.sub(_link, text)
    text = _AUTOLINK.sub(r"\1", _FOOTNOTE.sub("", text))
    text = _STRUCK.sub(r"\1", _CODE.sub(r"\2", text))
    for _ in range(3):
        before = text
        text = _STRONG.sub(lambda mark: mark[2] or "", text)
        text = _TIGHT.sub(r"\1", text)
        if text == before:
            break
    return _SPACES.sub(" ", _ESCAPED.sub(r"\1", text)).strip()


def _link(link: re.Match[str]) -> str:
    words, target = link[1].strip(), link[2]
    if not words:
        return ""
    return f"{words} ({target})" if _ADDRESS.match(target) and target not in words else words
