"""Notices say what happened, what is safe, and what to do; closed ones, when to come back."""

import pytest
from msgspec.structs import replace

from kiosk import hall_notices as notices, hours_words, moves as m
from kiosk.faces import HomeFace, ServicesFace, face
from kiosk.flow import Flow, Screen
from kiosk.notice_face import NoticeFace
from kiosk.state import Trouble
from shared.messages import Shut
from shared.model import ServiceId
from tests.kiosk.hall import (
    at,
    home,
    issued,
    request,
    states,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

TODAY, TOMORROW, FRIDAY = (
    "2026-11-23T13:15:00+07:00",
    "2026-11-24T07:15:00+07:00",
    "2026-11-27T07:15:00+07:00",
)
ELSEWHERE = {"vi": "Công an phường, xã cũng làm việc này.", "en": "Ward police do this, too."}


def told(flow: Flow, ms: int = 4_500) -> NoticeFace:
    body = face(flow, at(ms)).body
    assert isinstance(body, NoticeFace)
    return body


def closed(why: Shut | None, opening: str | None = TODAY, **changes: object) -> NoticeFace:
    return told(home(view(open=False, shut=why, next_opening=opening, **changes)), 500)


# --- closed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "title"),
    [
        (Shut.BEFORE, "Chưa đến giờ phát số"),
        (Shut.CUT_OFF, "Đã hết giờ phát số của buổi này"),
        (Shut.LUNCH, "Trung tâm đang nghỉ trưa"),
        (Shut.AFTER, "Hôm nay đã hết giờ phát số"),
        (Shut.HOLIDAY, "Hôm nay trung tâm nghỉ lễ"),
        (Shut.DAY_OFF, "Hôm nay trung tâm không làm việc"),
        (Shut.ENDED, "Trung tâm đang tạm ngừng phát số"),
        (None, "Hiện chưa phát số"),
    ],
)
def test_closed_says_why(why: Shut | None, title: str) -> None:
    assert closed(why).title == title


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (TODAY, "Trung tâm phát số từ 13:15 hôm nay."),
        (TOMORROW, "Trung tâm phát số từ 7:15 ngày mai, Thứ Ba, 24/11."),
        (FRIDAY, "Trung tâm phát số từ 7:15, Thứ Sáu, 27/11."),
        (None, "Mời ông/bà hỏi quầy hướng dẫn."),
    ],
)
def test_closed_says_when_to_come_back(opening: str | None, words: str) -> None:
    assert closed(Shut.AFTER, opening).safe == words


def test_closed_says_who_else_can_help_in_the_persons_language() -> None:
    whole = view(open=False, shut=Shut.HOLIDAY, next_opening=TODAY, elsewhere=ELSEWHERE)
    assert ELSEWHERE["vi"] in told(home(whole), 500).advice
    bare = closed(Shut.HOLIDAY, hours="", dossier_prefixes=())
    assert bare.advice == ""
    assert notices.closed(Flow(), at(0)).safe == "Mời ông/bà hỏi quầy hướng dẫn."


def test_before_the_hall_has_told_the_time_the_day_is_named() -> None:
    flow = walk((0, m.ViewCame(view(open=False, next_opening=TODAY))))
    assert hours_words.numbers_again(flow, TODAY, at(0)).endswith("13:15, Thứ Hai, 23/11.")


# --- closing soon ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2026-11-23T08:30:00+07:00", "Sắp hết giờ: còn phát số đến 8:30"),
        (None, ""),
    ],
)
def test_home_says_until_when_numbers_are_given_once_the_hub_says_that_it_is_soon(
    until: str | None, words: str
) -> None:
    assert hours_words.closing_soon(home(view(numbers_until=until))) == words


def test_nothing_closes_soon_before_the_hub_has_spoken() -> None:
    assert hours_words.closing_soon(Flow()) == ""


# --- no number ---------------------------------------------------------------------------


def declined(code: str, reason: str = "Lời của máy chủ.", **changes: object) -> Flow:
    refusal = replace(m.Declined(request(), code, reason), **changes)
    return walk((4_000, refusal), start=waiting_flow())


KNOWN = (
    "service_closed",
    "quota_reached",
    "too_soon",
    "card_needed",
    "card_used",
    "storage_full",
    "storage_failed",
    "too_busy",
    "unknown_service",
    "unknown_priority",
)


@pytest.mark.parametrize("code", KNOWN)
def test_for_a_code_that_is_known_the_kiosk_has_its_own_words(code: str) -> None:
    body = told(declined(code))
    assert body.title and body.safe and body.advice and body.button
    assert "Lời của máy chủ." not in (body.title, body.safe, body.advice)


def test_for_any_other_code_the_hubs_words_stand() -> None:
    body = told(declined("something_new"))
    assert (body.title, body.safe) == ("Chưa lấy được số", "Lời của máy chủ.")


def with_service(**changes: object) -> Flow:
    """Somebody has touched s9, which gives no number."""
    whole = view(next_day_opening=TOMORROW)
    services = tuple(
        replace(one, open=False, **changes) if one.id == "s9" else one for one in whole.services
    )
    return walk(
        (1_000, m.Start()),
        (2_000, m.PickService(ServiceId("s9"), request())),
        start=home(replace(whole, services=services)),
    )


def test_a_service_without_numbers_left_says_when_there_are_again_and_who_else_does_it() -> None:
    flow = with_service(full=True, elsewhere=ELSEWHERE)
    body = told(flow)
    assert body.title == "Thẻ bảo hiểm y tế: hôm nay đã phát hết số"
    assert body.safe == "Trung tâm phát số từ 7:15 ngày mai, Thứ Ba, 24/11."
    assert (body.advice, body.back) == (ELSEWHERE["vi"], "Chọn việc khác")


def test_a_service_that_is_closed_alone_says_so() -> None:
    body = told(with_service())
    assert body.title == "Việc này hiện chưa phát số"
    assert body.advice == "Mời ông/bà chọn việc khác hoặc hỏi quầy hướng dẫn."


def test_a_service_that_the_hub_no_longer_has_is_refused_without_its_name() -> None:
    flow = replace(with_service(full=True), service=None)
    assert notices.refused(flow, at(0)).title == "Hôm nay đã phát hết số"
    assert notices.refused(replace(flow, view=None), at(0)).title == "Hôm nay đã phát hết số"


def test_who_comes_too_soon_sees_the_seconds_go() -> None:
    flow = declined("too_soon", retry_s=12)
    assert told(flow, 4_000).safe == "Vừa có người lấy số ở máy này. Mời ông/bà chờ 12 giây."
    assert "chờ 1 giây" in told(flow, 15_500).safe


def test_who_has_a_number_is_told_which() -> None:
    body = told(declined("card_used", number="A012"))
    assert body.title == "Hôm nay ông/bà đang có số A012"
    assert told(declined("card_used")).title == "Ông/bà đang có một số khác"


# --- a card ------------------------------------------------------------------------------


def at_card() -> Flow:
    return walk(
        (1_000, m.Start()),
        (2_000, m.PickService(ServiceId("s14"), request())),
        (3_000, m.PickPriority(None, request())),
        start=home(view(card_needed=True)),
    )


def test_the_card_screen_asks_and_says_what_is_the_matter() -> None:
    flow = at_card()
    body = told(flow)
    assert body.title == "Mời ông/bà đặt mã QR trên căn cước vào khe quét"
    assert (body.back, body.no_card) == ("Quay lại", "Tôi không mang căn cước")
    assert flow.claim is not None
    advices = {body.advice, told(replace(flow, claim=replace(flow.claim, asked=1))).advice}
    for trouble in Trouble:
        advices.add(told(replace(flow, claim=replace(flow.claim, trouble=trouble))).advice)
    assert len(advices) == 2 + len(Trouble)


def test_who_has_no_card_is_sent_to_a_counter() -> None:
    body = told(walk((4_000, m.NoCard()), start=at_card()))
    assert "quầy hướng dẫn hoặc quầy 4, 5, 6" in body.advice
    lost = replace(walk((4_000, m.NoCard()), start=at_card()), service=None)
    assert told(lost).advice == "Mời ông/bà đến quầy hướng dẫn, cán bộ sẽ lấy số giúp."


# --- giving a number up, emergencies, out of touch -----------------------------------------


def dropping(*things: tuple[int, m.Thing]) -> NoticeFace:
    start = walk((4_000, m.DropTicket()), (5_000, m.ConfirmDrop()), start=ticket_flow())
    return told(walk(*things, start=start), 20_000)


def test_a_number_is_said_to_be_dropped_when_it_is() -> None:
    ticket = issued().ticket
    assert dropping().title == "Đang bỏ số R012…"
    assert dropping((5_500, m.Dropped(ticket))).title == "Đã bỏ số R012"
    assert dropping((13_000, m.Tick())).title == "Chưa bỏ được số R012"
    refused = dropping((5_500, m.Dropped(ticket, "wrong_state")))
    assert refused.title == "Không bỏ được số R012"
    assert refused.safe == "Số này đang được phục vụ hoặc đã kết thúc."
    assert "vẫn còn" in dropping((5_500, m.Dropped(ticket, "storage_full"))).safe


def test_an_emergency_is_told_in_the_supervisors_words() -> None:
    flow = home(view(emergency="Mời mọi người ra ngoài."))
    assert flow.screen is Screen.EMERGENCY
    assert (told(flow).sign, told(flow).safe) == ("emergency", "Mời mọi người ra ngoài.")
    assert notices.emergency(Flow()).safe == ""


def test_out_of_touch_says_that_numbers_are_safe() -> None:
    assert "giữ nguyên" in told(*states()["away"]).safe


def test_home_tells_the_end_of_numbers_in_the_hours_place() -> None:
    body = face(home(view(numbers_until="2026-11-23T08:30:00+07:00")), at(500)).body
    assert isinstance(body, HomeFace)
    assert body.hours == "Sắp hết giờ: còn phát số đến 8:30"


def test_large_type_shows_fewer_services_a_page() -> None:
    flow = walk((1_000, m.Start()), (1_500, m.Toggle(m.Mode.LARGE)), start=home())
    body = face(flow, at(2_000)).body
    assert isinstance(body, ServicesFace)
    assert (len(body.cards), body.pages) == (12, 2)
