import re
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

Run = Callable[..., subprocess.CompletedProcess[bytes]]


def test_a_port_that_is_taken(stance: Run, small_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = stance("serve", "--port", port, "--model", small_folder)
    assert (done.returncode, done.stdout) == (1, b"")
    message = (
        f"stance: 127.0.0.1:{port}: address already in use; name another port with --port, or 0 for any that is free\n"
    )
    assert done.stderr.decode() == message


def test_a_host_that_is_none(stance: Run, small_folder: Path) -> None:
    done = stance("serve", "--host", "no.such.host.invalid", "--port", "0", "--model", small_folder)
    assert (done.returncode, done.stdout) == (1, b"")
    assert re.fullmatch(r"stance: no\.such\.host\.invalid:0: .+\n", done.stderr.decode())


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("nowhere.txt", None, "stance: nowhere.txt: No such file or directory; name a readable text file"),
        ("my.pdf", b"%PDF-1.7", "stance: my.pdf: not text but a PDF; save it as plain text"),
        ("empty.txt", b"\n", "stance: empty.txt: no text in it; paste or choose an article"),
    ],
)
def test_files_that_are_no_articles(
    name: str, data: bytes | None, message: str, stance: Run, small_folder: Path, tmp_path: Path
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    done = stance("serve", name, "--port", "0", "--model", small_folder)
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode().splitlines() == ["Reading …", message]


def test_a_model_that_is_damaged(stance: Run, small_folder: Path) -> None:
    (small_folder / "weights.safetensors").write_bytes(b"x")
    done = stance("serve", "--port", "0", "--model", small_folder)
    assert (done.returncode, done.stdout) == (1, b"")
    assert "weights.safetensors: damaged" in done.stderr.decode()


def test_the_address_holds_the_token_and_only_this_machine_is_let_in(
    stance_command: list[str], environment: dict[str, str], small_folder: Path, tmp_path: Path
) -> None:
    tokens = set()
    for _ in range(2):
        command = [*stance_command, "serve", "--port", "0", "--model", str(small_folder)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, text=True
        ) as server:
            assert server.stdout is not None
            assert server.stderr is not None
            url = server.stdout.readline().strip()
            found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=([\w-]{32,})", url)
            assert found
            tokens.add(found[2])
            with build_opener(ProxyHandler({})).open(url.replace("/?", "/static/stance.css?"), timeout=30) as page:
                assert page.status == 200
            listening = Path("/proc/net/tcp")
            if listening.exists():
                port = f":{int(found[1]):04X}"
                ours = [line.split()[1] for line in listening.read_text().splitlines() if port in line.split()[1]]
                assert set(ours) == {f"0100007F{port}"}
            server.send_signal(signal.SIGINT)
            assert server.wait(30) == 130
            assert server.stderr.read() == "Open this address in a browser; stop with Ctrl-C.\n"
    assert len(tokens) == 2
