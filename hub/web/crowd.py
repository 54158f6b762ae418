"""What keeps the pages open in a crowd: connections that ask nothing go, requests have a limit."""

import asyncio
from collections import Counter
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.i18n import _

ALWAYS = "/healthz"
"""The one page that is served beyond the limit: whoever watches must not take a crowd for a
broken hub."""


class Gate:
    """ASGI middleware: at most `most` requests at once and `most_of_one` from one address, the
    others are told to come again."""

    def __init__(self, app: ASGIApp, most: int, most_of_one: int) -> None:
        self._app = app
        self._most = most
        self._most_of_one = most_of_one
        self._inside = 0
        self._of_one: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or send it away."""
        address = str((scope.get("client") or ("",))[0])
        full = self._inside >= self._most or self._of_one[address] >= self._most_of_one
        if scope["type"] == "http" and full and scope["path"] != ALWAYS:
            headers = {"Retry-After": "2", "Connection": "close"}
            words = _("Máy chủ đang bận. Xin thử lại sau giây lát.")
            await PlainTextResponse(words, 503, headers)(scope, receive, send)
            return
        self._inside += 1
        self._of_one[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
            self._of_one[address] -= 1
            if not self._of_one[address]:
                del self._of_one[address]


class Connection(H11Protocol):
    """uvicorn's HTTP connection, which must send a whole request head within `head_within_s`.

    uvicorn itself has a time limit only between two requests: a socket that never asks would stay
    and count for ever. When there are more connections than its `limit_concurrency`, the one that
    has been silent longest goes at once; whether a request is served then is the Gate's matter.
    """

    head_within_s = 10.0

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._deadline: asyncio.TimerHandle | None = None

    @property
    def silent_until(self) -> float | None:
        """When it will be closed for its silence, in the loop's time; None while it asks."""
        timer = self._deadline or self.timeout_keep_alive_task
        return None if timer is None or self.transport.is_closing() else timer.when()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most:
            self._make_room()
        self._wait()

    def _make_room(self) -> None:
        silent = [
            (until, one)
            for one in self.connections
            if isinstance(one, Connection) and (until := one.silent_until) is not None
        ]
        if silent:
            min(silent, key=lambda pair: pair[0])[1].transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take what came; a request whose head is complete ends the waiting."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._wait_no_more()
        elif self._deadline is None and not self.transport.is_closing():
            self._wait()  # a further request that comes in drops

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.head_within_s, self._too_late)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_late(self) -> None:
        self._deadline = None
        self.transport.abort()
