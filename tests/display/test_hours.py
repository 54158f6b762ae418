from datetime import datetime

from msgspec.structs import replace

from deploy.gallery.board_states import VIEW
from display.hours import hours_words

NOON = datetime.fromisoformat("2026-11-23T12:00:00+07:00")


def shut(opening: str | None) -> str:
    return hours_words(replace(VIEW, open=False, next_opening=opening), NOON)


def test_an_open_hall_says_its_hours() -> None:
    assert hours_words(VIEW, NOON) == "Mở cửa 7:30–11:30 · 13:30–17:00"
    assert hours_words(replace(VIEW, hours=""), NOON) == ""


def test_the_last_half_hour_says_until_when_there_are_numbers() -> None:
    soon = replace(VIEW, numbers_until="2026-11-23T16:45:00+07:00")
    assert hours_words(soon, NOON) == "Sắp hết giờ: còn phát số đến 16:45"


def test_a_closed_hall_says_when_there_are_numbers_again() -> None:
    assert shut("2026-11-23T13:15:00+07:00") == "Phát số từ 13:15 hôm nay"
    assert shut("2026-11-24T07:15:00+07:00") == "Phát số từ 7:15 ngày mai"
    assert shut("2026-11-30T07:15:00+07:00") == "Phát số từ 7:15, Thứ Hai, 30/11"
    assert shut(None) == "Hiện không phát số"


def test_without_a_clock_the_day_is_named() -> None:
    view = replace(VIEW, open=False, next_opening="2026-11-23T13:15:00+07:00")
    assert hours_words(view, None) == "Phát số từ 13:15, Thứ Hai, 23/11"
