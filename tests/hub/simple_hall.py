"""The hall as simply as it can be said: people in a list, and the rules applied by brute force.

tests/hub/test_machine.py holds the real hall to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from hub.engine.events import Event
from hub.engine.rights import Actor
from shared import messages as m
from shared.model import Instant, ServiceId, TicketId
from tests.hub.hall_site import LAND, RESULT, TRADE, ZONE

PREFIX = {LAND: "A", TRADE: "B", RESULT: "G"}
SERVED = {1: {LAND}, 2: {LAND, RESULT}, 3: {TRADE}, 4: {RESULT}}
QUOTA = {RESULT: 3}
MINUTE = 60_000
PAPERS = {
    m.TicketPrinted: "ticket_printed",
    m.TicketSent: "ticket_sent",
    m.PrintFailed: "print_failed",
}


def local(now: Instant) -> datetime:
    return datetime.fromtimestamp(now / 1000, ZONE)


def said(event: Event, numbers: Mapping[TicketId, str]) -> str:
    """An event in the model's words; `numbers` are those on the tickets."""
    words = [str(event.__struct_config__.tag)]
    ticket = getattr(event, "ticket", None)
    if ticket is not None:
        words.append(numbers[ticket])
    for name in ("day", "counter", "call", "service", "to", "arrival"):
        value = getattr(event, name, None)
        if value is not None:
            words.append(str(value))
    return " ".join(words)


@dataclass
class Person:
    """A ticket as the model knows it."""

    ticket: TicketId
    number: str
    service: ServiceId
    arrival: int
    joined: int
    state: str = "waiting"
    counter: int | None = None
    to: int | None = None
    not_before: int = 0
    delayed: bool = False
    paper: str = ""


@dataclass
class Model:
    """One hall, over many days. Whoever wishes something is given facts, or a refusal's code."""

    always_open: bool
    day: str | None = None
    last_day: str | None = None
    people: list[Person] = field(default_factory=list)
    gone: list[Person] = field(default_factory=list)
    counters: dict[int, str] = field(default_factory=lambda: dict.fromkeys(SERVED, "closed"))
    latest: int = 0
    joins: int = 0
    calls: int = 0
    passed_over: dict[str, dict[str, int]] = field(default_factory=dict)
    touched: Person | None = None

    # --- looking -----------------------------------------------------------------------

    def person(self, ticket: TicketId) -> Person | None:
        return next((p for p in self.people if p.ticket == ticket), None)

    def in_hand(self, counter: int) -> Person | None:
        mine = [p for p in self.people if p.counter == counter and p.state in ("called", "serving")]
        assert len(mine) < 2
        return mine[0] if mine else None

    def may_call(self, counter: int, p: Person) -> bool:
        return p.to == counter if p.to is not None else p.service in SERVED[counter]

    def line(self, counter: int) -> list[Person]:
        can = [p for p in self.people if p.state == "waiting" and self.may_call(counter, p)]
        return sorted(can, key=lambda p: (p.arrival, p.joined))

    def ahead(self, p: Person) -> int:
        if p.state != "waiting":
            return 0
        if p.to is not None:
            return self.line(p.to).index(p)
        line = [q for q in self.people if q.state == "waiting" and q.service == p.service]
        place = (p.arrival, p.joined)
        return sum(q.to is None and (q.arrival, q.joined) < place for q in line)

    def waiting(self, service: ServiceId) -> int:
        return sum(p.state == "waiting" and p.service == service for p in self.people)

    def gives(self, now: Instant) -> bool:
        """Whether numbers are given: from a quarter of an hour before the hours to one before their
        end."""
        moment = local(now)
        clock = f"{moment:%H:%M}"
        open_now = "07:15" <= clock < "11:15" or "13:15" <= clock < "16:45"
        return self.always_open or (moment.weekday() < 5 and open_now)

    # --- the day -----------------------------------------------------------------------

    def keep_day(self, now: Instant) -> list[str]:
        """What the hub does by itself."""
        moment, today = local(now), local(now).date()
        opens = self.always_open or (moment.weekday() < 5 and f"{moment:%H:%M}" >= "06:30")
        if self.last_day is not None:
            last = date.fromisoformat(self.last_day)
            if today <= last:
                return []
            opens = opens and (self.always_open or today - last <= timedelta(31))
        if opens:
            facts = self.open_day(now)
            assert isinstance(facts, list)
            return facts
        return self.end_day() if self.day is not None else []

    def open_day(self, now: Instant) -> str | list[str]:
        today = local(now).date().isoformat()
        if self.day == today:
            return "day_open"
        if self.last_day is not None and today < self.last_day:
            return "day_past"
        if self.last_day == today:
            self.day = today
            return [f"day_reopened {today}"]
        facts = self.end_day() if self.day is not None else []
        self.gone += self.people
        self.people, self.latest, self.calls = [], 0, 0
        self.counters = dict.fromkeys(SERVED, "closed")
        self.day = self.last_day = today
        return [*facts, f"day_opened {today}"]

    def pass_over(self, day: str, after: Mapping[str, int], others: int) -> None:
        """Numbers of that day go on behind these, for prefixes that are not named behind `others`:
        some may have been given that the journal does not know."""
        self.passed_over[day] = {prefix: after.get(prefix, others) for prefix in PREFIX.values()}

    def end_day(self) -> list[str]:
        facts = []
        for p in self.people:
            if p.state == "serving":
                p.state = "done"
                facts.append(f"ticket_finished {p.number} {p.counter}")
            elif p.state in ("waiting", "called", "held"):
                p.state = "cancelled"
                facts.append(f"ticket_cancelled {p.number}")
        facts.append(f"day_closed {self.day}")
        self.day = None
        self.counters = dict.fromkeys(SERVED, "closed")
        return facts

    # --- wishes ------------------------------------------------------------------------

    def grant(self, actor: Actor, command: m.Command, now: Instant) -> str | list[str]:
        self.touched = None
        if isinstance(command, m.OpenDay):
            return self.open_day(now)
        if self.day is None:
            return "service_closed" if isinstance(command, m.IssueTicket) else "day_closed"
        if isinstance(command, m.CloseDay):
            return self.end_day()
        if isinstance(command, m.IssueTicket):
            return self.issue(command, now)
        if isinstance(command, m.Cancel | m.ReturnTicket):
            return self.with_ticket(command, now)
        if isinstance(command, m.TicketPrinted | m.TicketSent | m.PrintFailed):
            return self.paper(self.person(command.ticket), PAPERS[type(command)])
        if isinstance(command, m.Delay):
            return self.delay(self.person(command.ticket), now)
        assert actor.counter is not None
        return self.at_desk(actor.counter, command, now)

    def issue(self, command: m.IssueTicket, now: Instant) -> str | list[str]:
        service, prefix = command.service, PREFIX[command.service]
        if not self.gives(now):
            return "service_closed"
        given = sum(p.number.startswith(prefix) for p in self.people)
        if given >= QUOTA.get(service, 10_000):
            return "quota_reached"
        mine = [int(p.number[1:]) for p in self.people if p.number.startswith(prefix)]
        passed_over = self.passed_over.get(self.last_day or "", {}).get(prefix, 0)
        number = f"{prefix}{max([passed_over, *mine]) + 1:03d}"
        self.latest = max(self.latest, now)
        arrival = self.latest - (15 * MINUTE if command.priority else 0)
        self.joins += 1
        p = Person(TicketId(f"?{number}"), number, service, arrival, self.joins)
        self.people.append(p)
        self.touched = p
        return [f"ticket_issued {number} {service} {arrival}"]

    def with_ticket(self, command: m.Cancel | m.ReturnTicket, now: Instant) -> str | list[str]:
        p = self.touched = self.person(command.ticket)
        if p is None:
            return "unknown_ticket"
        if isinstance(command, m.Cancel):
            if p.state not in ("waiting", "called", "held", "no_show"):
                return "wrong_state"
            p.state = "cancelled"
            return [f"ticket_cancelled {p.number}"]
        if p.state not in ("held", "no_show"):
            return "wrong_state"
        if p.state == "no_show":
            self.latest = p.arrival = max(self.latest, now)
            self.joins += 1
            p.joined = self.joins
        p.state, p.counter = "waiting", None
        return [f"ticket_returned {p.number} {p.arrival}"]

    def paper(self, p: Person | None, fact: str) -> str | list[str]:
        self.touched = p
        if p is None:
            return "unknown_ticket"
        if fact == p.paper or (fact, p.paper) == ("ticket_sent", "ticket_printed"):
            return []
        p.paper = fact
        return [f"{fact} {p.number}"]

    def delay(self, p: Person | None, now: Instant) -> str | list[str]:
        self.touched = p
        if p is None:
            return "unknown_ticket"
        if p.state != "waiting":
            return "wrong_state"
        if p.delayed:
            return "delayed_already"
        p.arrival, p.not_before = p.arrival + 10 * MINUTE, now + 10 * MINUTE
        p.delayed = True
        self.joins += 1
        p.joined = self.joins
        return [f"ticket_delayed {p.number} {p.arrival}"]

    def at_desk(self, counter: int, command: m.Command, now: Instant) -> str | list[str]:
        mine = self.in_hand(counter)
        if isinstance(command, m.CallNext):
            saw = command.ticket
            if saw is not msgspec.UNSET and saw != (mine.ticket if mine else None):
                return "not_current"
            line = [p for p in self.line(counter) if p.not_before <= now]
            return self.call(counter, line[0]) if line else "nobody_waiting"
        if isinstance(command, m.CallTicket):
            return self.call_certain(counter, self.person(command.ticket))
        if isinstance(command, m.OpenCounter | m.PauseCounter | m.CloseCounter):
            return self.set_counter(counter, command)
        if mine is None:
            return "nothing_in_hand"
        assert isinstance(
            command, m.Recall | m.StartService | m.Finish | m.NoShow | m.Hold | m.Transfer
        )
        if command.ticket not in (None, mine.ticket):
            return "not_current"
        self.touched = mine
        return self.go_on(counter, mine, command)

    def call_certain(self, counter: int, p: Person | None) -> str | list[str]:
        if p is None:
            return "unknown_ticket"
        if p.state not in ("waiting", "held", "no_show"):
            return "wrong_state"
        held_here = p.state == "held" and p.counter == counter
        return self.call(counter, p) if held_here or self.may_call(counter, p) else "wrong_counter"

    def call(self, counter: int, p: Person) -> list[str]:
        facts, before = [], self.in_hand(counter)
        if self.counters[counter] != "open":
            facts.append(f"counter_opened {counter}")
            self.counters[counter] = "open"
        if before is not None:
            before.state = "done"
            facts.append(f"ticket_finished {before.number} {counter}")
        self.calls += 1
        p.state, p.counter, p.not_before, self.touched = "called", counter, 0, p
        return [*facts, f"ticket_called {p.number} {counter} {self.calls}"]

    def set_counter(self, counter: int, command: m.Command) -> str | list[str]:
        before = self.counters[counter]
        if isinstance(command, m.PauseCounter) and before == "closed":
            return "counter_closed"
        if isinstance(command, m.CloseCounter):
            bound = any(p.state == "waiting" and p.to == counter for p in self.people)
            if bound or self.in_hand(counter) is not None:
                return "counter_busy"
        after: dict[type[Any], str] = {
            m.OpenCounter: "open",
            m.PauseCounter: "paused",
            m.CloseCounter: "closed",
        }
        self.counters[counter] = told = after[type(command)]
        past = {"open": "opened"}.get(told, told)
        return [] if before == told else [f"counter_{past} {counter}"]

    def go_on(self, counter: int, p: Person, command: m.Command) -> str | list[str]:
        if isinstance(command, m.Transfer):
            return self.send_on(counter, p, command)
        if p.state != "called" and isinstance(command, m.Recall | m.StartService | m.NoShow):
            return "wrong_state"
        if isinstance(command, m.Recall):
            self.calls += 1
            return [f"ticket_recalled {p.number} {counter} {self.calls}"]
        ways: dict[type[Any], tuple[str, str]] = {
            m.StartService: ("service_started", "serving"),
            m.Finish: ("ticket_finished", "done"),
            m.NoShow: ("ticket_no_show", "no_show"),
            m.Hold: ("ticket_held", "held"),
        }
        kind, p.state = ways[type(command)]
        return [f"{kind} {p.number} {counter}"]

    def send_on(self, counter: int, p: Person, command: m.Transfer) -> str | list[str]:
        if command.to is not None and command.service not in SERVED[command.to]:
            return "wrong_counter"
        if command.service == p.service and command.to in (p.to, counter):
            return "same_line"
        p.service, p.to, p.state, p.counter = command.service, command.to, "waiting", None
        to = "" if p.to is None else f" {p.to}"
        return [f"ticket_transferred {p.number} {counter} {p.service}{to}"]

    def value(self, actor: Actor, command: m.Command) -> dict[str, object]:
        """What a granted wish is answered, as far as the model knows it."""
        if isinstance(command, m.OpenDay | m.CloseDay):
            return {"day": self.last_day, "open": self.day is not None}
        if isinstance(command, m.OpenCounter | m.PauseCounter | m.CloseCounter):
            assert actor.counter is not None
            return {"counter": actor.counter, "state": self.counters[actor.counter]}
        p = self.touched
        assert p is not None
        if isinstance(command, m.IssueTicket):
            return {"number": p.number, "service": p.service, "ahead": self.ahead(p)}
        if isinstance(command, m.CallNext | m.CallTicket | m.Recall):
            return {"number": p.number, "counter": p.counter, "call": self.calls}
        return {"number": p.number, "state": p.state}
