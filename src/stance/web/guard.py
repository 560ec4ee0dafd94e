"""What every request must pass before any page sees it, and what every answer tells the browser."""

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES: Final = 5_000_000
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    # Nothing but our own files runs or is loaded; no script or style inside a page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with that, browsers send the Origin "null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
Refuse = Callable[[Request, int, str], Response]


class Guard:
    """Refuses what comes by another name, from another site, without the token, or is too large."""

    def __init__(self, app: ASGIApp, *, token: str, host: str, refuse: Refuse) -> None:
        self.app = app
        self.token = token
        self.host = host
        self.refuse = refuse
        # Cookies know no ports: two servers on one machine must not overwrite each other's.
        self.cookie = f"stance-{hashlib.sha256(token.encode()).hexdigest()[:8]}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        answer = self._answer(scope)
        if answer is not None:
            await answer(scope, receive, send_with_headers)
        else:
            await self.app(scope, _limited(receive), send_with_headers)

    def _answer(self, scope: Scope) -> Response | None:
        """What is said instead of the page, if anything."""
        headers = Headers(scope=scope)
        request = Request(scope)
        if not _known_host(headers.get("host", ""), self.host):
            return Response("Unknown host name; open the address that stance serve printed.\n", 421)
        if scope["method"] not in {"GET", "HEAD"} and not _same_origin(headers):
            return self.refuse(request, 403, "other_site")
        if scope["path"].startswith("/static/"):
            return None
        given = QueryParams(scope["query_string"]).get("token")
        if given is not None and scope["method"] == "GET" and self._right(given):
            redirect = RedirectResponse("/", 303)
            redirect.set_cookie(self.cookie, self.token, httponly=True, samesite="strict")
            return redirect
        if not self._right(_cookies(headers).get(self.cookie, "")):
            return self.refuse(request, 403, "no_token")
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return self.refuse(request, 413, "too_large")
        return None

    def _right(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())


def _limited(receive: Receive) -> Receive:
    """Counts the body while it comes, so that what does not tell its length is refused before it is all there."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise HTTPException(413, "too_large")
        return message

    return limited


def _known_host(header: str, host: str) -> bool:
    """Whether a Host header names this server; a site that rebinds its own name to our address does not.

    Where the server listens to others than this machine, so do the machine's name and any bare address: it takes a
    name of one's own to rebind it.

    >>> [_known_host(header, "127.0.0.1") for header in ("localhost:8000", "[::1]", "evil.example", "10.0.0.1")]
    [True, True, False, False]
    >>> [_known_host(header, "0.0.0.0") for header in ("10.0.0.1:8000", "evil.example")]
    [True, False]
    """
    name = header.lower()
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name in _LOOPBACK or name == host.lower():
        return True
    return host not in _LOOPBACK and (_is_address(name) or name == socket.gethostname().lower())


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(headers: Headers) -> bool:
    """Whether a page of ours sent this; a browser says so by one header at least."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and site is None:
        return False
    return origin in {None, f"http://{headers.get('host')}"} and site in {None, "same-origin"}


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        found = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}
