"""How many numbers one kiosk, and one identity card, may be given: officers are never held up."""

import re

from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import State
from shared.i18n import _
from shared.messages import IssueTicket
from shared.model import Instant, TicketState

_MARK = re.compile(r"[0-9a-f]{64}")
_OPEN = (TicketState.WAITING, TicketState.CALLED, TicketState.SERVING, TicketState.HELD)


def refuses(state: State, actor: Actor, command: IssueTicket, now: Instant) -> Refusal | None:
    """Why this kiosk gives no number for `command` now; None where it does."""
    if state.site.one_ticket_per_card and (refusal := _card(state, command.card)):
        return refusal
    return _too_soon(state, actor, now)


def _too_soon(state: State, actor: Actor, now: Instant) -> Refusal | None:
    last = state.last_issue.get(actor.name)
    if last is None or now < last:  # a clock set back must hold nobody up until it has caught up
        return None
    left = -(-(state.site.cool_down_seconds * 1000 - (now - last)) // 1000)
    if left <= 0:
        return None
    words = _("Vừa có người lấy số ở máy này. Mời ông/bà chờ {seconds} giây.")
    return Refusal("too_soon", words.format(seconds=left), retry_s=left)


def _card(state: State, mark: str | None) -> Refusal | None:
    if mark is None or not _MARK.fullmatch(mark):
        return Refusal("card_needed", _("Cần căn cước để lấy số. Mời ông/bà đặt căn cước."))
    tickets = [state.tickets[one] for one in state.cards.get(mark, ())]
    number = next((one.number for one in reversed(tickets) if one.state in _OPEN), None)
    if number is None:
        return None
    words = _("Hôm nay ông/bà đang có số {number}.").format(number=number)
    return Refusal("card_used", words, number=number)
