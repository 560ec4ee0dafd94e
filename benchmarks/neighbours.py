"""Counts the neighbours of characters in running text, for the language model of the slipped-byte repair.

    python benchmarks/neighbours.py

Writes src/stance/reading/lexicons/neighbours.txt: first each character with those that follow it and how often (once
where no number stands), then, behind an empty line, phrases with their counts; all in simplified characters. It learns
from seeds 000, 002, 003 and 004 and from passages/zh-1.jsonl beside this script, written for this project;
passages/zh-2.jsonl is left out, since benchmarks/mojibake.py tests on it.
"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from stance.reading.clean import clean
from stance.reading.words import simplify

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src/stance/reading/lexicons/neighbours.txt"
LEARNED = [
    *(path for path in sorted((ROOT / "seeds").glob("*.txt")) if not path.name.startswith("001")),
    ROOT / "benchmarks/passages/zh-1.jsonl",
]
RUN = re.compile(r"[一-鿿，。、：；？！“”《》（）—…]+")
NARROW_MARK = re.compile(r"(?<=[一-鿿”》）])[,:;?!]")
# Where a quotation ends says nothing about the word in front of it.
QUOTED_WORD = re.compile("[一-鿿]”")


def runs(paths: list[Path]) -> Iterator[str]:
    """Runs of simplified characters and full-width marks."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            text = line
            if path.suffix == ".jsonl":
                text = "".join(sentence["text"] for sentence in json.loads(line)["sentences"])
            wide = NARROW_MARK.sub(lambda mark: chr(ord(mark[0]) + 0xFEE0), simplify(clean(text)))
            yield from RUN.findall(wide)


def main() -> None:
    neighbours: dict[str, Counter[str]] = {}
    phrases: Counter[str] = Counter()
    for run in runs(LEARNED):
        for first, second in itertools.pairwise(run):
            if not QUOTED_WORD.fullmatch(first + second):
                neighbours.setdefault(first, Counter())[second] += 1
        phrases.update(run[at : at + size] for size in (3, 4, 5) for at in range(len(run) - size + 1))
    rows = [
        f"{first}\t"
        + "".join(f"{ch}{n if n > 1 else ''}" for ch, n in sorted(after.items(), key=lambda x: (-x[1], x[0])))
        for first, after in sorted(neighbours.items())
    ]
    usual = [f"{phrase}{n}" for phrase, n in sorted(phrases.items()) if n >= (2 if len(phrase) < 5 else 3)]
    DATA.write_text("\n".join([*rows, "", *usual]) + "\n", encoding="utf-8")
    print(f"{len(rows)} characters, {len(usual)} phrases")


if __name__ == "__main__":
    main()
