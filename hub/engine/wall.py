"""What stands on the wall whatever the day: each display's plan, and the emergency.

While there is an emergency nobody is called, for nobody would see or hear it, and nobody is taken
for absent. When it is over, whoever was called before it and has not come is called once more.

Both outlive a day: the hub replays only the newest one, so whoever opens a day writes down again
what stands.
"""

import unicodedata

from hub.engine import events as e
from hub.engine.plans import is_name, plan_fault
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import State
from shared import messages as m
from shared.i18n import _
from shared.model import Instant, ScreenPlan, TicketState

MOST_EMERGENCY = 200
"""Letters of an emergency: more cannot be read from ten metres."""

NOT_UNDER_EMERGENCY = frozenset({m.CallNext, m.CallTicket, m.Recall, m.NoShow})
"""Commands that need people in the hall who see the wall."""

MOST_ARRANGED = 200
"""Displays that may be arranged: ten times what a site at its limit has."""


def plan_of(state: State, display: str) -> ScreenPlan:
    """What a display shows: as arranged, else as the site's file says, else the whole hall."""
    return state.plans.get(display) or _usual(state, display)


def _usual(state: State, display: str) -> ScreenPlan:
    """What it shows while nothing was arranged."""
    return state.site.plans.get(display) or ScreenPlan()


def displays(state: State) -> set[str]:
    """Displays that ought to be there: those of the site's file, and those that were given
    something special to show."""
    special = {name for name, plan in state.plans.items() if plan != ScreenPlan()}
    return special.union(state.site.plans)


def arrange(
    state: State, actor: Actor, command: m.ArrangeDisplay, now: Instant
) -> list[e.Event] | Refusal:
    """The display of that name shows this plan, whether it is connected or not."""
    if not is_name(command.display):
        return Refusal("bad_name", _("Tên màn hình cần từ 1 đến 60 chữ."))
    fault = plan_fault(command.plan, state.site.counter)
    if fault is not None:
        return Refusal("bad_plan", _(fault.vietnamese))
    if plan_of(state, command.display) == command.plan:
        return []
    if command.display not in state.plans and len(state.plans) >= MOST_ARRANGED:
        return Refusal("bad_name", _("Đã xếp quá nhiều màn hình."))
    return [e.DisplayArranged(command.display, command.plan)]


def arranged(state: State, display: str, plan: ScreenPlan) -> None:
    """Keep what was arranged, unless it is what the display shows anyway: that counts for nothing
    and follows the site's file when that is changed."""
    if plan == _usual(state, display):
        state.plans.pop(display, None)
    else:
        state.plans[display] = plan


def raise_emergency(
    state: State, actor: Actor, command: m.RaiseEmergency, now: Instant
) -> list[e.Event] | Refusal:
    """Say it on every screen; words are kept in NFC, runs of spaces as one."""
    text = " ".join(unicodedata.normalize("NFC", command.text).split())
    if not 0 < len(text) <= MOST_EMERGENCY or not text.isprintable():
        return Refusal("bad_text", _("Thông báo khẩn cần từ 1 đến 200 chữ."))
    if text == state.emergency:
        return []
    return [e.EmergencyRaised(text, actor.name)]


def clear_emergency(
    state: State, actor: Actor, command: m.ClearEmergency, now: Instant
) -> list[e.Event] | Refusal:
    """Say it no longer, and call again whom it has silenced, in the order of the calls."""
    if not state.emergency:
        return []
    called = [one for one in state.tickets.values() if one.state is TicketState.CALLED]
    called.sort(key=lambda one: one.called_at or 0)
    events: list[e.Event] = [e.EmergencyCleared(actor.name)]
    for place, ticket in enumerate(called, 1):
        assert ticket.counter is not None
        events.append(e.TicketRecalled(ticket.id, ticket.counter, state.calls + place))
    return events


def silenced() -> Refusal:
    """Why nobody is called now."""
    return Refusal(
        "emergency",
        _("Đang có thông báo khẩn: chưa gọi ai. Số đang mời sẽ được gọi lại khi thông báo dừng."),
    )


def standing(state: State) -> list[e.Event]:
    """What a new day writes down again."""
    events: list[e.Event] = [e.DisplayArranged(*one) for one in sorted(state.plans.items())]
    if state.emergency:
        events.append(e.EmergencyRaised(state.emergency, state.emergency_by))
    return events
