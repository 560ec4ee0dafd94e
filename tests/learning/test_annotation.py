import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stance.errors import LabelError
from stance.learning.annotation import Change, Folder, Round, Task, named_by_text, queue
from stance.learning.labels import load_documents, to_row
from stance.learning.model import Model
from stance.reading import read, read_long
from stance.types import Document, Label, Language, Prediction, Speaker, Stance, Statement

DOCUMENT = named_by_text(read("顾明川说，开源更便宜。闭源更安全。周二有雨。"))


def _label(
    start: int = 0, end: int = 3, stance: Stance = Stance.NEUTRAL, note: str = "", document: str = DOCUMENT.id
) -> Label:
    statement = Statement(DOCUMENT.text[start:end], start, end, (Speaker("某人"),))
    return Label(document, statement, stance, "t", note)


def _prediction(start: int, *probabilities: float) -> Prediction:
    chances = dict(zip(Stance, probabilities, strict=True))
    return Prediction(Statement("一", start, start + 1), max(chances, key=chances.__getitem__), chances)


def _tasks(document: Document = DOCUMENT) -> list[Task]:
    places = [statement.start for statement in document.statements]
    sure = {Stance.PRO_OPEN: 1.0, Stance.PRO_CLOSED: 0.0, Stance.NEUTRAL: 0.0}
    assert places == sorted(places)
    return queue([(document, [Prediction(one, Stance.PRO_OPEN, sure) for one in document.statements])])


# --- the queue -------------------------------------------------------------------------------------------------------


def test_the_least_sure_come_first_and_documents_take_turns() -> None:
    first, second = (Document(name, "一" * 9, Language.CHINESE, ()) for name in "ab")
    tasks = queue(
        [
            (first, [_prediction(0, 0.9, 0.1, 0.0), _prediction(1, 0.5, 0.5, 0.0), _prediction(2, 0.6, 0.4, 0.0)]),
            (second, [_prediction(0, 0.4, 0.3, 0.3)]),
        ]
    )
    assert [(task.document.id, task.statement.start) for task in tasks] == [("a", 1), ("b", 0), ("a", 2), ("a", 0)]


def test_nothing_to_queue() -> None:
    assert queue([]) == []
    assert queue([(DOCUMENT, [])]) == []


def test_names_follow_the_text_alone() -> None:
    again, other = (named_by_text(read(text, id="x")) for text in (DOCUMENT.text, DOCUMENT.text + "又。"))
    assert again.id == DOCUMENT.id != other.id


# --- the folder ------------------------------------------------------------------------------------------------------


def test_labels_stand_in_text_order_and_load(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new/local")
    for start in (9, 0, 6, 3):
        folder.put(_label(start, start + 3))
    (document,) = load_documents(folder.path)
    assert [label.statement.start for label in document.labels] == [0, 3, 6, 9]
    assert folder.labels(DOCUMENT.id) == list(document.labels)
    assert folder.labels("local/0123456789abcdef") == []


def test_a_later_label_takes_the_place_of_what_it_overlaps(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for start in (0, 3, 6):
        folder.put(_label(start, start + 3))
    change = folder.put(_label(2, 6, Stance.PRO_OPEN))
    assert [label.statement.start for label in change.replaced] == [0, 3]
    assert [label.statement.start for label in folder.labels(DOCUMENT.id)] == [2, 6]
    folder.undo(change)
    assert [label.statement.start for label in folder.labels(DOCUMENT.id)] == [0, 3, 6]


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 4), st.booleans()), max_size=12))
def test_undoing_everything_leads_back(steps: Sequence[tuple[int, int, bool]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Folder(Path(name))
        changes: list[tuple[Change, list[Label]]] = []
        for number, (start, length, back) in enumerate(steps):
            if back and changes:
                change, before = changes.pop()
                folder.undo(change)
                assert folder.labels(DOCUMENT.id) == before
            else:
                before = folder.labels(DOCUMENT.id)
                changes.append((folder.put(_label(start, start + length, note=str(number))), before))
            spans = [(label.statement.start, label.statement.end) for label in folder.labels(DOCUMENT.id)]
            assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))


def test_what_was_changed_elsewhere_is_not_undone(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    change = folder.put(_label(stance=Stance.PRO_OPEN))
    folder.put(_label(stance=Stance.PRO_CLOSED))
    with pytest.raises(LabelError, match="was changed elsewhere"):
        folder.undo(change)
    assert [label.stance for label in folder.labels(DOCUMENT.id)] == [Stance.PRO_CLOSED]


@pytest.mark.parametrize(
    "name",
    ["../evil", "local/../../evil", "local/ab", "/etc/passwd", "local/" + "A" * 16, "local/" + "0" * 16 + "\n", ""],
)
def test_no_other_name_becomes_a_file(name: str, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "in/side")
    for act in (lambda: folder.put(_label(document=name)), lambda: folder.labels(name)):
        with pytest.raises(LabelError, match="no document of this folder"):
            act()
    assert not list(tmp_path.rglob("*.jsonl"))


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "local").write_text("", encoding="utf-8")
    with pytest.raises(LabelError, match=r"local: cannot be written .*--labels"):
        Folder(tmp_path / "local").put(_label())


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_disk_that_is_full_leaves_the_old_file_whole(
    fails: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    folder.put(_label(0, 3))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if fails == "fsync" else (Path, "replace", full)))
    with pytest.raises(LabelError, match="No space left"):
        folder.put(_label(3, 6))
    monkeypatch.undo()
    assert [label.statement.start for label in folder.labels(DOCUMENT.id)] == [0]
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", f"{DOCUMENT.id.removeprefix('local/')}.jsonl"]
    folder.put(_label(3, 6))
    assert len(folder.labels(DOCUMENT.id)) == 2


def test_what_a_crash_left_beside_is_no_label_file(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put(_label())
    (file,) = tmp_path.glob("*.jsonl")
    (tmp_path / f".{file.name}.new").write_text('{"half', encoding="utf-8")
    assert len(load_documents(tmp_path)) == 1
    folder.put(_label(3, 6))
    assert len(folder.labels(DOCUMENT.id)) == 2


def test_a_broken_file_is_not_written_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put(_label())
    (file,) = tmp_path.glob("*.jsonl")
    file.write_text(file.read_text(encoding="utf-8") + "{half", encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(LabelError, match=f"{file.name}:2: no JSON"):
        folder.put(_label(3, 6))
    assert file.read_bytes() == before


_PUT_MANY = """
import sys
from pathlib import Path
from stance.learning.annotation import Folder
from stance.types import Label, Stance, Statement
for number in range(int(sys.argv[2]), 40, 2):
    label = Label("local/0123456789abcdef", Statement("一", number, number + 1), Stance.NEUTRAL, "t", str(number))
    Folder(Path(sys.argv[1])).put(label)
"""


def test_two_processes_at_once_are_both_kept(tmp_path: Path, environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", _PUT_MANY, str(tmp_path)]
    running = [subprocess.Popen([*command, first], env=environment) for first in "01"]
    assert [process.wait(60) for process in running] == [0, 0]
    assert [label.note for label in Folder(tmp_path).labels("local/0123456789abcdef")] == [str(n) for n in range(40)]


def test_a_line_is_a_label_line(tmp_path: Path) -> None:
    label = _label(note='"<x>\u2028')
    Folder(tmp_path).put(label)
    (file,) = tmp_path.glob("*.jsonl")
    assert file.read_text(encoding="utf-8") == json.dumps(to_row(label), ensure_ascii=False) + "\n"


# --- a round ---------------------------------------------------------------------------------------------------------


def test_a_round(tmp_path: Path) -> None:
    tasks = _tasks()
    round = Round(tasks, Folder(tmp_path))
    first, second, third = tasks
    assert round.next() == first
    round.label(first, replace(_label(), statement=first.statement))
    assert round.next() == second
    round.skip(second)
    assert round.next() == third
    assert [label.statement.start for label in round.labels().values()] == [first.statement.start]
    assert round.undo() == second
    assert round.next() == second
    assert round.undo() == first
    assert round.next() == first
    assert round.undo() is None
    assert not round.labels()


def test_a_round_goes_on_where_another_stopped(tmp_path: Path) -> None:
    tasks = _tasks()
    Round(tasks, Folder(tmp_path)).label(tasks[0], replace(_label(), statement=tasks[0].statement))
    assert Round(tasks, Folder(tmp_path)).next() == tasks[1]


def test_an_undo_that_was_overtaken_is_forgotten(tmp_path: Path) -> None:
    tasks = _tasks()
    one, other = (Round(tasks, Folder(tmp_path)) for _ in range(2))
    label = replace(_label(), statement=tasks[0].statement)
    one.label(tasks[0], label)
    other.label(tasks[0], replace(label, stance=Stance.PRO_OPEN))
    with pytest.raises(LabelError, match="changed elsewhere"):
        one.undo()
    assert one.undo() is None


def test_an_undo_that_cannot_be_written_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = _tasks()
    round = Round(tasks, Folder(tmp_path))
    round.label(tasks[0], replace(_label(), statement=tasks[0].statement))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(LabelError, match="No space left"):
        round.undo()
    monkeypatch.undo()
    assert round.undo() == tasks[0]
    assert not round.labels()


def test_the_model_fills_the_queue(small_model: Model) -> None:
    tasks = queue([(DOCUMENT, list(small_model.predict(DOCUMENT)))])
    assert {task.statement for task in tasks} == set(DOCUMENT.statements)
    assert [task.margin for task in tasks] == sorted(task.margin for task in tasks)


def test_labels_of_a_long_text_count_the_characters_of_its_parts() -> None:
    """Each part is a document of its own, so a label must find its words in the text that its document names."""
    text = "\n\n".join(f"第{number}段说，开源模型更便宜，也更容易检查。" for number in range(3000))
    parts = [named_by_text(document) for document in read_long(text)]
    assert len(parts) > 1
    assert len({part.id for part in parts}) == len(parts)
    for part in parts:
        assert all(part.text[one.start : one.end] == one.text for one in part.statements)
