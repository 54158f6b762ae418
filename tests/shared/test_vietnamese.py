import unicodedata
from datetime import date

import pytest

from shared import vietnamese


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (37, "ba mươi bảy"),
        (99, "chín mươi chín"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (115, "một trăm mười lăm"),
        (121, "một trăm hai mươi mốt"),
        (999, "chín trăm chín mươi chín"),
    ],
)
def test_a_counter_is_read_as_a_cardinal(number: int, words: str) -> None:
    assert vietnamese.number_words(number) == words


@pytest.mark.parametrize("number", [-1, 1000])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 999"):
        vietnamese.number_words(number)


def test_every_letter_that_a_prefix_may_use_has_a_name() -> None:
    assert {letter: vietnamese.LETTERS[letter] for letter in "AJKWXYZ"} == {
        "A": "a",
        "J": "gi",
        "K": "ca",
        "W": "vê kép",
        "X": "ích xì",
        "Y": "i dài",
        "Z": "dét",
    }
    assert "".join(vietnamese.LETTERS) == "ABCDEFGHJKLMNPRSTUVWXYZ"


def test_digits_have_words() -> None:
    assert [vietnamese.digit_name(d) for d in "0123456789"] == list(vietnamese.DIGITS)


@pytest.mark.parametrize("digit", ["", "12", "x", "²"])
def test_what_is_not_a_digit_has_no_word(digit: str) -> None:
    with pytest.raises(ValueError, match="not a digit"):
        vietnamese.digit_name(digit)


def test_loose_accents_are_composed() -> None:
    loose = unicodedata.normalize("NFD", "Mời số đến quầy")
    assert vietnamese.nfc(loose) == "Mời số đến quầy"
    assert all(
        unicodedata.is_normalized("NFC", word)
        for word in (*vietnamese.DIGITS, *vietnamese.LETTERS.values())
    )


def test_a_search_finds_words_without_tones() -> None:
    assert vietnamese.fold("ĐẤT ĐAI, Nông nghiệp") == "dat dai, nong nghiep"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "Thứ Hai, 23/11"),
        (date(2026, 11, 22), "Chủ Nhật, 22/11"),
        (date(2026, 2, 3), "Thứ Ba, 03/02"),
    ],
)
def test_a_day_is_named_and_dated(day: date, words: str) -> None:
    assert vietnamese.date_words(day) == words
