import pytest

from display.announcer import Announcer, Manner, finished, hear, phrase, step, words
from display.board import Announcement
from shared.model import CounterNumber, Instant
from shared.vietnamese import number_words


def said(call: int, at: int = 0, number: str = "A012", counter: int = 5) -> Announcement:
    return Announcement(call, number, CounterNumber(counter), Instant(at))


def test_a_call_is_said_digit_by_digit_and_its_counter_as_a_cardinal() -> None:
    assert phrase("A012", CounterNumber(5), Manner.FULL) == (
        "chime",
        "moi_so",
        "letter_a",
        "digit_0",
        "digit_1",
        "digit_2",
        "den_quay_so",
        "counter_5",
    )


def test_two_letters_and_four_digits_are_all_said() -> None:
    clips = phrase("AB1000", CounterNumber(37), Manner.SHORT)
    assert clips == (
        "letter_a",
        "letter_b",
        "digit_1",
        "digit_0",
        "digit_0",
        "digit_0",
        "quay",
        "counter_37",
    )


@pytest.mark.parametrize(
    ("counter", "clips"),
    [
        (99, ("counter_99",)),
        (100, ("counter_100",)),
        (101, ("counter_100", "linh", "counter_1")),
        (215, ("counter_200", "counter_15")),
    ],
)
def test_counters_from_a_hundred_on_are_put_together(counter: int, clips: tuple[str, ...]) -> None:
    assert phrase("A001", CounterNumber(counter), Manner.SHORT)[5:] == clips
    assert number_words(counter) == " ".join(words()[clip] for clip in clips)


@pytest.mark.parametrize(("number", "counter"), [("I001", 1), ("A-1", 1), ("A001", 0)])
def test_what_has_no_clip_is_refused(number: str, counter: int) -> None:
    with pytest.raises(ValueError):
        phrase(number, CounterNumber(counter), Manner.FULL)


def test_every_clip_of_every_phrase_has_words() -> None:
    known = {*words(), "chime"}
    for counter in range(1, 1000):
        for manner in Manner:
            assert known.issuperset(
                phrase("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", CounterNumber(counter), manner)
            )


def test_one_announcement_at_a_time_in_the_order_of_the_calls() -> None:
    state = hear(Announcer(), (said(1), said(2)))
    state, first, _ = step(state, Instant(0))
    assert first is not None and first.announcement.call == 1 and first.first
    busy, nothing, dropped = step(state, Instant(0))
    assert (busy, nothing, dropped) == (state, None, ())
    state, second, _ = step(finished(state), Instant(4000))
    assert second is not None and second.announcement.call == 2 and not second.first
    state, nothing, _ = step(finished(state), Instant(8000))
    assert (state, nothing) == (Announcer(), None)


def test_what_is_older_than_thirty_seconds_is_dropped_and_said_so() -> None:
    state = hear(Announcer(), (said(1, at=0), said(2, at=5000)))
    _, spoken, dropped = step(state, Instant(30_001))
    assert spoken is not None and spoken.announcement.call == 2
    assert [a.call for a in dropped] == [1]


def test_what_has_no_clips_is_dropped_and_the_rest_is_spoken() -> None:
    state = hear(Announcer(), (said(1, counter=0), said(2)))
    _, spoken, dropped = step(state, Instant(0))
    assert spoken is not None and spoken.announcement.call == 2
    assert [a.call for a in dropped] == [1]


def test_a_backlog_makes_phrases_short_and_only_the_first_has_the_chime() -> None:
    state = hear(Announcer(), tuple(said(n) for n in range(1, 5)))
    heads = []
    for _ in range(4):
        state, spoken, _ = step(finished(state), Instant(0))
        assert spoken is not None
        heads.append(spoken.clips[:2])
    assert heads == [
        ("chime", "letter_a"),
        ("letter_a", "digit_0"),
        ("chime", "moi_so"),
        ("chime", "moi_so"),
    ]


def test_the_end_of_nothing_is_harmless() -> None:
    assert finished(Announcer()) == Announcer()
