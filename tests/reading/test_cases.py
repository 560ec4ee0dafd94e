"""Every table of cases that reading has."""

from typing import Any

import pytest

from stance.language.chinese import simplify
from stance.reading import read
from stance.reading.mentions import find_mentions
from stance.reading.quotations import quotations
from stance.reading.sentences import sentences
from stance.types import Language

Case = dict[str, Any]


@pytest.mark.cases("sentences")
def test_sentences(case: Case) -> None:
    text = case["text"]
    assert [text[start:end] for start, end in sentences(text)] == case["sentences"]


@pytest.mark.cases("quotations")
def test_quotations(case: Case) -> None:
    text = case["text"]
    assert [text[found.start : found.end] for found in quotations(text)] == case["quotations"]


@pytest.mark.cases("mentions")
def test_mentions(case: Case) -> None:
    text, language = case["text"], Language(case["language"])
    simple = simplify(text) if language is Language.CHINESE else text
    found = [
        [
            text[mention.start : mention.end],
            str(mention.kind),
            mention.speaker.name if mention.speaker else None,
            mention.speaker.id if mention.speaker else None,
        ]
        for mention in find_mentions(text, simple, language)
    ]
    assert found == case["mentions"]


def _check_attribution(case: Case) -> None:
    statements = read(case["text"]).statements
    assert [statement.speaker_name for statement in statements] == case["speakers"]
    if "statements" in case:
        assert [statement.text for statement in statements] == case["statements"]


@pytest.mark.cases("attribution_zh")
def test_attribution_in_chinese(case: Case) -> None:
    assert read(case["text"]).language is Language.CHINESE
    _check_attribution(case)


@pytest.mark.cases("attribution_en")
def test_attribution_in_english(case: Case) -> None:
    assert read(case["text"]).language is Language.ENGLISH
    _check_attribution(case)
