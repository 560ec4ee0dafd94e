"""Several tabs, several processes, and ends without warning."""

import json
import re
import subprocess
import threading
import time
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from stance.learning.labels import load_documents, read_labels

Serve = Callable[..., Any]
TEXT = "".join(f"第{number}天，开源又便宜了一点。" for number in range(1, 61))


def _tab(url: str) -> OpenerDirector:
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    opener.open(url, timeout=30).close()
    return opener


def _post(opener: OpenerDirector, base: str, path: str, **form: object) -> Any:
    request = Request(base + path, urlencode(form).encode(), {"Origin": base})
    return opener.open(request, timeout=30)


def _label(opener: OpenerDirector, base: str, path: str, at: int, note: str) -> None:
    with _post(opener, base, path, at=at, action="neutral", speaker="author", note=note) as answer:
        assert answer.status == 200


def test_two_tabs_of_two_servers_lose_nothing(serve: Serve, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT, encoding="utf-8")
    failed: list[BaseException] = []

    def work(server: Any, places: range) -> None:
        try:
            tab = _tab(server.url)
            with tab.open(f"{server.base}/annotate", timeout=30) as answer:
                path = answer.url.removeprefix(server.base)
            for at in places:
                _label(tab, server.base, path, at, f"{at}")
        except BaseException as error:
            failed.append(error)

    with serve(article) as one, serve(article) as other:
        threads = [
            threading.Thread(target=work, args=(server, range(first, 60, 4)))
            for first, server in enumerate((one, one, other, other))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failed
    (document,) = load_documents(tmp_path / "small/local")
    assert sorted(int(label.note) for label in document.labels) == list(range(60))


def test_what_was_acknowledged_survives_kill_nine(serve: Serve, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT, encoding="utf-8")
    acknowledged: list[int] = []
    with serve(article) as server:
        tab = _tab(server.url)
        with tab.open(f"{server.base}/annotate", timeout=30) as answer:
            path = answer.url.removeprefix(server.base)

        def work() -> None:
            for at in range(60):
                try:
                    _label(tab, server.base, path, at, f"{at}")
                except OSError:
                    return
                acknowledged.append(at)

        thread = threading.Thread(target=work)
        thread.start()
        while len(acknowledged) < 10:
            time.sleep(0.005)
        server.kill()
        thread.join()
    (file,) = (tmp_path / "small/local").glob("*.jsonl")
    kept = {int(label.note) for label in read_labels(file)}
    assert 10 <= len(acknowledged) < 60
    assert set(acknowledged) <= kept
    with serve(article) as again:
        tab = _tab(again.url)
        with tab.open(f"{again.base}/annotate", timeout=30) as answer:
            found = re.search(r"(\d+) (?:of|/) 60", answer.read().decode())
    assert found
    assert int(found[1]) == len(kept), "annotating goes on where it stopped"


def test_a_server_that_is_stopped_stops_its_training(serve: Serve, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT, encoding="utf-8")
    with serve(article) as server:
        tab = _tab(server.url)
        with tab.open(f"{server.base}/annotate", timeout=30) as answer:
            path = answer.url.removeprefix(server.base)
        _label(tab, server.base, path, 0, "")
        _post(tab, server.base, "/retrain", action="start").close()
        children = _children(server.process.pid)
        assert children
    assert server.process.returncode == 130
    assert _gone(children)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def _gone(pids: list[int], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < end:
        time.sleep(0.05)
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_rows_are_label_lines(serve: Serve, tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT, encoding="utf-8")
    with serve(article, "--annotator", "mei") as server:
        tab = _tab(server.url)
        with tab.open(f"{server.base}/annotate", timeout=30) as answer:
            path = answer.url.removeprefix(server.base)
        _label(tab, server.base, path, 3, "why")
    (file,) = (tmp_path / "small/local").glob("*.jsonl")
    (row,) = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert list(row) == ["document", "start", "end", "text", "speaker", "stance", "annotator", "note"]
    assert (row["annotator"], row["note"], row["stance"]) == ("mei", "why", "neutral")
