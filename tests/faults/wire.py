"""A wire between clients and a hub, on which frames are lost, doubled, late and turned round.

It reads websocket frames (RFC 6455, 5.2), so that it can be said of each what becomes of it. Inside
one TCP connection nothing is doubled or turned round; what stands between may do it all the same.
"""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from enum import StrEnum

import msgspec

from hub.serve import read_address

LATEST_S = 0.05
"""How long a frame is kept back at most, for another to overtake it or for nothing."""


class Kind(StrEnum):
    """What a frame is, as far as the wire tells them apart."""

    COMMAND = "command"
    ANSWER = "answer"
    VIEW = "view"
    OTHER = "another"


class Fate(StrEnum):
    """What may become of a frame."""

    PASS = "goes on"
    CUT_BEFORE = "is lost with its connection"
    CUT_AFTER = "is the last of its connection"
    TWICE = "comes twice"
    LATE = "comes late"
    OVERTAKEN = "is overtaken by the next"


class Frame(msgspec.Struct, frozen=True):
    """One frame as it went over the wire."""

    kind: Kind
    raw: bytes


_KINDS = {
    b'{"type":"command"': Kind.COMMAND,
    b'{"type":"result"': Kind.ANSWER,
    b'{"type":"refused"': Kind.ANSWER,
    b'{"type":"view"': Kind.VIEW,
}

FATES: dict[Kind, tuple[Fate, ...]] = {
    Kind.COMMAND: (Fate.CUT_BEFORE, Fate.TWICE, Fate.LATE, Fate.OVERTAKEN),
    Kind.ANSWER: (Fate.CUT_BEFORE, Fate.CUT_AFTER, Fate.TWICE, Fate.LATE, Fate.OVERTAKEN),
    Kind.VIEW: (Fate.CUT_BEFORE, Fate.TWICE, Fate.LATE, Fate.OVERTAKEN),
}
"""An answer that is lost was committed; a command that is lost has not reached the hub."""

Draw = Callable[[Kind], Fate]


class Wire:
    """Passes on what comes to `address`; `draw` says what becomes of each frame, `chance` how late
    it is."""

    def __init__(self, hub: str, draw: Draw, chance: random.Random) -> None:
        self.address = ""
        self.draw = draw
        self._chance = chance
        self.came: Counter[str] = Counter()
        """What has become of frames, but those that went on."""
        self._hub = read_address(hub)
        self._both: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """It stands until the block ends."""
        server = await asyncio.start_server(self._come, "127.0.0.1", 0)
        self.address = "{}:{}".format(*server.sockets[0].getsockname())
        try:
            yield
        finally:
            server.close()
            for task in list(self._both):
                task.cancel()
            if self._both:
                await asyncio.wait(self._both)
            await server.wait_closed()

    def cut(self) -> None:
        """Every connection at once."""
        for task in self._both:
            task.cancel()

    async def _come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._both.add(task)
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            pass  # `cut`, or the end; a server's own task must not end with it
        finally:
            self._both.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far = await asyncio.open_connection(self._hub.host, self._hub.port)
        except OSError:  # the hub is away
            return
        ways = [
            asyncio.create_task(self._pass(reader, far)),
            asyncio.create_task(self._pass(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            far.transport.abort()
        for way in ways:
            if not way.cancelled():
                way.result()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One way, until its end or until a frame's fate is to cut."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            writer.write(await reader.readuntil(b"\r\n\r\n"))
            frames: asyncio.Queue[Frame | None] = asyncio.Queue()
            reading = asyncio.create_task(_read(reader, frames))
            try:
                while (frame := await frames.get()) is not None:
                    if not await self._fulfil(frame, frames, writer):
                        return
            finally:
                reading.cancel()
                await asyncio.wait({reading})

    async def _fulfil(
        self, frame: Frame, behind: "asyncio.Queue[Frame | None]", writer: asyncio.StreamWriter
    ) -> bool:
        """What is drawn for a frame happens to it; says whether the connection stands."""
        fate = self.draw(frame.kind)
        sent = [frame.raw]
        if fate is Fate.CUT_BEFORE:
            sent = []
        elif fate is Fate.TWICE:
            sent.append(frame.raw)
        elif fate is Fate.LATE:
            await asyncio.sleep(self._chance.uniform(0, LATEST_S))
        elif fate is Fate.OVERTAKEN:
            sent = await _overtaken(frame, behind)
            if len(sent) == 1:
                fate = Fate.LATE
        if fate is not Fate.PASS:
            self.came[f"{frame.kind} {fate}"] += 1
        for raw in sent:
            writer.write(raw)
        await writer.drain()
        return fate not in (Fate.CUT_BEFORE, Fate.CUT_AFTER)


async def _overtaken(frame: Frame, behind: "asyncio.Queue[Frame | None]") -> list[bytes]:
    """The next frame first, if there is one soon."""
    try:
        async with asyncio.timeout(LATEST_S):
            following = await behind.get()
    except TimeoutError:
        return [frame.raw]
    if following is None:
        behind.put_nowait(None)
        return [frame.raw]
    return [following.raw, frame.raw]


async def _read(reader: asyncio.StreamReader, frames: "asyncio.Queue[Frame | None]") -> None:
    try:
        while True:
            frames.put_nowait(await _frame(reader))
    except (OSError, asyncio.IncompleteReadError):
        frames.put_nowait(None)


async def _frame(reader: asyncio.StreamReader) -> Frame:
    head = await reader.readexactly(2)
    size = head[1] & 0x7F
    if size >= 126:
        length = await reader.readexactly(2 if size == 126 else 8)
        head, size = head + length, int.from_bytes(length)
    masked = bool(head[1] & 0x80)
    body = await reader.readexactly(size + 4 * masked)
    mask, payload = (body[:4], body[4:]) if masked else (bytes(4), body)
    said = bytes(one ^ mask[place % 4] for place, one in enumerate(payload[:24]))
    kind = next((kind for start, kind in _KINDS.items() if said.startswith(start)), Kind.OTHER)
    return Frame(kind, head + body)
