"""HTML: the article out of a page, and the tags of a fragment as marks of Markdown."""

import re
from dataclasses import dataclass, field

# A page begins with its doctype or root; a text that merely holds a tag is no page.
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<!--|<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*)(?P<rest>(?:\s[^<>]*)?)/?>")
_CUT_TAG = re.compile(r"<!?/?[a-zA-Z][a-zA-Z0-9:-]*(?:\s[^<>]*)?\Z")
_HREF = re.compile(r"""\bhref\s*=\s*["']?((?:https?:)?//[^"'\s>]{1,500})""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\s[a-zA-Z-]+\s*=\s*[\"']")
# Nobody reads what stands inside these.
_UNREAD_NAMES = "audio button canvas form iframe noscript object script select style svg template video "
_BLOCK_NAMES = (
    "address article aside body center dd description details div dl dt fieldset figcaption figure footer "
    "head header html item main nav ol p section summary table tbody tfoot thead title ul "
)
_INLINE_NAMES = (
    "a abbr b base bdi bdo big cite code del dfn em font i img input ins kbd label link mark meta nobr "
    "o:p picture q rp rt ruby s samp small source span strike strong sub sup time tt u var wbr "
)
_OTHER = frozenset(["br", "hr", "li", "tr", "td", "th", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"])
_UNREAD, _BLOCK, _INLINE = (frozenset(names.split()) for names in (_UNREAD_NAMES, _BLOCK_NAMES, _INLINE_NAMES))
_HTML = _BLOCK | _INLINE | _OTHER | _UNREAD


def is_page(text: str) -> bool:
    return _PAGE.match(text) is not None


def extract_article(text: str) -> tuple[str, dict[str, str]]:
    """The article of an HTML page as Markdown, and what the page says of itself, by trafilatura.

    Any other text, and a page without an article, comes back as it is.

    >>> extract_article("no page")
    ('no page', {})
    """
    if not is_page(text):
        return text, {}
    import trafilatura

    article = trafilatura.extract(text, output_format="markdown", include_comments=False, include_tables=True)
    if not article:
        return text, {}
    known = trafilatura.extract_metadata(text)
    fields = {name: getattr(known, name, None) for name in ("title", "author", "date", "url")}
    return article, {name: value for name, value in fields.items() if value}


def tags_to_marks(text: str) -> str:
    r"""Tags of HTML as the marks of Markdown that mean the same; scripts, styles, comments and buttons go.

    What only looks like a tag, ``a < b`` or ``<模型>``, stays.

    >>> tags_to_marks("<p>Open<br>models</p><h2>Why</h2><ul><li><b>Cost</b></li></ul>")
    '\n\nOpen\nmodels\n\n\n\n## Why\n\n\n\n\n- **Cost**\n\n'
    """
    return _Marks(text).write() if "<" in text else text


@dataclass
class _Marks:
    """One pass over the tags of a text."""

    text: str
    out: list[str] = field(default_factory=list)
    quoted: int = 0
    lists: int = 0
    emphasised: list[int] = field(default_factory=list)
    """Where emphasis was opened, in `out`."""
    links: list[tuple[int, str]] = field(default_factory=list)
    closes: dict[str, int] = field(default_factory=dict)
    """The last closing tag of each name that is none of HTML's."""

    def write(self) -> str:
        text = _CUT_TAG.sub(lambda cut: "" if _is_tag_name(cut.group()) else cut.group(), self.text)
        for tag in _TAG.finditer(text):
            if tag["name"] is not None and tag["close"]:
                self.closes[tag["name"].lower()] = tag.start()
        at = 0
        for tag in _TAG.finditer(text):
            if tag.start() < at:
                continue
            self._words(text[at : tag.start()])
            at = tag.end()
            if tag["name"] is None:
                end = text.find("-->", at)
                at = end + len("-->") if end >= 0 else at
                continue
            name = tag["name"].lower()
            if name in _UNREAD and not tag["close"]:
                end = self.closes.get(name, -1)
                if end >= at:
                    at = _end_of(text, name, at)
            elif self._is_tag(tag, name):
                self._mark(name, tag["rest"], closes=bool(tag["close"]))
            else:
                self._words(tag.group())
        self._words(text[at:])
        return "".join(self.out)

    def _is_tag(self, tag: re.Match[str], name: str) -> bool:
        """Whether it is one of HTML, or looks like one of a page's own: with an attribute, or closed later."""
        if name in _HTML:
            return True
        if tag["close"] or name == "v" or len(name) == 1:
            return name in self.closes and bool(tag["close"]) and len(name) > 1
        return bool(_ATTRIBUTE.search(tag["rest"])) or self.closes.get(name, -1) > tag.start()

    def _words(self, words: str) -> None:
        if words:
            self.out.append(words.replace("\n", "\n" + "> " * self.quoted) if self.quoted else words)

    def _line(self, marks: str = "", *, gap: bool = False) -> None:
        prefix = "> " * self.quoted
        self.out.append(f"\n{prefix}" * (1 + gap) + marks)

    def _mark(self, name: str, rest: str, *, closes: bool) -> None:
        if name[0] == "h" and name[1:].isdigit():
            self._line("" if closes else "#" * int(name[1]) + " ", gap=True)
        elif name in ("b", "strong"):
            self._emphasis(closes=closes)
        elif name == "a":
            self._link(rest, closes=closes)
        elif name == "li":
            if not closes:
                self._line("  " * max(0, self.lists - 1) + "- ")
        elif name == "blockquote":
            self.quoted = max(0, self.quoted + (-1 if closes else 1))
            self._line(gap=True)
        elif name == "hr":
            self._line("---", gap=True)
            self._line(gap=True)
        elif name == "pre":
            self._line("```")
            self._line()
        elif name in ("td", "th"):
            self.out.append("" if closes else " | ")
        elif name in ("br", "tr", "dt", "dd"):
            self._line()
        elif name in _BLOCK:
            self.lists = max(0, self.lists + (-1 if closes else 1)) if name in ("ul", "ol") else self.lists
            self._line(gap=True)

    def _emphasis(self, *, closes: bool) -> None:
        if not closes:
            self.emphasised.append(len(self.out))
            self.out.append("")
        elif self.emphasised:
            begin = self.emphasised.pop()
            inside = "".join(self.out[begin:])
            if inside.strip() and "\n" not in inside and "**" not in inside:
                self.out[begin:] = [f"**{inside.strip()}**"]

    def _link(self, rest: str, *, closes: bool) -> None:
        if not closes:
            address = _HREF.search(rest)
            self.links.append((len(self.out), address[1] if address else ""))
            self.out.append("")
        elif self.links:
            begin, target = self.links.pop()
            inside = "".join(self.out[begin:])
            if target and inside.strip() and not re.search(r"[\n\[\]]", inside):
                self.out[begin:] = [f"[{inside.strip()}]({target})"]


def _is_tag_name(cut: str) -> bool:
    name = re.match(r"<!?/?([a-zA-Z][a-zA-Z0-9:-]*)", cut)
    return name is not None and name[1].lower() in _HTML


def _end_of(text: str, name: str, at: int) -> int:
    """Behind the closing tag of an element whose content nobody reads."""
    close = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, at)
    return close.end() if close else at
