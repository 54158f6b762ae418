"""Texts as a voice can say them."""

import pytest

from kiosk.spoken import said, sentences, spell
from shared.i18n import speaking


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Số R012 · Đất đai", "Số rờ, không một hai, Đất đai"),
        ("HK1042", "hát ca, một không bốn hai"),
        ("Mã đã tra: H41-260901-0028", "Mã đã tra: hát, bốn một, gạch ngang, hai sáu, không chín,"
         " không một, gạch ngang, không không hai tám"),
        ("ví dụ H41.15", "ví dụ hát, bốn một, chấm, một năm"),
        ("Mã thủ tục: 1.013831", "Mã thủ tục: một, chấm, không một, ba tám, ba một"),
        ("Chủ hồ sơ: N***** V** A", "Chủ hồ sơ: nờ, vê, a"),
        ("7:30–11:30 · 13:00–17:00", "7 giờ 30 đến 11 giờ 30, 13 giờ đến 17 giờ"),
        ("Thứ Hai, 23/11", "Thứ Hai, 23 tháng 11"),
        ("hẹn 05/09/2026", "hẹn 5 tháng 9 năm 2026"),
        ("số 40/99", "số 40 trên 99"),
        ("số 40/99/2026", "số 40/99/2026"),
        ("Trang 2/3", "Trang 2 trên 3"),
        ("≤ 5 phút", "không quá 5 phút"),
        ("Phí: 1.250.000 đồng", "Phí: 1250000 đồng"),
        ("Tư pháp – Hộ tịch", "Tư pháp, Hộ tịch"),
        ("Đang in…", "Đang in."),
        ("UBND xã, mã QR, ông/bà", "ủy ban nhân dân xã, mã quy rờ, ông bà"),
        ("Một\nHai.", "Một. Hai."),
        ("IOQ123456", "IOQ123456"),
    ],
)  # fmt: skip
def test_what_is_written_short_is_said_in_full(text: str, words: str) -> None:
    assert said(text, "vi") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Number R012", "Number R, 0 1 2"),
        ("23/11", "23 November"),
        ("05/09/2026", "5 September 2026"),
        ("7:30–11:30", "7:30 to 11:30"),
        ("150.000 đồng", "150,000 đồng"),
        ("H41.15", "H, 4 1, dot, 1 5"),
        ("≤ 5", "at most 5"),
    ],
)
def test_other_languages_have_their_own_ways(text: str, words: str) -> None:
    with speaking("en"):
        assert said(text, "en") == words


def test_letters_that_no_ticket_has_are_spelt_in_codes() -> None:
    assert spell("IOQ", "vi") == "i o quy"
    assert spell("ă ", "vi") == "ă,  "
    assert spell("ABCDEF", "vi") == "a bê xê dê e ép-phờ"


def test_sentences_end_once_and_empty_ones_are_left_out() -> None:
    assert sentences(("Một", "", "Hai?", " Ba. ")) == "Một. Hai? Ba."
