"""What a display says of itself to the hub, and to the keeper that would restart it; pure."""

import msgspec

from display.announcer import Behind
from shared.messages import ReportFrame, Sound
from shared.model import Seq

HEARD_WITHIN_S = 30.0
"""A link that calls itself live and has heard nothing for so long is stuck: it would have noticed
after 15 s."""
DRAWN_WITHIN_S = 10.0
"""A view that is not on the glass by then does not come there by itself: even one that changes
nothing is drawn within 5 s."""
DEAF_UP_S = 600.0
"""For its loudspeaker alone a display is begun anew at most this often."""


class Glass(msgspec.Struct, frozen=True):
    """What is on the glass: the view's `seq`, None before the first, and the hash of its pixels."""

    seq: Seq | None = None
    frame: str = ""


def report(
    glass: Glass,
    age_s: float,
    sound: Sound | None,
    behind: Behind,
    announced: tuple[Seq, ...],
) -> ReportFrame | None:
    """The report; None while there is nothing to tell: no view yet, no proof of a frame, or a
    loudspeaker that is still being tried out."""
    if glass.seq is None or not glass.frame or sound is None:
        return None
    return ReportFrame(
        glass.seq,
        glass.frame,
        round(age_s * 1000),
        sound,
        behind.calls,
        behind.oldest_ms,
        announced,
    )


def vital(
    live: bool, heard_s_ago: float, *, undrawn_s: float = 0.0, deaf: bool = False, up_s: float = 0.0
) -> bool:
    """Whether the display does its work, or knows why it does not; else only a new start helps.

    A live link hears the hub, what was heard is drawn, and the loudspeaker is not `deaf`: one that
    fails though a card is there, for which SDL must choose its driver anew.
    """
    if live and heard_s_ago > HEARD_WITHIN_S:
        return False
    return undrawn_s <= DRAWN_WITHIN_S and not (deaf and up_s >= DEAF_UP_S)
