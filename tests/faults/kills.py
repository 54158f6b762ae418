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
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.engine.rights import Actor
from hub.registry import Registry
from shared.messages import OpenDay
from shared.model import CounterNumber, Instant, Role, TicketId
from tests.faults import people, shown
from tests.faults.case import gather
from tests.faults.client import Client
from tests.faults.history import History
from tests.faults.hubs import Hub, nursery
from tests.faults.points import Point
from tests.faults.verdict import Verdict, judge

MOST_ANSWERS = 20
"""What a hub that dies anywhere has answered by then, at most: a life is measured by work, so that
a busy machine has the same lives."""

MOST_PASSES = 16
"""How often a hub passes the point before it dies there, at most."""

LAST_ANSWERS = 40
"""What the hub that is not killed answers before all are still, so that its views are put to the
proof."""

LAST_BREATH_S = 0.02
PAUSE_S = 0.01
STILL_WITHIN_S, STILL_LOOKS = 3.0, 30
"""Less than the time between two beats, which bring some views up to date all the same."""
REACHED_WITHIN_S = 10.0
"""A point that was not passed so often by then, or so many answers: the hub is killed where it is.
"""

STARTING, ANYWHERE = "while it starts", "anywhere"

T = TypeVar("T")

DEVICES = (
    *(Actor(Role.KIOSK, f"kiosk-{n}") for n in (1, 2, 3)),
    *(Actor(Role.COUNTER, f"quay-{n}", CounterNumber(n)) for n in (1, 2, 3, 4)),
    Actor(Role.SUPERVISOR, "sep"),
    Actor(Role.DISPLAY, "display-1"),
)


def in_turn(chance: random.Random, kinds: Sequence[T], count: int) -> Iterator[T]:
    """So many of these kinds, in any order, but all of them before one comes again."""
    left: list[T] = []
    for _ in range(count):
        left = left or chance.sample(kinds, len(kinds))
        yield left.pop()


class Trial:
    """One journal's hubs and people. `seed` settles what is wished and where hubs are to die; when
    exactly they do is the machine's own chance."""

    ailing: Path | None = None
    """What says how the hub's disk is; None: it is sound."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)
        self.history = History()
        self.deaths: Counter[str] = Counter()
        self.clients: list[Client] = []
        self.asking: list[tuple[Role, asyncio.Task[None]]] = []
        self.address = ""

    async def run(self, times: int) -> Verdict:
        """So many faults, and the judgement."""
        credentials = self._enrol()
        async with nursery() as process, contextlib.AsyncExitStack() as ending:
            hub = Hub(process, self.folder, self.ailing)
            await hub.bear()
            assert await hub.ready(), hub.log
            self.address = await self._reach(hub, ending)
            for actor in DEVICES:
                await self._come(actor, credentials[actor.name], ending)
            ending.push_async_callback(self._stop_asking)
            await self._suffer(hub, times, ending)
            await self._hear(LAST_ANSWERS)
            # Then kiosks alone, so that officers are shown what they have not done themselves.
            await self._stop_asking(Role.COUNTER, Role.SUPERVISOR, Role.TICKET)
            await self._open_day()
            await self._hear(LAST_ANSWERS // 4)
            await self._stop_asking()
            late = await self._be_still()
            await self._look_anew(hub, credentials, ending)
            hub.kill(signal.SIGTERM)
            status = await hub.gone()
        return self._judge(hub, status, late)

    async def _suffer(self, hub: Hub, kills: int, ending: contextlib.AsyncExitStack) -> None:
        """What is done to the hub, so many times; it serves when all is over."""
        await self._kill_anywhere(hub)
        for death in in_turn(self.chance, (STARTING, ANYWHERE, ANYWHERE, *Point), kills - 1):
            await self._live_and_die(hub, death)
            await self._phone(ending)
        await hub.bear()
        assert await hub.ready(), hub.log

    def _enrol(self) -> dict[str, str]:
        with contextlib.closing(Registry(self.folder)) as registry:
            return {
                one.name: registry.enrol(one.role, one.name, one.counter, Instant(0))
                for one in DEVICES
            }

    async def _reach(self, hub: Hub, ending: contextlib.AsyncExitStack) -> str:
        """Where clients find the hub."""
        return hub.live

    async def _come(self, actor: Actor, credential: str, ending: contextlib.AsyncExitStack) -> None:
        client = Client(self.history, self.address, actor, credential, self._chance_of_one())
        await ending.enter_async_context(client.connected())
        self.clients.append(client)
        if actor.role in people.WISHES:
            task = asyncio.create_task(people.live(client, self._chance_of_one(), PAUSE_S))
            self.asking.append((actor.role, task))

    def _chance_of_one(self) -> random.Random:
        """What one of them draws from, whatever the others do meanwhile."""
        return random.Random(self.chance.random())

    async def _phone(self, ending: contextlib.AsyncExitStack) -> None:
        """Now and then somebody at a kiosk takes their number along on a phone."""
        held = [one for one in self.clients if one.actor.role is Role.TICKET]
        if len(held) == 3 or self.chance.random() > 0.2:
            return
        counter = self.chance.choice([one for one in self.clients if one.actor.counter is not None])
        line = counter.view.get("line")
        if line and isinstance(line, list):
            ticket = TicketId(self.chance.choice(line)["ticket"])
            actor = Actor(Role.TICKET, f"phone-{len(held) + 1}", ticket=ticket)
            await self._come(actor, ticket, ending)

    async def _live_and_die(self, hub: Hub, death: Point | str) -> None:
        """A hub is born to die that death."""
        if isinstance(death, Point):
            await self._die_at(hub, death)
            return
        await hub.bear()
        if death == ANYWHERE:
            assert await hub.ready(), hub.log
            await self._kill_anywhere(hub)
        else:
            await self._kill(hub, death, self.chance.uniform(0, 0.1))

    async def _kill_anywhere(self, hub: Hub) -> None:
        await self._hear(self.chance.randint(0, MOST_ANSWERS))
        await self._kill(hub, ANYWHERE, self.chance.uniform(0, LAST_BREATH_S))

    async def _hear(self, answers: int) -> None:
        """Wait until so many more were given, or none comes any more."""
        enough = len(self.history.moments) + 2 * answers  # each was asked for
        for _ in range(int(REACHED_WITHIN_S / LAST_BREATH_S)):
            if len(self.history.moments) >= enough:
                break
            await asyncio.sleep(LAST_BREATH_S)

    async def _kill(self, hub: Hub, when: str, after_s: float) -> None:
        await asyncio.sleep(after_s)
        hub.kill()
        await hub.gone()
        self.deaths[when] += 1

    async def _die_at(self, hub: Hub, point: Point) -> None:
        await hub.bear(point, self.chance.randint(1, MOST_PASSES))
        try:
            async with asyncio.timeout(REACHED_WITHIN_S):
                if await hub.ready():
                    await hub.gone()
            self.deaths[point] += 1
        except TimeoutError:
            await self._kill(hub, ANYWHERE, 0)

    async def _stop_asking(self, *roles: Role) -> None:
        """Those roles, or all, wish nothing more; an error among them is a bug, and is raised."""
        stopped = [task for role, task in self.asking if not roles or role in roles]
        self.asking = [one for one in self.asking if one[1] not in stopped]
        for task in stopped:
            task.cancel()
        if stopped:
            await asyncio.wait(stopped)
        for task in stopped:
            if not task.cancelled():
                task.result()

    async def _open_day(self) -> None:
        """So that numbers are given: it may have been closed by mistake."""
        [boss] = [one for one in self.clients if one.actor.role is Role.SUPERVISOR]
        await boss.ask(OpenDay())

    async def _be_still(self) -> list[str]:
        """Wait until all have been shown the end; the faults of those who have not in time.

        Nobody may come in meanwhile: a topic's new member brings the others up to date.
        """
        late: list[str] = []
        for _ in range(STILL_LOOKS):
            case = gather(self.history, self.folder)
            late = list(shown.subscribers_ended_with_the_hubs_view(case))
            if not late:
                break
            await asyncio.sleep(STILL_WITHIN_S / STILL_LOOKS)
        return late

    async def _look_anew(
        self, hub: Hub, credentials: dict[str, str], ending: contextlib.AsyncExitStack
    ) -> None:
        """Somebody else comes in beside each, so that what the hub itself shows is judged, too."""
        for client in self.clients:
            actor = client.actor
            again = msgspec.structs.replace(actor, name=f"{actor.name} again")
            credential = actor.ticket or credentials[actor.name]
            fresh = Client(self.history, hub.live, again, credential, self._chance_of_one())
            await ending.enter_async_context(fresh.connected())
            async with asyncio.timeout(REACHED_WITHIN_S):
                await fresh.live.wait()

    def _judge(self, hub: Hub, status: int, late: list[str]) -> Verdict:
        verdict = judge(self.seed, self.deaths, self.history, self.folder)
        verdict.faults += late
        if status != 0:
            verdict.faults.append(f"the last hub ended with status {status}")
        if "Traceback" in hub.log:
            verdict.faults.append(f"a hub's log has a traceback: {hub.log[-2000:]}")
        return verdict
