"""rjieba cuts as jieba does, and jieba's cache is private."""

import json
import logging
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from stance.language.chinese import HAN, is_traditional, own_words, segment, simplify, to_traditional
from stance.repair.clean import clean
from stance.repair.word_model import word_model

# As in chinese.py: the frequency of our own words.
_OWN_WORD = 3000
_SCRIPT = "from stance.repair.word_model import word_model; print(word_model().log_likelihood('开源'))"


def test_rjieba_cuts_as_jieba(seeds: list[str], root: Path) -> None:
    """On the seeds and on every authored statement."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.CRITICAL)
    tokenizer = jieba.Tokenizer()
    for word in own_words():
        tokenizer.add_word(word, _OWN_WORD, "n")
    files = sorted((root / "labels/authored/zh").rglob("*.jsonl"))
    authored = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [*map(clean, seeds), *authored]
    runs = {run for text in texts for run in re.findall(f"[{HAN}]+", simplify(text))}
    assert len(runs) > 10_000
    different = [run for run in sorted(runs) if segment(run) != list(tokenizer.cut(run, HMM=False))]
    assert different == []


def test_own_words_stay_whole() -> None:
    assert segment("开源大模型") == ["开源", "大模型"]


def test_scripts() -> None:
    assert is_traditional("開源與閉源的討論")
    assert not is_traditional("开源与闭源的讨论")
    assert to_traditional("开源") == "開源"
    assert simplify("開源") == "开源"


def test_a_likely_text_is_likelier() -> None:
    assert word_model().log_likelihood("我们为什么要做大模型") > word_model().log_likelihood("槁裁匆龃竽P停渴撬軌")


def _run(script: str, home: Path) -> subprocess.CompletedProcess[str]:
    places = {name: str(home) for name in ("XDG_CACHE_HOME", "TMPDIR", "HOME")}
    environment = os.environ | places | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60
    )


def test_a_planted_cache_is_not_read(tmp_path: Path) -> None:
    planted = tmp_path / "jieba.cache"
    planted.write_bytes(b"this is no cache")
    result = _run(_SCRIPT, tmp_path)
    assert float(result.stdout) == pytest.approx(word_model().log_likelihood("开源"))
    assert planted.read_bytes() == b"this is no cache"
    assert (tmp_path / "stance").stat().st_mode & 0o077 == 0


def test_a_cache_that_others_may_write_is_not_used(tmp_path: Path) -> None:
    folder = tmp_path / "stance"
    folder.mkdir()
    folder.chmod(0o777)
    _run(_SCRIPT, tmp_path)
    assert list(folder.iterdir()) == []


def test_import_is_quiet(tmp_path: Path) -> None:
    result = _run("import stance.reading; " + _SCRIPT, tmp_path)
    assert result.stderr == ""
