"""Text frames straight onto the transport, and straight off it.

`websockets.broadcast` builds the frame anew for every connection. A server's frame is not masked
(RFC 6455, 5.1), so one frame serves all, and writing it costs half of what broadcast does
(`fanout_of_bare` of `make bench`; docs/decisions/frames.md). Like broadcast this has no
backpressure: hub.topics sends slow readers away.
"""

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import ClassVar

from websockets.asyncio.server import ServerConnection
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.protocol import Event, State
from websockets.typing import BytesLike

from hub.door import Door
from hub.pace import Pace
from shared.messages import MAX_FRAME

_TEXT = 0x81
"""FIN, and the opcode of a text frame."""

CONTROL_COSTS_S = 1.0
CONTROL_AHEAD_S = 20.0
"""Pings and pongs: one a second, and twenty in a burst."""

GONE_AFTER_MS = 20_000
"""A peer that acknowledges nothing for so long is gone; a beat every 5 s sees to it that there is
something to acknowledge."""

MOST_PIECES = 64
"""Pieces of one message."""

_SHORT = 126
_LONG = 1 << 16


def text_frame(payload: bytes) -> bytes:
    """A whole text message in one unmasked frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < _SHORT:
        return bytes((_TEXT, size)) + payload
    if size < _LONG:
        return bytes((_TEXT, 126)) + size.to_bytes(2) + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8) + payload


def send(
    connections: Iterable[ServerConnection], payload: bytes, buffer: int | None = None
) -> list[ServerConnection]:
    """Send UTF-8 text to all that are open, without waiting; those that are not are passed over.

    Gives those that now owe more than `buffer` bytes.
    """
    frame = text_frame(payload)
    slow = []
    for connection in connections:
        if connection.protocol.state is State.OPEN:
            transport = connection.transport
            transport.write(frame)
            if buffer is not None and transport.get_write_buffer_size() > buffer:
                slow.append(connection)
    return slow


class Socket(ServerConnection):
    """A connection that hands whole text frames straight to its conversation, once it has one.

    The library's own way, a queue and a waiting task, costs half as much again as the frame. What
    is not a whole text frame still goes that way, and so does whatever comes behind it until it
    has been `taken`: a client's frames are never turned round.
    """

    door: ClassVar[Door | None] = None
    """Where it is counted."""
    address = ""
    """Where the client is, once it has been let in."""
    take: Callable[[BytesLike], None] | None = None
    _queued = 0
    _pieces = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A socket is open."""
        super().connection_made(transport)
        self._control = Pace(CONTROL_COSTS_S, CONTROL_AHEAD_S)
        if self.door is not None:
            self.door.come(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        if self.door is not None:
            self.door.leave(self)
        super().connection_lost(exc)

    def process_event(self, event: Event) -> None:
        """Sort what has come in."""
        if isinstance(event, Frame):
            if event.opcode is Opcode.TEXT and event.fin and self.take and not self._queued:
                self.take(event.data)
                return
            if self._floods(event):
                self.transport.abort()
                return
            self._queued += event.fin and event.opcode in DATA_OPCODES
        super().process_event(event)

    def _floods(self, frame: Frame) -> bool:
        """Whether there is too much of what the library takes without end: pings, each of which it
        answers, and pieces of a message, of which it counts the bytes alone."""
        if frame.opcode not in DATA_OPCODES:
            return not self._control.keeps(self.loop.time())
        self._pieces = 0 if frame.fin else self._pieces + 1
        return self._pieces > MOST_PIECES

    def taken(self) -> None:
        """A message has left the queue."""
        self._queued -= 1


def tune(connection: ServerConnection) -> None:
    """Send small frames at once, and let the kernel find peers that are gone without a word.

    asyncio sets TCP_NODELAY only on sockets whose protocol number is named; one made with the
    default 0 keeps Nagle's algorithm, and every answer behind a view would wait 40 ms.
    """
    transport = connection.transport
    # asyncio reads into a fresh 256 KiB buffer each time, which malloc maps and unmaps: with
    # frames of 8 KiB at most that cost a third of the hub's time.
    if hasattr(transport, "max_size"):
        transport.max_size = 2 * MAX_FRAME
    sock = transport.get_extra_info("socket")
    if sock is None:
        return
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_AFTER_MS)
