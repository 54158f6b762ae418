"""What a display says of itself to the hub, and to the keeper that would restart it; pure."""

import msgspec

from display.announcer import Behind
from shared.messages import ReportFrame, Sound
from shared.model import Seq

HEARD_WITHIN_S = 30.0
"""A link that calls itself live and has heard nothing for so long is stuck: it would have noticed
after 15 s."""


class Glass(msgspec.Struct, frozen=True):
    """What is on the glass: the view's `seq`, None before the first, and the hash of its pixels."""

    seq: Seq | None = None
    frame: str = ""


def report(glass: Glass, age_s: float, sound: Sound | None, behind: Behind) -> ReportFrame | None:
    """The report; None while there is nothing to tell: no view yet, no proof of a frame, or a
    loudspeaker that is still being tried out."""
    if glass.seq is None or not glass.frame or sound is None:
        return None
    return ReportFrame(
        glass.seq, glass.frame, round(age_s * 1000), sound, behind.calls, behind.oldest_ms
    )


def vital(live: bool, heard_s_ago: float) -> bool:
    """Whether the link does its work: it is live and hears the hub, or it knows that it is not."""
    return not live or heard_s_ago <= HEARD_WITHIN_S
