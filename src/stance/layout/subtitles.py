"""Subtitles, SRT and WebVTT: captions joined to running text, and the voices they name."""

import re

from stance.layout.blocks import LABEL

# Two times and an arrow between them; the times may be broken.
_CUE = re.compile(r"^[ \t]*[\d:.,]{0,16}[ \t]*--+>[ \t]*[\d:.,]{0,16}[^\n]*$", re.MULTILINE)
_SURE_CUE = re.compile(r"^[ \t]*[\d:.,]{4,16}[ \t]*--+>[ \t]*[\d:.,]{2,16}", re.MULTILINE)
_HEAD = re.compile(r"\A\s*WEBVTT[^\n]*(?:\n[^\n]+)*", re.MULTILINE)
_NOTE = re.compile(r"^(?:NOTE|STYLE|REGION)\b[^\n]*(?:\n[^\n]+)*", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+([^<>\n]{1,80})>")
_STYLE = re.compile(r"</?(?:v|c|i|b|u|lang|ruby|rt|font)(?:[. ][^<>\n]{0,80})?>|<\d{1,2}:[\d:.]{4,12}>|\{\\an?\d\}")
_NUMBER = re.compile(r"\s*\d+\s*")
# Captions a text must have to be subtitles.
_FEWEST = 2


def is_subtitles(text: str) -> bool:
    return len(_SURE_CUE.findall(text[:200_000])) >= _FEWEST


def subtitles_to_text(text: str) -> str:
    r"""The words of the captions, a line each; numbers and times go, the name of a voice stands between `LABEL`.

    >>> subtitles_to_text("1\n00:01,000 --> 00:02,000\nOpen weights\n\n2\n00:02,000 --> 00:03,000\nhelp us.\n")
    'Open weights\nhelp us.'
    """
    pieces = _CUE.split(_NOTE.sub("", _HEAD.sub("", text)))
    out: list[str] = []
    voice = ""
    for index, piece in enumerate(pieces):
        lines = [line for line in map(str.strip, piece.split("\n")) if line]
        if lines and index + 1 < len(pieces) and _NUMBER.fullmatch(lines[-1]):
            lines.pop()  # of the next caption
        for line in lines:
            named = _VOICE.search(line)
            if named and named[1].strip() != voice:
                voice = named[1].strip()
                out.append(f"\n{LABEL}{voice}{LABEL}")
            out.append(_STYLE.sub("", _VOICE.sub("", line)).strip())
    return "\n".join(filter(None, out)).strip("\n")
