"""What holds for any text."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from stance.language.chinese import simplify
from stance.reading import read
from stance.reading.mentions import find_mentions
from stance.reading.quotations import quotations
from stance.reading.sentences import sentences
from stance.repair.clean import clean
from stance.repair.decode import decode
from stance.types import Document, Language

Draw = Callable[[st.DataObject], str]
_steady = settings(deadline=None, derandomize=True, database=None, max_examples=60)
_steady_slow = settings(_steady, max_examples=10)


def _check_document(document: Document) -> None:
    end = 0
    for statement in document.statements:
        assert statement.start < statement.end
        assert document.text[statement.start : statement.end] == statement.text == statement.text.strip()
        assert not any(map(str.isalnum, document.text[end : statement.start]))
        assert any(map(str.isalnum, statement.text))
        assert statement.start >= end
        end = statement.end
    assert not any(map(str.isalnum, document.text[end:]))


@_steady
@given(data=st.data())
def test_cleaning_twice_is_cleaning_once(data: st.DataObject, draw_text: Draw) -> None:
    once = clean(draw_text(data))
    assert clean(once) == once


@_steady
@given(data=st.data())
def test_sentences_cover_the_text_in_order(data: st.DataObject, draw_text: Draw) -> None:
    text, previous = draw_text(data), 0
    for start, end in sentences(text):
        assert previous <= start < end <= len(text)
        assert not text[previous:start].strip()
        assert text[start:end] == text[start:end].strip()
        previous = end
    assert not text[previous:].strip()


@_steady
@given(data=st.data())
def test_quotations_are_ordered_and_apart(data: st.DataObject, draw_text: Draw) -> None:
    text, previous = draw_text(data), 0
    for quotation in quotations(text):
        assert previous <= quotation.start < quotation.end <= len(text)
        previous = quotation.end


@_steady
@given(data=st.data(), language=st.sampled_from(list(Language)))
def test_mentions_are_ordered_and_apart(data: st.DataObject, draw_text: Draw, language: Language) -> None:
    text, previous = draw_text(data), 0
    for mention in find_mentions(text, simplify(text), language):
        assert previous <= mention.start < mention.end <= len(text)
        previous = mention.end


@_steady
@given(data=st.data())
def test_statements_slice_back_and_cover(data: st.DataObject, draw_text: Draw) -> None:
    _check_document(read(draw_text(data)))


def test_statements_of_the_seeds_slice_back_and_cover(seeds: list[str]) -> None:
    for seed in seeds:
        _check_document(read(seed))


@_steady_slow
@given(data=st.data(), at=st.integers(0, 5000))
def test_statements_of_damaged_text_slice_back_and_cover(
    data: st.DataObject, at: int, seeds: list[str], draw_text: Draw
) -> None:
    seed = data.draw(st.sampled_from(seeds))
    _check_document(read(seed[at : at + 120] + draw_text(data) + seed[at + 121 : at + 240]))


@_steady
@given(st.text())
def test_simplify_keeps_the_length(text: str) -> None:
    assert len(simplify(text)) == len(text)


@_steady
@given(data=st.data())
def test_simplify_keeps_the_length_of_chinese(data: st.DataObject) -> None:
    text = data.draw(st.text(st.characters(min_codepoint=0x3400, max_codepoint=0x9FFF)))
    assert len(simplify(text)) == len(text)


@_steady
@given(data=st.data())
def test_utf_8_comes_back(data: st.DataObject, draw_text: Draw) -> None:
    text = draw_text(data)
    assert decode(text.encode("utf-8")) == (text, "UTF-8")
