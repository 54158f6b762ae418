"""Engine and journal against a simple model, driven by a Hypothesis state machine.

The model is a list of people in the order they came, and the rule applied to it by brute force.
"""

from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.engine import events as e
from hub.engine.decide import Wish, decide
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import HUB, Actor
from hub.engine.state import State
from hub.engine.views import view
from hub.journal.base import Answer, Entry
from hub.journal.codec import pack, unpack
from hub.journal.memory import MemoryJournal
from shared import messages as m
from shared.model import (
    CounterNumber,
    Instant,
    RequestId,
    Role,
    Seq,
    ServiceId,
    TicketId,
    TicketState,
)
from tests.hub.hall_site import KIOSK, LAND, OLD, SITE, TRADE, at, officer

SERVICES = [service.id for service in SITE.services if service.quota is None]
COUNTERS = [1, 2, 3]
SERVED = {1: {LAND}, 2: {LAND}, 3: {TRADE}}
_MINUTE = 60_000


@dataclass
class Person:
    """A ticket as the model knows it."""

    ticket: TicketId
    service: ServiceId
    arrival: int
    joined: int
    state: str = "waiting"
    counter: int | None = None
    to: int | None = None


@dataclass
class Model:
    """The hall, as simply as it can be said."""

    people: dict[TicketId, Person] = field(default_factory=dict)
    given: dict[str, int] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    latest: int = 0
    joins: int = 0

    def joined(self) -> int:
        self.joins += 1
        return self.joins

    def first(self, counter: int) -> Person | None:
        can = [
            p
            for p in self.people.values()
            if p.state == "waiting"
            and (p.to == counter if p.to is not None else p.service in SERVED[counter])
        ]
        return min(can, key=lambda p: (p.arrival, p.joined), default=None)

    def in_hand(self, counter: int) -> Person | None:
        for p in self.people.values():
            if p.counter == counter and p.state in ("called", "serving"):
                return p
        return None


class HallMachine(RuleBasedStateMachine):
    """Random mornings: taking, calling, holding, missing, sending on, restarts and odd clocks."""

    def __init__(self) -> None:
        super().__init__()
        self.journal = MemoryJournal()
        self.state = State(SITE, always_open=True)
        self.now = at("08:00")
        self.model = Model()
        self.requests = 0
        self.calls: dict[int, TicketId] = {}
        self.given(HUB, m.OpenDay())

    def tried(
        self, actor: Actor, command: m.Command, request: RequestId | None = None
    ) -> list[e.Event] | Refusal | Answer:
        """What the hall does with a command: look the id up, decide, keep, take in."""
        if request is None:
            self.requests += 1
            request = RequestId(str(UUID(int=self.requests)))
        known = self.journal.answers([request])
        if request in known:
            return known[request]
        wish = Wish(actor, command, TicketId(f"t{self.requests}"))
        decision = decide(self.state, wish, self.now)
        if isinstance(decision, Refusal):
            return decision
        entries = []
        for event in decision:
            seq = Seq(self.state.seq + 1)
            evolve(self.state, event, seq, self.now)
            kind, body = pack(event)
            entries.append(Entry(seq, self.state.day or "", self.now, kind, body, request))
        self.journal.append(entries, [Answer(request, self.now, "f", self.state.seq, "{}")])
        self.wish = wish
        return decision

    def given(self, actor: Actor, command: m.Command) -> list[e.Event]:
        decision = self.tried(actor, command)
        assert isinstance(decision, list), decision
        return decision

    @rule(service=st.sampled_from(SERVICES), old=st.booleans())
    def take_a_number(self, service: ServiceId, old: bool) -> None:
        [event] = self.given(KIOSK, m.IssueTicket(service, OLD if old else None))
        assert isinstance(event, e.TicketIssued)
        self.model.given[event.prefix] = self.model.given.get(event.prefix, 0) + 1
        assert event.ordinal == self.model.given[event.prefix]
        assert event.number == f"{event.prefix}{event.ordinal:03d}"
        self.model.numbers.append(event.number)
        base = max(self.now, self.model.latest)
        self.model.latest = base
        arrival = base - (15 * _MINUTE if old else 0)
        self.model.people[event.ticket] = Person(
            event.ticket, service, arrival, self.model.joined()
        )

    @rule(counter=st.sampled_from(COUNTERS))
    def press_next(self, counter: int) -> None:
        expected = self.model.first(counter)
        before = self.model.in_hand(counter)
        decision = self.tried(officer(counter), m.CallNext())
        if expected is None:
            assert isinstance(decision, Refusal)
            assert decision.code == "nobody_waiting"
            return
        assert isinstance(decision, list)
        called = decision[-1]
        assert isinstance(called, e.TicketCalled)
        assert called.ticket == expected.ticket, "the rule was broken"
        assert called.reason
        assert called.call not in self.calls
        self.calls[called.call] = called.ticket
        if before is not None:
            before.state = "done"
        expected.state, expected.counter = "called", counter

    @rule(counter=st.sampled_from(COUNTERS), what=st.sampled_from(["start", "finish", "hold"]))
    def go_on(self, counter: int, what: str) -> None:
        person = self.model.in_hand(counter)
        commands: dict[str, m.Command] = {
            "start": m.StartService(),
            "finish": m.Finish(),
            "hold": m.Hold(),
        }
        decision = self.tried(officer(counter), commands[what])
        allowed = person is not None and (what != "start" or person.state == "called")
        assert isinstance(decision, list) is allowed
        if allowed and person is not None:
            person.state = {"start": "serving", "finish": "done", "hold": "held"}[what]

    @rule(counter=st.sampled_from(COUNTERS))
    def nobody_comes(self, counter: int) -> None:
        person = self.model.in_hand(counter)
        decision = self.tried(officer(counter), m.NoShow())
        allowed = person is not None and person.state == "called"
        assert isinstance(decision, list) is allowed
        if allowed and person is not None:
            person.state = "no_show"

    @rule(counter=st.sampled_from(COUNTERS), service=st.sampled_from(SERVICES))
    def send_on(self, counter: int, service: ServiceId) -> None:
        person = self.model.in_hand(counter)
        decision = self.tried(officer(counter), m.Transfer(service))
        allowed = person is not None and person.service != service
        assert isinstance(decision, list) is allowed
        if allowed and person is not None:
            person.state, person.counter, person.to = "waiting", None, None
            person.service = service

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(list(self.model.people.values())))
        decision = self.tried(officer(1), m.ReturnTicket(person.ticket))
        allowed = person.state in ("held", "no_show")
        assert isinstance(decision, list) is allowed
        if not allowed:
            return
        if person.state == "no_show":
            back = max(self.now, self.model.latest)
            self.model.latest = back
            person.arrival, person.joined = back, self.model.joined()
        person.state, person.counter = "waiting", None

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        person = data.draw(st.sampled_from(list(self.model.people.values())))
        phone = Actor(Role.TICKET, "ticket", ticket=person.ticket)
        decision = self.tried(phone, m.Cancel(person.ticket))
        allowed = person.state in ("waiting", "called", "held", "no_show")
        assert isinstance(decision, list) is allowed
        if allowed:
            person.state = "cancelled"

    @rule(minutes=st.integers(-90, 90))
    def the_clock_moves(self, minutes: int) -> None:
        self.now = Instant(self.now + minutes * _MINUTE)

    @rule(service=st.sampled_from(SERVICES))
    def a_request_is_sent_twice(self, service: ServiceId) -> None:
        self.take_a_number(service, False)
        before = self.journal.last_seq()
        request = RequestId(str(UUID(int=self.requests)))
        again = self.tried(KIOSK, m.IssueTicket(service), request)
        assert isinstance(again, Answer)
        assert self.journal.last_seq() == before

    @rule()
    def the_hub_restarts(self) -> None:
        old = self.state
        self.state = State(SITE, always_open=True)
        for entry in self.journal.open_day():
            event = unpack(entry.kind, entry.body, entry.seq, entry.at)
            evolve(self.state, event, entry.seq, entry.at)
        board = Actor(Role.DISPLAY, "d")
        assert view(self.state, board, self.now) == view(old, board, self.now)
        assert self.state.tickets == old.tickets
        filled = [{k: v for k, v in s.lines.items() if v} for s in (self.state, old)]
        assert filled[0] == filled[1]

    @invariant()
    def numbers_are_contiguous_and_never_twice(self) -> None:
        assert len(set(self.model.numbers)) == len(self.model.numbers)
        for prefix, count in self.model.given.items():
            mine = {n for n in self.model.numbers if n.startswith(prefix)}
            assert mine == {f"{prefix}{i:03d}" for i in range(1, count + 1)}

    @invariant()
    def every_ticket_stands_where_the_model_says(self) -> None:
        for person in self.model.people.values():
            ticket = self.state.tickets[person.ticket]
            assert ticket.state == person.state
            if person.counter is not None and person.state in ("called", "serving"):
                counter = self.state.counter(CounterNumber(person.counter))
                assert counter.ticket == person.ticket

    @invariant()
    def the_sums_agree(self) -> None:
        assert sum(self.state.totals.values()) == len(self.model.people)
        waiting = sum(len(line) for line in self.state.lines.values())
        assert waiting == self.state.totals[TicketState.WAITING]


def test_engine_and_journal_do_what_the_simple_model_does() -> None:
    run_state_machine_as_test(
        HallMachine, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
