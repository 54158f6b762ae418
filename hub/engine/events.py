"""Facts. Each is stored as one row of the journal; `kind` tags it, the rest is its body.

An event carries what was decided, never how to decide it again: replay needs no configuration.
"""

import msgspec

from shared.model import CounterNumber, Instant, PriorityId, ScreenPlan, ServiceId, TicketId


class _Event(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """Something that happened."""


class DayOpened(_Event, frozen=True, tag="day_opened"):
    """A business day began; `day` is `YYYY-MM-DD` in `timezone`."""

    day: str
    timezone: str


class DayClosed(_Event, frozen=True, tag="day_closed"):
    """The business day ended."""

    day: str


class DayReopened(_Event, frozen=True, tag="day_reopened"):
    """The same business day goes on after it was closed too early; its numbers go on too."""

    day: str


class NumbersMoved(_Event, frozen=True, tag="numbers_moved"):
    """On `day`, numbers may have been given that this journal does not know: the next ones come
    after them.

    `after`: the highest ordinal that may have been given, by prefix; `others`: the same for every
    prefix that is not named. Written again at the head of a day, if it was written before that.
    """

    day: str
    after: dict[str, int]
    others: int


class TicketIssued(_Event, frozen=True, tag="ticket_issued"):
    """A number was given. `ordinal` is its place in the prefix's run of the day, from 1.

    `arrival` is the effective arrival: the time of issue less the head start.
    """

    ticket: TicketId
    number: str
    prefix: str
    ordinal: int
    service: ServiceId
    arrival: Instant
    priority: PriorityId | None = None
    bonus_minutes: int = 0
    dossier: str | None = None
    procedure: str | None = None
    by: str | None = None
    """The kiosk that gave it; None for an officer."""
    card: str | None = None
    """The mark of an identity card; its key is gone with the day."""


class TicketPrinted(_Event, frozen=True, tag="ticket_printed"):
    """The paper came out: the printer has said so."""

    ticket: TicketId


class TicketSent(_Event, frozen=True, tag="ticket_sent"):
    """A printer that never says whether it prints has taken the ticket."""

    ticket: TicketId


class PrintFailed(_Event, frozen=True, tag="print_failed"):
    """The paper did not come out, or nobody knows: `reason` says which."""

    ticket: TicketId
    reason: str


class TicketCalled(_Event, frozen=True, tag="ticket_called"):
    """A number was called to a counter. `reason` says why it and no other."""

    ticket: TicketId
    counter: CounterNumber
    call: int
    reason: str


class TicketRecalled(_Event, frozen=True, tag="ticket_recalled"):
    """The same number was announced again; `call` is a new one."""

    ticket: TicketId
    counter: CounterNumber
    call: int


class ServiceStarted(_Event, frozen=True, tag="service_started"):
    """The person is at the counter."""

    ticket: TicketId
    counter: CounterNumber


class TicketFinished(_Event, frozen=True, tag="ticket_finished"):
    """Done."""

    ticket: TicketId
    counter: CounterNumber


class TicketNoShow(_Event, frozen=True, tag="ticket_no_show"):
    """Nobody came."""

    ticket: TicketId
    counter: CounterNumber


class TicketHeld(_Event, frozen=True, tag="ticket_held"):
    """Set aside at a counter."""

    ticket: TicketId
    counter: CounterNumber


class TicketReturned(_Event, frozen=True, tag="ticket_returned"):
    """Back in line with this effective arrival."""

    ticket: TicketId
    arrival: Instant


class TicketDelayed(_Event, frozen=True, tag="ticket_delayed"):
    """Its holder asked for `minutes` more: in line with this effective arrival, and not called by
    the rule before so many minutes are over. `by` is the role that asked."""

    ticket: TicketId
    arrival: Instant
    minutes: int
    by: str


class TicketTransferred(_Event, frozen=True, tag="ticket_transferred"):
    """Now waits for `service`, at the counter `to` only if one is named; the arrival stays."""

    ticket: TicketId
    counter: CounterNumber
    service: ServiceId
    to: CounterNumber | None = None


class TicketCancelled(_Event, frozen=True, tag="ticket_cancelled"):
    """Given up; `by` is a role's name, or `day_closed`."""

    ticket: TicketId
    by: str


class CounterOpened(_Event, frozen=True, tag="counter_opened"):
    """A counter takes people."""

    counter: CounterNumber
    by: str


class CounterPaused(_Event, frozen=True, tag="counter_paused"):
    """A counter takes nobody for a while."""

    counter: CounterNumber
    by: str


class CounterClosed(_Event, frozen=True, tag="counter_closed"):
    """A counter takes nobody more."""

    counter: CounterNumber
    by: str


class DisplayArranged(_Event, frozen=True, tag="display_arranged"):
    """The display of that name shows this; written again at the head of every day."""

    display: str
    plan: ScreenPlan


class EmergencyRaised(_Event, frozen=True, tag="emergency_raised"):
    """This is said on every screen; written again at the head of a day while it stands."""

    text: str
    by: str


class EmergencyCleared(_Event, frozen=True, tag="emergency_cleared"):
    """It is said no longer."""

    by: str


Event = (
    DayOpened
    | DayReopened
    | DayClosed
    | NumbersMoved
    | TicketIssued
    | TicketPrinted
    | TicketSent
    | PrintFailed
    | TicketCalled
    | TicketRecalled
    | ServiceStarted
    | TicketFinished
    | TicketNoShow
    | TicketHeld
    | TicketReturned
    | TicketDelayed
    | TicketTransferred
    | TicketCancelled
    | CounterOpened
    | CounterPaused
    | CounterClosed
    | DisplayArranged
    | EmergencyRaised
    | EmergencyCleared
)
