"""How fast `stance` is and how much memory it takes, beside three peers on the same text.

    python benchmarks/speed.py                  # everything but the longest; writes benchmarks/RESULTS.md
    python benchmarks/speed.py --long           # and a file ten times as long, and texts of up to 100 MB
    python benchmarks/speed.py --quick          # two minutes on a small file; printed only
    python benchmarks/speed.py start inside     # these parts alone; printed only

The peers are benchmarks/naive_peer.py, fastText and SnowNLP; the last two need `pip install 'stance[bench]'`. The text
is our own, recombined: see `articles`.
"""

import argparse
import cProfile
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple, TypeVar

import jieba
from speed_report import Claim, Report, Table, markdown, promised, show, write
from speed_text import cut, labelled, once, parts, texts

import stance
from stance.learning.labels import LabelledDocument, write_labels
from stance.types import Document, Language

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/RESULTS.md"
SENTENCE = "开源是智商税。\n"
HOSTILE = '“他说：「开源?（因为王小川、李彦宏和?的人說，\n"Why?" said A. B. of the of the, 据…《'
MB = 1_000_000
T = TypeVar("T")
# Runs a command, and prints seconds, processor seconds, peak of memory and exit code. A process of its own, and a small
# one: Linux counts what the parent held at the start toward the peak of its child.
RUNNER = """
import json, os, sys, time
to = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
began = time.perf_counter()
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=to)
_, status, usage = os.wait4(pid, 0)
spent = time.perf_counter() - began
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps([spent, usage.ru_utime + usage.ru_stime, peak, os.waitstatus_to_exitcode(status)]))
"""


class Run(NamedTuple):
    """What a process took from start to exit."""

    seconds: float
    cpu: float
    """Seconds of all cores together, by the operating system's accounting."""
    peak: float
    """Bytes of memory, by the operating system's accounting."""


@dataclass(frozen=True, slots=True)
class Command:
    words: Sequence[str]
    stdin: Path | None = None

    def run(self) -> Run:
        with ExitStack() as stack:
            stdin = stack.enter_context(self.stdin.open("rb")) if self.stdin else subprocess.DEVNULL
            runner = [sys.executable, "-I", "-S", "-c", RUNNER, *self.words]
            done = subprocess.run(runner, stdin=stdin, capture_output=True, text=True, check=True, encoding="utf-8")
        *figures, code = json.loads(done.stdout)
        if code:
            sys.exit(f"{' '.join(self.words)} failed with {code}:\n{done.stderr}")
        return Run(*figures)


@dataclass(frozen=True)
class Bench:
    """What is measured, how often, and where it may write."""

    folder: Path
    megabytes: float
    rounds: int
    long: bool
    quick: bool

    @property
    def stance(self) -> list[str]:
        script = Path(sys.executable).with_name("stance")
        return [str(script)] if script.exists() else [sys.executable, "-c", "from stance.cli import main; main()"]

    @cached_property
    def peer(self) -> list[str]:
        """The peer's command to predict, its model trained on our labels."""
        say("training the peer")
        rows = [
            json.dumps({"text": label.statement.text, "stance": label.stance}, ensure_ascii=False)
            for document in labelled()
            for label in document.labels
        ]
        labels, model = self.folder / "labels.jsonl", self.folder / "peer.joblib"
        labels.write_text("\n".join(rows), encoding="utf-8")
        command = [sys.executable, str(ROOT / "benchmarks/naive_peer.py")]
        Command([*command, "train", str(labels), str(model)]).run()
        return [*command, "predict", str(model)]

    @cached_property
    def sentence(self) -> Path:
        path = self.folder / "sentence.txt"
        path.write_text(SENTENCE, encoding="utf-8")
        return path

    def file(self, megabytes: float) -> Path:
        """A text of Chinese articles."""
        path = self.folder / f"{megabytes:g}.txt"
        if not path.exists():
            with path.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(f"{text}\n\n" for text in texts(Language.CHINESE, megabytes * MB))
        return path

    def alternating(self, commands: Mapping[str, Command], rounds: int) -> dict[str, list[Run]]:
        """So that what else the machine does meets all of them alike."""
        found: dict[str, list[Run]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                found[name].append(command.run())
        return found


def median(runs: Sequence[Run]) -> Run:
    return Run(*map(statistics.median, zip(*runs, strict=True)))


def say(text: str) -> None:
    print(f"{text} …", file=sys.stderr, flush=True)


def start(bench: Bench, report: Report) -> None:
    """A sentence, and the commands that label nothing."""
    commands = {
        "stance predict": Command([*bench.stance, "predict"], bench.sentence),
        "peer": Command(bench.peer, bench.sentence),
        "stance --help": Command([*bench.stance, "--help"]),
        "stance --version": Command([*bench.stance, "--version"]),
    }
    bench.alternating(commands, 1)  # leaves compiled files and caches behind
    found = bench.alternating(commands, bench.rounds)
    rows = []
    for name, runs in found.items():
        spread = f"{min(runs).seconds:.3f}–{max(runs).seconds:.3f}"
        rows.append([name, f"{median(runs).seconds:.3f}", spread, f"{median(runs).peak / MB:.0f}", str(len(runs))])
    note = "One run of each beforehand does not count."
    columns = ["command", "seconds", "least–most", "peak, MB", "runs"]
    report.tables.append(Table(f"Start to exit, `echo {SENTENCE.strip()}`", columns, rows, note))
    ratio = median(found["peer"]).seconds / median(found["stance predict"]).seconds
    report.claims.append(Claim("a sentence, against the peer", f"{ratio:.1f} times as fast", "≥ 5", ratio >= 5))
    for name in ("stance --help", "stance --version"):
        seconds = median(found[name]).seconds
        report.claims.append(Claim(f"`{name}`", f"{seconds:.2f} s", "≤ 0.25 s", seconds <= 0.25))


def file(bench: Bench, report: Report) -> None:
    """A file of articles, one process; with --long, one ten times as long."""
    path = bench.file(bench.megabytes)
    commands = {
        "stance predict": Command([*bench.stance, "predict", str(path)]),
        "peer, sentences alone": Command(bench.peer, path),
    }
    found = bench.alternating(commands, bench.rounds)
    sizes = dict.fromkeys(found, path.stat().st_size / MB)
    if bench.long:
        longer = bench.file(10 * bench.megabytes)
        found["stance predict, ten times as long"] = [Command([*bench.stance, "predict", str(longer)]).run()]
        sizes["stance predict, ten times as long"] = longer.stat().st_size / MB
    rows = []
    for name, runs in found.items():
        run, size = median(runs), sizes[name]
        figures = [f"{size:.2f}", f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{size / run.seconds:.2f}"]
        rows.append([name, *figures, f"{run.peak / MB:.0f}", str(len(runs))])
        if name != "peer, sentences alone":
            claim = Claim(f"peak memory, {size:.3g} MB", f"{run.peak / MB:.0f} MB", "≤ 120 MB", run.peak <= 120 * MB)
            report.claims.append(claim)
    columns = ["command", "file, MB", "seconds", "processor s", "MB/s", "peak, MB", "runs"]
    report.tables.append(Table("A file of articles, one process", columns, rows))
    ratio = median(found["peer, sentences alone"]).seconds / median(found["stance predict"]).seconds
    report.claims.append(Claim("a file, against the peer", f"{ratio:.2f} times its MB/s", "≥ 5", ratio >= 5))


def bulk(bench: Bench, report: Report) -> None:
    """Many documents, one process and two."""
    path = bench.folder / "articles.jsonl"
    found = list(texts(Language.CHINESE, bench.megabytes * MB))
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in found), encoding="utf-8")
    shard = str(max(1, len(found) // 16))
    size = sum(len(text.encode()) for text in found) / MB
    runs: dict[int, list[Run]] = {1: [], 2: []}
    for turn in range(bench.rounds):
        for jobs, done in runs.items():
            out = str(bench.folder / f"out-{jobs}-{turn}")
            words = ["bulk", str(path), "--out", out, "--jobs", str(jobs), "--shard-size", shard]
            done.append(Command([*bench.stance, *words]).run())
    rows = []
    for jobs, done in runs.items():
        run = median(done)
        figures = [f"{size:.2f}", f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{size / run.seconds:.2f}", str(len(done))]
        rows.append([f"stance bulk --jobs {jobs}", str(len(found)), *figures])
    columns = ["command", "documents", "MB", "seconds", "processor s", "MB/s", "runs"]
    report.tables.append(Table("Many documents", columns, rows, f"JSON Lines to Parquet, {shard} documents a shard."))
    ratio = median(runs[1]).seconds / median(runs[2]).seconds
    report.claims.append(Claim("two processes against one", f"{ratio:.2f} times as fast", "≥ 1.8", ratio >= 1.8))


def timed(action: Callable[[T], object], inputs: Sequence[T]) -> float:
    """Median seconds; every input is new, since what is remembered of one would make the same look cheap."""
    spent = []
    for each in inputs:
        began = time.perf_counter()
        action(each)
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def warm() -> stance.Model:
    """The model, and everything that is loaded when a text first needs it."""
    model = stance.load()
    for text in (HOSTILE * 50, *(next(texts(language, 1)) for language in Language)):
        list(model.predict(stance.read(text)))
    return model


def inside(bench: Bench, report: Report) -> None:
    """Reading alone, scoring alone, and where the time goes."""
    model = warm()
    rows = [alone(bench, model, language) for language in Language]
    columns = ["language", "documents", "MB", "reading, MB/s", "scoring, MB/s", "both, MB/s", "runs"]
    note = "In one process, loading not counted; each run has other articles."
    report.tables.append(Table("Reading and scoring alone", columns, rows, note))
    found = list(texts(Language.CHINESE, min(bench.megabytes, 0.5) * MB, seed=2))
    profile = cProfile.Profile()
    profile.runcall(lambda: [list(model.predict(stance.read(text))) for text in found])
    note = "By cProfile, which makes many small calls look dearer than they are; what is built into Python and what is "
    note += "compiled count for the file that calls them."
    rows = [[room, f"{share:.1%}"] for room, share in shares(profile).most_common(14)]
    report.tables.append(Table("Where the time goes, Chinese", ["module", "own time"], rows, note))


def alone(bench: Bench, model: stance.Model, language: Language) -> list[str]:
    inputs = parts(language, min(bench.megabytes, 1) * MB, bench.rounds, seed=1)
    documents: list[list[Document]] = []
    reading = timed(lambda part: documents.append([stance.read(text) for text in part]), inputs)
    scoring = timed(lambda part: [list(model.predict(document)) for document in part], documents)
    size = sum(len(text.encode()) for part in inputs for text in part) / MB / bench.rounds
    rates = [f"{size / spent:.2f}" for spent in (reading, scoring, reading + scoring)]
    return [language, str(len(inputs[0])), f"{size:.2f}", *rates, str(bench.rounds)]


def shares(profile: cProfile.Profile) -> Counter[str]:
    totals: Counter[str] = Counter()
    entries: list[Any] = profile.getstats()
    for entry in entries:
        if isinstance(entry.code, CodeType):
            built_in = sum(call.inlinetime for call in entry.calls or () if isinstance(call.code, str))
            totals[room(entry.code.co_filename)] += entry.inlinetime + built_in
    whole = sum(totals.values())
    return Counter({name: spent / whole for name, spent in totals.items()})


def room(file: str) -> str:
    """A module of ours, or the library that a file belongs to."""
    path = Path(file)
    ours = Path(stance.__file__).parent
    if path.is_relative_to(ours):
        return path.relative_to(ours).as_posix()
    parts = path.parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return "Python: dataclasses" if path.stem == "<string>" else f"Python: {path.stem}"


def growth(bench: Bench, report: Report) -> None:
    """Time per character of texts of a thousand characters and more."""
    model = warm()
    most = min(1_000_000, bench.megabytes * MB / 2)
    articles = "\n\n".join(texts(Language.CHINESE, 3.2 * 2 * max(most, min(most, 100_000) * bench.rounds), seed=3))
    kinds = {"articles": articles, "hostile": HOSTILE * (len(articles) // len(HOSTILE))}
    rows, spent = [], {}
    for size in [10**n for n in range(3, 7) if 10**n <= most]:
        rounds = bench.rounds if size < 1_000_000 else 1
        for name, text in kinds.items():
            inputs = [text[at * size : (at + 1) * size] for at in range(2 * rounds)]
            reading = timed(stance.read, inputs[:rounds])
            both = timed(lambda text: list(model.predict(stance.read(text))), inputs[rounds:])
            spent[name, size] = both / size
            figures = [f"{1e6 * reading / size:.2f}", f"{1e6 * both / size:.2f}"]
            rows.append([name, f"{size:,}", f"{len(inputs[0].encode()) / MB:.3g}", *figures, str(rounds)])
    longest = max(size for _, size in spent)
    base = min(10_000, longest)
    for name in ("articles", "hostile"):
        ratio = spent[name, longest] / spent[name, base]
        what = f"time per character, {name}, {longest:,} against {base:,} characters"
        report.claims.append(Claim(what, f"{ratio:.2f}", "flat"))
    if bench.long:
        idle = median([Command([*bench.stance, "predict"], bench.sentence).run() for _ in range(bench.rounds)]).seconds
        for megabytes in (10, 100):
            path = bench.file(megabytes)
            length = len(path.read_text(encoding="utf-8"))
            each = (Command([*bench.stance, "predict", str(path)]).run().seconds - idle) / length
            rows.append(["articles", f"{length:,}", str(megabytes), "–", f"{1e6 * each:.2f}", "1"])
        ratio = each / spent["articles", base]
        what = f"time per character, articles, 100 MB against {base:,} characters"
        report.claims.append(Claim(what, f"{ratio:.2f}", "flat"))
    note = "One text, however long. Hostile: opening quotation marks, brackets, names and question marks without end. "
    if bench.long:
        note += "From 10 MB on a whole `stance predict`, printing and all, less what it takes for a sentence."
    columns = ["text", "characters", "MB", "read, µs/character", "read and judged", "runs"]
    report.tables.append(Table("Growth with the length of a text", columns, rows, note))


def training(bench: Bench, report: Report) -> None:
    """`stance train`, cross-validation and all, on parts of the labels."""
    rows = []
    for part in (16, 8) if bench.quick else (8, 4, 2, 1):
        documents = labelled()[::part]
        labels = self_contained(bench.folder / f"labels-{part}", documents)
        words = ["train", "--labels", str(labels), "--model", str(bench.folder / "trained")]
        run = Command([*bench.stance, *words]).run()
        statements = sum(len(document.labels) for document in documents)
        figures = [f"{run.seconds:.1f}", f"{run.cpu:.1f}", f"{1000 * run.cpu / statements:.2f}"]
        rows.append([f"1/{part}" if part > 1 else "all", str(statements), *figures, f"{run.peak / MB:.0f}", "1"])
    columns = ["labels", "statements", "seconds", "processor s", "processor s a thousand", "peak, MB", "runs"]
    note = "`stance train` as a whole, with its cross-validation, which runs on every core."
    report.tables.append(Table("Growth of training with the number of statements", columns, rows, note))
    first, last = float(rows[0][4]), float(rows[-1][4])
    what = f"training time per statement, {rows[-1][1]} against {rows[0][1]} statements"
    report.claims.append(Claim(what, f"{last / first:.2f}", "linear: about 1"))


def self_contained(folder: Path, documents: Sequence[LabelledDocument]) -> Path:
    folder.mkdir()
    write_labels(folder / "labels.jsonl", [label for document in documents for label in document.labels])
    return folder


def others(bench: Bench, report: Report) -> None:
    """Other tools, fastText and SnowNLP, on sentences of the same text, one process, loading not counted."""
    jieba.setLogLevel(60)
    jieba.initialize()
    found = parts(Language.CHINESE, min(bench.megabytes, 1) * MB, bench.rounds, seed=4)
    model = warm()
    systems: dict[str, tuple[str, Callable[[Sequence[str]], object], list[list[str]]]] = {
        "stance": (
            "repair, statements, speakers, stances",
            lambda texts: [list(model.predict(stance.read(text))) for text in texts],
            found,
        )
    }
    missing = []
    if importlib.util.find_spec("fasttext"):
        predict = fasttext_model(bench.folder / "fasttext.txt")
        systems["fastText"] = ("stances of sentences; trained on our labels, words by jieba", predict, found)
    else:
        missing.append("fastText")
    if importlib.util.find_spec("snownlp"):
        from snownlp import SnowNLP

        def sentiments(texts: Sequence[str]) -> object:
            return [SnowNLP(sentence).sentiments for text in texts for sentence in cut(text)]

        few = parts(Language.CHINESE, min(bench.megabytes, 0.05) * MB, bench.rounds, seed=4)
        sentiments(few[0][:1])  # loads its models
        systems["SnowNLP"] = ("sentiment of sentences, by its own model, not stance", sentiments, few)
    else:
        missing.append("SnowNLP")
    rows = []
    for name, (what, predict, inputs) in systems.items():
        size = sum(len(text.encode()) for part in inputs for text in part) / MB / bench.rounds
        rows.append([name, what, f"{size:.2f}", f"{size / timed(predict, inputs):.2f}"])
    note = f"Medians of {bench.rounds} runs on other articles each, in one process, loading not counted."
    if missing:
        note += f" Not installed, so not measured: {', '.join(missing)}."
    report.tables.append(Table("Other tools on the same text", ["tool", "what it gives", "MB", "MB/s"], rows, note))


def fasttext_model(path: Path) -> Callable[[Sequence[str]], object]:
    import fasttext

    rows = [
        f"__label__{label.stance} {' '.join(jieba.lcut(label.statement.text))}".replace("\n", " ")
        for document in labelled()
        for label in document.labels
    ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    model = fasttext.train_supervised(str(path), epoch=25, wordNgrams=2, thread=1, verbose=0)
    return lambda texts: [
        model.predict([" ".join(jieba.lcut(sentence)) for sentence in cut(text)], k=3) for text in texts
    ]


PARTS: dict[str, Callable[[Bench, Report], None]] = {
    part.__name__: part for part in (start, file, bulk, inside, growth, training, others)
}


def about(bench: Bench) -> str:
    unique = once(Language.CHINESE, bench.megabytes * MB)
    return f"""\
The text is our own, recombined: sentences of the labelled articles (cleaned) and passages, drawn at random, the
beginning of one before the end of another where both have commas; always the same. Of the sentences of the
{bench.megabytes:g} MB file {unique:.0%} stand in it only once, but its vocabulary repeats, and it holds little scraping
damage to repair. The models of stance and of its peers were trained on these sentences, which changes their answers,
not their speed.

Figures are medians of as many runs as each table tells, whole processes from start to exit unless a table says
otherwise, in turns with the peer. Memory is the operating system's account of the process (wait4); MB are millions of
bytes. The peer is naive_peer.py: jieba, scikit-learn and joblib; stances of sentences, no repair, no speakers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; otherwise all")
    parser.add_argument("--megabytes", type=float, help="size of the file of articles; 20 by default, 0.5 with --quick")
    parser.add_argument("--rounds", type=int, help="runs of each; 5 by default, 2 with --quick")
    parser.add_argument("--long", action="store_true", help="also the longest texts, once")
    parser.add_argument("--quick", action="store_true", help="a small file and few runs")
    parser.add_argument("--out", type=Path, help="file to write; RESULTS.md for a run of all parts that is not quick")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    out: Path | None = args.out or (None if args.quick or args.parts else RESULTS)
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        megabytes = args.megabytes or (0.5 if args.quick else 20.0)
        bench = Bench(Path(folder), megabytes, args.rounds or (2 if args.quick else 5), args.long, args.quick)
        for name in args.parts or PARTS:
            say(name)
            before = len(report.tables)
            PARTS[name](bench, report)
            for table in report.tables[before:]:
                show(table)
        if report.claims:
            show(promised(report.claims))
        if out:
            write(out, markdown(report, about(bench)))
            say(f"wrote {out}")


if __name__ == "__main__":
    main()
