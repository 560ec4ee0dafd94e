"""Typed loader of the lexicons: language data in TOML, checked on load, compiled once."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from stance.errors import LexiconError
from stance.files import read_toml
from stance.types import Language


class Kind(StrEnum):
    """What a name stands for."""

    PERSON = "person"
    ORGANISATION = "organisation"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something of the debate."""

    id: str
    kind: Kind
    zh: tuple[str, ...]
    """Names in simplified characters, the most usual first."""
    en: tuple[str, ...]
    gender: str = ""
    posts: tuple[tuple[str, str], ...] = ()
    """Organisation id and title of each post the press names this person by."""

    @property
    def names(self) -> tuple[str, ...]:
        return self.zh + self.en


@dataclass(frozen=True, slots=True)
class People:
    """All entities, by name, id and post."""

    entities: tuple[Entity, ...]
    by_name: Mapping[str, Entity]
    by_id: Mapping[str, Entity]
    by_post: Mapping[tuple[str, str], tuple[Entity, ...]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What tells in one language that somebody speaks, and who."""

    language: Language
    cues: Mapping[str, str]
    """Cue to its kind: "say", "think", "act"; "" for longer words in which a cue is none."""
    data: Mapping[str, Any]
    """The tables of the file, for the patterns that attribution and mentions compile."""

    def words(self, table: str, key: str) -> tuple[str, ...]:
        return tuple(self.data[table][key])


@cache
def people() -> People:
    """The entities of the folder `people`.

    Raises `LexiconError` where an id or a name stands twice or a post refers to an unknown organisation.
    """
    entities = tuple(
        _entity(kind, table)
        for kind in Kind
        for table in read_toml("stance.language.people", f"{kind}s.toml").get(kind, [])
    )
    by_id: dict[str, Entity] = {}
    by_name: dict[str, Entity] = {}
    by_post: dict[tuple[str, str], tuple[Entity, ...]] = {}
    for entity in entities:
        if by_id.setdefault(entity.id, entity) is not entity and entity.kind is not Kind.PRODUCT:
            raise LexiconError(f"people/: id {entity.id!r} stands twice; give one of them another")
        for name in entity.names:
            if by_name.setdefault(name, entity) is not entity:
                raise LexiconError(f"people/: {name!r} names both {by_name[name].id} and {entity.id}; drop one")
    for entity in entities:
        for post in entity.posts:
            if post[0] not in by_id:
                raise LexiconError(f"people/: {entity.id} has a post at {post[0]!r}, which no organisation has as id")
            by_post[post] = (*by_post.get(post, ()), entity)
    return People(entities, by_name, by_id, by_post)


def _entity(kind: Kind, table: Mapping[str, Any]) -> Entity:
    try:
        return Entity(
            id=table["id"],
            kind=kind,
            zh=tuple(table.get("zh", ())),
            en=tuple(table.get("en", ())),
            gender=table.get("gender", ""),
            posts=tuple((organisation, title) for organisation, title in table.get("posts", ())),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LexiconError(f"{kind}s.toml: {table.get('id', '?')!r} is broken ({error}); see its head") from error


@cache
def lexicon(language: Language) -> Lexicon:
    """The lexicon of `language`."""
    data = read_toml(f"stance.language.{language}", "speech.toml")
    cues: dict[str, str] = {}
    try:
        for kind, words in data["cues"].items():
            if kind not in ("not", "inverted"):
                for word in words:
                    cues.setdefault(word, kind)
        for words in data["cues"]["not"].values():
            cues.update(dict.fromkeys(words, ""))
    except (KeyError, AttributeError, TypeError) as error:
        raise LexiconError(f"{language}/speech.toml: table [cues] is broken ({error})") from error
    return Lexicon(language, cues, data)
