"""Many patterns asked at once: only those are tried of which the text holds words that they cannot do without."""

import re
from collections.abc import Iterable, Mapping

from ahocorasick_rs import AhoCorasick

from stance.language.scanning import needed


class Patterns:
    """Groups of patterns, case ignored.

    From each pattern a set of literals is taken one of which stands in whatever it matches (the prefilter of RE2's
    FilteredRE2); an Aho-Corasick automaton over all of them leaves a few patterns to be tried.
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        """Raises `ValueError` naming the group of a pattern that does not compile."""
        self._patterns: list[tuple[str, str]] = []
        self._compiled: dict[int, re.Pattern[str]] = {}
        self._always: list[int] = []
        by_literal: dict[str, list[int]] = {}
        for group, patterns in groups.items():
            for pattern in patterns:
                number = len(self._patterns)
                self._patterns.append((group, pattern))
                try:
                    literals = needed(pattern)
                except re.error as error:
                    raise ValueError(f"{group}: {pattern!r}: {error}") from error
                if not literals:
                    self._always.append(number)
                for literal in literals:
                    by_literal.setdefault(literal.lower(), []).append(number)
        self._numbers = list(by_literal.values())
        self._literals = AhoCorasick(list(by_literal))

    def found_in(self, text: str) -> set[str]:
        """The groups of which a pattern matches somewhere in `text`, which is in lower case."""
        candidates = set(self._always)
        for literal, _, _ in self._literals.find_matches_as_indexes(text, overlapping=True):
            candidates.update(self._numbers[literal])
        found: set[str] = set()
        for number in candidates:
            group = self._patterns[number][0]
            if group not in found and self._compile(number).search(text):
                found.add(group)
        return found

    def _compile(self, number: int) -> re.Pattern[str]:
        """Compiled when first tried, which most patterns never are in a short text."""
        if number not in self._compiled:
            self._compiled[number] = re.compile(self._patterns[number][1], re.IGNORECASE)
        return self._compiled[number]
