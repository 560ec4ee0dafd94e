"""Files read and written: data files of the package, and the one way to write a file whole."""

from importlib import resources
from pathlib import Path
from typing import Any

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


def shipped_folder() -> Path:
    """The model that ships: in the checkout if this is one, else in the package."""
    package = Path(__file__).parent
    checkout = package.parents[1] / "models/default"
    return checkout if (package.parents[1] / "pyproject.toml").is_file() else package / "models/default"
