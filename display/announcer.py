"""From calls to clips: what is said, in which order, and what is no longer worth saying.

One announcement at a time. `hear` queues, `step` takes the next one up once nothing is being
spoken, `finished` says that the loudspeaker is quiet again.
"""

from enum import Enum

import msgspec

from display.board import SPOKEN_BEFORE_MS, Announcement
from shared.model import CounterNumber, Instant
from shared.vietnamese import LETTERS, digit_name, letter_name, number_words

SHORT_FROM = 2
"""With this many waiting behind it an announcement is short, so that the last is not late."""


class Manner(Enum):
    """How much of the phrase is said."""

    FULL = "full"
    """Chime, then "Mời số A không một hai đến quầy số năm"."""
    SHORT = "short"
    """The same without "Mời số" and "đến … số"; the chime only after a silence."""


class Utterance(msgspec.Struct, frozen=True):
    """One announcement as it is spoken: its clips, in order. `first` after a silence."""

    announcement: Announcement
    clips: tuple[str, ...]
    first: bool


class Announcer(msgspec.Struct, frozen=True):
    """What is being spoken, what waits, oldest first, and whether the loudspeaker was quiet."""

    speaking: Announcement | None = None
    waiting: tuple[Announcement, ...] = ()
    quiet: bool = True


def hear(announcer: Announcer, new: tuple[Announcement, ...]) -> Announcer:
    """Queue what is to be spoken."""
    return msgspec.structs.replace(announcer, waiting=(*announcer.waiting, *new))


def step(
    announcer: Announcer, now: Instant
) -> tuple[Announcer, Utterance | None, tuple[Announcement, ...]]:
    """Take up the next announcement unless one is being spoken.

    Returns the announcer, what to speak now or None, and what was dropped: what is older than
    30 s, for who was called then has gone by the board long since, and what has no clips.
    """
    if announcer.speaking is not None:
        return announcer, None, ()
    waiting = tuple(a for a in announcer.waiting if _worth_saying(a, now))
    dropped = tuple(a for a in announcer.waiting if a not in waiting)
    if not waiting:
        return Announcer(), None, dropped
    head, rest = waiting[0], waiting[1:]
    manner = Manner.SHORT if len(rest) >= SHORT_FROM else Manner.FULL
    spoken = phrase(head.number, head.counter, manner)
    if manner is Manner.SHORT and announcer.quiet:
        spoken = ("chime", *spoken)
    return Announcer(head, rest, quiet=False), Utterance(head, spoken, announcer.quiet), dropped


def finished(announcer: Announcer) -> Announcer:
    """Nothing is being spoken any more; harmless when nothing was."""
    return msgspec.structs.replace(announcer, speaking=None)


def phrase(number: str, counter: CounterNumber, manner: Manner) -> tuple[str, ...]:
    """The clips that say this number and counter. Raises ValueError for what has no clip."""
    if manner is Manner.SHORT:
        return (*_number(number), "quay", *_counter(counter))
    return ("chime", "moi_so", *_number(number), "den_quay_so", *_counter(counter))


def words() -> dict[str, str]:
    """Every clip of a voice but the chime, and the words that it says."""
    clips = {"moi_so": "mời số", "den_quay_so": "đến quầy số", "quay": "quầy", "linh": "linh"}
    clips |= {f"letter_{letter.lower()}": name for letter, name in LETTERS.items()}
    clips |= {f"digit_{digit}": digit_name(digit) for digit in "0123456789"}
    clips |= {f"counter_{n}": number_words(n) for n in range(1, 100)}
    clips |= {f"counter_{n}": number_words(n) for n in range(100, 1000, 100)}
    return clips


def _worth_saying(announcement: Announcement, now: Instant) -> bool:
    if now - announcement.at > SPOKEN_BEFORE_MS:
        return False
    try:
        phrase(announcement.number, announcement.counter, Manner.FULL)
    except ValueError:
        return False
    return True


def _number(number: str) -> tuple[str, ...]:
    return tuple(_sign(sign) for sign in number)


def _sign(sign: str) -> str:
    if sign in "0123456789":
        return f"digit_{sign}"
    letter_name(sign)  # refuses what has no clip
    return f"letter_{sign.lower()}"


def _counter(counter: CounterNumber) -> tuple[str, ...]:
    """A whole clip up to 99; from 100 on hundreds, "linh" where it is said, and the rest."""
    if not 1 <= counter <= 999:
        raise ValueError(f"counter {counter} has no clip; counters are 1 to 999")
    hundreds, rest = divmod(counter, 100)
    if not hundreds or not rest:
        return (f"counter_{counter}",)
    linh = ("linh",) if rest < 10 else ()
    return (f"counter_{hundreds * 100}", *linh, f"counter_{rest}")
