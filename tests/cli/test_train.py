import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from stance.learning.labels import load_documents
from stance.learning.training import digest

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def test_train(stance: Run, small_labels: Path, tmp_path: Path) -> None:
    done = stance("train", "--labels", small_labels, "--model", "mine/model")
    assert done.returncode == 0, done.stderr
    out = done.stdout.decode()
    lines = out.splitlines()
    assert lines[0] == "zh: 3 documents, 10 statements (3 pro-open, 3 pro-closed, 4 neutral)"
    assert lines[1].startswith("en: no documents")
    assert lines[2] == "10 statements of 3 documents, each document left out in turn"
    for word in ("macro-F1", "words only", "majority", "calibration error"):
        assert word in out
    assert lines[-1] == "wrote mine/model; use it with `stance predict --model mine/model`"
    progress = done.stderr.decode().splitlines()
    assert len(progress) == 2
    assert all(line.endswith("…") for line in progress)

    folder = tmp_path / "mine/model"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "metadata.json", "speakers.safetensors", "weights.safetensors",
    ]  # fmt: skip
    card = (folder / "README.md").read_text(encoding="utf-8")
    metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
    sha256 = digest(load_documents(small_labels))
    assert metadata["labels"] == {"sha256": sha256, "documents": 3, "statements": 10}
    assert card.startswith("# Model card\n")
    assert sha256 in card
    assert lines[0] in card
    (ours,) = [line for line in lines if line.startswith("│ small/zh ") and line.split("│")[2].strip() == "stance"]
    assert f"| small/zh | stance | {ours.split('│')[3].strip()} |" in card

    predicted = stance("predict", "--model", "mine/model", data="开源更便宜。".encode())
    assert json.loads(predicted.stdout)["stance"] == "pro-open"


def test_broken_label(stance: Run, small_labels: Path, tmp_path: Path) -> None:
    path = small_labels / "broken.jsonl"
    text = "开源更便宜。"
    row = {"document": "d", "text": text, "speaker": "author", "stance": "neutral", "annotator": "t", "note": ""}
    rows = [row | {"start": 9 * at, "end": 9 * at + len(text)} for at in range(20)]
    rows[16]["stance"] = "open"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    done = stance("train", "--labels", small_labels, "--model", "mine")
    assert (done.returncode, done.stdout) == (1, b"")
    message = f"stance: {path}:17: stance 'open' is none of pro-open, pro-closed, neutral\n"
    assert done.stderr.decode() == message
    assert not (tmp_path / "mine").exists()


def test_no_labels(stance: Run) -> None:
    done = stance("train", "--labels", "nowhere", "--model", "mine")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().startswith("stance: nowhere: no label files")


def test_one_document(stance: Run, small_labels: Path) -> None:
    done = stance("train", "--labels", small_labels / "a.jsonl", "--model", "mine")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1].startswith("stance: only one document (small/a)")


def test_empty_labels(stance: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    done = stance("train", "--labels", "empty.jsonl", "--model", "mine")
    assert done.returncode == 1
    assert done.stderr.decode().splitlines()[-1].startswith("stance: empty.jsonl: ")
