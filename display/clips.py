"""Clips: WAV files, mono, 16 bit, `RATE` samples a second; read, written, measured."""

import wave
from array import array
from pathlib import Path

import msgspec

from shared.errors import DeviceError

RATE = 22_050
"""Samples a second of every clip."""
FULL_SCALE = 32_767
SILENT = 600
"""A clip whose loudest sample is below this says nothing."""
_WIDTH = 2


class Clip(msgspec.Struct, frozen=True):
    """Samples of one clip, 16 bit mono at `RATE`, as `wave` gives and takes them."""

    name: str
    frames: bytes

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return seconds(self.frames)

    @property
    def peak(self) -> int:
        """Its loudest sample, 0 to 32,768."""
        samples = array("h", self.frames)
        return max(max(samples), -min(samples)) if samples else 0


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
    return Clip(path.stem, frames[: len(frames) // _WIDTH * _WIDTH])


def write_wav(path: Path, frames: bytes) -> None:
    """Write `frames` as a WAV file of a clip's format. Raises OSError."""
    with path.open("wb") as out, wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(_WIDTH)
        file.setframerate(RATE)
        file.writeframes(frames)


def silence(milliseconds: int) -> bytes:
    """Samples that say nothing."""
    return bytes(_WIDTH * (RATE * milliseconds // 1000))


def seconds(frames: bytes) -> float:
    """How long samples sound."""
    return len(frames) / (_WIDTH * RATE)
