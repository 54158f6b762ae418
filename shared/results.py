"""What commands return, in the `value` of a `result`.

shared/messages.py has all of it again; import it from there.
"""

import msgspec

from shared.model import CounterNumber, CounterState, ServiceId, TicketId, TicketState, Wait
from shared.screens import DisplayArranged, EmergencyChanged


class Issued(msgspec.Struct, frozen=True):
    """`issue_ticket` gave this number. `url` is the ticket's page, for the QR."""

    ticket: TicketId
    number: str
    service: ServiceId
    ahead: int
    wait: Wait | None
    counters: tuple[CounterNumber, ...]
    at: str
    url: str


class Called(msgspec.Struct, frozen=True):
    """A number was called: `call` counts the day's announcements, recalls too, from 1."""

    ticket: TicketId
    number: str
    counter: CounterNumber
    call: int
    reason: str


class TicketChanged(msgspec.Struct, frozen=True):
    """A ticket stands thus now."""

    ticket: TicketId
    number: str
    state: TicketState


class CounterChanged(msgspec.Struct, frozen=True):
    """A counter stands thus now."""

    counter: CounterNumber
    state: CounterState


class DayChanged(msgspec.Struct, frozen=True):
    """The business day (`YYYY-MM-DD`) is open, or not."""

    day: str
    open: bool


Value = (
    Issued
    | Called
    | TicketChanged
    | CounterChanged
    | DayChanged
    | DisplayArranged
    | EmergencyChanged
)
