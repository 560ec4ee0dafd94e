import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from stance.types import Prediction
from stance.web.guard import MOST_BYTES
from stance.web.state import Workspace

TOKEN = "token-of-the-tests"
ORIGIN = "http://127.0.0.1"
NewClient = Callable[..., TestClient]
SCRIPT = "<script>alert(1)</script>"


def _paste(client: TestClient, text: str) -> str:
    answer = client.post("/analyse", data={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.url.path


# --- other names, other sites, no token ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "10.0.0.1"]
)
@pytest.mark.parametrize("path", ["/", "/static/stance.js", f"/?token={TOKEN}"])
def test_another_host_name(name: str, path: str, client: TestClient) -> None:
    answer = client.get(path, headers={"Host": name}, follow_redirects=False)
    assert answer.status_code == 421
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.1:8765", "localhost:1", "LOCALHOST", "[::1]:8765"])
def test_our_own_names(name: str, new_client: NewClient) -> None:
    assert (
        new_client(enter=False).get(f"/?token={TOKEN}", headers={"Host": name}, follow_redirects=False).status_code
        == 303
    )


@pytest.mark.parametrize(
    ("name", "status"),
    [("10.0.0.1:8765", 303), (socket.gethostname(), 303), ("evil.example", 421), ("[fe80::1]:1", 303)],
)
def test_names_where_other_machines_are_let_in(name: str, status: int, new_client: NewClient) -> None:
    client = new_client(enter=False, host="0.0.0.0")
    assert client.get(f"/?token={TOKEN}", headers={"Host": name}, follow_redirects=False).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:81"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": ORIGIN, "Sec-Fetch-Site": "same-site"},
        {"Origin": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/analyse", "/annotate/x", "/retrain"])
def test_another_site(headers: dict[str, str], path: str, client: TestClient, workspace: Workspace) -> None:
    answer = client.post(path, data={"text": "开源更便宜。", "action": "start"}, headers=headers)
    assert answer.status_code == 403
    assert "did not come from a page of this server" in answer.text
    assert not workspace.batches()
    assert not workspace.retraining.running


def test_no_word_of_where_it_comes_from(client: TestClient) -> None:
    del client.headers["Origin"]
    assert client.post("/analyse", data={"text": "开源更便宜。"}).status_code == 403
    assert (
        client.post("/analyse", data={"text": "开源更便宜。"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code
        == 200
    )


@pytest.mark.parametrize("path", ["/", "/annotate", "/retrain", "/guide", "/?token=wrong", "/?token=", "/nowhere"])
def test_no_token_no_page(path: str, client: TestClient, new_client: NewClient) -> None:
    read = _paste(client, "开源更便宜。")
    stranger = new_client(enter=False)
    for asked in (path, read, f"{read}/download/jsonl", read.replace("articles", "annotate")):
        answer = stranger.get(asked)
        assert answer.status_code == 403
        assert "开源更便宜" not in answer.text


@pytest.mark.parametrize("cookie", ["", "wrong", "é", TOKEN + "x", TOKEN[:-1]])
def test_no_token_no_writing(cookie: str, new_client: NewClient, workspace: Workspace) -> None:
    client = new_client()
    (name,) = client.cookies
    stranger = new_client(enter=False)
    headers = [(b"Cookie", f"{name}={cookie}".encode())]
    assert stranger.post("/analyse", data={"text": "开源更便宜。"}, headers=headers).status_code == 403
    assert not workspace.batches()


def test_the_token_is_a_strict_cookie_and_leaves_the_address(new_client: NewClient) -> None:
    answer = new_client(enter=False).get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_token_is_no_way_to_write(new_client: NewClient, workspace: Workspace) -> None:
    answer = new_client(enter=False).post(f"/analyse?token={TOKEN}", data={"text": "开源更便宜。"})
    assert answer.status_code == 403
    assert not workspace.batches()


# --- what the browser is told ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/retrain", "/nowhere", "/static/stance.js", "/static/nothing.js", "/guide"])
def test_every_answer_is_strict(path: str, client: TestClient) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"


def test_pages_hold_no_script_or_style_and_ask_nobody_else(client: TestClient, root: Path) -> None:
    read = _paste(client, "顾明川说，开源更便宜。")
    for path in ("/", "/retrain", "/guide", "/nowhere", read, read.replace("articles", "annotate")):
        page = client.get(path).text
        assert "<script src=" in page
        assert not re.search(r"<script(?! src=\"/static/)|<style|\sstyle=|\son\w+=|javascript:", page), path
        assert not re.search(r"(?:src|href|action)=\"(?!/|#|\?)", page.replace(str(root), "")), path


# --- texts that would like to be code --------------------------------------------------------------------------------


def test_a_statement_is_shown_not_run(client: TestClient) -> None:
    path = _paste(client, f"顾明川说，开源更便宜{SCRIPT}。\n\n“><img src=x onerror=alert(2)><foo onerror=alert(1)>”")
    pages = [client.get(path).text, client.get(f"{path.replace('articles', 'annotate')}?at=0").text]
    pages.append(client.get(f"{path.replace('articles', 'annotate')}?at=1").text)
    assert any("alert(1)" in unescape(page) for page in pages)
    for page in pages:
        assert SCRIPT not in page
        assert "<img" not in page
        assert "<foo" not in page
    form = {"at": "0", "action": "neutral", "speaker": f'"{SCRIPT}', "note": f'"{SCRIPT}'}
    client.post(path.replace("articles", "annotate"), data=form)
    for page in (client.get(path).text, client.get(f"{path.replace('articles', 'annotate')}?at=0").text):
        assert "&lt;script&gt;alert(1)" in page
        assert SCRIPT not in page


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", f"{SCRIPT}.txt", "\u202egnp.txt", "a" * 999]
)
def test_names_of_files_are_only_labels(name: str, client: TestClient, workspace: Workspace, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    answer = client.post("/analyse", files=[("file", (name, "开源更便宜。".encode()))])
    assert answer.status_code == 200
    (batch,) = workspace.batches()
    assert "/" not in batch.title
    assert "\\" not in batch.title
    assert batch.title.isprintable()
    assert len(batch.title) <= 80
    assert SCRIPT not in answer.text
    client.post(f"/annotate/{batch.id}", data={"at": "0", "action": "neutral"})
    (written,) = set(tmp_path.rglob("*.jsonl")) - before
    assert re.fullmatch(r"[0-9a-f]{16}\.jsonl", written.name)
    assert written.parent == workspace.folder.path


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd",
        "/articles/..%2f..%2fetc%2fpasswd", "/articles/x/download/..%2f..%2fpasswd", "/annotate/%2e%2e", "/static/",
    ],
)  # fmt: skip
def test_no_path_leads_out(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "root:" not in answer.text
    assert "import " not in answer.text


# --- too much, too long, nothing, no text ----------------------------------------------------------------------------


def test_a_body_that_says_it_is_too_large(client: TestClient) -> None:
    answer = client.post("/analyse", data={"text": "开" * (MOST_BYTES // 2)})
    assert answer.status_code == 413
    assert "More than 5 MB came" in answer.text


def test_a_body_that_does_not_say(client: TestClient, workspace: Workspace) -> None:
    sent = 0

    def body() -> Any:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
        for _ in range(300):
            sent += 100_000
            yield b"a" * 100_000
        yield b"\r\n--x--\r\n"

    answer = client.post("/analyse", content=body(), headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 413
    assert "More than 5 MB came" in answer.text
    assert not workspace.batches()


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 30])
def test_lengths_that_are_none(length: str, client: TestClient) -> None:
    assert client.post("/analyse", content=b"", headers={"Content-Length": length}).status_code == 413


def test_thirty_megabytes_are_refused_while_they_come(serve: Callable[..., Any]) -> None:
    with serve() as server:
        host = server.base.removeprefix("http://")
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=30) as line:
            cookie = _cookie(line, host, server.token)
        with socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), timeout=30) as line:
            head = (
                f"POST /analyse HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            line.sendall(head.encode())
            line.sendall(_chunk(b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n'))
            sent = 0

            def send() -> None:
                nonlocal sent
                with suppress(OSError):
                    for _ in range(500):
                        line.sendall(_chunk(b"a" * 60_000))
                        sent += 60_000

            sender = threading.Thread(target=send)
            sender.start()
            answer = line.recv(65536)
            line.shutdown(socket.SHUT_RDWR)
            sender.join()
        assert answer.startswith(b"HTTP/1.1 413")
        assert MOST_BYTES < sent < 20_000_000


def _cookie(line: socket.socket, host: str, token: str) -> str:
    line.sendall(f"GET /?token={token} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    answer = b""
    while part := line.recv(65536):
        answer += part
    found = re.search(rb"set-cookie: ([^;]+);", answer)
    assert found
    return found[1].decode()


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def test_a_reading_that_takes_too_long(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = new_client(seconds=0.2)
    over = threading.Event()

    def slow(*_: object) -> tuple[Prediction, ...]:
        over.wait(30)
        return ()

    monkeypatch.setattr(Workspace, "_judge", slow)
    started = time.monotonic()
    answer = client.post("/analyse", data={"text": "开源更便宜。"})
    over.set()
    assert answer.status_code == 503
    assert "takes too long" in answer.text
    assert time.monotonic() - started < 10
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("text", ["", " \n\t ", "\u3000\u200b\n"])
def test_an_empty_paste(text: str, client: TestClient, workspace: Workspace) -> None:
    answer = client.post("/analyse", data={"text": text})
    assert answer.status_code == 400
    assert "paste or choose an article" in answer.text
    assert "Plain text (UTF-8" in answer.text
    assert not workspace.batches()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n...", "a PDF"),
        (b"PK\x03\x04xxxx", "an Office document"),
        (bytes(range(256)) * 9, "binary data"),
        (b"", "no text"),
    ],
)
def test_a_file_that_is_no_text(data: bytes, kind: str, client: TestClient, workspace: Workspace) -> None:
    answer = client.post("/analyse", files=[("file", ("my.pdf", data))])
    assert answer.status_code == 400
    assert kind in answer.text
    assert "my.pdf" in answer.text
    assert "copy its text and paste it" in answer.text
    assert not workspace.batches()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe\x00", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
        (b"{}", "application/json"),
    ],
)
def test_bodies_that_are_no_forms(content: bytes, kind: str, client: TestClient) -> None:
    answer = client.post("/analyse", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400


def test_too_many_files(client: TestClient) -> None:
    files = [("file", (f"{number}.txt", b"a")) for number in range(60)]
    answer = client.post("/analyse", files=files)
    assert answer.status_code == 400
    assert "Too many files" in answer.text


def test_other_methods(client: TestClient) -> None:
    assert client.put("/analyse").status_code == 405
    assert client.get("/analyse").status_code == 405
    assert client.delete("/articles/x").status_code == 405


def test_a_fault_tells_the_browser_nothing(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client = new_client()
    client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]

    def fail(*_: object) -> None:
        raise RuntimeError("the secret within")

    monkeypatch.setattr(Workspace, "batches", fail)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something broke" in answer.text
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers
