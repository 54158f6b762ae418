"""How long it will take, as an honest range."""

from hub.engine.state import State
from shared.model import CounterState, ServiceId, Wait

_STEP = 5
"""Minutes are told in fives: a finer figure would claim what nobody knows."""

_LOW, _HIGH = 0.7, 1.3


def expected_wait(state: State, service: ServiceId, ahead: int) -> Wait | None:
    """The wait in minutes of one who has `ahead` people before them; None for an unknown service.

    Work before them = people ahead x the pace of the day, shared by the counters that are open
    (by all of the service's counters while none is), each of which also serves its other lines.
    """
    known = state.site.service.get(service)
    if known is None:
        return None
    counters = [state.counter(number) for number in known.counters]
    open_now = [c for c in counters if c.state is CounterState.OPEN] or counters
    hands = sum(_share(state, service, counter.number) for counter in open_now)
    pace = state.pace.get(service, float(known.minutes))
    free = any(c.state is CounterState.OPEN and c.ticket is None for c in open_now)
    minutes = (ahead + (0 if free else 0.5)) * pace / hands
    low = int(minutes * _LOW) // _STEP * _STEP
    high = -(-int(minutes * _HIGH) // _STEP) * _STEP
    return Wait(low, max(high, low + _STEP))


def _share(state: State, service: ServiceId, counter: int) -> float:
    """Which part of a counter's time this service gets: by the lengths of its lines."""
    lines = [len(state.line(line)) for line in state.lines_of(counter)]  # type: ignore[arg-type]
    own = len(state.line(service)) or 1
    return own / max(sum(lines), own)
