"""The chime before a call, and the tone of the self-test, computed: they can never be missing."""

import functools
import math
from array import array

from display.clips import FULL_SCALE, RATE

_LENGTH_S = 0.95
_TONES = ((659.26, 0.0), (523.25, 0.32))
"""Pitch in Hz and start in s: a falling third, E5 to C5."""
TEST_S = 0.4
TEST_PEAK = 0.001
"""Of full scale, -60 dB: a hall never hears it."""


@functools.cache
def chime() -> bytes:
    """Two soft tones, each a bell that fades; samples of a clip."""
    total = round(RATE * _LENGTH_S)
    mixed = [0.0] * total
    for pitch, start in _TONES:
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


@functools.cache
def tone() -> bytes:
    """A tone below hearing, long enough to see that it starts, goes on and ends."""
    peak, turn = TEST_PEAK * FULL_SCALE, 2 * math.pi * 440 / RATE
    count = round(RATE * TEST_S)
    return array("h", (round(peak * math.sin(turn * n)) for n in range(count))).tobytes()
