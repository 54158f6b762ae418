"""What people at kiosks and counters do: endless wishes, drawn from what their screens show."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Protocol, cast

import msgspec

from hub.engine.rights import Actor
from shared import messages as m
from shared.model import CounterNumber, RequestId, Role, TicketId
from tests.hub.hall_site import LAND, OLD, RESULT, TRADE

SERVICES = [LAND, LAND, TRADE, TRADE, RESULT]
DEEDS = [m.StartService, m.StartService, m.Finish, m.NoShow, m.Hold, m.Recall]
ELSEWHERE = [(LAND, CounterNumber(2)), (RESULT, None), (TRADE, None)]
AGAIN = 0.08
"""How often somebody asks once more what was answered already."""
RUSH, CROWD = 0.03, 24
"""How often a crowd is at a kiosk, and how many: enough for a second batch beside the first."""
IMPATIENT = 0.06
"""How often somebody does not wait for the answer."""


class Asker(Protocol):
    """Who asks: a client on the wire, or somebody in the hall itself."""

    actor: Actor

    @property
    def view(self) -> dict[str, Any]:
        """What the screen shows, or nothing."""

    async def ask(
        self, command: m.Command, request: RequestId | None = None
    ) -> tuple[RequestId, m.Result | m.Refused]:
        """Ask until it is answered."""


Wish = Callable[[random.Random, dict[str, Any], list[TicketId]], m.Command]
"""What a client wants next, by its view and the tickets that it was told of."""


def at_kiosk(chance: random.Random, view: dict[str, Any], mine: list[TicketId]) -> m.Command:
    """Mostly numbers; the paper comes out or not, and some people think better of it."""
    what = chance.random()
    if mine and what < 0.2:
        return m.TicketPrinted(mine[-1])
    if mine and what < 0.22:
        return m.TicketSent(mine[-1])
    if mine and what < 0.25:
        return m.PrintFailed(mine[-1], "jam")
    if mine and what < 0.35:
        return m.Cancel(chance.choice(mine))
    return m.IssueTicket(chance.choice(SERVICES), OLD if chance.random() < 0.2 else None)


def at_counter(chance: random.Random, view: dict[str, Any], mine: list[TicketId]) -> m.Command:
    """Next, mostly; else whatever an officer can do with the person at hand or aside."""
    current = view.get("current")
    aside = [one["ticket"] for one in view.get("aside", ())]
    line = [one["ticket"] for one in view.get("line", ())]
    what = chance.random()
    if what < 0.45:
        saw = current["ticket"] if current else None
        return m.CallNext(ticket=saw if chance.random() < 0.7 else msgspec.UNSET)
    if what < 0.55 and aside:
        return m.ReturnTicket(chance.choice(aside))
    if what < 0.6 and aside + line:
        return m.CallTicket(chance.choice(aside + line))
    if what < 0.65:
        state: Any = chance.choice([m.OpenCounter, m.PauseCounter, m.CloseCounter])
        return cast(m.Command, state())
    if what < 0.72:
        return m.Transfer(*chance.choice(ELSEWHERE))
    deed: Any = chance.choice(DEEDS)
    return cast(m.Command, deed(ticket=current["ticket"] if current else None))


def over_the_hall(chance: random.Random, view: dict[str, Any], mine: list[TicketId]) -> m.Command:
    """A supervisor helps out at a counter, and now and then ends the day by mistake."""
    if view.get("day") is None:
        return m.OpenDay()
    what = chance.random()
    if what < 0.02:
        return m.CloseDay()
    desk = CounterNumber(chance.randint(1, 4))
    if what < 0.5:
        return m.CallNext(counter=desk)
    if mine and what < 0.6:
        return m.Cancel(chance.choice(mine))
    deed: Any = chance.choice(DEEDS)
    return cast(m.Command, deed(counter=desk))


def on_the_phone(chance: random.Random, view: dict[str, Any], mine: list[TicketId]) -> m.Command:
    """Whoever waits with a phone asks for ten minutes more, or goes home."""
    return m.Delay(mine[0]) if chance.random() < 0.7 else m.Cancel(mine[0])


WISHES: dict[Role, Wish] = {
    Role.KIOSK: at_kiosk,
    Role.COUNTER: at_counter,
    Role.SUPERVISOR: over_the_hall,
    Role.TICKET: on_the_phone,
}


async def live(client: Asker, chance: random.Random, pause_s: float) -> None:
    """Wish one thing after another until cancelled; a pause of up to `pause_s` between."""
    wish = WISHES[client.actor.role]
    mine = [client.actor.ticket] if client.actor.ticket is not None else []
    asked: list[tuple[m.Command, RequestId]] = []
    while True:
        command: m.Command
        if asked and chance.random() < AGAIN:
            command, request = chance.choice(asked)
            await client.ask(command, request)
        elif client.actor.role is Role.KIOSK and chance.random() < RUSH:
            crowd = [m.IssueTicket(chance.choice(SERVICES)) for _ in range(CROWD)]
            await asyncio.gather(*(client.ask(one) for one in crowd))
        else:
            command = wish(chance, client.view, mine)
            patience = chance.uniform(0, 0.02) if chance.random() < IMPATIENT else None
            try:
                async with asyncio.timeout(patience):
                    request, told = await client.ask(command)
            except TimeoutError:
                continue
            if isinstance(told, m.Result):
                asked.append((command, request))
                ticket = msgspec.json.decode(told.value).get("ticket")
                if ticket is not None and client.actor.ticket is None:
                    mine.append(ticket)
        await asyncio.sleep(chance.uniform(0, pause_s))
