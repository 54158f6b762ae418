"""A small centre for tests: three services on four counters, one of them shared."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hub.engine.decide import Wish, decide
from hub.engine.events import Event
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import HUB, Actor
from hub.engine.site import Counter, Group, Priority, Season, Service, Site
from hub.engine.state import State
from shared import messages as m
from shared.model import (
    CounterNumber,
    GroupId,
    Instant,
    PriorityId,
    Role,
    Seq,
    ServiceId,
    TicketId,
)

LAND = ServiceId("dat-dai")
TRADE = ServiceId("doanh-nghiep")
RESULT = ServiceId("nhan-ket-qua")
OLD = PriorityId("cao-tuoi")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")

SITE = Site(
    id="thu",
    name="Trung tâm Phục vụ hành chính công",
    province="Tỉnh Nghệ An",
    timezone="Asia/Ho_Chi_Minh",
    groups=(Group(GroupId("mt"), "Môi trường"), Group(GroupId("tc"), "Tài chính")),
    services=(
        Service(TRADE, "Doanh nghiệp", GroupId("tc"), "B", (CounterNumber(3),)),
        Service(LAND, "Đất đai", GroupId("mt"), "A", (CounterNumber(1), CounterNumber(2))),
        Service(
            RESULT, "Nhận kết quả", GroupId("mt"), "G", (CounterNumber(2), CounterNumber(4)), 5, 3
        ),
    ),
    counters=tuple(Counter(CounterNumber(n), f"Bàn {n}") for n in (1, 2, 3, 4)),
    hours=(Season(((time(7, 30), time(11, 30)), (time(13, 30), time(17)))),),
    priorities=(Priority(OLD, "Người cao tuổi", 15),),
    holidays=(date(2026, 9, 2),),
    public_url="https://motcua.example",
)

KIOSK = Actor(Role.KIOSK, "kiosk-1")
BOSS = Actor(Role.SUPERVISOR, "sếp")


def officer(counter: int) -> Actor:
    return Actor(Role.COUNTER, f"quầy {counter}", CounterNumber(counter))


def at(clock: str, day: str = "2026-11-23") -> Instant:
    """That local time as an instant; 2026-11-23 is a Monday."""
    return Instant(
        int(datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZONE).timestamp() * 1000)
    )


class Room:
    """A state driven by commands, as the hall does it but without journal or loop."""

    def __init__(
        self, site: Site = SITE, *, always_open: bool = False, opened: bool = True
    ) -> None:
        self.state = State(site, always_open=always_open)
        self.now = at("08:00")
        self.events: list[Event] = []
        self.count = 0
        if opened:
            self.does(HUB, m.OpenDay())

    def tries(self, actor: Actor, command: m.Command) -> list[Event] | Refusal:
        """Decide, and take the events in."""
        self.count += 1
        self.wish = Wish(actor, command, TicketId(f"t{self.count}"))
        decision = decide(self.state, self.wish, self.now)
        if not isinstance(decision, Refusal):
            for event in decision:
                evolve(self.state, event, Seq(self.state.seq + 1), self.now)
            self.events += decision
        return decision

    def does(self, actor: Actor, command: m.Command) -> list[Event]:
        """The events of a command that must be granted."""
        decision = self.tries(actor, command)
        assert not isinstance(decision, Refusal), decision
        return decision

    def refuses(self, actor: Actor, command: m.Command) -> str:
        """The code of the refusal of a command that must not be granted."""
        before = self.state.seq
        decision = self.tries(actor, command)
        assert isinstance(decision, Refusal), decision
        assert decision.reason
        assert self.state.seq == before
        return decision.code

    def issue(self, service: ServiceId = LAND, priority: PriorityId | None = None) -> TicketId:
        """Take a number; its ticket's id."""
        self.does(KIOSK, m.IssueTicket(service, priority))
        return self.wish.fresh

    def number(self, ticket: TicketId) -> str:
        return self.state.tickets[ticket].number

    def next(self, counter: int) -> str:
        """Press Next at a counter; the number called."""
        self.does(officer(counter), m.CallNext())
        ticket = self.state.counter(CounterNumber(counter)).ticket
        assert ticket is not None
        return self.number(ticket)

    def later(self, minutes: float) -> None:
        self.now = Instant(self.now + int(minutes * 60_000))
