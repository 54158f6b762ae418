"""Simulated citizens and officers: real clients of the realtime protocol, at a pace to watch."""

import asyncio
import random
import uuid
from collections.abc import Callable, Mapping

import msgspec

from shared.link import Link
from shared.messages import (
    CallNext,
    Command,
    CounterView,
    Finish,
    Hold,
    Issued,
    IssueTicket,
    KioskView,
    NoShow,
    OpenCounter,
    Recall,
    ReturnTicket,
    StartService,
)
from shared.model import (
    CounterNumber,
    PriorityId,
    RequestId,
    Role,
    Seq,
    ServiceId,
    TicketId,
    TicketState,
)

STAFFED = tuple(map(CounterNumber, (4, 8, 11, 12, 15, 19, 21, 23, 28, 30, 33, 34, 35)))
"""Counters with a simulated officer; 5 is left to whoever signs in on the console."""

HURRIED = (33, 34)
"""Counters that call at once whoever comes: results are only fetched there."""

WISHES = {
    "dat-dai": 8,
    "doanh-nghiep": 6,
    "xay-dung": 5,
    "tu-phap": 4,
    "bao-hiem-xa-hoi": 5,
    "cong-an": 4,
    "noi-vu": 2,
    "y-te": 2,
}
"""How often a simulated citizen wants what. `nhan-ket-qua` is left free for taps on the kiosk."""

CALL_GAP_S = 6.0
"""Between two calls, so that the loudspeaker keeps up: about one announcement."""
PRIORITY_SHARE = 0.15
NO_SHOW_SHARE = 0.08
HOLD_SHARE = 0.06
RECALL_SHARE = 0.12


def request_id() -> RequestId:
    """A new wish's id."""
    return RequestId(str(uuid.uuid4()))


class Citizens:
    """People at kiosks that are not on the screen; `wishes` are the ids of all they asked for."""

    def __init__(self, hub: str, credential: str, chance: random.Random) -> None:
        self.wishes: set[RequestId] = set()
        self._chance = chance
        self._priorities: tuple[PriorityId, ...] = ()
        self._link = Link(
            hub,
            role=Role.KIOSK,
            credential=credential,
            view=KioskView,
            on_view=self._see,
            on_touch=lambda touch: None,
        )

    async def run(self, first: int, every_s: float) -> None:
        """Send `first` people at once, then one about every `every_s` seconds, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.run())
            for _ in range(first):
                await self.take_number()
            while True:
                await asyncio.sleep(self._chance.uniform(0.4, 1.6) * every_s)
                await self.take_number()

    async def take_number(self) -> Issued | None:
        """Take a number for something people come for; None when the hub refused."""
        service = self._chance.choices(list(WISHES), list(WISHES.values()))[0]
        wish = IssueTicket(ServiceId(service))
        if self._priorities and self._chance.random() < PRIORITY_SHARE:
            wish = msgspec.structs.replace(wish, priority=self._chance.choice(self._priorities))
        asked = request_id()
        self.wishes.add(asked)
        answer = await self._link.ask(asked, wish)
        value = getattr(answer, "value", None)
        return None if value is None else msgspec.json.decode(value, type=Issued)

    def _see(self, view: KioskView, seq: Seq) -> None:
        self._priorities = tuple(priority.id for priority in view.priorities)


class Officer:
    """One simulated officer: calls, waits for the person, serves, and now and then something else.

    `floor` lets one officer call at a time. The first call of the day does not wait for it, for
    no loudspeaker hears it yet, nor do those of HURRIED.
    """

    def __init__(
        self,
        hub: str,
        counter: CounterNumber,
        credential: str,
        floor: asyncio.Lock,
        chance: random.Random,
    ) -> None:
        self.counter = counter
        self._first = True
        self._floor = floor
        self._chance = chance
        self._changed = asyncio.Event()
        self._view: CounterView | None = None
        self._link = Link(
            hub,
            role=Role.COUNTER,
            credential=credential,
            view=CounterView,
            on_view=self._see,
            on_touch=lambda touch: None,
        )

    async def run(self, pace: float = 1.0) -> None:
        """Work until cancelled; `pace` stretches every duration."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._link.run())
            await self._ask(OpenCounter())
            while True:
                await self._until(lambda view: view.current is not None or view.waiting > 0)
                if self._view and self._view.current is None and not await self._call(pace):
                    continue
                await self._serve(pace)

    async def _call(self, pace: float) -> bool:
        if self.counter in HURRIED or self._first:
            self._first = False
            return await self._ask(CallNext())
        async with self._floor:
            called = await self._ask(CallNext())
            if called:
                await asyncio.sleep(CALL_GAP_S * pace)
            return called

    async def _serve(self, pace: float) -> None:
        await self._pause(2.0, 6.0, pace)
        if self._chance.random() < RECALL_SHARE:
            await self._ask(Recall())
            await self._pause(4.0, 8.0, pace)
        if self._chance.random() < NO_SHOW_SHARE:
            await self._ask(NoShow())
            return
        await self._ask(StartService())
        await self._pause(25.0, 75.0, pace)
        if self._chance.random() < HOLD_SHARE:
            await self._ask(Hold())
            return
        await self._ask(Finish())
        await self._take_back()

    async def _take_back(self) -> None:
        """Someone who was held is back with the copy."""
        aside = self._view.aside if self._view else ()
        held = [ticket.ticket for ticket in aside if ticket.state is TicketState.HELD]
        if held and self._chance.random() < 0.5:
            await self._ask(ReturnTicket(TicketId(held[0])))

    async def _pause(self, low: float, high: float, pace: float) -> None:
        await asyncio.sleep(self._chance.uniform(low, high) * pace)

    async def _ask(self, command: Command) -> bool:
        answer = await self._link.ask(request_id(), command)
        return hasattr(answer, "value")

    async def _until(self, holds: Callable[[CounterView], bool]) -> None:
        while self._view is None or not holds(self._view):
            self._changed.clear()
            await self._changed.wait()

    def _see(self, view: CounterView, seq: Seq) -> None:
        self._view = view
        self._changed.set()


class Crowd:
    """Citizens and officers together, on one loop."""

    def __init__(
        self, hub: str, citizen: str, officers: Mapping[CounterNumber, str], chance: random.Random
    ) -> None:
        """`citizen` and the values of `officers` are credentials of their roles."""
        self.citizens = Citizens(hub, citizen, chance)
        floor = asyncio.Lock()
        self.officers = [
            Officer(hub, counter, credential, floor, chance)
            for counter, credential in officers.items()
        ]

    async def run(self, size: int, pace: float = 1.0) -> None:
        """Fill the hall with `size` people at once and keep it alive until cancelled."""
        every_s = pace * 200.0 / max(1, size)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.citizens.run(size, every_s))
            for officer in self.officers:
                group.create_task(officer.run(pace))
