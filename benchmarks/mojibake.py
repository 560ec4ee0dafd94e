"""How much slipped-byte damage comes back exactly, and how often clean text is changed.

    python benchmarks/mojibake.py [--rounds N] [--show N]

Takes labels/authored/zh/zh-02.jsonl, which the language model did not learn from (see benchmarks/neighbours.py), in
traditional characters with the marks of print, and tears one to three characters of every four sentences apart, in two
ways:

- as in the seeds: a pinyin stands behind the two bytes of the character the scraper saw across the border of two
  others, a "?" where it saw a mark there;
- anywhere: a lead byte lost to "?", or any pinyin inserted, at random. Here nothing tells the first character.

Pinyins are those of language/zh/pinyin.txt, so the first figure holds for characters listed there.
"""

import argparse
import difflib
import itertools
import random
import re
import time
from pathlib import Path

import opencc

from stance.learning.labels import group, read_labels
from stance.repair.clean import clean
from stance.repair.slipped import mend_slipped_bytes

PASSAGES = Path(__file__).parents[1] / "labels/authored/zh/zh-02.jsonl"
PINYINS = Path(__file__).parents[1] / "src/stance/language/zh/pinyin.txt"
NARROW_MARK = re.compile(r"(?<=[一-鿿”》）])[,:;?!]")
# Forms that OpenCC chooses and the seeds do not.
USUAL_FORMS = str.maketrans("爲纔衆裏喫羣峯囉啓溼麪癡", "為才眾裡吃群峰囉啟濕麵痴")
MARKS = tuple("，。、！？；：")
Run = tuple[int, int, str]
"""Where torn characters begin and end, and what they look like."""


def spellings() -> dict[str, str]:
    rows = (row.split() for row in PINYINS.read_text(encoding="utf-8").splitlines() if not row.startswith("#"))
    return {ch: pinyin for pinyin, *groups in rows for ch in "".join(groups)}


def passages(path: Path) -> list[str]:
    """Four sentences each, in characters of GBK only."""
    found: list[str] = []
    for document in group(read_labels(path)):
        text = clean("".join(statement.text for statement in document.statements))
        text = opencc.OpenCC("s2t").convert(text).translate(USUAL_FORMS)
        text = NARROW_MARK.sub(lambda mark: chr(ord(mark[0]) + 0xFEE0), text)
        sentences = re.findall("[^。？！]+[。？！]+”?", text.encode("gbk", "ignore").decode("gbk"))
        found += ["".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4)]
    return found


def read_shifted(data: bytes) -> tuple[str, int]:
    """What the bytes behind a lost one look like up to where reading is in step again, and how many these are.

    An unassigned pair vanishes, a broken one becomes "?", and the byte 0x80 alone becomes "€".
    """
    shown, at = "", 0
    while at < len(data):
        if data[at] < 0x80:
            return shown + chr(data[at]), at + 1
        if data[at] == 0x80:
            return shown + "€", at + 1
        if at + 1 == len(data) or data[at + 1] < 0x40:
            return shown + "?", at + 2
        shown += data[at : at + 2].decode("gbk", "ignore")
        at += 2
        if data[at - 1] < 0x80:
            break
    return shown, at


def tear(text: str, at: int, inserted: str) -> Run:
    shown, used = read_shifted(text[at:].encode("gbk")[1:])
    ends = itertools.accumulate(len(ch.encode("gbk")) for ch in text[at:])
    width = next((n for n, end in enumerate(ends, 1) if end > used), len(text) - at)
    return at, at + width, f"?{inserted}{shown}"


def insertions(text: str, spelled: dict[str, str], rng: random.Random, *, wild: bool) -> dict[int, str]:
    """Where `text` can be torn, and what is inserted there."""
    found: dict[int, str] = {}
    for at in range(1, len(text) - 2):
        last, here, after = (text[at + step].encode("gbk") for step in (-1, 0, 1))
        if len(here) < 2:
            continue
        if not wild:
            if text[at].isalpha():
                found[at] = rng.choice(["", f"{rng.choice(sorted(spelled.values()))})"])
        elif len(last) == 2 and (seen := (last[1:] + here[:1]).decode("gbk", "ignore")) in spelled:
            found[at] = f"{spelled[seen]})"
        elif len(after) == 2 and (here[1:] + after[:1]).decode("gbk", "ignore") in MARKS:
            found[at] = ""
    return found


def damage(text: str, spelled: dict[str, str], rng: random.Random, *, wild: bool) -> tuple[str, list[Run]]:
    """`text` torn in one to three places that do not touch."""
    places = list(insertions(text, spelled, rng, wild=wild).items())
    rng.shuffle(places)
    runs: list[Run] = []
    wanted = rng.randint(1, 3)
    for at, inserted in places:
        run = tear(text, at, inserted)
        if len(runs) < wanted and all(run[1] + 6 <= other[0] or other[1] + 6 <= run[0] for other in runs):
            runs.append(run)
    broken = text
    for start, end, shown in sorted(runs, reverse=True):
        broken = broken[:start] + shown + broken[end:]
    return broken, runs


def measure(texts: list[str], rounds: int, show: int, *, wild: bool) -> None:
    rng, spelled = random.Random(0), spellings()
    back = total = 0
    seconds = 0.0
    mend_slipped_bytes("談?wù)摲忾]的")  # loads the model
    for text in texts * rounds:
        broken, runs = damage(text, spelled, rng, wild=wild)
        began = time.perf_counter()
        mended = mend_slipped_bytes(broken)
        seconds += time.perf_counter() - began
        blocks = difflib.SequenceMatcher(None, text, mended, autojunk=False).get_matching_blocks()
        exact = [any(block.a <= start and end <= block.a + block.size for block in blocks) for start, end, _ in runs]
        total += len(runs)
        back += sum(exact)
        if show > 0 and not all(exact):
            show -= 1
            print(f"{broken}\n  {mended}\n  {text}")
    kind = "as in the seeds" if wild else "anywhere"
    print(f"{kind}: {back}/{total} = {back / total:.3f} runs back exactly, {1000 * seconds / total:.0f} ms a run")


def clean_lines() -> list[str]:
    """Over a thousand lines that hold a "?" and no damage."""
    openings = [
        "你们觉得",
        "你們覺得",
        "这件事",
        "這件事",
        "大模型真的",
        "開源之後",
        "闭源以后",
        "他问我",
        "她問道",
        "為什麼",
        "到底是谁",
        "公司會不會",
    ]
    questions = ["安全", "赚钱了", "賺錢了", "開放嗎", "可靠吗", "有人用", "太貴了", "值得做", "會被取代", "行得通"]
    answers = [
        "我不信。",
        "恐怕很難。",
        "未必。",
        "论文里没有写。",
        "關鍵在於數據。",
        "当然可以，但要时间。",
        "說不定。",
        "没有人知道。",
        "是的！",
        "難道不是？",
    ]
    lines = [f"{a}{b}?{c}" for a in openings for b in questions for c in answers]
    for n in range(50):
        lines += [
            f"return x{n} ? a[{n}] : b?.c ?? '{n}';",
            f"https://example.com/搜索?q=模型{n}&lang=zh",
            f"https://example.org/search?q={n}&p=a?b",
            f"What would model {n} do? It depends: (why?) Nobody knows.",
        ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="times each passage is damaged")
    parser.add_argument("--show", type=int, default=0, help="print so many failures of each kind")
    args = parser.parse_args()
    texts = passages(PASSAGES)
    measure(texts, args.rounds, args.show, wild=True)
    measure(texts, args.rounds, args.show, wild=False)
    lines = clean_lines()
    changed = [line for line in (*lines, *texts, "\n".join(lines)) if mend_slipped_bytes(line) != line]
    print(f"clean text changed: {len(changed)} of {len(lines) + len(texts) + 1}", *changed[:5], sep="\n  ")


if __name__ == "__main__":
    main()
