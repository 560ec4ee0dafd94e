"""Counts the neighbours of characters in running text, for the language model of the slipped-byte repair.

    python benchmarks/neighbours.py [--without NAME ...]

Writes src/stance/language/zh/neighbours.txt: first each character with those that follow it and how often (once
where no number stands), then, behind an empty line, words met twice and phrases met three times with their counts; all
in simplified characters. It learns from seeds 000, 002, 003 and 004 and from the passages of labels/authored/zh, aside/
included. zh-02.jsonl is left out, since benchmarks/mojibake.py tests on it; with --without, others are too, to choose
settings on.
"""

import argparse
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from stance.language.chinese import segment, simplify
from stance.learning.labels import group, read_labels, text_of
from stance.repair.clean import clean
from stance.repair.word_model import WordModel

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src/stance/language/zh/neighbours.txt"
TESTED = "zh-02"
HAN = re.compile("[一-鿿]+")
# Of 一百二十, jieba makes 一百二 and 十.
NUMBER = re.compile("[零〇一二两三四五六七八九十百千万亿]{2,}")
RUN = re.compile(r"[一-鿿，。、：；？！“”《》（）—…]+")
NARROW_MARK = re.compile(r"(?<=[一-鿿”》）])[,:;?!]")
# Where a quotation ends says nothing about the word in front of it.
QUOTED_WORD = re.compile("[一-鿿]”")


def texts(left_out: Collection[str]) -> Iterator[str]:
    """What is learned from, but for the files of passages left out."""
    for path in sorted((ROOT / "seeds").glob("*.txt")):
        if not path.name.startswith("001"):
            yield path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "labels/authored/zh").rglob("*.jsonl")):
        if path.stem not in left_out:
            yield from map(text_of, group(read_labels(path)))


def runs(left_out: Collection[str]) -> Iterator[str]:
    """Runs of simplified characters and full-width marks."""
    for text in texts(left_out):
        for line in text.splitlines():
            wide = NARROW_MARK.sub(lambda mark: chr(ord(mark[0]) + 0xFEE0), simplify(clean(line)))
            yield from RUN.findall(wide)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--without", nargs="+", default=[], help="files left out: zh-08")
    args = parser.parse_args()
    neighbours: dict[str, Counter[str]] = {}
    phrases: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for run in runs({TESTED, *args.without}):
        for first, second in itertools.pairwise(run):
            if not QUOTED_WORD.fullmatch(first + second):
                neighbours.setdefault(first, Counter())[second] += 1
        phrases.update(run[at : at + size] for size in (3, 4, 5) for at in range(len(run) - size + 1))
        words.update(word for han in HAN.findall(run) for word in segment(han) if len(word) <= WordModel.LONGEST)
    rows = [
        f"{first}\t"
        + "".join(f"{ch}{n if n > 1 else ''}" for ch, n in sorted(after.items(), key=lambda x: (-x[1], x[0])))
        for first, after in sorted(neighbours.items())
    ]
    frequent = {phrase: n for phrase, n in phrases.items() if n > 2 and segment(phrase) != [phrase]}
    frequent |= {word: n for word, n in words.items() if n > 1}
    usual = [f"{phrase}{n}" for phrase, n in sorted(frequent.items()) if not NUMBER.fullmatch(phrase)]
    DATA.write_text("\n".join([*rows, "", *usual]) + "\n", encoding="utf-8")
    print(f"{len(rows)} characters, {len(usual)} words and phrases, {DATA.stat().st_size} bytes")


if __name__ == "__main__":
    main()
