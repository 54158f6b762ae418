"""A small reverse proxy with TLS: one address for pages and socket, as in production."""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import trustme

HEAD_MOST = 64 * 1024


class TlsProxy:
    """Passes one request a connection on to `web`, and the socket at /live to `live`."""

    def __init__(self, web: str, live: str) -> None:
        self._web, self._live = web, live
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("localhost").configure_cert(self._tls)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])
        self._thread.start()
        assert self._ready.wait(10)

    def close(self) -> None:
        """Cut every connection."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        self._ready.set()
        await self._stop.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await near.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
            is_live = head[0].split()[1] == b"/live"
            host, _colon, port = (self._live if is_live else self._web).rpartition(":")
            far, forth = await asyncio.open_connection(host, int(port))
            head += [b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-Proto: https"]
            if not is_live:
                head = [line for line in head if not line.lower().startswith(b"connection:")]
                head.append(b"Connection: close")
            forth.write(b"\r\n".join(head) + b"\r\n\r\n")
            await asyncio.gather(_pass(near, forth), _pass(far, back))
        back.close()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await source.read(65_536):
            target.write(chunk)
            await target.drain()
    target.close()


@contextmanager
def behind_tls(web: str, live: str) -> Iterator[TlsProxy]:
    """A proxy until the block ends."""
    proxy = TlsProxy(web, live)
    try:
        yield proxy
    finally:
        proxy.close()
