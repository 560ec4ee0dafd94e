"""Text in, statements out: clean, sentences, quotations, attribution."""

import re

from stance.reading.attribution import statements
from stance.reading.clean import clean
from stance.reading.page import extract_article
from stance.reading.words import HAN
from stance.types import Document, Language

_HAN = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def read(text: str, *, id: str = "-") -> Document:
    """Clean `text` and cut it into statements with their speakers.

    >>> [(s.text, s.speaker.name) for s in read("李彥宏認為，閉源更強。").statements]
    [('李彥宏認為，閉源更強。', '李彥宏')]
    """
    cleaned = clean(extract_article(text))
    language = detect_language(cleaned)
    return Document(id, cleaned, language, tuple(statements(cleaned, language)))


def detect_language(text: str) -> Language:
    """Chinese where Han characters outnumber Latin words."""
    sample = text[:20_000]
    return Language.CHINESE if len(_HAN.findall(sample)) >= len(_LATIN_WORD.findall(sample)) else Language.ENGLISH
