"""A voice is a folder of clips: WAV files of one format, one for each name of `announcer.words`.

The default set is made by `python -m deploy.make_voice`; a folder of recordings replaces it.
"""

import math
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path

import msgspec

from display.announcer import words
from shared.errors import DeviceError

RATE = 22_050
"""Samples a second of every clip; mono, 16 bit."""
SILENT = 600
"""A clip whose loudest sample is below this (of 32,767) says nothing."""
FULL_SCALE = 32_767
CHIME = "chime"
_WIDTH = 2


class Clip(msgspec.Struct, frozen=True):
    """Samples of one clip, 16 bit mono at `RATE`, as `wave` gives and takes them."""

    name: str
    frames: bytes

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return len(self.frames) / (_WIDTH * RATE)


def names() -> tuple[str, ...]:
    """Every clip that a complete voice has."""
    return (CHIME, *words())


def read_clip(path: Path) -> Clip:
    """The clip in a WAV file. Raises DeviceError when it is not mono 16 bit at `RATE`."""
    try:
        with wave.open(str(path), "rb") as file:
            found = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            frames = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise DeviceError(f"{path}: cannot be read as a WAV file ({error})") from None
    if found != (1, _WIDTH, RATE):
        raise DeviceError(f"{path}: must be mono, 16 bit, {RATE} Hz; it is {found}")
    return Clip(path.stem, frames)


def write_wav(path: Path, frames: bytes) -> None:
    """Write `frames` as a WAV file of a clip's format. Raises OSError."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_WIDTH)
        file.setframerate(RATE)
        file.writeframes(frames)


def silence(milliseconds: int) -> bytes:
    """Samples that say nothing."""
    return bytes(_WIDTH * (RATE * milliseconds // 1000))


class Voice:
    """The clips of a folder, in memory (about 4 MB). `faults` says what is wrong with it.

    A folder that lacks clips still speaks what it has; `sound` says what it left out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[str] = []
        self._clips: dict[str, Clip] = {}
        for name in names():
            path = folder / f"{name}.wav"
            if not path.is_file():
                self.faults.append(f"{path}: is missing")
                continue
            try:
                self._clips[name] = read_clip(path)
            except DeviceError as error:
                self.faults.append(str(error))
            else:
                self.faults += _loudness_faults(path, self._clips[name])

    def __contains__(self, name: str) -> bool:
        return name in self._clips

    def clip(self, name: str) -> Clip:
        """One clip. Raises KeyError."""
        return self._clips[name]

    def spoken(self, clips: Iterable[str]) -> tuple[str, ...]:
        """Which of `clips` this voice can say: all of them, or only the chime.

        A sentence with holes ("số … hai … quầy") would send people to a wrong counter.
        """
        wanted = tuple(clips)
        if all(name in self._clips for name in wanted):
            return wanted
        return (CHIME,) if CHIME in self._clips else ()

    def sound(self, clips: Iterable[str], preroll_ms: int) -> bytes:
        """Samples of `clips` one after another, after `preroll_ms` of silence."""
        return silence(preroll_ms) + b"".join(self._clips[name].frames for name in clips)


def _loudness_faults(path: Path, clip: Clip) -> list[str]:
    loudest = max((abs(sample) for sample in array("h", clip.frames)), default=0)
    if loudest < SILENT:
        return [f"{path}: is silent"]
    if loudest >= FULL_SCALE:
        return [f"{path}: is clipped; record it less loud"]
    return []


def chime() -> bytes:
    """Two soft tones, a falling third (E5, C5), each a bell that fades."""
    length = 0.95
    tones = ((659.26, 0.0), (523.25, 0.32))
    total = round(RATE * length)
    mixed = [0.0] * total
    for pitch, start in tones:
        first = round(RATE * start)
        for n in range(total - first):
            t = n / RATE
            attack = min(1.0, t / 0.012)
            bell = math.sin(2 * math.pi * pitch * t) + 0.22 * math.sin(4 * math.pi * pitch * t)
            mixed[first + n] += attack * math.exp(-5.2 * t) * bell
    fade = round(RATE * 0.06)
    for n in range(fade):
        mixed[total - 1 - n] *= n / fade
    loudest = max(abs(value) for value in mixed)
    scale = 0.6 * FULL_SCALE / loudest
    return array("h", (round(value * scale) for value in mixed)).tobytes()
