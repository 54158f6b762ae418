"""What follows from a wish: events, or a refusal. It looks and never touches."""

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from hub.engine import calendar, desk as at_desk, events as e, limits, wall
from hub.engine.refusal import Refusal
from hub.engine.rights import ALLOWED, WALL, Actor
from hub.engine.state import State, Ticket
from shared import messages as m
from shared.i18n import _
from shared.model import Instant, Role, TicketId, TicketState
from shared.receipt_code import dossier_code, procedure_code

MAX_REASON = 200
"""Characters of a printer's words that are kept."""


class Wish(msgspec.Struct, frozen=True):
    """A command and who gives it. `fresh` is an unused ticket id, for a number to be issued."""

    actor: Actor
    command: m.Command
    fresh: TicketId = TicketId("")


Decision = list[e.Event] | Refusal


def decide(state: State, wish: Wish, now: Instant) -> Decision:
    """The events that granting `wish` at `now` means, in order; none when all is so already.

    Rights come first, so that nobody learns from a refusal what they may not see.
    """
    command, actor = wish.command, wish.actor
    if type(command) not in ALLOWED[actor.role]:
        return Refusal("not_allowed", _("Việc này không thuộc quyền của vai trò đang dùng."))
    if isinstance(command, m.OpenDay):
        return _open_day(state, command, now)
    if state.day is None and type(command) not in WALL:
        if isinstance(command, m.IssueTicket):
            return _shut(state, now)
        return Refusal("day_closed", _("Ngày làm việc chưa mở."))
    if state.emergency and type(command) in wall.NOT_UNDER_EMERGENCY:
        return wall.silenced()
    if isinstance(command, m.IssueTicket):
        return _issue(state, wish, command, now)
    return _DECIDE[type(command)](state, actor, command, now)


def _open_day(state: State, command: m.OpenDay, now: Instant) -> Decision:
    day = command.day if command.day is not None else state.local(now).date().isoformat()
    try:
        valid = date.fromisoformat(day).isoformat() == day
    except ValueError:
        valid = False
    if not valid:
        return Refusal("bad_day", _("Ngày phải viết dạng NĂM-THÁNG-NGÀY, ví dụ 2026-11-23."))
    if day > state.local(now).date().isoformat():
        return Refusal("bad_day", _("Ngày này chưa đến; không mở trước được."))
    if state.day == day:
        return Refusal("day_open", _("Ngày làm việc này đang mở."))
    if state.last_day == day:
        return [e.DayReopened(day)]
    if state.last_day is not None and day < state.last_day:
        return Refusal("day_past", _("Đã mở một ngày sau ngày đó; số chỉ đi tới, không quay lại."))
    closing = _end_of_day(state) if state.day is not None else []
    moved = [state.moved] if state.moved is not None and state.moved.day >= day else []
    return [*closing, e.DayOpened(day, state.site.timezone), *moved, *wall.standing(state)]


def _close_day(state: State, actor: Actor, command: m.CloseDay, now: Instant) -> Decision:
    return _end_of_day(state)


def _end_of_day(state: State) -> list[e.Event]:
    """Serving ends as done, every other open ticket as cancelled, then the day closes."""
    assert state.day is not None
    events: list[e.Event] = []
    for ticket in state.tickets.values():
        if ticket.state is TicketState.SERVING and ticket.counter is not None:
            events.append(e.TicketFinished(ticket.id, ticket.counter))
        elif ticket.state in (TicketState.WAITING, TicketState.CALLED, TicketState.HELD):
            events.append(e.TicketCancelled(ticket.id, "day_closed"))
    return [*events, e.DayClosed(state.day)]


def _shut(state: State, now: Instant) -> Refusal:
    """Numbers are not given now; say when they will be."""
    opening = calendar.next_numbers(state, now)
    if opening is None:
        return Refusal("service_closed", _("Hiện không phát số. Mời ông/bà hỏi quầy hướng dẫn."))
    if opening.date() == state.local(now).date():
        when = f"{opening:%H:%M}"
    else:
        when = f"{opening:%H:%M} {_('ngày')} {opening:%d/%m}"
    words = _("Hiện không phát số. Mời ông/bà quay lại từ {when}.").format(when=when)
    return Refusal("service_closed", words)


def _issue(state: State, wish: Wish, command: m.IssueTicket, now: Instant) -> Decision:
    service = state.site.service.get(command.service)
    if service is None:
        return Refusal("unknown_service", _("Không có dịch vụ này."))
    bonus = 0
    if command.priority is not None:
        if command.priority not in state.site.priority:
            return Refusal("unknown_priority", _("Không có diện ưu tiên này."))
        bonus = state.site.priority[command.priority].head_start_minutes
    if not state.always_open and not calendar.gives_numbers(state.site, state.local(now)):
        return _shut(state, now)
    if service.quota is not None and state.issued.get(service.id, 0) >= service.quota:
        words = _("Dịch vụ {name} đã phát hết số hôm nay.").format(name=service.name)
        return Refusal("quota_reached", words)
    if not _sound(command):
        return Refusal("bad_code", _("Mã hồ sơ hoặc mã thủ tục không đúng dạng."))
    kiosk = wish.actor.role is Role.KIOSK
    if kiosk and (refusal := limits.refuses(state, wish.actor, command, now)):
        return refusal
    ordinal = state.ordinals.get(service.prefix, state.others) + 1
    # A clock set back must not put this ticket before those that were taken earlier.
    arrival = max(now, state.latest_arrival) - bonus * 60_000
    return [
        e.TicketIssued(
            ticket=wish.fresh,
            number=f"{service.prefix}{ordinal:0{state.site.number_digits}d}",
            prefix=service.prefix,
            ordinal=ordinal,
            service=service.id,
            arrival=Instant(arrival),
            priority=command.priority,
            bonus_minutes=bonus,
            dossier=command.dossier,
            procedure=command.procedure,
            by=wish.actor.name if kiosk else None,
            card=command.card if kiosk and state.site.one_ticket_per_card else None,
        )
    ]


def _sound(command: m.IssueTicket) -> bool:
    """Whether the codes it carries are codes, in their normal form."""
    dossier, procedure = command.dossier, command.procedure
    if dossier is not None and dossier_code(dossier) != dossier:
        return False
    return procedure is None or procedure_code(procedure) == procedure


def _cancel(state: State, actor: Actor, command: m.Cancel, now: Instant) -> Decision:
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if actor.role is Role.TICKET and actor.ticket != ticket.id:
        return Refusal("not_yours", _("Chỉ bỏ được số của chính mình."))
    if ticket.state in (TicketState.SERVING, TicketState.DONE, TicketState.CANCELLED):
        return Refusal("wrong_state", _("Số này đang được phục vụ hoặc đã kết thúc."))
    return [e.TicketCancelled(ticket.id, actor.role.value)]


def _delay(state: State, actor: Actor, command: m.Delay, now: Instant) -> Decision:
    """Once, and behind those who came within that time after it: asking for ten minutes costs ten,
    and nobody else a minute."""
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if actor.role is Role.TICKET and actor.ticket != ticket.id:
        return Refusal("not_yours", _("Chỉ lùi được số của chính mình."))
    minutes = state.site.delay_minutes
    if ticket.state is not TicketState.WAITING:
        return Refusal("wrong_state", _("Chỉ lùi được số đang chờ."))
    if ticket.delay_minutes or not minutes:
        return Refusal("delayed_already", _("Mỗi số chỉ được xin thêm thời gian một lần."))
    arrival = Instant(ticket.arrival + minutes * 60_000)
    return [e.TicketDelayed(ticket.id, arrival, minutes, actor.role.value)]


def _return(state: State, actor: Actor, command: m.ReturnTicket, now: Instant) -> Decision:
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.state is TicketState.HELD:
        return [e.TicketReturned(ticket.id, ticket.arrival)]
    if ticket.state is TicketState.NO_SHOW:
        return [e.TicketReturned(ticket.id, max(now, state.latest_arrival))]
    return Refusal("wrong_state", _("Chỉ đưa lại hàng chờ số đang tạm giữ hoặc vắng mặt."))


def _printed(state: State, actor: Actor, command: m.TicketPrinted, now: Instant) -> Decision:
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    known = ticket.paper is m.PaperState.PRINTED
    return [] if known else [e.TicketPrinted(ticket.id)]


def _sent(state: State, actor: Actor, command: m.TicketSent, now: Instant) -> Decision:
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    known = ticket.paper in (m.PaperState.PRINTED, m.PaperState.SENT)
    return [] if known else [e.TicketSent(ticket.id)]


def _print_failed(state: State, actor: Actor, command: m.PrintFailed, now: Instant) -> Decision:
    ticket = _ticket(state, command.ticket)
    if isinstance(ticket, Refusal):
        return ticket
    if ticket.paper is m.PaperState.FAILED:
        return []
    return [e.PrintFailed(ticket.id, command.reason[:MAX_REASON])]


def _ticket(state: State, ticket_id: TicketId) -> Ticket | Refusal:
    return state.tickets.get(ticket_id) or Refusal(
        "unknown_ticket", _("Không có số này trong ngày hôm nay.")
    )


_DECIDE: dict[type, Callable[[State, Actor, Any, Instant], Decision]] = {
    m.CloseDay: _close_day,
    m.Cancel: _cancel,
    m.Delay: _delay,
    m.ReturnTicket: _return,
    m.TicketPrinted: _printed,
    m.TicketSent: _sent,
    m.PrintFailed: _print_failed,
    m.CallNext: at_desk.call_next,
    m.CallTicket: at_desk.call_ticket,
    m.Recall: at_desk.recall,
    m.StartService: at_desk.start_service,
    m.Finish: at_desk.finish,
    m.NoShow: at_desk.no_show,
    m.Hold: at_desk.hold,
    m.Transfer: at_desk.transfer,
    m.OpenCounter: at_desk.open_counter,
    m.PauseCounter: at_desk.pause_counter,
    m.CloseCounter: at_desk.close_counter,
    m.ArrangeDisplay: wall.arrange,
    m.RaiseEmergency: wall.raise_emergency,
    m.ClearEmergency: wall.clear_emergency,
}
