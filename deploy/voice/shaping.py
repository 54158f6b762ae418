"""What is done to a clip's samples: trimmed, made equally loud, measured."""

import math
from array import array

from display.clips import FULL_SCALE, RATE

LOUDNESS = 0.16
"""Root mean square of every clip's voiced part, of full scale."""
PEAK = 0.95
"""No sample goes beyond this share of full scale."""
QUIET = 250
"""Samples below this are silence."""


def trim(sound: "array[int]", share: float = 0.0, margin_ms: int = 8) -> "array[int]":
    """`sound` without the silence at its ends, and a little of it left so that nothing clicks.

    What stays below `share` of the loudest sample is silence too.
    """
    loudest = max((abs(sample) for sample in sound), default=0)
    first, last = voiced(sound, max(QUIET, round(share * loudest)))
    if first == last:
        return array("h")
    margin = RATE * margin_ms // 1000
    return sound[max(0, first - margin) : last + margin]


def level(sound: "array[int]") -> "array[int]":
    """`sound` at `LOUDNESS`; what would go beyond `PEAK` is bent softly, not cut."""
    if not sound:
        return sound
    gain = LOUDNESS * FULL_SCALE / max(power(sound), 1.0)
    top = PEAK * FULL_SCALE
    return array("h", (round(top * math.tanh(sample * gain / top)) for sample in sound))


def power(sound: "array[int]") -> float:
    """The root mean square of the samples."""
    if not sound:
        return 0.0
    return math.sqrt(sum(map(_square, sound)) / len(sound))


def voiced(sound: "array[int]", quiet: int = QUIET) -> tuple[int, int]:
    """Where the sound is above `quiet`: its first sample and the one after its last."""
    first = next((n for n, sample in enumerate(sound) if abs(sample) > quiet), len(sound))
    if first == len(sound):
        return 0, 0
    last = next(n for n in range(len(sound) - 1, -1, -1) if abs(sound[n]) > quiet)
    return first, last + 1


def _square(sample: int) -> int:
    return sample * sample
