"""The words of the interface, a file a language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from stance.files import read_toml
from stance.report.numbers import SpeakerSummary
from stance.types import AUTHOR, UNNAMED, Language


@dataclass(frozen=True, slots=True)
class Wording:
    """What the report says in one language."""

    text: Mapping[str, str]
    """Stances are among the keys."""
    features: Mapping[str, str]
    """Phrases that features are made of, as they are shown."""

    def feature(self, feature: str) -> str:
        """A feature as people would put it; what has no wording is left as it is."""
        names = "|".join(map(re.escape, sorted(self.features, key=len, reverse=True)))
        said = re.sub(rf"\b(?:{names})(?!\w)", lambda found: self.features[found[0]], feature)
        return said.replace(": ", self.text["colon"]).replace(" ", self.text["space"])

    def speaker(self, speaker: SpeakerSummary) -> str:
        """The name, the author's and that of the unnamed in the language of the interface."""
        return self.text[speaker.key] if speaker.key in (AUTHOR.name, UNNAMED.name) else speaker.name


@cache
def wording(language: Language) -> Wording:
    tables = read_toml("stance.report", f"{language}.toml")
    return Wording(tables["text"], tables["features"])
