"""Where sentences begin and end."""

import re
from collections.abc import Iterator

from stance.language.chinese import HAN
from stance.language.lexicon import lexicon
from stance.language.matching import any_of
from stance.types import Language

Span = tuple[int, int]
"""Start and end of a stretch of text, in characters, end exclusive."""

_CLOSING = "”’」』》）)\\]】〕\"'＂*_"
# A full stop of another script, an ellipsis, or a line end. ASCII marks end a sentence under conditions, below.
_END = re.compile(
    rf"(?P<mark>[。！？!?…]+(?:[。！？!?…\s]*[。！？!?…])?|\.{{2,}}(?=[\s{HAN}“「]|$)|\.)(?P<closing>[{_CLOSING}]*)|\n+"
)
_OPENING = "“‘「『《（(\\[【〔"
# Words that carry a full stop without ending a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"'])(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|St|Jr|Sr|vs|etc|cf|al|Inc|Corp|Co|Ltd|No|Fig|Vol|pp|approx"
    r"|e\.g|i\.e|U\.S|U\.K|E\.U|D\.C|Ph\.D|[A-Z]|Jan|Feb|Mar|Apr|Aug|Sept|Sep|Oct|Nov|Dec)$"
)
# Abbreviations that may well stand at the end of a sentence; what follows decides.
_MAY_END = re.compile(r"(?:etc|Inc|Corp|Co|Ltd|U\.S|U\.K|E\.U|D\.C|Jr|Sr|Ph\.D|al|\b[A-Z])$")
_LATIN_WORD = re.compile("[A-Za-z]{2}$")
# “…。”（某自来水厂）: the source of a quotation, in brackets behind it.
_SOURCE = re.compile(r"（[^（）\n]{2,30}）(?=\s*(?:\n|“|$))")
# "Why?" Dana asked.
_ASKED = re.compile(r" (?:[A-Z][\w'’.-]+ ){1,3}(?:asked|asks|said|says|wrote|writes|wondered|replied|added|answered)\b")
_LIST_NUMBER = re.compile(r"(?:^|\n)[ \t(（]*(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})$")
_NEW_SENTENCE = re.compile(rf"\s+[{_OPENING}\"'*]*(?:[A-Z0-9#@—–\-•]|[{HAN}])|\s*$|[ \t]*\n")
# Words that begin a sentence and no name: the U.S. It rained.
_STARTER = re.compile(
    rf"[{_CLOSING}]*\s+[\"“]?(?:{any_of(lexicon(Language.ENGLISH).words('mentions', 'not_names'))})(?=[\s,'’])"
)
_LONGEST_WORD = 16
# Characters of a sentence; longer ones are tables, lists or noise.
_LONGEST = 1500


def sentences(text: str) -> Iterator[Span]:
    """Spans of the sentences of `text`, in order; they do not overlap, and only white space lies between them.

    A closing quotation mark stays with its sentence; marks inside a title 《…》 do not end one. A sentence longer than
    any author's is cut at clauses, so that text without marks is still read in linear time.

    >>> text = "他说：“开源更好。”她不信！Llama 3.1 很强。"
    >>> [text[start:end] for start, end in sentences(text)]
    ['他说：“开源更好。”', '她不信！', 'Llama 3.1 很强。']
    """
    for begin, end in _between_marks(text):
        start = begin
        while end - start > _LONGEST:
            cut = max(text.rfind(mark, start + _LONGEST // 2, start + _LONGEST) for mark in "，,；; ") + 1
            cut = cut or start + _LONGEST
            yield _trim(text, start, cut)
            start = cut
        span = _trim(text, start, end)
        if span[0] < span[1]:
            yield span


def _between_marks(text: str) -> Iterator[Span]:
    start = 0
    titles = _title_spans(text)
    title = next(titles, None)
    for mark in _END.finditer(text):
        while title is not None and title[1] <= mark.start():
            title = next(titles, None)
        if title is not None and title[0] < mark.start() < title[1] - 1:
            continue
        if mark["mark"] is not None and "?" in mark["mark"] and _in_address(text, mark.start()):
            continue
        if mark["mark"] is None or _ends_sentence(text, mark):
            yield start, mark.end()
            start = mark.end()
    yield start, len(text)


def _title_spans(text: str) -> Iterator[Span]:
    for title in re.finditer(r"《[^《》\n]{0,80}》", text):
        yield title.span()


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _ends_sentence(text: str, end: re.Match[str]) -> bool:
    mark, after = end["mark"], text[end.end() : end.end() + 4]
    before = text[max(0, end.start() - _LONGEST_WORD) : end.start()]
    if mark[-1] in "。！？":
        return not _goes_on(after) and not (end["closing"] and _SOURCE.match(text, end.end()))
    if mark[-1] in "!?":
        if end["closing"] and _ASKED.match(text, end.end()):
            return False
        return not _goes_on(after) and (not after[:1].isalnum() or _is_han(after[:1]) or _is_han(before[-1:]))
    if mark[-1] == "…":
        return bool(_NEW_SENTENCE.match(after)) or (bool(end["closing"]) and _is_han(after[:1]))
    if mark == "." and _is_han(before[-1:]) and not (after[:1].isalnum() and after[:1].isascii()):
        return True
    if mark == "." and _LIST_NUMBER.search(before):
        return False
    if mark == "." and _is_han(after[:1]) and _LATIN_WORD.search(before):
        return not _ABBREVIATION.search(before)
    if not _NEW_SENTENCE.match(text[end.end() : end.end() + 8]):
        return False
    if mark != "." or not _ABBREVIATION.search(before):
        return True
    return bool(_MAY_END.search(before)) and (_line_ends(after) or bool(_STARTER.match(text, end.end())))


def _in_address(text: str, at: int) -> bool:
    """Whether the mark at `at` stands inside a web address."""
    start = max(text.rfind("://", max(0, at - 300), at), 0)
    return (
        start > 0
        and not re.search(r"[\s（(）)]", text[start:at])
        and text[at + 1 : at + 2].isascii()
        and text[at + 1 : at + 2].isalnum()
    )


def _goes_on(after: str) -> bool:
    """Whether the sentence goes on behind a closed quotation or an inner mark: ``"Why?" he asked``, ``“好”，他说``."""
    stripped = after.lstrip(" ")
    return stripped[:1].islower() or after[:1] in "，,、；;：:。"


def _line_ends(after: str) -> bool:
    return not after or after.lstrip(" ")[:1] in ("", "\n")


def _is_han(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff"
