"""The checker finds nothing in a sound case, and each of its rules finds what it is there for."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from msgspec.structs import replace

from display import board
from hub.engine import events as e
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import State
from hub.engine.views import view
from hub.hall import Hall
from hub.journal.base import Entry
from hub.journal.codec import pack, unpack
from hub.journal.memory import MemoryJournal
from shared import messages as m
from shared.model import CounterNumber, Epoch, Instant, RequestId, Role, Seq, TicketId
from tests.faults import shown, told, written
from tests.faults.case import Case
from tests.faults.checker import RULES, Rule, faults
from tests.faults.history import History, Kind, read
from tests.hub.hall_site import BOSS, KIOSK, LAND, OLD, SITE, TRADE, at, officer

DESK, DESK_2, TRADES = officer(1), officer(2), officer(3)
WALL = Actor(Role.DISPLAY, "display-1")


class Day:
    """A short day in a real hall, its history written as clients would write it."""

    def __init__(self) -> None:
        self.history = History()
        self.journal = MemoryJournal()
        self.now = at("08:00")
        self.hall = Hall(SITE, self.journal, self.clock, always_open=True)
        for actor in (KIOSK, BOSS, DESK, DESK_2, TRADES, WALL):
            self.history.actors[actor.name] = actor

    def clock(self) -> Instant:
        self.now = Instant(self.now + 1000)
        return self.now

    async def asks(
        self, actor: Actor, command: m.Command, request: RequestId | None = None
    ) -> RequestId:
        request = request or RequestId(str(uuid.uuid4()))
        self.history.invoke(actor.name, request, command)
        outcome = await self.hall.ask(actor, request, command)
        if isinstance(outcome, Refusal):
            self.history.refused(actor.name, request, outcome.code)
        else:
            self.history.ok(actor.name, request, outcome.seq, outcome.value)
        return request

    def sees(self, actor: Actor) -> None:
        shown = view(self.hall.state, actor, self.now)
        text = msgspec.json.encode(shown)
        self.history.saw(actor.name, self.journal.epoch, self.hall.seq, False, text)

    def ticket(self, request: RequestId) -> TicketId:
        return TicketId(
            msgspec.json.decode(self.journal.answers([request])[request].value)["ticket"]
        )

    async def passes(self) -> None:
        """Two calls, a priority, a transfer, a no-show that returns, a cancelled ticket."""
        await self.asks(BOSS, m.CallNext(counter=CounterNumber(1)))  # nobody is there
        self.first = await self.asks(KIOSK, m.IssueTicket(LAND))
        self.second = await self.asks(KIOSK, m.IssueTicket(LAND))
        self.third = await self.asks(KIOSK, m.IssueTicket(LAND, OLD))
        self.other = await self.asks(KIOSK, m.IssueTicket(TRADE))
        await self.asks(KIOSK, m.TicketPrinted(self.ticket(self.first)))
        for actor in (KIOSK, DESK, WALL, BOSS):
            self.sees(actor)
        self.called = await self.asks(DESK, m.CallNext())
        await self.asks(DESK, m.CallNext(), self.called)
        await self.asks(DESK_2, m.CallNext())
        await self.asks(DESK, m.Transfer(TRADE))
        await self.asks(DESK_2, m.NoShow())
        await self.asks(DESK_2, m.ReturnTicket(self.ticket(self.first)))
        await self.asks(DESK_2, m.OpenCounter())
        await self.asks(DESK_2, m.Cancel(self.ticket(self.second)))
        await self.asks(TRADES, m.CallNext())
        await self.asks(TRADES, m.StartService())
        for actor in (KIOSK, DESK, WALL, BOSS):
            self.sees(actor)

    def case(self) -> Case:
        requests = [RequestId(one.request) for one in self.history.moments]
        return Case(
            self.history,
            tuple(self.journal.entries()),
            self.journal.answers(requests),
            self.journal.epoch,
        )


@pytest_asyncio.fixture
async def day() -> AsyncIterator[Day]:
    day = Day()
    running = asyncio.create_task(day.hall.run())
    await day.hall.ready.wait()
    await day.passes()
    yield day
    running.cancel()
    await asyncio.wait({running})


def found(case: Case, rule: Rule) -> list[str]:
    """The rule's faults; it is one of those that `faults` tries."""
    assert rule in RULES
    said = list(rule(case))
    assert all(f"{rule.__name__}: {one}" in faults(case) for one in said)
    return said


def rewritten(case: Case, change: Callable[[Entry, e.Event], Iterable[e.Event]]) -> Case:
    """The case with other events in its journal, numbered anew."""
    entries: list[Entry] = []
    for entry in case.entries:
        for event in change(entry, unpack(entry.kind, entry.body, entry.seq, entry.at)):
            kind, body = pack(event)
            seq = Seq(len(entries) + 1)
            entries.append(msgspec.structs.replace(entry, seq=seq, kind=kind, body=body))
    return Case(case.history, tuple(entries), case.answers, case.epoch)


def told_anew(case: Case, request: RequestId, **changes: object) -> Case:
    """The case with other words in the newest thing that this request was told."""
    moments = case.history.moments
    place = max(n for n, one in enumerate(moments) if one.request == request)
    moments[place] = msgspec.structs.replace(moments[place], **changes)
    return Case(case.history, case.entries, case.answers, case.epoch)


def test_nothing_is_wrong_with_a_sound_case(day: Day) -> None:
    assert faults(day.case()) == []


def test_a_history_is_read_as_it_was_written(day: Day, tmp_path: Path) -> None:
    day.history.write(tmp_path / "history.json")
    again = read(tmp_path / "history.json")
    assert again.moments == day.history.moments
    assert [msgspec.json.decode(one.view) for one in again.seen] == [
        msgspec.json.decode(one.view) for one in day.history.seen
    ]


def test_a_lost_event_leaves_a_gap(day: Day) -> None:
    case = day.case()
    holed = Case(case.history, case.entries[:3] + case.entries[4:], case.answers, case.epoch)
    assert found(holed, written.journal_has_no_gap) == ["event 5 stands where 4 belongs"]


def test_an_acknowledged_number_that_is_not_kept_is_found(day: Day) -> None:
    case = day.case()
    del case.answers[day.other]
    [fault] = found(case, told.acknowledged_is_in_the_journal)
    assert "its answer is not kept" in fault


def test_an_acknowledged_number_that_was_not_written_is_found(day: Day) -> None:
    def without(entry: Entry, event: e.Event) -> list[e.Event]:
        return [] if entry.request_id == day.other else [event]

    said = found(rewritten(day.case(), without), told.acknowledged_is_in_the_journal)
    assert any("nothing was written" in fault for fault in said)


def test_an_acknowledged_number_other_than_the_one_written_is_found(day: Day) -> None:
    case = day.case()
    answer = case.answers[day.first]
    case.answers[day.first] = msgspec.structs.replace(
        answer, value=answer.value.replace("A001", "A009")
    )
    [fault] = found(case, told.acknowledged_is_in_the_journal)
    assert "A009" in fault
    value = case.answers[day.first].value
    said = found(told_anew(case, day.first, value=value), told.acknowledged_is_in_the_journal)
    assert any("was told number A009" in fault for fault in said)


def test_two_results_of_one_request_are_found(day: Day) -> None:
    value = day.journal.answers([day.called])[day.called].value.replace("A003", "A002")
    case = told_anew(day.case(), day.called, value=value)
    [fault] = found(case, told.one_request_has_one_result)
    assert "A002" in fault
    assert "A003" in fault


def test_a_refusal_after_the_grant_is_found(day: Day) -> None:
    case = told_anew(day.case(), day.called, kind=Kind.REFUSED, code="nobody_waiting")
    [fault] = found(case, told.one_request_has_one_result)
    assert fault.endswith("was refused after it had been granted")


def test_who_is_put_off_has_been_refused_nothing(day: Day) -> None:
    case = told_anew(day.case(), day.called, kind=Kind.REFUSED, code="too_busy")
    assert found(case, told.one_request_has_one_result) == []
    case = told_anew(case, day.other, kind=Kind.REFUSED, code="too_busy")
    assert found(case, written.nothing_was_done_that_nobody_asked_for) == []


def test_a_request_done_twice_is_found(day: Day) -> None:
    case = day.case()
    again = msgspec.structs.replace(case.entries[1], seq=Seq(len(case.entries) + 1))
    doubled = Case(case.history, (*case.entries, again), case.answers, case.epoch)
    [fault] = found(doubled, told.one_request_has_one_result)
    assert fault.endswith("was done twice")


def test_two_numbers_for_one_request_are_found(day: Day) -> None:
    def doubled(entry: Entry, event: e.Event) -> list[e.Event]:
        return [event, event] if isinstance(event, e.TicketIssued) else [event]

    said = found(rewritten(day.case(), doubled), told.one_request_has_one_result)
    assert any("has two of TicketIssued" in fault for fault in said)


def test_a_smaller_number_for_who_asked_later_is_found(day: Day) -> None:
    case = day.case()
    names = {day.first: day.second, day.second: day.first}
    swapped = tuple(
        msgspec.structs.replace(
            entry, request_id=names.get(entry.request_id or RequestId(""), entry.request_id)
        )
        for entry in case.entries
    )
    swapped_case = Case(case.history, swapped, case.answers, case.epoch)
    said = found(swapped_case, told.later_requests_come_later)
    assert any("A001 was asked for when a larger number had been given" in one for one in said)


def test_a_number_given_twice_is_found(day: Day) -> None:
    def same(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketIssued) and event.number == "A002":
            return [msgspec.structs.replace(event, number="A001", ordinal=1)]
        return [event]

    said = found(rewritten(day.case(), same), written.numbers_are_unique_and_without_gaps)
    assert said[0] == "A001 was given where A002 belongs"


def test_a_number_left_out_is_found(day: Day) -> None:
    def further(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketIssued) and event.number == "B001":
            return [msgspec.structs.replace(event, number="B002", ordinal=2)]
        return [event]

    said = found(rewritten(day.case(), further), written.numbers_are_unique_and_without_gaps)
    assert said == ["B002 was given where B001 belongs"]


def test_a_ghost_is_found(day: Day) -> None:
    case = day.case()
    kept = [one for one in case.history.moments if one.request != day.other]
    case.history.moments[:] = kept
    [fault] = found(
        Case(case.history, case.entries, case.answers, case.epoch),
        written.nothing_was_done_that_nobody_asked_for,
    )
    assert fault.startswith("nobody asked for seq")
    assert fault.endswith("ticket_issued")


def test_what_was_refused_and_done_all_the_same_is_found(day: Day) -> None:
    case = told_anew(day.case(), day.other, kind=Kind.REFUSED, code="storage_failed")
    [fault] = found(case, written.nothing_was_done_that_nobody_asked_for)
    assert "was refused, and written all the same" in fault


def test_a_ticket_called_to_two_counters_is_found(day: Day) -> None:
    def both(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketCalled) and event.counter == 1:
            second = msgspec.structs.replace(event, counter=CounterNumber(3), call=event.call + 1)
            return [event, second]
        return [event]

    said = found(rewritten(day.case(), both), written.a_ticket_has_one_effective_call)
    assert said[0] == "A003 was called while a counter had it"


def test_a_cancelled_ticket_that_is_called_is_found(day: Day) -> None:
    def dead(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketCalled) and event.counter == 1:
            return [e.TicketCancelled(event.ticket, "kiosk"), event]
        return [event]

    said = found(rewritten(day.case(), dead), written.a_ticket_has_one_effective_call)
    assert said[0] == "A003 was called after its end"


def test_who_is_passed_over_is_found(day: Day) -> None:
    tickets = {"A001": day.ticket(day.first), "A002": day.ticket(day.second)}

    def other(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketCalled) and event.ticket == tickets["A001"]:
            return [msgspec.structs.replace(event, ticket=tickets["A002"])]
        return [event]

    said = found(rewritten(day.case(), other), written.nobody_was_passed_over_but_by_the_rule)
    assert said == ["A001 was passed over by A002 at counter 2"]


def test_what_the_model_does_otherwise_is_found(day: Day) -> None:
    def earlier(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketIssued) and event.number == "A003":
            return [msgspec.structs.replace(event, arrival=Instant(event.arrival - 1))]
        return [event]

    [fault] = found(rewritten(day.case(), earlier), written.the_simple_model_does_the_same)
    assert "and the model says" in fault


def test_a_number_told_to_two_people_is_found_though_the_journal_has_it_once(day: Day) -> None:
    case = day.case()
    [told_first] = [one for one in case.granted if one.request == day.first]
    told_second = told_anew(
        case, day.second, value=told_first.value.replace('"ticket":"', '"ticket":"x')
    )
    said = found(told_second, told.no_number_was_told_twice)
    assert said == ["A001 was told to two people"]


def test_numbers_go_on_behind_those_that_were_passed_over(day: Day) -> None:
    def passed_over(further: int) -> Case:
        def change(entry: Entry, event: e.Event) -> list[e.Event]:
            if isinstance(event, e.TicketIssued) and event.service == TRADE:
                moved = e.NumbersMoved(entry.day, {"A": 103}, 100)
                ordinal = event.ordinal + further
                return [moved, replace(event, ordinal=ordinal, number=f"B{ordinal:03d}")]
            return [event]

        return rewritten(day.case(), change)

    rules = (written.numbers_are_unique_and_without_gaps, written.the_simple_model_does_the_same)
    for rule in rules:
        assert not list(rule(passed_over(100)))
        assert found(passed_over(99), rule)


def test_a_grant_may_be_lost_with_its_journal_only_after_the_copy(day: Day) -> None:
    case = day.case()
    [granted] = [one for one in case.granted if one.request == day.other]
    rule = told.acknowledged_is_in_the_journal
    for since, until, excused in ((-1, 1, True), (1, 2, False), (-2, -1, False)):
        answers = {name: one for name, one in case.answers.items() if name != day.other}
        history = replace(case.history, lost=[])
        history.lose(granted.at + since / 1e6, granted.at + until / 1e6)
        lost = Case(history, case.entries, answers, case.epoch)
        assert bool(list(rule(lost))) is not excused


def test_a_seq_that_goes_back_is_found(day: Day) -> None:
    case = day.case()
    case.history.seen.reverse()
    said = found(case, shown.subscribers_saw_seq_rise)
    assert said[0] == f"{BOSS.name} was shown seq 6 after 17"


def test_an_epoch_that_comes_again_is_found(day: Day) -> None:
    case = day.case()
    seen = case.history.seen
    second = [place for place, one in enumerate(seen) if one.client == KIOSK.name][1]
    seen[second] = msgspec.structs.replace(seen[second], epoch=Epoch("another"))
    day.sees(KIOSK)
    assert found(case, shown.subscribers_saw_seq_rise) == [
        f"{KIOSK.name} was shown epoch memory again after another"
    ]


def test_a_call_that_is_spoken_again_is_found(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    case = day.case()
    assert found(case, shown.a_display_speaks_a_call_once) == []
    react = board.react

    def forgetful(old: board.Board, wall: m.DisplayView, now: Instant) -> Any:
        return react(msgspec.structs.replace(old, known=()), wall, now)

    monkeypatch.setattr(board, "react", forgetful)
    day.sees(WALL)
    said = found(case, shown.a_display_speaks_a_call_once)
    assert f"{WALL.name} spoke call 3 of A003 again" in said


def test_a_view_of_what_was_not_kept_is_found(day: Day) -> None:
    state = State(SITE, always_open=True)
    case = day.case()
    for entry, event in case.written:
        evolve(state, event, entry.seq, entry.at)
    lost = e.TicketCancelled(day.ticket(day.third), "counter")
    evolve(state, lost, Seq(state.seq + 1), day.now)
    text = msgspec.json.encode(view(state, BOSS, day.now))
    day.history.saw(BOSS.name, case.epoch, state.seq, False, text)
    [fault] = found(case, shown.views_show_what_the_journal_says)
    assert f"and the journal ends at {state.seq - 1}" in fault


def test_a_view_of_another_seq_is_found(day: Day) -> None:
    case = day.case()
    newest = case.history.seen[-1]
    case.history.seen[-1] = msgspec.structs.replace(newest, seq=Seq(newest.seq - 1))
    [fault] = found(case, shown.views_show_what_the_journal_says)
    assert fault.startswith(BOSS.name)


def test_a_subscriber_who_did_not_get_the_last_view_is_found(day: Day) -> None:
    case = day.case()
    case.history.seen.pop()
    [fault] = found(case, shown.subscribers_ended_with_the_hubs_view)
    assert fault.startswith(f"{BOSS.name} ended with the view of seq 6")
    case.history.left.add(BOSS.name)
    assert found(case, shown.subscribers_ended_with_the_hubs_view) == []


def test_tickets_that_are_not_accounted_for_are_found(day: Day) -> None:
    case = day.case()
    newest = case.history.seen[-1]
    view_shown = msgspec.json.decode(newest.view)
    view_shown["totals"]["waiting"] -= 1
    raw = msgspec.Raw(msgspec.json.encode(view_shown))
    case.history.seen[-1] = msgspec.structs.replace(newest, view=raw)
    [fault] = found(case, shown.every_ticket_is_accounted_for)
    assert fault.endswith("of 4 tickets")


def test_calls_that_are_not_counted_one_by_one_are_found(day: Day) -> None:
    def again(entry: Entry, event: e.Event) -> list[e.Event]:
        if isinstance(event, e.TicketCalled) and event.call == 2:
            return [msgspec.structs.replace(event, call=1)]
        return [event]

    said = found(rewritten(day.case(), again), written.calls_are_counted_without_gaps)
    assert said == ["call 1 was made where 2 belongs"]


def test_a_journal_that_no_rule_can_follow_is_a_fault(day: Day) -> None:
    case = day.case()
    headless = Case(case.history, case.entries[5:], case.answers, case.epoch)
    assert any("cannot be judged" in fault for fault in faults(headless))


def test_every_rule_has_been_seen_to_find_something() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [rule.__name__ for rule in RULES if f".{rule.__name__})" not in text] == []
