"""What holds for every page: headers, and where a form may come from."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.i18n import _

_HOST = re.compile(r"[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\]")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN = "same-origin"
_A_YEAR_S = 365 * 86_400


def live_sources(host: str, live_port: int, tls: bool) -> str:
    """The socket's addresses that a page of `host` (a Host header) may connect to."""
    name = re.sub(r":\d+$", "", host)
    if not _HOST.fullmatch(name):
        return ""
    # 'self' does not cover websockets in every browser; behind TLS they come through the proxy.
    return f"wss://{host}" if tls else f"ws://{name}:{live_port}"


def content_policy(host: str, live_port: int, tls: bool) -> str:
    """The Content-Security-Policy: own files only, nothing inline, no frames."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " font-src 'self'; worker-src 'self'; manifest-src 'self';"
        f" connect-src 'self' {live_sources(host, live_port, tls)};"
        " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


class Guard:
    """ASGI middleware: refuses forms from elsewhere, and adds the security headers."""

    def __init__(self, app: ASGIApp, live_port: Callable[[], int]) -> None:
        self._app = app
        self._live_port = live_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        tls = scope["scheme"] == "https"
        policy = content_policy(host, self._live_port(), tls)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _seal(MutableHeaders(scope=message), policy, tls)
            await send(message)

        if scope["method"] not in _SAFE and not _from_here(headers, host):
            words = _("Yêu cầu không đến từ trang của hệ thống này.")
            await PlainTextResponse(words, 403)(scope, receive, sealed)
            return
        await self._app(scope, receive, sealed)


def _from_here(headers: Headers, host: str) -> bool:
    """Whether a form was sent by a page of this host: every browser names the origin of a POST,
    and newer ones say how that stands to us."""
    try:
        origin = urlsplit(headers.get("origin", "")).netloc
    except ValueError:  # e.g. a bracket that never closes
        return False
    return bool(host) and origin == host and headers.get("sec-fetch-site", _OWN) == _OWN


def _seal(headers: MutableHeaders, policy: str, tls: bool) -> None:
    if tls:
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR_S}"
    headers["Content-Security-Policy"] = policy
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cache-Control", "no-store")
