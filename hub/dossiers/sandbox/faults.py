"""What can go wrong with an e-one-stop system, by switch; the control paths stay sound.

Faults that exclude each other take effect in the order of `Fault`; `slow` and `drip` go with any.
"""

import asyncio
from enum import StrEnum
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.dossiers.sandbox.line import Line

CONTROL = "/_sandbox/"
MOVED = "/_moved"
"""Where `redirect` sends to; who comes there is counted, and whether a credential came along."""

SKEW_S = 3600
_BIG = 10 * 1024 * 1024
_CHUNK = b"x" * 65536
_JSON = [(b"content-type", b"application/json; charset=utf-8")]
_BROKEN = (
    b'{"error_code": "0", "result": [{"MaHoSo": "H41.15-',  # ends in the middle
    b'{"error_code": "0", "result": [{"ChuHoSo": "Nguy\xe1n V\xc3\x28n \xff"}]}',  # not UTF-8
)


class Fault(StrEnum):
    """The switches."""

    REFUSE = "refuse"
    """Closes the connection on every request, without a byte."""
    HANG = "hang"
    """Takes the request and never answers."""
    ERROR500 = "error500"
    """500 with a page for people."""
    REDIRECT = "redirect"
    """302 to another path of the same server."""
    GARBAGE = "garbage"
    """200 with JSON that breaks off, then with JSON that is not UTF-8, in turns."""
    BIG = "big"
    """10 MiB of sound JSON, without a Content-Length."""
    SLOW = "slow"
    """Answers after `slow_s`."""
    DRIP = "drip"
    """Sends the answer's body a byte every `drip_ms`."""
    CLOCK_SKEW = "clock_skew"
    """Its clock is an hour ahead. Tokens that it gave before are refused as expired (401), newly
    given ones are good; its Date header and the moments that it stamped itself (received, done,
    steps, not the due date) lie an hour later. Tokens of that hour are not valid yet when the clock
    is right again."""
    WRONG_CERTIFICATE = "wrong_certificate"
    """New connections are shown a certificate of another CA; idle ones are closed."""


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the server behaves now."""

    faults: frozenset[Fault] = frozenset()
    answer_ms: int = 0
    slow_s: float = 30.0
    drip_ms: int = 200

    @property
    def clock_ahead_s(self) -> int:
        """How much its clock is ahead."""
        return SKEW_S if Fault.CLOCK_SKEW in self.faults else 0


class Trouble:
    """ASGI middleware that plays the faults before, or instead of, the answer."""

    def __init__(self, app: ASGIApp, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self._app = app
        self._broken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request as the switches say."""
        if scope["path"].startswith((CONTROL, MOVED)):
            await self._app(scope, receive, send)
            return
        now, line = self.behaviour, _line(scope)
        if Fault.REFUSE in now.faults:
            line.transport.abort()
            await line.gone.wait()
        elif Fault.HANG in now.faults:
            await line.gone.wait()
        elif await _stays(line, now.slow_s if Fault.SLOW in now.faults else now.answer_ms / 1000):
            out = _Drip(send, line, now.drip_ms / 1000) if Fault.DRIP in now.faults else send
            await self._answer(now.faults, scope, receive, out)

    async def _answer(
        self, faults: frozenset[Fault], scope: Scope, receive: Receive, send: Send
    ) -> None:
        if Fault.ERROR500 in faults:
            html = [(b"content-type", b"text/html; charset=utf-8")]
            await _send(send, 500, html, "<h1>Lỗi máy chủ</h1><p>Đã có lỗi xảy ra.</p>".encode())
        elif Fault.REDIRECT in faults:
            await _send(send, 302, [(b"location", f"{MOVED}{scope['path']}".encode())], b"")
        elif Fault.GARBAGE in faults:
            self._broken += 1
            await _send(send, 200, _JSON, _BROKEN[(self._broken - 1) % len(_BROKEN)])
        elif Fault.BIG in faults:
            await _send_big(send, _line(scope))
        else:
            await self._app(scope, receive, send)


class _Drip:
    """Sends bodies a byte at a time, and none to a client that has gone."""

    def __init__(self, send: Send, line: Line, pause_s: float) -> None:
        self._send = send
        self._line = line
        self._pause_s = pause_s

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body = message.get("body", b"")
        for place in range(len(body)):
            if not await _stays(self._line, self._pause_s):
                return
            part = body[place : place + 1]
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
        await self._send({**message, "body": b""})


async def _stays(line: Line, seconds: float) -> bool:
    """Wait; whether the client is still there then."""
    if seconds > 0:
        try:
            async with asyncio.timeout(seconds):
                await line.gone.wait()
        except TimeoutError:
            return True
    return not line.gone.is_set()


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send(
        {"type": "http.response.start", "status": status, "headers": [*headers, length]},
    )
    await send({"type": "http.response.body", "body": body})


async def _send_big(send: Send, line: Line) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": _JSON})

    async def part(body: bytes, more: bool = True) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": more})

    await part(b'{"error_code": "0", "result": [], "DinhKem": "')
    sent = 0
    while sent < _BIG and not line.gone.is_set():
        await part(_CHUNK)
        sent += len(_CHUNK)
    await part(b'"}', more=False)


def _line(scope: Scope) -> Line:
    state: dict[str, Any] = scope["state"]
    found = state["line"]
    assert isinstance(found, Line)
    return found
