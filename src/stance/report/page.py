"""The report as one HTML file that asks nothing of any network."""

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

from stance import __version__
from stance.language.chinese import simplify
from stance.report.charts import document_chart, speaker_chart, svg
from stance.report.evidence import cues, marked
from stance.report.numbers import DocumentSummary, Report, Said
from stance.report.wording import wording
from stance.types import Stance

_SIDES = {Stance.PRO_OPEN: "open", Stance.PRO_CLOSED: "closed", Stance.NEUTRAL: "neutral", None: "unsure"}
_SIGNS = {"open": "▶", "closed": "◀", "neutral": "·", "unsure": "–"}
# The card's own headings stand below that of the section it is in.
_CARD_LEVELS = 2


def to_html(report: Report) -> str:
    """The whole page. Raises `StanceError` where the charts' libraries are not installed."""
    words = wording(report.language)
    style, script = _file("report.css"), _file("report.js")
    charts = {}
    if report.counts.sided:
        for name, chart in (("speakers", speaker_chart), ("documents", document_chart)):
            drawn = svg(
                chart(report), id=name, title=words.text[f"{name} chart"], description=words.text[f"{name} chart text"]
            )
            charts[name] = Markup(drawn)  # vl-convert has escaped what is in it
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            t=words.text,
            words=words,
            names={speaker.key: words.speaker(speaker) for speaker in report.speakers},
            numbers={speaker.key: number for number, speaker in enumerate(report.speakers, 1)},
            sides=_SIDES,
            signs=_SIGNS,
            charts=charts,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            card=_card(report.card),
            version=__version__,
            marked=lambda said: marked(said.prediction, report.documents[said.document - 1].language),
            cues=lambda said: cues(said.prediction.evidence, words),
            paragraphs=_paragraphs,
            simplified=lambda text: simple if (simple := simplify(text)) != text else "",
        )
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("stance.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _file(name: str) -> str:
    return (resources.files("stance.report") / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is loaded or run but our own style and script, known by what they hold."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _paragraphs(document: DocumentSummary) -> Iterator[list[tuple[str, Said]]]:
    """The statements of a document by paragraph, each with the text that stands between it and the one before."""
    paragraph: list[tuple[str, Said]] = []
    end = document.start
    for said in document.statements:
        statement = said.prediction.statement
        between = document.text[end - document.start : statement.start - document.start]
        if "\n" in between and paragraph:
            yield paragraph
            paragraph = []
        paragraph.append((between.replace("\n", " ") if paragraph else between.strip(), said))
        end = statement.end
    if paragraph:
        yield paragraph


def _card(card: str) -> Markup:
    """The model card as HTML; HTML in it is shown, not used."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(card)
    title = ""
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1:]) + _CARD_LEVELS, 6)}"
        elif token.type == "inline":
            title = token.content if token.level == 1 else title
        elif token.type == "table_open":
            token.attrSet("aria-label", title)
        elif token.type == "th_open":
            token.attrSet("scope", "col")
    rendered: str = parser.renderer.render(tokens, parser.options, {})
    return Markup(rendered)
