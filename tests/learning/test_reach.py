import pytest

from stance.learning.cues import cue_reader
from stance.learning.features import normalize
from stance.learning.reach import reaches
from stance.types import Language


def _reaches(language: Language, *texts: str) -> list[list[str]]:
    normal = [normalize(text) for text in texts]
    return list(reaches(normal, [cue_reader(language).read(text) for text in normal], language))


def test_the_debate_is_nearer_or_farther() -> None:
    found = _reaches(Language.CHINESE, "开源更便宜。", *["明天有雨。"] * 10)
    assert [one[0] for one in found] == [
        *("debate here", "debate next", "debate near", "debate near"),
        *["debate far"] * 5,
        *["debate somewhere"] * 2,
    ]
    assert found[0] == ["debate here", "ai here", "side here", "debate here, side here"]


def test_what_stands_behind_counts_as_well() -> None:
    assert _reaches(Language.ENGLISH, "It rained.", "Open-source models are cheaper.")[0][0] == "debate next"


@pytest.mark.parametrize(
    ("language", "text"),
    [(Language.CHINESE, "这家店周末开放到九点。"), (Language.ENGLISH, "The shop is open; modeling clay sells well.")],
)
def test_the_words_in_other_senses_are_no_debate(language: Language, text: str) -> None:
    assert _reaches(language, text)[0][:2] == ["debate nowhere", "ai nowhere"]


def test_nothing_in_nothing_out() -> None:
    assert _reaches(Language.ENGLISH) == []
