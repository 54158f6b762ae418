"""What is said to and about wall displays: docs/protocol.md, Plans and reports of displays.

shared/messages.py has all of it again; import it from there.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from shared.model import ScreenPlan, Seq

# --- commands ----------------------------------------------------------------------------


class _Command(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """As in shared/messages.py."""


class ArrangeDisplay(_Command, frozen=True, tag="arrange_display"):
    """Let the display of that name show something else, at once and from now on."""

    display: str
    plan: ScreenPlan


class RaiseEmergency(_Command, frozen=True, tag="raise_emergency"):
    """Say `text` on every screen, over everything else, until it is cleared."""

    text: str


class ClearEmergency(_Command, frozen=True, tag="clear_emergency"):
    """The emergency is over: whoever it has silenced is called once more."""


# --- what commands return ----------------------------------------------------------------


class DisplayArranged(msgspec.Struct, frozen=True):
    """That display shows this from now on."""

    display: str
    plan: ScreenPlan


class EmergencyChanged(msgspec.Struct, frozen=True):
    """What is said to everybody now; empty: nothing any more."""

    text: str


# --- reports -----------------------------------------------------------------------------


class Sound(StrEnum):
    """What a display knows of its loudspeaker."""

    OFF = "off"
    """Configured to be silent."""
    WELL = "well"
    """The last self-test or announcement was played."""
    FAILED = "failed"
    """It was not: no device, a device that takes nothing, a muted one, or clips are missing."""


Figure = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
"""What can be reckoned with: a moment so many milliseconds ago is one that a calendar knows."""


class ReportFrame(
    msgspec.Struct, frozen=True, tag_field="type", tag="report", forbid_unknown_fields=True
):
    """What a display shows, every 5 s, after each new view and announcement; the hub compares.

    `seq` is that of the view on the glass, `frame` a hash of its pixels, `frame_age_ms` the age of
    the newest frame that was rendered. `behind` calls wait to be spoken, the oldest for
    `behind_ms`. `announced` are the seqs of the newest view's calls that need not be spoken any
    more; None: not told.
    """

    seq: Seq
    frame: str
    frame_age_ms: Figure
    sound: Sound
    behind: Figure = 0
    behind_ms: Figure = 0
    announced: tuple[Seq, ...] | None = None


REPORT_EVERY_S = 5.0
"""How often a display reports; see docs/protocol.md for what the hub makes of it."""
