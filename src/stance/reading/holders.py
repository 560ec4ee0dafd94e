"""Labels of turns to speakers: titles off, roles to those who play them, names under the id they have."""

import re

from stance.language.chinese import simplify
from stance.language.labels import label_words
from stance.language.lexicon import Kind, people
from stance.layout.blocks import Turn
from stance.reading.mention import Mention, MentionKind
from stance.types import UNNAMED, Speaker

_ROLE_NUMBER = re.compile(r"[\s#]*[0-9一二三四五六七八九十]{1,3}$")
_TOGETHER = re.compile(r"\s*(?:、|&|／|\band\b|和)\s*")


class Holders:
    """Who holds the turns of one document."""

    def __init__(self, mentions: list[Mention]) -> None:
        persons = [m.speaker for m in mentions if m.kind is MentionKind.PERSON and m.speaker is not None]
        self._named = {speaker.name: speaker for speaker in persons}
        only = set(persons)
        self._guest = only.pop() if len(only) == 1 else UNNAMED
        self._roles: dict[str, Speaker] = {}
        """Who was said to play a role: Host (Rafe Dunmore)."""

    def of(self, turn: Turn) -> tuple[Speaker, ...]:
        """Whoever holds `turn`; unnamed where the document names nobody."""
        words = label_words()
        role = _ROLE_NUMBER.sub("", simplify(turn.name)).lower()
        if role in words.asks | words.answers:
            if turn.aside and turn.aside[0].isalpha() and not words.fields.search(turn.aside):
                self._roles[role] = self._speaker(turn.aside)
            return (self._roles.get(role, self._guest if role in words.answers else UNNAMED),)
        return self.named(turn.name)

    def named(self, name: str) -> tuple[Speaker, ...]:
        """The speakers a label names; unnamed for a handle of nobody."""
        if not name or label_words().anonymous.fullmatch(simplify(name)):
            return (UNNAMED,)
        return tuple(self._speaker(part) for part in _TOGETHER.split(name) if part) or (UNNAMED,)

    def _speaker(self, name: str) -> Speaker:
        words = label_words()
        bare = words.titles_before.sub("", name) if name[:1].isascii() else name
        behind = words.titles_behind.search(simplify(bare))
        if behind is not None and behind.start() > 1:
            bare = bare[: behind.start()]
        entity = people().by_name.get(simplify(bare))
        known = entity.id if entity is not None and entity.kind is not Kind.PRODUCT else None
        return self._named.get(bare) or Speaker(bare or name, known)
