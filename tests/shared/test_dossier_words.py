"""Every state says where the dossier stands and what to do, in words a grandmother knows."""

import unicodedata
from datetime import date

import pytest
from msgspec.structs import replace

from shared.dossier_words import (
    MOST_STEPS,
    Desk,
    Explanation,
    day_text,
    days_late,
    explain,
    is_due,
    money_text,
)
from shared.dossiers import DossierState, DossierView, Fee, Progress
from shared.i18n import _
from shared.model import ServiceId

TODAY = date(2026, 11, 23)
DESK = Desk("Đất đai", "4 · 5 · 6", 3)
DOSSIER = DossierView(
    code="H41.15-261110-0042",
    procedure_code="1.013831",
    procedure="Đăng ký biến động",
    state=DossierState.IN_WORK,
    received="2026-11-10T08:00:00+07:00",
    due="2026-11-25T17:00:00+07:00",
    done=None,
    unit="Sở Nông nghiệp và Môi trường",
    fees=(),
    supplements=(),
    progress=(),
    applicant=None,
    service=ServiceId("dat-dai"),
    at="2026-11-23T08:00:00+07:00",
)


def said(state: DossierState, desk: Desk | None = DESK, **changes: object) -> Explanation:
    return explain(replace(DOSSIER, state=state, **changes), TODAY, desk, _)


@pytest.mark.parametrize("state", DossierState)
@pytest.mark.parametrize("desk", [DESK, None])
@pytest.mark.parametrize("due", [None, "2026-11-20T17:00:00+07:00", "2026-11-25T17:00:00+07:00"])
def test_every_state_is_named_and_says_what_to_do(
    state: DossierState, desk: Desk | None, due: str | None
) -> None:
    told = said(state, desk, due=due)
    assert told.state and told.todo and told.steps
    assert sum(step.stands == "now" for step in told.steps) == (state != DossierState.HANDED_OVER)
    order = ["done", "now", "next"]
    stands = [order.index(step.stands) for step in told.steps]
    assert stands == sorted(stands)
    assert not told.button or desk is not None
    everything = " ".join((told.state, told.detail, told.todo, *told.todo_lines, told.button))
    assert unicodedata.is_normalized("NFC", everything) and "{" not in everything


def test_a_finished_dossier_is_collected_at_its_counters() -> None:
    told = said(DossierState.FINISHED, Desk("Nhận kết quả", "33 · 34", 3), done=DOSSIER.at)
    assert told.tone == "good"
    assert told.detail == "Sớm 2 ngày so với ngày hẹn 25/11/2026"
    assert told.todo == "Nhận kết quả tại các quầy 33 · 34. Đang có 3 người chờ."
    assert told.button == "Lấy số nhận kết quả"


def test_nobody_is_told_of_a_line_that_is_empty() -> None:
    told = said(DossierState.FINISHED, Desk("Nhận kết quả", "33", 0))
    assert told.todo == "Nhận kết quả tại quầy 33."
    assert told.detail == "Ngày hẹn trả: 25/11/2026"


@pytest.mark.parametrize(
    ("due", "detail"),
    [
        ("2026-11-23T17:00:00+07:00", "Hẹn trả hôm nay, 23/11/2026"),
        ("2026-11-24T07:00:00+07:00", "Còn 1 ngày, hẹn trả 24/11/2026"),
        ("2026-11-20T17:00:00+07:00", "Trễ 3 ngày so với ngày hẹn 20/11/2026"),
        (None, "Chưa có ngày hẹn trả"),
    ],
)
def test_days_are_counted_against_the_due_date(due: str | None, detail: str) -> None:
    assert said(DossierState.IN_WORK, due=due).detail == detail


@pytest.mark.parametrize(
    ("done", "detail"),
    [("2026-11-25", "Đúng ngày hẹn 25/11/2026"), ("2026-11-27", "Trễ 2 ngày so với ngày hẹn")],
)
def test_a_result_is_measured_by_the_day_it_was_done(done: str, detail: str) -> None:
    told = said(DossierState.FINISHED, done=f"{done}T09:00:00+07:00")
    assert told.detail.startswith(detail)


def test_who_collects_late_is_not_told_that_anybody_was_late() -> None:
    told = said(DossierState.HANDED_OVER, done="2026-12-15T09:00:00+07:00")
    assert told.detail == "Ngày trả: 15/12/2026"
    assert (told.steps[-1].title, told.steps[-1].detail) == ("Đã trả kết quả", "15/12/2026")
    assert said(DossierState.HANDED_OVER).detail == ""


@pytest.mark.parametrize("state", [DossierState.PAPERS_WANTED, DossierState.PAYMENT_WANTED])
def test_a_dossier_that_waits_for_its_citizen_is_not_called_late(state: DossierState) -> None:
    assert said(state, due="2026-11-13T17:00:00+07:00").detail == "Ngày hẹn trả: 13/11/2026"
    assert said(state).detail.startswith("Còn 2 ngày")


def test_on_the_promised_day_somebody_is_there_to_be_asked() -> None:
    told = said(DossierState.IN_WORK, due="2026-11-23T17:00:00+07:00")
    assert told.todo == "Hôm nay là ngày hẹn, kết quả chưa có. Mời ông/bà hỏi cán bộ."
    assert (told.button, told.tone) == ("Lấy số gặp cán bộ", "work")
    assert said(DossierState.IN_WORK, None, due="2026-11-23T17:00:00+07:00").button == ""


def test_a_late_dossier_gets_an_apology_and_somebody_to_ask() -> None:
    told = said(DossierState.IN_WORK, due="2026-11-20T17:00:00+07:00")
    assert told.tone == "late"
    assert "xin lỗi" in told.todo
    assert told.todo_lines == ("Cơ quan phụ trách: Sở Nông nghiệp và Môi trường",)
    assert told.button == "Lấy số gặp cán bộ"
    assert said(DossierState.IN_WORK, None, due="2026-11-20T17:00:00+07:00").button == ""


def test_what_is_not_in_work_is_never_called_late() -> None:
    passed = replace(DOSSIER, state=DossierState.STOPPED, due="2026-11-01T17:00:00+07:00")
    assert explain(passed, TODAY, DESK, _).detail == ""


def test_what_is_to_be_paid_is_listed_and_added_up() -> None:
    fees = (Fee("Lệ phí", 150_000, False), Fee("Phí", 1_000_000, False), Fee("Khác", 5, True))
    told = said(DossierState.PAYMENT_WANTED, fees=fees)
    assert told.todo_lines == (
        "Lệ phí: 150.000 đồng",
        "Phí: 1.000.000 đồng",
        "Tổng cộng: 1.150.000 đồng",
    )
    assert said(DossierState.PAYMENT_WANTED, fees=fees[:1]).todo_lines == ("Lệ phí: 150.000 đồng",)
    assert said(DossierState.PAYMENT_WANTED).todo_lines == ("Cán bộ tại quầy sẽ báo số tiền.",)


def test_the_papers_that_are_wanted_are_listed() -> None:
    told = said(DossierState.PAPERS_WANTED, supplements=("Bản sao căn cước",))
    assert told.todo_lines == ("Bản sao căn cước",)
    assert said(DossierState.PAPERS_WANTED).todo_lines[0].startswith("Xem thông báo")


def test_a_unit_that_is_not_named_is_not_to_be_asked() -> None:
    assert said(DossierState.STOPPED, unit="").todo_lines == ()


def test_a_long_way_keeps_its_newest_notes() -> None:
    progress = tuple(Progress(DOSSIER.at, "Sở", f"Bước {n}") for n in range(12))
    told = said(DossierState.FINISHED, progress=progress)
    assert len(told.steps) == MOST_STEPS
    assert told.steps[0].title == "Tiếp nhận hồ sơ"
    assert [step.title for step in told.steps[1:5]] == ["Bước 8", "Bước 9", "Bước 10", "Bước 11"]
    assert told.steps[1].detail == "23/11/2026 · Sở"


def test_an_acceptance_that_is_noted_is_not_told_twice() -> None:
    noted = Progress("2026-11-10T08:12:00+07:00", "Bộ phận Một cửa", "Tiếp nhận hồ sơ")
    told = said(DossierState.IN_WORK, progress=(noted,))
    assert [step.title for step in told.steps] == ["Tiếp nhận hồ sơ", "Đang xử lý", "Trả kết quả"]
    assert told.steps[0].detail == "10/11/2026 · Bộ phận Một cửa"


def test_a_dossier_is_due_from_the_promised_day_on_while_it_is_in_work() -> None:
    for day, due in ((22, True), (23, True), (24, False)):
        assert is_due(DossierState.IN_WORK, date(2026, 11, day), TODAY) is due
    assert is_due(DossierState.REGISTERED, TODAY, TODAY)
    assert not is_due(DossierState.PAPERS_WANTED, date(2026, 1, 1), TODAY)
    assert not is_due(DossierState.IN_WORK, None, TODAY)


def test_days_and_money_are_written_as_in_vietnam() -> None:
    assert day_text("2026-01-02T00:00:00+07:00") == "02/01/2026"
    assert day_text(None) == ""
    assert money_text(1_234_567) == "1.234.567 đồng"
    assert days_late(replace(DOSSIER, due=None), TODAY) is None
