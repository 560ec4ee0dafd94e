"""Alternatives looked for all at once, each only where it can stand: what their patterns tell before they are tried."""

import re
from collections.abc import Iterator, Sequence
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]  # the standard library's own; there is no public one
from typing import Any

from stance.language.matching import any_of

# Words that every article of the debate is full of.
_USUAL = "开源 闭源 开放 封闭 公开 模型 技术 代码 数据 发布 open closed source proprietary release model the"
_CLASSES = {op.CATEGORY_DIGIT: r"\d", op.CATEGORY_SPACE: r"\s", op.CATEGORY_WORD: r"\w"}


class Scanner:
    """Finds what ``(?:first|second|…)`` finds, several times as fast.

    Most alternatives begin with one of a few characters, and are tried at these alone. One that may begin with any
    holds a word that it cannot do without, and is tried in front of such words alone.
    """

    def __init__(self, alternatives: Sequence[str]) -> None:
        beginnings = [leading(pattern) for pattern in alternatives]
        held = [pattern for pattern, begins in zip(alternatives, beginnings, strict=True) if begins]
        self._all = re.compile("|".join(f"(?:{pattern})" for pattern in alternatives))
        classes = "".join(sorted(frozenset().union(*filter(None, beginnings))))
        begins = f"(?=[{classes}])" if classes else "(?!)"
        self._held = re.compile(f"{begins}(?:{'|'.join(f'(?:{pattern})' for pattern in held)})")
        self._words: re.Pattern[str] | None = None
        self._back = 0
        loose = [pattern for pattern, begins in zip(alternatives, beginnings, strict=True) if not begins]
        if loose:
            words = [needed(pattern) for pattern in loose]
            self._words = re.compile(any_of(frozenset().union(*words)) if all(words) else "")
            self._back = max(int(parser.parse(pattern).getwidth()[1]) for pattern in loose)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """The matches in `text`, in order, without overlap."""
        at = 0
        found = self._held.search(text)
        for word in self._words.finditer(text) if self._words is not None else ():
            zone = word.start() - self._back
            while found is not None and found.start() < zone:
                yield found
                at = found.end()
                found = self._held.search(text, at)
            at = max(at, zone)
            while at <= word.end():  # another word may begin inside this one
                near = self._all.search(text, at)
                if near is None:
                    return
                yield near
                at = near.end()
            if found is not None and found.start() < at:
                found = self._held.search(text, at)
        while found is not None:
            yield found
            found = self._held.search(text, found.end())


def leading(pattern: str) -> frozenset[str]:
    """With what a match of `pattern` may begin, as parts of a character class; none where that may be anything.

    >>> sorted(leading("(?:其中)?有人|[甲乙]方"))
    ['乙', '其', '有', '甲']
    >>> leading("[^，]?方")
    frozenset()
    """
    found, may_be_empty = _leading(parser.parse(pattern))
    return frozenset() if found is None or may_be_empty else found


def _leading(items: Sequence[Any]) -> tuple[frozenset[str] | None, bool]:
    """What may stand first, None for anything, and whether all may be left out."""
    found: frozenset[str] = frozenset()
    for kind, value in items:
        first: frozenset[str] | None = frozenset()
        empty = False
        if kind is op.LITERAL:
            first = frozenset([re.escape(chr(value))])
        elif kind is op.IN:
            first = _class(value)
        elif kind is op.SUBPATTERN:
            first, empty = _leading(value[-1])
        elif kind is op.BRANCH:
            branches = [_leading(branch) for branch in value[1]]
            known = [begins for begins, _ in branches if begins is not None]
            first = frozenset().union(*known) if len(known) == len(branches) else None
            empty = any(may_be_empty for _, may_be_empty in branches)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            first, empty = _leading(value[2])
            empty = empty or value[0] == 0
        elif kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
            empty = True
        else:
            first = None
        if first is None:
            return None, False
        found |= first
        if not empty:
            return found, False
    return found, True


def _class(parts: Sequence[Any]) -> frozenset[str] | None:
    found = []
    for kind, value in parts:
        if kind is op.LITERAL:
            found.append(re.escape(chr(value)))
        elif kind is op.RANGE:
            found.append(f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}")
        elif kind is op.CATEGORY and value in _CLASSES:
            found.append(_CLASSES[value])
        else:
            return None
    return frozenset(found)


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
