"""The pad leads from paper to a code with as few keys as there can be, and never astray."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from kiosk.code_pad import CLEAR, ERASE, hint, keys, press, starts, whole
from shared.receipt_code import DOSSIER_PATTERN, dossier_code

CODES = (
    "000.00.15.H41-201002-0001",
    "H41.15-260105-0001",
    "H41-260901-0028",
    "G09.20-20260609-0092637",
)
PAD = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-"


def typed(text: str, code: str = "") -> str:
    for sign in text:
        code = press(code, sign)
    return code


def on(code: str) -> str:
    """The keys that type, and are enabled."""
    return "".join(key.key for row in keys(code) for key in row if key.on and len(key.key) == 1)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_typed_as_it_is_read_from_paper(code: str) -> None:
    assert typed(code) == code
    assert typed(code.lower()) == code
    assert whole(code)


def test_what_must_come_next_is_put_by_the_pad() -> None:
    assert typed("0000015H41") == "000.00.15.H41-"
    assert typed("0000015H412610020001") == "000.00.15.H41-261002-0001"
    assert typed("H41.15-2611100042") == "H41.15-261110-0042"
    assert typed("G09.20-202606090092637") == "G09.20-20260609-0092637"


def test_where_two_signs_may_follow_the_pad_puts_none() -> None:
    assert typed("H41") == "H41"
    assert on("H41") == ".-"
    assert typed("H41.15") == "H41.15"
    assert typed("H41.15-201002") == "H41.15-201002"
    assert on("H41.15-201002") == "1234567890-"


def test_a_sign_that_the_pad_has_put_may_be_pressed_all_the_same() -> None:
    assert typed("-", typed("H41.15-261110")) == "H41.15-261110-"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        ("", "."),
        ("", "-"),
        ("H", "A"),
        ("H41", "1"),
        ("H41.15-26", "A"),
        ("H41.15-261110-0042123", "4"),
        ("", "Đ"),
        ("", "ß"),
        ("", "²"),
        ("", ""),
        ("", "12"),
        ("xyz", "1"),
    ],
)
def test_a_key_that_leads_to_no_code_changes_nothing(code: str, key: str) -> None:
    assert press(code, key) == code


def test_erase_takes_a_sign_of_the_pads_own_together_with_what_was_typed() -> None:
    assert press("H41.15-261110-", ERASE) == "H41.15-26111"
    assert press("H41.15-261110-0", ERASE) == "H41.15-261110-"
    assert press("H41.", ERASE) == "H41"
    assert press("000.", ERASE) == "00"
    assert press("", ERASE) == ""
    assert press("xyz", ERASE) == "xy"


def test_clear_takes_all() -> None:
    assert press("H41.15-261110-", CLEAR) == ""


def test_digits_come_first_then_letters_then_erase_and_clear() -> None:
    rows = [[key.key for key in row] for row in keys("")]
    assert rows[:4] == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], [".", "0", "-"]]
    assert "".join(sign for row in rows[4:-1] for sign in row) == PAD[10:36]
    assert rows[-1] == [ERASE, CLEAR]


def test_only_keys_that_lead_on_are_enabled() -> None:
    assert set(on("")) == set(PAD) - set(".-")
    assert set(on("H")) == set("0123456789")
    assert set(on("H41.")) == set(PAD) - set(".-")
    assert set(on("H41.15-261110-")) == set("0123456789")
    assert on("H41.15-261110-0042123") == ""
    assert not any(key.on for key in keys("")[-1])
    assert all(key.on for key in keys("H")[-1])


def test_a_code_is_whole_with_four_digits_of_its_sequence() -> None:
    assert not whole("")
    assert not whole("H41.15-261110-004")
    assert whole("H41.15-261110-0042")
    assert not whole(" H41.15-261110-0042")


def test_the_usual_beginnings_are_todays_first() -> None:
    assert starts(("H41.15", "000.00.15.H41-", " g09.20 "), date(2026, 11, 23)) == (
        "H41.15-261123-",
        "000.00.15.H41-261123-",
        "G09.20-20261123-",
        "H41.15-",
        "000.00.15.H41-",
        "G09.20-",
    )


def test_a_beginning_of_no_code_and_a_second_one_are_left_out() -> None:
    assert starts(("H41", "H41-", "", "hồ sơ"), date(2026, 1, 5)) == ("H41-260105-", "H41-")
    assert starts((), date(2026, 1, 5)) == ()


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "mã hồ sơ in trên giấy"),
        ("H4", "ví dụ H41.15"),
        ("H41.", "ví dụ H41.15"),
        ("H41", "dấu chấm hoặc dấu gạch"),
        ("000.", "Còn mã cơ quan, 7 ký tự"),
        ("H41.15-", "Còn ngày nhận, 6 số"),
        ("H41.15-26", "Còn ngày nhận, 4 số"),
        ("H41.15-201002", "dấu gạch ngang"),
        ("H41.15-2026060", "Còn ngày nhận, 1 số"),
        ("H41.15-261110-", "ít nhất 4 số"),
        ("H41.15-261110-004", "ít nhất 1 số"),
        ("H41.15-261110-0042", "Đủ mã"),
        ("H41.15-261110-0042123", "Mời ông/bà bấm Tra cứu"),
        ("xyz", "xem lại"),
    ],
)
def test_the_hint_says_what_comes_next(code: str, says: str) -> None:
    assert says in hint(code)


@given(st.from_regex(DOSSIER_PATTERN, fullmatch=True))
def test_every_code_can_be_typed_with_its_signs(code: str) -> None:
    assert typed(code) == code


@given(st.lists(st.sampled_from([*PAD, *PAD.lower(), ERASE])))
def test_whatever_is_pressed_the_pad_stays_on_the_way_to_a_code(pressed: list[str]) -> None:
    code = ""
    for key in pressed:
        before, code = code, press(code, key)
        enabled = {one.key for row in keys(before) for one in row if one.on}
        assert (code != before) == (key.upper() in enabled or (key == ERASE and before != ""))
        assert hint(code)
        assert whole(code) == (dossier_code(code) is not None)
        assert on(code) or len(code.rsplit("-", 1)[-1]) == 7


@given(st.text(max_size=30), st.text(max_size=3))
def test_no_text_is_too_strange_for_the_pad(code: str, key: str) -> None:
    assert len(press(code, key)) <= max(len(code) + 2, 0)
    assert len(keys(code)) == 8
    assert hint(code)
