"""Typed loader of the lexicons: language data in TOML, checked on load, compiled once."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import tomli

from stance.errors import LexiconError
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


def read_toml(package: str, name: str) -> dict[str, Any]:
    """The data file `name` of `package`.

    Raises `LexiconError` where it is missing or no TOML.
    """
    file = resources.files(package) / name
    try:
        return tomli.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomli.TOMLDecodeError) as error:
        raise LexiconError(f"{name}: {error}; reinstall stance or mend the file") from error


@cache
def people() -> People:
    """The entities of `people.toml`.

    Raises `LexiconError` where an id or a name stands twice or a post refers to an unknown organisation.
    """
    tables = read_toml("stance.reading", "lexicons/people.toml")
    entities = tuple(_entity(kind, table) for kind in Kind for table in tables.get(kind, []))
    by_id: dict[str, Entity] = {}
    by_name: dict[str, Entity] = {}
    by_post: dict[tuple[str, str], tuple[Entity, ...]] = {}
    for entity in entities:
        if by_id.setdefault(entity.id, entity) is not entity and entity.kind is not Kind.PRODUCT:
            raise LexiconError(f"people.toml: id {entity.id!r} stands twice; give one of them another")
        for name in entity.names:
            if by_name.setdefault(name, entity) is not entity:
                raise LexiconError(f"people.toml: {name!r} names both {by_name[name].id} and {entity.id}; drop one")
    for entity in entities:
        for post in entity.posts:
            if post[0] not in by_id:
                raise LexiconError(
                    f"people.toml: {entity.id} has a post at {post[0]!r}, which no organisation has as id"
                )
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
        raise LexiconError(f"people.toml: {kind} {table.get('id', '?')!r} is broken ({error}); see its head") from error


@cache
def lexicon(language: Language) -> Lexicon:
    """The lexicon of `language`."""
    data = read_toml("stance.reading", f"lexicons/{language}.toml")
    cues: dict[str, str] = {}
    try:
        for kind, words in data["cues"].items():
            if kind not in ("not", "inverted"):
                for word in words:
                    cues.setdefault(word, kind)
        for words in data["cues"]["not"].values():
            cues.update(dict.fromkeys(words, ""))
    except (KeyError, AttributeError, TypeError) as error:
        raise LexiconError(f"{language}.toml: table [cues] is broken ({error})") from error
    return Lexicon(language, cues, data)


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
