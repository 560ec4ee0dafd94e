"""Many patterns asked at once: only those are tried of which the text holds words that they cannot do without."""

import re
from collections.abc import Iterable, Mapping, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]  # the standard library's own; there is no public one
from typing import Any

from ahocorasick_rs import AhoCorasick

# Words that every article of the debate is full of.
_USUAL = "开源 闭源 开放 封闭 公开 模型 技术 代码 数据 发布 open closed source proprietary release model the"


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


def needed(pattern: str) -> frozenset[str]:
    """Literals one of which stands in every match of `pattern`; none where there is no such set.

    >>> sorted(needed("(?:封|锁)在.{0,4}接口"))
    ['接口']
    >>> sorted(needed("behind (?:an api|closed doors)|walled garden"))
    ['behind ', 'walled garden']
    """
    return _needed(parser.parse(pattern, re.IGNORECASE))


def _needed(items: Sequence[Any]) -> frozenset[str]:
    choices: list[frozenset[str]] = []
    run = ""
    for kind, value in [*items, (None, None)]:
        if kind is op.LITERAL:
            run += chr(value)
            continue
        if run:
            choices.append(frozenset([run]))
            run = ""
        if kind is op.SUBPATTERN:
            choices.append(_needed(value[-1]))
        elif kind is op.BRANCH:
            branches = [_needed(branch) for branch in value[1]]
            choices.append(frozenset().union(*branches) if all(branches) else frozenset())
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT) and value[0] > 0:
            choices.append(_needed(value[2]))
        elif kind is op.IN and all(inner is op.LITERAL for inner, _ in value):
            choices.append(frozenset(chr(character) for _, character in value))
    return max(choices, key=_rarity, default=frozenset())


def _rarity(literals: frozenset[str]) -> tuple[bool, bool, int, int]:
    """How seldom a text will hold one of them: best without words of every article, then long ones, then few."""
    usual = any(literal.strip().lower() in _USUAL for literal in literals)
    return bool(literals), not usual, min(map(len, literals), default=0), -len(literals)
