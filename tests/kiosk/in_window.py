"""A kiosk in its window, touched with a finger, against a real websocket server."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve

from kiosk.devices.fake import FakePrinter
from kiosk.devices.keypad import FakeKeypad, Keypad
from kiosk.devices.scanner import FakeScanner
from kiosk.devices.speaker import FakeSpeaker, Speaker
from kiosk.flow import Screen
from kiosk.guide import Key, Plugged
from kiosk.inflight import Inflight
from shared import messages as m
from shared.model import Epoch, Seq, TicketState
from shared.procedures import Catalogue
from tests.kiosk.hall import AT, at, issued, request, view
from tests.kivy_window import clear, hold, tap, until


class Hub:
    """A hub that knows one site, answers by request id and can hang up instead of answering."""

    def __init__(self) -> None:
        self.asked: list[m.CommandFrame] = []
        self.printer: list[str] = []
        """What it was told of the kiosk's printer."""
        self.hang_up_on = 0
        self.silent = False
        self.view = view()
        self.questions: list[m.Question] = []
        self.finding: m.Finding | m.Refused | None = None
        """What every question is answered; None: nothing."""
        self.server: Server | None = None
        self.port = 0

    async def start(self) -> None:
        self.server = await serve(self._talk, "127.0.0.1", self.port)
        self.port = next(iter(self.server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            self.server.close()
            await self.server.wait_closed()
            self.server = None

    def hang_up(self) -> None:
        """End every connection; kiosks come again."""
        assert self.server is not None
        for connection in self.server.connections:
            connection.transport.abort()

    def commands(self, kind: type[Any]) -> list[Any]:
        return [frame.command for frame in self.asked if isinstance(frame.command, kind)]

    async def _talk(self, socket: ServerConnection) -> None:
        await socket.recv()
        raw = msgspec.Raw(msgspec.json.encode(self.view))
        site = m.SiteInfo("nghe-an", "Nghệ An", "Asia/Ho_Chi_Minh")
        await self._send(socket, m.Welcome(site, Epoch("e"), Seq(1), AT, raw))
        async for text in socket:
            frame = msgspec.json.decode(
                text, type=m.CommandFrame | m.QuestionFrame | m.PrinterFrame
            )
            if isinstance(frame, m.PrinterFrame):
                self.printer.append(frame.state.value)
                continue
            if isinstance(frame, m.QuestionFrame):
                await self._answer(socket, frame)
                continue
            self.asked.append(frame)
            if self.hang_up_on:
                self.hang_up_on -= 1
                return
            if not self.silent:
                value = msgspec.Raw(msgspec.json.encode(self._value(frame.command)))
                await self._send(socket, m.Result(frame.request_id, Seq(2), value))

    async def _answer(self, socket: ServerConnection, frame: m.QuestionFrame) -> None:
        self.questions.append(frame.question)
        match self.finding:
            case None:
                return
            case m.Refused(code=code, reason=reason):
                await self._send(socket, m.Refused(frame.request_id, code, reason))
            case found:
                value = msgspec.Raw(msgspec.json.encode(found))
                await self._send(socket, m.AnswerFrame(frame.request_id, value))

    def _value(self, command: m.Command) -> m.Value:
        if isinstance(command, m.IssueTicket):
            return issued(command.service)
        return m.TicketChanged(issued().ticket, "R012", TicketState.WAITING)

    async def _send(self, socket: ServerConnection, frame: m.HubFrame) -> None:
        await socket.send(msgspec.json.encode(frame).decode())


class Hall:
    """A kiosk, its hub, its printer, and a finger."""

    def __init__(self, window: Any, folder: Path) -> None:
        self.window = window
        self.hub = Hub()
        self.printer = FakePrinter()
        self.scanner = FakeScanner()
        self.keypad = FakeKeypad()
        self.speaker = FakeSpeaker()
        self.inflight = Inflight(folder)
        self.ms = 10_000
        self.app: Any = None
        self._ids = 100

    def new_id(self) -> str:
        self._ids += 1
        return request(self._ids)

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        await until(self.window, condition, what=what)

    async def shows(self, screen: Screen) -> None:
        screens = self.app.screens
        await self.until(
            lambda: (
                self.app.flow.screen is screen
                and screens.manager.current_screen is screens.pages[screen]
            ),
            f"shows {screen}",
        )

    def tap(self, text: str, times: int = 1) -> None:
        """Touch what bears that text, on the screen or in the question over it."""
        self.ms += 1_000
        widget = self._find(text)
        for _time in range(times):
            tap(self.window, widget)

    def press(self, key: Key | Plugged) -> None:
        """Press a key of the keypad, or plug headphones in or out."""
        self.ms += 1_000
        assert self.keypad.on_key is not None
        self.keypad.on_key(key)

    def _find(self, text: str) -> Any:
        from kiosk.screens.widgets import Press

        veil = self.app.screens.veil
        top = veil if veil.parent else self.app.screens.manager.current_screen
        for widget in top.walk(restrict=True):
            said = [getattr(below, "text", "") for below in widget.walk(restrict=True)]
            if isinstance(widget, Press) and any(one.startswith(text) for one in said):
                return widget
        raise AssertionError(f"nothing says {text!r} on {self.app.flow.screen}")


class Shelf:
    """A catalogue that is there from the first, and never another."""

    def __init__(self, catalogue: Catalogue, tell: Callable[[Catalogue], None]) -> None:
        self.catalogue = catalogue
        self.tell = tell
        self.links = 0

    def live(self) -> None:
        self.links += 1

    async def run(self) -> None:
        self.tell(self.catalogue)


@asynccontextmanager
async def hall(
    window: Any,
    folder: Path,
    serving: bool = True,
    catalogue: Catalogue | None = None,
    frame_log: Path | None = None,
    led: bool = False,
    voice: tuple[Keypad, Speaker] | None = None,
) -> AsyncIterator[Hall]:
    from kiosk.app import KioskApp, Options

    one = Hall(window, folder)
    await one.hub.start()
    address = f"127.0.0.1:{one.hub.port}"
    if not serving:
        await one.hub.stop()
    app = KioskApp(
        Options(address, "secret", frame_log=frame_log),
        one.printer,
        one.inflight,
        lambda: at(one.ms),
        one.new_id,
        scanner=one.scanner,
        catalogue=None if catalogue is None else lambda _ask, tell: Shelf(catalogue, tell),
        voice=(one.keypad, one.speaker) if led else voice,
    )
    one.app = app
    hold(window, app.build())
    try:
        yield one
    finally:
        await app.end()
        await one.hub.stop()
        clear(window)
