"""The part of the flow that lets an emergency stand over everything: pure, `kiosk.flow` leads here.

    any screen ── the view tells of an emergency ──▶ EMERGENCY over it ── it is over ──▶ that screen
                                                            └ after 60 s: the person is forgotten

Behind it nothing is cleared or timed for so long; a number that is being taken goes on, and its
paper comes.
"""

from msgspec.structs import replace

from kiosk.state import Flow, Screen, eased, rest, resting
from kiosk.ticket_flow import touched
from shared.model import Instant

KEPT_MS = 60_000
"""Whoever has not come back to the kiosk by then has left."""


def bare(flow: Flow) -> Flow:
    """The flow as it is behind the emergency, if there is one."""
    if flow.behind is None:
        return flow
    return replace(flow, screen=flow.behind, behind=None)


def covered(before: Flow, after: Flow, now: Instant) -> Flow:
    """`after`, a bare flow, with the emergency over it if there is one; `before` is what stood
    before it, as it was shown."""
    if after.view is not None and after.view.emergency:
        since = now if before.behind is None else before.since
        return replace(after, screen=Screen.EMERGENCY, behind=after.screen, since=since)
    if before.behind is None:
        return after
    if now - before.since >= KEPT_MS and after.screen is not Screen.WAITING:
        return rest(after, now)
    if after.screen is Screen.TICKET:
        after = touched(after, now)
    # The person gets their time anew, and no touch that was meant for the emergency counts.
    return replace(after, since=now, touched=now)


def ticked(flow: Flow, shown: Flow, now: Instant) -> Flow:
    """Time passes behind the emergency: whoever has gone is forgotten."""
    if now - shown.since < KEPT_MS or flow.screen is Screen.WAITING:
        return flow
    anybody = flow.screen is not resting(flow, now) or eased(flow)
    return rest(flow, now) if anybody else flow
