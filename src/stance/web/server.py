"""The application on a socket."""

import os
import socket

import uvicorn
from starlette.types import ASGIApp

from stance.errors import ServeError


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises `ServeError` where it cannot.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        # Python adds the address to the words of the system, which stands in our line already.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error.strerror)
        raise ServeError(
            f"{host}:{port}: {reason.lower()}; name another port with --port, or 0 for any that is free"
        ) from error


def address(listening: socket.socket, host: str) -> str:
    """What to open in a browser."""
    name = {"0.0.0.0": socket.gethostname(), "::": socket.gethostname()}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name else name}:{listening.getsockname()[1]}"


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serve until interrupted."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, ws="none")
    uvicorn.Server(config).run(sockets=[listening])
