"""What a counter may do: the half of `decide` that acts at a desk.

Every function takes the state, who asks, the command and the time, and gives events or a refusal.
"""

from collections.abc import Sequence

import msgspec

from hub.engine import events as e
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import Counter, Place, State, Ticket
from shared import messages as m
from shared.i18n import _
from shared.model import CounterNumber, CounterState, Instant, Role, TicketId, TicketState

Decision = list[e.Event] | Refusal

_CALLED = (TicketState.CALLED,)
_IN_HAND = (TicketState.CALLED, TicketState.SERVING)
_CALLABLE = (TicketState.WAITING, TicketState.HELD, TicketState.NO_SHOW)


def next_ticket(state: State, counter: CounterNumber, now: Instant) -> Ticket | None:
    """Whom the rule calls to this counter: the earliest effective arrival in its lines.

    The rule of ../shared/design/architecture.md; ties go to the one who joined first.
    """
    heads = [
        place
        for key in state.lines_of(counter)
        if (place := _head(state, state.line(key), now)) is not None
    ]
    return state.tickets[min(heads)[2]] if heads else None


def _head(state: State, line: Sequence[Place], now: Instant) -> Place | None:
    """The first of a line who has not asked to be called later than now."""
    for place in line:
        wanted = state.tickets[place[2]].not_before
        if wanted is None or wanted <= now:
            return place
    return None


def call_next(state: State, actor: Actor, command: m.CallNext, now: Instant) -> Decision:
    """Finish what is in hand and call the next; the counter opens by itself."""
    counter = _desk(state, actor, command.counter)
    if isinstance(counter, Refusal):
        return counter
    if command.ticket is not msgspec.UNSET and command.ticket != counter.ticket:
        return _stale()
    ticket = next_ticket(state, counter.number, now)
    if ticket is None:
        return _nobody(state, counter.number)
    return _call(state, actor, counter, ticket, _turn(state, ticket))


def _nobody(state: State, counter: CounterNumber) -> Refusal:
    times = [
        wanted
        for key in state.lines_of(counter)
        for place in state.line(key)
        if (wanted := state.tickets[place[2]].not_before) is not None
    ]
    if not times:
        return Refusal("nobody_waiting", _("Không còn ai chờ ở quầy này."))
    words = _("Người đang chờ xin được gọi sau {time}; có thể gọi đích danh nếu họ đã ở đây.")
    return Refusal("nobody_waiting", words.format(time=state.clock(min(times))))


def call_ticket(state: State, actor: Actor, command: m.CallTicket, now: Instant) -> Decision:
    """Call a certain ticket of this counter's services, waiting or set aside."""
    counter = _desk(state, actor, command.counter)
    if isinstance(counter, Refusal):
        return counter
    ticket = state.tickets.get(command.ticket)
    if ticket is None:
        return Refusal("unknown_ticket", _("Không có số này trong ngày hôm nay."))
    if ticket.state not in _CALLABLE:
        return Refusal("wrong_state", _("Số này đang ở quầy khác hoặc đã kết thúc."))
    held_here = ticket.state is TicketState.HELD and ticket.counter == counter.number
    if not held_here and ticket.line not in state.lines_of(counter.number):
        return Refusal("wrong_counter", _("Số này không thuộc dịch vụ của quầy."))
    reason = _("Cán bộ quầy {counter} gọi đích danh").format(counter=counter.number)
    return _call(state, actor, counter, ticket, reason)


def _call(
    state: State, actor: Actor, counter: Counter, ticket: Ticket, reason: str
) -> list[e.Event]:
    events: list[e.Event] = []
    if counter.state is not CounterState.OPEN:
        events.append(e.CounterOpened(counter.number, actor.name))
    if counter.ticket is not None:
        events.append(e.TicketFinished(counter.ticket, counter.number))
    events.append(e.TicketCalled(ticket.id, counter.number, state.calls + 1, reason))
    return events


def _turn(state: State, ticket: Ticket) -> str:
    """Why it is this ticket's turn, without saying what its priority is for."""
    # When the person came, whatever has moved the place since.
    moved = ticket.bonus_minutes - ticket.delay_minutes
    shown = Instant(ticket.arrival + moved * 60_000)
    if ticket.returned:
        words = _("Quay lại hàng lúc {time}").format(time=state.clock(ticket.arrival))
    elif ticket.transferred_from is not None:
        words = _("Chuyển từ quầy {counter}, vào hàng lúc {time}").format(
            counter=ticket.transferred_from, time=state.clock(shown)
        )
    else:
        words = _("Đến lượt: vào hàng lúc {time}").format(time=state.clock(shown))
    if ticket.bonus_minutes and not ticket.returned:
        words += _(", cộng {minutes} phút ưu tiên").format(minutes=ticket.bonus_minutes)
    if ticket.delay_minutes and not ticket.returned:
        words += _(", đã xin thêm {minutes} phút").format(minutes=ticket.delay_minutes)
    return words


def recall(state: State, actor: Actor, command: m.Recall, now: Instant) -> Decision:
    """Announce once more."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _CALLED)
    if isinstance(ticket, Refusal):
        return ticket
    assert ticket.counter is not None
    return [e.TicketRecalled(ticket.id, ticket.counter, state.calls + 1)]


def start_service(state: State, actor: Actor, command: m.StartService, now: Instant) -> Decision:
    """The person is here."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _CALLED)
    if isinstance(ticket, Refusal):
        return ticket
    assert ticket.counter is not None
    return [e.ServiceStarted(ticket.id, ticket.counter)]


def finish(state: State, actor: Actor, command: m.Finish, now: Instant) -> Decision:
    """Done; who forgot to press start may finish all the same."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _IN_HAND)
    if isinstance(ticket, Refusal):
        return ticket
    assert ticket.counter is not None
    return [e.TicketFinished(ticket.id, ticket.counter)]


def no_show(state: State, actor: Actor, command: m.NoShow, now: Instant) -> Decision:
    """Nobody came."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _CALLED)
    if isinstance(ticket, Refusal):
        return ticket
    assert ticket.counter is not None
    return [e.TicketNoShow(ticket.id, ticket.counter)]


def hold(state: State, actor: Actor, command: m.Hold, now: Instant) -> Decision:
    """Set aside."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _IN_HAND)
    if isinstance(ticket, Refusal):
        return ticket
    assert ticket.counter is not None
    return [e.TicketHeld(ticket.id, ticket.counter)]


def transfer(state: State, actor: Actor, command: m.Transfer, now: Instant) -> Decision:
    """Send on; the arrival stays, so nobody queues twice for one errand."""
    ticket = _in_hand(state, actor, command.counter, command.ticket, _IN_HAND)
    if isinstance(ticket, Refusal):
        return ticket
    service = state.site.service.get(command.service)
    if service is None:
        return Refusal("unknown_service", _("Không có dịch vụ này."))
    if command.to is not None and command.to not in service.counters:
        return Refusal("wrong_counter", _("Quầy đó không làm dịch vụ này."))
    assert ticket.counter is not None
    if service.id == ticket.service and command.to in (ticket.to, ticket.counter):
        return Refusal("same_line", _("Số này đang ở đúng quầy và dịch vụ đó rồi."))
    return [e.TicketTransferred(ticket.id, ticket.counter, service.id, command.to)]


def open_counter(state: State, actor: Actor, command: m.OpenCounter, now: Instant) -> Decision:
    """Begin or go on."""
    counter = _desk(state, actor, command.counter)
    if isinstance(counter, Refusal):
        return counter
    if counter.state is CounterState.OPEN:
        return []
    return [e.CounterOpened(counter.number, actor.name)]


def pause_counter(state: State, actor: Actor, command: m.PauseCounter, now: Instant) -> Decision:
    """Take nobody for a while."""
    counter = _desk(state, actor, command.counter)
    if isinstance(counter, Refusal):
        return counter
    if counter.state is CounterState.CLOSED:
        return Refusal("counter_closed", _("Quầy đang đóng nên không tạm nghỉ được."))
    if counter.state is CounterState.PAUSED:
        return []
    return [e.CounterPaused(counter.number, actor.name)]


def close_counter(state: State, actor: Actor, command: m.CloseCounter, now: Instant) -> Decision:
    """Take nobody more."""
    counter = _desk(state, actor, command.counter)
    if isinstance(counter, Refusal):
        return counter
    if counter.ticket is not None:
        number = state.tickets[counter.ticket].number
        words = _("Quầy đang có số {number}; hãy kết thúc số đó trước.").format(number=number)
        return Refusal("counter_busy", words)
    own = len(state.line(f"@{counter.number}"))
    if own:
        words = _("Còn {count} người chỉ chờ quầy này; hãy gọi hoặc chuyển họ trước.")
        return Refusal("counter_busy", words.format(count=own))
    if counter.state is CounterState.CLOSED:
        return []
    return [e.CounterClosed(counter.number, actor.name)]


def _desk(state: State, actor: Actor, named: CounterNumber | None) -> Counter | Refusal:
    """The counter that is meant: an officer's own, or the one a supervisor names."""
    if actor.role is Role.COUNTER and named is not None and named != actor.counter:
        return Refusal("not_yours", _("Chỉ điều khiển được quầy của mình."))
    number = named if named is not None else actor.counter
    if number is None:
        return Refusal("counter_needed", _("Hãy nêu số quầy."))
    counter = state.counters.get(number)
    return counter or Refusal("unknown_counter", _("Không có quầy này."))


def _in_hand(
    state: State,
    actor: Actor,
    named: CounterNumber | None,
    expected: TicketId | None,
    allowed: tuple[TicketState, ...],
) -> Ticket | Refusal:
    """The counter's ticket in hand, if it is the one the officer saw and in an allowed state."""
    counter = _desk(state, actor, named)
    if isinstance(counter, Refusal):
        return counter
    if counter.ticket is None:
        return Refusal("nothing_in_hand", _("Quầy chưa gọi số nào."))
    if expected is not None and expected != counter.ticket:
        return _stale()
    ticket = state.tickets[counter.ticket]
    if ticket.state not in allowed:
        return Refusal("wrong_state", _("Số này đã bắt đầu phục vụ."))
    return ticket


def _stale() -> Refusal:
    return Refusal("not_current", _("Quầy không còn ở số đó; màn hình vừa được cập nhật."))
