"""What the screens of look-ups and procedures say."""

import pytest
from msgspec.structs import replace

from kiosk import moves as m, paper
from kiosk.counter_words import counters_text
from kiosk.dossier_faces import CodeFace, DigitsFace, DossierFace, LookingFace
from kiosk.faces import Face, HomeFace, face
from kiosk.flow import Flow, Screen
from kiosk.notices import NoticeFace
from kiosk.procedure_faces import ProcedureFace, ProceduresFace
from kiosk.state import News
from kiosk.telex import ROWS
from shared.dossiers import DossierState, DossierView
from shared.messages import (
    DossierFound,
    DossierNotFound,
    DossierUnavailable,
    Finding,
    KioskView,
    Refused,
    TicketFound,
)
from shared.model import CounterNumber, ServiceId, TicketId, TicketState, Wait
from shared.procedures import Catalogue
from shared.receipt_code import ProcedureCode, TicketLink
from tests.kiosk.hall import (
    CODE,
    answer,
    at,
    at_code,
    at_digits,
    at_dossier,
    at_list,
    at_procedure,
    dossier,
    home,
    looking,
    place,
    request,
    scan,
    view,
    walk,
)
from tests.kiosk.lookup_states import every_finding, found

IN_WORK = DossierState.IN_WORK

RESERVE = "Cán bộ tại quầy xác nhận giấy tờ cho từng trường hợp."


def told(flow: Flow, ms: int = 2_000) -> NoticeFace:
    body = face(flow, at(ms)).body
    assert isinstance(body, NoticeFace)
    return body


def dossier_face(
    found: DossierView, whole: KioskView | None = None, ms: int = 2_000
) -> DossierFace:
    body = face(at_dossier(found, whole), at(ms)).body
    assert isinstance(body, DossierFace)
    return body


# --- home --------------------------------------------------------------------------------


def test_home_offers_what_there_is() -> None:
    def ways(flow: Flow) -> tuple[bool, bool]:
        body = face(flow, at(500)).body
        assert isinstance(body, HomeFace)
        return body.lookup, body.procedures

    assert ways(home()) == (True, True)
    assert ways(home(view(dossier_prefixes=()))) == (False, True)
    assert ways(replace(home(), catalogue=None)) == (True, False)
    assert ways(replace(home(), catalogue=Catalogue(()))) == (True, False)


def test_a_closed_hall_offers_what_needs_no_number() -> None:
    shut = home(view(open=False))
    body = told(shut, 500)
    assert (body.lookup, body.procedures) == ("Tra cứu hồ sơ", "Tìm thủ tục")
    hours, scanning = body.advice.split("\n")
    assert hours.startswith("Giờ làm việc hôm nay")
    assert scanning == "Có thể quét giấy tiếp nhận để tra cứu."
    bare = replace(home(view(open=False, dossier_prefixes=(), hours="")), catalogue=None)
    body = told(bare, 500)
    assert (body.lookup, body.procedures, body.advice) == ("", "", "")


# --- the code ----------------------------------------------------------------------------


def test_the_keypad_offers_todays_beginnings_and_searches_a_whole_code() -> None:
    body = face(at_code(), at(2_000)).body
    assert isinstance(body, CodeFace)
    assert (body.code, body.search) == ("", False)
    assert body.starts[:2] == ("H41.15-261123-", "H41.17-261123-")
    whole = face(walk((2_000, m.PickStart(CODE)), start=at_code()), at(2_500)).body
    assert isinstance(whole, CodeFace)
    assert (whole.code, whole.search) == (CODE, True)


def test_the_keypad_has_no_room_for_every_agency() -> None:
    many = view(dossier_prefixes=tuple(f"H41.{number}" for number in range(10, 30)))
    body = face(walk((1_000, m.OpenLookup()), start=home(many)), at(2_000)).body
    assert isinstance(body, CodeFace) and len(body.starts) == 6


def test_no_day_is_offered_before_the_hall_has_told_its_time() -> None:
    for flow in (replace(at_code(), told_at=""), replace(at_code(), view=None)):
        body = face(flow, at(2_000)).body
        assert isinstance(body, CodeFace) and body.starts == ()


# --- looking -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "busy", "hint"),
    [
        (299, False, "Mời ông/bà chờ giây lát."),
        (300, True, "Mời ông/bà chờ giây lát."),
        (3_000, True, "Hệ thống đang trả lời chậm. Máy chờ thêm vài giây nữa."),
    ],
)
def test_what_takes_longer_says_so(passed: int, busy: bool, hint: str) -> None:
    body = face(looking(), at(1_000 + passed)).body
    assert body == LookingFace("Đang tra cứu hồ sơ…", CODE, hint, busy)


def test_a_ticket_is_looked_for_by_another_word() -> None:
    flow = walk(scan(1_000, TicketLink(TicketId("Zm9vYmFyYmF6cXV4"))), start=home())
    body = face(flow, at(1_100)).body
    assert isinstance(body, LookingFace)
    assert (body.title, body.code) == ("Đang xem số thứ tự…", "")


# --- counters ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((5,), "5"), ((4, 5, 6), "4 · 5 · 6"), ((1, 3, 2, 4, 9, 12, 11), "1–4 · 9 · 11–12")],
)
def test_many_counters_are_drawn_together(numbers: tuple[int, ...], text: str) -> None:
    assert counters_text(tuple(CounterNumber(number) for number in numbers)) == text


# --- the dossier -------------------------------------------------------------------------

STATES = {
    DossierState.REGISTERED: ("Đã đăng ký, chờ tiếp nhận", "work", ""),
    DossierState.ACCEPTED: ("Đã tiếp nhận", "work", ""),
    DossierState.NOT_ACCEPTED: ("Không được tiếp nhận", "ended", "Lấy số gặp cán bộ"),
    DossierState.IN_WORK: ("Đang xử lý", "work", ""),
    DossierState.PAPERS_WANTED: ("Cần bổ sung giấy tờ", "act", "Lấy số nộp giấy tờ"),
    DossierState.PAYMENT_WANTED: ("Cần nộp phí, lệ phí", "act", "Lấy số nộp phí"),
    DossierState.WITHDRAWN: ("Đã rút theo yêu cầu", "ended", "Lấy số gặp cán bộ"),
    DossierState.STOPPED: ("Đã dừng xử lý", "ended", "Lấy số gặp cán bộ"),
    DossierState.FINISHED: ("Đã có kết quả", "good", "Lấy số nhận kết quả"),
    DossierState.HANDED_OVER: ("Đã trả kết quả", "good", ""),
}


@pytest.mark.parametrize("state", DossierState)
def test_every_state_says_where_it_stands_and_what_to_do(state: DossierState) -> None:
    body = dossier_face(dossier(state))
    assert (body.state, body.tone, body.button) == STATES[state]
    assert (body.code, body.procedure) == (CODE, "Đăng ký biến động quyền sử dụng đất")
    assert body.todo
    assert body.steps
    assert body.priority == ("Tôi thuộc diện ưu tiên" if body.button else "")


def test_a_dossier_that_is_ready_leads_to_its_counters() -> None:
    body = dossier_face(dossier())
    assert body.state_detail == "Sớm 2 ngày so với ngày hẹn 25/11/2026"
    assert body.todo == "Nhận kết quả tại các quầy 4, 5, 6."
    waited = replace(view().services[0], waiting=3)
    busy = view(services=(waited, *view().services[1:]))
    assert dossier_face(dossier(), busy).todo.endswith("Đang có 3 người chờ.")


@pytest.mark.parametrize(
    ("due", "detail", "tone", "button"),
    [
        ("2026-11-25T17:00:00+07:00", "Còn 2 ngày, hẹn trả 25/11/2026", "work", ""),
        ("2026-11-23T17:00:00+07:00", "Hẹn trả hôm nay, 23/11/2026", "work", "Lấy số gặp cán bộ"),
        (
            "2026-11-20T17:00:00+07:00",
            "Trễ 3 ngày so với ngày hẹn 20/11/2026",
            "late",
            "Lấy số gặp cán bộ",
        ),
        (None, "Chưa có ngày hẹn trả", "work", ""),
    ],
)
def test_a_dossier_in_work_says_how_long_or_how_late(
    due: str | None, detail: str, tone: str, button: str
) -> None:
    body = dossier_face(dossier(IN_WORK, due=due))
    assert (body.state_detail, body.tone, body.button) == (detail, tone, button)


@pytest.mark.parametrize(
    ("found", "whole", "why"),
    [
        (dossier(service=ServiceId("s9")), view(), "Hôm nay đã hết số, mai có lại"),
        (
            dossier(),
            view(open=False),
            "Hiện chưa phát số. Giờ làm việc: 7:30–11:30 · 13:30–17:00",
        ),
        (
            dossier(),
            view(open=False, hours=""),
            "Hiện chưa phát số. Mời ông/bà hỏi quầy hướng dẫn.",
        ),
    ],
)
def test_where_no_number_is_given_the_counters_are_told_and_why(
    found: DossierView, whole: KioskView, why: str
) -> None:
    body = dossier_face(found, whole)
    assert (body.button, body.priority) == ("", "")
    assert body.todo_lines[-1] == why
    assert body.todo == "Nhận kết quả tại các quầy 4, 5, 6."


def test_out_of_touch_the_dossier_stays_and_no_number_is_promised() -> None:
    flow = walk((2_000, m.ReachChanged(m.Reach.STALE)), start=at_dossier())
    body = face(flow, at(3_000)).body
    assert isinstance(body, DossierFace)
    assert body.button == ""
    assert body.todo_lines[-1].startswith("Máy đang mất kết nối")


def test_a_service_without_counters_or_unknown_here_sends_to_the_guide() -> None:
    nowhere = replace(view().services[0], counters=())
    without = view(services=(nowhere, *view().services[1:]))
    for body in (dossier_face(dossier(), without), dossier_face(dossier(service=None))):
        assert body.todo == "Nhận kết quả. Mời ông/bà hỏi quầy hướng dẫn."
        assert body.button == ""


def test_a_site_without_classes_offers_none() -> None:
    body = dossier_face(dossier(), view(priorities=()))
    assert (body.button, body.priority) == ("Lấy số nhận kết quả", "")


def test_the_name_is_asked_for_once() -> None:
    assert dossier_face(dossier()).may_ask_name
    body = dossier_face(dossier(applicant="N***** V** A"))
    assert (body.applicant, body.may_ask_name) == ("N***** V** A", False)


@pytest.mark.parametrize(
    ("code", "slip", "again"),
    [
        (paper.OK, "Đã in phiếu", False),
        (paper.NO_PAPER, "Máy in hết giấy. In lại", True),
        (paper.TIMEOUT, "Chưa in được phiếu. In lại", True),
        (paper.NO_PRINTER, "Máy này không in phiếu", False),
    ],
)
def test_the_slips_button_says_what_became_of_it(code: str, slip: str, again: bool) -> None:
    ordered = walk((2_000, m.PrintSlip()), start=at_dossier())
    done = walk((3_000, m.SlipDone(ordered.orders, code)), start=ordered)

    def button(flow: Flow) -> tuple[str, bool]:
        body = face(flow, at(3_100)).body
        assert isinstance(body, DossierFace)
        return body.slip, body.may_print

    assert button(at_dossier()) == ("In phiếu tra cứu", True)
    assert button(ordered) == ("Đang in phiếu…", False)
    assert button(done) == (slip, again)


def test_the_screen_says_when_it_clears_and_then_asks() -> None:
    assert dossier_face(dossier(), ms=1_050).clears == "Tự xóa sau 60 giây"
    assert dossier_face(dossier(), ms=60_051).clears == "Tự xóa sau 1 giây"
    asked = face(at_dossier(), at(61_050))
    assert asked.ask is not None and asked.ask.stay == "Tôi cần thêm thời gian"
    assert isinstance(asked.body, DossierFace) and asked.body.clears == ""


# --- the four digits ---------------------------------------------------------------------


def digits_face(flow: Flow) -> DigitsFace:
    body = face(flow, at(5_000)).body
    assert isinstance(body, DigitsFace)
    return body


def test_digits_are_dots() -> None:
    body = digits_face(at_digits("43"))
    assert body.typed == 2
    rows = ["".join(key.key for key in row) for row in body.keys]
    assert rows == ["123", "456", "789", "clear0erase"]
    assert all(key.on for row in body.keys for key in row)
    checking = digits_face(at_digits("4321"))
    assert (checking.typed, checking.hint) == (4, "Đang kiểm tra…")
    assert not any(key.on for row in checking.keys for key in row)


@pytest.mark.parametrize(
    ("finding", "problem"),
    [
        (DossierNotFound(digits=True), "Bốn số không khớp. Mời ông/bà nhập lại."),
        (Refused(request(), "something_new", "Mời thử lại ngày mai."), "Mời thử lại ngày mai."),
        (
            Refused(request(), "code_locked", "Hôm nay đã bị khóa."),
            "Hôm nay không xem được tên chủ hồ sơ này nữa.",
        ),
        (None, "Hệ thống hồ sơ chưa trả lời. Mời ông/bà nhập lại sau ít phút."),
    ],
)
def test_why_there_is_no_name_stands_over_empty_dots(
    finding: Finding | Refused | None, problem: str
) -> None:
    body = digits_face(answer(at_digits("4321"), finding, 4_100))
    assert (body.typed, body.problem) == (0, problem)


# --- findings ----------------------------------------------------------------------------


@pytest.mark.parametrize("news", News)
def test_every_finding_says_what_happened_what_is_safe_and_what_to_do(news: News) -> None:
    flow = every_finding()[news]
    assert flow.screen is Screen.FINDING
    body = told(flow)
    assert body.title and body.safe and body.advice
    assert body.button == "Trang đầu"
    assert body.start == ("" if news in (News.TICKET, News.OFFLINE) else "Lấy số thứ tự")


def test_no_two_findings_look_alike() -> None:
    titles = {told(flow).title for flow in every_finding().values()}
    assert len(titles) == len(News)


def test_a_system_that_is_down_says_when_it_last_answered() -> None:
    body = told(found(DossierUnavailable("2026-11-23T08:02:00+07:00")))
    assert body.title == "Hệ thống hồ sơ chưa trả lời"
    assert "lần cuối lúc 08:02." in body.safe
    assert "Ông/bà vẫn lấy số được" in body.advice
    older = told(found(DossierUnavailable("2026-11-22T16:40:00+07:00")))
    assert "lần cuối lúc 16:40, Chủ Nhật, 22/11." in older.safe
    assert "lần cuối" not in told(found(DossierUnavailable(None))).safe
    timeless = replace(found(DossierUnavailable("2026-11-22T16:40:00+07:00")), told_at="")
    assert "lần cuối lúc 16:40." in told(timeless).safe


def test_out_of_hours_no_number_is_offered_instead() -> None:
    flow = answer(walk(scan(1_000), start=home(view(open=False))), None, 1_050)
    body = told(flow)
    assert body.start == ""
    assert "lấy số" not in body.advice


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("too_many_lookups", "Máy này đã tra cứu nhiều lần liền nhau"),
        ("code_locked", "Bốn số cuối đã nhập sai nhiều lần"),
        ("lookup_off", "Máy này chưa tra cứu được hồ sơ"),
        ("bad_code", "Mã hồ sơ chưa đúng"),
    ],
)
def test_a_refused_look_up_is_told_in_the_kiosks_own_words(code: str, title: str) -> None:
    body = told(found(Refused(request(), code, "Lời của máy chủ.")))
    assert body.title == title
    assert body.safe and body.safe != "Lời của máy chủ."


def test_a_look_up_refused_for_a_reason_we_do_not_know_is_told_in_the_hubs_words() -> None:
    body = told(found(Refused(request(), "lookup_paused", "Mời thử lại sau 5 phút.")))
    assert (body.title, body.safe) == ("Tạm thời chưa tra cứu được", "Mời thử lại sau 5 phút.")


def test_a_code_that_is_not_found_is_shown_to_be_compared() -> None:
    assert CODE in told(found(DossierNotFound())).safe
    typed = walk((1_500, m.PickStart(CODE)), (2_000, m.LookUp()), start=at_code())
    body = told(answer(typed, DossierNotFound(), 2_100), 3_000)
    assert body.advice.startswith("Mời ông/bà xem lại mã trên giấy rồi nhập lại")
    assert body.back == "Sửa mã"
    assert told(found(DossierNotFound())).back == ""


TOO_MANY = Refused(request(), "too_many_lookups", "Mời thử lại sau 5 phút.")


@pytest.mark.parametrize("finding", [None, DossierUnavailable(None), TOO_MANY])
def test_a_typed_code_that_got_no_answer_can_be_tried_again(
    finding: Finding | Refused | None,
) -> None:
    typed = walk((1_500, m.PickStart(CODE)), (2_000, m.LookUp()), start=at_code())
    flow = answer(typed, finding, 2_100)
    assert told(flow, 3_000).back == "Thử lại"
    body = face(walk((3_000, m.Back()), start=flow), at(3_100)).body
    assert isinstance(body, CodeFace)
    assert (body.code, body.search) == (CODE, True)
    assert told(found(finding)).back == ""


R012 = "Số R012 · Đất đai"
FOUR = CounterNumber(4)


@pytest.mark.parametrize(
    ("ticket", "safe"),
    [
        (place(), "Còn 7 người ở phía trước. Dự kiến chờ từ 15 đến 25 phút."),
        (place(wait=Wait(0, 5)), "Còn 7 người ở phía trước. Dự kiến chờ không quá 5 phút."),
        (place(wait=None), "Còn 7 người ở phía trước. Chưa ước được thời gian chờ."),
        (place(ahead=0), "Sắp đến lượt ông/bà."),
        (place(TicketState.CALLED, counter=FOUR), "Mời ông/bà đến quầy 4 ngay."),
        (place(TicketState.SERVING, counter=FOUR), "Đang được phục vụ tại quầy 4."),
        (place(TicketState.HELD, counters=()), "Số đang được giữ lại. Quầy sẽ gọi lại ông/bà."),
        (place(TicketState.DONE), "Số này đã được phục vụ xong."),
        (place(TicketState.NO_SHOW), "Số này đã được gọi mà không có người đến."),
        (place(TicketState.CANCELLED), "Số này đã được bỏ."),
    ],
)
def test_a_scanned_ticket_says_its_place(ticket: object, safe: str) -> None:
    body = told(found(TicketFound(ticket)))  # type: ignore[arg-type]
    assert (body.title, body.safe) == (R012, safe)


# --- procedures --------------------------------------------------------------------------


def test_the_list_shows_a_page_of_cards_the_keyboard_and_how_to_type() -> None:
    body = face(at_list(), at(2_000)).body
    assert isinstance(body, ProceduresFace)
    assert (len(body.cards), body.page, body.pages) == (5, 0, 2)
    assert body.keys == ROWS
    assert body.hint == "Mời ông/bà gõ tên thủ tục, có dấu hay không dấu đều được."
    second = face(walk((2_000, m.TurnPage(1)), start=at_list()), at(3_000)).body
    assert isinstance(second, ProceduresFace)
    assert [card.code for card in second.cards] == ["1.013236", "1.009999"]


def test_the_list_says_how_many_fit_or_that_none_does() -> None:
    some = face(at_list("khai sinh"), at(5_000)).body
    assert isinstance(some, ProceduresFace)
    assert (some.hint, [card.code for card in some.cards]) == ("Tìm thấy 1 thủ tục.", ["2.000635"])
    none = face(at_list("zzzzqqqq"), at(5_000)).body
    assert isinstance(none, ProceduresFace)
    assert none.hint.startswith("Chưa thấy thủ tục nào.")


def procedure_face(flow: Flow) -> ProcedureFace:
    body = face(flow, at(4_000)).body
    assert isinstance(body, ProcedureFace)
    return body


def test_a_procedure_says_what_to_bring_how_long_how_much_and_where() -> None:
    body = procedure_face(at_procedure())
    assert body.papers == ("Đơn theo mẫu số 11", "Bản gốc giấy chứng nhận", "Căn cước")
    assert (body.time, body.fee) == ("10 ngày làm việc", "Theo nghị quyết của HĐND tỉnh")
    assert body.counters == "Quầy 4, 5, 6"
    assert body.url == "http://192.168.10.20:8791/p/1.013831"
    assert body.note == "Nộp trực tuyến được giảm lệ phí.\n" + RESERVE
    assert (body.button, body.priority) == ("Lấy số cho thủ tục này", "Tôi thuộc diện ưu tiên")


def test_a_procedure_without_a_number_says_why() -> None:
    shut = procedure_face(walk(scan(1_000, ProcedureCode("1.001456", "")), start=home()))
    assert (shut.button, shut.priority) == ("", "")
    assert shut.note.startswith("Hôm nay đã hết số, mai có lại")
    nowhere = procedure_face(walk(scan(1_000, ProcedureCode("1.009999", "")), start=home()))
    assert (nowhere.counters, nowhere.button) == ("", "")
    assert nowhere.note.startswith("Nơi nộp hồ sơ: mời ông/bà hỏi quầy hướng dẫn.")


def test_where_pages_are_unknown_there_is_no_link_and_without_classes_no_priority() -> None:
    whole = view(pages="", priorities=())
    body = procedure_face(walk(scan(1_000, ProcedureCode("1.013831", "")), start=home(whole)))
    assert (body.url, body.priority) == ("", "")
    assert body.button
    blind = replace(at_procedure(), view=None)
    assert procedure_face(blind).url == ""


def test_every_screen_keeps_the_hall_in_its_header() -> None:
    for flow in (at_code(), looking(), at_dossier(), at_digits(), at_list(), at_procedure()):
        whole = face(flow, at(5_000))
        assert isinstance(whole, Face)
        assert whole.header.clock == "08:15"


def test_a_dossier_with_a_name_is_found_by_its_digits() -> None:
    named = DossierFound(dossier(applicant="N***** V** A"))
    body = face(answer(at_digits("4321"), named, 4_100), at(4_200)).body
    assert isinstance(body, DossierFace) and body.applicant == "N***** V** A"
