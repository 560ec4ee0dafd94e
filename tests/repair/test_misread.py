"""Text that was read by the wrong encoding comes back, and nothing else is touched."""

import subprocess
import sys
from typing import Any

import pytest

from stance.repair.clean import clean
from stance.repair.misread import mend_misread_lines
from stance.repair.plausible import sense

Case = dict[str, Any]


@pytest.mark.cases("misread")
def test_misread(case: Case) -> None:
    """A case gives what is shown, or the text, the encoding it was written in, and the one it was read by."""
    if "shown" in case:
        shown, mended = case["shown"], case["mended"]
    else:
        shown = case["text"].encode(case["written"]).decode(case["read"], case.get("errors", "strict"))
        mended = case.get("mended", case["text"])
        assert shown != mended
    assert mend_misread_lines(shown) == mended
    assert mend_misread_lines(mended) == mended


def test_what_was_misread_twice_comes_back() -> None:
    twice = "谁都能查，水来了。".encode().decode("latin-1").encode().decode("latin-1")
    assert clean(twice) == "谁都能查，水来了。"


def test_nothing_is_lost_that_was_there() -> None:
    """A character whose bytes are gone costs no other one, and no quotation mark."""
    shown = "“许骢”问：“名单呢？”".encode().decode("cp1252", "replace")
    mended = mend_misread_lines(shown)
    assert len(mended) == len("“许骢”问：“名单呢？”")
    assert mended.count("“") == mended.count("”") == 2
    assert sense(mended) > sense(shown)


@pytest.mark.parametrize("text", ["Zoë’s “CAFÉ” – déjà vu, née à Zürich…", "我们说：“开源”——他不信。", "Łódź"])
def test_ftfy_is_not_loaded_for_text_that_is_well(text: str) -> None:
    script = f"import sys; from stance.repair.clean import clean; clean({text!r}); print('ftfy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
