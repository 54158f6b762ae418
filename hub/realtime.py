"""The websocket side of the hub: docs/protocol.md, served."""

import asyncio
import logging
import socket
from collections.abc import Callable, Collection, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec
import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from hub import wire
from hub.admission import cookies_of
from hub.conversation import UNREADABLE, Conversation, decode_frame, refused
from hub.door import OWN, Door
from hub.engine.concern import Concern
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.printers import Change as PrinterChange, Told
from hub.questions import Inquire, unanswerable
from hub.screens import Trouble
from hub.topics import BUFFER_STAFF, Topic, Topics
from shared import messages as m
from shared.errors import StorageError
from shared.i18n import _
from shared.model import Instant, RequestId, Role

log = structlog.get_logger()

Admit = Callable[[m.Hello, Mapping[str, str], str], Actor | Refusal]
"""Of a hello, the cookies and the network address that it came with."""

LOOK_EVERY_S = 1.0
"""Every fault is sure 18 s after it began, and is to be named within 20."""

CLOSE_TIMEOUT_S = 0.5

HANDSHAKE_WITHIN_S = 10.0

BACKLOG = 1024
"""Connections that may wait to be taken up: a whole lobby comes back at once after a cut."""

MOST_CONNECTIONS, MOST_OF_ONE = 5000, 1000
"""In all, and from one network address; config/hub.toml may say otherwise."""

_encode = msgspec.json.Encoder().encode


class Gauge(Protocol):
    """What realtime counts; hub.metrics shows it."""

    def connected(self, role: Role, change: int) -> None:
        """One more or one less of a role."""

    def refused(self, code: str) -> None:
        """A frame was refused."""

    def displays(
        self, troubles: Mapping[str, Trouble | None], frame_ages: Mapping[str, float]
    ) -> None:
        """What is wrong with each display, and seconds since it drew a frame."""

    def printers(self, known: Mapping[str, Told]) -> None:
        """How each kiosk's printer is."""


_LATER = Refusal("storage_failed", _("Máy chủ chưa tra được quyền; xin thử lại sau."))


class Live:
    """The server of `/live`. `enrolled` names the displays that have a credential, connected or
    not; it may raise StorageError."""

    def __init__(
        self,
        hall: Hall,
        admit: Admit,
        clock: Callable[[], Instant],
        *,
        origins: frozenset[str] = frozenset(),
        gauge: Gauge | None = None,
        inquire: Inquire = unanswerable,
        behind_proxy: bool = False,
        door: Door | None = None,
        enrolled: Callable[[], Collection[str]] = tuple,
    ) -> None:
        self._hall = hall
        self._door = door or Door(MOST_CONNECTIONS, MOST_OF_ONE)
        self._behind_proxy = behind_proxy
        self.inquire = inquire
        self._admit = admit
        self._origins = origins
        self._gauge = gauge
        self._topics = Topics(hall, clock, self._send_away, self._end, enrolled)
        self._epoch = hall.epoch
        hall.watch(self._heard)
        self._server: Server | None = None
        self._staff: dict[ServerConnection, tuple[m.Hello, Mapping[str, str], str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # --- serving -----------------------------------------------------------------------

    async def start(self, listener: socket.socket) -> None:
        """Serve on a bound socket."""

        class Socket(wire.Socket):
            door = self._door

        self._server = await serve(
            self._talk,
            sock=listener,
            backlog=BACKLOG,  # asyncio listens anew, with 100 unless it is told
            process_request=self._screen,
            create_connection=Socket,
            open_timeout=HANDSHAKE_WITHIN_S,
            compression=None,
            max_size=m.MAX_FRAME,
            ping_interval=None,
            close_timeout=CLOSE_TIMEOUT_S,
            server_header=None,
            logger=_quiet_logger(),
        )
        self._spawn(self._beat())
        self._spawn(self._look())

    async def stop(self) -> None:
        """Send everyone away and stop."""
        for task in self._tasks:
            task.cancel()
        self._topics.stop()
        if self._server is not None:
            self._server.close(code=m.Close.GOING_AWAY, reason="hub stops")
            await self._server.wait_closed()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _screen(self, connection: ServerConnection, request: Request) -> Response | None:
        """Turn away what is not ours before it is a websocket: other paths, other origins, and
        one more from an address with too many."""
        if urlsplit(request.path).path != "/live":
            return connection.respond(HTTPStatus.NOT_FOUND, "the socket is at /live\n")
        if not self._is_ours(request):
            self._count_refusal("bad_origin")
            words = "bad_origin: not a page of this hub\n"
            return connection.respond(HTTPStatus.FORBIDDEN, words)
        assert isinstance(connection, wire.Socket)
        connection.address = self._address(connection, request)
        if not self._door.enter(connection, connection.address):
            self._count_refusal("too_many_connections")
            words = "too_many_connections: from this address\n"
            return connection.respond(HTTPStatus.TOO_MANY_REQUESTS, words)
        return None

    def _is_ours(self, request: Request) -> bool:
        """Whether no page opens the socket, or one of ours does."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._origins:
            return True
        # A page of this very host, whatever port served it, may use its own cookie here.
        return _host(origin) == _host(f"//{request.headers.get('Host', '')}") is not None

    async def _talk(self, connection: ServerConnection) -> None:
        assert isinstance(connection, wire.Socket)
        wire.tune(connection)
        try:
            hello = await self._hello(connection)
            if isinstance(hello, Refusal):
                await self._turn_away(connection, hello)
                return
            shown = hello, _cookies(connection), connection.address
            actor = self._try_to_admit(*shown)
            if isinstance(actor, Refusal):
                await self._turn_away(connection, actor)
                return
            topic = await self._join(connection, actor)
            if isinstance(topic, Refusal):
                await self._turn_away(connection, topic)
                return
            self._door.settle(connection)
            self._count(actor.role, 1)
            if actor.role is not Role.TICKET:
                self._staff[connection] = shown
            conversation = Conversation(self, self._hall, connection, actor, topic)
            try:
                await conversation.listen()
            finally:
                conversation.end()
                self._staff.pop(connection, None)
                self._printer_changed(self._topics.leave(connection, topic, actor))
                self._count(actor.role, -1)
        except ConnectionClosed:
            pass  # Going is every client's right; its topic has been left above.

    async def _hello(self, connection: wire.Socket) -> m.Hello | Refusal:
        """The first frame."""
        try:
            async with asyncio.timeout(m.HELLO_WITHIN_S):
                frame = await connection.recv()
                connection.taken()
        except TimeoutError:
            return Refusal("hello_timeout", _("Không nhận được lời chào trong 3 giây."))
        try:
            hello = decode_frame(frame) if isinstance(frame, str) else None
        except UNREADABLE as error:
            return Refusal("bad_frame", str(error))
        if not isinstance(hello, m.Hello):
            return Refusal("hello_expected", _("Khung đầu tiên phải là lời chào (hello)."))
        return hello

    async def _join(self, connection: ServerConnection, actor: Actor) -> Topic | Refusal:
        joined: asyncio.Future[Topic | Refusal] = asyncio.get_running_loop().create_future()
        self._hall.when_settled(lambda: joined.set_result(self._topics.join(connection, actor)))
        topic = await joined
        return _of_ticket(topic) if isinstance(topic, Refusal) else topic

    def _end(self, connection: ServerConnection, refusal: Refusal) -> None:
        """What this one was shown is no more."""
        self._spawn(self._turn_away(connection, _of_ticket(refusal)))

    def _heard(self, _concern: Concern) -> None:
        """The journal has begun a new life: all come in anew, and are told so by their welcome."""
        if self._hall.epoch == self._epoch or self._server is None:
            return
        self._epoch = self._hall.epoch
        for connection in self._server.connections:
            self._spawn(self._cut(connection, m.Close.GOING_AWAY, "new epoch"))

    def _send_away(self, connection: ServerConnection) -> None:
        """A slow reader goes, and comes back to a fresh view."""
        self._spawn(self._cut(connection, m.Close.TRY_AGAIN, "too slow"))

    def cut_off(self, connection: ServerConnection) -> None:
        """A client that sends only what must be refused is read no further."""
        connection.transport.pause_reading()
        self._spawn(self._cut(connection, m.Close.POLICY, "too many refused frames"))

    async def _cut(self, connection: ServerConnection, code: int, reason: str) -> None:
        """Say goodbye, but do not wait for one who does not read: the buffer would stay."""
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await connection.close(code, reason)
        except TimeoutError:
            pass
        finally:
            connection.transport.abort()

    async def _turn_away(self, connection: ServerConnection, refusal: Refusal) -> None:
        self.refuse(connection, None, refusal)
        await connection.close(m.Close.POLICY, refusal.code)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(m.BEAT_EVERY_S)
            self._topics.beat()
            self._ask_again()

    async def _look(self) -> None:
        """Judge the displays, and say each fault once and its end once."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look()

    def look(self) -> None:
        """Name what is wrong with displays, to supervisors, in the log and in the figures."""
        for change in self._topics.look():
            told = log.bind(display=change.name, lasted_s=round(change.lasted_ms / 1000))
            if change.fault is None:
                told.info("display_recovered", fault=str(change.before))
            else:
                told.warning("display_faulty", fault=str(change.fault), before=change.before)
        for name, connections in self._topics.to_begin_anew():
            log.warning("display_begins_anew", display=name)
            for connection in connections:
                self._spawn(self._cut(connection, m.Close.BEGIN_ANEW, "shows what is old"))
        if self._gauge is not None:
            self._gauge.displays(self._topics.troubles, self._topics.frame_ages())
            self._gauge.printers(self._topics.printers())

    def reported(self, topic: Topic, report: m.ReportFrame) -> None:
        """A display says what it shows."""
        self._topics.reported(topic, report)

    def printer_told(self, name: str, state: m.PrinterState) -> None:
        """A kiosk says how its printer is."""
        self._printer_changed(self._topics.printer_told(name, state))

    def _printer_changed(self, change: PrinterChange | None) -> None:
        """Say it once, in the log and in the figures."""
        if change is None:
            return
        told = log.bind(kiosk=change.name, printer=change.state, before=change.before)
        if change.state in m.TROUBLES:
            told.warning("printer_faulty")
        else:
            told.info("printer_told")
        if self._gauge is not None:
            self._gauge.printers(self._topics.printers())

    def _ask_again(self) -> None:
        """Send away whose credential was revoked or session ended since they came in.

        A registry that cannot be read ends the round until the next beat: the event loop stands
        still for each look-up, and one is enough to know.
        """
        for connection, shown in list(self._staff.items()):
            actor = self._try_to_admit(*shown)
            if actor is _LATER:
                return
            if isinstance(actor, Refusal):
                del self._staff[connection]
                self._spawn(self._turn_away(connection, actor))

    def _try_to_admit(
        self, hello: m.Hello, cookies: Mapping[str, str], address: str
    ) -> Actor | Refusal:
        try:
            return self._admit(hello, cookies, address)
        except StorageError as error:
            log.warning("registry_unreadable", reason=str(error))
            return _LATER

    def _address(self, connection: ServerConnection, request: Request) -> str:
        """Where a client is: the proxy on this machine says it of those that it passes on."""
        sender = str(connection.remote_address[0])
        told = request.headers.get_all("X-Forwarded-For")
        if self._behind_proxy and sender in OWN and told:
            return told[-1].rpartition(",")[2].strip()
        return sender

    # --- speaking ----------------------------------------------------------------------

    def send(self, connection: ServerConnection, frame: m.HubFrame) -> None:
        """Send one frame without waiting; a closed connection is passed over."""
        for slow in wire.send((connection,), _encode(frame), BUFFER_STAFF):
            self._send_away(slow)

    def refuse(
        self, connection: ServerConnection, request_id: RequestId | None, refusal: Refusal
    ) -> None:
        """Say no, by name."""
        self._count_refusal(refusal.code)
        self.send(connection, refused(request_id, refusal))

    def _count(self, role: Role, change: int) -> None:
        if self._gauge is not None:
            self._gauge.connected(role, change)

    def _count_refusal(self, code: str) -> None:
        if self._gauge is not None:
            self._gauge.refused(code)


def _of_ticket(refusal: Refusal) -> Refusal:
    """A ticket that does not exist opens nothing: its id is its credential."""
    if refusal.code == "unknown_ticket":
        return Refusal("bad_credential", refusal.reason)
    return refusal


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # e.g. a bracket that never closes
        return None


def _cookies(connection: ServerConnection) -> dict[str, str]:
    assert connection.request is not None
    headers = connection.request.headers
    # A browser names the page that opened the socket; of a page with TLS it is its word, and no
    # other page may connect.
    return cookies_of(headers.get_all("Cookie"), headers.get("Origin", "").startswith("https:"))


def _quiet_logger() -> logging.Logger:
    """Handshakes that fail are the internet's weather, not the hub's faults."""
    logger = logging.getLogger("hub.realtime.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
