"""Many words looked for at once: patterns built as tries."""

import re
from collections.abc import Collection


def any_of(words: Collection[str]) -> str:
    """A pattern that matches the longest of `words` at a place; nothing for no words.

    What words share at their beginnings stands there once, so that matching does not try them one by one.

    >>> any_of(["说", "说道", "称", "认为"])
    '(?:说(?:道)?|认为|称)'
    """
    trie: _Trie = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return f"(?:{'|'.join(_branches(trie))})" if trie else "(?!)"


_Trie = dict[str, "_Trie"]


def _branches(node: _Trie) -> list[str]:
    last = [re.escape(character) for character, child in node.items() if character and not any(child)]
    found = [re.escape(character) + _behind(child) for character, child in node.items() if any(child)]
    return [*found, last[0] if len(last) == 1 else f"[{''.join(last)}]"] if last else found


def _behind(node: _Trie) -> str:
    """What may follow at a node: one of its branches or, where a word ends here, nothing."""
    found = _branches(node)
    if len(found) == 1 and "" not in node:
        return found[0]
    return f"(?:{'|'.join(found)}){'?' * ('' in node)}"
