"""From calls to announcements: in which order, and how much of the phrase; pure.

One announcement at a time, in two steps, so that how much is said is settled as late as possible:

    hear ──▶ waiting ──step──▶ its lead (preroll, chime) ──settle──▶ its words ──finished──▶ gone
                                                               │ nobody heard it     │ repeat
                                                               ▼                     ▼
                               said when the loudspeaker plays again     said once more
                                            if it is still in hand, the one and the other

A call that has been queued is never dropped. With many waiting, phrases get shorter so that every
call is spoken within 30 s of being heard; what is late even so is spoken all the same.
"""

from collections.abc import Callable

import msgspec

from display.board import SPOKEN_BEFORE_MS, Announcement
from display.tongues import Manner
from shared.messages import BoardCall
from shared.model import CounterNumber, Instant, Seq

FULL_WITHIN_MS = 15_000
"""Nobody is made to wait longer than this for the sake of a whole phrase."""
_WITHIN_MS = {
    Manner.FULL: FULL_WITHIN_MS,
    Manner.SHORT: SPOKEN_BEFORE_MS,
    Manner.BRISK: SPOKEN_BEFORE_MS,
}
GAP_MS = 60
"""What passes between two announcements, beside their own lengths."""
REPEAT_WITHIN_MS = 10_000
"""A repetition that cannot be said this long after its time is not said any more."""

UNHEARD_WITHIN_MS = 120_000
"""Whoever was called so long ago in vain has been fetched by voice, or will be called again."""

Length = Callable[[Announcement, Manner], int]
"""How long an announcement takes in a manner, chime included where it has one, in ms."""
InHand = frozenset[tuple[str, CounterNumber]]
"""Which number which counter has in hand now."""


class Waiting(msgspec.Struct, frozen=True):
    """An announcement, when it was queued, and whether it is one said `again`."""

    announcement: Announcement
    heard: Instant
    again: bool = False


class Lead(msgspec.Struct, frozen=True):
    """What comes before the words. `first`: after a silence, so a sleeping television must be
    woken."""

    announcement: Announcement
    first: bool
    chime: bool


class Saying(msgspec.Struct, frozen=True):
    """The words."""

    announcement: Announcement
    manner: Manner
    again: bool = False


class Announcer(msgspec.Struct, frozen=True):
    """What is being spoken, what waits, oldest first, and whether the loudspeaker was quiet.

    `repeats` are to be said once more, from the time in `heard` on. `unheard` were said while the
    loudspeaker failed, at most one a counter.
    """

    speaking: Waiting | None = None
    waiting: tuple[Waiting, ...] = ()
    repeats: tuple[Waiting, ...] = ()
    quiet: bool = True
    unheard: tuple[Waiting, ...] = ()


class Behind(msgspec.Struct, frozen=True):
    """How many wait to be spoken, for how long the oldest has, and how many cannot be in time."""

    calls: int = 0
    oldest_ms: int = 0
    late: int = 0


def hear(announcer: Announcer, new: tuple[Announcement, ...], now: Instant) -> Announcer:
    """Queue what is to be spoken; a call anew, or of another number, takes a repetition's place."""
    return msgspec.structs.replace(
        announcer,
        waiting=(*announcer.waiting, *(Waiting(call, now) for call in new)),
        repeats=_beside(announcer.repeats, new),
        unheard=_beside(announcer.unheard, new),
    )


def _beside(kept: tuple[Waiting, ...], new: tuple[Announcement, ...]) -> tuple[Waiting, ...]:
    """Those that are of no number and no counter in `new`."""
    numbers, counters = {call.number for call in new}, {call.counter for call in new}
    return tuple(
        one
        for one in kept
        if one.announcement.number not in numbers and one.announcement.counter not in counters
    )


def hush(announcer: Announcer) -> Announcer:
    """Nothing that waits is spoken any more, nor repeated; what is being spoken ends by itself."""
    return msgspec.structs.replace(announcer, waiting=(), repeats=(), unheard=())


def narrow(announcer: Announcer, shown: tuple[BoardCall, ...]) -> Announcer:
    """The wall shows something else now: calls that are no longer on it are for others to say."""
    seqs = {call.seq for call in shown}

    def left(queue: tuple[Waiting, ...]) -> tuple[Waiting, ...]:
        return tuple(one for one in queue if one.announcement.seq in seqs)

    return msgspec.structs.replace(
        announcer,
        waiting=left(announcer.waiting),
        repeats=left(announcer.repeats),
        unheard=left(announcer.unheard),
    )


def step(
    announcer: Announcer, now: Instant, length: Length, in_hand: InHand = frozenset()
) -> tuple[Announcer, Lead | None]:
    """Take up the next announcement unless one is being spoken; None when there is none."""
    if announcer.speaking is not None:
        return announcer, None
    repeats = _worth_repeating(announcer.repeats, now, in_hand)
    queue = announcer.waiting or tuple(kept for kept in repeats if kept.heard <= now)[:1]
    if not queue:
        return Announcer(repeats=repeats, unheard=announcer.unheard), None
    head, rest = queue[0], queue[1:]
    full = manner(queue, now, length) is Manner.FULL
    lead = Lead(head.announcement, announcer.quiet, chime=announcer.quiet or full)
    repeats = tuple(kept for kept in repeats if kept is not head)
    return Announcer(head, rest, repeats, quiet=False, unheard=announcer.unheard), lead


def settle(announcer: Announcer, now: Instant, length: Length) -> Saying:
    """What is said of the announcement that has been taken up, with those behind it in mind.

    Raises ValueError when none has been.
    """
    if announcer.speaking is None:
        raise ValueError("nothing is being spoken")
    queue = (announcer.speaking, *announcer.waiting)
    spoken = announcer.speaking
    return Saying(spoken.announcement, manner(queue, now, length), spoken.again)


def announced(announcer: Announcer, calls: tuple[BoardCall, ...]) -> tuple[Seq, ...]:
    """Which of the calls on the wall need not be spoken any more, at most once again."""
    queue = (announcer.speaking, *announcer.waiting, *announcer.unheard)
    left = {one.announcement.seq for one in queue if one is not None and not one.again}
    return tuple(call.seq for call in calls if call.seq not in left)


def finished(announcer: Announcer, now: Instant, repeat_after_ms: int = 0) -> Announcer:
    """Nothing is being spoken any more; harmless when nothing was. 0 repeats nothing."""
    spoken, repeats = announcer.speaking, announcer.repeats
    heard = spoken is not None and spoken not in announcer.unheard
    if spoken is not None and heard and repeat_after_ms and not spoken.again:
        due = Instant(now + repeat_after_ms)
        repeats = (*repeats, Waiting(spoken.announcement, due, again=True))
    return msgspec.structs.replace(announcer, speaking=None, repeats=repeats)


def lost(announcer: Announcer, spoken: Waiting) -> Announcer:
    """Nobody can have heard what is or has just been spoken, so there is nothing to repeat."""
    if spoken.again:
        return announcer
    said = (spoken.announcement,)
    return msgspec.structs.replace(
        announcer,
        repeats=_beside(announcer.repeats, said),
        unheard=(*_beside(announcer.unheard, said), spoken),
    )


def sounding(announcer: Announcer, now: Instant, in_hand: InHand) -> Announcer:
    """The loudspeaker plays again: who was called in vain and is still waited for is called before
    all others, and the rest is forgotten."""
    again = tuple(
        Waiting(kept.announcement, now)
        for kept in announcer.unheard
        if (kept.announcement.number, kept.announcement.counter) in in_hand
        and now - kept.heard <= UNHEARD_WITHIN_MS
    )
    waiting = (*again, *announcer.waiting)
    return msgspec.structs.replace(announcer, waiting=waiting, unheard=())


def due(announcer: Announcer) -> Instant | None:
    """When something is to be repeated next; None when nothing is."""
    return min((kept.heard for kept in announcer.repeats), default=None)


def manner(queue: tuple[Waiting, ...], now: Instant, length: Length) -> Manner:
    """The fullest manner in which all of `queue` can be said in time; else the shortest."""
    for found, within in _WITHIN_MS.items():
        if not _late(queue, now, length, found, within):
            return found
    return Manner.SHORTEST


def behind(announcer: Announcer, now: Instant, length: Length) -> Behind:
    """How far the voice is behind."""
    waiting = announcer.waiting
    if not waiting:
        return Behind()
    late = _late(waiting, now, length, Manner.SHORTEST, SPOKEN_BEFORE_MS, count=True)
    return Behind(len(waiting), max(0, now - waiting[0].heard), late)


def _late(
    queue: tuple[Waiting, ...],
    now: Instant,
    length: Length,
    how: Manner,
    within_ms: int,
    count: bool = False,
) -> int:
    """How many would not be over `within_ms` after being heard; the first alone if not `count`."""
    end, late = int(now), 0
    for waiting in queue:
        end += length(waiting.announcement, how) + GAP_MS
        if end > waiting.heard + within_ms:
            late += 1
            if not count:
                break
    return late


def _worth_repeating(
    repeats: tuple[Waiting, ...], now: Instant, in_hand: InHand
) -> tuple[Waiting, ...]:
    return tuple(
        kept
        for kept in repeats
        if (kept.announcement.number, kept.announcement.counter) in in_hand
        and now <= kept.heard + REPEAT_WITHIN_MS
    )
