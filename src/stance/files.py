"""Files read and written: data files of the package, and the one way to write a file whole."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Any, BinaryIO

import tomli

from stance.errors import LexiconError


def read_toml(package: str, name: str) -> dict[str, Any]:
    """The data file `name` of `package`.

    Raises `LexiconError` where it is missing or no TOML.
    """
    file = resources.files(package) / name
    try:
        return tomli.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomli.TOMLDecodeError) as error:
        raise LexiconError(f"{name}: {error}; reinstall stance or mend the file") from error


# A name in a path or in a message: nothing between names is the second byte of a character of GBK.
_NAME = re.compile(r"[^\s/:;,'\"()<>]+")
_HALF = re.compile("[\ud800-\udfff]")


def printable(text: Path | str) -> str:
    """A path, or words with paths in them, for people and JSON, also where the bytes of names are no UTF-8.

    Those of GBK are read as such, name by name, since a folder may have one in UTF-8; others are escaped.

    >>> printable(os.fsdecode("档案/".encode() + "开源.txt".encode("gbk")) + ": 没有")
    '档案/开源.txt: 没有'
    """
    text = str(text)
    return _NAME.sub(_legible, text) if _HALF.search(text) else text


def _legible(match: re.Match[str]) -> str:
    name = match[0]
    if not _HALF.search(name):
        return name
    try:
        data = os.fsencode(name)
    except UnicodeEncodeError:  # half a character of a text: it stands for no byte
        return name.encode(errors="backslashreplace").decode()
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(errors="backslashreplace")


def shipped_folder() -> Path:
    """The model that ships: in the checkout if this is one, else in the package."""
    package = Path(__file__).parent
    checkout = package.parents[1] / "models/default"
    return checkout if (package.parents[1] / "pyproject.toml").is_file() else package / "models/default"


def beside(place: Path, mark: str = ".") -> Path:
    """Where a file is written until it is whole: in the same folder, hidden, a name a process."""
    return place.with_name(f"{mark}{place.name}.{os.getpid()}")


@contextmanager
def whole_files(places: Sequence[Path], mark: str = ".") -> Iterator[Sequence[BinaryIO]]:
    """Files to write that take the names `places` once all of them are on the disk; nothing is left otherwise.

    Raises `OSError`.
    """
    paths = [beside(place, mark) for place in places]
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(path.open("wb")) for path in paths]
            yield files
            for file in files:
                file.flush()
                os.fsync(file.fileno())
        for path, place in zip(paths, places, strict=True):
            path.replace(place)
        for folder in {place.parent for place in places}:
            _sync(folder)
    finally:
        for path in paths:
            path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Put the names in a folder on the disk; not every file system can, and the files have taken their places."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files so that none is ever half written, and all are on the disk before the first takes its place.

    What stood there stays until then; a device or a pipe is written to as it is. Raises `OSError`.
    """
    data = {place.resolve(): data for place, data in contents.items()}
    streams = [place for place in data if place.exists() and not place.is_file()]  # /dev/null is not to be replaced
    files = [place for place in data if place not in streams]
    for place in files:
        place.parent.mkdir(parents=True, exist_ok=True)
    with whole_files(files) as opened:
        for place, file in zip(files, opened, strict=True):
            file.write(data[place])
    for place in streams:
        place.write_bytes(data[place])
