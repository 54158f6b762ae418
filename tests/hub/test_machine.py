"""The real hall over a real SQLite journal against a simple model, driven by a state machine.

The model is tests/hub/simple_hall.py. After every step the journal holds exactly the facts that it
expects, every screen shows what it says, and what was acknowledged was on disk before it was said.
"""

import asyncio
import errno
import functools
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import hub.hall
from hub.database import Database
from hub.engine import events as e
from hub.engine.display_views import display_view
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import State
from hub.engine.views import (
    LINE_SHOWN,
    counter_view,
    kiosk_view,
    supervisor_view,
    ticket_view,
)
from hub.hall import Hall, Outcome
from hub.journal.base import KEEP_ANSWERS_MS, Answer
from hub.journal.codec import unpack
from hub.journal.sqlite import FILE, SqliteJournal
from shared import messages as m
from shared.model import CounterNumber, Instant, RequestId, Role, Seq, ServiceId, TicketId
from tests.hub.hall_site import BOSS, KIOSK, LAND, OLD, RESULT, SITE, TRADE, at, officer
from tests.hub.journal.faulty_disk import FaultyDisk
from tests.hub.simple_hall import MINUTE, PREFIX, SERVED, Model, Person, local, said

STALE = TicketId("seen-by-nobody")
_KEPT_TO_BE_QUICK = ("site", "hands", "desks")

services = st.sampled_from([LAND, LAND, LAND, TRADE, RESULT])
DEEDS = (
    *(m.StartService, m.StartService, m.Recall, m.Finish, m.Hold, m.NoShow, m.CallNext),
    *(m.OpenCounter, m.PauseCounter, m.CloseCounter),
)
counters = st.sampled_from([1, 1, 2, 2, 2, 3, 4])
seen = st.sampled_from(["unsaid", "unsaid", "right", "right", "right", "stale"])

Wish = tuple[Actor, m.Command]
Request = tuple[Actor, RequestId, m.Command]


class Clock:
    """A clock that the machine sets; `looks` counts who looked at it."""

    def __init__(self) -> None:
        self.now = self.newest = at("08:00")
        self.looks = 0

    def __call__(self) -> Instant:
        self.looks += 1
        return self.now

    def set(self, now: Instant) -> None:
        self.now, self.newest = now, max(now, self.newest)


@functools.cache
def disk() -> FaultyDisk:
    return FaultyDisk("machine")


@dataclass
class Granted:
    """An acknowledged wish."""

    actor: Actor
    request: RequestId
    command: m.Command
    answer: Answer


class HallMachine(RuleBasedStateMachine):
    """Random days: numbers, calls, people sent on, odd clocks, power cuts, full disks."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.requests = 0
        self.granted: list[Granted] = []
        self.read = Seq(0)
        self.numbers: dict[TicketId, str] = {}
        self.ordinals: dict[tuple[str, str], int] = {}
        self.at_counter: set[TicketId] = set()

    @initialize(always_open=st.sampled_from([True, True, False]))
    def the_hub_starts(self, always_open: bool) -> None:
        self.model = Model(always_open)
        self.start()
        self.journal_holds(self.model.keep_day(self.clock.now))

    def teardown(self) -> None:
        disk().errno = 0
        if hasattr(self, "running"):
            self.stop()
        self.loop.close()
        self.folder.cleanup()

    # --- the hub -----------------------------------------------------------------------

    def start(self) -> None:
        folder = Path(self.folder.name)
        self.journal = SqliteJournal(folder, vfs=disk().name)
        self.eye = Database(folder / FILE, read_only=True)
        self.hall = Hall(SITE, self.journal, self.clock, always_open=self.model.always_open)
        self.running = self.loop.create_task(self.hall.run())
        self.work(self.hall.ready.wait())

    def stop(self) -> None:
        self.running.cancel()
        self.loop.run_until_complete(asyncio.wait({self.running}))
        if not self.running.cancelled():
            self.running.exception()  # it was raised in `work`
        self.eye.close()
        self.journal.close()

    def work(self, what: Coroutine[Any, Any, Any]) -> None:
        """Run the loop until that is done; a hub that ends meanwhile is a failure."""
        task = self.loop.create_task(what)
        both = asyncio.wait(
            {task, self.running}, timeout=20, return_when=asyncio.FIRST_COMPLETED
        )  # fmt: skip
        self.loop.run_until_complete(both)
        if not task.done():
            task.cancel()
            self.loop.run_until_complete(asyncio.wait({task}))
            if self.running.done():
                self.running.result()
            raise AssertionError("the hall does not answer")
        task.result()

    def tell(self, wishes: list[Request]) -> list[Outcome]:
        """Submit all of these, the second half while the first is under way."""
        outcomes: dict[int, Outcome] = {}
        on_disk: dict[int, int] = {}
        done = asyncio.Event()

        def heard(place: int, outcome: Outcome) -> None:
            assert place not in outcomes
            outcomes[place] = outcome
            on_disk[place] = self.eye.run("SELECT ifnull(max(seq), 0) FROM event")[0][0]
            if len(outcomes) == len(wishes):
                done.set()

        async def telling() -> None:
            for place, (actor, request, command) in enumerate(wishes):
                if place and place == len(wishes) // 2:
                    await asyncio.sleep(0)
                    await asyncio.sleep(0)
                self.hall.submit(actor, request, command, functools.partial(heard, place))
            await done.wait()

        self.work(telling())
        for place, outcome in outcomes.items():
            if isinstance(outcome, Answer):
                assert on_disk[place] >= outcome.seq, "acknowledged before it was on disk"
            else:
                assert outcome.reason
        return [outcomes[place] for place in range(len(wishes))]

    def asked(self, wish: Wish) -> Request:
        """A wish under a new request id."""
        self.requests += 1
        return (wish[0], RequestId(str(UUID(int=self.requests))), wish[1])

    def does(self, *wishes: Wish) -> None:
        """Ask for all of these at once, and find what the model says in answers and journal."""
        self.does_with([self.asked(wish) for wish in wishes])

    def does_with(self, wishes: list[Request]) -> None:
        facts: list[str] = []
        expected: list[tuple[str | dict[str, object], Person | None]] = []
        for actor, _request, command in wishes:
            granted = self.model.grant(actor, command, self.clock.now)
            if isinstance(granted, str):
                expected.append((granted, None))
            else:
                facts += granted
                told = self.model.value(actor, command)
                expected.append((told, self.model.touched))
        outcomes = self.tell(wishes)
        for wish, outcome, (wanted, person) in zip(wishes, outcomes, expected, strict=True):
            if isinstance(wanted, str):
                assert isinstance(outcome, Refusal), (wish, outcome, wanted)
                assert outcome.code == wanted, (wish, outcome)
                continue
            assert isinstance(outcome, Answer), (wish, outcome, wanted)
            self.granted.append(Granted(*wish, outcome))
            value = msgspec.json.decode(outcome.value)
            assert {key: value[key] for key in wanted} == wanted, wish
            assert value.get("reason", "there is none") != ""
            if isinstance(wish[2], m.IssueTicket) and person is not None:
                person.ticket = TicketId(value["ticket"])
        self.journal_holds(facts, {request for _actor, request, _command in wishes})

    def journal_holds(self, facts: list[str], requests: set[RequestId] | None = None) -> None:
        """Since the last look exactly these facts were written, for these requests."""
        written = []
        for entry in self.journal.entries(self.read):
            assert entry.seq == self.read + 1
            self.read = entry.seq
            assert requests is None or entry.request_id in requests
            event = unpack(entry.kind, entry.body, entry.seq, entry.at)
            self.stands_alone(event, entry.day)
            written.append(said(event, self.numbers))
        assert written == facts

    def stands_alone(self, event: e.Event, day: str) -> None:
        """What must hold of the journal whatever the model says."""
        if isinstance(event, e.TicketIssued):
            assert event.ticket not in self.numbers
            assert event.number == f"{event.prefix}{event.ordinal:03d}"
            assert event.ordinal == self.ordinals.get((day, event.prefix), 0) + 1
            self.ordinals[day, event.prefix] = event.ordinal
            self.numbers[event.ticket] = event.number
        elif isinstance(event, e.TicketCalled):
            assert event.reason
            assert event.ticket not in self.at_counter, "called twice"
            self.at_counter.add(event.ticket)
        elif not isinstance(event, e.TicketRecalled | e.ServiceStarted):
            self.at_counter.discard(getattr(event, "ticket", STALE))

    def set_clock(self, now: Instant) -> None:
        """The clock shows another time, and the hub has looked at it."""
        self.clock.set(now)
        looks = self.clock.looks
        for _ in range(5_000):
            if self.clock.looks >= looks + 2:
                break
            self.work(asyncio.sleep(0.001))
        self.settle()
        self.journal_holds(self.model.keep_day(now))

    def settle(self) -> None:
        settled = asyncio.Event()
        self.hall.when_settled(settled.set)
        self.work(settled.wait())

    def saw(self, counter: int, how: str) -> TicketId | None:
        """What an officer names as the ticket in hand."""
        mine = self.model.in_hand(counter)
        return STALE if how == "stale" else mine.ticket if mine and how == "right" else None

    # --- what people do ----------------------------------------------------------------

    @precondition(lambda self: self.model.day)
    @rule(wanted=st.lists(st.tuples(services, st.booleans()), min_size=1, max_size=4))
    def take_numbers(self, wanted: list[tuple[ServiceId, bool]]) -> None:
        for service, old in wanted:
            self.does((KIOSK, m.IssueTicket(service, OLD if old else None)))

    @precondition(lambda self: self.model.people and self.model.day)
    @rule(
        counter=counters,
        deeds=st.lists(st.tuples(st.sampled_from(DEEDS), seen), min_size=2, max_size=5),
    )
    def call_and_work(self, counter: int, deeds: list[tuple[Any, str]]) -> None:
        self.does((officer(counter), m.CallNext()))
        self.work_on(counter, deeds)

    def work_on(self, counter: int, deeds: list[tuple[Any, str]]) -> None:
        for what, how in deeds:
            saw: Any = self.saw(counter, how)
            if what is m.CallNext:
                saw = msgspec.UNSET if how == "unsaid" else saw
                self.does((officer(counter), m.CallNext(ticket=saw)))
            elif what in (m.OpenCounter, m.PauseCounter, m.CloseCounter):
                self.does((officer(counter), what()))
            else:
                self.does((officer(counter), what(ticket=saw)))

    @precondition(lambda self: self.model.people)
    @rule(
        counter=counters,
        deeds=st.lists(st.tuples(st.sampled_from(DEEDS), seen), min_size=1, max_size=5),
    )
    def work_without_a_call(self, counter: int, deeds: list[tuple[Any, str]]) -> None:
        self.work_on(counter, deeds)

    @precondition(lambda self: self.model.people and self.model.day)
    @rule(counter=counters, service=services, to=st.sampled_from([None, 1, 2, 3, 4]), how=seen)
    def send_on(self, counter: int, service: ServiceId, to: int | None, how: str) -> None:
        if self.model.in_hand(counter) is None:
            self.does((officer(counter), m.CallNext()))
        if to is not None and how == "right":
            service = min(SERVED[to])
        at_desk = None if to is None else CounterNumber(to)
        self.does((officer(counter), m.Transfer(service, at_desk, self.saw(counter, how))))

    @precondition(lambda self: self.model.people)
    @rule(
        counter=counters,
        what=st.sampled_from(
            [m.CallTicket, m.CallTicket, m.ReturnTicket, m.ReturnTicket, m.Cancel, m.Delay]
        ),
        data=st.data(),
    )
    def somebody_certain(self, counter: int, what: Any, data: st.DataObject) -> None:
        everybody = [*self.model.people, *self.model.gone[-1:]]
        aside = [p for p in self.model.people if p.state in ("held", "no_show")]
        person = data.draw(st.sampled_from([*aside, *everybody]))
        phone = Actor(Role.TICKET, "ticket", ticket=person.ticket)
        own = what in (m.Cancel, m.Delay)
        self.does((phone if own else officer(counter), what(person.ticket)))

    @precondition(lambda self: self.model.people and self.model.day)
    @rule(counter=counters, minutes=st.integers(-20, 20), behind=st.booleans())
    def somebody_comes_too_late(self, counter: int, minutes: int, behind: bool) -> None:
        """Whatever the clock says meanwhile, they stand behind all who are there."""
        self.does((officer(counter), m.CallNext()))
        mine = self.model.in_hand(counter)
        self.does((officer(counter), m.NoShow()))
        self.set_clock(Instant(self.clock.now + minutes * MINUTE))
        if behind:
            self.does((KIOSK, m.IssueTicket(LAND)))
        if mine is not None:
            self.does((officer(counter), m.ReturnTicket(mine.ticket)))

    @precondition(lambda self: self.model.day is None)
    @rule(service=services, counter=counters)
    def nothing_is_done_on_a_closed_day(self, service: ServiceId, counter: int) -> None:
        self.does((KIOSK, m.IssueTicket(service)), (officer(counter), m.CallNext()))
        self.does((officer(counter), m.OpenCounter()), (BOSS, m.CloseDay()))

    @rule(
        presses=st.lists(st.one_of(services, counters), min_size=2, max_size=6),
        crowd=st.sampled_from([0, 0, 0, 0, 0, 34]),
    )
    def much_at_once(self, presses: list[ServiceId | int], crowd: int) -> None:
        """Some are sent while others are under way; enough are worth a batch of their own."""
        self.does(*(pressed(press) for press in [*presses, *[TRADE] * crowd]))

    # --- the day and the clock ---------------------------------------------------------

    @precondition(lambda self: len(self.model.people) > 8 and self.model.day)
    @rule(again=st.sampled_from([True, True, False]))
    def the_day_is_closed(self, again: bool) -> None:
        self.does((BOSS, m.CloseDay()))
        if again:
            self.does((BOSS, m.OpenDay()))

    @precondition(lambda self: self.model.day is None or len(self.model.people) > 5)
    @rule()
    def the_day_is_opened(self) -> None:
        self.does((BOSS, m.OpenDay()))

    @rule(minutes=st.integers(-40, 40))
    def the_clock_moves(self, minutes: int) -> None:
        self.set_clock(Instant(self.clock.now + minutes * MINUTE))

    @precondition(lambda self: self.model.day is None or len(self.model.people) > 8)
    @rule(
        days=st.sampled_from([1, 1, 3]),
        hour=st.sampled_from(["00:00", "07:20", "08:00", "09:00", "14:00", "15:00", "23:50"]),
    )
    def night_falls(self, days: int, hour: str) -> None:
        day = local(self.clock.now).date() + timedelta(days)
        self.set_clock(at(hour, day.isoformat()))

    # --- what goes wrong ---------------------------------------------------------------

    def remembered(self) -> list[Granted]:
        since = self.clock.newest - KEEP_ANSWERS_MS
        return [one for one in self.granted if one.answer.at >= since]

    @precondition(lambda self: self.remembered())
    @rule(data=st.data())
    def a_request_is_repeated(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.remembered()))
        [again, other] = self.tell(
            [
                (one.actor, one.request, one.command),
                (BOSS, one.request, one.command),
            ]
        )
        assert again == one.answer
        if one.actor != BOSS:
            assert isinstance(other, Refusal)
            assert other.code == "request_id_reused"
        [other] = self.tell([(one.actor, one.request, m.PrintFailed(STALE, "another wish"))])
        assert isinstance(other, Refusal)
        assert other.code == "request_id_reused"
        self.journal_holds([])

    @rule(service=services, times=st.sampled_from([2, 5, 40]))
    def a_request_is_repeated_before_it_is_answered(self, service: ServiceId, times: int) -> None:
        wish = self.asked((KIOSK, m.IssueTicket(service)))
        expected = self.model.grant(KIOSK, m.IssueTicket(service), self.clock.now)
        outcomes = self.tell([wish] * times)
        if isinstance(expected, str):
            codes = {one.code for one in outcomes if isinstance(one, Refusal)}
            assert codes == {expected}
            self.journal_holds([])
            return
        [answer, *rest] = outcomes
        assert isinstance(answer, Answer)
        assert all(one == answer for one in rest)
        assert self.model.touched is not None
        self.model.touched.ticket = TicketId(msgspec.json.decode(answer.value)["ticket"])
        self.granted.append(Granted(*wish, answer))
        self.journal_holds(expected)

    @rule(days=st.sampled_from([0, 0, 0, 1]), minutes=st.integers(-20, 20))
    def the_hub_restarts(self, days: int, minutes: int) -> None:
        before = shape(self.hall.state)
        self.stop()
        if days:
            away = timedelta(days, minutes=minutes) // timedelta(milliseconds=1)
            self.clock.set(Instant(self.clock.now + away))
        facts = self.model.keep_day(self.clock.now)
        self.start()
        self.journal_holds(facts)
        if not facts:
            assert shape(self.hall.state) == before

    @rule(
        code=st.sampled_from([errno.ENOSPC, errno.EIO]),
        presses=st.lists(st.one_of(services, counters), min_size=1, max_size=4),
        crowd=st.sampled_from([0, 0, 0, 0, 0, 34]),
        patient=st.booleans(),
    )
    def the_disk_fails_for_a_moment(
        self, code: int, presses: list[ServiceId | int], crowd: int, patient: bool
    ) -> None:
        before = shape(self.hall.state)
        wishes = [self.asked(pressed(press)) for press in [*presses, *[LAND] * crowd]]
        with disk().failing(code):
            outcomes = self.tell(wishes)
            self.settle()
        assert not any(isinstance(one, Answer) for one in outcomes), "kept on a disk that fails"
        assert shape(self.hall.state) == before
        self.journal_holds([])
        for _ in range(5_000 if patient else 0):
            if self.hall.healthy:
                break
            self.work(asyncio.sleep(0.001))
        assert self.hall.healthy or not patient
        self.does_with(wishes)

    # --- what always holds -------------------------------------------------------------

    @invariant()
    def every_ticket_stands_where_the_model_says(self) -> None:
        state, model, now = self.hall.state, self.model, self.clock.now
        assert self.hall.seq == state.seq == self.journal.last_seq() == self.read
        assert (state.day, state.last_day) == (model.day, model.last_day)
        assert list(state.tickets) == [p.ticket for p in model.people]
        for p in model.people:
            shown = ticket_view(state, p.ticket, now)
            assert (shown.number, shown.state, shown.ahead) == (p.number, p.state, model.ahead(p))
            assert state.tickets[p.ticket].arrival == p.arrival

    @invariant()
    def the_screens_count_what_the_model_counts(self) -> None:
        state, model, now = self.hall.state, self.model, self.clock.now
        waiting = {service: model.waiting(service) for service in PREFIX}
        kiosk = kiosk_view(state, now)
        assert kiosk.open is (model.day is not None and model.gives(now))
        assert {line.id: line.waiting for line in kiosk.services} == waiting
        assert kiosk.waiting == sum(waiting.values())
        board = display_view(state, "display-1", now)
        assert {line.service: line.count for line in board.waiting} == waiting
        boss = supervisor_view(state, now)
        assert {line.service: line.waiting for line in boss.lines} == waiting
        totals: dict[str, int] = dict.fromkeys(boss.totals, 0)
        for p in model.people:
            totals[p.state] += 1
        assert boss.totals == totals
        assert {one.number: one.state for one in boss.counters} == model.counters

    @invariant()
    def every_officer_sees_who_is_next(self) -> None:
        for number in SERVED:
            shown = counter_view(self.hall.state, CounterNumber(number), self.clock.now)
            line, mine = self.model.line(number), self.model.in_hand(number)
            assert [one.ticket for one in shown.line] == [p.ticket for p in line[:LINE_SHOWN]]
            assert shown.waiting == len(line)
            assert shown.state == self.model.counters[number]
            assert (shown.current.ticket if shown.current else None) == (mine and mine.ticket)
            assert shown.current is None or shown.current.reason


def pressed(press: ServiceId | int) -> Wish:
    """A service's button on the kiosk, or a counter's Next."""
    if isinstance(press, int):
        return (officer(press), m.CallNext())
    return (KIOSK, m.IssueTicket(press))


def shape(state: State) -> dict[str, str]:
    """All that a state knows of the day, without what it keeps only to be quick; as text, because
    a state changes in place."""
    known = {key: value for key, value in vars(state).items() if key not in _KEPT_TO_BE_QUICK}
    for counted in ("lines", "waiting"):
        known[counted] = {key: value for key, value in known[counted].items() if value}
    return {key: repr(value) for key, value in known.items()}


def test_the_hall_does_what_the_simple_model_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.hall, "DAY_CHECK_S", 0.002)
    # Every step is a handful of commits, each of which waits for the disk.
    chosen = settings(max_examples=settings().max_examples // 2, stateful_step_count=30)
    run_state_machine_as_test(HallMachine, settings=chosen)
