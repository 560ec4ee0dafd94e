"""Files: written whole or not at all, and their names for people."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.files import printable, write_whole


def _fails_at(call: int) -> Callable[[int], None]:
    """An `os.fsync` whose disk is full at the given call."""
    calls = iter(range(1, 100))

    def fsync(_descriptor: int) -> None:
        if next(calls) == call:
            raise OSError(28, "No space left on device")

    return fsync


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_disk_that_is_full_at_any_file_leaves_all_old(
    call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["weights", "metadata", "card"]
    write_whole({tmp_path / name: b"old" for name in names})
    monkeypatch.setattr(os, "fsync", _fails_at(call))
    with pytest.raises(OSError, match="No space left"):
        write_whole({tmp_path / name: b"new" for name in names})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(names, b"old")


def test_a_folder_that_cannot_be_synced_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", _fails_at(2))
    write_whole({tmp_path / "a": b"new"})
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a", b"new")]


def test_a_folder_in_the_way_of_the_last_file_leaves_all_old(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "b").write_bytes(b"no folder")
    with pytest.raises(OSError, match="b"):
        write_whole({tmp_path / "a": b"new", tmp_path / "b/c": b"new"})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old", "b": b"no folder"}


def test_a_device_is_written_to_and_a_link_followed(tmp_path: Path) -> None:
    write_whole({Path(os.devnull): b"gone"})
    assert not Path(os.devnull).is_file()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_whole({tmp_path / "link": b"new"})
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


# --- names for people ------------------------------------------------------------------------------------------------


def _gbk(name: str) -> str:
    return os.fsdecode(name.encode("gbk"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("档案/开源.txt", "档案/开源.txt", id="UTF-8"),
        pytest.param(f"档案/{_gbk('开源')}.txt", "档案/开源.txt", id="a file in GBK in a folder in UTF-8"),
        pytest.param(f"{_gbk('档案')}/开源.txt", "档案/开源.txt", id="the other way round"),
        pytest.param(_gbk("模型/闭源.txt"), "模型/闭源.txt", id="bytes some of which are UTF-8 by chance"),
        pytest.param(
            _gbk("源.txt"),
            "源.txt",
            id="bytes all of which are",
            marks=pytest.mark.xfail(reason="nothing tells", strict=True),
        ),
        pytest.param(_gbk("開凩@亰[.txt"), "開凩@亰[.txt", id="second bytes that are ASCII, and such signs"),
        pytest.param(_gbk("泵 (2).txt"), "泵 (2).txt", id="words"),
        pytest.param(
            f"stance: {_gbk('泵')}.jsonl:3: stance '开放' is none of ours; run `stance labels check {_gbk('泵')}`",
            "stance: 泵.jsonl:3: stance '开放' is none of ours; run `stance labels check 泵`",
            id="in a message with Chinese of its own",
        ),
        pytest.param(os.fsdecode(b"caf\xe9.txt"), r"caf\xe9.txt", id="neither"),
        pytest.param("a\ud800b\udcbf", r"a\ud800b\udcbf", id="half a character of a text"),
    ],
)
def test_a_name_can_be_read(text: str, shown: str) -> None:
    assert printable(text) == printable(Path(text)) == printable(shown) == shown
