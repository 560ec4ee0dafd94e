import re
from pathlib import Path

from stance.web.pages import strings

WEB = Path(__file__).parents[2] / "src/stance/web"
TEMPLATES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((WEB / "templates").glob("*.html")))
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(WEB.glob("*.py")))
# Put together from a stance, a stage or the name of an error.
_COMPOSED = ("letter_", "short_", "stage_", "error_")


def test_both_languages_say_the_same_things() -> None:
    assert list(strings()["en"]) == list(strings()["zh"])
    assert not set(strings()["en"]) & set(dir(dict)), "a template would find the method"
    assert all(text.strip() for words in strings().values() for text in words.values())


def test_every_string_is_used_and_every_use_has_its_string() -> None:
    used = set(re.findall(r"\bt\.([a-z_0-9]+)", TEMPLATES)) | set(re.findall(r'\bt\["([\w-]+)"\]', TEMPLATES))
    known = set(strings()["en"])
    assert used <= known
    spare = {key for key in known - used if not key.startswith(_COMPOSED)}
    assert spare == {"pasted", "author", "unnamed"}, "named by the code or by a speaker"
    errors = set(re.findall(r'"(\w+)"', "\n".join(re.findall(r"(?:refuse|HTTPException)\(.*\)", CODE))))
    assert {f"error_{key}" for key in errors} <= known
    assert {"too_large", "other_site", "no_token", "too_slow"} <= errors


def test_htmx_keeps_its_licence_beside_it() -> None:
    licence = (WEB / "static/htmx.LICENSE.txt").read_text(encoding="utf-8")
    assert "Zero-Clause BSD" in licence
    version = re.search(r'version:"([\d.]+)"', (WEB / "static/htmx.min.js").read_text(encoding="utf-8"))
    assert version
    assert f"htmx {version[1]} " in licence
