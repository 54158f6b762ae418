"""What is wrong with a display is named within 20 s, and named no longer 10 s after its end."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from display.board import LARGE_SHARED_MS
from hub.screens import (
    ANEW_AFTER_MS,
    ANEW_APART_MS,
    FORGET_AFTER_MS,
    STUCK_FOR_MS,
    Change,
    Headline,
    Watch,
)
from shared.messages import REPORT_EVERY_S, ReportFrame, ScreenFault, Sound
from shared.model import Instant, Seq

WALL = "display-1"
GONE, MUTE, STALE = ScreenFault.GONE, ScreenFault.MUTE, ScreenFault.STALE
FROZEN, SILENT = ScreenFault.FROZEN, ScreenFault.SILENT


class Hall:
    """A watch with a clock in seconds, and one display that reports every 5 s while it is well."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.now = 1_000.0
        self.seq = 0
        self.shows = 0
        self.frame = "f0"
        self.age = 1_000
        self.sound = Sound.WELL
        self.behind_ms = 0
        self.reporting = True
        self.next_report = 0.0
        self.expected: set[str] = set()
        self.changes: list[Change] = []
        self.anew: list[float] = []

    @property
    def at(self) -> Instant:
        return Instant(round(self.now * 1000))

    def comes(self) -> None:
        self.watch.connected(WALL, self.at)
        self.send("")
        self.next_report = self.now

    def goes(self) -> None:
        self.watch.left(WALL, self.at)
        self.reporting = False

    def send(self, headline: str, *, drawn: bool = True, call: int | None = None) -> None:
        """The hub sends a view; a display that is well draws it at once."""
        self.seq += 1
        said = Headline(headline, self.seq if call is None else call)
        self.watch.sent(WALL, Seq(self.seq), self.at, said)
        if drawn:
            self.shows, self.frame = self.seq, f"f{self.seq}"

    def report(self) -> None:
        told = ReportFrame(Seq(self.shows), self.frame, self.age, self.sound, 0, self.behind_ms)
        self.watch.reported(WALL, told, self.at)

    def passes(self, seconds: float) -> None:
        """Time goes by; the hub looks every second."""
        end = self.now + seconds
        while self.now < end:
            if self.reporting and self.now >= self.next_report:
                self.report()
                self.next_report = self.now + 5
            self.changes += self.watch.look(self.expected, self.at)
            self.anew += [self.now for _ in self.watch.to_begin_anew(self.at)]
            self.now += 1

    @property
    def fault(self) -> ScreenFault | None:
        trouble = self.watch.troubles()[WALL]
        return trouble[0] if trouble else None

    @property
    def checked(self) -> bool:
        trouble = self.watch.troubles()[WALL]
        return trouble is None or trouble[0] is not None

    def named_after(self, fault: ScreenFault | None) -> float:
        """Seconds until just this is named."""
        begun = self.now
        while self.fault is not fault:
            assert self.now < begun + 60, f"{fault} is never named"
            self.passes(1)
        return self.now - begun


@pytest.fixture
def hall() -> Hall:
    hall = Hall()
    hall.comes()
    hall.passes(30)
    assert hall.fault is None
    assert hall.changes == []
    return hall


def goes(hall: Hall) -> None:
    hall.goes()


def says_nothing(hall: Hall) -> None:
    hall.reporting = False


def draws_no_frames(hall: Hall) -> None:
    begun = hall.now

    def report() -> None:
        hall.age = round((hall.now - begun) * 1000)
        Hall.report(hall)

    hall.report = report  # type: ignore[method-assign]


def shows_the_picture_of_before(hall: Hall) -> None:
    hall.send("A001 1", drawn=False)
    hall.shows = hall.seq


def stays_behind(hall: Hall) -> None:
    hall.send("A001 1", drawn=False)


def cannot_speak(hall: Hall) -> None:
    hall.sound = Sound.FAILED


def does_not_get_through(hall: Hall) -> None:
    hall.behind_ms = 45_001


@pytest.mark.parametrize("gap", [0, 1, 2, 3, 4])
@pytest.mark.parametrize(
    ("happens", "fault"),
    [
        (goes, GONE),
        (says_nothing, MUTE),
        (draws_no_frames, FROZEN),
        (shows_the_picture_of_before, FROZEN),
        (stays_behind, STALE),
        (cannot_speak, SILENT),
        (does_not_get_through, SILENT),
    ],
)
def test_every_fault_is_named_within_twenty_seconds_and_once(
    hall: Hall, happens: Callable[[Hall], None], fault: ScreenFault, gap: int
) -> None:
    hall.passes(gap)
    happens(hall)
    assert hall.named_after(fault) <= 20
    hall.passes(60)
    assert [(one.fault, one.before) for one in hall.changes] == [(fault, None)]


@pytest.mark.parametrize(
    "happens",
    [says_nothing, shows_the_picture_of_before, stays_behind, cannot_speak, does_not_get_through],
)
def test_a_fault_goes_away_within_ten_seconds_of_its_end(
    hall: Hall, happens: Callable[[Hall], None]
) -> None:
    happens(hall)
    hall.passes(40)
    assert hall.fault is not None
    before = hall.fault
    hall.reporting, hall.sound, hall.behind_ms = True, Sound.WELL, 0
    hall.shows, hall.frame = hall.seq, "as it should be"
    hall.next_report = hall.now + 4
    assert hall.named_after(None) <= 10
    assert hall.changes[-1].before is before
    assert hall.changes[-1].lasted_ms > 20_000


def test_a_display_that_comes_back_is_well_with_its_first_report(hall: Hall) -> None:
    hall.goes()
    hall.passes(40)
    assert hall.fault is GONE
    hall.comes()
    hall.passes(3)
    assert hall.fault is GONE, "nobody knows yet what it shows"
    hall.reporting = True
    assert hall.named_after(None) <= 10


def test_a_short_absence_is_no_fault(hall: Hall) -> None:
    hall.goes()
    hall.passes(8)
    hall.comes()
    hall.reporting = True
    hall.passes(10)
    assert hall.changes == []


def test_one_that_comes_again_and_again_and_says_nothing_is_mute(hall: Hall) -> None:
    for _ in range(6):
        hall.goes()
        hall.passes(2)
        hall.comes()
        hall.passes(2)
    assert hall.fault is MUTE


def test_an_old_connection_that_ends_late_is_not_the_display_going(hall: Hall) -> None:
    hall.comes()
    hall.watch.left(WALL, hall.at)
    hall.passes(40)
    assert hall.changes == []


def test_the_worst_of_many_faults_is_named(hall: Hall) -> None:
    cannot_speak(hall)
    hall.passes(10)
    stays_behind(hall)
    hall.passes(20)
    hall.age = 20_000
    hall.passes(10)
    hall.reporting = False
    hall.passes(20)
    hall.goes()
    hall.passes(20)
    assert [one.fault for one in hall.changes] == [SILENT, STALE, FROZEN, MUTE, GONE]


def test_since_when_stays_what_it_was(hall: Hall) -> None:
    hall.sound = Sound.FAILED
    hall.passes(10)
    trouble = hall.watch.troubles()[WALL]
    hall.passes(60)
    assert hall.watch.troubles()[WALL] == trouble


def test_a_call_that_looks_the_same_is_no_frozen_picture(hall: Hall) -> None:
    hall.send("A001 1")
    hall.passes(10)
    hall.send("A001 1", drawn=False)
    hall.shows = hall.seq
    hall.send("", drawn=False)
    hall.shows = hall.seq
    hall.passes(40)
    assert hall.changes == []


def test_a_picture_may_wait_until_the_call_before_has_been_large(hall: Hall) -> None:
    shows_the_picture_of_before(hall)
    hall.report()
    hall.passes(LARGE_SHARED_MS / 1000)
    hall.frame = "the new call"
    hall.passes(40)
    assert hall.changes == []
    assert STUCK_FOR_MS > LARGE_SHARED_MS + REPORT_EVERY_S * 1000


def test_a_picture_that_is_right_again_is_not_frozen(hall: Hall) -> None:
    hall.send("A001 1")
    hall.passes(10)
    hall.send("A002 2", drawn=False)
    hall.shows = hall.seq
    hall.passes(8)
    hall.send("A001 1", drawn=False)
    hall.shows = hall.seq
    hall.passes(40)
    assert hall.changes == []


def test_a_call_that_was_taken_back_need_not_change_the_picture(hall: Hall) -> None:
    hall.send("A002 2", call=2)
    hall.passes(10)
    hall.send("A001 1", call=1, drawn=False)
    hall.shows = hall.seq
    hall.passes(40)
    assert hall.changes == []


def test_a_panel_that_keeps_the_number_of_before_is_frozen(hall: Hall) -> None:
    hall.send("A001", call=0)
    hall.passes(10)
    hall.send("A002", call=0, drawn=False)
    hall.shows = hall.seq
    assert hall.named_after(FROZEN) <= 20


@pytest.mark.parametrize("happens", [shows_the_picture_of_before, stays_behind])
def test_what_shows_the_old_for_half_a_minute_is_started_anew_once_in_ten(
    hall: Hall, happens: Callable[[Hall], None]
) -> None:
    happens(hall)
    begun = hall.now
    hall.passes(ANEW_APART_MS / 1000 + 20)
    assert len(hall.anew) == 1
    assert 0 <= hall.anew[0] - begun - ANEW_AFTER_MS / 1000 <= 7
    hall.passes(40)
    assert len(hall.anew) == 2


def test_a_display_started_anew_that_stays_as_it_was_has_its_rest(hall: Hall) -> None:
    stays_behind(hall)
    hall.passes(40)
    hall.goes()
    hall.passes(3)
    hall.comes()
    hall.reporting = True
    hall.shows = hall.seq
    hall.passes(5)
    stays_behind(hall)
    hall.passes(120)
    assert len(hall.anew) == 1


@pytest.mark.parametrize("happens", [goes, says_nothing, draws_no_frames, cannot_speak])
def test_other_faults_are_the_displays_own_to_mend(
    hall: Hall, happens: Callable[[Hall], None]
) -> None:
    happens(hall)
    hall.passes(120)
    assert hall.fault is not None
    assert hall.anew == []


def test_a_display_that_is_old_and_leaves_is_not_told_to(hall: Hall) -> None:
    stays_behind(hall)
    hall.passes(27)
    hall.goes()
    hall.passes(8)
    assert hall.fault is STALE
    assert hall.anew == []


def test_one_that_hung_and_was_ended_is_mute_before_it_is_gone(hall: Hall) -> None:
    hall.reporting = False
    begun = hall.now
    hall.passes(8)
    hall.goes()
    hall.named_after(MUTE)
    assert hall.now - begun <= 12
    hall.comes()
    hall.passes(3)
    assert hall.fault is MUTE, "nobody knows yet what it shows"
    hall.reporting = True
    assert hall.named_after(None) <= 2


def test_nobody_knows_how_a_display_is_before_its_first_report() -> None:
    hall = Hall()
    hall.expected, hall.reporting = {WALL}, False
    hall.passes(1)
    assert not hall.checked
    hall.comes()
    hall.passes(3)
    assert not hall.checked
    hall.report()
    hall.passes(1)
    assert hall.checked
    assert hall.fault is None
    hall.watch.connected(WALL, hall.at)
    assert not hall.checked


def test_a_picture_that_changes_a_moment_after_its_report_is_not_frozen(hall: Hall) -> None:
    shows_the_picture_of_before(hall)
    hall.report()
    hall.passes(2)
    hall.frame = "the call at last"
    hall.passes(40)
    assert hall.changes == []


def test_a_frozen_picture_stays_so_whatever_is_called_then(hall: Hall) -> None:
    shows_the_picture_of_before(hall)
    hall.passes(20)
    hall.send("A002 1", drawn=False)
    hall.shows = hall.seq
    hall.passes(20)
    assert [one.fault for one in hall.changes] == [FROZEN]


def test_a_display_that_lags_behind_a_busy_hall_is_stale(hall: Hall) -> None:
    for number in range(300):
        hall.send(f"A{number:03} 1", drawn=False)
        hall.now += 0.1
        hall.watch.look((), hall.at)
        if number % 20 == 0:
            hall.shows = max(hall.shows, hall.seq - 200)
            hall.frame = f"f{hall.shows}"
            hall.report()
    assert hall.fault is STALE
    hall.shows, hall.frame = hall.seq, "caught up"
    hall.report()
    hall.passes(1)
    assert hall.fault is None


def test_a_display_that_is_expected_and_never_comes_is_gone() -> None:
    hall = Hall()
    hall.expected, hall.reporting = {WALL}, False
    hall.passes(5)
    assert hall.fault is None
    assert hall.named_after(GONE) <= 20


def test_a_display_nobody_expects_is_forgotten_after_a_day(hall: Hall) -> None:
    hall.goes()
    hall.passes(20)
    hall.now += FORGET_AFTER_MS / 1000
    hall.expected = {WALL}
    hall.passes(1)
    assert hall.fault is GONE
    hall.expected = set()
    hall.passes(1)
    assert hall.watch.troubles() == {}


def test_a_clock_that_was_set_back_hides_no_fault(hall: Hall) -> None:
    hall.send("A001 1", drawn=False)
    hall.now -= 3_600
    hall.next_report = hall.now
    assert hall.named_after(STALE) <= 20
    hall.reporting = False
    hall.now -= 3_600
    assert hall.named_after(MUTE) <= 20


def test_the_age_of_the_newest_frame_grows_until_the_next_report(hall: Hall) -> None:
    assert hall.watch.frame_ages(hall.at) == {WALL: 6.0}
    hall.report()
    assert hall.watch.frame_ages(hall.at) == {WALL: 1.0}
    hall.goes()
    assert hall.watch.frame_ages(hall.at) == {}


def test_what_was_announced_is_kept_over_restarts_and_changed_by_reports_alone() -> None:
    watch, at = Watch(), Instant(0)
    told = ReportFrame(Seq(1), "f", 0, Sound.WELL, announced=(Seq(3),))
    watch.connected(WALL, at)
    assert watch.announced(WALL) is None
    watch.reported(WALL, told, at)
    watch.left(WALL, at)
    watch.connected(WALL, Instant(FORGET_AFTER_MS - 1))
    assert watch.announced(WALL) == (3,)
    watch.reported(WALL, replace(told, announced=None), Instant(FORGET_AFTER_MS))
    assert watch.announced(WALL) is None


def test_one_that_is_set_up_to_make_no_sound_is_no_fault_and_known(hall: Hall) -> None:
    assert hall.watch.hushed() == frozenset()
    hall.sound = Sound.OFF
    hall.passes(30)
    assert hall.watch.hushed() == {WALL}
    assert hall.fault is None
    hall.sound = Sound.WELL
    hall.passes(30)
    assert hall.watch.hushed() == frozenset()
