from pathlib import Path

import pytest

from stance.layout.data import Data, data_in

LONG = "开源模型更便宜。" * 20


@pytest.mark.parametrize(
    ("text", "data"),
    [
        (f'{{"id": 1, "body": "{LONG}"}}', Data("JSON", "body")),
        (f'[{{"id": "1", "body": "{LONG}"}}]', Data("JSON", "body")),
        ('["Open models.", "Closed models."]', Data("JSON", "")),
        ("[\n " + f'{{"body": "{LONG}"}},\n ' * 20_000, Data("JSON", "")),  # the first block of a long file
        (f'{{"body": "{LONG}"}}\n\n{{"body": "b"}}\n', Data("JSON Lines", "body")),
        (f'{{"body": "a"}}\n{{"body": "{LONG * 2000}', Data("JSON Lines", "body")),  # cut
        (f"url\ttext of it\n/1\t{LONG}\n", Data("TSV", "text of it")),
        (f'id,text\n1,"{LONG}, and more"\n2,b\n', Data("CSV", "text")),
        (f"编号,正文\n1,{LONG}\n2,b\n", Data("CSV", "正文")),
    ],
)
def test_data_is_told(text: str, data: Data) -> None:
    assert data_in(text) == data


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}\nOpen models.",
        "[1]\nOpen models are cheaper.",
        "[2023]\n\n开源更便宜。",
        '{"title": "x"}\nOpen models are cheaper.\nClosed ones are safer.',
        "\tOpen models are cheaper.\n\tClosed ones are safer.\n\tNobody knows.\n\tWe shall see.",
        "Ann\tOpen models are cheaper, and everybody can look into them.\nBob said nothing.",
        "Hello, world\nYes, sir\nNo, sir\n",
        "开源好,闭源坏\n他说,不对\n她说,也对\n",
        "{开源}更便宜。",
        "[1] 开源更便宜。",
        "{" * 100_000,
    ],
)
def test_prose_is_not(text: str) -> None:
    assert data_in(text) is None


def test_no_article_of_ours_is_data(root: Path) -> None:
    for path in [*(root / "seeds").glob("*.txt"), *(root / "labels/authored/web/texts").glob("*.txt")]:
        assert data_in(path.read_bytes().decode("utf-8", "replace")) is None, path.name


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        ("JSON Lines", "label it with: stance bulk FILE.jsonl --text-column body --out FOLDER"),
        ("JSON", "save it as JSON Lines, and label it with: stance bulk FILE.jsonl --text-column body --out FOLDER"),
        ("CSV", "label it with: stance bulk FILE.csv --text-column body --out FOLDER"),
        ("TSV", "save it as CSV, and label it with: stance bulk FILE.csv --text-column body --out FOLDER"),
    ],
)
def test_the_advice_names_a_file_that_bulk_takes_for_what_it_is(kind: str, advice: str) -> None:
    assert Data(kind, "body").advice == advice
