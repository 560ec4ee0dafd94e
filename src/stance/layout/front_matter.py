"""Front matter: what a document says of itself in front of its text."""

import re

from stance.layout.blocks import Line
from stance.types import BlockKind

_FENCES = {"---": ("---", "..."), "+++": ("+++",)}
_KEY = re.compile(
    r"^(?:\[#\]: ?)?(?P<indent>[ \t]*)[\"']?(?P<key>[A-Za-z][\w .-]{0,40})[\"']?[ \t]*[:=：](?P<value>.*)$"
)
_TRANSLATED = re.compile(r"^\[#\]: ?\S")
_NAMES = {
    "title": "title", "author": "author", "authors": "author", "date": "date", "pubdate": "date", "published": "date",
    "url": "url", "link": "url", "permalink": "url", "canonical": "url", "source_url": "url", "via": "url",
}  # fmt: skip
# Lines of the longest front matter.
_LONGEST = 120


def front_matter(lines: list[str]) -> tuple[int, list[Line], dict[str, str], str]:
    """How many lines at the start are front matter, these as lines of text, what they say, and a remark.

    YAML between ``---``, TOML between ``+++``, or keys of the form ``[#]: key: "value"``. One that never ends is
    none; of one that is cut off in front, nothing shows where it began.
    """
    first = next((at for at, line in enumerate(lines) if line.strip()), 0)
    head = lines[first].strip() if lines else ""
    if head in _FENCES:
        for at in range(first + 1, min(len(lines), first + _LONGEST)):
            if lines[at].strip() in _FENCES[head]:
                inside = lines[first + 1 : at]
                return (at + 1, *_read(inside), "") if _is_keys(inside) else (0, [], {}, "")
        keys = next((at for at in range(first + 1, len(lines)) if not _is_key_line(lines[at])), len(lines))
        if keys - first > 2:
            return keys, *_read(lines[first + 1 : keys]), "the front matter has no end; it is read up to its last key"
    elif _TRANSLATED.match(head):
        end = next(
            (at for at in range(first, len(lines)) if lines[at] and not _TRANSLATED.match(lines[at])), len(lines)
        )
        return end, *_read(lines[first:end]), ""
    return 0, [], {}, ""


def _is_keys(lines: list[str]) -> bool:
    filled = [line for line in lines if line.strip()]
    return bool(filled) and _KEY.match(filled[0]) is not None


def _is_key_line(line: str) -> bool:
    return bool(line.strip()) and (_KEY.match(line) is not None or line[:1] in " \t-")


def _read(inside: list[str]) -> tuple[list[Line], dict[str, str]]:
    """The lines, and the values of the keys that name title, author, date and address."""
    about: dict[str, str] = {}
    found: list[Line] = []
    parent = ""
    for line in inside:
        key = _KEY.match(line)
        if key is not None:
            value = key["value"].strip().strip("\"'")
            name = key["key"].strip().lower()
            if not key["indent"]:
                parent = name
            elif parent in ("author", "authors") and name == "name":
                name = "author"
            if name in _NAMES and value and value not in "|>[]{}-":
                about.setdefault(_NAMES[name], value)
        elif parent in ("author", "authors") and line.strip(" -\t"):
            about.setdefault("author", line.strip(" -\t\"'"))
        text = re.sub(r"^\[#\]: ?", "", line).strip()
        if any(map(str.isalnum, text)):
            found.append(Line(text, BlockKind.FRONT_MATTER))
    return found, about
