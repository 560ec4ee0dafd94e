"""Repairs of raw text, each by itself."""

from typing import Any

import pytest

from stance.repair.clean import clean, restore_dots

Case = dict[str, Any]


@pytest.mark.cases("clean")
def test_clean(case: Case) -> None:
    assert clean(case["text"]) == case["cleaned"]


@pytest.mark.cases("dots")
def test_dots_of_names(case: Case) -> None:
    assert restore_dots(case["text"]) == case["restored"]
