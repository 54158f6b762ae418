"""The loudspeaker: joins clips to WAV files, plays them, and knows whether that went well.

Sound that fails is logged once, and its recovery once.
"""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import structlog
from kivy.core.audio import SoundLoader

from display.announcer import Lead, Saying
from display.board import Announcement
from display.card import card_there, nobody_hears
from display.chime import tone
from display.clips import seconds, silence, write_wav
from display.devices.base import Done
from display.devices.mixer import Mixer
from display.devices.player import Player
from display.loudness import Level
from display.tongues import Manner
from display.voice import CHIME, Voices
from shared.messages import Sound

ALARM_CHIMES = 3

log = structlog.get_logger()


class Spoken(msgspec.Struct, frozen=True):
    """One line of `spoken.jsonl`, for whoever checks what was said."""

    call: int
    number: str
    counter: int
    clips: tuple[str, ...]
    wav: str
    manner: str
    again: bool


class Speech:
    """Speaks one announcement at a time. `keep`: a folder that keeps every WAV and says so in
    `spoken.jsonl`; without it they are gone once spoken. A machine without a card is silent, and
    says so, unless it is `well_without_card`; `card` looks for one."""

    def __init__(
        self,
        voices: Voices,
        mixer: Mixer,
        *,
        preroll_ms: int,
        well_without_card: bool = False,
        keep: Path | None = None,
        load: Callable[[str], Any] = SoundLoader.load,
        card: Callable[[], bool] = card_there,
    ) -> None:
        self._voices = voices
        self._mixer = mixer
        self._preroll_ms = preroll_ms
        self._well_without_card = well_without_card
        self._keep = keep
        self._card = card
        self._player = Player(self._judge, load)
        self._scratch = tempfile.TemporaryDirectory(prefix="motcua-voice-")
        self._serial = itertools.count()
        self._led = (b"", False)
        """Samples of the lead that was played last, and whether the chime was in it."""
        self._why: str | None = None
        """Why the last sound was not played; empty when it was, None before the first."""
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)

    @property
    def sound(self) -> Sound | None:
        """Whether calls can be heard; None until the first sound has been tried."""
        if self._why is None:
            return None
        return Sound.FAILED if self._trouble() else Sound.WELL

    @property
    def hopeful(self) -> bool:
        """Whether a new start may help: a card is there, and what SDL chose does not play on it."""
        return self._card() and (bool(self._why) or nobody_hears())

    def length_ms(self, announcement: Announcement, manner: Manner) -> int:
        """How long an announcement takes, chime included where it has one."""
        return self._voices.length_ms(announcement, manner)

    def lead(self, lead: Lead, level: Level, done: Done) -> None:
        """The preroll after a silence, and the chime where it is wanted or all that can be heard.

        HDMI sinks sleep in a silence and swallow what wakes them.
        """
        preroll = silence(self._preroll_ms) if lead.first else b""
        saying = Saying(lead.announcement, Manner.SHORT)
        wordless = not level.words or not self._voices.words(saying).frames
        chimes = lead.chime or wordless
        frames = preroll + (self._voices.chime if chimes else b"")
        self._led = (frames, chimes)
        self._play(frames, level, done)

    def say(self, saying: Saying, level: Level, done: Done, lost: Done) -> None:
        """The words, where they may be spoken and there are clips for them; the mixer is looked at,
        for calls that follow each other leave no time for a test."""
        self._look_at_mixer()
        lead, chimes = self._led
        self._led = (b"", False)
        words = self._voices.words(saying)
        frames = words.frames if level.words else b""
        if self._keep is not None:
            clips = (*((CHIME,) if chimes else ()), *(words.clips if frames else ()))
            try:
                self._record(self._keep, saying, clips, lead + frames)
            except OSError as error:
                log.error("speech.not_kept", why=str(error))
        self._play(frames, level, done, lost)

    def alarm(self, done: Done) -> None:
        """The chime again and again, with what wakes a television before it."""
        frames = silence(self._preroll_ms) + self._voices.chime * ALARM_CHIMES
        self._play(frames, Level(1.0), done)

    def test(self, done: Done) -> None:
        """A tone below hearing goes the way of every call, and the mixer is looked at."""
        self._look_at_mixer()
        self._play(tone(), Level(1.0), done)

    def _look_at_mixer(self) -> None:
        if self._card():
            self._mixer.look()

    def close(self) -> None:
        """Be silent, and leave nothing behind. Harmless when called twice."""
        self._mixer.close()
        self._player.close()
        self._scratch.cleanup()

    def _play(self, frames: bytes, level: Level, done: Done, lost: Done = lambda: None) -> None:
        if not frames:
            done()
            return
        path = Path(self._scratch.name) / f"{next(self._serial)}.wav"
        try:
            write_wav(path, frames)
        except OSError as error:  # the player then finds no file, and keeps time all the same
            log.error("speech.not_written", why=str(error))
        self._player.play(path, seconds(frames), level.volume, done, lost)

    def _record(self, keep: Path, saying: Saying, clips: tuple[str, ...], frames: bytes) -> None:
        call = saying.announcement
        path = keep / f"{call.call}{'-again' if saying.again else ''}.wav"
        line = Spoken(
            call.call,
            call.number,
            call.counter,
            clips,
            path.name,
            saying.manner.value,
            saying.again,
        )
        write_wav(path, frames)
        with (keep / "spoken.jsonl").open("ab") as file:
            file.write(msgspec.json.encode(line) + b"\n")

    def _judge(self, why: str) -> None:
        before, self._why = bool(self._why), why
        if why and not before:
            log.error("speech.failed", why=why)
        elif before and not why:
            log.info("speech.recovered")

    def _trouble(self) -> bool:
        """Whether people in the hall miss anything."""
        if self._why or self._voices.faults or self._mixer.muted:
            return True
        if self._card():
            return nobody_hears()
        return not (nobody_hears() and self._well_without_card)
