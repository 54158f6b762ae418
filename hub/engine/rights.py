"""Who may wish what: one table, role by command."""

import msgspec

from shared import messages as m
from shared.model import CounterNumber, Role, TicketId


class Actor(msgspec.Struct, frozen=True):
    """Who speaks. `counter` binds an officer to a desk, `ticket` a phone to its ticket."""

    role: Role
    name: str
    counter: CounterNumber | None = None
    ticket: TicketId | None = None


HUB = Actor(Role.SUPERVISOR, "hub")
"""The hub itself, when it opens and closes the business day."""

_DESK = frozenset(
    {
        m.IssueTicket,
        m.CallNext,
        m.CallTicket,
        m.Recall,
        m.StartService,
        m.Finish,
        m.NoShow,
        m.ReturnTicket,
        m.Hold,
        m.Transfer,
        m.Cancel,
        m.OpenCounter,
        m.PauseCounter,
        m.CloseCounter,
    }
)

WALL = frozenset({m.ArrangeDisplay, m.RaiseEmergency, m.ClearEmergency})
"""What is granted on a day that is closed, too."""

ALLOWED: dict[Role, frozenset[type]] = {
    Role.KIOSK: frozenset({m.IssueTicket, m.Cancel, m.TicketPrinted, m.TicketSent, m.PrintFailed}),
    Role.DISPLAY: frozenset(),
    Role.COUNTER: _DESK,
    Role.SUPERVISOR: _DESK | {m.OpenDay, m.CloseDay} | WALL,
    Role.TICKET: frozenset({m.Cancel, m.Delay}),
    Role.STANDBY: frozenset(),
}
