"""Repairs of scraping damage: raw text in, the text that every later offset refers to out.

Each repair is a small ``str -> str`` function named for what it mends. Nothing is reworded and no script is
converted; boilerplate stays, since it is the author's text too.
"""

import difflib
import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from stance.language.chinese import HAN, simplify
from stance.language.lexicon import lexicon
from stance.repair.misread import mend_misread_lines
from stance.repair.slipped import mend_slipped_bytes
from stance.types import Language

# Where a pattern can begin with the characters that it is about it does, and looks back from behind them: then the
# search passes over everything else at once.
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
# Line ends and tabs stay; bidirectional marks, joiners, soft hyphens and byte-order marks go.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufffd]"
)
_HALF = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("[\r\x85\u2028\u2029](?:(?<=\r)\n)?")
_WIDE_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
# "領(lǐng)", "A(yù)I": a pinyin with its tone mark, in brackets, behind the character it explains.
_PINYIN = re.compile(rf"[(（](?<=[{HAN}A-Za-z].)[a-zü]{{0,5}}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-z]{{0,4}}[)）]")
# A comma in front of another mark, or twice; not in Latin text, where ",," may be a table or code.
_STRAY_COMMA = re.compile(
    rf"(?<![,，])(?:[,，]+(?=[、。；？！：])|(?<=[{HAN}”’」』》）])[,，]+(?=[?!;:])|[,，]+(?=[?!;:][{HAN}“‘「『《（]))"
)
# Two marks side by side: without them nothing stands there that these three would mend.
_TWO_MARKS = re.compile("[,，、；：。！？][,，、；：。！？?!;:]")
_COMMAS = re.compile(r"(?<![,，])[,，]{2,}(?![,，])")
_DOUBLED_MARK = re.compile(r"([，、；：。])\1+|(?<=[。！？])，+")
# Pictures of weibo and WeChat in brackets, and the words that stand for a link.
_EMOTICON = re.compile(
    r"\[(?:doge|允悲|笑cry|笑哭|吃瓜|思考|二哈|并不简单|摊手|捂脸|强|赞|心|泪|怒|哈哈|嘻嘻|偷笑|微笑|吐|晕|汗|疑问|鼓掌|拜拜"
    r"|酷|色|坏笑|憧憬|舔屏|打call|给力|威武|good|ok|中国赞|作揖|抱抱|可怜|委屈|费解|挖鼻|白眼|黑线|裂开|苦涩|旺柴|加油|机智|皱眉|耶|emm)\]"
)
_WEIBO_LINK = re.compile(
    r"(?:O|￼|🔗)?网页链接(?=[\s。，！？]|$)|\u200b|展开全文[cｃ]?(?=\s|$)|收起全文[dｄ]?(?=\s|$)", re.MULTILINE
)
_LINK_WORDS = ("网页链接", "展开全文", "收起全文", "\u200b")
_ASCII_RUN = re.compile(r"[!-~][ -~]{8,}[!-~]")
_ASCII_WORD = re.compile(r"[!-~]{3}")
# An opening mark that closes, and a closing mark that opens.
_TURNED_CLOSING = re.compile(r"(“[^“”\n]*[。？！?!…])“(?=[^“”\n]*(?:“|$))", re.MULTILINE)
_TURNED_OPENING = re.compile(r"^”(?=[^“”\n]+”)", re.MULTILINE)
_BOX = re.compile(r"^[ \t]*[|│┃¦]+[ \t]*$", re.MULTILINE)
# Changes of a repair that are shown; characters of a text compared where its lines changed.
_EXAMPLES, _SAMPLE = 5, 4000
# A question mark between the parts of a foreign name: two characters in front that stand for sounds, or one at the
# start of a clause, and two behind. 约翰?罗纳德, 扬?勒昆, 乔治?W?布什.
_NAMES = lexicon(Language.CHINESE).data["mentions"]
_SOUNDS = _NAMES["transliteration"] + _NAMES["sounds_besides"]
_LOST_DOT = re.compile(
    rf"(?:(?<=[{_SOUNDS}]{{2}})|(?<![{HAN}A-Za-z].)(?<=[{_SOUNDS}])|(?<=[?·][A-Z]))\?"
    rf"(?=[{_SOUNDS}]{{2}}|[{_SOUNDS}][{HAN}][{_SOUNDS}]|[{HAN}][{_SOUNDS}]{{2}}|[A-Z][?·][{_SOUNDS}])"
)
# What stands in a question.
_ASKS = re.compile("谁|什么|甚么|哪|怎|几|多少|吗|呢|为何|何时|何处|是否|难道|是不是")
_CLAUSE = re.compile(r"[^，。！；：？\s“”「」]*\Z")
_NAME_BEFORE = 24
_FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE_LATIN = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


def clean(text: str) -> str:
    """`text` with the damage of scraping repaired; cleaning twice is cleaning once.

    >>> clean("開源領(lǐng)域,，發(fā)展很快,。")
    '開源領域，發展很快。'
    """
    while (mended := _clean_once(text)) != text:
        text = mended
    return text


@dataclass(frozen=True, slots=True)
class Step:
    """What a repair changed."""

    repair: str
    """Its name, as a person would say it."""
    places: int
    examples: tuple[tuple[str, str], ...]
    """The first of them, before and after."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text with its damage repaired, and how."""

    text: str
    steps: tuple[Step, ...]


def clean_in_steps(text: str) -> Cleaned:
    """What `clean` does, with every repair that changed something.

    >>> [(step.repair, step.places) for step in clean_in_steps("開源領(lǐng)域,，發(fā)展。").steps]
    [('drop pinyin', 2), ('single marks', 1)]
    """
    steps: list[Step] = []
    changed = True
    while changed:
        changed = False
        for repair in _REPAIRS:
            mended = repair(text)
            if mended != text:
                steps.append(_step(repair.__name__.replace("_", " "), text, mended))
                text, changed = mended, True
    return Cleaned(text, tuple(steps))


def _step(name: str, before: str, after: str) -> Step:
    """The places at which two texts differ, by their lines and then by characters."""
    places = 0
    examples: list[tuple[str, str]] = []
    old, new = before.split("\n"), after.split("\n")
    pairs = zip(old, new, strict=True) if len(old) == len(new) else [(before[:_SAMPLE], after[:_SAMPLE])]
    for one, other in pairs:
        if one == other:
            continue
        for tag, a, b, c, d in difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
            if tag != "equal":
                places += 1
                if len(examples) < _EXAMPLES:
                    examples.append((one[max(0, a - 4) : b + 4], other[max(0, c - 4) : d + 4]))
    return Step(name, max(1, places), tuple(examples))


def drop_half_characters(text: str) -> str:
    """Surrogates alone, which no encoding can write."""
    return _HALF.sub("", text)


def unify_line_ends(text: str) -> str:
    return _LINE_END.sub("\n", text)


def drop_invisible(text: str) -> str:
    """Control, zero-width and direction characters."""
    return _INVISIBLE.sub("", text)


def decode_entities(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity.group()), text) if "&" in text else text


def restore_dots(text: str) -> str:
    """The dot of a foreign name, where an encoding that lacks it left a question mark: 巴兹?奥尔德林.

    >>> restore_dots("巴兹?奥尔德林说，对吗?他没说。")
    '巴兹·奥尔德林说，对吗?他没说。'
    """
    if "?" not in text:
        return text
    simple = simplify(text)
    places = {mark.start() for mark in _LOST_DOT.finditer(simple) if not _asks(simple, mark.start())}
    return "".join("·" if at in places else ch for at, ch in enumerate(text)) if places else text


def _asks(text: str, at: int) -> bool:
    """Whether the question mark there ends a question: one with a word that asks, or whose last word is taken up."""
    clause = _CLAUSE.search(text[max(0, at - _NAME_BEFORE) : at])
    taken_up = any(text[at - size : at] == text[at + 1 : at + 1 + size] for size in (2, 3, 4) if size <= at)
    return taken_up or (clause is not None and _ASKS.search(clause[0]) is not None)


def drop_pinyin(text: str) -> str:
    return _PINYIN.sub("", text)


def narrow_latin(text: str) -> str:
    """Full-width letters and digits to half width; punctuation keeps its width."""
    return text.translate(_FULL_WIDTH) if _WIDE_LATIN.search(text) else text


def plain_blanks(text: str) -> str:
    return _WIDE_SPACE.sub(" ", text)


def drop_weibo_markup(text: str) -> str:
    """Bracketed emoticons, and the words that stand for a link or a fold."""
    text = _EMOTICON.sub("", text)
    return _WEIBO_LINK.sub("", text) if any(words in text for words in _LINK_WORDS) else text


def single_marks(text: str) -> str:
    """Commas that scrapers put in front of other marks, and doubled marks."""
    if not _TWO_MARKS.search(text):
        return text
    text = _COMMAS.sub(_one_comma, _STRAY_COMMA.sub("", text))
    return _DOUBLED_MARK.sub(lambda mark: mark[1] or "", text)


def _one_comma(commas: re.Match[str]) -> str:
    """One comma for several, but for those of Latin text, where ",," may be a table or code."""
    text, (start, end) = commas.string, commas.span()
    chinese = "，" in commas.group() or text[start - 1 : start] > "\u2000" or text[end : end + 1] > "\u2000"
    return commas.group() if not chinese else "，" if "，" in commas.group() else ","


def turn_quotation_marks(text: str) -> str:
    """Curly quotation marks that face the wrong way: ``“怎么了?“他问``, ``”这是…”``.

    Where one mark opens right behind the end of an open quotation and none closes it, it was meant to close.
    """
    return _TURNED_OPENING.sub("“", _TURNED_CLOSING.sub(r"\1”", text))


def drop_forum_junk(text: str) -> str:
    """The random characters that forum software strews against copying: ``! C* f, v: l+ ?$ l$ P# s8 |* m``."""
    return _BOX.sub("", _ASCII_RUN.sub(lambda run: "" if _is_forum_junk(run.group()) else run.group(), text))


def _is_forum_junk(run: str) -> bool:
    """Whether `run` is a row of one- and two-character tokens, many of them a letter glued to a digit or a symbol."""
    if _ASCII_WORD.search(run):
        return False
    tokens = run.split(" ")
    glued = sum(len(token) == 2 and not token.isalpha() and not token.isdigit() for token in tokens)
    symbols = {ch for ch in run if not ch.isalnum() and ch != " "}
    return len(tokens) >= 5 and glued >= max(3, 0.4 * len(tokens)) and len(symbols) >= 2 and "=" not in symbols


# What was misread comes first: its bytes look like control characters and line ends. Then slipped bytes: their runs
# hold the remains of tags and pinyin that tell where they end.
_REPAIRS: tuple[Callable[[str], str], ...] = (
    drop_half_characters,
    mend_misread_lines,
    unify_line_ends,
    drop_invisible,
    restore_dots,
    mend_slipped_bytes,
    decode_entities,
    drop_pinyin,
    narrow_latin,
    drop_forum_junk,
    drop_weibo_markup,
    single_marks,
    turn_quotation_marks,
    plain_blanks,
)


def _clean_once(text: str) -> str:
    for repair in _REPAIRS:
        text = repair(text)
    return text
