import time
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from display.announcer import InHand
from display.board import Announcement
from display.chime import tone
from display.clips import seconds
from display.hall_time import HallTime
from display.loudness import Loudness, QuietHours
from shared.messages import REPORT_EVERY_S, BoardCall, Sound
from shared.model import CounterNumber, Instant, Seq
from shared.pulse import EVERY_S
from tests.kivy_window import until

FIVE = CounterNumber(5)


def call(place: int, number: str = "A012") -> Announcement:
    return Announcement(place, number, FIVE, Instant(0), Seq(place))


class Desk:
    """A voice without a loudspeaker."""

    def __init__(self, length_ms: int = 2000, **options: Any) -> None:
        from display.devices.base import SilentSpeaker
        from display.devices.calling import Calling

        self.in_hand: InHand = frozenset({("A012", FIVE)})
        self.speaker = SilentSpeaker(length_ms)
        hall_time = HallTime(time.monotonic, datetime(2026, 11, 24, 12, 0, tzinfo=UTC))
        self.calling = Calling(self.speaker, hall_time, lambda: self.in_hand, **options)


async def test_calls_are_spoken_one_after_another_in_their_order(kivy_window: Any) -> None:
    desk = Desk()
    desk.calling.hear(tuple(call(n) for n in range(5)))
    desk.calling.hear((call(5),))
    assert desk.calling.behind().calls == 6
    await until(kivy_window, lambda: desk.calling.spoken == 6, 5)
    assert desk.speaker.calls == [0, 1, 2, 3, 4, 5]
    assert desk.calling.behind().calls == 0
    desk.calling.close()


async def test_an_alarm_rings_after_the_sentence_that_is_being_spoken_and_no_call_follows(
    kivy_window: Any,
) -> None:
    desk = Desk()
    desk.calling.hear((call(1), call(2)))
    await until(kivy_window, lambda: desk.speaker.leads, 5)
    desk.calling.alarm()
    await until(kivy_window, lambda: desk.speaker.alarms, 5)
    desk.calling.hear((call(3),))
    await until(kivy_window, lambda: desk.calling.spoken == 2, 5)
    assert desk.speaker.calls == [1, 3]
    assert desk.speaker.alarms == 1
    desk.calling.close()


async def test_what_nobody_could_hear_does_not_count_as_spoken(kivy_window: Any) -> None:
    desk = Desk()
    desk.speaker.sound = Sound.FAILED
    desk.calling.hear((call(1), call(2)))
    await until(kivy_window, lambda: len(desk.speaker.said) == 2, 5)
    await until(kivy_window, lambda: desk.calling.announcer.speaking is None, 5)
    assert desk.speaker.calls == [1, 2]
    assert desk.calling.spoken == 0
    desk.calling.close()


async def test_what_nobody_could_hear_is_spoken_once_the_loudspeaker_plays_again(
    kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import calling as module

    monkeypatch.setattr(module, "TEST_EVERY_S", 0.05)
    desk = Desk()
    desk.speaker.sound = Sound.FAILED
    desk.calling.hear((call(1),))
    await until(kivy_window, lambda: desk.speaker.said, 5)
    await until(kivy_window, lambda: desk.calling.announcer.speaking is None, 5)
    assert desk.calling.announcer.unheard
    desk.speaker.sound = Sound.WELL
    await until(kivy_window, lambda: desk.calling.spoken == 1, 5)
    assert desk.speaker.calls == [1, 1]
    assert desk.calling.announcer.unheard == ()
    desk.calling.close()


async def test_calls_that_come_late_are_logged_once_with_how_many(kivy_window: Any) -> None:
    desk = Desk(length_ms=10_000)
    with structlog.testing.capture_logs() as logs:
        desk.calling.hear(tuple(call(n) for n in range(6)))
        await until(kivy_window, lambda: desk.calling.spoken == 6, 5)
    told = [entry for entry in logs if entry["event"] != "speech.spoken"]
    assert [(entry["event"], entry.get("calls")) for entry in told] == [
        ("speech.behind", 3),
        ("speech.caught_up", 3),
    ]
    desk.calling.close()


async def test_a_call_still_in_hand_is_repeated_once(kivy_window: Any) -> None:
    desk = Desk(repeat_after_s=1)
    desk.calling.hear((call(1),))
    await until(kivy_window, lambda: desk.calling.spoken == 2, 5)
    assert [saying.again for saying in desk.speaker.said] == [False, True]
    assert desk.calling.announcer.repeats == ()
    desk.calling.close()


async def test_a_wall_that_shows_other_counters_does_not_speak_what_waited_for_these(
    kivy_window: Any,
) -> None:
    desk = Desk()
    desk.calling.hear((call(1), call(2), call(3)))
    shown = call(3)
    kept = BoardCall(3, shown.seq, shown.number, shown.counter, "2026-11-23T08:00:00+07:00")
    desk.calling.narrow((kept,))
    await until(kivy_window, lambda: desk.calling.spoken == 1, 5)
    assert desk.speaker.calls == [3]
    desk.calling.close()


async def test_calls_that_leave_no_time_for_a_test_show_that_nobody_hears_them(
    kivy_window: Any,
) -> None:
    from display.devices import calling as module

    desk = Desk()
    desk.speaker.sound, desk.speaker.hopeful = Sound.FAILED, True
    desk.calling.hear(tuple(call(n) for n in range(module.DEAF_TESTS)))
    await until(kivy_window, lambda: desk.calling.deaf, 5)
    assert desk.speaker.tests <= 1
    desk.calling.close()


async def test_in_quiet_hours_words_are_not_spoken(kivy_window: Any) -> None:
    desk = Desk(loudness=Loudness(quiet=(QuietHours("11:30", "13:30"),), quiet_volume=0.1))
    desk.calling.hear((call(1),))
    await until(kivy_window, lambda: desk.speaker.levels, 5)
    assert (desk.speaker.levels[0].volume, desk.speaker.levels[0].words) == (0.1, False)
    desk.calling.close()


async def test_the_loudspeaker_is_tried_at_start_and_again_after_a_failure(
    kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import calling as module

    monkeypatch.setattr(module, "TEST_EVERY_S", 0.05)
    desk = Desk()
    await until(kivy_window, lambda: desk.speaker.tests == 1, 5)
    desk.speaker.sound = Sound.FAILED
    desk.calling.hear((call(1),))
    await until(kivy_window, lambda: desk.speaker.tests >= 3, 5)
    assert desk.calling.sound is Sound.FAILED
    desk.calling.close()


async def test_a_quiet_hall_is_tried_now_and_then(
    kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import calling as module

    monkeypatch.setattr(module, "TEST_EVERY_S", 0.05)
    desk = Desk()
    await until(kivy_window, lambda: desk.speaker.tests >= 3, 5)
    desk.calling.close()


async def test_a_closed_voice_leaves_no_clock_event_behind(kivy_window: Any) -> None:
    from kivy.clock import Clock

    events = len(Clock.get_events())
    desk = Desk()
    desk.calling.hear((call(1),))
    desk.calling.close()
    desk.calling.close()
    assert len(Clock.get_events()) == events
    assert desk.speaker.closed


async def test_the_clock_turns_slowly_only_while_nothing_is_spoken(kivy_window: Any) -> None:
    from kivy.clock import Clock

    from display.devices.calling import QUIET_TICKS_A_SECOND

    usual = Clock._max_fps
    desk = Desk()
    desk.calling.rest_between()
    assert Clock._max_fps == QUIET_TICKS_A_SECOND < usual
    desk.calling.hear((call(1),))
    assert Clock._max_fps == usual
    await until(kivy_window, lambda: desk.calling.spoken == 1, 5)
    assert Clock._max_fps == QUIET_TICKS_A_SECOND
    desk.calling.close()
    assert Clock._max_fps == usual


def test_a_loudspeaker_that_fails_in_a_quiet_hall_is_named_within_twenty_seconds(
    kivy_window: Any,
) -> None:
    from display.app import PROVE_AFTER_S, PROVE_EVERY_S
    from display.devices.calling import TEST_EVERY_S

    looked_s = EVERY_S + PROVE_AFTER_S + PROVE_EVERY_S
    assert TEST_EVERY_S + seconds(tone()) + 2.0 + looked_s + REPORT_EVERY_S < 20


async def test_it_is_deaf_after_failures_in_a_row_that_a_new_start_may_mend(
    kivy_window: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import calling as module

    monkeypatch.setattr(module, "TEST_EVERY_S", 0.02)
    desk = Desk()
    desk.speaker.sound = Sound.FAILED
    await until(kivy_window, lambda: desk.speaker.tests > module.DEAF_TESTS + 1, 5)
    assert not desk.calling.deaf
    desk.speaker.hopeful = True
    assert desk.calling.deaf
    desk.speaker.sound = Sound.WELL
    await until(kivy_window, lambda: not desk.calling.deaf, 5)
    desk.calling.close()
