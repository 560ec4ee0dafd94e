import hashlib
import re
from pathlib import Path

import pytest

from stance.learning.agreement import annotator_agreement
from stance.learning.labels import LabelledDocument, check_labels, load_documents
from stance.types import Document, Stance

ROOT = Path(__file__).parents[1]
SEEDS = {
    "000_104b46a4cccbb12c.txt": "f5b610e3b738c2723d1543304942cea93788e647a0d25a17a4066cd5243cbb85",
    "001_a9667df15aa70b78.txt": "5567fc947af095b84faac7401c2bdafbeebeef817c78f31f888f8ab0c383de5e",
    "002_d7cb7fb013a2cf50.txt": "be119c21e9079252eff519422428293d3f1e95840d9ec9c7fb16efbc601f04eb",
    "003_ca4678641d0de2dc.txt": "d3b67549414a3ef4fe4f9faca945459a03e63a2a6017ad085062f21ce99ca6a2",
    "004_36d87954b4addd71.txt": "5c1f7472d59fc9c8de7c6d219999a8c9d28b92adf70d0c3985c95c31ccde5b12",
}
FILES = sorted((ROOT / "labels/seeds").rglob("*.jsonl"))
GUIDE = (ROOT / "labels/README.md").read_text(encoding="utf-8")


def _one(path: Path) -> LabelledDocument:
    (document,) = load_documents(path)
    return document


def test_seeds_are_never_edited() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "seeds").iterdir()}
    assert found == SEEDS


def test_every_seed_is_labelled_by_both_and_adjudicated() -> None:
    homes = ("", "annotators/a/", "annotators/b/")
    names = {f"{home}{seed[:3]}.jsonl" for home in homes for seed in SEEDS}
    assert {path.relative_to(ROOT / "labels/seeds").as_posix() for path in FILES} == names


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / "labels/seeds").as_posix())
def test_labels_fit_their_seed(path: Path, seed_documents: dict[str, Document]) -> None:
    labelled = _one(path)
    assert labelled.id == f"seeds/{path.stem}"
    document = seed_documents[labelled.id]
    check_labels(labelled, document)
    end = 0
    for statement in labelled.statements:
        assert document.text[statement.start : statement.end] == statement.text
        assert not document.text[end : statement.start].strip()
        end = statement.end
    assert not document.text[end:].strip()
    assert document.language is labelled.language


@pytest.mark.parametrize("seed", [seed[:3] for seed in SEEDS])
def test_what_the_annotators_agree_on_stands(seed: str) -> None:
    found = [
        {(label.statement, label.stance) for label in _one(ROOT / f"labels/seeds/{home}{seed}.jsonl").labels}
        for home in ("", "annotators/a/", "annotators/b/")
    ]
    assert found[1] & found[2] <= found[0]


def test_annotators_sign_their_labels() -> None:
    for path in FILES:
        if path.parent.parent.name == "annotators":
            assert {label.annotator for label in _one(path).labels} == {path.parent.name}


def test_counts_are_those_of_the_guide() -> None:
    rows = re.findall(r"^\| (seeds/\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", GUIDE, re.MULTILINE)
    assert len(rows) == len(SEEDS)
    for name, *numbers in rows:
        stances = _one(ROOT / f"labels/{name}.jsonl").stances
        assert [len(stances), *(stances.count(stance) for stance in Stance)] == [int(number) for number in numbers]


def test_agreement_is_that_of_the_guide() -> None:
    rows = re.findall(
        r"^\| (stance|speaker) \| ([\d.]+) \| (\d+) of (\d+) units \|$",
        GUIDE.split("## How the passages")[0],
        re.MULTILINE,
    )
    printed = {what: (float(kappa), int(same), int(units)) for what, kappa, same, units in rows}
    found = annotator_agreement(ROOT / "labels/seeds")["seeds"]
    assert printed == {
        "stance": (round(found.stance_kappa, 3), found.stance_same, found.units),
        "speaker": (round(found.speaker_kappa, 3), found.speaker_same, found.units),
    }
