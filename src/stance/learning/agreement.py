"""How far annotators agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stance.errors import LabelError
from stance.learning.labels import LabelledDocument, group, read_labels


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two annotators agree."""

    units: int
    """Stretches with one label by each; where one cut a sentence and the other did not, both parts count."""
    stance_kappa: float
    stance_same: int
    speaker_kappa: float
    speaker_same: int


def agreement(first: Sequence[LabelledDocument], second: Sequence[LabelledDocument]) -> Agreement:
    """Cohen's kappa for stance and speaker over the documents that both annotators labelled."""
    others = {document.id: document for document in second}
    stances: list[tuple[str, str]] = []
    speakers: list[tuple[str, str]] = []
    for document in first:
        if document.id not in others:
            continue
        theirs = others[document.id].labels
        at = 0
        for label in document.labels:
            while at < len(theirs) and theirs[at].statement.end <= label.statement.start:
                at += 1
            for other in theirs[at:]:
                if other.statement.start >= label.statement.end:
                    break
                stances.append((label.stance, other.stance))
                speakers.append((label.statement.speaker_name, other.statement.speaker_name))
    return Agreement(
        len(stances), kappa(stances), sum(a == b for a, b in stances), kappa(speakers), sum(a == b for a, b in speakers)
    )


def annotator_agreement(folder: Path) -> dict[str, Agreement]:
    """The agreement of each two annotators whose labels lie below `folder`, in ``…/annotators/<name>/``, by the place.

    Raises `LabelError` where there are none, or not two.
    """
    places = sorted(place for place in [folder, *folder.rglob("*")] if place.name == "annotators" and place.is_dir())
    found = {}
    for place in places:
        homes = sorted(home for home in place.iterdir() if home.is_dir())
        if len(homes) != 2:
            raise LabelError(f"{place}: {len(homes)} annotators below it; labels of two belong in …/annotators/<name>/")
        first, second = (
            [document for file in sorted(home.glob("*.jsonl")) for document in group(read_labels(file))]
            for home in homes
        )
        found[place.parent.name or str(place.parent)] = agreement(first, second)
    if not found:
        raise LabelError(f"{folder}: 0 annotators below it; labels of two belong in …/annotators/<name>/")
    return found


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa (1960): agreement beyond chance; 1 where there is nothing to disagree on.

    >>> kappa([("a", "a"), ("b", "b"), ("a", "b"), ("b", "b")])
    0.5
    """
    if not pairs:
        return 1.0
    total = len(pairs)
    observed = sum(a == b for a, b in pairs) / total
    values = {value for pair in pairs for value in pair}
    chance = sum(sum(a == v for a, _ in pairs) * sum(b == v for _, b in pairs) for v in values) / total**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)
