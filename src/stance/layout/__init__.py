"""Clean text in, blocks out: the plain words of a document, what each stretch is, and whose turn it stands in."""

import re
from collections.abc import Iterator
from dataclasses import replace

from stance.layout.blocks import LABEL, Block, Line, Page, Turn
from stance.layout.front_matter import front_matter
from stance.layout.furniture import mark_furniture, post_header, quoted_name
from stance.layout.html import tags_to_marks
from stance.layout.lines import join_lines
from stance.layout.markdown import scan, without_marks
from stance.layout.subtitles import is_subtitles, subtitles_to_text
from stance.layout.threads import bbcode_to_marks
from stance.layout.turns import Draft, find_turns
from stance.types import BlockKind

_BOLD = re.compile(r"(?:\*\*|__)(?=\S)([^*\n]{1,60}?)(?:\*\*|__)")
# Another voice begins, in captions.
_VOICE_CHANGES = re.compile(r"(?:^|(?<=\s))>>+[ \t]*(?=\S)", re.MULTILINE)
_MAIL_QUOTE = re.compile(r"^[ \t]{0,3}>(?!>)", re.MULTILINE)


def lay_out(text: str) -> Page:
    r"""The plain text of a document, cut into blocks.

    Marks of Markdown, tags, times of captions and codes of forums go; words stay, in their order. Blocks that stood
    apart are divided by a blank line, others by a line end.

    >>> page = lay_out("## Why\n\n**Odile:** It is *cheap*.\n\n**Piet:** Is it?\n\n**Odile:** Yes.")
    >>> [(block.kind.value, page.text[block.start : block.end]) for block in page.blocks][1]
    ('turn', 'Odile: It is cheap.')
    """
    captions = is_subtitles(text)
    text = subtitles_to_text(text) if captions else bbcode_to_marks(tags_to_marks(text))
    voices = not _MAIL_QUOTE.search(text) and len(_VOICE_CHANGES.findall(text)) > 1
    if voices:
        text = _VOICE_CHANGES.sub(f"\n{LABEL}{LABEL}\n", text)
    lines = text.split("\n")
    skip, head, about, remark = front_matter(lines)
    body = list(scan(lines[skip:]))
    if captions or voices:
        for line in body:
            line.kind = BlockKind.CAPTION if line.kind is BlockKind.PARAGRAPH else line.kind
    body = list(join_lines(body))
    plain = [without_marks(line.text) for line in body]
    mark_furniture(body, plain)
    return _build([*head, *body], [*(line.text for line in head), *plain], about, (remark,) if remark else ())


def _build(lines: list[Line], texts: list[str], about: dict[str, str], remarks: tuple[str, ...]) -> Page:
    """The page of lines whose plain words are `texts`."""
    kept: list[Line] = []
    drafts: list[Draft] = []
    voice: str | None = None
    gap = rule = False
    for line, text in zip(lines, texts, strict=True):
        gap, rule = gap or line.gap, rule or line.rule
        if line.kind is BlockKind.TURN and not text:
            voice = line.label
        if not any(map(str.isalnum, text)):
            continue
        kept.append(replace(line, gap=gap, rule=rule))
        bold = _BOLD.match(line.text)
        post = post_header(text) if line.kind not in (BlockKind.QUOTATION, BlockKind.FRONT_MATTER) else None
        drafts.append(Draft(text, line.kind, len(bold[1].strip()) if bold else 0, voice, post))
        voice, gap, rule = None, False, False
    turns = find_turns(drafts)
    pieces: list[str] = []
    blocks: list[Block] = []
    at = 0
    for index, (line, draft) in enumerate(zip(kept, drafts, strict=True)):
        if pieces:
            between = "\n\n" if line.gap else "\n"
            pieces.append(between)
            at += len(between)
        pieces.append(draft.text)
        blocks.append(_block(line, draft, turns.get(index), at))
        at += len(draft.text)
    return Page("".join(pieces), tuple(_with_quoted(blocks, drafts)), about, remarks)


def _block(line: Line, draft: Draft, turn: Turn | None, at: int) -> Block:
    kind = line.kind if turn is None else BlockKind.FURNITURE if draft.post is not None else BlockKind.TURN
    return Block(kind, at, at + len(draft.text), line.level, line.label, turn, line.gap, line.rule)


def _with_quoted(blocks: list[Block], drafts: list[Draft]) -> Iterator[Block]:
    """Quotations with the name of whoever is quoted, where the line above or their first one says so."""
    name = ""
    for at, (block, draft) in enumerate(zip(blocks, drafts, strict=True)):
        above = drafts[at - 1] if at else None
        if block.kind is not BlockKind.QUOTATION:
            name = ""
            yield block
        elif block.label:
            name = block.label
            yield block
        elif (who := quoted_name(draft.text)) is not None:
            name = who
            yield replace(block, kind=BlockKind.FURNITURE)
        else:
            if above is not None and above.kind is not BlockKind.QUOTATION:
                name = quoted_name(above.text) or ""
            yield replace(block, label=name) if name else block
