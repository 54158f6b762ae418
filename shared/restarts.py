"""When a keeper ends its child, when it starts it anew, and when it gives up.

    starting ──ready──▶ serving ──silent for SILENCE_S──▶ killed ─┐
        │                  │                                      │
        └──────────────────┴──────────────died────────────────────┴──▶ starting, at once
                                                                       or after PAUSE_S

Times are seconds of a clock that is never set.
"""

from msgspec import Struct

BEAT = b"."
READY = b"!"

SILENCE_S = 15.0
"""A child whose pulse has stopped for so long hangs."""
START_S = 60.0
"""Before it is ready a child may take so long to say anything: a cold disk, a slow machine."""
STOP_S = 4.0
"""A child that was told to end has so long to do so."""
OFTEN = 5
OFTEN_S = 60.0
"""So many deaths in that time are no accident any more."""
PAUSE_S = 10.0
SETUP = 2
"""The exit code for what only a person can mend: a setting, a credential, no screen."""


class Life(Struct, frozen=True):
    """One child, from its start. `told` is when it was told to end."""

    began: float
    ready: bool = False
    felt: float | None = None
    told: float | None = None


def feel(life: Life, signs: bytes, now: float) -> Life:
    """The same life after bytes have come through its pipe."""
    if not signs:
        return life
    return Life(life.began, life.ready or READY in signs, now, life.told)


def tell(life: Life, now: float) -> Life:
    """The same life once it has been told to end; the first time counts."""
    if life.told is not None:
        return life
    return Life(life.began, life.ready, life.felt, now)


def last_moment(life: Life) -> float:
    """When the child is to be killed, unless something is heard of it before."""
    if life.told is not None:
        return life.told + STOP_S
    if life.felt is None:
        return life.began + START_S
    silent = life.felt + SILENCE_S
    return silent if life.ready else max(silent, life.began + START_S)


def final(code: int) -> bool:
    """Whether no restart can mend what ended a child with that exit code."""
    return code == SETUP


def remember(deaths: tuple[float, ...], now: float) -> tuple[float, ...]:
    """The deaths that still count, with the newest."""
    return (*(at for at in deaths if now - at < OFTEN_S), now)


def pause_s(deaths: tuple[float, ...]) -> float:
    """Seconds to wait before the next start, after these deaths."""
    return PAUSE_S if len(deaths) >= OFTEN else 0.0
