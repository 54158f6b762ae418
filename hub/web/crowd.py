"""What keeps the pages open in a crowd: connections that ask nothing or read nothing go, requests
have a limit and a pace."""

import asyncio
import time
from collections import Counter
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from hub.network import network_of
from hub.pace import Paces
from shared.i18n import _

ALWAYS = "/healthz"
"""The one page that is served beyond the limit: whoever watches must not take a crowd for a
broken hub."""


COSTS_S, AHEAD_S = 0.01, 60.0
"""An address may ask 100 times a second in the long run, 6000 times at once: a first page and what
belongs to it are a dozen requests, and the 500 phones of a lobby may stand behind one address."""


class Gate:
    """ASGI middleware: at most `most` requests at once and `most_of_one` from one address, and no
    more of one than its pace allows; the others are told to come again."""

    def __init__(self, app: ASGIApp, most: int, most_of_one: int) -> None:
        self._app = app
        self._most = most
        self._most_of_one = most_of_one
        self._inside = 0
        self._of_one: Counter[str] = Counter()
        self._paces = Paces(COSTS_S, AHEAD_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or send it away."""
        address = network_of(str((scope.get("client") or ("",))[0]))
        if scope["type"] == "http" and scope["path"] != ALWAYS:
            status = self._closed_to(address)
            if status:
                headers = {"Retry-After": "2", "Connection": "close"}
                words = _("Máy chủ đang bận. Xin thử lại sau giây lát.")
                await PlainTextResponse(words, status, headers)(scope, receive, send)
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

    def _closed_to(self, address: str) -> int:
        """The status with which this one is sent away; 0: it may come in."""
        if not self._paces.keep(address, time.monotonic()):
            return 429
        full = self._inside >= self._most or self._of_one[address] >= self._most_of_one
        return 503 if full else 0


class Connection(H11Protocol):
    """uvicorn's HTTP connection, which must send a whole request head within `head_within_s`, and
    read an answer at no less than 48 KiB (what lies between asyncio's two marks for a transport's
    buffer) in `read_within_s`.

    uvicorn itself has a time limit only between two requests: a socket that never asks, or never
    reads, would stay and count for ever. When there are more connections than its
    `limit_concurrency`, the one that has been silent longest goes at once; whether a request is
    served then is the Gate's matter.
    """

    head_within_s = 10.0
    read_within_s = 20.0

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

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

    def pause_writing(self) -> None:
        """More is on its way than is read."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.read_within_s, self.transport.abort)

    def resume_writing(self) -> None:
        """It is read on."""
        self._read_on()
        super().resume_writing()

    def _read_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked. To close waits for the end of an answer to be read; who has not
        read it by now will not."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._wait_no_more()
        self._read_on()
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
