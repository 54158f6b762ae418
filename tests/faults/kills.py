"""A hub under load is killed again and again, at random and at named points.

One trial is one journal: its hubs die and are born anew on the same folder and ports, while the
same people go on asking. At the end those who are still there see what the hub shows, the last
hub stops in order, and the checker judges all of it.
"""

import asyncio
import contextlib
import random
import signal
from collections import Counter
from pathlib import Path

import msgspec

from hub.engine.rights import Actor
from hub.registry import Registry
from shared.model import CounterNumber, Instant, Role, TicketId
from tests.faults import people
from tests.faults.case import gather
from tests.faults.checker import faults
from tests.faults.client import Client
from tests.faults.history import History, Kind
from tests.faults.hubs import Hub, nursery
from tests.faults.points import Point

LONGEST_LIFE_S = 0.25
PAUSE_S = 0.01
STILL_WITHIN_S, STILL_LOOKS = 5.0, 250
REACHED_WITHIN_S = 1.0
"""A point that was not passed so often by then: the hub is killed where it is."""

STARTING, ANYWHERE = "while it starts", "anywhere"

DEVICES = (
    *(Actor(Role.KIOSK, f"kiosk-{n}") for n in (1, 2, 3)),
    *(Actor(Role.COUNTER, f"quay-{n}", CounterNumber(n)) for n in (1, 2, 3, 4)),
    Actor(Role.SUPERVISOR, "sep"),
    Actor(Role.DISPLAY, "display-1"),
)


class Verdict(msgspec.Struct):
    """What a trial did, and what was wrong."""

    seed: int
    kills: Counter[str]
    acknowledged: int
    unknown: int
    events: int
    views: int
    faults: list[str]


class Trial:
    """One journal's hubs and people. `seed` settles what is wished and where hubs are to die; when
    exactly they do is the machine's own chance."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)
        self.history = History()
        self.kills: Counter[str] = Counter()
        self.clients: list[Client] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def run(self, kills: int, *options: str) -> Verdict:
        """So many kills, and the judgement. `options` are the nursery's."""
        credentials = self._enrol()
        async with nursery(*options) as process, contextlib.AsyncExitStack() as ending:
            hub = Hub(process, self.folder)
            await hub.bear()
            assert await hub.ready(), hub.log
            for actor in DEVICES:
                await self._come(hub, actor, credentials[actor.name], ending)
            ending.push_async_callback(self._stop_asking)
            await self._kill(hub, ANYWHERE)
            for _ in range(kills - 1):
                await self._live_and_die(hub)
                await self._phone(hub, ending)
            await hub.bear()
            assert await hub.ready(), hub.log
            await self._stop_asking()
            await self._be_still(hub, credentials, ending)
            hub.kill(signal.SIGTERM)
            status = await hub.gone()
        return self._judge(hub, status)

    def _enrol(self) -> dict[str, str]:
        with contextlib.closing(Registry(self.folder)) as registry:
            return {
                one.name: registry.enrol(one.role, one.name, one.counter, Instant(0))
                for one in DEVICES
            }

    async def _come(
        self, hub: Hub, actor: Actor, credential: str, ending: contextlib.AsyncExitStack
    ) -> None:
        client = Client(self.history, hub.live, actor, credential)
        await ending.enter_async_context(client.connected())
        self.clients.append(client)
        if actor.role in people.WISHES:
            chance = random.Random(self.chance.random())
            self.tasks.append(asyncio.create_task(people.live(client, chance, PAUSE_S)))

    async def _phone(self, hub: Hub, ending: contextlib.AsyncExitStack) -> None:
        """Now and then somebody at a kiosk takes their number along on a phone."""
        held = [one for one in self.clients if one.actor.role is Role.TICKET]
        if len(held) == 3 or self.chance.random() > 0.2:
            return
        counter = self.chance.choice([one for one in self.clients if one.actor.counter is not None])
        line = counter.view.get("line")
        if line and isinstance(line, list):
            ticket = TicketId(self.chance.choice(line)["ticket"])
            actor = Actor(Role.TICKET, f"phone-{len(held) + 1}", ticket=ticket)
            await self._come(hub, actor, ticket, ending)

    async def _live_and_die(self, hub: Hub) -> None:
        """A hub is born to die one of many deaths."""
        death: Point | str = self.chance.choice([STARTING, ANYWHERE, ANYWHERE, *Point])
        if isinstance(death, Point):
            await self._die_at(hub, death)
            return
        await hub.bear()
        if death == ANYWHERE:
            assert await hub.ready(), hub.log
        await self._kill(hub, death)

    async def _kill(self, hub: Hub, when: str) -> None:
        await asyncio.sleep(self.chance.uniform(0, LONGEST_LIFE_S if when == ANYWHERE else 0.1))
        hub.kill()
        await hub.gone()
        self.kills[when] += 1

    async def _die_at(self, hub: Hub, point: Point) -> None:
        await hub.bear(point, self.chance.randint(1, 8))
        try:
            async with asyncio.timeout(REACHED_WITHIN_S):
                if await hub.ready():
                    await hub.gone()
            self.kills[point] += 1
        except TimeoutError:
            await self._kill(hub, ANYWHERE)

    async def _stop_asking(self) -> None:
        for task in self.tasks:
            task.cancel()
        if self.tasks:
            await asyncio.wait(self.tasks)
        for task in self.tasks:
            if not task.cancelled():
                task.result()

    async def _be_still(
        self, hub: Hub, credentials: dict[str, str], ending: contextlib.AsyncExitStack
    ) -> None:
        """Wait until all see what somebody sees who comes now; whoever does not is a fault, which
        the checker names."""
        pairs = []
        for client in list(self.clients):
            actor = client.actor
            again = msgspec.structs.replace(actor, name=f"{actor.name} again")
            credential = actor.ticket or credentials[actor.name]
            fresh = Client(self.history, hub.live, again, credential)
            await ending.enter_async_context(fresh.connected())
            pairs.append((client, fresh))
        for _ in range(STILL_LOOKS):
            if all(old.view == new.view and new.view for old, new in pairs):
                return
            await asyncio.sleep(STILL_WITHIN_S / STILL_LOOKS)

    def _judge(self, hub: Hub, status: int) -> Verdict:
        case = gather(self.history, self.folder)
        found = faults(case)
        if status != 0:
            found.append(f"the last hub ended with status {status}")
        if "Traceback" in hub.log:
            found.append(f"a hub's log has a traceback: {hub.log[-2000:]}")
        return Verdict(
            self.seed,
            self.kills,
            acknowledged=len(case.granted),
            unknown=sum(one.kind is Kind.UNKNOWN for one in self.history.moments),
            events=len(case.entries),
            views=len(self.history.seen),
            faults=found,
        )
