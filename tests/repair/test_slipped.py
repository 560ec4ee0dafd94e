"""Slipped bytes come back, and the model of words is loaded for nothing else."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest

from stance.layout import lay_out
from stance.repair.clean import clean
from stance.repair.slipped import mend_slipped_bytes
from stance.repair.slips import find_slips

Case = dict[str, Any]
_SCRIPT = """
import sys
from stance.repair.clean import clean
from stance.repair import slipped
clean(sys.argv[1])
print(slipped.word_model.cache_info().currsize, 'jieba' in sys.modules)
"""


@pytest.mark.cases("mojibake")
def test_slipped_bytes(case: Case) -> None:
    if "mended" in case:
        assert mend_slipped_bytes(case["text"]) == case["mended"]
    else:
        assert lay_out(clean(case["text"])).text == case["cleaned"]


@pytest.mark.parametrize(
    "text",
    [
        "He asked, “Is open source safe?” Nobody knew.",
        "“Why?” she said. ‘Who?’ (When?) “Really?”—“Yes.” What?…",
        "« Vraiment ?» demanda Zoë. Où?",
        "他问：“为什么?”没人知道。",
        "「真的嗎?」她問。（可以嗎?）",
        "真的吗?我不信。能改吗?可以。",
        "开源安全吗?!谁知道?？",
        "他叫什么?王小川说不知道。",
        "涨了吗?3.5元。几点?9点。",
        "巴兹?奥尔德林来了。",
        "见 https://example.org/搜索?q=模型&page=2",
        "x = a ? b : c; y?.z ?? '值'",
    ],
)
def test_questions_do_not_ask_the_model_of_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> NoReturn:
        raise AssertionError("the model of words was asked")

    monkeypatch.setattr("stance.repair.slipped.word_model", refuse)
    assert mend_slipped_bytes(text) == text


def test_few_questions_of_our_passages_look_slipped(root: Path) -> None:
    """With half-width marks, as much of the web has them."""
    files = sorted((root / "labels/authored").rglob("*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    asked = [text.replace("？", "?") for text in texts if "？" in text or "?" in text]
    assert len(asked) > 500
    assert len([text for text in asked if find_slips(text)]) < 0.01 * len(asked)


@pytest.mark.parametrize(
    ("text", "loaded"), [("他问：“为什么?”没人知道。", "0 False"), ("談?wù)摲忾]的平臺", "1 True")]
)
def test_the_dictionary_is_loaded_for_slipped_bytes_alone(text: str, loaded: str) -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT, text], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == loaded
