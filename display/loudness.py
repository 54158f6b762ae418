"""How loud the hall's voice is at which hour, and when it only chimes; pure."""

import re

import msgspec

SOFTEST = 0.05
"""A chime is always heard: a display that says nothing at all is set up so, and its supervisor sees
that it is."""

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class VolumeFrom(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From that time of day (`HH:MM`) on, until the next, sound is that loud (SOFTEST to 1.0)."""

    start: str = msgspec.field(name="from")
    volume: float

    def __post_init__(self) -> None:
        minutes(self.start)
        check_volume("volumes.volume", self.volume)


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one time of day (`HH:MM`) to before another, across midnight if it is the earlier."""

    start: str = msgspec.field(name="from")
    to: str

    def __post_init__(self) -> None:
        if minutes(self.start) == minutes(self.to):
            raise ValueError("quiet hours must not end when they begin")


class Loudness(msgspec.Struct, frozen=True):
    """The whole rule. `volume` holds where there are no `volumes`."""

    volume: float = 1.0
    volumes: tuple[VolumeFrom, ...] = ()
    quiet: tuple[QuietHours, ...] = ()
    quiet_volume: float = 0.2


class Level(msgspec.Struct, frozen=True):
    """How loud it is now, and whether words are spoken or only the chime is heard."""

    volume: float
    words: bool = True


def level(loudness: Loudness, minute: int) -> Level:
    """What holds at `minute` of the day. The last of `volumes` holds until the first of the next
    day."""
    if any(_within(hours, minute) for hours in loudness.quiet):
        return Level(loudness.quiet_volume, words=False)
    steps = sorted(loudness.volumes, key=lambda step: minutes(step.start))
    passed = [step for step in steps if minutes(step.start) <= minute]
    for step in (passed or steps)[-1:]:
        return Level(step.volume)
    return Level(loudness.volume)


def minutes(time: str) -> int:
    """`HH:MM` in minutes since midnight. Raises ValueError for anything else."""
    found = _TIME.fullmatch(time)
    if found is None:
        raise ValueError(f"{time!r} is no time of day; write HH:MM")
    return int(found[1]) * 60 + int(found[2])


def check_volume(name: str, volume: float) -> None:
    """Raises ValueError for what is not SOFTEST to 1.0."""
    if not SOFTEST <= volume <= 1.0:
        raise ValueError(
            f"{name} must be {SOFTEST} to 1.0; for a silent display set sound.on=false"
        )


def _within(hours: QuietHours, minute: int) -> bool:
    start, to = minutes(hours.start), minutes(hours.to)
    if start < to:
        return start <= minute < to
    return minute >= start or minute < to
