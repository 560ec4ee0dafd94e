"""The passages written for training: whole, in a natural mix, and no template among them."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from stance.learning.agreement import annotator_agreement
from stance.learning.labels import LabelledDocument, check_labels, group, read_labels, text_of
from stance.reading import read
from stance.types import Language, Stance

CORPUS = Path(__file__).parents[1] / "labels/authored"
FILES = sorted(file for language in Language for file in (CORPUS / language).rglob("*.jsonl"))
# A run of so many characters that stands in more passages than that is a template.
RUN = {Language.CHINESE: 12, Language.ENGLISH: 40}
PASSAGES = 3


def _passages(files: list[Path]) -> list[LabelledDocument]:
    return [document for file in files for document in group(read_labels(file))]


@pytest.fixture(scope="module")
def passages() -> list[LabelledDocument]:
    return _passages(FILES)


@pytest.mark.parametrize("language", Language)
def test_there_are_enough(language: Language) -> None:
    own = _passages([file for file in FILES if file.relative_to(CORPUS).parts[0] == language])
    assert len(own) >= 250
    assert sum(len(passage.labels) for passage in own) >= 2000


@pytest.mark.parametrize("language", Language)
def test_a_third_or_more_is_set_aside(language: Language) -> None:
    own = [file for file in FILES if file.relative_to(CORPUS).parts[0] == language]
    aside = [file for file in own if file.parent.name == "aside"]
    share = len(_passages(aside)) / len(_passages(own))
    assert 0.25 <= share <= 0.55


@pytest.mark.parametrize("language", Language)
def test_most_statements_are_neutral(language: Language) -> None:
    own = _passages([file for file in FILES if file.relative_to(CORPUS).parts[0] == language])
    counts = Counter(stance for passage in own for stance in passage.stances)
    assert 0.60 <= counts[Stance.NEUTRAL] / counts.total() <= 0.68
    assert 0.19 <= counts[Stance.PRO_OPEN] / counts.total() <= 0.24
    assert 0.12 <= counts[Stance.PRO_CLOSED] / counts.total() <= 0.16


def test_every_passage_has_its_own_name(passages: list[LabelledDocument]) -> None:
    assert len({passage.id for passage in passages}) == len(passages)


def test_languages_are_those_of_the_folders() -> None:
    for file in FILES:
        language = file.relative_to(CORPUS).parts[0]
        assert {passage.language for passage in _passages([file])} == {language}, file


def test_labels_fit_the_text_as_it_is_read(passages: list[LabelledDocument]) -> None:
    for passage in passages:
        check_labels(passage, read(text_of(passage), id=passage.id))


def test_no_sentence_stands_twice(passages: list[LabelledDocument]) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for passage in passages:
        for label in passage.labels:
            if len(label.statement.text) > 12:
                places[label.statement.text].append(passage.id)
    assert not {text: found for text, found in places.items() if len(found) > 1}


def test_there_are_no_templates(passages: list[LabelledDocument]) -> None:
    runs: dict[str, set[str]] = defaultdict(set)
    for passage in passages:
        text, size = text_of(passage), RUN[passage.language]
        for run in (text[start : start + size] for start in range(len(text) - size + 1)):
            if passage.language is Language.ENGLISH or sum(ch.isascii() for ch in run) < size / 2:  # Hugging Face
                runs[run].add(passage.id)
    assert not {run: found for run, found in runs.items() if len(found) > PASSAGES}


def test_no_passage_nearly_repeats_another(passages: list[LabelledDocument]) -> None:
    """Two passages share at most a tenth of their runs of eight characters."""
    shingles = []
    for passage in passages:
        text = text_of(passage)
        size = RUN[passage.language] * 2 // 3
        shingles.append((passage.id, {text[start : start + size] for start in range(len(text) - size + 1)}))
    owners: dict[str, list[int]] = defaultdict(list)
    for number, (_, own) in enumerate(shingles):
        for run in own:
            owners[run].append(number)
    shared: Counter[tuple[int, int]] = Counter()
    for found in owners.values():
        shared.update((a, b) for at, a in enumerate(found) for b in found[at + 1 :])
    near = [
        (shingles[a][0], shingles[b][0])
        for (a, b), n in shared.items()
        if n > 0.1 * min(len(shingles[a][1]), len(shingles[b][1]))
    ]
    assert not near


def test_a_fifth_has_two_annotators_who_agree(passages: list[LabelledDocument]) -> None:
    agreement = annotator_agreement(CORPUS)["authored"]
    assert agreement.units >= 0.2 * sum(len(passage.labels) for passage in passages)
    assert agreement.stance_kappa > 0.9
    assert agreement.speaker_kappa > 0.9
    guide = (CORPUS.parent / "README.md").read_text(encoding="utf-8").split("## How the passages")[1]
    assert f"| stance | {agreement.stance_kappa:.3f} | {agreement.stance_same} of {agreement.units} units |" in guide
    assert f"| speaker | {agreement.speaker_kappa:.3f} | {agreement.speaker_same} of {agreement.units} units |" in guide


def test_speakers_are_made_up(passages: list[LabelledDocument]) -> None:
    """No words are put into the mouth of anybody the lexicon knows as a person."""
    from stance.language.lexicon import Kind, people

    real = {
        name for entity in people().entities if entity.kind is Kind.PERSON for name in entity.names if len(name) > 2
    }
    speakers = {label.statement.speaker_name for passage in passages for label in passage.labels}
    assert not {name for speaker in speakers for name in speaker.split("、") if name in real}
