"""Looking things up with the whole kiosk in its window, against a real websocket server."""

import gc
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec

from kiosk import paper
from kiosk.dossier_flow import TAKEN_AWAY_MS
from kiosk.flow import Printing, Screen
from kiosk.state import News
from shared import messages as m
from shared.model import ServiceId
from tests.kiosk.hall import CODE, catalogue, dossier, request, view
from tests.kiosk.in_window import Hall, hall

NAME = "N***** V** A"
CARD = "040085004321|181234567|Nguyễn Văn A|01011985|Nam|Vinh, Nghệ An|01012022"


async def begun(one: Hall) -> None:
    one.app.begin()
    await one.shows(Screen.HOME)


async def scanned(one: Hall) -> None:
    await begun(one)
    one.hub.finding = m.DossierFound(dossier())
    one.scanner.read(CODE.lower().encode() + b"\r")
    await one.shows(Screen.DOSSIER)


async def test_a_scan_brings_the_dossier_and_one_touch_its_number(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await scanned(one)
        assert one.hub.questions == [m.LookUpDossier(CODE)]
        page = one.app.screens.manager.current_screen
        assert page.face.state == "Đã có kết quả"
        one.tap("Lấy số nhận kết quả")
        await one.shows(Screen.TICKET)
        assert one.hub.commands(m.IssueTicket) == [
            m.IssueTicket(ServiceId("s0"), None, dossier=CODE, procedure="1.013831")
        ]
        await one.until(lambda: one.hub.commands(m.TicketPrinted), "report")
        assert one.inflight.unanswered() == []


async def test_the_identity_card_brings_the_masked_name(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await scanned(one)
        one.ms += 1_000
        one.hub.finding = m.DossierFound(dossier(applicant=NAME))
        one.scanner.read(CARD)
        await one.until(lambda: len(one.hub.questions) == 2, "asked")
        await one.shows(Screen.DOSSIER)
        assert one.hub.questions[1] == m.LookUpDossier(CODE, "4321")
        assert one.app.screens.manager.current_screen.face.applicant == NAME


async def test_a_slip_is_printed_on_request(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await scanned(one)
        one.tap("In phiếu tra cứu")
        await one.until(lambda: one.app.flow.lookup.printing is Printing.DONE, "printed")
        assert [slip.code for slip in one.printer.slips] == [CODE]
        one.printer.code = paper.NO_PAPER
        one.tap("Trang đầu")
        one.ms += TAKEN_AWAY_MS
        one.scanner.read(CODE)
        await one.shows(Screen.DOSSIER)
        one.tap("In phiếu tra cứu")
        await one.until(lambda: one.app.flow.lookup.printing is Printing.FAILED, "not printed")


async def test_what_the_person_left_is_nowhere_on_the_screens(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await scanned(one)
        one.ms += 1_000
        one.hub.finding = m.DossierFound(dossier(applicant=NAME))
        one.scanner.read(CARD)
        page = one.app.screens.manager.current_screen
        await one.until(lambda: one.app.flow.screen is Screen.DOSSIER, "named")
        one.tap("Trang đầu")
        await one.shows(Screen.HOME)
        gc.collect()
        for other in one.app.screens.pages.values():
            for widget in other.walk(restrict=True):
                said = f"{getattr(widget, 'text', '')} {getattr(widget, 'face', '')!r}"
                assert CODE not in said and NAME not in said
        assert page.face.code == ""


async def test_a_hub_without_an_answer_is_told_and_a_number_is_still_taken(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await begun(one)
        one.scanner.read(CODE)
        await one.until(lambda: one.hub.questions, "asked")
        home = one.app.screens.pages[Screen.HOME]
        assert one.app.screens.manager.current_screen is home, "a quick answer needs no screen"
        one.ms += 400
        await one.shows(Screen.LOOKING)
        assert one.app.screens.manager.current_screen.face.busy
        one.ms += 7_200
        await one.shows(Screen.FINDING)
        assert one.app.flow.lookup.news is News.UNAVAILABLE
        one.tap("Lấy số thứ tự")
        await one.shows(Screen.SERVICES)


async def test_a_question_that_nobody_awaits_is_dropped(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await begun(one)
        one.scanner.read(CODE)
        await one.until(lambda: one.hub.questions, "asked")
        under_way = one.app._inquiries._under_way
        assert len(under_way) == 1
        one.scanner.read("H41.17-261111-0007")
        await one.until(lambda: len(one.hub.questions) == 2, "asked anew")
        assert list(under_way) == [2]
        one.ms += 1_000
        await one.shows(Screen.LOOKING)
        one.tap("Trang đầu")
        assert not under_way
        assert one.app.flow.screen is Screen.HOME


async def test_a_refused_look_up_is_told_in_the_kiosks_words(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await begun(one)
        one.hub.finding = m.Refused(request(), "too_many_lookups", "Mời thử lại sau 5 phút.")
        one.scanner.read(CODE)
        await one.shows(Screen.FINDING)
        shown = one.app.screens.manager.current_screen.face
        assert shown.title == "Máy này đã tra cứu nhiều lần liền nhau"


async def test_a_procedure_is_found_and_a_number_taken_for_it(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, catalogue=catalogue()) as one:
        await begun(one)
        await one.until(lambda: one.app.screens.manager.current_screen.face.procedures, "offered")
        one.tap("Tìm thủ tục")
        await one.shows(Screen.PROCEDURES)
        assert one.app._procedures.links == 1
        one.tap("Đăng ký đất đai")
        await one.shows(Screen.PROCEDURE)
        one.tap("Lấy số cho thủ tục này")
        await one.shows(Screen.TICKET)
        assert one.hub.commands(m.IssueTicket) == [
            m.IssueTicket(ServiceId("s0"), None, procedure="1.013978")
        ]


async def test_nothing_that_was_read_comes_into_the_log(
    kivy_window: Any, tmp_path: Path, capfd: Any, caplog: Any
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        await scanned(one)
        one.ms += 1_000
        one.scanner.read(CARD)
        one.scanner.read("mật khẩu của tôi")
        one.ms += 1_000
        one.scanner.read(CODE)
        await one.shows(Screen.DOSSIER)
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    for mark in (CODE, CODE.lower(), "4321", "Nguyễn", "mật khẩu"):
        assert mark not in logged
    assert "scanner.read" in logged


async def test_the_first_frame_of_each_screen_is_noted(kivy_window: Any, tmp_path: Path) -> None:
    noted = tmp_path / "frames"
    async with hall(kivy_window, tmp_path, frame_log=noted) as one:
        one.app.on_start()
        try:
            await scanned(one)
            await one.until(lambda: "dossier" in noted.read_text(), "noted")
        finally:
            one.app.on_stop()
            one.app.on_stop()
    lines = [json.loads(line) for line in noted.read_text().splitlines()]
    names = [line["screen"] for line in lines if "screen" in line]
    assert "home" in names and names[-1] == "dossier"
    assert all(one != two for one, two in pairwise(names))
    moments = [line["drawn_ns"] for line in lines]
    assert moments == sorted(moments)
    assert CODE.encode() not in msgspec.json.encode(lines)


async def test_a_closed_hall_still_looks_up_and_finds_procedures(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, catalogue=catalogue()) as one:
        one.hub.view = view(open=False)
        one.app.begin()
        await one.shows(Screen.CLOSED)
        one.tap("Tra cứu hồ sơ")
        await one.shows(Screen.CODE)
        one.tap("Trang đầu")
        await one.shows(Screen.CLOSED)
        one.tap("Tìm thủ tục")
        await one.shows(Screen.PROCEDURES)
