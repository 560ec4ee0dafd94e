"""Places in the raw text: exact where nothing changed, in order always, never outside."""

from hypothesis import given, settings
from hypothesis import strategies as st

from stance.reading import raw_places, read, read_long
from stance.repair.alignment import find_in_raw

_steady = settings(deadline=None, derandomize=True, database=None, max_examples=60)


@_steady
@given(st.text("泵停了。 a<>*\n", max_size=60), st.lists(st.text("泵停了。a", max_size=8), max_size=6))
def test_places_are_in_order_and_inside(raw: str, statements: list[str]) -> None:
    end = 0
    for start, behind in find_in_raw(raw, statements):
        assert end <= start <= behind <= len(raw)
        end = behind


@_steady
@given(st.lists(st.sampled_from(["泵停了。", "谁停的？", "It runs.", "Why?"]), min_size=1, max_size=6))
def test_what_did_not_change_is_exact(statements: list[str]) -> None:
    raw = "\n\n".join(statements)
    assert [raw[start:end] for start, end in find_in_raw(raw, statements)] == statements


def test_places_of_markup() -> None:
    raw = "# Pumps\n\n**Mia:** The [pump](https://a.example/b) *stopped*.\n"
    places = raw_places(read(raw))
    assert [raw[start:end] for start, end in places] == ["Pumps", "Mia:** The [pump](https://a.example/b) *stopped*."]


def test_places_count_on_from_part_to_part() -> None:
    raw = "泵停了。" * 15_000
    documents = list(read_long(raw))
    assert len(documents) > 1
    for document in documents:
        for (start, end), statement in zip(raw_places(document), document.statements, strict=True):
            assert raw[start:end] == statement.text
