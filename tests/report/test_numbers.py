from pathlib import Path

import pytest

from stance.errors import ModelError
from stance.files import shipped_folder
from stance.report import Report, build, read_card
from stance.report.numbers import Counts
from stance.types import Document, Language, Prediction, Speaker, Stance
from tests.report.conftest import CLOSED, NEUTRAL, OPEN, Pair, document


def test_speakers_are_one_across_languages_and_documents(report: Report) -> None:
    found = {one.key: one for one in report.speakers}
    assert set(found) == {"mark-zuckerberg", "jensen-huang", "顾明川", "author", "unnamed"}
    mark = found["mark-zuckerberg"]
    assert (mark.id, mark.name, mark.names) == ("mark-zuckerberg", "扎克伯格", ("扎克伯格", "Mark Zuckerberg"))
    assert mark.counts == Counts(3, 1, 0, 0)
    assert mark.documents == 3
    assert mark.confidence == pytest.approx((0.8 + 0.6 + 0.9 + 0.6) / 4)
    assert found["顾明川"].names == ("顾明川", "顧明川"), "a name without an id is one in both scripts"
    assert found["顾明川"].counts == Counts(0, 1, 0, 1)


def test_names_follow_the_interface(pairs: list[Pair]) -> None:
    names = {one.key: one.name for one in build(pairs, language="en").speakers}
    assert names["mark-zuckerberg"] == "Mark Zuckerberg"
    assert names["jensen-huang"] == "Jensen Huang", "the lexicon's, where the texts have none"
    assert names["顾明川"] == "顾明川", "nobody knows another"


def test_those_who_take_sides_come_first_and_no_one_person_last(report: Report) -> None:
    assert [one.key for one in report.speakers] == ["mark-zuckerberg", "顾明川", "jensen-huang", "unnamed", "author"]


def test_strongest_statements(report: Report) -> None:
    mark = report.speakers[0].strongest
    assert {side: (said.document, said.number) for side, said in mark.items()} == {OPEN: (2, 1), CLOSED: (3, 1)}
    assert set(report.speakers[1].strongest) == {CLOSED}


def test_documents_add_up(report: Report) -> None:
    assert [one.counts for one in report.documents] == [Counts(3, 1, 1, 0), Counts(1, 0, 0, 1), Counts(0, 1, 0, 0)]
    assert report.counts == Counts(4, 2, 1, 1)
    assert (report.counts.sided, report.counts.total) == (6, 8)
    assert len(list(report.statements)) == 8


@pytest.mark.parametrize(
    ("languages", "expected"),
    [([], "zh"), (["en"], "en"), (["zh", "en"], "zh"), (["zh", "en", "en"], "en")],
    ids=["none", "one", "tie", "most"],
)
def test_the_interface_follows_most_documents(languages: list[str], expected: str) -> None:
    pairs = [document(str(at), Language(one), []) for at, one in enumerate(languages)]
    assert build(pairs).language == expected


def test_the_parts_of_a_long_text_are_one_document() -> None:
    first = document("a", Language.CHINESE, [(Speaker("甲"), "开源好。", OPEN, 0.8)])
    second = document("a", Language.CHINESE, [(Speaker("乙"), "闭源好。", CLOSED, 0.7)], start=6)
    (whole,) = build([first, second]).documents
    assert whole.text == "开源好。\n\n闭源好。"
    assert [said.number for said in whole.statements] == [1, 2]
    for said in whole.statements:
        statement = said.prediction.statement
        assert whole.text[statement.start : statement.end] == statement.text


def test_the_same_file_twice_is_two_documents() -> None:
    pair = document("a", Language.CHINESE, [(Speaker("甲"), "开源好。", OPEN, 0.8)])
    assert [one.number for one in build([pair, pair]).documents] == [1, 2]


def test_a_separator_alone_is_a_name() -> None:
    report = build([document("a", Language.CHINESE, [(Speaker("、"), "雨。", NEUTRAL, 0.8)])])
    assert [one.name for one in report.speakers] == ["、"]


def test_evidence_may_be_missing(pairs: list[Pair]) -> None:
    first: tuple[Document, list[Prediction]] = (
        pairs[0][0],
        [Prediction(one.statement, one.stance, one.probabilities) for one in pairs[0][1]],
    )
    assert build([first]).speakers[0].strongest[Stance.PRO_OPEN].prediction.evidence == ()


def test_card(tmp_path: Path) -> None:
    assert read_card() == (shipped_folder() / "README.md").read_text(encoding="utf-8")
    assert read_card(tmp_path) == ""
    (tmp_path / "README.md").write_bytes(b"\xff")
    with pytest.raises(ModelError, match=r"README\.md: cannot be read"):
        read_card(tmp_path)
