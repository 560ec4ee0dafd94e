import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.files import read_toml
from stance.learning.features import normalize
from stance.learning.patterns import Patterns
from stance.types import Language

TABLES = (("implied", "open"), ("implied", "closed"), ("frame", "neutral"))


@pytest.mark.parametrize("language", Language)
def test_the_automaton_finds_what_the_patterns_find_one_by_one(language: Language, root: Path) -> None:
    tables = read_toml(f"stance.language.{language}", "sides.toml")
    groups = {f"{table}.{key}": tables[table][key] for table, key in TABLES}
    patterns = Patterns(groups)
    found = 0
    for file in sorted((root / "labels/authored" / language).glob("*.jsonl"))[:3]:
        for line in file.read_text(encoding="utf-8").splitlines():
            text = normalize(json.loads(line)["text"])
            expected = {group for group, all_ in groups.items() if any(re.search(p, text, re.I) for p in all_)}
            assert patterns.found_in(text) == expected
            found += len(expected)
    assert found > 10


@given(st.text(alphabet="ab开源 ", max_size=12))
def test_no_match_is_lost(text: str) -> None:
    groups = {"one": ["a(?:b|开)", "源$"], "two": ["[ab]{2} ?开", ".?b.?a"]}
    expected = {group for group, all_ in groups.items() if any(re.search(p, text) for p in all_)}
    assert Patterns(groups).found_in(text) == expected
