"""What the hub knows of the wall displays, and what is wrong with them: docs/protocol.md, Reports.

Pure: moments are passed in. A display is known by the name it was enrolled under; several
connections under one name count as one display.
"""

from collections.abc import Iterable

import msgspec

from shared.messages import ReportFrame, ScreenFault, Sound
from shared.model import Instant, Seq

GONE_AFTER_MS = 10_000
MUTE_AFTER_MS = 15_000
STALE_AFTER_MS = 10_000
FROZEN_AFTER_MS = 12_000
"""Displays draw a frame at least every 5 s."""
SILENT_AFTER_MS = 45_000
FORGET_AFTER_MS = 24 * 3600 * 1000
"""A display that nobody expects and that has been away for a day is another day's."""

STUCK_FOR_MS = 4_000
"""So much longer a picture may stay the same: a display that has calls to speak shows them one
after another."""

_ONE_VIEW_MS = 500
_MOST_VIEWS = 30

Trouble = tuple[ScreenFault, Instant]


class Change(msgspec.Struct, frozen=True):
    """A fault has begun, become another, or (None) ended; `lasted_ms` is the earlier one's."""

    name: str
    fault: ScreenFault | None
    before: ScreenFault | None
    lasted_ms: int


class _Sent(msgspec.Struct):
    """Views on their way to the glass that went out in one breath: when the first did, the newest
    one's seq and what it says above all."""

    seq: Seq
    at: Instant
    headline: str


class _Screen(msgspec.Struct):
    """One display. `turned` is when it came or left, `heard` when it last reported, or came after
    it had been gone."""

    turned: Instant
    heard: Instant
    connections: int = 0
    unseen: list[_Sent] = msgspec.field(default_factory=list)
    """Views that no report has confirmed, oldest first."""
    headline: str = ""
    """What the newest confirmed view says above all."""
    report: ReportFrame | None = None
    drawn: Instant | None = None
    stuck: Instant | None = None
    """Since when its picture has stayed the same though its headline has not."""
    silent: Instant | None = None
    fault: ScreenFault | None = None
    since: Instant = Instant(0)

    def clamp(self, now: Instant) -> None:
        """A clock that was set back must not make a display seem fresh for as long."""
        self.turned, self.heard = min(self.turned, now), min(self.heard, now)
        for sent in self.unseen:
            sent.at = min(sent.at, now)


class Watch:
    """What displays were sent and have reported, and the fault of each."""

    def __init__(self) -> None:
        self._screens: dict[str, _Screen] = {}

    # --- what happens ------------------------------------------------------------------

    def connected(self, name: str, at: Instant) -> None:
        """A display has come; what it shows now is unknown."""
        screen = _Screen(at, at, 1)
        before = self._screens.get(name)
        if before is not None:
            screen.connections += before.connections
            screen.fault, screen.since = before.fault, before.since
            if before.connections or at - before.turned <= GONE_AFTER_MS:
                # One that comes again and again and never says anything is mute.
                screen.heard = before.heard
        self._screens[name] = screen

    def left(self, name: str, at: Instant) -> None:
        """One of its connections has ended."""
        screen = self._screens[name]
        screen.connections -= 1
        screen.turned = at

    def sent(self, name: str, seq: Seq, at: Instant, headline: str) -> None:
        """A view went out. `headline` is what it says above all, so that the picture must change
        with it: its emergency, or its newest call; empty: nothing of the kind."""
        unseen = self._screens[name].unseen
        # A display that confirms nothing costs no more than that.
        if unseen and (len(unseen) >= _MOST_VIEWS or at - unseen[-1].at < _ONE_VIEW_MS):
            unseen[-1].seq, unseen[-1].headline = seq, headline
        else:
            unseen.append(_Sent(seq, at, headline))

    def reported(self, name: str, report: ReportFrame, at: Instant) -> None:
        """A display says what it shows."""
        screen = self._screens[name]
        screen.heard = at
        before, screen.report = screen.report, report
        screen.drawn = Instant(at - report.frame_age_ms)
        headline = screen.headline
        while screen.unseen and screen.unseen[0].seq <= report.seq:
            headline = screen.unseen.pop(0).headline
        if before is None or before.frame != report.frame:
            screen.stuck = None
        elif headline and headline != screen.headline:
            screen.stuck = screen.stuck or at
        screen.headline = headline
        mute = report.sound is Sound.FAILED or report.behind_ms > SILENT_AFTER_MS
        screen.silent = (screen.silent or at) if mute else None

    # --- what is wrong -----------------------------------------------------------------

    def look(self, expected: Iterable[str], now: Instant) -> list[Change]:
        """Judge every display anew. `expected` ought to be there, whether seen before or not."""
        wanted = set(expected)
        for name in wanted - self._screens.keys():
            self._screens[name] = _Screen(now, now)
        changes = []
        for name, screen in list(self._screens.items()):
            screen.clamp(now)
            if name not in wanted and _forgotten(screen, now):
                del self._screens[name]
                continue
            fault, since = _judge(screen, now) or (None, now)
            if fault is not screen.fault:
                lasted = now - screen.since if screen.fault else 0
                changes.append(Change(name, fault, screen.fault, lasted))
                screen.fault, screen.since = fault, since
        return changes

    def troubles(self) -> dict[str, Trouble | None]:
        """Every display that is known, with its fault as of the last look."""
        return {
            name: (screen.fault, screen.since) if screen.fault else None
            for name, screen in self._screens.items()
        }

    def frame_ages(self, now: Instant) -> dict[str, float]:
        """Seconds since each connected display that has reported drew a frame."""
        return {
            name: max(0, now - screen.drawn) / 1000
            for name, screen in self._screens.items()
            if screen.connections and screen.drawn is not None
        }


def _forgotten(screen: _Screen, now: Instant) -> bool:
    return not screen.connections and now - screen.turned > FORGET_AFTER_MS


def _judge(screen: _Screen, now: Instant) -> Trouble | None:
    """The worst that is wrong, and since when."""
    if not screen.connections:
        away = now - screen.turned > GONE_AFTER_MS
        return (ScreenFault.GONE, screen.turned) if away else _as_it_was(screen)
    if now - screen.heard > MUTE_AFTER_MS:
        return ScreenFault.MUTE, screen.heard
    report = screen.report
    if report is None:
        return _as_it_was(screen)
    if report.frame_age_ms > FROZEN_AFTER_MS and screen.drawn is not None:
        return ScreenFault.FROZEN, screen.drawn
    if screen.stuck is not None and screen.heard - screen.stuck >= STUCK_FOR_MS:
        return ScreenFault.FROZEN, screen.stuck
    if screen.unseen and now - screen.unseen[0].at > STALE_AFTER_MS:
        return ScreenFault.STALE, screen.unseen[0].at
    if screen.silent is not None:
        return ScreenFault.SILENT, screen.silent
    return None


def _as_it_was(screen: _Screen) -> Trouble | None:
    """Between two states nothing new is known, so that a fault does not blink."""
    return (screen.fault, screen.since) if screen.fault else None
