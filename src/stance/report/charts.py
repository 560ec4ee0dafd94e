"""Bars that run from a middle line: for open to the right, for closed to the left."""

import re
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

from stance.errors import StanceError
from stance.report.numbers import Counts, Report
from stance.report.wording import Wording, wording
from stance.types import Stance

if TYPE_CHECKING:
    import types

# Dark enough on white and light enough on black, and apart for every kind of colour blindness.
_COLOURS = {Stance.PRO_OPEN: "#2b86b5", Stance.PRO_CLOSED: "#cf6a17"}
_LABELS, _BARS, _STEP = 118, 216, 22  # pixels
_LONGEST = 17  # columns of a label; a Chinese character is two
_MOST = 25  # bars that one can still compare
_TAG = re.compile("<[^>]*>")
_ROLE = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
_SIZE = re.compile(r' (?:width|height)="[\d.]+"')


def speaker_chart(report: Report) -> dict[str, Any]:
    """The Vega-Lite specification of who stands where: those who take a side, at most 25 of them."""
    words = wording(report.language)
    return _chart([(words.speaker(one), one.counts) for one in report.speakers], words)


def document_chart(report: Report) -> dict[str, Any]:
    """The Vega-Lite specification of how the documents divide: those in which a side is taken, at most 25."""
    rows = [(f"{one.number} {one.id.rsplit('/', 1)[-1]}", one.counts) for one in report.documents]
    return _chart(rows, wording(report.language))


def _chart(rows: Sequence[tuple[str, Counts]], words: Wording) -> dict[str, Any]:
    alt = _altair()
    shown = [row for row in rows if row[1].sided][:_MOST]
    # Vega has no room for a name twice.
    labels = [f"{at}. {name}" if [n for n, _ in shown].count(name) > 1 else name for at, (name, _) in enumerate(shown)]
    values = [
        {"name": _shorten(label), "stance": words.text[stance], "count": count, "bar": sign * count}
        for label, (_, counts) in zip(labels, shown, strict=True)
        for stance, count, sign in (
            (Stance.PRO_OPEN, counts.pro_open, 1),
            (Stance.PRO_CLOSED, counts.pro_closed, -1),
        )
        if count
    ]
    most = max((counts.pro_open for _, counts in shown), default=0)
    least = -max((counts.pro_closed for _, counts in shown), default=0)
    room = 0.13 * max(most - least, 1)  # for the numbers behind the bars
    base = alt.Chart(alt.InlineData(values=values)).encode(
        x=alt.X("bar:Q")
        .title(f"◀ {words.text[Stance.PRO_CLOSED]} · {words.text[Stance.PRO_OPEN]} ▶")
        .scale(domain=[least - room, most + room], nice=False)
        .axis(labels=False, ticks=False, grid=False, domain=False),
        # A width that is given, not measured: the page looks alike whatever fonts the machine has.
        y=alt.Y("name:N")
        .sort(None)
        .title(None)
        .axis(minExtent=_LABELS, maxExtent=_LABELS, labelLimit=0, ticks=False, domain=False),
        tooltip=["name:N", "stance:N", "count:Q"],
    )
    colours = alt.Color("stance:N", legend=None).scale(
        domain=[words.text[stance] for stance in _COLOURS], range=list(_COLOURS.values())
    )
    middle = alt.Chart(alt.InlineData(values=[{"bar": 0}])).mark_rule().encode(x="bar:Q")
    behind = base.mark_text(align="left", dx=4).transform_filter("datum.bar > 0").encode(text="count:Q")
    before = base.mark_text(align="right", dx=-4).transform_filter("datum.bar < 0").encode(text="count:Q")
    chart = (
        alt.layer(base.mark_bar(height=14).encode(color=colours), middle, behind, before)
        .properties(width=_BARS, height=alt.Step(_STEP), background="transparent", padding=2)
        .configure(aria=False, font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal")
    )
    spec: dict[str, Any] = chart.to_dict()
    return spec


def _shorten(label: str) -> str:
    """`label` within the width that charts leave for it."""
    wide = [1 + (east_asian_width(ch) in "WF") for ch in label]
    if sum(wide) <= _LONGEST:
        return label
    fitting = next(at for at in range(len(label), 0, -1) if sum(wide[:at]) < _LONGEST)
    return label[:fitting] + "…"


def _altair() -> "types.ModuleType":
    try:
        import altair
    except ImportError as error:
        raise StanceError("charts need Altair; pip install 'stance[report]', or use --format md") from error
    return altair


def svg(spec: dict[str, Any], *, id: str, title: str, description: str) -> str:
    """A chart as inline SVG that a screen reader reads out as one picture."""
    try:
        import vl_convert
    except ImportError as error:
        raise StanceError("charts need vl-convert; pip install 'stance[report]', or use --format md") from error
    drawn: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    # One picture with one name: the roles that Vega gives to its parts would each ask for another.
    drawn = _TAG.sub(lambda tag: _ROLE.sub("", tag[0]), drawn)
    start = drawn.index(">") + 1
    opening = _SIZE.sub("", drawn[:start])
    opening = opening.replace("<svg", f'<svg role="img" aria-labelledby="{id}-title" aria-describedby="{id}-text"', 1)
    names = f'<title id="{id}-title">{escape(title)}</title><desc id="{id}-text">{escape(description)}</desc>'
    return opening + names + drawn[start:]
