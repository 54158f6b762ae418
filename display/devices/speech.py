"""The loudspeaker: joins clips to one WAV and plays it through Kivy's SDL2 sound.

Sound that fails is logged once, and its recovery once; the announcement then counts as spoken
after the time it would have taken, so that the queue never stands still.
"""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from kivy.clock import Clock
from kivy.core.audio import SoundLoader

from display.announcer import Utterance
from display.voice import RATE, Voice, write_wav

GRACE_S = 0.5
"""How long after its length a sound that has not reported its end is taken for ended."""

log = structlog.get_logger()


class Spoken(msgspec.Struct, frozen=True):
    """One line of `spoken.jsonl`, for whoever checks what was said."""

    call: int
    number: str
    counter: int
    clips: tuple[str, ...]
    wav: str


class Speech:
    """Speaks one utterance at a time. `keep`: a folder that keeps every WAV and says so in
    `spoken.jsonl`; without it they are gone once spoken."""

    def __init__(
        self,
        voice: Voice,
        *,
        preroll_ms: int,
        volume: float = 1.0,
        keep: Path | None = None,
        load: Callable[[str], Any] = SoundLoader.load,
    ) -> None:
        self._voice = voice
        self._preroll_ms = preroll_ms
        self._volume = volume
        self._keep = keep
        self._load = load
        self._scratch = tempfile.TemporaryDirectory(prefix="motcua-voice-")
        self._serial = itertools.count()
        self._failing = False
        self._sound: Any = None
        self._timer: Any = None
        self._path: Path | None = None
        self._done: Callable[[], None] | None = None
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)

    def say(self, utterance: Utterance, done: Callable[[], None]) -> None:
        """Play it; `done` is called once, later, from Kivy's clock. Raises nothing."""
        clips = self._voice.spoken(utterance.clips)
        # HDMI sinks sleep in a silence and swallow what wakes them.
        preroll_ms = self._preroll_ms if utterance.first else 0
        frames = self._voice.sound(clips, preroll_ms)
        self._done = done
        try:
            self._path = self._write(utterance, clips, frames)
            self._sound = self._play(self._path)
        except Exception as error:  # a loudspeaker must never stop the board
            self._sound = None
            self._fail(error)
        else:
            self._recover()
        seconds = len(frames) / (2 * RATE)
        self._timer = Clock.schedule_once(self._end, seconds + GRACE_S)

    def close(self) -> None:
        """Be silent, and leave nothing behind. Harmless when called twice."""
        self._done = None
        self._end()
        self._scratch.cleanup()

    def _write(self, utterance: Utterance, clips: tuple[str, ...], frames: bytes) -> Path:
        call = utterance.announcement
        if self._keep is None:
            path = Path(self._scratch.name) / f"{next(self._serial)}.wav"
            write_wav(path, frames)
            return path
        path = self._keep / f"{call.call}.wav"
        write_wav(path, frames)
        line = msgspec.json.encode(Spoken(call.call, call.number, call.counter, clips, path.name))
        with (self._keep / "spoken.jsonl").open("ab") as file:
            file.write(line + b"\n")
        return path

    def _play(self, path: Path) -> Any:
        sound = self._load(str(path))
        if sound is None or sound.length <= 0:
            raise RuntimeError("there is no sound device, or it takes no WAV")
        sound.volume = self._volume
        sound.bind(on_stop=self._end)
        sound.play()
        return sound

    def _end(self, *_args: object) -> None:
        """The sound has stopped, or its time is over: whichever comes first."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        sound, self._sound = self._sound, None
        if sound is not None:
            sound.unbind(on_stop=self._end)
            sound.stop()
            sound.unload()
        if self._path is not None and self._keep is None:
            self._path.unlink(missing_ok=True)
        self._path = None
        done, self._done = self._done, None
        if done is not None:
            done()

    def _fail(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            log.error("speech.failed", why=str(error))

    def _recover(self) -> None:
        if self._failing:
            self._failing = False
            log.info("speech.recovered")
