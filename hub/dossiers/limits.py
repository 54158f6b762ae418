"""How often dossiers may be asked about, by whom. Pure: the time is passed in.

    device ──▶ so many distinct codes            (kiosks, phones; officers have more),
               and so many questions in all      (repeats, too)
    address ─▶ so many look-ups and misses       (phones: a whole lobby stands behind one)
    all ─────▶ so many misses: phones pause      (enrolled devices go on)
    code ────▶ so many wrong digits a day        (whether such a dossier exists or not)

No code is kept, only this process's own hash of it. Memory is bounded: of each kind so many are
remembered, and who has been silent longest is forgotten first.
"""

from collections import deque
from collections.abc import Hashable
from typing import TypeVar

import msgspec

from hub.network import network_of
from hub.settings import LookupLimits
from shared.model import Instant

MOST_DEVICES = 10_000
MOST_ADDRESSES = 10_000
MOST_CODES = 50_000

QUESTIONS_PER_CODE = 5
"""A device may ask so many times as often as it may ask for distinct codes, repeats included:
people scan twice, and load a page anew, but nobody needs the same answer without end."""

_MINUTE_MS = 60_000

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Asker(msgspec.Struct, frozen=True):
    """Who asks. `device` is an enrolled device's or an officer's name, or a phone's random cookie;
    `address` is the network address."""

    device: str
    address: str
    phone: bool = False
    officer: bool = False


class _Device(msgspec.Struct):
    """When a device last asked for each code, which of these it was told are not there, and how
    often it asked for anything, by minute."""

    codes: dict[int, Instant] = {}
    asked: dict[int, int] = {}
    missed: dict[int, Instant] = {}


class _Address(msgspec.Struct):
    """What an address did, by minute: few numbers, however many phones stand behind it."""

    asked: dict[int, int] = {}
    missed: dict[int, int] = {}


class Limits:
    """Counts questions and says when there were too many."""

    def __init__(self, figures: LookupLimits) -> None:
        self._figures = figures
        self._window = figures.minutes * _MINUTE_MS
        self._devices: dict[tuple[str, str], _Device] = {}
        self._addresses: dict[str, _Address] = {}
        self._misses: deque[Instant] = deque(maxlen=figures.alarm_misses)
        self._tripped_at: Instant | None = None
        self._day = ""
        self._failures: dict[int, int] = {}

    # --- asking --------------------------------------------------------------------------

    def ask(self, asker: Asker, code: str, now: Instant) -> str | None:
        """Count a look-up; the code of a refusal when there were too many, which counts nothing.

        A code that the device has asked for within the window is no further code, only a further
        question: people scan twice.
        """
        if asker.phone and self.paused(now):
            return "lookup_paused"
        device = self._device(asker, now)
        most = self._figures.officer_codes if asker.officer else self._figures.device_codes
        if hash(code) not in device.codes and len(device.codes) >= most:
            return "too_many_lookups"
        if sum(device.asked.values()) >= QUESTIONS_PER_CODE * most:
            return "too_many_lookups"
        if not self._let_address(asker, now):
            return "too_many_lookups"
        device.codes[hash(code)] = now
        _one_more(device.asked, now)
        return None

    def missed(self, asker: Asker, code: str, now: Instant, *, guess: bool) -> bool:
        """Count that there is no such dossier, or, for a `guess`, that its digits do not fit; True
        when this tripped the breaker. One who asks again for what is not there is no further miss.
        """
        missed = self._device(asker, now).missed
        again = hash(code) in missed and not guess
        missed[hash(code)] = now
        if again:
            return False
        if asker.phone:
            _one_more(self._address(asker, now).missed, now)
        return self._count_miss(now)

    # --- digits --------------------------------------------------------------------------

    def guess(self, code: str, day: str) -> bool:
        """Count a failure for the code on that day of the site, before the digits are looked at, so
        that many guesses at once are many; False when there were too many."""
        if day != self._day:
            self._day, self._failures = day, {}
        failures = self._failures.pop(hash(code), 0)
        allowed = failures < self._figures.code_failures
        _put(self._failures, hash(code), failures + allowed, MOST_CODES)
        return allowed

    def take_back(self, code: str, day: str) -> None:
        """The digits were right, or nobody looked at them."""
        failures = self._failures.get(hash(code), 0)
        if day == self._day and failures:
            self._failures[hash(code)] = failures - 1

    # --- the breaker ---------------------------------------------------------------------

    def paused(self, now: Instant) -> bool:
        """Whether phones must wait because there were too many misses."""
        pause = self._figures.pause_minutes * _MINUTE_MS
        return self._tripped_at is not None and 0 <= now - self._tripped_at < pause

    def _count_miss(self, now: Instant) -> bool:
        misses = self._misses
        misses.append(now)
        if len(misses) < self._figures.alarm_misses or not 0 <= now - misses[0] < self._window:
            return False
        was_paused = self.paused(now)
        self._tripped_at = now
        misses.clear()  # after the pause they count anew
        return not was_paused

    # --- who has asked -------------------------------------------------------------------

    def _device(self, asker: Asker, now: Instant) -> _Device:
        # Kinds apart: a phone may call its cookie what it likes.
        kind = "phone" if asker.phone else "officer" if asker.officer else "kiosk"
        known = self._devices.pop((kind, asker.device), None) or _Device()
        for kept in (known.codes, known.missed):
            for key in [one for one, at in kept.items() if not 0 <= now - at < self._window]:
                del kept[key]
        self._forget_minutes(known.asked, now)
        _put(self._devices, (kind, asker.device), known, MOST_DEVICES)
        return known

    def _address(self, asker: Asker, now: Instant) -> _Address:
        key = network_of(asker.address)
        known = self._addresses.pop(key, None) or _Address()
        for kept in (known.asked, known.missed):
            self._forget_minutes(kept, now)
        _put(self._addresses, key, known, MOST_ADDRESSES)
        return known

    def _forget_minutes(self, kept: dict[int, int], now: Instant) -> None:
        this = now // _MINUTE_MS
        for minute in [one for one in kept if not 0 <= this - one < self._figures.minutes]:
            del kept[minute]

    def _let_address(self, asker: Asker, now: Instant) -> bool:
        """Count a look-up of an address, unless there were too many. Enrolled devices have proved
        who they are: what phones do behind the same address must not stop them."""
        if not asker.phone:
            return True
        known = self._address(asker, now)
        if sum(known.missed.values()) >= self._figures.address_misses:
            return False
        if sum(known.asked.values()) >= self._figures.address_lookups:
            return False
        _one_more(known.asked, now)
        return True


def _one_more(by_minute: dict[int, int], now: Instant) -> None:
    by_minute[now // _MINUTE_MS] = by_minute.get(now // _MINUTE_MS, 0) + 1


def _put(kept: dict[K, V], key: K, value: V, most: int) -> None:
    """Put it last, and forget the first when there are too many."""
    kept[key] = value
    if len(kept) > most:
        del kept[next(iter(kept))]
