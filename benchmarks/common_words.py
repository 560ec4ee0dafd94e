"""Collects the words of English that are no names, for the recognition of names by their capitals.

    python benchmarks/common_words.py

Writes src/stance/language/en/common.txt, a word a line: what stands in lower case in the passages of
labels/authored/en, aside/ included, or in the English lexicons.
"""

import re
from collections import Counter
from pathlib import Path

from stance.files import read_toml
from stance.learning.labels import read_labels

ROOT = Path(__file__).parents[1]
DATA = ROOT / "src/stance/language/en/common.txt"
WORD = re.compile(r"(?<![A-Za-z'’.@/-])[a-z]{2,}(?![A-Za-z'’@/]|\.[a-z])")

# The label in front of a turn.
LABEL = re.compile(r"^[^:]{1,24}: ")


def main() -> None:
    words: Counter[str] = Counter()
    for path in sorted((ROOT / "labels/authored/en").rglob("*.jsonl")):
        for label in read_labels(path):
            words.update(WORD.findall(LABEL.sub("", label.statement.text)))
    for name in ("sides.toml", "speech.toml", "layout.toml"):
        read_toml("stance.language.en", name)  # fails with a place where it is broken
        text = (ROOT / "src/stance/language/en" / name).read_text(encoding="utf-8")
        for entry in re.findall(r'"([a-z][a-z \-]*)"', text):
            words.update(WORD.findall(entry))
    DATA.write_text("".join(f"{word}\n" for word in sorted(words)), encoding="utf-8")
    print(f"{len(words)} words")


if __name__ == "__main__":
    main()
