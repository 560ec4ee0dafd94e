import re
from string import Formatter

from stance.learning.model import load
from stance.report.wording import wording
from stance.types import Language, Stance

ZH, EN = wording(Language.CHINESE), wording(Language.ENGLISH)


def test_both_languages_say_the_same() -> None:
    assert set(ZH.text) == set(EN.text) > set(Stance)
    assert set(ZH.features) == set(EN.features)
    for key, text in EN.text.items():
        fields, other = ({field for _, field, _, _ in Formatter().parse(one) if field} for one in (text, ZH.text[key]))
        assert fields == other, key


def test_every_cue_of_the_model_has_a_wording() -> None:
    for model in load().languages.values():
        for view in ("cues", "score", "around"):
            for feature in model.views[view].vocabulary:
                said = ZH.feature(feature if view == "cues" else f"{view}: {feature}")
                assert not re.search("[a-z]", said), (feature, said)
