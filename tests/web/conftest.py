"""A server over a small corpus: in this process for most tests, in one of its own where processes matter."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pytest
from starlette.testclient import TestClient

from stance.cli.output import Write, writer
from stance.web.app import create_app
from stance.web.state import Workspace

TOKEN = "token-of-the-tests"
ORIGIN = "http://127.0.0.1"


def _writer(format: str, out: TextIO) -> Write:
    return writer(format, out, explain=True)


@pytest.fixture
def labels(small_labels: Path) -> Path:
    """The folder of labels that the server trains on and writes below."""
    return small_labels


@pytest.fixture
def workspace(labels: Path, small_folder: Path, tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "models/local", labels, "t", small_folder)


@pytest.fixture
def new_client(workspace: Workspace) -> Iterator[Callable[..., TestClient]]:
    """Makes browsers, as it were: with the token unless told, sending what a browser sends."""
    opened = []

    def make(*, enter: bool = True, seconds: float = 60.0, host: str = "127.0.0.1") -> TestClient:
        app = create_app(workspace, _writer, token=TOKEN, host=host, seconds=seconds)
        client = TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN, "Accept-Language": "en"})
        opened.append(client.__enter__())
        if enter:
            assert client.get(f"/?token={TOKEN}").status_code == 200
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def client(new_client: Callable[..., TestClient]) -> TestClient:
    return new_client()


@dataclass(frozen=True, slots=True)
class Server:
    """`stance serve` in a process of its own."""

    url: str
    """With the token."""
    process: subprocess.Popen[str]

    @property
    def base(self) -> str:
        return self.url.partition("/?")[0]

    @property
    def token(self) -> str:
        return self.url.partition("token=")[2]

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def serve(
    stance_command: list[str], environment: dict[str, str], labels: Path, small_folder: Path, tmp_path: Path
) -> Callable[..., AbstractContextManager[Server]]:
    """Starts `stance serve` with the small labels and model."""

    @contextmanager
    def start(*words: object) -> Iterator[Server]:
        command = [*stance_command, "serve", "--port", "0", "--labels", labels, "--model", small_folder, *words]
        process = subprocess.Popen(
            [*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
            env={**environment, "LOKY_MAX_CPU_COUNT": "1"},
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            line = process.stdout.readline().strip()
            if not re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=\S+", line):
                process.kill()
                pytest.fail(f"serve printed {line!r}: {process.stderr.read()}")
            yield Server(line, process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(30)
            process.stdout.close()
            process.stderr.close()

    return start


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """What talks to 127.0.0.1 must not go by a proxy that the machine may have set."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
