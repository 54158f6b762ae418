"""The whole kiosk in its window, touched with a finger, against a real websocket server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve

from kiosk import paper
from kiosk.devices.fake import FakePrinter
from kiosk.flow import Screen
from kiosk.inflight import Inflight
from kiosk.moves import Wish
from shared import messages as m
from shared.model import Epoch, RequestId, Seq, ServiceId, TicketState
from tests.kiosk.hall import AT, at, issued, request, view
from tests.kivy_window import clear, hold, tap, until


class Hub:
    """A hub that knows one site, answers by request id and can hang up instead of answering."""

    def __init__(self) -> None:
        self.asked: list[m.CommandFrame] = []
        self.hang_up_on = 0
        self.silent = False
        self.view = view()
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

    def commands(self, kind: type[Any]) -> list[Any]:
        return [frame.command for frame in self.asked if isinstance(frame.command, kind)]

    async def _talk(self, socket: ServerConnection) -> None:
        await socket.recv()
        raw = msgspec.Raw(msgspec.json.encode(self.view))
        site = m.SiteInfo("nghe-an", "Nghệ An", "Asia/Ho_Chi_Minh")
        await self._send(socket, m.Welcome(site, Epoch("e"), Seq(1), AT, raw))
        async for text in socket:
            frame = msgspec.json.decode(text, type=m.CommandFrame)
            self.asked.append(frame)
            if self.hang_up_on:
                self.hang_up_on -= 1
                return
            if not self.silent:
                value = msgspec.Raw(msgspec.json.encode(self._value(frame.command)))
                await self._send(socket, m.Result(frame.request_id, Seq(2), value))

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

    def _find(self, text: str) -> Any:
        from kiosk.screens.widgets import Press

        veil = self.app.screens.veil
        top = veil if veil.parent else self.app.screens.manager.current_screen
        for widget in top.walk(restrict=True):
            said = [getattr(below, "text", "") for below in widget.walk(restrict=True)]
            if isinstance(widget, Press) and any(one.startswith(text) for one in said):
                return widget
        raise AssertionError(f"nothing says {text!r} on {self.app.flow.screen}")


@asynccontextmanager
async def hall(window: Any, folder: Path, serving: bool = True) -> AsyncIterator[Hall]:
    from kiosk.app import KioskApp, Options

    one = Hall(window, folder)
    await one.hub.start()
    address = f"127.0.0.1:{one.hub.port}"
    if not serving:
        await one.hub.stop()
    app = KioskApp(
        Options(address, "secret"), one.printer, one.inflight, lambda: at(one.ms), one.new_id
    )
    one.app = app
    hold(window, app.build())
    try:
        yield one
    finally:
        await app.end()
        await one.hub.stop()
        clear(window)


async def to_the_question(one: Hall) -> None:
    one.app.begin()
    await one.shows(Screen.HOME)
    one.tap("Lấy số thứ tự")
    one.tap("Văn hóa, Thể thao")
    assert one.app.flow.screen is Screen.PRIORITY


async def test_three_touches_lead_to_a_printed_ticket(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)
        one.tap("Không")
        await one.shows(Screen.TICKET)
        await one.until(lambda: one.hub.commands(m.TicketPrinted), "report")
        assert one.hub.commands(m.IssueTicket) == [m.IssueTicket(ServiceId("s14"))]
        assert one.hub.commands(m.TicketPrinted) == [m.TicketPrinted(issued().ticket)]
        assert [paper.number for paper in one.printer.papers] == ["R012"]
        page = one.app.screens.manager.current_screen
        assert page.face.number == "R012"
        assert page.ids.code.url == issued().url
        one.tap("Xong")
        assert one.app.flow.screen is Screen.HOME
        assert one.inflight.unanswered() == []


async def test_a_priority_class_goes_along(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)
        one.tap("Phụ nữ mang thai")
        await one.shows(Screen.TICKET)
        assert [command.priority for command in one.hub.commands(m.IssueTicket)] == ["p2"]


async def test_impatient_fingers_make_one_ticket(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        one.app.begin()
        await one.shows(Screen.HOME)
        one.tap("Lấy số thứ tự", times=3)
        await one.shows(Screen.SERVICES)
        one.tap("Văn hóa, Thể thao", times=3)
        await one.shows(Screen.PRIORITY)
        one.tap("Không", times=5)
        await one.shows(Screen.TICKET)
        await one.until(lambda: one.hub.commands(m.TicketPrinted), "report")
        assert len(one.hub.commands(m.IssueTicket)) == 1


async def test_a_wish_keeps_its_id_when_the_hub_hangs_up(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)
        one.hub.hang_up_on = 2
        one.tap("Không")
        await one.shows(Screen.TICKET)
        asked = [f.request_id for f in one.hub.asked if isinstance(f.command, m.IssueTicket)]
        assert len(asked) == 3
        assert len(set(asked)) == 1


async def test_no_paper_is_told_to_the_person_and_the_hub(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        one.printer.code = paper.NO_PAPER
        await to_the_question(one)
        one.tap("Không")
        await one.until(lambda: one.hub.commands(m.PrintFailed), "report")
        assert one.hub.commands(m.PrintFailed) == [m.PrintFailed(issued().ticket, "no_paper")]
        await one.shows(Screen.TICKET)
        page = one.app.screens.manager.current_screen
        await one.until(lambda: page.face.trouble, "trouble")
        assert page.face.trouble == "Máy in hết giấy"
        assert page.face.number == "R012"


async def test_dropping_the_number_cancels_it(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)
        one.tap("Không")
        await one.shows(Screen.TICKET)
        one.tap("Đổi ý, bỏ số")
        one.tap("Bỏ số")
        await one.until(lambda: one.hub.commands(m.Cancel), "cancel")
        assert one.hub.commands(m.Cancel) == [m.Cancel(issued().ticket)]
        assert one.app.flow.screen is Screen.DROPPED


async def test_the_kiosk_waits_for_its_hub_and_comes_up_by_itself(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, serving=False) as one:
        one.app.begin()
        await one.until(lambda: one.app.flow.lost_at is not None, "lost")
        assert one.app.flow.screen is Screen.AWAY
        await one.hub.start()
        await one.shows(Screen.HOME)


async def test_a_restarted_kiosk_shows_and_prints_what_was_asked_for(
    kivy_window: Any, tmp_path: Path
) -> None:
    wish = Wish(RequestId(request(1)), m.IssueTicket(ServiceId("s14")), at(9_000))
    Inflight(tmp_path).keep(wish)
    async with hall(kivy_window, tmp_path) as one:
        one.app.begin()
        assert one.app.flow.screen is Screen.WAITING
        await one.shows(Screen.TICKET)
        await one.until(lambda: one.hub.commands(m.TicketPrinted), "report")
        assert one.hub.asked[0].request_id == request(1)
        assert one.inflight.unanswered() == []


async def test_a_ticket_that_comes_too_late_is_cancelled_before_it_is_forgotten(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)
        one.hub.silent = True
        one.tap("Không")
        await one.until(lambda: one.hub.commands(m.IssueTicket), "asked")
        await one.shows(Screen.WAITING)
        one.ms += 40_000
        await one.until(lambda: one.app.screens.manager.current_screen.face.may_give_up, "offer")
        one.tap("Dừng lại")
        assert one.app.flow.screen is Screen.HOME
        assert [kept.wanted for kept in one.inflight.unanswered()] == [False]
        one.hub.silent = False
        await one.hub.stop()
        await one.hub.start()
        await one.until(lambda: not one.inflight.unanswered(), "forgotten")
        assert one.hub.commands(m.Cancel) == [m.Cancel(issued().ticket)]
        assert one.printer.papers == []


async def test_a_refused_wish_says_why(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await to_the_question(one)

        async def refuse(socket: ServerConnection, frame: m.HubFrame) -> None:
            assert isinstance(frame, m.Result)
            refused = m.Refused(frame.request_id, "quota_reached", "Hôm nay đã hết số.")
            await socket.send(msgspec.json.encode(refused).decode())

        one.hub._send = refuse  # type: ignore[method-assign]
        one.tap("Không")
        await one.shows(Screen.REFUSED)
        assert one.app.screens.manager.current_screen.face.safe == "Hôm nay đã hết số."
        await asyncio.sleep(0)
        assert one.inflight.unanswered() == []
