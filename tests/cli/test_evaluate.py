import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from stance.types import Stance

Run = Callable[..., subprocess.CompletedProcess[bytes]]
PROGRESS = "Cross-validating, a document or more left out at a time …"
SYSTEM = ["documents", "name", "macro_f1", "macro_f1_95", "f_avg", "f_avg_95", "accuracy", "stances", "confusion"]


@pytest.fixture
def labels(small_labels: Path, tmp_path: Path) -> Path:
    """The small corpus as `labels/`, with a second opinion on its first document."""
    folder = shutil.copytree(small_labels, tmp_path / "labels")
    text = (folder / "a.jsonl").read_text(encoding="utf-8")
    for name, own in {"a": text, "b": text.replace("pro-closed", "neutral")}.items():
        (folder / "annotators" / name).mkdir(parents=True)
        (folder / "annotators" / name / "a.jsonl").write_text(own, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("labels")
def test_cross_validation_as_json(stance: Run) -> None:
    done = stance("evaluate", "--format", "json")
    assert (done.returncode, done.stderr.decode().splitlines()) == (0, [PROGRESS])
    row = json.loads(done.stdout)
    assert list(row) == ["how", "systems", "calibration_error", "coverage", "speakers", "speakers_calibration_error"]
    assert row["coverage"][0]["coverage"] == 1
    assert [point["coverage"] for point in row["coverage"]] == sorted(
        (point["coverage"] for point in row["coverage"]), reverse=True
    )
    assert row["how"] == "10 statements of 3 documents, each document left out in turn"
    assert [system["name"] for system in row["systems"]] == ["stance", "words only", "majority"]
    for system in row["systems"]:
        assert list(system) == SYSTEM
        assert list(system["stances"]) == list(Stance)
        assert sum(map(sum, system["confusion"])) == 10
        assert system["macro_f1_95"][0] <= system["macro_f1"] <= system["macro_f1_95"][1]
        f1 = [scores["f1"] for scores in system["stances"].values()]
        assert system["macro_f1"] == pytest.approx(sum(f1) / 3, abs=1e-3)
        assert system["f_avg"] == pytest.approx((f1[0] + f1[1]) / 2, abs=1e-3)


@pytest.mark.usefixtures("labels")
def test_cross_validation_as_a_table(stance: Run) -> None:
    done = stance("evaluate")
    assert (done.returncode, done.stderr.decode().splitlines()) == (0, [PROGRESS])
    out = done.stdout.decode()
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in out.splitlines() if line.startswith("│")]
    assert [row[1] for row in rows[:3]] == ["stance", "words only", "majority"]
    assert [row[0] for row in rows[3:9]] == [*Stance, *Stance]
    assert rows[9][:2] == ["0.0", "1.000"]
    assert re.search(r"^calibration error \(ECE, 10 bins\) \d\.\d{3}$", out, re.MULTILINE)
    assert "\x1b" not in out


def test_labels_by_the_trained_model(stance: Run, labels: Path, small_folder: Path) -> None:
    words = ("evaluate", "--labels", labels / "b.jsonl", "--model", small_folder)
    row = json.loads(stance(*words, "--format", "json").stdout)
    assert row["how"] == "3 statements of 1 documents, by the trained model"
    assert [system["name"] for system in row["systems"]] == ["stance", "majority"]
    assert row["systems"][0]["accuracy"] == 1
    assert row["systems"][1]["stances"]["neutral"]["recall"] == 1
    table = stance(*words)
    assert (table.returncode, table.stderr) == (0, b"")
    assert table.stdout.decode().startswith(row["how"])


def test_speakers_where_the_article_is_at_hand(stance: Run, labels: Path, small_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "small").mkdir(exist_ok=True)
    text = "\n".join(json.loads(line)["text"] for line in (labels / "b.jsonl").read_text(encoding="utf-8").splitlines())
    (tmp_path / "small/b_0123.txt").write_text(text, encoding="utf-8")
    words = ("evaluate", "--labels", labels / "b.jsonl", "--model", small_folder)
    row = json.loads(stance(*words, "--format", "json").stdout)
    assert row["speakers"]["small/zh"]["model"] == {"statements": 3, "accuracy": 1, "f1_not_author": 1}
    assert list(row["speakers"]["small/zh"]) == ["model", "first rule wins", "always the author"]
    assert "always the author" in stance(*words).stdout.decode()


@pytest.mark.usefixtures("labels")
@pytest.mark.parametrize("option", ["--learning-curve", "--ablation"])
def test_trials(stance: Run, option: str) -> None:
    done = stance("evaluate", option, "--format", "json")
    assert (done.returncode, done.stderr.decode().splitlines()) == (0, [PROGRESS])
    trials, end = json.JSONDecoder().raw_decode(done.stdout.decode())
    speakers = [json.loads(line)["speakers"] for line in done.stdout.decode()[end:].splitlines() if line]
    assert bool(speakers) == (option == "--ablation")
    names = [trial["name"] for trial in trials]
    assert names[-1] == "100% of the documents" if option == "--learning-curve" else names[0] == "everything"
    assert all(0 <= score <= 1 for trial in trials for score in trial["macro_f1"].values())
    lines = stance("evaluate", option).stdout.decode().splitlines()
    told = [line.split(" (")[0] for line in lines if not line.startswith("speakers ")]
    assert told == names
    assert [line.split(":")[0] for line in lines if line.startswith("speakers ")] == [f"speakers {s}" for s in speakers]


@pytest.mark.usefixtures("labels")
def test_mistakes_come_with_evidence(stance: Run) -> None:
    done = stance("evaluate", "--errors", "3", "--format", "json")
    assert (done.returncode, done.stderr.decode().splitlines()) == (0, [PROGRESS])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(rows) <= 3
    for row in rows:
        assert row["labelled"] != row["predicted"]
        assert row["evidence"]
    assert [row["confidence"] for row in rows] == sorted((row["confidence"] for row in rows), reverse=True)


@pytest.mark.usefixtures("labels")
def test_agreement(stance: Run) -> None:
    done = stance("evaluate", "--agreement")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().splitlines() == [
        "labels: 4 units labelled by both annotators",
        "stance   Cohen's kappa 0.556  (3 the same)",
        "speaker  Cohen's kappa 1.000  (4 the same)",
    ]
    row = json.loads(stance("evaluate", "--agreement", "--labels", "labels", "--format", "json").stdout)
    assert row == {
        "labels": {
            "units": 4,
            "stance": {"kappa": 0.5556, "same": 3},
            "speaker": {"kappa": 1.0, "same": 4},
        }
    }


@pytest.mark.parametrize("words", [[], ["--agreement"], ["--labels", "nowhere"]])
def test_nothing_to_evaluate(words: list[str], stance: Run) -> None:
    done = stance("evaluate", *words)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"stance: ")
    assert done.stderr.count(b"\n") == 1


def test_empty_labels(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = stance("evaluate", "--labels", "empty.jsonl")
    assert done.returncode == 1
    assert done.stderr.startswith(b"stance: empty.jsonl: ")


def test_a_document_named_like_a_pattern(stance: Run, labels: Path, small_folder: Path) -> None:
    path = labels / "b.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("small/b", "**"), encoding="utf-8")
    assert stance("evaluate", "--labels", path, "--model", small_folder).returncode == 0
