"""What a loudspeaker must do, and one that says nothing, for tests."""

from collections.abc import Callable
from typing import Protocol

from kivy.clock import Clock

from display.announcer import Lead, Saying
from display.board import Announcement
from display.loudness import Level
from display.tongues import Manner
from shared.messages import Sound

Done = Callable[[], None]


class Loudspeaker(Protocol):
    """Plays one announcement's lead, then its words. `done` is called once, when it is over; `lost`
    when nobody can have heard the words, before that or a little after."""

    @property
    def sound(self) -> Sound | None:
        """Whether it can be heard; None while that is still being tried out."""
        ...

    @property
    def hopeful(self) -> bool:
        """Whether a new start of the program may help when it fails."""
        ...

    def length_ms(self, announcement: Announcement, manner: Manner) -> int:
        """How long an announcement takes, chime included where it has one."""
        ...

    def lead(self, lead: Lead, level: Level, done: Done) -> None:
        """Silence that wakes a television, and the chime. Raises nothing."""
        ...

    def say(self, saying: Saying, level: Level, done: Done, lost: Done) -> None:
        """The words, where they may be spoken and there are clips for them. Raises nothing."""
        ...

    def alarm(self, done: Done) -> None:
        """The chime again and again, as loud as it can be: an emergency. Raises nothing."""
        ...

    def test(self, done: Done) -> None:
        """Play what nobody hears, to see whether it can be played."""
        ...

    def close(self) -> None:
        """Be silent. Harmless when called twice."""
        ...


class SilentSpeaker:
    """Takes hardly any time, and remembers what it was to say."""

    def __init__(self, length_ms: int = 2000) -> None:
        self.sound: Sound | None = Sound.WELL
        self.hopeful = False
        self.leads: list[Lead] = []
        self.said: list[Saying] = []
        self.levels: list[Level] = []
        self.tests = 0
        self.alarms = 0
        self.closed = False
        self._length_ms = length_ms

    @property
    def calls(self) -> list[int]:
        """The calls that were spoken."""
        return [saying.announcement.call for saying in self.said]

    def length_ms(self, announcement: Announcement, manner: Manner) -> int:
        """The same for all."""
        return self._length_ms

    def lead(self, lead: Lead, level: Level, done: Done) -> None:
        """Remember it."""
        self.leads.append(lead)
        self._soon(done)

    def say(self, saying: Saying, level: Level, done: Done, lost: Done) -> None:
        """Remember it."""
        assert len(self.leads) == len(self.said) + 1, "one announcement at a time"
        self.said.append(saying)
        self.levels.append(level)
        if self.sound is Sound.FAILED:
            lost()
        self._soon(done)

    def alarm(self, done: Done) -> None:
        """Count it."""
        self.alarms += 1
        self._soon(done)

    def test(self, done: Done) -> None:
        """Count it."""
        self.tests += 1
        self._soon(done)

    def close(self) -> None:
        """Say nothing more."""
        self.closed = True

    def _soon(self, done: Done) -> None:
        Clock.schedule_once(lambda _dt: done() if not self.closed else None, 0.005)
