import pytest

from display.tongues import (
    ENGLISH,
    KNOWN,
    SPEEDS,
    VIETNAMESE,
    Manner,
    Tongue,
    bare,
    english_words,
    fast_names,
    needed,
    phrase,
    tongue,
    words,
)
from shared.model import CounterNumber


def test_a_call_is_said_digit_by_digit_and_its_counter_as_a_cardinal() -> None:
    assert phrase(VIETNAMESE, "A012", CounterNumber(5), Manner.FULL) == (
        *("moi_so", "letter_a", "digit_0", "digit_1", "digit_2"),
        *("den_quay_so", "counter_5"),
    )
    assert phrase(ENGLISH, "A012", CounterNumber(5), Manner.FULL) == (
        *("number", "letter_a", "digit_0", "digit_1", "digit_2"),
        *("please_go_to_counter", "counter_5"),
    )


def test_two_letters_and_four_digits_are_all_said() -> None:
    assert phrase(VIETNAMESE, "AB1000", CounterNumber(37), Manner.SHORT) == (
        *("letter_a", "letter_b", "digit_1", "digit_0", "digit_0", "digit_0"),
        *("quay", "counter_37"),
    )


def test_a_faster_clip_is_the_same_word() -> None:
    assert (bare("rush/digit_1"), bare("digit_1")) == ("digit_1", "digit_1")


def test_faster_manners_say_the_same_from_folders_of_their_own() -> None:
    short = phrase(VIETNAMESE, "B7", CounterNumber(101), Manner.SHORT)
    for manner, folder in ((Manner.BRISK, "fast/"), (Manner.SHORTEST, "rush/")):
        fast = phrase(VIETNAMESE, "B7", CounterNumber(101), manner)
        assert fast == tuple(folder + clip for clip in short)
        assert fast_names(VIETNAMESE, folder).issuperset(fast)


@pytest.mark.parametrize("language", KNOWN.values(), ids=lambda language: language.code)
@pytest.mark.parametrize("counter", [1, 20, 21, 99, 100, 101, 110, 215, 999])
def test_counters_from_a_hundred_on_are_put_together(language: Tongue, counter: int) -> None:
    said = phrase(language, "A1", CounterNumber(counter), Manner.SHORT)[3:]
    assert language.cardinal(counter) == " ".join(words(language)[clip] for clip in said)


@pytest.mark.parametrize(
    ("number", "counter"), [("I001", 1), ("A-1", 1), ("A001", 0), ("A1", 1000)]
)
def test_what_has_no_clip_is_refused(number: str, counter: int) -> None:
    with pytest.raises(ValueError):
        phrase(VIETNAMESE, number, CounterNumber(counter), Manner.FULL)


@pytest.mark.parametrize("language", KNOWN.values(), ids=lambda language: language.code)
def test_every_clip_of_every_phrase_is_needed_and_has_words(language: Tongue) -> None:
    known = needed(language)
    assert known <= words(language).keys()
    fast = {name for folder in SPEEDS for name in fast_names(language, folder)}
    for counter in range(1, 1000):
        for manner in Manner:
            said = phrase(
                language, "ABCDEFGHJKLMNPRSTUVWXYZ0123456789", CounterNumber(counter), manner
            )
            assert (known | fast).issuperset(said)


def test_a_site_may_say_it_in_its_own_words() -> None:
    own = tongue("vi", "xin_moi {counter} {number}")
    assert phrase(own, "A1", CounterNumber(3), Manner.FULL) == (
        *("xin_moi", "counter_3", "letter_a", "digit_1"),
    )
    assert "xin_moi" in needed(own) and "moi_so" not in needed(own)
    assert phrase(own, "A1", CounterNumber(3), Manner.SHORT)[2] == "quay"


def test_a_language_that_nobody_knows_needs_a_template_and_plain_clips() -> None:
    lao = tongue("lo", "{number} pai_khong {counter}")
    assert phrase(lao, "A1", CounterNumber(101), Manner.FULL) == (
        *("letter_a", "digit_1", "pai_khong", "counter_100", "counter_1"),
    )
    assert phrase(lao, "A1", CounterNumber(2), Manner.SHORT) == (
        *("letter_a", "digit_1", "pai_khong", "counter_2"),
    )
    with pytest.raises(ValueError, match="needs a template"):
        tongue("lo")
    assert tongue("en") is ENGLISH


@pytest.mark.parametrize(
    "template", ["moi_so {number}", "{number} {number} {counter}", "{number} Đến {counter}", "{x}"]
)
def test_a_template_without_number_and_counter_or_with_other_signs_is_refused(
    template: str,
) -> None:
    with pytest.raises(ValueError, match="template"):
        tongue("vi", template)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (15, "fifteen"),
        (20, "twenty"),
        (42, "forty-two"),
        (300, "three hundred"),
        (101, "one hundred and one"),
    ],
)
def test_english_cardinals(number: int, said: str) -> None:
    assert english_words(number) == said
    with pytest.raises(ValueError):
        english_words(1000)
