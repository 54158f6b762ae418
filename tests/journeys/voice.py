"""What an announcement must be made of, said here anew and not asked of the announcer."""

import wave
from array import array
from pathlib import Path

from deploy.hall.programs import ROOT

VOICE = ROOT / "assets" / "voice" / "vi"
LOUD = 1_000
"""The loudest sample of a clip that says something is above this (of 32,767)."""


def clips(number: str, counter: int) -> list[str]:
    """The clips of "Mời số A không không một đến quầy số năm", after the chime."""
    letter, digits = number[0].lower(), number[1:]
    spelt = [f"letter_{letter}", *(f"digit_{digit}" for digit in digits)]
    return ["chime", "moi_so", *spelt, "den_quay_so", f"counter_{counter}"]


def samples(file: Path) -> "array[int]":
    """The 16-bit samples of a WAV file."""
    with wave.open(str(file), "rb") as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        return array("h", sound.readframes(sound.getnframes()))


def loudest(part: "array[int]") -> int:
    """The largest sample; 0 is silence."""
    return max(map(abs, part), default=0)
