"""What browsers, and those that are none, ask of the pages."""

import asyncio
import re
from pathlib import Path
from urllib.parse import unquote

from starlette.types import Message

from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Lookup
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.registry import Registry
from hub.settings import HubSettings, LookupLimits
from hub.web import (
    dossiers,
    following,
    health,
    install,
    notices,
    procedures,
    signing,
    tickets,
    work,
)
from hub.web.app import build
from shared.procedures import Catalogue
from tests.fuzz.base import Target
from tests.hub.hall_site import SITE, at

ROUTES = [
    *(*signing.routes, *work.routes, *tickets.routes, *dossiers.routes, *procedures.routes),
    *(*install.routes, *notices.routes, *health.routes, *following.routes),
]
_HEADERS = (
    b"host: h\norigin: http://h\ncookie: motcua_session=x; motcua_lang=en\n"
    b"accept-language: en;q=0.5,vi"
)
_BODY = b"name=hoa&password=x&code=H41.15-260105-0001&digits=1234"
_TARGET = re.compile(rb"[!-~]{1,8000}")
_NAME = re.compile(rb"[a-z0-9-]{1,40}")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]{0,4000}")
_METHOD = re.compile(rb"[A-Z]{1,20}")


def _seed(method: str, path: str) -> bytes:
    place = re.sub(r"\{\w+\}", "cancel", path).encode()
    return method.encode() + b"\n" + place + b"?lang=en&still=1\n" + _HEADERS + b"\n\n" + _BODY


class Pages(Target):
    """A method, a target, headers and a body, a line each; what h11 refuses is passed over."""

    seeds = tuple(
        _seed(method, route.path)
        for route in ROUTES
        for method in (route.methods or ())
        if method != "HEAD"
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._loop = asyncio.new_event_loop()
        self._registry = Registry(folder)
        now = lambda: at("08:00")  # noqa: E731
        hall = Hall(SITE, MemoryJournal(), now)
        catalogue = Catalogue(())
        limits = LookupLimits(digits_answer_ms=1)
        self.app = build(
            hall,
            self._registry,
            clock=now,
            live_port=lambda: 1,
            metrics=Metrics(),
            settings=HubSettings(sign_in_failures=1),
            lookup=Lookup(hall, FakeDossiers(), lambda: catalogue, limits, now),
            catalogue=lambda: catalogue,
            data=folder,
        )
        self._hall = hall
        self._working = self._loop.create_task(hall.run())
        self._loop.run_until_complete(hall.ready.wait())

    def take(self, data: bytes) -> None:
        """Let the application answer it."""
        head, _blank, body = data.partition(b"\n\n")
        method, target, *lines = [*head.split(b"\n"), b"", b""][:40]
        if not _METHOD.fullmatch(method) or not _TARGET.fullmatch(target):
            return
        headers = [
            (name, value.strip()) for name, _c, value in (ln.partition(b":") for ln in lines)
        ]
        if any(
            not _NAME.fullmatch(name) or not _VALUE.fullmatch(value)
            for name, value in headers
            if name
        ):
            return
        path, _question, query = target.partition(b"?")
        scope: dict[str, object] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method.decode(),
            "scheme": "https" if b"https" in head else "http",
            "path": unquote(path.decode("ascii")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": [(name, value) for name, value in headers if name],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        self._loop.run_until_complete(self._answered(scope, body))

    async def _answered(self, scope: dict[str, object], body: bytes) -> None:
        sent: list[Message] = []

        asked = [body]

        async def receive() -> Message:
            if not asked:  # who has sent everything stays, and waits for the answer
                await asyncio.get_running_loop().create_future()
            return {"type": "http.request", "body": asked.pop(), "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        assert sent[0]["type"] == "http.response.start"
        assert sent[0]["status"] < 500 or sent[0]["status"] == 503, sent[0]
        for name, value in sent[0]["headers"]:
            assert not re.search(rb"[\r\n\0]", name + value), "no header is split"

    def close(self) -> None:
        """End the hall, and let go of the registry."""
        self._working.cancel()
        self._loop.run_until_complete(asyncio.wait({self._working}))
        self._loop.close()
        self._registry.close()
