"""English words: which are common, so that capitals alone make no name of them."""

import re
from functools import cache
from importlib import resources

from stance.language.lexicon import lexicon
from stance.types import Language

_NOUN = re.compile(
    r".{2}(?:tion|sion|ment|ness|ity|ing|ism|ance|ence|ics|able|ible|ous|ful|less|ly|ware|ship|ers|ors|ists|ions|ments|ized|ised)$"
)
_INFLECTED = re.compile(r"(?:'s|’s|es|ed|ing|er|ers|s|d|r|ly)$")


@cache
def _common() -> frozenset[str]:
    listed = (resources.files("stance.language.en") / "common.txt").read_text(encoding="utf-8").split()
    return frozenset(listed) | frozenset(
        word.lower() for word in lexicon(Language.ENGLISH).words("mentions", "not_names")
    )


@cache
def _names() -> frozenset[str]:
    return frozenset(lexicon(Language.ENGLISH).words("mentions", "names_that_are_words"))


@cache
def given_names() -> frozenset[str]:
    """Given names in Latin script, most of them from the lists of Faker."""
    listed = (resources.files("stance.language.en") / "given_names.txt").read_text(encoding="utf-8").split()
    return frozenset(listed)


def is_common(word: str) -> bool:
    """Whether a word is an ordinary one, in whatever case and form; some that are names as well do not count.

    >>> is_common("Following"), is_common("Mark"), is_common("Ferreira")
    (True, False, False)
    """
    bare = word.strip(".,'’\"“”()").removesuffix("'s").removesuffix("’s")
    if bare in _names() or bare in given_names():
        return False
    low = bare.lower()
    if "-" in low:
        return any(part in _common() for part in low.split("-") if len(part) > 2)
    if low in _common() or _NOUN.match(low):
        return True
    stem = _INFLECTED.sub("", low)
    return len(stem) > 2 and stem != low and (stem in _common() or f"{stem}e" in _common())


def name_in(words: list[str]) -> tuple[int, int]:
    """The part of a run of capitalised words that may be a name, as the places of its first word and behind its last.

    A name begins with a given name, whatever follows it. Without one, common words in front go, and a run that ends
    in one, or holds nothing else, is none.

    >>> name_in(["Following", "Dana", "Ferreira"]), name_in(["Key", "Points"]), name_in(["Latent", "Space"])
    ((1, 3), (0, 0), (0, 0))
    """
    for at, word in enumerate(words[:-1]):
        if word in given_names():
            return at, len(words)
    start = 0
    while start < len(words) and is_common(words[start]):
        start += 1
    if start == len(words) or is_common(words[-1]):
        return 0, 0
    return start, len(words)
