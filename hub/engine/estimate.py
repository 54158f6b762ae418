"""How long it will take, as an honest range."""

from hub.engine.state import State
from shared.model import CounterNumber, CounterState, ServiceId, Wait

_STEP = 5
"""Minutes are told in fives: a finer figure would claim what nobody knows."""

_LOW, _HIGH = 0.7, 1.3


def expected_wait(state: State, service: ServiceId, ahead: int) -> Wait | None:
    """The wait in minutes of one who has `ahead` people before them; None for an unknown service.

    Work before them = people ahead x the pace of the day, over the hands that do it.
    """
    known = state.site.service.get(service)
    if known is None:
        return None
    hands, free = state.hands.get(service) or _hands(state, service, known.counters)
    minutes = (ahead + (0 if free else 0.5)) * state.pace.get(service, known.minutes) / hands
    low = int(minutes * _LOW) // _STEP * _STEP
    high = -(-int(minutes * _HIGH) // _STEP) * _STEP
    return Wait(low, max(high, low + _STEP))


def _hands(
    state: State, service: ServiceId, counters: tuple[CounterNumber, ...]
) -> tuple[float, bool]:
    """How many counters work for a service, and whether one of them is free now.

    Those that are open count, or all while none is; each gives an equal part to every line it
    calls from in which somebody waits. Kept in the state until one of these changes.
    """
    desks = [state.counter(number) for number in counters]
    open_now = [desk for desk in desks if desk.state is CounterState.OPEN]
    hands = 0.0
    for desk in open_now or desks:
        others = [key for key in state.lines_of(desk.number) if key != service]
        hands += 1 / (1 + sum(bool(state.line(key)) for key in others))
    free = any(desk.ticket is None for desk in open_now)
    state.hands[service] = hands, free
    return hands, free
