"""Text frames straight onto the transport, and straight off it.

`websockets.broadcast` builds the frame anew for every connection. A server's frame is not masked
(RFC 6455, 5.1), so one frame serves all, and writing it costs half of what broadcast does
(`fanout_of_bare` of `make bench`; docs/decisions/frames.md). Like broadcast this has no
backpressure: hub.topics sends slow readers away.
"""

from collections.abc import Callable, Iterable

from websockets.asyncio.server import ServerConnection
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.protocol import Event, State
from websockets.typing import BytesLike

_TEXT = 0x81
"""FIN, and the opcode of a text frame."""

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

    take: Callable[[BytesLike], None] | None = None
    _queued = 0

    def process_event(self, event: Event) -> None:
        """Sort what has come in."""
        if isinstance(event, Frame) and event.opcode in DATA_OPCODES:
            whole_text = event.opcode is Opcode.TEXT and event.fin
            if whole_text and self.take is not None and not self._queued:
                self.take(event.data)
                return
            self._queued += event.fin
        super().process_event(event)

    def taken(self) -> None:
        """A message has left the queue."""
        self._queued -= 1
