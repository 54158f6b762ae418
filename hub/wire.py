"""Text frames straight onto the transport.

`websockets.broadcast` builds the frame anew for every connection. A server's frame is not masked
(RFC 6455, 5.1), so one frame serves all, and writing it costs half of what broadcast does
(`fanout_of_bare` of `make bench`; docs/decisions/frames.md). Like broadcast this has no
backpressure: hub.topics sends slow readers away.
"""

from collections.abc import Iterable

from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

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


def send(connections: Iterable[ServerConnection], payload: bytes) -> None:
    """Send UTF-8 text to all that are open, without waiting; those that are not are passed over."""
    frame = text_frame(payload)
    for connection in connections:
        if connection.protocol.state is State.OPEN:
            connection.transport.write(frame)
