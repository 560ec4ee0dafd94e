"""Reading takes time in proportion to the text, whatever the text."""

import time

import pytest

from stance.reading import read

_MILLION = 1_000_000
_LIMIT = 20.0  # seconds; far more than any of these needs
_ARTICLE = (
    "大会周一开幕。研究员顾明川表示：“权重应该公开。为什么？因为错误更容易被发现。”他还说，午饭在二楼。\n"
    "Dana Whitlock said the list is final, while 李彦宏认为会议九点开始。在扎克伯格看来，名单（如下）很长。\n"
)


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    """Dictionaries load before anything is timed."""
    read(_ARTICLE + "他談?wù)摲忾]的平臺。")


def _seconds(text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("unit", "characters"),
    [
        pytest.param(_ARTICLE, 2000, id="article"),
        pytest.param("李彦宏说开源好。", 2000, id="sentences"),
        pytest.param("“开源好。”李彦宏说。", 2000, id="quotations"),
        pytest.param("顾明川：好吗？\n主持人：好。\n", 2000, id="turns"),
        pytest.param(
            ",",
            2000,
            id="half-width commas",
        ),
        pytest.param(
            "# ",
            500,
            id="heading signs",
        ),
    ],
)
def test_ten_times_the_text_takes_about_ten_times_as_long(unit: str, characters: int) -> None:
    repeats = characters // len(unit)
    short = min(_seconds(unit * repeats) for _ in range(3))
    assert _seconds(unit * repeats * 10) < 20 * short + 0.2


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param("开", id="Han without marks"),
        pytest.param("“", id="opening marks"),
        pytest.param("?", id="question marks"),
        pytest.param("[(", id="brackets"),
        pytest.param("a.b", id="dots"),
        pytest.param("CEO", id="titles"),
        pytest.param("，", id="commas"),
        pytest.param("<", id="less-than signs"),
        pytest.param(" ", id="spaces"),
    ],
)
def test_a_line_of_a_million_characters_is_read_in_bounded_time(unit: str) -> None:
    assert _seconds(unit * (_MILLION // len(unit))) < _LIMIT
