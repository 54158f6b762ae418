"""The hall's voice: takes calls up one after another, repeats them, and tries the loudspeaker."""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from kivy.clock import Clock

from display import announcer as queue
from display.announcer import Announcer, Behind, InHand
from display.board import Announcement
from display.devices.base import Loudspeaker
from display.hall_time import HallTime
from display.loudness import Level, Loudness, level
from display.tongues import Manner
from shared.messages import BoardCall, Sound

TEST_AFTER_S = 0.2
"""The first test comes when the first frames are through."""
TEST_EVERY_S = 8.0
"""After so long a silence the loudspeaker is tried again: a failure is known before the next call
is missed, and the hub names it within 20 s."""
DEAF_TESTS = 3
"""After so many failures in a row the loudspeaker does not come back by itself."""
QUIET_TICKS_A_SECOND = 8
"""How often Kivy looks for work while nothing is spoken: views are drawn when they come, and a
chime may begin an eighth of a second later."""

log = structlog.get_logger()


class Calling:
    """Speaks what it hears of, in order, and loses nothing. `in_hand` tells which number is at
    which counter now, for repetitions after `repeat_after_s`; 0 repeats nothing. `over` is called
    after each announcement."""

    def __init__(
        self,
        speaker: Loudspeaker,
        hall_time: HallTime,
        in_hand: Callable[[], InHand],
        loudness: Loudness = Loudness(),  # noqa: B008 (frozen)
        repeat_after_s: int = 0,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        self.announcer = Announcer()
        self._speaker = speaker
        self._time = hall_time
        self._in_hand = in_hand
        self._loudness = loudness
        self._repeat_after_ms = repeat_after_s * 1000
        self._over = over
        self.spoken = 0
        """How many announcements are over that could be heard."""
        self._late = 0
        self._alarm = self._alarming = False
        """Whether an alarm is wanted, and whether it rings."""
        self._failures = 0
        self._test: Any = Clock.schedule_once(self._try, TEST_AFTER_S)
        self._turn: Any = None
        self._ticks: int | None = None

    @property
    def sound(self) -> Sound | None:
        """Whether calls can be heard; None while that is not known yet."""
        return self._speaker.sound

    @property
    def deaf(self) -> bool:
        """Whether it has failed for long though it could be heard after a new start."""
        return self._failures >= DEAF_TESTS and self._speaker.hopeful

    def behind(self) -> Behind:
        """How far the voice is behind."""
        return queue.behind(self.announcer, self._time.instant(), self._length_ms)

    def hear(self, calls: tuple[Announcement, ...]) -> None:
        """Queue calls. The board comes first: they are spoken once this frame is on the screen."""
        if calls:
            self.announcer = queue.hear(self.announcer, calls, self._time.instant())
            self._later(0)
            self._pace()

    def narrow(self, shown: tuple[BoardCall, ...]) -> None:
        """The wall shows other counters now, with these calls: the others are not for here."""
        self.announcer = queue.narrow(self.announcer, shown)

    def alarm(self) -> None:
        """An emergency: no call that waits is spoken any more, and the chime rings for it."""
        self.announcer = queue.hush(self.announcer)
        self._alarm = True
        self._later(0)
        self._pace()

    def rest_between(self) -> None:
        """From now on let Kivy's clock turn slowly while nothing is spoken; `close` ends that."""
        self._ticks = Clock._max_fps
        self._pace()

    def close(self) -> None:
        """Be silent. Harmless when called twice."""
        if self._ticks is not None:
            Clock._max_fps, self._ticks = self._ticks, None
        for event in (self._test, self._turn):
            if event is not None:
                event.cancel()
        self._speaker.close()

    def _next(self, *_args: object) -> None:
        if self._alarming:
            return
        if self._alarm and self.announcer.speaking is None:
            self._alarm, self._alarming = False, True
            self._speaker.alarm(self._alarmed)
            return
        now = self._time.instant()
        before = self.announcer.speaking
        self.announcer, lead = queue.step(self.announcer, now, self._length_ms, self._in_hand())
        if lead is not None:
            self._count_late()
            self._speaker.lead(lead, self._level(), self._say)
        elif before is None:
            due = queue.due(self.announcer)
            if due is not None:
                self._later(max(0.0, (due - now) / 1000))

    def _alarmed(self) -> None:
        self._alarming = False
        self._next()
        self._pace()

    def _say(self) -> None:
        assert self.announcer.speaking is not None
        saying = queue.settle(self.announcer, self._time.instant(), self._length_ms)
        call = saying.announcement
        log.info(
            "speech.spoken",
            call=call.call,
            number=call.number,
            counter=call.counter,
            manner=saying.manner.value,
        )
        lost = partial(self._lost, self.announcer.speaking)
        self._speaker.say(saying, self._level(), self._said, lost)

    def _lost(self, spoken: queue.Waiting) -> None:
        self.announcer = queue.lost(self.announcer, spoken)

    def _said(self) -> None:
        now = self._time.instant()
        self.announcer = queue.finished(self.announcer, now, self._repeat_after_ms)
        if self._speaker.sound is Sound.WELL:
            self.spoken += 1
        self._judge()
        self._try_in(TEST_EVERY_S)
        self._over()
        self._next()
        self._pace()

    def _take_up(self) -> None:
        """The loudspeaker plays: what it has not played is to be said."""
        if self.announcer.unheard:
            now = self._time.instant()
            self.announcer = queue.sounding(self.announcer, now, self._in_hand())
            self._later(0)

    def _later(self, seconds: float) -> None:
        if self._turn is not None:
            self._turn.cancel()
        self._turn = Clock.schedule_once(self._next, seconds)

    def _pace(self) -> None:
        """Kivy reads maxfps once, at import; its clock can be told otherwise later."""
        if self._ticks is not None:
            busy = self.announcer.speaking or self.announcer.waiting or self._alarm
            Clock._max_fps = self._ticks if busy else min(self._ticks, QUIET_TICKS_A_SECOND)

    def _level(self) -> Level:
        now = self._time.now()
        return level(self._loudness, now.hour * 60 + now.minute)

    def _length_ms(self, announcement: Announcement, manner: Manner) -> int:
        return self._speaker.length_ms(announcement, manner)

    def _count_late(self) -> None:
        """Say once that calls come late, with how many, and once that they no longer do."""
        late = self.behind().late
        if late and not self._late:
            log.warning("speech.behind", calls=late)
        elif self._late and not self.announcer.waiting:
            log.info("speech.caught_up", calls=self._late)
            self._late = 0
        self._late = max(late, self._late)

    # --- the self-test -------------------------------------------------------------------

    def _try_in(self, seconds: float) -> None:
        self._test.cancel()
        self._test = Clock.schedule_once(self._try, seconds)

    def _try(self, _dt: float) -> None:
        self._judge()
        self._speaker.test(partial(self._try_in, TEST_EVERY_S))

    def _judge(self) -> None:
        """Count the verdict on a sound, of calls as of tests: a busy hall leaves no time for these.

        It comes a moment after the sound, so this one is on the sound before.
        """
        if self._speaker.sound is Sound.FAILED:
            self._failures += 1
        else:
            self._failures = 0
            self._take_up()
