"""A voice is a folder of clips a language: WAV files named as `tongues` names them.

The default sets are made by `python -m deploy.voice make`; a folder of recordings replaces one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from display.announcer import Saying
from display.board import Announcement
from display.chime import chime
from display.clips import SILENT, Clip, read_clip, seconds, silence
from display.tongues import SPEEDS, Manner, Tongue, bare, fast_names, needed, phrase
from shared.errors import DeviceError

CHIME = "chime"
BETWEEN_MS = 350
"""Silence between one language and the next."""


class Sound(msgspec.Struct, frozen=True):
    """Samples, and the names of the clips that they were joined from: those of other languages
    than the first with the language before them, as `en:digit_1`."""

    clips: tuple[str, ...]
    frames: bytes


class Voice:
    """One language's clips, in memory (some 6 MB). `faults` says what is wrong with the folder.

    The chime is computed where the folder has none of its own. Fast clips may be missing: what is
    to be said fast is then said as usual.
    """

    def __init__(self, tongue: Tongue, folder: Path) -> None:
        self.tongue = tongue
        self.faults: list[str] = []
        self._clips: dict[str, Clip] = {}
        for name in sorted(needed(tongue)):
            self._take(name, folder / f"{name}.wav")
        faster = (name for folder in SPEEDS for name in fast_names(tongue, folder))
        for name in (CHIME, *faster):
            path = folder / f"{name}.wav"
            if path.is_file():
                self._take(name, path)
        self._clips.setdefault(CHIME, Clip(CHIME, chime()))

    @property
    def chime(self) -> bytes:
        """The samples of its chime."""
        return self._clips[CHIME].frames

    def spoken(self, announcement: Announcement, manner: Manner) -> tuple[str, ...]:
        """The clips that say this; none when one is missing, or there is no way to say it.

        A sentence with holes ("số … hai … quầy") would send people to a wrong counter.
        """
        try:
            clips = phrase(self.tongue, announcement.number, announcement.counter, manner)
        except ValueError:
            return ()
        plain = tuple(bare(name) for name in clips)
        for wanted in (clips, plain):
            if all(name in self._clips for name in wanted):
                return wanted
        return ()

    def join(self, clips: Iterable[str]) -> bytes:
        """Samples of `clips` one after another. Raises KeyError."""
        return b"".join(self._clips[name].frames for name in clips)

    def _take(self, name: str, path: Path) -> None:
        if not path.is_file():
            self.faults.append(f"{path}: is missing")
            return
        try:
            clip = read_clip(path)
        except DeviceError as error:
            self.faults.append(str(error))
            return
        if clip.peak < SILENT:
            self.faults.append(f"{path}: is silent")
            return
        self._clips[name] = clip


class Voices:
    """The languages of a site, in their order; the first has the chime and the short phrases."""

    def __init__(self, voices: Sequence[Voice]) -> None:
        if not voices:
            raise ValueError("a display that speaks needs a language")
        self._voices = tuple(voices)

    @property
    def faults(self) -> list[str]:
        """What is wrong with their folders."""
        return [fault for voice in self._voices for fault in voice.faults]

    @property
    def chime(self) -> bytes:
        """Samples of the chime."""
        return self._voices[0].chime

    def words(self, saying: Saying) -> Sound:
        """What is said after the lead; nothing where no language has all the clips for it."""
        clips: list[str] = []
        parts: list[bytes] = []
        for voice, spoken in self._spoken(saying.announcement, saying.manner):
            first = voice is self._voices[0]
            clips += spoken if first else (f"{voice.tongue.code}:{name}" for name in spoken)
            parts.append(voice.join(spoken))
        return Sound(tuple(clips), silence(BETWEEN_MS).join(parts))

    def length_ms(self, announcement: Announcement, manner: Manner) -> int:
        """How long it takes to say, with the chime where the manner has one."""
        frames = self.words(Saying(announcement, manner)).frames
        if manner is Manner.FULL or not frames:
            frames += self.chime
        return round(seconds(frames) * 1000)

    def _spoken(
        self, announcement: Announcement, manner: Manner
    ) -> list[tuple[Voice, tuple[str, ...]]]:
        found = [(voice, voice.spoken(announcement, manner)) for voice in self._voices]
        if manner is Manner.FULL:
            # A sentence that lacks a clip of its frame can still be said in short.
            found = [
                (voice, clips or voice.spoken(announcement, Manner.SHORT)) for voice, clips in found
            ]
        can = [(voice, clips) for voice, clips in found if clips]
        return can if manner is Manner.FULL else can[:1]
