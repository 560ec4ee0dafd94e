"""Time per character of texts from a thousand to a million characters: it stays flat where reading is linear.

    python benchmarks/growth.py [--most N]

The texts are the articles of seeds/ in their cleaned form (the repair of a run of slipped bytes is remembered, so that
repeated damage would look cheap), one behind the other until they are long enough, and a hostile one: opening
quotation marks, brackets, names and question marks without end. Each is read, statements and speakers and all, and
judged by the model in models/default. Printed are the microseconds per character, best of three, and how much slower
the longest text is than the one of ten thousand characters.
"""

import argparse
import itertools
import time
from pathlib import Path

import stance
from stance.reading import read

ROOT = Path(__file__).parents[1]
HOSTILE = '“他说：「开源?（因为王小川、李彦宏和?的人說，\n"Why?" said A. B. of the of the, 据…《'
ROUNDS = 3


def texts(size: int) -> dict[str, str]:
    articles = "\n\n".join(
        read(path.read_text(encoding="utf-8")).text for path in sorted((ROOT / "seeds").glob("*.txt"))
    )
    return {"articles": cycled(articles, size), "hostile": cycled(HOSTILE, size)}


def cycled(text: str, size: int) -> str:
    return "".join(itertools.islice(itertools.cycle(text), size))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=1_000_000, help="characters of the longest text")
    most: int = parser.parse_args().most
    model = stance.load()
    read("一")  # loads the lexicons
    print(f"{'characters':>12} {'text':<10} {'read, µs/char':>14} {'read and judged':>16}")
    spent: dict[tuple[str, int], float] = {}
    for size in [10**n for n in range(3, 10) if 10**n <= most]:
        for name, text in texts(size).items():
            reading, judged = [], []
            for _ in range(ROUNDS if size < 1_000_000 else 1):
                began = time.perf_counter()
                read(text)
                reading.append(time.perf_counter() - began)
                began = time.perf_counter()
                list(model.predict(read(text)))
                judged.append(time.perf_counter() - began)
            spent[name, size] = min(reading)
            print(
                f"{size:>12,} {name:<10} {1e6 * min(reading) / size:>14.2f} {1e6 * min(judged) / size:>16.2f}",
                flush=True,
            )
    for name in ("articles", "hostile"):
        longest = max(size for _, size in spent)
        ratio = spent[name, longest] / longest / (spent[name, 10_000] / 10_000)
        print(f"{name}: {longest:,} characters cost {ratio:.2f} times as much a character as 10,000")


if __name__ == "__main__":
    main()
