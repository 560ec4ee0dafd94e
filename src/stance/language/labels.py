"""What labels and lines around an article look like, of all languages together: a page rarely keeps to one."""

import re
from dataclasses import dataclass
from functools import cache

from stance.errors import LexiconError
from stance.files import read_toml
from stance.language.matching import any_of
from stance.types import Language


@dataclass(frozen=True, slots=True)
class LabelWords:
    """The tables of every ``layout.toml``."""

    asks: frozenset[str]
    """Roles of those who ask, lower case."""
    answers: frozenset[str]
    anonymous: re.Pattern[str]
    fields: re.Pattern[str]
    """A word of a Chinese label, or a whole word of an English one, that makes it a key."""
    titles_before: re.Pattern[str]
    titles_behind: re.Pattern[str]
    furniture: re.Pattern[str]
    boxes: re.Pattern[str]
    posts: tuple[re.Pattern[str], ...]
    """Headers of posts; the group named who, where there is one, holds the name."""
    quoted: re.Pattern[str]
    mail: tuple[re.Pattern[str], ...]


@cache
def label_words() -> LabelWords:
    """Raises `LexiconError` where a table is broken."""
    tables = {language: read_toml(f"stance.language.{language}", "layout.toml") for language in Language}

    def words(key: str) -> list[str]:
        return [word for table in tables.values() for word in table.get(key, ())]

    chinese = [word for word in words("fields") if not word.isascii()]
    english = [word for word in words("fields") if word.isascii()]
    latin = [title for title in words("titles") if title.isascii()]
    behind = [title for title in words("titles") if not title.isascii()]
    try:
        return LabelWords(
            asks=frozenset(word.lower() for word in words("asks")),
            answers=frozenset(word.lower() for word in words("answers")),
            anonymous=re.compile("|".join(words("anonymous")), re.IGNORECASE),
            fields=re.compile(rf"{any_of(chinese)}|\b{any_of(english)}\b", re.IGNORECASE),
            titles_before=re.compile(rf"(?:the )?{any_of(latin)}\.? (?=\S)", re.IGNORECASE),
            titles_behind=re.compile(rf"{any_of(behind)}$"),
            furniture=re.compile("|".join(words("furniture")), re.IGNORECASE),
            boxes=re.compile(rf"[\W_]*{any_of(words('boxes'))}\s*[：:]?$", re.IGNORECASE),
            posts=tuple(re.compile(pattern, re.IGNORECASE) for pattern in words("posts")),
            quoted=re.compile("|".join(words("quoted")), re.IGNORECASE),
            mail=tuple(re.compile(pattern, re.IGNORECASE) for pattern in words("mail")),
        )
    except re.error as error:
        raise LexiconError(f"layout.toml: {error.pattern!r} is no pattern ({error}); mend it") from error
