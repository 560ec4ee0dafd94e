"""The text that benchmarks/speed.py measures on: our own, recombined, as long as one likes and always the same."""

import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from stance.learning.labels import LabelledDocument, load_documents
from stance.types import Language

ROOT = Path(__file__).parents[1]


def labelled(language: Language | None = None) -> list[LabelledDocument]:
    documents = load_documents(ROOT / "labels")
    return [document for document in documents if language in (None, document.language)]


def balanced(text: str) -> bool:
    return all(text.count(first) == text.count(last) for first, last in ("“”", "「」", "《》", "（）", "()"))


def sentences(language: Language) -> list[str]:
    """The sentences of the labelled documents; a quotation of several stays one piece."""
    found = []
    for document in labelled(language):
        piece = ""
        for label in document.labels:
            piece += label.statement.text
            if balanced(piece) and re.search(r"[。！？…”」.!?\"]$", piece):
                found.append(piece)
                piece = ""
            elif language is Language.ENGLISH:
                piece += " "
    return found


def articles(language: Language, seed: int = 0) -> Iterator[list[list[str]]]:
    """Articles without end, as sentences in paragraphs, for each seed the same ones.

    Sentences of the labelled articles and passages, drawn at random; where both have commas, the beginning of one is
    put before the end of another, so that few sentences stand there twice.
    """
    rng = random.Random(seed)
    comma = "，" if language is Language.CHINESE else ", "
    whole: list[str] = []
    heads: list[str] = []
    tails: list[str] = []
    for sentence in sentences(language):
        cuts = [found.end() for found in re.finditer(comma, sentence)]
        cuts = [at for at in cuts if balanced(sentence[:at]) and balanced(sentence[at:])]
        if cuts:
            at = rng.choice(cuts)
            heads.append(sentence[:at])
            tails.append(sentence[at:])
        else:
            whole.append(sentence)
    share = len(whole) / (len(whole) + len(heads))
    while True:
        yield [
            [
                rng.choice(whole) if rng.random() < share else rng.choice(heads) + rng.choice(tails)
                for _ in range(rng.randint(2, 5))
            ]
            for _ in range(rng.randint(5, 15))
        ]


def texts(language: Language, size: float, seed: int = 0) -> Iterator[str]:
    """Articles of at least `size` bytes together."""
    space = " " if language is Language.ENGLISH else ""
    for article in articles(language, seed):
        text = "\n\n".join(space.join(paragraph) for paragraph in article)
        yield text
        size -= len(text.encode()) + 2
        if size <= 0:
            return


def parts(language: Language, size: float, number: int, seed: int) -> list[list[str]]:
    """`number` lists of articles, about `size` bytes each.

    For a measurement each, since a process remembers repairs: what it reads again would look cheap. Hence the seeds.
    """
    found = list(texts(language, size * number, seed))
    return [found[at::number] for at in range(number)]


def once(language: Language, size: float) -> float:
    """The share of sentences that stand only once in articles of `size` bytes."""
    counts: Counter[str] = Counter()
    for article in articles(language):
        counts.update(itertools.chain.from_iterable(article))
        size -= sum(len(sentence.encode()) for paragraph in article for sentence in paragraph)
        if size <= 0:
            return sum(n == 1 for n in counts.values()) / counts.total()
    raise AssertionError("articles come without end")


def cut(text: str) -> list[str]:
    """Sentences as the naive peer takes them."""
    return [found.strip() for found in re.findall(r"[^。！？!?\n]+[。！？!?]*", text) if found.strip()]
