"""The whole kiosk in its window, touched with a finger, against a real websocket server."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.server import ServerConnection

from kiosk import paper
from kiosk.flow import Screen
from kiosk.inflight import Inflight
from kiosk.moves import Wish
from shared import messages as m
from shared.model import RequestId, ServiceId
from tests.kiosk.hall import at, issued, request
from tests.kiosk.in_window import Hall, hall
from tests.kivy_window import tap


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


async def calling(one: Hall) -> Any:
    """Home after a minute without a finger."""
    one.app.begin()
    await one.shows(Screen.HOME)
    one.ms += 61_000
    screens = one.app.screens
    await one.until(lambda: screens.manager.current_screen is screens.attract, "calls people")
    return screens.attract


async def test_the_button_of_the_screen_that_calls_people_starts_at_once(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await calling(one)
        one.tap("Lấy số thứ tự")
        await one.shows(Screen.SERVICES)


async def test_a_touch_beside_it_wakes_home_and_presses_nothing_there(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        page = await calling(one)
        words = [w for w in page.walk() if getattr(w, "text", "") == "Mời ông/bà chạm vào màn hình"]
        tap(kivy_window, words[0])
        await one.shows(Screen.HOME)
        assert (one.app.flow.screen, one.app.flow.touched) == (Screen.HOME, one.ms)


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


async def test_the_hub_is_told_how_the_printer_is_and_again_after_a_reconnect(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        one.app.begin()
        await one.shows(Screen.HOME)
        for state in ("ready", "no_paper"):
            one.printer.is_now(m.PrinterState(state))
        await one.until(lambda: one.hub.printer == ["ready", "no_paper"], "states")
        one.hub.hang_up()
        await one.until(lambda: one.hub.printer == ["ready", "no_paper", "no_paper"], "again")


async def test_a_paper_is_waited_for_while_its_number_is_on_the_screen(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        one.printer.code = paper.NO_PAPER
        await to_the_question(one)
        one.tap("Không")
        await one.shows(Screen.TICKET)
        await one.until(lambda: one.printer.papers, "printed")
        assert one.printer.waits()
        one.tap("Xong")
        assert not one.printer.waits()


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
        shown = one.app.screens.manager.current_screen.face
        assert shown.title == "Văn hóa, Thể thao và Du lịch: hôm nay đã phát hết số"
        await asyncio.sleep(0)
        assert one.inflight.unanswered() == []
