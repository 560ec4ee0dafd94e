"""How much slipped-byte damage comes back exactly, and how often clean text is changed.

    python benchmarks/mojibake.py [--passages N]

Takes sentences of the repaired seeds in traditional characters, damages one to three of every three as scrapers do
(a lead byte lost to "?", or a pinyin inserted between the two bytes of a character), repairs them, and prints the
share of damaged runs that come back exactly.
"""

import argparse
import random
import re
from pathlib import Path

import opencc

from stance.reading.clean import clean
from stance.reading.mojibake import mend_slipped_bytes

SEEDS = Path(__file__).parents[1] / "seeds"
PINYIN = ["wù", "yàn", "yōu", "rèn", "xì", "bìng", "nèi", "qū", "zhǔn", "chǎn", "diǎn", "jī", "wèi", "hù"]


def decode_like_a_scraper(data: bytes) -> str:
    """GBK bytes as a careless decoder reads them: an unassigned pair vanishes, a broken one becomes "?"."""
    out, i = "", 0
    while i < len(data):
        if data[i] < 0x80:
            out += chr(data[i])
            i += 1
        elif i + 1 < len(data) and data[i + 1] >= 0x40:
            out += data[i : i + 2].decode("gbk", "ignore")
            i += 2
        else:
            out += "?"
            i += 2
    return out


def damage(text: str, at: int, rng: random.Random) -> tuple[str, int]:
    """`text` with the character at `at` torn apart, and the number of characters behind it that were touched."""
    pair = text[at].encode("gbk")
    rest = text[at + 1 :].encode("gbk")
    inserted = f"({rng.choice(PINYIN)})" if rng.random() < 0.5 else ""
    torn = decode_like_a_scraper(pair[1:] + rest)
    head = f"?{inserted[1:]}"
    return text[:at] + head + torn, len(text) - at


def sentences() -> list[str]:
    to_traditional = opencc.OpenCC("s2t").convert
    found: list[str] = []
    for path in sorted(SEEDS.glob("*.txt")):
        for line in clean(path.read_text(encoding="utf-8")).splitlines():
            traditional = to_traditional(line.replace(",", "，"))
            for sentence in re.findall(r"[^。？！?]{12,80}[。？！]", traditional):
                try:
                    sentence.encode("gbk")
                except UnicodeEncodeError:
                    continue
                found.append(sentence)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=300)
    parser.add_argument("--show", type=int, default=0, help="print so many failures")
    args = parser.parse_args()
    rng = random.Random(0)
    pool = sentences()
    back = runs = 0
    for _ in range(args.passages):
        passage = rng.sample(pool, 3)
        for sentence in rng.sample(passage, rng.randint(1, 3)):
            places = [i for i, ch in enumerate(sentence[:-3]) if "一" <= ch <= "鿿"]
            broken, _ = damage(sentence, rng.choice(places), rng)
            mended = mend_slipped_bytes(broken)
            runs += 1
            back += mended == sentence
            if mended != sentence and args.show:
                args.show -= 1
                print(f"{broken}\n  {mended}\n  {sentence}")
    print(f"damaged runs back exactly: {back}/{runs} = {back / runs:.3f}")


if __name__ == "__main__":
    main()
