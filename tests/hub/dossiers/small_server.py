"""A small e-one-stop system on loopback that does whatever a test wants, byte by byte."""

import asyncio
import base64
import contextlib
import gzip
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec

CLIENT_ID = "motcua-hub"
SECRET = "SECRET-marker-Zq8"
CODE = "H41.15-260105-0001"
NAME = "Nguyễn Marker Văn"
PHONE = "0912345678"


class Asked(msgspec.Struct, frozen=True):
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


Reply = Callable[[asyncio.StreamWriter], Awaitable[None]]


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    return as_bytes(json.dumps(value).encode(), status, **headers)


def as_bytes(body: bytes, status: int = 200, **headers: str) -> Reply:
    async def reply(writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status} x", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()

    return reply


def found(*results: object) -> Reply:
    return as_json({"error_code": "0", "result": list(results)})


def dossier(code: str = CODE, **more: Any) -> dict[str, Any]:
    return {
        "MaHoSo": code,
        "MaTTHC": "1.012790",
        "TenTTHC": "Đính chính",
        "ChuHoSo": NAME,
        "TrangThaiHoSo": "4",
        "SoDienThoai": PHONE,
    } | more


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, and never the whole."""
    writer.write(b"HTTP/1.1 200 x\r\nContent-Length: 1000\r\n\r\n")
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def endless(writer: asyncio.StreamWriter) -> None:
    """10 MB whose length is not said."""
    writer.write(b"HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(160):
        writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    await writer.drain()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


BOMB = as_bytes(gzip.compress(b" " * 50_000_000, 9), Content_Encoding="gzip")


class SmallServer:
    """Gives a token for the right secret and answers from `replies`, then from `dossiers`.

    While `hold` is clear, no answer to a look-up begins. `most_at_once` is the most look-ups that
    were under way together; `connections` are those open now.
    """

    def __init__(self) -> None:
        self.dossiers: dict[str, dict[str, Any]] = {CODE: dossier()}
        self.replies: list[Reply] = []
        self.token_replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.tokens = 0
        self.good_tokens: set[str] = set()
        self.expires_in: object = 3600
        self.hold = asyncio.Event()
        self.hold.set()
        self.under_way = 0
        self.most_at_once = 0
        self.connections = 0
        self.url = ""
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def lookups(self) -> list[Asked]:
        """Requests that were not for a token."""
        return [asked for asked in self.asked if asked.path != "/token"]

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            while True:
                asked = await _read(reader)
                self.asked.append(asked)
                answering = asyncio.ensure_future(self._answer(asked, writer))
                gone = asyncio.ensure_future(reader.read(1))
                await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
                early = gone.done()
                await _end(gone)
                if early:
                    await _end(answering)
                    return
                await answering
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            pass  # asyncio logs a handler that was cancelled as a fault
        finally:
            self.connections -= 1
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def end(self) -> None:
        for task in list(self._tasks):
            await _end(task)

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == "/token":
            await self._token_reply(asked)(writer)
            return
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            await self.hold.wait()
            await self._reply(asked)(writer)
        finally:
            self.under_way -= 1

    def _token_reply(self, asked: Asked) -> Reply:
        right = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {right}":
            return as_json({"error": "invalid_client"}, 401)
        if self.token_replies:
            return self.token_replies.pop(0)
        self.tokens += 1
        token = f"TOKEN-marker-{self.tokens}"
        self.good_tokens = {token}
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in}
        return as_json(answer)

    def _reply(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good_tokens:
            return as_json({"error": "invalid_token"}, 401)
        if self.replies:
            return self.replies.pop(0)
        known = self.dossiers.get(json.loads(asked.body).get("MaHoSo", ""))
        return found(known) if known else found()


@contextlib.asynccontextmanager
async def small_server(tls: ssl.SSLContext | None = None) -> AsyncIterator[SmallServer]:
    """A server that ends with the block."""
    server = SmallServer()
    listening = await asyncio.start_server(server.connected, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        yield server
    finally:
        listening.close()
        await server.end()
        await listening.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.split(":", 1) for line in head[1:] if line)
    headers = {name.lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(head[0].split()[1], headers, body)


async def _end(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, ConnectionError, ssl.SSLError):
        await task
