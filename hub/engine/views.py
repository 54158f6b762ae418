"""What each kind of screen shows, whole, computed from the state."""

from collections.abc import Collection, Mapping
from datetime import datetime
from heapq import merge
from itertools import islice

from hub.engine import calendar
from hub.engine.display_views import board_counter, display_view, number_at
from hub.engine.estimate import expected_wait
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import Counter, State, Ticket
from hub.engine.wall import displays, plan_of
from hub.printers import Told
from shared import messages as m
from shared.i18n import _
from shared.model import (
    CounterNumber,
    CounterState,
    Instant,
    Role,
    ServiceId,
    TicketId,
    TicketState,
    Wait,
)

LINE_SHOWN = 20
"""Places of a line an officer sees at once."""

Troubles = Mapping[str, tuple[m.ScreenFault | None, Instant] | None]
"""Displays by name: what is wrong, and since when; None: it is well. Without a fault, or a display
that is not there: nothing is known yet."""

NO_TROUBLES: Troubles = {}

Printers = Mapping[str, Told]
"""Kiosks by name, and how their printers are."""

NO_PRINTERS: Printers = {}

_ASIDE = (TicketState.HELD, TicketState.NO_SHOW)


def view(
    state: State,
    actor: Actor,
    now: Instant,
    troubles: Troubles = NO_TROUBLES,
    printers: Printers = NO_PRINTERS,
    hushed: Collection[str] = (),
) -> m.View | Refusal:
    """The view of `actor`'s role; a refusal where its counter or ticket does not exist today."""
    if actor.ticket is not None:  # first, for they are the most
        if actor.ticket not in state.tickets:
            return Refusal("unknown_ticket", _("Không có số này trong ngày hôm nay."))
        return ticket_view(state, actor.ticket, now)
    if actor.role is Role.KIOSK:
        return kiosk_view(state, now)
    if actor.role is Role.DISPLAY:
        return display_view(state, actor.name, now)
    if actor.role is Role.SUPERVISOR:
        return supervisor_view(state, now, troubles, printers, hushed)
    if actor.counter not in state.counters:
        return Refusal("unknown_counter", _("Không có quầy này."))
    return counter_view(state, actor.counter, now)


def kiosk_view(state: State, now: Instant) -> m.KioskView:
    """What a kiosk shows."""
    site, moment = state.site, state.local(now)
    gives = calendar.gives_now(state, now)
    opening = None if gives else calendar.next_numbers(state, now)
    return m.KioskView(
        site=site.name,
        province=site.province,
        open=gives,
        hours=calendar.hours_text(site, moment.date()),
        next_opening=_written(opening),
        groups=tuple(m.Group(group.id, group.name, group.names) for group in site.groups),
        services=_kiosk_services(state, gives),
        priorities=tuple(
            m.PriorityClass(p.id, p.name, p.head_start_minutes, p.names) for p in site.priorities
        ),
        waiting=state.totals[TicketState.WAITING],
        counters_open=_open_counters(state),
        dossier_prefixes=site.dossier_prefixes,
        pages=site.public_url,
        shut=calendar.shut(state, now),
        numbers_until=calendar.numbers_end_soon(state, now),
        next_day_opening=_written(calendar.next_day(state, now)),
        emergency=state.emergency,
        elsewhere=site.elsewhere,
        site_names=site.names,
        province_names=site.province_names,
        card_needed=site.one_ticket_per_card,
    )


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _kiosk_services(state: State, gives: bool) -> tuple[m.KioskService, ...]:
    order = {group.id: place for place, group in enumerate(state.site.groups)}
    shown = []
    for service in sorted(state.site.services, key=lambda one: order[one.group]):
        waiting = state.waiting.get(service.id, 0)
        full = service.quota is not None and state.issued.get(service.id, 0) >= service.quota
        why = _("Hết số hôm nay") if full else None if gives else _("Ngoài giờ phát số")
        shown.append(
            m.KioskService(
                id=service.id,
                name=service.name,
                group=service.group,
                prefix=service.prefix,
                open=gives and not full,
                waiting=waiting,
                wait=expected_wait(state, service.id, waiting),
                counters=service.counters,
                why=why,
                full=full,
                names=service.names,
                elsewhere=service.elsewhere,
            )
        )
    return tuple(shown)


def _open_counters(state: State) -> int:
    return sum(counter.state is CounterState.OPEN for counter in state.counters.values())


def counter_view(state: State, number: CounterNumber, now: Instant) -> m.CounterView:
    """What the officer at counter `number` sees."""
    counter = state.counters[number]
    keys = state.lines_of(number)
    known = state.site.counter.get(number)
    places = islice(merge(*(state.line(key) for key in keys)), LINE_SHOWN)
    aside = (
        [
            ticket
            for ticket in state.tickets.values()
            if ticket.state in _ASIDE and (ticket.counter == number or ticket.line in keys)
        ]
        if state.totals[TicketState.HELD] or state.totals[TicketState.NO_SHOW]
        else []
    )
    return m.CounterView(
        counter=number,
        name=known.name if known else "",
        state=counter.state,
        day_open=state.day is not None,
        current=_in_hand(state, counter),
        line=tuple(_line_ticket(state, state.tickets[place[2]]) for place in places),
        waiting=sum(len(state.line(key)) for key in keys),
        aside=tuple(_line_ticket(state, ticket) for ticket in aside),
        served_today=counter.served,
        services=tuple(m.ServiceName(s.id, s.name, s.counters) for s in state.site.services),
        emergency=state.emergency,
    )


def _line_ticket(state: State, ticket: Ticket) -> m.LineTicket:
    return m.LineTicket(
        ticket=ticket.id,
        number=ticket.number,
        service=ticket.service,
        service_name=state.service_name(ticket.service),
        state=ticket.state,
        issued_at=state.iso(ticket.issued_at),
        priority=_priority(state, ticket),
        bonus_minutes=ticket.bonus_minutes,
        not_before=_iso(state, ticket.not_before),
    )


def _iso(state: State, at: Instant | None) -> str | None:
    return None if at is None else state.iso(at)


def _priority(state: State, ticket: Ticket) -> str | None:
    if ticket.priority is None:
        return None
    known = state.site.priority.get(ticket.priority)
    return known.name if known else ticket.priority


def _in_hand(state: State, counter: Counter) -> m.TicketInHand | None:
    if counter.ticket is None:
        return None
    ticket = state.tickets[counter.ticket]
    service = state.site.service.get(ticket.service)
    return m.TicketInHand(
        ticket=ticket.id,
        number=ticket.number,
        service=ticket.service,
        service_name=state.service_name(ticket.service),
        state=ticket.state,
        issued_at=state.iso(ticket.issued_at),
        called_at=state.iso(ticket.called_at or ticket.issued_at),
        started_at=_iso(state, ticket.started_at),
        priority=_priority(state, ticket),
        reason=ticket.reason,
        target_minutes=service.minutes if service else 0,
        calls=ticket.calls,
        dossier=ticket.dossier,
        procedure=ticket.procedure,
        paper=ticket.paper,
    )


def supervisor_view(
    state: State,
    now: Instant,
    troubles: Troubles = NO_TROUBLES,
    printers: Printers = NO_PRINTERS,
    hushed: Collection[str] = (),
) -> m.SupervisorView:
    """The whole hall in figures. `troubles` names the displays that the hub has seen, `hushed`
    those that are to be silent, `printers` the kiosks that have one."""
    return m.SupervisorView(
        day=state.day,
        counters=tuple(
            m.SupervisorCounter(
                number=counter.number,
                name=known.name if (known := state.site.counter.get(counter.number)) else "",
                state=counter.state,
                ticket=number_at(state, counter),
                since=_iso(state, counter.since),
                served_today=counter.served,
            )
            for _number, counter in sorted(state.counters.items())
        ),
        lines=tuple(_supervisor_line(state, service.id) for service in state.site.services),
        totals={str(one): count for one, count in state.totals.items()},
        screens=_screens(state, troubles, hushed),
        printers=tuple(
            m.SupervisorPrinter(name, told.state, state.iso(told.since))
            for name, told in sorted(printers.items())
        ),
        emergency=state.emergency,
    )


def _screens(
    state: State, troubles: Troubles, hushed: Collection[str]
) -> tuple[m.SupervisorScreen, ...]:
    """Displays that ought to be there, and those that were seen."""
    shown = []
    for name in sorted(displays(state).union(troubles)):
        trouble = troubles.get(name, (None, None))
        fault, since = trouble or (None, None)
        begun = _iso(state, since) if fault else None
        plan, seen = plan_of(state, name), trouble is None
        checked = seen or fault is not None
        shown.append(m.SupervisorScreen(name, plan, fault, begun, checked, hushed=name in hushed))
    return tuple(shown)


def _supervisor_line(state: State, service: ServiceId) -> m.SupervisorLine:
    line = state.line(service)
    oldest = state.iso(state.tickets[line[0][2]].issued_at) if line else None
    return m.SupervisorLine(
        service=service,
        name=state.service_name(service),
        waiting=state.waiting.get(service, 0),
        issued=state.issued.get(service, 0),
        wait=expected_wait(state, service, state.waiting.get(service, 0)),
        oldest_at=oldest,
    )


def ticket_view(state: State, ticket_id: TicketId, now: Instant) -> m.TicketView:
    """One ticket, for the phone that holds it: nothing of anybody else but numbers on the wall."""
    ticket = state.tickets[ticket_id]
    shared = state.desks.get((ticket.service, ticket.to)) or _desks(state, ticket)
    name, counters, serving, called = shared
    ahead = state.ahead(ticket)
    waits = ticket.state is TicketState.WAITING
    return m.TicketView(
        number=ticket.number,
        service=name,
        state=ticket.state,
        ahead=ahead,
        wait=_wait(state, ticket, ahead, now) if waits else None,
        counters=counters,
        counter=ticket.counter,
        serving=serving,
        issued_at=state.iso(ticket.issued_at),
        site=state.site.name,
        overtakers=_overtakers(ticket, called) if waits and _stood_still(ticket) else (),
        may_delay=waits and not ticket.delay_minutes and state.site.delay_minutes > 0,
        not_before=_iso(state, ticket.not_before) if waits else None,
        delay_minutes=state.site.delay_minutes,
    )


def _wait(state: State, ticket: Ticket, ahead: int, now: Instant) -> Wait | None:
    """What is expected, and no less than what its holder asked for."""
    wait = expected_wait(state, ticket.service, ahead)
    if wait is None or ticket.not_before is None:
        return wait
    asked = max(0, -(-(ticket.not_before - now) // 60_000))
    return Wait(max(wait.low, asked), max(wait.high, asked))


def _stood_still(ticket: Ticket) -> bool:
    """Whether it has waited in this line ever since it was taken: else others came before it by its
    own doing, and nobody has passed it."""
    moved = ticket.returned or ticket.transferred_from is not None or ticket.delay_minutes
    return not moved


def _overtakers(ticket: Ticket, called: tuple[Ticket, ...]) -> tuple[m.Overtaker, ...]:
    """Who of those at the counters took their number after this one, and the minutes that count."""
    return tuple(
        m.Overtaker(other.number, other.bonus_minutes)
        for other in called
        if other.issued_at > ticket.issued_at
    )


_Desks = tuple[str, tuple[CounterNumber, ...], tuple[m.BoardCounter, ...], tuple[Ticket, ...]]


def _desks(state: State, ticket: Ticket) -> _Desks:
    """What all phones of one line share: the service's name, its counters, and whom they have."""
    service = state.site.service.get(ticket.service)
    counters = service.counters if service else ()
    if ticket.to is not None:
        counters = (ticket.to,)
    desks = [state.counter(number) for number in counters]
    serving = tuple(board_counter(state, desk) for desk in desks if desk.ticket is not None)
    called = tuple(state.tickets[desk.ticket] for desk in desks if desk.ticket is not None)
    shared = (state.service_name(ticket.service), counters, serving, called)
    state.desks[ticket.service, ticket.to] = shared
    return shared
