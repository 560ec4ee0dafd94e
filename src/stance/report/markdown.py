"""The report as Markdown, for a terminal or a chat."""

import re
from collections.abc import Iterable, Iterator, Sequence

from stance.report.evidence import cues, marked
from stance.report.numbers import Counts, Report, Said
from stance.report.wording import Wording, wording
from stance.types import Stance

# An underscore within a word is no emphasis.
_SPECIAL = re.compile(r"([\\`*\[\]<>|]|(?<![^\W_])_|_(?![^\W_]))")
_SHOWN_CUES = 4


def to_markdown(report: Report) -> str:
    """Who stands where, how the documents divide, the strongest statements."""
    return "\n".join(_lines(report, wording(report.language))) + "\n"


def _lines(report: Report, words: Wording) -> Iterator[str]:
    text = words.text
    stances = [text[stance] for stance in Stance] + ([text["unsure"]] if report.counts.unsure else [])
    yield f"# {text['title']}"
    yield ""
    yield text["summary"].format(
        statements=report.counts.total,
        documents=len(report.documents),
        open=report.counts.pro_open,
        closed=report.counts.pro_closed,
    )
    yield f"\n## {text['speakers']}\n"
    rows = [
        (_plain(words.speaker(one)), *_numbers(one.counts, report), f"{one.confidence:.2f}") for one in report.speakers
    ]
    yield from _table((text["speaker"], *stances, text["mean confidence"]), rows)
    yield f"\n## {text['documents']}\n"
    documents = [(f"{one.number} {_plain(one.id)}", *_numbers(one.counts, report)) for one in report.documents]
    yield from _table((text["document"], *stances), documents)
    yield f"\n## {text['strongest']}"
    if not report.counts.sided:
        yield f"\n{text['no sides']}"
    for speaker in report.speakers:
        if speaker.strongest:
            yield f"\n### {_plain(words.speaker(speaker))}\n"
            for stance, said in speaker.strongest.items():
                yield from _quote(stance, said, report, words)
    yield f"\n{text['limits short']}"


def _quote(stance: Stance, said: Said, report: Report, words: Wording) -> Iterator[str]:
    document = report.documents[said.document - 1]
    pieces = marked(said.prediction, document.language)
    quote = "".join(f"**{_plain(piece)}**" if counts and piece.strip() else _plain(piece) for piece, counts in pieces)
    yield (
        f"- **{words.text[stance]}** {said.prediction.confidence:.2f} "
        f"({_plain(document.id)}, {words.text['statement']} {said.number}): {quote.strip()}"
    )
    if found := cues(said.prediction.evidence, words)[:_SHOWN_CUES]:
        yield "  - " + ", ".join(f"{_plain(name)} {weight:+.2f}" for name, weight in found)


def _numbers(counts: Counts, report: Report) -> list[str]:
    shown = [counts.pro_open, counts.pro_closed, counts.neutral]
    return list(map(str, [*shown, counts.unsure] if report.counts.unsure else shown))


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for row in (header, ["---"] + ["---:"] * (len(header) - 1), *rows):
        yield f"| {' | '.join(row)} |"


def _plain(text: str) -> str:
    """`text` on one line, shown as it is: nothing in it is taken for Markdown, HTML or a command to the terminal."""
    return _SPECIAL.sub(r"\\\1", "".join(ch if ch.isprintable() else " " for ch in text))
