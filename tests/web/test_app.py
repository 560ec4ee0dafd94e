import csv
import io
import json
import os
import re
import time
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from stance.learning.annotation import Folder
from stance.learning.labels import load_documents
from stance.types import Stance
from stance.web.state import Workspace

TEXT = "周二有雨。\n\n顾明川说，开源更便宜。\n\n星野智能认为，闭源更安全。"


def _paste(client: TestClient, text: str = TEXT) -> str:
    """Where the analysed text is shown."""
    answer = client.post("/analyse", data={"text": text}, files={"file": ("", b"")})
    assert answer.status_code == 200, answer.text
    return answer.url.path


def _own(workspace: Workspace) -> list[tuple[str, str, Stance, str]]:
    return [
        (label.statement.text, label.statement.speaker_name, label.stance, label.note)
        for document in load_documents(workspace.folder.path)
        for label in document.labels
    ]


def _at(page: str) -> str:
    found = re.search(r'name="at" value="(\d+)"', page)
    assert found is not None
    return found[1]


def _asked(page: str) -> str:
    """The statement that the annotator asks about."""
    found = re.search(r"<strong>(.*?)</strong>", page)
    assert found is not None
    return unescape(found[1])


# --- analyse ---------------------------------------------------------------------------------------------------------


def test_a_pasted_text_is_shown_with_speakers_stances_and_evidence(client: TestClient) -> None:
    page = client.get(_paste(client)).text
    shown = []
    for stance, row in re.findall(r'<li class="statement ([\w-]+)">\n<details>(.*?)</details>', page, re.DOTALL):
        name = re.search(r'class="name"[^>]*>(.*?)<', row)
        letter = re.search(r'class="letter" aria-hidden="true">(.)<', row)
        words = re.search(r'class="words" lang="zh">(.*?)<', row)
        assert name
        assert letter
        assert words
        assert row.count('class="fill') == 3
        assert 'class="evidence"' in row
        shown.append((words[1], name[1], stance, letter[1]))
    assert shown == [
        ("周二有雨。", "the author", "neutral", "N"),
        ("顾明川说，开源更便宜。", "顾明川", "pro-open", "O"),
        ("星野智能认为，闭源更安全。", "星野智能", "pro-closed", "C"),
    ]


def test_the_chart_counts_by_speaker(client: TestClient) -> None:
    page = client.get(_paste(client)).text
    table = page[page.index('<table class="speakers">') :]
    row = table[table.index('<th scope="row">顾明川') :].partition("</tr>")[0]
    assert re.findall(r'class="number">(\d+)<', row) == ["0", "1", "0", "0"]


def test_files_and_text_together(client: TestClient) -> None:
    files = [("file", ("a.txt", "开源更透明。".encode())), ("file", ("b.txt", "闭源更强。".encode("gb18030")))]
    answer = client.post("/analyse", data={"text": TEXT}, files=files)
    assert answer.status_code == 200
    for words in ("开源更透明。", "闭源更强。", "周二有雨。", "a.txt", "b.txt", "pasted text"):
        assert words in answer.text


def test_long_texts_come_in_pages(client: TestClient) -> None:
    path = _paste(client, "".join(f"第{number}天有雨。" for number in range(1, 702)))
    first, last, beyond = (client.get(f"{path}?page={page}").text for page in (1, 3, 99))
    assert first.count('class="statement ') == 300
    assert last.count('class="statement ') == 101
    assert beyond == last
    assert client.get(f"{path}?page=x").text.count('class="statement ') == 300


def test_downloads(client: TestClient) -> None:
    path = _paste(client)
    lines = client.get(f"{path}/download/jsonl")
    rows = [json.loads(line) for line in lines.text.splitlines()]
    assert [(row["document"], row["speaker"], row["stance"]) for row in rows] == [
        ("pasted text", "author", "neutral"),
        ("pasted text", "顾明川", "pro-open"),
        ("pasted text", "星野智能", "pro-closed"),
    ]
    assert rows[0]["evidence"]
    assert lines.headers["content-disposition"] == 'attachment; filename="stance.jsonl"'
    table = list(csv.DictReader(io.StringIO(client.get(f"{path}/download/csv").content.decode("utf-8-sig"))))
    assert [row["text"] for row in table] == [row["text"] for row in rows]
    assert "顾明川" in client.get(f"{path}/download/md").text
    assert client.get(f"{path}/download/exe").status_code == 404


def test_the_report_is_downloaded(client: TestClient) -> None:
    answer = client.get(f"{_paste(client)}/download/html")
    assert answer.headers["content-disposition"] == 'attachment; filename="stance.html"'
    assert "顾明川" in answer.text


def test_two_languages(client: TestClient) -> None:
    assert '<html lang="en">' in client.get("/").text
    chinese = client.get("/?language=zh").text
    assert '<html lang="zh-Hans">' in chinese
    assert "重新训练" in chinese
    assert "重新训练" in client.get("/retrain").text, "the choice is kept"
    assert '<html lang="zh-Hans">' in client.get("/?language=xx").text


# --- annotate --------------------------------------------------------------------------------------------------------


def test_the_loop(client: TestClient, workspace: Workspace) -> None:
    path = _paste(client).replace("articles", "annotate")
    asked = []
    page = client.get(path).text
    for action in ("neutral", "skip", "pro-open"):
        asked.append(_asked(page))
        form = {"at": _at(page), "action": action, "speaker": " 某\n人 ", "note": f"n {action}"}
        page = client.post(path, data=form).text
    assert "Everything in this queue" in page
    assert len(set(asked)) == 3
    assert sorted(_own(workspace)) == sorted(
        [(asked[0], "某 人", Stance.NEUTRAL, "n neutral"), (asked[2], "某 人", Stance.PRO_OPEN, "n pro-open")]
    )

    page = client.post(path, data={"action": "undo"}).text
    assert _asked(page) == asked[2]
    assert [row[0] for row in _own(workspace)] == [asked[0]]
    page = client.post(path, data={"action": "undo"}).text
    assert _asked(page) == asked[1]


def test_a_statement_has_one_label_the_last(client: TestClient, workspace: Workspace) -> None:
    path = _paste(client).replace("articles", "annotate")
    for stance in ("pro-open", "pro-closed", "neutral"):
        client.post(path, data={"at": "0", "action": stance, "speaker": "", "note": ""})
    assert [row[2] for row in _own(workspace)] == [Stance.NEUTRAL]
    page = client.get(f"{path}?at=0").text
    assert "You labelled this" in page
    client.post(path, data={"action": "undo"})
    assert [row[2] for row in _own(workspace)] == [Stance.PRO_CLOSED], "undone to what it was before"


def test_labels_are_found_again(client: TestClient, workspace: Workspace) -> None:
    path = _paste(client).replace("articles", "annotate")
    client.post(path, data={"at": "0", "action": "neutral"})
    again = _paste(client)
    assert again.rpartition("/")[2] != path.rpartition("/")[2]
    assert "your label: " in client.get(again).text
    assert "1 of 3 labelled" in client.get(again.replace("articles", "annotate")).text
    assert len(_own(workspace)) == 1


def test_the_guide_is_at_hand(client: TestClient, labels: Path) -> None:
    (labels / "README.md").write_text(
        "# Guide\n\n<script>x</script>\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n## How it came\n\nlong"
    )
    page = client.get("/guide").text
    assert "<h1>Guide</h1>" in page
    assert "<td>1</td>" in page
    assert "&lt;script&gt;" in page
    assert "<script>x" not in page
    assert "long" not in page


def test_nothing_to_annotate(client: TestClient) -> None:
    assert "Nothing to annotate yet" in client.get("/annotate").text
    path = _paste(client)
    assert client.get("/annotate").url.path == path.replace("articles", "annotate")


@pytest.mark.parametrize(
    "form", [{}, {"at": "0"}, {"at": "0", "action": "open"}, {"at": "99", "action": "neutral"}, {"action": "skip"}]
)
def test_forms_that_make_no_sense(form: dict[str, str], client: TestClient, workspace: Workspace) -> None:
    path = _paste(client).replace("articles", "annotate")
    answer = client.post(path, data=form)
    assert answer.status_code == 400
    assert "makes no sense" in answer.text
    assert not workspace.folder.path.exists()


# --- what cannot be written or read ----------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written(client: TestClient, workspace: Workspace, labels: Path) -> None:
    path = _paste(client).replace("articles", "annotate")
    blocked = labels / "local"
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    form = {"at": "1", "action": "pro-open", "speaker": "顾明川", "note": "typed with care"}
    answer = client.post(path, data=form)
    assert answer.status_code == 503
    assert f"{blocked}: cannot be written" in unescape(answer.text)
    assert 'value="typed with care"' in answer.text, "what was typed is still there"
    assert _at(answer.text) == "1"
    blocked.unlink()
    assert client.post(path, data=form).status_code == 200
    assert [row[3] for row in _own(workspace)] == ["typed with care"]


def test_a_folder_whose_name_is_gbk(client: TestClient, workspace: Workspace, labels: Path) -> None:
    blocked = labels / os.fsdecode("标签".encode("gbk"))
    workspace.folder = Folder(blocked)
    path = _paste(client).replace("articles", "annotate")
    assert f"<code>{labels}/标签</code>" in client.get(path).text
    blocked.write_text("a file where a folder should be", encoding="utf-8")
    answer = client.post(path, data={"at": "1", "action": "pro-open"})
    assert answer.status_code == 503
    assert f"{labels}/标签: cannot be written" in unescape(answer.text)


def test_a_broken_label_file_is_named_and_kept(client: TestClient, workspace: Workspace) -> None:
    path = _paste(client).replace("articles", "annotate")
    client.post(path, data={"at": "0", "action": "neutral"})
    (file,) = workspace.folder.path.glob("*.jsonl")
    file.write_text("{broken\n", encoding="utf-8")
    answer = client.post(path, data={"at": "1", "action": "neutral"})
    assert answer.status_code == 503
    assert f"{file}:1: no JSON" in unescape(answer.text)
    assert file.read_text(encoding="utf-8") == "{broken\n"


# --- retrain ---------------------------------------------------------------------------------------------------------


def _wait(client: TestClient) -> str:
    for _ in range(600):
        page = client.get("/retrain").text
        if 'hx-trigger="every' not in page:
            return page
        time.sleep(0.1)
    pytest.fail("the training does not end")


def test_retrain_shows_scores_and_waits_to_be_accepted(client: TestClient, workspace: Workspace) -> None:
    old = workspace.model
    path = _paste(client, "开源是浪费，也更贵。闭源更强。开源更透明。周二有雨。")
    for at, stance in enumerate(("pro-closed", "pro-open", "neutral")):
        client.post(path.replace("articles", "annotate"), data={"at": at, "action": stance})
    client.post("/retrain", data={"action": "start"})
    page = _wait(client)
    assert "The new model is ready" in page, page
    assert re.findall(r'<th scope="row">(.*?)</th><td class="number">(\d+)<', page) == [
        ("small/zh", "10"),
        ("your labels", "3"),
    ]
    assert workspace.model is old
    assert "the model that ships" in page
    assert not (workspace.retraining.model / "metadata.json").exists()

    page = client.post("/retrain", data={"action": "accept"}).text
    assert "the model trained here" in page
    assert workspace.model is not old
    assert workspace.model.metadata["labels"]["statements"] == 13
    assert not workspace.retraining.candidate.exists()
    assert client.get(path).status_code == 200
    assert workspace.batches()[0].id == path.rpartition("/")[2]


def test_keeping_the_old_model(client: TestClient, workspace: Workspace) -> None:
    old = workspace.model
    path = _paste(client)
    client.post(path.replace("articles", "annotate"), data={"at": 0, "action": "pro-closed"})
    client.post("/retrain", data={"action": "start"})
    assert "The new model is ready" in _wait(client)
    page = client.post("/retrain", data={"action": "stop"}).text
    assert "Train again" in page
    assert workspace.model is old
    assert not workspace.retraining.candidate.exists()


def test_a_training_that_cannot_be_done_says_why(client: TestClient, workspace: Workspace) -> None:
    client.post("/retrain", data={"action": "start"})
    page = _wait(client)
    assert "the old model stays in use" in page
    assert f"{workspace.folder.path}: no label files" in unescape(page)


def test_accepting_what_is_not_there(client: TestClient, workspace: Workspace) -> None:
    old = workspace.model
    answer = client.post("/retrain", data={"action": "accept"})
    assert answer.status_code == 500
    assert "The work failed" in answer.text
    assert "no new model is ready" in answer.text
    assert workspace.model is old
