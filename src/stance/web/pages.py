"""Templates, and the strings of the interface in each language."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from stance.files import printable, read_toml, shipped_folder
from stance.report.wording import wording
from stance.types import AUTHOR, UNNAMED, Language, Stance

_COOKIE = "stance-language"
# The annotation guide tells how to label, and then how the labels that ship were made.
_GUIDE_END = re.compile(r"^## How ", re.MULTILINE)


@cache
def strings() -> dict[str, dict[str, str]]:
    """The words of the interface, by language and key."""
    return read_toml("stance.web", "strings.toml")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stance.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"stances": tuple(Stance), "special": {AUTHOR.name, UNNAMED.name}}
    return environment


def language_of(request: Request) -> Language:
    """As chosen, else as the browser prefers."""
    for wanted in (request.query_params.get("language"), request.cookies.get(_COOKIE)):
        if wanted in list(Language):
            return Language(wanted)
    return Language.CHINESE if request.headers.get("accept-language", "").lower().startswith("zh") else Language.ENGLISH


def page(request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page in the reader's language."""
    language = language_of(request)
    words = strings()[language]
    html = _environment().get_template(template).render(
        t=words, language=language, feature=wording(language).feature,
        other=next(one for one in Language if one is not language),
        here=request.url.path if request.method in {"GET", "HEAD"} else "/", **values,
    )  # fmt: skip
    response = HTMLResponse(printable(html), status)  # folders and what went wrong with them are named
    if request.query_params.get("language") == language:
        response.set_cookie(_COOKIE, language, httponly=True, samesite="strict", max_age=365 * 24 * 3600)
    return response


def guide(labels: Path) -> Markup | None:
    """The annotation guide as HTML, where it is at hand."""
    from markdown_it import MarkdownIt

    for folder in (labels, shipped_folder().parents[1] / "labels"):
        if (folder / "README.md").is_file():
            text = _GUIDE_END.split((folder / "README.md").read_text(encoding="utf-8"), maxsplit=1)[0]
            # What looks like HTML in it is shown, not run.
            return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))
    return None
