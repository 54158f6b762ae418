"""What the hub knows of the wall displays, and what is wrong with them: docs/protocol.md, Reports.

Pure: moments are passed in. A display is known by the name it was enrolled under; several
connections under one name count as one display.
"""

from collections.abc import Iterable

import msgspec

from shared.messages import ReportFrame, ScreenFault, Sound
from shared.model import Instant, Seq

GONE_AFTER_MS = 10_000
MUTE_AFTER_MS = 11_000
"""Two reports are missing."""
OVERDUE_MS = 7_000
"""No report for so long, and one is missing."""
FIRST_REPORT_MS = 15_000
"""One that has just come may need so long to draw and to hear itself."""
STALE_AFTER_MS = 10_000
FROZEN_AFTER_MS = 12_000
"""Displays draw a frame at least every 5 s."""
SILENT_AFTER_MS = 45_000
FORGET_AFTER_MS = 24 * 3600 * 1000
"""A display that nobody expects and that has been away for a day is another day's."""

STUCK_FOR_MS = 10_500
"""So much longer a picture may stay the same: a display shows new calls one after another, each
for up to 5 s (display.board.LARGE_SHARED_MS), and tells of it with its next report, 5 s later."""

ANEW_AFTER_MS = 30_000
"""A display that shows so long what it should not is started anew: whatever it hangs in, it has not
got out by itself."""
ANEW_APART_MS = 600_000
"""If that did not help, a person must look; a wall that goes dark twice a minute helps nobody."""

_ONE_VIEW_MS = 500
_MOST_VIEWS = 30

Trouble = tuple[ScreenFault | None, Instant]
"""A fault and since when; no fault: it has not reported since then, nobody knows how it is."""


class Headline(msgspec.Struct, frozen=True):
    """What a view says above all, so that the picture must change with it: an emergency, the newest
    call and its count, a panel's number; no text: nothing of the kind."""

    text: str = ""
    call: int = 0

    def replaces(self, other: "Headline") -> bool:
        """Whether a picture of `other` is wrong now. That an earlier call is the newest again,
        for a later one was taken back, need not be seen."""
        return bool(self.text) and self.text != other.text and not 0 < self.call < other.call


_NOTHING = Headline()


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
    headline: Headline


class _Screen(msgspec.Struct):
    """One display. `turned` is when it came or left, `heard` when it last reported, or came after
    it had been gone."""

    turned: Instant
    heard: Instant
    connections: int = 0
    unseen: list[_Sent] = msgspec.field(default_factory=list)
    """Views that no report has confirmed, oldest first."""
    headline: Headline = _NOTHING
    """What the newest confirmed view says above all."""
    pictured: Headline = _NOTHING
    """What the view said for which the picture was first reported."""
    report: ReportFrame | None = None
    announced: tuple[Seq, ...] | None = None
    """The calls it need not speak any more, as it reported last; None: not known."""
    drawn: Instant | None = None
    stuck: Instant | None = None
    """Since when its picture has stayed the same though its headline has not."""
    anew: Instant | None = None
    """When it was last told to start anew."""
    silent: Instant | None = None
    fault: ScreenFault | None = None
    since: Instant = Instant(0)

    def clamp(self, now: Instant) -> None:
        """A clock that was set back must not make a display seem fresh for as long."""
        self.turned, self.heard = min(self.turned, now), min(self.heard, now)
        for sent in self.unseen:
            sent.at = min(sent.at, now)
        if self.anew is not None:
            self.anew = min(self.anew, now)


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
            screen.fault, screen.since, screen.anew = before.fault, before.since, before.anew
            screen.announced = before.announced
            if before.connections or at - before.turned <= GONE_AFTER_MS:
                # One that comes again and again and never says anything is mute.
                screen.heard = before.heard
        self._screens[name] = screen

    def left(self, name: str, at: Instant) -> None:
        """One of its connections has ended."""
        screen = self._screens[name]
        screen.connections -= 1
        screen.turned = at

    def sent(self, name: str, seq: Seq, at: Instant, headline: Headline) -> None:
        """A view went out."""
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
        screen.announced = report.announced
        screen.drawn = Instant(at - report.frame_age_ms)
        while screen.unseen and screen.unseen[0].seq <= report.seq:
            screen.headline = screen.unseen.pop(0).headline
        if before is None or before.frame != report.frame:
            screen.stuck, screen.pictured = None, screen.headline
        elif screen.headline.replaces(screen.pictured):
            screen.stuck = screen.stuck or at
        elif screen.headline.text:
            screen.stuck = None  # what it shows is right again
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
            fault, since = _judge(screen, now)
            if fault is not screen.fault:
                lasted = now - screen.since if screen.fault else 0
                changes.append(Change(name, fault, screen.fault, lasted))
                screen.fault, screen.since = fault, since
        return changes

    def troubles(self) -> dict[str, Trouble | None]:
        """Every display that is known, with its fault as of the last look; None: it is well."""
        return {name: _told(screen) for name, screen in self._screens.items()}

    def hushed(self) -> frozenset[str]:
        """Displays that are set up to make no sound, by their reports."""
        return frozenset(
            name
            for name, screen in self._screens.items()
            if screen.report is not None and screen.report.sound is Sound.OFF
        )

    def to_begin_anew(self, now: Instant) -> list[str]:
        """Displays that have long shown what they should not, as of the last look: each once in
        `ANEW_APART_MS`. One that reports nothing, or draws nothing, knows that by itself."""
        names = []
        for name, screen in self._screens.items():
            if screen.fault not in (ScreenFault.FROZEN, ScreenFault.STALE):
                continue
            begun = _old_picture(screen, now) if screen.connections else None
            tried = screen.anew is not None and now - screen.anew < ANEW_APART_MS
            if screen.report and begun and now - begun[1] >= ANEW_AFTER_MS and not tried:
                screen.anew = now
                names.append(name)
        return names

    def announced(self, name: str) -> tuple[Seq, ...] | None:
        """Which calls it was done with as of its last report, before it came anew or now; None
        where it is not known."""
        return self._screens[name].announced

    def frame_ages(self, now: Instant) -> dict[str, float]:
        """Seconds since each connected display that has reported drew a frame."""
        return {
            name: max(0, now - screen.drawn) / 1000
            for name, screen in self._screens.items()
            if screen.connections and screen.drawn is not None
        }


def _forgotten(screen: _Screen, now: Instant) -> bool:
    return not screen.connections and now - screen.turned > FORGET_AFTER_MS


def _judge(screen: _Screen, now: Instant) -> Trouble:
    """The worst that is wrong, and since when."""
    if not screen.connections and now - screen.turned > GONE_AFTER_MS:
        return ScreenFault.GONE, screen.turned
    if _mute(screen, now):
        return ScreenFault.MUTE, screen.heard
    report = screen.report
    if not screen.connections or report is None:
        # Between two states nothing new is known, so that a fault does not blink.
        return (screen.fault, screen.since)
    if report.frame_age_ms > FROZEN_AFTER_MS and screen.drawn is not None:
        return ScreenFault.FROZEN, screen.drawn
    if (old := _old_picture(screen, now)) is not None:
        return old
    if screen.silent is not None:
        return ScreenFault.SILENT, screen.silent
    return None, now


def _mute(screen: _Screen, now: Instant) -> bool:
    """Whether it ought to have reported. One that hung, was ended and comes again is still mute;
    one that reported until it left is not."""
    quiet = now - screen.heard
    if not screen.connections:
        return quiet > MUTE_AFTER_MS and screen.turned - screen.heard > OVERDUE_MS
    return quiet > (MUTE_AFTER_MS if screen.report else FIRST_REPORT_MS)


def _old_picture(screen: _Screen, now: Instant) -> tuple[ScreenFault, Instant] | None:
    """Whether the glass shows what it should show no longer, by its own reports."""
    if screen.stuck is not None and screen.heard - screen.stuck >= STUCK_FOR_MS:
        return ScreenFault.FROZEN, screen.stuck
    if screen.unseen and now - screen.unseen[0].at > STALE_AFTER_MS:
        return ScreenFault.STALE, screen.unseen[0].at
    return None


def _told(screen: _Screen) -> Trouble | None:
    if screen.fault is None and screen.report is not None:
        return None
    return screen.fault, screen.since if screen.fault else screen.turned
