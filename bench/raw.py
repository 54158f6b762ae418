"""Websocket clients that cost next to nothing, so that a load measures the hub and not itself.

They speak docs/protocol.md over plain sockets, mask with zeros, and look only at how a frame
begins. One thread drives any number of them through one epoll.
"""

import base64
import os
import selectors
import socket
import struct
import time
import uuid
from collections.abc import Callable, Sequence

_TEXT, _MASKED = b"\x81", 0x80
_SHORT, _LONG = 126, 127


def frame(text: bytes) -> bytes:
    """A client's text frame, masked with zeros."""
    size = len(text)
    if size < _SHORT:
        return _TEXT + bytes([_MASKED | size]) + bytes(4) + text
    return _TEXT + bytes([_MASKED | _SHORT]) + struct.pack(">H", size) + bytes(4) + text


def issue(service: str = "dat-dai") -> bytes:
    """A command frame that takes a number."""
    return command(f'{{"kind":"issue_ticket","service":"{service}","priority":null}}')


def command(body: str) -> bytes:
    """A command frame with a new request id."""
    text = f'{{"type":"command","request_id":"{uuid.uuid4()}","command":{body}}}'
    return frame(text.encode())


class RawClient:
    """One socket: `heard(client, text)` is called for each text frame the hub sends."""

    def __init__(self, address: str, role: str, credential: str) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /live HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._buffer = b""
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += self._more()
        self._buffer = self._buffer.partition(b"\r\n\r\n")[2]
        hello = f'{{"type":"hello","version":1,"role":"{role}","credential":"{credential}"}}'
        self.socket.sendall(frame(hello.encode()))
        self.welcome = self.next()
        if not self.welcome.startswith(b'{"type":"welcome"'):
            raise ConnectionError(self.welcome.decode())

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the hub closed the connection")
        return data

    def next(self) -> bytes:
        """The next text frame, waiting for it."""
        while True:
            text = self._cut()
            if text is not None:
                return text
            self._buffer += self._more()

    def ask(self, message: bytes) -> bytes:
        """Send a command and wait for its result or refusal."""
        self.socket.sendall(message)
        while True:
            text = self.next()
            if text.startswith(b'{"type":"re'):
                return text

    def feed(self) -> list[bytes]:
        """All whole frames that a readable socket gives now."""
        self._buffer += self._more()
        texts = []
        while (text := self._cut()) is not None:
            texts.append(text)
        return texts

    def gulp(self) -> list[bytes]:
        """What a readable socket gives now, whole frames or not: the cheapest way to count."""
        data = self.socket.recv(16384)
        if not data:
            raise ConnectionError("the hub closed the connection")
        return [data]

    def _cut(self) -> bytes | None:
        """Take a whole frame off the buffer's front."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size == _SHORT:
            if len(buffer) < 4:
                return None
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == _LONG:
            if len(buffer) < 10:
                return None
            size, start = int.from_bytes(buffer[2:10]), 10
        end = start + size
        if len(buffer) < end:
            return None
        opcode = buffer[0] & 0x0F
        if opcode == 8:
            raise ConnectionError(f"the hub said goodbye: {buffer[start:end]!r}")
        self._buffer = buffer[end:]
        return buffer[start:end]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def pump(
    clients: Sequence[RawClient],
    heard: Callable[[RawClient, bytes], None],
    until: Callable[[], bool],
    idle: Callable[[], float | None] = lambda: 0.5,
    within_s: float = 60.0,
    read: Callable[[RawClient], list[bytes]] = RawClient.feed,
) -> None:
    """Hand every frame to `heard` until `until()`; `idle()` acts between and says how long to wait.

    `read=RawClient.gulp` hands over bytes as they come. Raises TimeoutError after `within_s`.
    """
    end = time.perf_counter() + within_s
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        while not until():
            if time.perf_counter() > end:
                raise TimeoutError(f"the load was not done in {within_s:.0f} s")
            for key, _events in selector.select(idle()):
                client = key.data
                for text in read(client):
                    heard(client, text)
