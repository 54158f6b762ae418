"""The websocket client of kiosk and display: it stays in touch with the hub, whatever happens.

        connect, hello                 welcome
    ┌──────────────────▶ (waiting) ──────────────▶ LIVE ◀─ frames
    │ full jitter 0.2 s…10 s │ fails                │ cut
    └────────────────────── LOST ◀─────────────────┘
                              │ 15 s since the last frame, cut or half-open
                              ▼
                            STALE, until the next welcome

docs/protocol.md tells what goes over the wire.
"""

import asyncio
import contextlib
import random
import uuid
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Generic, NoReturn, TypeVar, get_args
from urllib.parse import urlsplit, urlunsplit

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from shared.errors import SetupError
from shared.messages import (
    STALE_AFTER_S,
    VERSION,
    AnswerFrame,
    Beat,
    Close,
    Command,
    CommandFrame,
    Finding,
    Hello,
    HubFrame,
    PrinterFrame,
    Question,
    QuestionFrame,
    Refused,
    ReportFrame,
    Result,
    ViewFrame,
    Welcome,
)
from shared.model import RequestId, Role, Seq

V = TypeVar("V")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
LONGEST_OF_TWO_S = 2.0
"""The same where there is another address to try: few clients know two."""
OPEN_WITHIN_S = 5.0
CLOSE_WITHIN_S = 0.5
LONGEST_FRAME = 1024 * 1024
"""Bytes of the longest frame taken from a hub: generous, a view of a large hall has about 20 KB."""

log = structlog.get_logger()
_hub_frame = msgspec.json.Decoder(HubFrame)
_finding: msgspec.json.Decoder[Finding] = msgspec.json.Decoder(Finding)
_KNOWN = {kind.__struct_config__.tag for kind in get_args(HubFrame)}


class Touch(StrEnum):
    """How a screen stands to the hub."""

    LIVE = "live"
    LOST = "lost"
    STALE = "stale"


class _Type(msgspec.Struct):
    type: str


class BeginAnew(Exception):
    """The hub closed the connection with `Close.BEGIN_ANEW`: this program must be started anew."""


class _HelloRefused(Exception):
    """The hub answered our hello with `refused`."""


class _OutOfDate(Exception):
    """The hub serves under a lower generation than one that has welcomed us."""


def _nothing(_: object) -> None:
    """Take a message that nobody wants."""


def hub_url(address: str) -> str:
    """The websocket URL for `HOST:PORT` or a ws:// or wss:// URL; the path is /live if none is
    given. Raises SetupError."""
    try:
        parts = urlsplit(address if "://" in address else f"ws://{address}")
        sound = parts.scheme in {"ws", "wss"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise SetupError(f"{address!r} is no hub's address; write HOST:PORT or wss://HOST/live")
    path = parts.path if parts.path not in {"", "/"} else "/live"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def hub_urls(address: str | Sequence[str]) -> tuple[str, ...]:
    """The websocket URLs of one address, or of several. Raises SetupError, also where there is
    none."""
    addresses = (address,) if isinstance(address, str) else tuple(address)
    if not addresses:
        raise SetupError("no hub's address is given; write HOST:PORT or wss://HOST/live")
    return tuple(map(hub_url, addresses))


class Link(Generic[V]):
    """Keeps one screen in touch with its hub.

    Calls, always from `run`'s task or its loop: `on_welcome` before the welcome's view;
    `on_view(view, seq)` for that and every later one; `on_touch` only when it changes; `on_time`
    with the hub's ISO time; `on_refused` when the hub refuses the hello, while it goes on trying
    slowly. An error in one of them is a bug and ends `run`. `draw(ceiling)` picks a pause of 0 to
    `ceiling` seconds. `code` lets a device in whose credential the hub does not know yet.

    Of several addresses the next is tried when one does not welcome us. A hub of a lower generation
    than the highest that did is passed over: another one has taken its place.
    """

    def __init__(
        self,
        address: str | Sequence[str],
        *,
        role: Role,
        credential: str,
        code: str | None = None,
        view: type[V],
        on_view: Callable[[V, Seq], None],
        on_touch: Callable[[Touch], None],
        on_welcome: Callable[[Welcome], None] = _nothing,
        on_time: Callable[[str], None] = _nothing,
        on_refused: Callable[[Refused], None] = _nothing,
        stale_after_s: float = STALE_AFTER_S,
        draw: Callable[[float], float] = lambda ceiling: random.uniform(0, ceiling),
    ) -> None:
        self._urls = hub_urls(address)
        self._longest = LONGEST_PAUSE_S if len(self._urls) == 1 else LONGEST_OF_TWO_S
        self._turn = 0
        self._tries = 0
        self._hello = Hello(VERSION, role, credential, code)
        self._view = msgspec.json.Decoder(view)
        self._on_view = on_view
        self._on_touch = on_touch
        self._on_welcome = on_welcome
        self._on_time = on_time
        self._on_refused = on_refused
        self._stale_after_s = stale_after_s
        self._draw = draw
        self._touch: Touch | None = None
        self._socket: ClientConnection | None = None
        self._welcomed = False
        self._seq = Seq(0)
        self._ceiling = FIRST_PAUSE_S
        self._asked: dict[RequestId, tuple[str, asyncio.Future[Result | Refused]]] = {}
        self._inquired: dict[RequestId, asyncio.Future[Finding | Refused | None]] = {}
        self._passed_over: set[str] = set()
        self._silence: asyncio.TimerHandle | None = None

    async def ask(self, request_id: RequestId, command: Command) -> Result | Refused:
        """Send a wish, again after every reconnect, and wait as long as the answer takes.

        Cancel it to give up: the hub may have done it all the same. The same id cannot be asked
        twice at once (ValueError); asking it again later gives the first answer again.
        """
        if request_id in self._asked:
            raise ValueError(f"{request_id} is being asked already")
        text = msgspec.json.encode(CommandFrame(request_id, command)).decode()
        answer: asyncio.Future[Result | Refused] = asyncio.get_running_loop().create_future()
        self._asked[request_id] = (text, answer)
        try:
            if self._socket is not None:
                with contextlib.suppress(WebSocketException):  # it will be sent on reconnect
                    await self._socket.send(text)
            return await answer
        finally:
            del self._asked[request_id]

    async def inquire(self, question: Question, within_s: float) -> Finding | Refused | None:
        """Ask something that changes nothing; None when there is no answer within `within_s`
        seconds, no connection, or none any more. It is never sent again: who asks knows whether
        somebody still waits."""
        socket = self._socket
        if socket is None:
            return None
        request_id = RequestId(str(uuid.uuid4()))
        text = msgspec.json.encode(QuestionFrame(request_id, question)).decode()
        answer: asyncio.Future[Finding | Refused | None]
        answer = asyncio.get_running_loop().create_future()
        self._inquired[request_id] = answer
        try:
            async with asyncio.timeout(within_s):
                await socket.send(text)
                return await answer
        except (TimeoutError, WebSocketException):
            return None
        finally:
            del self._inquired[request_id]

    async def tell(self, frame: ReportFrame | PrinterFrame) -> bool:
        """Send what needs no answer; False, and nothing sent, while there is no connection."""
        socket = self._socket
        if socket is None:
            return False
        try:
            await socket.send(msgspec.json.encode(frame).decode())
        except WebSocketException:
            return False
        return True

    async def run(self) -> None:
        """Stay in touch until cancelled. Raises BeginAnew."""
        self._hear()
        try:
            while True:
                await self._once()
                await asyncio.sleep(self._pause())
        finally:
            if self._silence is not None:
                self._silence.cancel()

    def _pause(self) -> float:
        pause = self._draw(self._ceiling)
        self._tries += 1
        if self._tries % len(self._urls) == 0:  # all of them have been tried
            self._ceiling = min(self._ceiling * 2, self._longest)
        return pause

    @property
    def _url(self) -> str:
        return self._urls[self._turn % len(self._urls)]

    async def _once(self) -> None:
        """Connect and listen until the connection is gone. Whoever has not welcomed us gives way to
        the next address."""
        why: Exception
        self._welcomed = False
        try:
            async with asyncio.timeout(self._stale_after_s) as patience:
                await self._talk(patience)
        except (_HelloRefused, msgspec.MsgspecError) as error:
            # Our credential, or a hub of another version: no hurry to hear the same again.
            self._ceiling, why = self._longest, error
        except _OutOfDate as error:
            why = error
        except (OSError, WebSocketException) as error:  # TimeoutError is an OSError
            closed = error.rcvd if isinstance(error, ConnectionClosed) else None
            if closed is not None and closed.code == Close.BEGIN_ANEW:
                raise BeginAnew(closed.reason) from None
            why = error
        finally:
            self._socket = None
            for request_id in self._inquired:
                self._find(request_id, None)
        self._stand(Touch.LOST, why)
        if not self._welcomed:
            self._turn += 1

    async def _talk(self, patience: asyncio.Timeout) -> NoReturn:
        loop = asyncio.get_running_loop()
        async with connect(
            self._url,
            compression=None,
            ping_interval=None,  # beats serve
            max_size=LONGEST_FRAME,
            open_timeout=OPEN_WITHIN_S,
            close_timeout=CLOSE_WITHIN_S,
            proxy=None,
        ) as socket:
            await socket.send(msgspec.json.encode(self._hello).decode())
            while True:
                await self._take(socket, await socket.recv())
                self._hear()
                patience.reschedule(loop.time() + self._stale_after_s)

    async def _take(self, socket: ClientConnection, text: str | bytes) -> None:
        try:
            frame = _hub_frame.decode(text)
        except msgspec.ValidationError:
            self._pass_over(text)
            return
        match frame:
            case Welcome(view=view, seq=seq):
                self._welcome(socket, frame)
                self._on_welcome(frame)
                self._show(view, seq)
                self._stand(Touch.LIVE)
                for again, _ in list(self._asked.values()):
                    await socket.send(again)
            case ViewFrame(view=view, seq=seq):
                if seq >= self._seq:  # whatever stands between us may have turned frames round
                    self._show(view, seq)
            case Beat(at=at):
                self._on_time(at)
            case Result(request_id=request_id):
                self._answer(request_id, frame)
            case AnswerFrame(request_id=request_id, finding=finding):
                self._find(request_id, self._read(finding))
            case Refused(request_id=request_id):
                self._refused(request_id, frame)

    def _show(self, view: msgspec.Raw, seq: Seq) -> None:
        self._seq = seq
        self._on_view(self._view.decode(view), seq)

    def _welcome(self, socket: ClientConnection, welcome: Welcome) -> None:
        known = self._hello.generation
        if welcome.generation < known:
            raise _OutOfDate(f"generation {welcome.generation}, another hub has {known}")
        # From now on a hub that this one has replaced hears of it.
        self._hello = msgspec.structs.replace(self._hello, generation=welcome.generation)
        self._socket = socket
        self._welcomed = True
        self._ceiling, self._tries = FIRST_PAUSE_S, 0
        self._on_time(welcome.at)

    def _refused(self, request_id: RequestId | None, frame: Refused) -> None:
        if request_id is not None:
            self._answer(request_id, frame)
            self._find(request_id, frame)
        elif self._socket is None:
            self._on_refused(frame)
            raise _HelloRefused(f"{frame.code}: {frame.reason}")
        else:
            log.error("hub.refused_frame", code=frame.code, reason=frame.reason)

    def _answer(self, request_id: RequestId, frame: Result | Refused) -> None:
        asked = self._asked.get(request_id)
        if asked is not None and not asked[1].done():
            asked[1].set_result(frame)

    def _find(self, request_id: RequestId, outcome: Finding | Refused | None) -> None:
        inquired = self._inquired.get(request_id)
        if inquired is not None and not inquired.done():
            inquired.set_result(outcome)

    def _read(self, finding: msgspec.Raw) -> Finding | None:
        """None for one that this program cannot read; its text, which may name a person, is told
        to nobody."""
        try:
            return _finding.decode(finding)
        except msgspec.MsgspecError:
            log.warning("hub.unknown_finding")
            return None

    def _pass_over(self, text: str | bytes) -> None:
        """Ignore a frame of a type this program does not know; any other fault is raised."""
        kind = msgspec.json.decode(text, type=_Type).type
        if kind in _KNOWN:
            _hub_frame.decode(text)
        if kind not in self._passed_over:
            self._passed_over.add(kind)
            log.warning("hub.unknown_frame", type=kind)

    def _hear(self) -> None:
        """A sign of life: silence is counted from now, across reconnects too."""
        if self._silence is not None:
            self._silence.cancel()
        loop = asyncio.get_running_loop()
        self._silence = loop.call_later(self._stale_after_s, self._stand, Touch.STALE)

    def _stand(self, touch: Touch, why: Exception | None = None) -> None:
        if touch is self._touch or (touch is Touch.LOST and self._touch is Touch.STALE):
            return  # stale says more than lost, until the next welcome
        self._touch = touch
        if touch is Touch.LIVE:
            log.info("hub.live", url=self._url)
        else:
            log.warning(f"hub.{touch}", url=self._url, why=repr(why) if why else "silence")
        self._on_touch(touch)
