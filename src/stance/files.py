"""Files read and written: data files of the package, and the one way to write a file whole."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
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


def printable(path: Path | str) -> str:
    """The name of a file for people and JSON, also where its bytes are no UTF-8: those of GBK are read as such.

    >>> printable(os.fsdecode("泵.txt".encode("gbk")))
    '泵.txt'
    """
    name = os.fsencode(path)
    for encoding in ("utf-8", "gb18030"):
        try:
            return name.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name.decode(errors="backslashreplace")


def shipped_folder() -> Path:
    """The model that ships: in the checkout if this is one, else in the package."""
    package = Path(__file__).parent
    checkout = package.parents[1] / "models/default"
    return checkout if (package.parents[1] / "pyproject.toml").is_file() else package / "models/default"


def beside(place: Path, mark: str = ".") -> Path:
    """Where a file is written until it is whole: in the same folder, hidden, a name a process."""
    return place.with_name(f"{mark}{place.name}.{os.getpid()}")


@contextmanager
def whole_file(place: Path, mark: str = ".") -> Iterator[BinaryIO]:
    """A file to write that takes the name `place` once everything is in it and on the disk; nothing is left otherwise.

    Raises `OSError`.
    """
    path = beside(place, mark)
    try:
        with path.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        path.replace(place)
    finally:
        path.unlink(missing_ok=True)


def write_whole(contents: Mapping[Path, bytes]) -> None:
    """Write files so that none is ever half written, and all are written before the first takes its place.

    What stood there stays until then; a device or a pipe is written to as it is. Raises `OSError`.
    """
    with ExitStack() as stack:
        for place, data in contents.items():
            target = place.resolve()
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists() and not target.is_file():  # /dev/null must not be renamed over
                target.write_bytes(data)
            else:
                stack.enter_context(whole_file(target)).write(data)
