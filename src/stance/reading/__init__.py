"""Text in, statements out: clean, sentences, quotations, attribution."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from stance.language.chinese import HAN
from stance.layout import lay_out
from stance.layout.html import extract_article, is_page
from stance.reading.attribution import statements
from stance.reading.weights import Weights, shipped_weights
from stance.repair.alignment import find_in_raw
from stance.repair.clean import clean
from stance.types import Document, Language

_HAN = re.compile(f"[{HAN}]+")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
# Characters of a long text that are read at a time: a long article, so that who "he" is rarely lies in another part.
_PART = 40_000
# Where it is cut, the first of these that stands in its second half.
_ENDS = ("\n\n", "\n", "。", ". ", " ")
_BETWEEN_PARTS = "\n\n"


def read(text: str, *, id: str = "-", weights: Weights | None = None) -> Document:
    """Clean `text`, lay it out, and cut it into statements with their speakers.

    `weights` decide between candidates for a statement; by default those that ship.

    >>> [(s.text, s.speaker_name) for s in read("李彥宏認為，閉源更強。").statements]
    [('李彥宏認為，閉源更強。', '李彥宏')]
    """
    article, about = extract_article(text)
    page = lay_out(clean(article))
    language = detect_language(page.text)
    found = tuple(statements(page, language, weights or shipped_weights()))
    about = {**page.about, **about}
    title, author, date, url = (about.get(field, "") for field in ("title", "author", "date", "url"))
    return Document(id, page.text, language, found, 0, title, author, date, url, raw=text)


def raw_places(document: Document) -> list[tuple[int, int]]:
    """Start and end of every statement of `document` in the characters of the text as it was found.

    >>> raw_places(read("<b>开源</b>更便宜。"))
    [(3, 13)]
    """
    places = find_in_raw(document.raw, [statement.text for statement in document.statements])
    return [(start + document.raw_start, end + document.raw_start) for start, end in places]


def read_long(texts: str | Iterable[str], *, id: str = "-", weights: Weights | None = None) -> Iterator[Document]:
    """A text of any length, given whole or in blocks, read part by part in memory that does not grow.

    Parts end with a paragraph where they can. Offsets count on from part to part, as if the cleaned parts stood behind
    one another with a blank line between; nothing comes of blank ones. A text of up to 40,000 characters is one part.
    """
    start = raw_start = 0
    for part in _parts(iter([texts] if isinstance(texts, str) else texts)):
        document = read(part, id=id, weights=weights)
        begins = raw_start
        raw_start += len(part)
        if not document.text:
            continue
        yield document if not start and not begins else _moved(document, start, begins)
        start += len(document.text) + len(_BETWEEN_PARTS)


def _moved(document: Document, start: int, raw_start: int) -> Document:
    moved = (replace(s, start=s.start + start, end=s.end + start) for s in document.statements)
    return replace(document, start=start, raw_start=raw_start, statements=tuple(moved))


def _parts(blocks: Iterator[str]) -> Iterator[str]:
    first = next(blocks, "")
    if is_page(first):  # its article may stand anywhere in it
        page = first + "".join(blocks)
        if len(page) <= _PART:
            yield page
            return
        first, blocks = extract_article(page)[0], iter(())
    rest = ""
    for block in chain([first], blocks):
        text, at = rest + block, 0
        while len(text) - at > _PART:
            places = ((text.rfind(mark, at + _PART // 2, at + _PART), mark) for mark in _ENDS)
            end = next((place + len(mark) for place, mark in places if place >= 0), at + _PART)
            yield text[at:end]
            at = end
        rest = text[at:]
    yield rest


def detect_language(text: str) -> Language:
    """Chinese where Han characters outnumber Latin words."""
    sample = text[:20_000]
    return (
        Language.CHINESE
        if sum(map(len, _HAN.findall(sample))) >= len(_LATIN_WORD.findall(sample))
        else Language.ENGLISH
    )
