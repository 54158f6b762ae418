"""Finds every fault of a pack of clips, made or recorded: what the hall would hear of it."""

import statistics
from array import array
from pathlib import Path

import msgspec

from deploy.voice.shaping import power, voiced
from display.clips import FULL_SCALE, RATE, SILENT, read_clip
from display.tongues import SPEEDS, Tongue, fast_names, needed
from display.voice import CHIME
from shared.errors import DeviceError

LOUDER_DB = 6.0
"""How far a clip may be from the median of all, either way."""
SILENCE_MS = 300
"""The longest silence at either end of a clip."""
CLIPPED_RUN = 3
"""So many samples at full scale in a row have been cut off."""


class Measured(msgspec.Struct, frozen=True):
    """A clip that can be heard: the power of its voiced part, and the silence at its ends, ms."""

    name: str
    power: float
    lead_ms: float
    tail_ms: float


def check(folder: Path, tongue: Tongue) -> list[str]:
    """Every fault, a sentence each; none for a sound pack. A faster set may be missing whole."""
    wanted = {CHIME, *needed(tongue)}
    found = {path.relative_to(folder).with_suffix("").as_posix() for path in _wavs(folder)}
    for faster in (fast_names(tongue, speed) for speed in SPEEDS):
        if found & faster:
            wanted |= faster
    unknown = found - wanted - _spare(tongue)
    faults = [f"{name}: is missing" for name in sorted(wanted - found)]
    faults += [f"{name}: is unknown; no phrase has a clip of that name" for name in sorted(unknown)]
    measured: list[Measured] = []
    for name in sorted(wanted & found):
        outcome = _measure(folder / f"{name}.wav", name)
        if isinstance(outcome, Measured):
            measured.append(outcome)
        else:
            faults.append(outcome)
    return faults + _silences(measured) + _uneven(measured)


def _wavs(folder: Path) -> list[Path]:
    return [path for part in ("", *SPEEDS) for path in (folder / part).glob("*.wav")]


def _spare(tongue: Tongue) -> set[str]:
    """Words of the usual template, which a site's own may not use."""
    return set(tongue.words)


def _measure(path: Path, name: str) -> Measured | str:
    try:
        clip = read_clip(path)
    except DeviceError as error:
        return str(error)
    if clip.peak < SILENT:
        return f"{name}: is silent"
    samples = array("h", clip.frames)
    if _cut_off(samples):
        return f"{name}: is clipped; record it less loud"
    first, last = voiced(samples)
    tail = len(samples) - last
    return Measured(name, power(samples[first:last]), first * 1000 / RATE, tail * 1000 / RATE)


def _cut_off(samples: "array[int]") -> bool:
    if max(max(samples), -min(samples)) < FULL_SCALE:
        return False
    run = 0
    for sample in samples:
        run = run + 1 if abs(sample) >= FULL_SCALE else 0
        if run >= CLIPPED_RUN:
            return True
    return False


def _silences(measured: list[Measured]) -> list[str]:
    return [
        f"{clip.name}: {ms:.0f} ms of silence {where}; cut it to {SILENCE_MS} ms or less"
        for clip in measured
        for ms, where in ((clip.lead_ms, "before it begins"), (clip.tail_ms, "after its end"))
        if ms > SILENCE_MS
    ]


def _uneven(measured: list[Measured]) -> list[str]:
    """The chime is no voice: it fades, and is not compared."""
    spoken = [clip for clip in measured if clip.name != CHIME]
    if not spoken:
        return []
    middle = statistics.median(clip.power for clip in spoken)
    factor = 10 ** (LOUDER_DB / 20)
    return [
        f"{clip.name}: is {'louder' if clip.power > middle else 'quieter'} than the others "
        f"by more than {LOUDER_DB:.0f} dB"
        for clip in spoken
        if not middle / factor <= clip.power <= middle * factor
    ]
