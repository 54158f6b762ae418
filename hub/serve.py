"""Running the hub: sockets, the live server and the pages in one loop, until a signal."""

import asyncio
import contextlib
import ipaddress
import logging
import resource
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any

import msgspec
import structlog
import uvicorn
from starlette.applications import Starlette

from hub.door import OWN
from hub.hall import Hall
from hub.realtime import BACKLOG, Live
from hub.settings import HubSettings
from hub.web.crowd import Connection
from shared.errors import SetupError

log = structlog.get_logger()

_LONGEST_HEAD = 16 * 1024
"""Bytes of a request's line and headers."""

AGAIN_AFTER_S, LONGEST_PAUSE_S = 10.0, 600.0
"""When what goes on beside the hall begins again after it has failed: after so long, and twice as
long each time."""

_GOODBYE_S = 1.2
"""Clients get so long to say goodbye: the hub is gone within 2 s of a signal."""


class Address(msgspec.Struct, frozen=True):
    """HOST:PORT; an IPv6 host stands in brackets, port 0 means any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        """As people write it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(text: str) -> Address:
    """The address that `text` names. ValueError when it names none."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is not HOST:PORT, e.g. 0.0.0.0:8080")
    return Address(host, int(port))


def listen(address: Address, option: str) -> socket.socket:
    """A listening socket. SetupError names the command line's `option` when there can be none."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        listener = socket.create_server(
            (address.host, address.port), family=family, backlog=BACKLOG
        )
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that no host can have
        reason = getattr(error, "strerror", None) or str(error)
        raise SetupError(
            f"{option} {address}: cannot listen there ({reason}); free it or name another"
        ) from None
    # Accepted sockets inherit it; asyncio would not set it on a socket with protocol number 0.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def bound(listener: socket.socket) -> Address:
    """Where a socket listens."""
    host, port = listener.getsockname()[:2]
    return Address(host, port)


def reachable(address: Address) -> str:
    """The web address for others: a socket open to all is named by this machine's own address."""
    if not ipaddress.ip_address(address.host).is_unspecified:
        return f"http://{address}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a datagram socket: this only looks up the route
            own = probe.getsockname()[0]
        except OSError:
            own = "127.0.0.1"
    return f"http://{Address(own, address.port)}"


def allow_many_sockets() -> None:
    """Raise the limit of open files as far as the system lets us: every screen is a socket."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def serve(
    hall: Hall,
    live: Live,
    app: Starlette,
    live_socket: socket.socket,
    web_socket: socket.socket,
    *,
    settings: HubSettings,
    beside: Sequence[Callable[[], Coroutine[Any, Any, None]]],
    until: Callable[[], Coroutine[Any, Any, None]],
    on_failure: Callable[[], None],
    on_ready: Callable[[], None],
) -> None:
    """Serve until SIGTERM, SIGINT, or `until` ends, with all of `beside` running meanwhile; what
    fails by itself ends the hub with that error. `on_failure` counts what fails beside."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    web = _Web(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            http=Connection,
            limit_concurrency=settings.web_connections,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
            proxy_headers=settings.behind_proxy,
            forwarded_allow_ips=list(OWN),
            timeout_graceful_shutdown=1,
        )
    )
    hall_task = asyncio.create_task(hall.run())
    web_task = asyncio.create_task(web.serve(sockets=[web_socket]))
    beside_tasks = {asyncio.create_task(_and_wait(work, on_failure)) for work in beside}
    stopping = asyncio.create_task(stop.wait())
    until_task = asyncio.create_task(until())
    ready = asyncio.create_task(_start(hall, live, web, live_socket))
    try:
        working = {hall_task, web_task, *beside_tasks, stopping, until_task}
        done, _left = await asyncio.wait({*working, ready}, return_when=asyncio.FIRST_COMPLETED)
        if done == {ready}:
            ready.result()
            on_ready()
            done, _left = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        log.info("stopping")
    finally:
        ready.cancel()
        stopping.cancel()
        until_task.cancel()
        await _end(live, web, web_task)
        for task in (*beside_tasks, hall_task):
            task.cancel()
        await asyncio.wait({*beside_tasks, hall_task})


async def _and_wait(
    work: Callable[[], Coroutine[Any, Any, None]], failed: Callable[[], None]
) -> None:
    """Neither what has nothing more to do nor its trouble is a reason to close the hall: what fails
    begins again, later each time."""
    pause_s = AGAIN_AFTER_S
    while True:
        try:
            await work()
        except Exception as error:  # the outermost shell of what goes on beside the hall
            log.error("beside_failed", kind=type(error).__name__, wait_s=pause_s)
            failed()
        else:
            await asyncio.Event().wait()
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def _start(hall: Hall, live: Live, web: "_Web", live_socket: socket.socket) -> None:
    await hall.ready.wait()
    await live.start(live_socket)
    await web.serving.wait()


async def _end(live: Live, web: "_Web", web_task: "asyncio.Task[None]") -> None:
    """Close both servers side by side; a client that will not go is left behind."""
    # uvicorn reports each request it cuts off as an error of the application, which it is not.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    web.should_exit = True
    goodbye = asyncio.create_task(live.stop())
    _done, late = await asyncio.wait({goodbye, web_task}, timeout=_GOODBYE_S)
    for task in late:
        task.cancel()
    if late:
        await asyncio.wait(late, timeout=0.2)


class _Web(uvicorn.Server):
    """uvicorn that says when it serves, and leaves the signals to us."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.serving = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.serving.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
