"""One number at a time from one kiosk, and one to an identity card."""

import pytest
from msgspec.structs import replace

from hub.engine import events as e
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from shared import messages as m
from shared.model import Role
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, TRADE, Room, officer

OTHER = Actor(Role.KIOSK, "kiosk-2")
MARK, ANOTHER = "ab" * 32, "cd" * 32


def cool(seconds: int = 30) -> Room:
    return Room(replace(SITE, cool_down_seconds=seconds))


def carded() -> Room:
    return Room(replace(SITE, one_ticket_per_card=True))


def refusal(room: Room, command: m.IssueTicket) -> Refusal:
    decision = room.tries(KIOSK, command)
    assert isinstance(decision, Refusal)
    return decision


# --- cool-down ---------------------------------------------------------------------------


def test_without_the_rule_a_kiosk_gives_numbers_one_after_another() -> None:
    room = Room()
    assert [room.number(room.issue()) for _ in range(3)] == ["A001", "A002", "A003"]


def test_a_kiosk_that_has_just_given_a_number_says_how_long_to_wait() -> None:
    room = cool()
    room.issue()
    room.later(0.3)
    told = refusal(room, m.IssueTicket(TRADE))
    assert (told.code, told.retry_s) == ("too_soon", 12)
    assert "12 giây" in told.reason
    room.later(0.2)
    assert room.number(room.issue(TRADE)) == "B001"


def test_other_kiosks_and_officers_are_not_held_up() -> None:
    room = cool()
    room.issue()
    room.does(OTHER, m.IssueTicket(LAND))
    room.does(officer(1), m.IssueTicket(LAND))
    room.does(officer(1), m.IssueTicket(LAND))
    room.does(BOSS, m.IssueTicket(LAND))
    assert room.refuses(OTHER, m.IssueTicket(LAND)) == "too_soon"


def test_a_clock_set_back_holds_nobody_up() -> None:
    room = cool()
    room.issue()
    room.later(-20)
    room.issue()


def test_the_journal_says_which_kiosk_gave_a_number_and_no_officers_name() -> None:
    room = Room()
    [by_kiosk] = room.does(KIOSK, m.IssueTicket(LAND))
    [by_officer] = room.does(officer(1), m.IssueTicket(LAND))
    assert isinstance(by_kiosk, e.TicketIssued) and isinstance(by_officer, e.TicketIssued)
    assert (by_kiosk.by, by_officer.by) == ("kiosk-1", None)


# --- one number a card -------------------------------------------------------------------


@pytest.mark.parametrize("card", [None, "", "AB" * 32, "ab" * 31, "040099001234"])
def test_with_the_rule_a_kiosk_needs_a_mark(card: str | None) -> None:
    assert carded().refuses(KIOSK, m.IssueTicket(LAND, card=card)) == "card_needed"


def test_officers_give_numbers_without_a_card() -> None:
    room = carded()
    [event] = room.does(officer(1), m.IssueTicket(LAND, card=MARK))
    assert isinstance(event, e.TicketIssued) and event.card is None


def test_a_card_with_an_open_number_gets_no_second_and_is_told_which() -> None:
    room = carded()
    [event] = room.does(KIOSK, m.IssueTicket(LAND, card=MARK))
    assert isinstance(event, e.TicketIssued) and event.card == MARK
    told = refusal(room, m.IssueTicket(TRADE, card=MARK))
    assert (told.code, told.number) == ("card_used", "A001")
    assert "A001" in told.reason
    room.does(KIOSK, m.IssueTicket(TRADE, card=ANOTHER))


def test_called_served_and_held_numbers_are_open_and_ended_ones_are_not() -> None:
    room = carded()
    wish = m.IssueTicket(LAND, card=MARK)
    room.does(KIOSK, wish)
    for step in (m.CallNext(), m.StartService(), m.Hold()):
        room.does(officer(1), step)
        assert room.refuses(KIOSK, wish) == "card_used"
    first = next(iter(room.state.tickets))
    room.does(BOSS, m.Cancel(first))
    room.does(KIOSK, wish)
    room.does(officer(1), m.CallNext())
    room.does(officer(1), m.NoShow())
    room.does(KIOSK, wish)
    second = list(room.state.tickets)[1]
    room.does(officer(1), m.ReturnTicket(second))
    third = list(room.state.tickets)[2]
    room.does(BOSS, m.Cancel(third))
    assert refusal(room, wish).number == room.number(second)


def test_without_the_rule_a_mark_is_not_kept() -> None:
    room = Room()
    [event] = room.does(KIOSK, m.IssueTicket(LAND, card=MARK))
    assert isinstance(event, e.TicketIssued) and event.card is None


def test_a_new_day_knows_no_card_of_the_one_before() -> None:
    room = carded()
    room.does(KIOSK, m.IssueTicket(LAND, card=MARK))
    room.later(24 * 60)
    room.does(BOSS, m.OpenDay())
    room.does(KIOSK, m.IssueTicket(LAND, card=MARK))
