"""Labels move to a text that is read otherwise, or say that they cannot."""

from dataclasses import replace
from pathlib import Path

import pytest

from stance.errors import LabelError
from stance.learning.carrying import carry, find_places
from stance.learning.labels import LabelledDocument, text_of
from stance.types import Label


def test_labels_that_fit_stay(small_corpus: list[LabelledDocument]) -> None:
    for document in small_corpus:
        assert carry(document) == document.labels


def test_labels_of_a_text_that_is_read_otherwise_move(small_corpus: list[LabelledDocument]) -> None:
    (document, *_) = small_corpus
    shifted: list[Label] = []
    for label in document.labels:
        statement = label.statement
        text = f"- {statement.text}"
        start = shifted[-1].statement.end + 2 if shifted else 0
        moved = replace(statement, text=text, start=start, end=start + len(text))
        shifted.append(replace(label, statement=moved))
    broken = replace(document, labels=tuple(shifted))
    assert text_of(broken).startswith("- ")
    moved_back = carry(broken)
    assert [label.statement.text for label in moved_back] == [label.statement.text for label in document.labels]
    assert [label.stance for label in moved_back] == document.stances


def test_a_statement_that_is_gone_is_named(small_corpus: list[LabelledDocument], tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text("泵停了。", encoding="utf-8")
    with pytest.raises(LabelError, match="does not stand in the text; label it anew"):
        carry(replace(small_corpus[0], source=source))


def test_numbers_and_marks_go_with_a_statement() -> None:
    text = "1. 泵停了。\n2. 谁停的？"
    assert [text[slice(*place)] for place in find_places(["泵停了", "谁停的"], text) if place] == text.split("\n")
    assert find_places(["不在这里"], text) == [None]
