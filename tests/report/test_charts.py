import builtins
from typing import Any

import pytest
from lxml import etree

from stance.errors import StanceError
from stance.report import Report, build, speaker_chart
from stance.report.charts import document_chart, svg
from stance.types import Language, Speaker
from tests.report.conftest import CLOSED, NEUTRAL, OPEN, document


def _bars(spec: dict[str, Any]) -> list[tuple[str, int]]:
    rows = next(rows for rows in spec["datasets"].values() if "name" in rows[0])
    return [(row["name"], row["bar"]) for row in rows]


def test_bars_run_right_for_open_and_left_for_closed(report: Report) -> None:
    assert _bars(speaker_chart(report)) == [
        ("扎克伯格", 3), ("扎克伯格", -1), ("顾明川", -1), ("黄仁勋", 1), ("未具名", 1),
    ]  # fmt: skip
    assert _bars(document_chart(report)) == [("1 a.txt", 3), ("1 a.txt", -1), ("2 b.txt", 1), ("3 en<i>.txt", -1)]


def test_who_takes_no_side_is_not_drawn_and_the_rest_is_cut() -> None:
    rows = [(Speaker(f"speaker {at}"), "Open is good.", OPEN, 0.8) for at in range(40)]
    rows += [(Speaker("nobody"), "Rain.", NEUTRAL, 0.8)] * 5
    drawn = [name for name, _ in _bars(speaker_chart(build([document("a", Language.ENGLISH, rows)])))]
    assert len(drawn) == 25
    assert "nobody" not in drawn


def test_long_names_are_cut_and_equal_names_kept_apart() -> None:
    long = "一个名字特别特别特别长的人"
    rows = [(Speaker("Li", "robin-li"), "A.", OPEN, 0.8), (Speaker("Li", "fei-fei-li"), "B.", CLOSED, 0.8)]
    pair = document("a", Language.ENGLISH, [*rows, (Speaker(long), "C.", OPEN, 0.8)])
    names = [name for name, _ in _bars(speaker_chart(build([pair])))]
    assert names[0] != names[1]
    assert names[2] == "一个名字特别特别…"


def test_svg_is_one_picture_with_a_name_and_asks_for_nothing() -> None:
    rows = [(Speaker("<script>x</script>&"), "A.", OPEN, 0.8)]
    spec = speaker_chart(build([document("a", Language.ENGLISH, rows)]))
    drawn = svg(spec, id="c", title="Who & where", description="<b>")
    root = etree.fromstring(drawn)
    name = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c-title"
    assert root.findtext(f"{name}title[@id='c-title']") == "Who & where"
    assert root.findtext(f"{name}desc[@id='c-text']") == "<b>"
    assert root.get("viewBox")
    assert root.get("width") is None, "it fits its place"
    assert not list(root.iter(f"{name}script", f"{name}image", f"{name}style"))
    assert not [element for element in root.iter() if element.get("style")], "the page's policy would refuse it"
    assert not [one for one in root.iterdescendants() if {"role", "aria-label"} & set(one.attrib)], "one picture"
    assert any("<script>" in (text.text or "") for text in root.iter(f"{name}text"))


@pytest.mark.parametrize("library", ["altair", "vl_convert"])
def test_a_missing_library_is_named_with_the_way_out(
    library: str, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = speaker_chart(report)
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == library:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(StanceError, match=r"pip install 'stance\[report\]'"):
        svg(speaker_chart(report) if library == "altair" else spec, id="c", title="", description="")
