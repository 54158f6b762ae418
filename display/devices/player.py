"""Plays WAV files through Kivy's SDL2 sound, and sees whether each starts, goes on and ends.

      play               its length            1.5 s more
file ─────▶ sounding ──────────────▶ over ───────────────────▶ judged
                │ ends in its time     │  ended: it was heard; still sounding: it was not
                │ ends far too early ──┴─▶ the device takes nothing
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.audio import SoundLoader

GRACE_S = 1.5
"""How long after its length a sound that has not reported its end is taken for stuck."""
_AGAIN_S = 0.3
_EARLY = 0.7
_EARLY_S = 0.15
"""A sound is over too early before this share of its length less this time."""

Judged = Callable[[str], None]
"""Told once a sound: empty when it was played, else why not."""


class Player:
    """Plays files. `judged` hears of every one of them how it went."""

    def __init__(self, judged: Judged, load: Callable[[str], Any] = SoundLoader.load) -> None:
        self._judged = judged
        self._load = load
        self._sounding: set[_Sounding] = set()

    def play(
        self,
        path: Path,
        seconds: float,
        volume: float,
        over: Callable[[], None],
        lost: Callable[[], None] = lambda: None,
    ) -> None:
        """Play it; `over` is called once after its length, from Kivy's clock, also if it fails, and
        `lost` when nobody can have heard it: one that merely does not end may have been heard.

        The file is removed once nothing needs it any more.
        """
        _Sounding(self, path, seconds, over, lost).start(self._load, volume)

    def close(self) -> None:
        """Stop everything that sounds, without a word."""
        for sounding in list(self._sounding):
            sounding.release()


class _Sounding:
    """One file on its way through the loudspeaker."""

    def __init__(
        self,
        player: Player,
        path: Path,
        seconds: float,
        over: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._player = player
        self._path = path
        self._seconds = seconds
        self._over: Callable[[], None] | None = over
        self._lost = lost
        self._sound: Any = None
        self._since = time.monotonic()
        self._ended = False
        self._timers = [Clock.schedule_once(self._pass_on, seconds)]
        player._sounding.add(self)

    def start(self, load: Callable[[str], Any], volume: float) -> None:
        """Begin to sound."""
        try:
            sound = self._sound = load(str(self._path))
            if sound is None or sound.length <= 0:
                raise RuntimeError("there is no sound device, or it takes no WAV")
            sound.volume = volume
            sound.bind(on_stop=self._stopped)
            sound.play()
            if sound.state != "play":
                raise RuntimeError("the sound does not start")
        except Exception as error:  # a loudspeaker must never stop the board
            self._judge(str(error), self._lost)
        else:
            self._timers.append(Clock.schedule_once(self._stuck, self._seconds + GRACE_S))

    def release(self) -> None:
        """Let go of everything."""
        for timer in self._timers:
            timer.cancel()
        self._over = None
        self._let_go()
        self._player._sounding.discard(self)

    def _pass_on(self, _dt: float) -> None:
        """Its time is over, whatever the device says: the queue never stands still."""
        over, self._over = self._over, None
        if self._ended:
            self._player._sounding.discard(self)
        if over is not None:
            over()

    def _stopped(self, *_args: object) -> None:
        lasted = time.monotonic() - self._since
        early = lasted < _EARLY * self._seconds - _EARLY_S
        if early:
            self._judge("the sound ends as soon as it begins", self._lost)
        else:
            self._judge("")

    def _stuck(self, _dt: float) -> None:
        # When this program itself was held up, the end may have come and not been seen yet.
        self._timers.append(
            Clock.schedule_once(lambda _dt: self._judge("the sound does not end"), _AGAIN_S)
        )

    def _judge(self, why: str, then: Callable[[], None] = lambda: None) -> None:
        if self._ended:
            return
        self._ended = True
        self._let_go()
        for timer in self._timers[1:]:
            timer.cancel()
        if self._over is None:
            self._player._sounding.discard(self)
        self._player._judged(why)
        then()

    def _let_go(self) -> None:
        sound, self._sound = self._sound, None
        if sound is not None:
            sound.unbind(on_stop=self._stopped)
            sound.stop()
            sound.unload()
        self._path.unlink(missing_ok=True)
