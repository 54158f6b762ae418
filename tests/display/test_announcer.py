import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from display.announcer import (
    FULL_WITHIN_MS,
    GAP_MS,
    REPEAT_WITHIN_MS,
    UNHEARD_WITHIN_MS,
    Announcer,
    Behind,
    InHand,
    Lead,
    Waiting,
    announced,
    behind,
    due,
    finished,
    hear,
    hush,
    lost,
    manner,
    narrow,
    settle,
    sounding,
    step,
)
from display.board import SPOKEN_BEFORE_MS, Announcement
from display.tongues import Manner
from shared.messages import BoardCall
from shared.model import CounterNumber, Instant, Seq

TAKES = {Manner.FULL: 4700, Manner.SHORT: 2500, Manner.BRISK: 1400, Manner.SHORTEST: 830}
LEAD_MS = 1450


def said(call: int, at: int = 0, number: str = "A012", counter: int = 5) -> Announcement:
    return Announcement(call, number, CounterNumber(counter), Instant(at), Seq(call))


def length(_announcement: Announcement, how: Manner) -> int:
    return TAKES[how]


def queued(count: int, now: int = 0) -> Announcer:
    return hear(Announcer(), tuple(said(n, number=f"A{n:03}") for n in range(count)), Instant(now))


def spoken(announcer: Announcer, now: int = 0) -> list[tuple[int, Manner, int]]:
    """Speak until nothing waits; gives call, manner and end of each."""
    found: list[tuple[int, Manner, int]] = []
    while True:
        announcer, lead = step(announcer, Instant(now), length)
        if lead is None:
            return found
        now += LEAD_MS if lead.first else 0
        saying = settle(announcer, Instant(now), length)
        now += TAKES[saying.manner] + GAP_MS
        found.append((saying.announcement.call, saying.manner, now))
        announcer = finished(announcer, Instant(now))


def test_a_call_is_announced_once_it_is_over_and_its_repetition_need_not_be() -> None:
    calls = tuple(
        BoardCall(n, Seq(n), f"A{n:03}", CounterNumber(5), "2026-11-23T08:00:00+07:00")
        for n in (2, 1, 0)
    )
    state = hear(Announcer(), (said(1, number="A001"), said(2, number="A002")), Instant(0))
    assert announced(state, calls) == (0,)
    state, _ = step(state, Instant(0), length)
    assert announced(state, calls) == (0,)
    state = finished(state, Instant(0), repeat_after_ms=1)
    assert announced(state, calls) == (1, 0)
    in_hand: InHand = frozenset({("A001", CounterNumber(5))})
    state, _ = step(state, Instant(0), length, in_hand)
    state, lead = step(finished(state, Instant(0)), Instant(1), length, in_hand)
    assert lead is not None and lead.announcement.call == 1
    assert announced(state, calls) == (2, 1, 0)


def test_one_announcement_at_a_time_in_the_order_of_the_calls() -> None:
    state, lead = step(queued(2), Instant(0), length)
    assert lead is not None and lead.announcement.call == 0 and lead.first and lead.chime
    assert step(state, Instant(0), length) == (state, None)
    state, lead = step(finished(state, Instant(4000)), Instant(4000), length)
    assert lead is not None and lead.announcement.call == 1 and not lead.first
    state, lead = step(finished(state, Instant(8000)), Instant(8000), length)
    assert (state, lead) == (Announcer(), None)


def test_a_call_that_has_waited_longer_than_thirty_seconds_is_spoken_all_the_same() -> None:
    state, lead = step(queued(1), Instant(300_000), length)
    assert lead is not None and lead.announcement.call == 0
    assert settle(state, Instant(300_000), length).manner is Manner.SHORTEST


def test_phrases_get_shorter_as_the_backlog_grows() -> None:
    manners = {
        count: manner(queued(count).waiting, Instant(0), length) for count in (1, 3, 4, 11, 12, 21)
    }
    assert manners == {
        1: Manner.FULL,
        3: Manner.FULL,
        4: Manner.SHORT,
        11: Manner.SHORT,
        12: Manner.BRISK,
        21: Manner.SHORTEST,
    }


@pytest.mark.parametrize(("count", "expected"), [(2, [True] * 2), (6, [True, *[False] * 5])])
def test_only_what_follows_a_silence_or_is_said_in_full_has_the_chime(
    count: int, expected: list[bool]
) -> None:
    state = queued(count)
    chimes = []
    now = 0
    while True:
        state, lead = step(state, Instant(now), length)
        if lead is None:
            break
        chimes.append(lead.chime)
        now += TAKES[settle(state, Instant(now), length).manner]
        state = finished(state, Instant(now))
    assert chimes == expected


def test_how_much_is_said_is_settled_after_the_chime() -> None:
    state, lead = step(queued(1), Instant(0), length)
    assert lead == Lead(said(0, number="A000"), first=True, chime=True)
    state = hear(state, tuple(said(n) for n in range(1, 32)), Instant(1000))
    assert settle(state, Instant(LEAD_MS), length).manner is Manner.SHORTEST
    with pytest.raises(ValueError):
        settle(Announcer(), Instant(0), length)


def test_thirty_two_calls_in_one_second_are_all_spoken_within_thirty_seconds() -> None:
    found = spoken(queued(32))
    assert [call for call, _, _ in found] == list(range(32))
    assert found[-1][2] <= SPOKEN_BEFORE_MS


def test_what_is_late_is_counted() -> None:
    state = queued(40)
    assert behind(state, Instant(0), length).late == 40 - SPOKEN_BEFORE_MS // (830 + GAP_MS)
    assert behind(state, Instant(9000), length).oldest_ms == 9000
    assert behind(Announcer(), Instant(0), length) == Behind()


@given(
    count=st.integers(1, 40),
    lengths=st.tuples(*[st.integers(200, 2000)] * 3, st.integers(200, 1200)),
)
def test_none_is_lost_and_all_are_in_time_if_the_shortest_forms_are(
    count: int, lengths: tuple[int, int, int, int]
) -> None:
    takes = dict(zip(Manner, sorted(lengths, reverse=True), strict=True))

    def takes_ms(_announcement: Announcement, how: Manner) -> int:
        return takes[how]

    state, now, calls = queued(count), 0, []
    while True:
        state, lead = step(state, Instant(now), takes_ms)
        if lead is None:
            break
        now += LEAD_MS if lead.first else 0
        saying = settle(state, Instant(now), takes_ms)
        now += takes[saying.manner] + GAP_MS
        calls.append(saying.announcement.call)
        state = finished(state, Instant(now))
    assert calls == list(range(count))
    if LEAD_MS + count * (takes[Manner.SHORTEST] + GAP_MS) <= SPOKEN_BEFORE_MS:
        assert now <= SPOKEN_BEFORE_MS


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 12)), max_size=12))
def test_calls_that_come_at_any_time_are_spoken_once_and_in_order(
    arrivals: list[tuple[int, int]],
) -> None:
    state, now, heard, calls = Announcer(), 0, 0, []
    for pause, count in arrivals:
        state = hear(state, tuple(said(heard + n) for n in range(count)), Instant(now))
        heard += count
        state, lead = step(state, Instant(now), length)
        if lead is not None:
            saying = settle(state, Instant(now), length)
            calls.append(saying.announcement.call)
            state = finished(state, Instant(now + TAKES[saying.manner]))
        now += pause
    calls += [call for call, _, _ in spoken(state, now)]
    assert calls == list(range(heard))


HERE: InHand = frozenset({("A000", CounterNumber(5))})


def repeating(after_ms: int = 20_000) -> Announcer:
    state, _ = step(queued(1), Instant(0), length)
    return finished(state, Instant(5000), after_ms)


def test_a_call_is_said_once_more_if_it_is_still_in_hand_and_then_no_more() -> None:
    state = repeating()
    assert due(state) == 25_000
    state, lead = step(state, Instant(24_999), length, HERE)
    assert lead is None and due(state) == 25_000
    state, lead = step(state, Instant(25_000), length, HERE)
    assert lead is not None and lead.announcement.number == "A000"
    assert settle(state, Instant(25_000), length).again
    state = finished(state, Instant(30_000), 20_000)
    assert due(state) is None


def test_a_call_that_is_no_longer_in_hand_is_not_repeated() -> None:
    assert step(repeating(), Instant(25_000), length) == (Announcer(), None)


def test_a_repetition_gives_way_to_calls_and_is_dropped_when_they_take_long() -> None:
    state = hear(repeating(), (said(9, number="B001", counter=7),), Instant(25_000))
    state, lead = step(state, Instant(25_000), length, HERE)
    assert lead is not None and lead.announcement.call == 9
    late = Instant(25_000 + REPEAT_WITHIN_MS + 1)
    assert step(finished(state, late), late, length, HERE) == (Announcer(), None)


def in_vain(count: int = 1) -> Announcer:
    """That many calls were said at counters 5, 6, ... while the loudspeaker failed."""
    calls = tuple(said(n, number=f"A{n:03}", counter=5 + n) for n in range(count))
    announcer = hear(Announcer(), calls, Instant(0))
    for _call in calls:
        announcer, lead = step(announcer, Instant(100), length)
        assert lead is not None and announcer.speaking is not None
        announcer = finished(lost(announcer, announcer.speaking), Instant(100), 5000)
        assert announcer.repeats == ()
    return announcer


def at_counters(count: int) -> InHand:
    return frozenset((f"A{n:03}", CounterNumber(5 + n)) for n in range(count))


def test_what_nobody_heard_is_said_first_when_the_loudspeaker_plays_again() -> None:
    announcer = hear(in_vain(2), (said(9, number="B001", counter=20),), Instant(5000))
    announcer = sounding(announcer, Instant(6000), at_counters(2))
    assert [call for call, _manner, _end in spoken(announcer, 6000)] == [0, 1, 9]
    assert announcer.unheard == ()


def test_what_nobody_heard_is_forgotten_once_nobody_waits_or_it_is_long_ago() -> None:
    assert spoken(sounding(in_vain(2), Instant(6000), at_counters(1)), 6000)[0][0] == 0
    assert spoken(sounding(in_vain(2), Instant(6000), frozenset())) == []
    late = Instant(UNHEARD_WITHIN_MS + 1)
    assert spoken(sounding(in_vain(1), late, at_counters(1))) == []
    assert spoken(sounding(hush(in_vain(1)), Instant(6000), at_counters(1))) == []


def test_a_recall_takes_the_place_of_what_nobody_heard() -> None:
    recalled = hear(in_vain(1), (said(7, number="A000", counter=5),), Instant(5000))
    found = spoken(sounding(recalled, Instant(5000), at_counters(1)), 5000)
    assert [call for call, _manner, _end in found] == [7]


def test_what_nobody_heard_need_still_be_spoken_and_a_repetition_need_not() -> None:
    calls = (
        BoardCall(0, Seq(0), "A000", CounterNumber(5), "2026-11-23T08:00:00+07:00"),
        BoardCall(9, Seq(9), "B001", CounterNumber(7), "2026-11-23T08:00:00+07:00"),
    )
    assert announced(in_vain(1), calls) == (Seq(9),)
    repeated, _lead = step(repeating(), Instant(25_000), length, HERE)
    assert repeated.speaking is not None
    assert lost(repeated, repeated.speaking).unheard == ()


def test_what_turns_out_to_be_lost_after_its_end_is_not_repeated_but_said_again() -> None:
    announcer, _lead = step(queued(1), Instant(0), length)
    over = announcer.speaking
    assert over is not None
    announcer = finished(announcer, Instant(5000), repeat_after_ms=20_000)
    announcer = lost(announcer, over)
    assert due(announcer) is None and announcer.unheard == (over,)


@pytest.mark.parametrize(("number", "counter"), [("A000", 7), ("B001", 5)])
def test_a_new_call_of_the_number_or_the_counter_takes_its_place(number: str, counter: int) -> None:
    state = hear(repeating(), (said(9, number=number, counter=counter),), Instant(6000))
    assert state.repeats == ()


def test_nobody_waits_for_the_sake_of_a_whole_phrase() -> None:
    ends = [end for _, how, end in spoken(queued(3)) if how is Manner.FULL]
    assert ends and max(ends) <= FULL_WITHIN_MS + LEAD_MS


def test_the_end_of_nothing_is_harmless() -> None:
    assert finished(Announcer(), Instant(0), 1000) == Announcer()


def test_a_wall_that_shows_other_counters_leaves_their_calls_to_others() -> None:
    kept, gone = Waiting(said(1), Instant(0)), Waiting(said(2), Instant(0))
    both = (kept, gone)
    speaking = Announcer(speaking=gone, waiting=both, repeats=both, unheard=both, quiet=False)
    left = narrow(speaking, (BoardCall(1, Seq(1), "A012", CounterNumber(5), ""),))
    one = (kept,)
    assert left == replace(speaking, waiting=one, repeats=one, unheard=one)


def test_who_is_hushed_ends_the_sentence_and_says_nothing_more() -> None:
    announcer, lead = step(queued(3), Instant(0), length)
    assert lead is not None
    announcer = finished(hush(announcer), Instant(5_000))
    assert step(announcer, Instant(5_000), length)[1] is None
    repeated = finished(step(queued(1), Instant(0), length)[0], Instant(100), repeat_after_ms=50)
    assert due(hush(repeated)) is None
