"""Simulated people use the hall as people do, through the real protocol."""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from deploy.hall.crowd import STAFFED, WISHES, Crowd
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.site import Site
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.realtime import Live
from shared.messages import Hello
from shared.model import CounterNumber, Instant, Role
from shared.settings import load

SITE = load(Path(__file__).resolve().parents[2] / "config" / "site.toml", Site)
NOW = Instant(1_795_400_000_000)


def admit(hello: Hello, cookies: Mapping[str, str], address: str) -> Actor | Refusal:
    credential = hello.credential or ""
    counter = CounterNumber(int(credential)) if hello.role is Role.COUNTER else None
    return Actor(hello.role, f"{hello.role}-{credential}", counter)


def test_every_wish_of_the_crowd_is_a_service_that_a_simulated_officer_serves() -> None:
    served = {service for counter in STAFFED for service in SITE.services_of[counter]}
    assert set(WISHES) | {"nhan-ket-qua"} <= served


async def test_citizens_take_numbers_and_officers_call_and_serve_them() -> None:
    journal = MemoryJournal()
    hall = Hall(SITE, journal, lambda: NOW, always_open=True)
    live = Live(hall, admit, lambda: NOW)
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    officers = {counter: str(counter) for counter in STAFFED}
    crowd = Crowd(address, "1", officers, random.Random(7))
    pump = asyncio.create_task(hall.run())
    await asyncio.wait_for(hall.ready.wait(), 10)
    await live.start(listener)
    play = asyncio.create_task(crowd.run(20, pace=0.002))
    wanted = {"ticket_called", "ticket_recalled", "ticket_finished", "ticket_no_show"}
    try:
        async with asyncio.timeout(30):
            while not wanted <= {entry.kind for entry in journal.entries()}:
                assert not play.done()
                await asyncio.sleep(0.02)
    finally:
        for task in (play, pump):
            task.cancel()
        await asyncio.wait({play, pump})
        await live.stop()
    issued = [entry for entry in journal.entries() if entry.kind == "ticket_issued"]
    assert {entry.request_id for entry in issued} <= crowd.citizens.wishes
    kinds = Counter(entry.kind for entry in journal.entries())
    assert kinds["counter_opened"] == len(STAFFED)
