"""Forums and mail: BBCode as marks of Markdown, and who is quoted."""

import re

from stance.layout.blocks import LABEL

_BBCODE = re.compile(
    r"\[(?P<close>/?)(?P<name>quote|b|i|u|s|url|img|color|size|font|list|code|spoiler|attach|align|backcolor|hr|\*)"
    r"(?:=(?P<value>[^\[\]\n]{0,300}))?\]",
    re.IGNORECASE,
)
_QUOTED_NAME = re.compile(r"[\"']?([^\"',;:\[\]]{1,40})")


def bbcode_to_marks(text: str) -> str:
    r"""Tags of BBCode as marks of Markdown; a quotation's name stands in front of it, between `LABEL`.

    A text without a closed quotation or emphasis keeps its brackets: they are no markup there.

    >>> bbcode_to_marks('[quote="mia, post:5"]Closed.[/quote]No.').replace(LABEL, "|")
    '\n\n> |mia|\n> Closed.\n\nNo.'
    """
    if not re.search(r"\[/(?:quote|b|i|u|url|img|color|size|code|spoiler)\]", text, re.IGNORECASE):
        return text
    out: list[str] = []
    at = quoted = 0
    hidden = False
    for tag in _BBCODE.finditer(text):
        words = text[at : tag.start()]
        at = tag.end()
        if not hidden:
            out.append(words.replace("\n", "\n" + "> " * quoted) if quoted else words)
        name, closes = tag["name"].lower(), bool(tag["close"])
        hidden = name in ("img", "attach") and not closes
        if name == "quote":
            quoted = max(0, quoted + (-1 if closes else 1))
            out.append("\n\n" + "> " * quoted)
            who = None if closes or not tag["value"] else _QUOTED_NAME.match(tag["value"])
            if who is not None:
                out.append(f"{LABEL}{who[1].strip()}{LABEL}\n" + "> " * quoted)
        elif name in ("hr", "*"):
            out.append("\n---\n" if name == "hr" else "\n- ")
        elif name == "b":
            out.append("**")
    rest = text[at:]
    out.append(rest.replace("\n", "\n" + "> " * quoted) if quoted else rest)
    return "".join(out)
