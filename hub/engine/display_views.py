"""What wall displays show: one board a plan, shared by all displays that have that plan."""

from heapq import merge
from itertools import islice

from hub.engine import calendar
from hub.engine.state import RECENT_CALLS, Call, Counter, State
from hub.engine.wall import plan_of
from shared import messages as m
from shared.model import CounterNumber, Instant, Layout, ScreenPlan

NOTICE_FILES = "/notices/"
"""Where the hub's pages have the notices' files."""


def display_view(state: State, name: str, now: Instant) -> m.DisplayView:
    """What the display of that name shows."""
    return board(state, plan_of(state, name), now)


def board(state: State, plan: ScreenPlan, now: Instant) -> m.DisplayView:
    """What every display with that plan shows; of a zone or a counter only what is theirs."""
    site, moment = state.site, state.local(now)
    chosen = [number for number in plan.counters if number in state.counters]
    counters = sorted(chosen if plan.counters else state.counters)
    gives = calendar.gives_now(state, now)
    opening = None if gives else calendar.next_numbers(state, now)
    return m.DisplayView(
        site=site.full_name,
        hours=calendar.hours_text(site, moment.date()),
        notice=site.notice,
        counters=tuple(_counter(state, state.counters[number], plan) for number in counters),
        calls=tuple(
            m.BoardCall(call.call, call.seq, call.number, call.counter, state.iso(call.at))
            for call in (_calls_at(state, chosen) if plan.counters else state.recent)
        ),
        waiting=_lines(state, plan),
        plan=plan,
        notices=tuple(
            m.Notice(
                id=notice.id,
                text=notice.text,
                picture=NOTICE_FILES + notice.picture if notice.picture else "",
                video=NOTICE_FILES + notice.video if notice.video else "",
                digest=notice.digest,
                seconds=notice.seconds,
            )
            for notice in site.notices
            if notice.stands_on(moment.date())
        ),
        pages=site.public_url,
        open=gives,
        next_opening=opening.isoformat(timespec="seconds") if opening else None,
        numbers_until=calendar.numbers_end_soon(state, now),
        emergency=state.emergency,
    )


def board_counter(state: State, counter: Counter) -> m.BoardCounter:
    """A counter and the number it has in hand."""
    known = state.site.counter.get(counter.number)
    return m.BoardCounter(
        number=counter.number,
        state=counter.state,
        ticket=number_at(state, counter),
        name=known.name if known else "",
    )


def number_at(state: State, counter: Counter) -> str | None:
    """The number a counter has in hand."""
    return None if counter.ticket is None else state.tickets[counter.ticket].number


def _counter(state: State, counter: Counter, plan: ScreenPlan) -> m.BoardCounter:
    shown = board_counter(state, counter)
    if plan.layout is not Layout.COUNTER:
        return shown
    services = state.site.services_of.get(counter.number, ())
    return m.BoardCounter(
        number=shown.number,
        state=shown.state,
        ticket=shown.ticket,
        name=shown.name,
        services=tuple(state.service_name(service) for service in services),
        officer=state.site.officers.get(counter.opened_by, "") if plan.officers else "",
    )


def _calls_at(state: State, counters: list[CounterNumber]) -> list[Call]:
    """The newest calls to these counters, newest first; many calls elsewhere push none out."""
    each = (state.called.get(number, ()) for number in counters)
    return list(islice(merge(*each, key=lambda call: -call.call), RECENT_CALLS))


def _lines(state: State, plan: ScreenPlan) -> tuple[m.BoardLine, ...]:
    """The lines, longest first; of a zone or a counter those that are served there."""
    lines = [
        m.BoardLine(service.id, service.name, state.waiting.get(service.id, 0))
        for service in state.site.services
        if not plan.counters or not set(plan.counters).isdisjoint(service.counters)
    ]
    return tuple(sorted(lines, key=lambda line: -line.count))
