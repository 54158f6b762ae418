"""A wire between a browser and the pages, to count what really went over it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Relay:
    """Passes bytes on; `down` is how many came from the pages to the browser."""

    def __init__(self, url: str) -> None:
        self._target = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.down = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Cut every connection."""
        for one in [self._listener, *self._open]:
            with suppress(OSError):  # the other side was quicker
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(self._target)
            self._open += [near, far]
            for pair in ((near, far, False), (far, near, True)):
                thread = threading.Thread(target=self._pass, args=pair)
                self._threads.append(thread)
                thread.start()

    def _pass(self, source: socket.socket, target: socket.socket, down: bool) -> None:
        with suppress(OSError):  # either side has gone
            while chunk := source.recv(65_536):
                if down:
                    with self._lock:
                        self.down += len(chunk)
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)


@contextmanager
def counted(url: str) -> Iterator[Relay]:
    """A relay to the pages at `url` until the block ends."""
    relay = Relay(url)
    try:
        yield relay
    finally:
        relay.close()
