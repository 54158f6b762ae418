"""Printer and print service fail in every way; each test is named by its pass rule.

Real cupsd, real backend, real kiosk device; the printer is emulated, on TCP or by a device file.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from deploy.hall.cups import PrivateCups
from deploy.hall.printer import ThermalEmulator
from kiosk import paper
from kiosk.devices.cups_queue import connect, our_jobs
from kiosk.devices.printer import CupsPrinter
from kiosk.paper import PrintOutcome
from kiosk.papers import report
from kiosk.ticket_layout import draw
from shared.messages import PrinterState as State, PrintFailed, TicketPrinted, TicketSent
from tests.paper import a_paper, cups_in, cups_server, needs_cups

__all__ = ["cups_server"]

pytestmark = needs_cups

KNOWN_WITHIN_S = 1.0
KILLS = 6
"""Of CUPS, at random moments."""

Switch = Callable[[ThermalEmulator], None]
OUT, IN = ThermalEmulator.paper_out, ThermalEmulator.paper_in
LOW = ThermalEmulator.paper_low
OPEN, SHUT = ThermalEmulator.open_cover, ThermalEmulator.close_cover
FAIL, MEND = ThermalEmulator.fail, ThermalEmulator.mend
OFF, ON, UNPLUG = ThermalEmulator.off, ThermalEmulator.on, ThermalEmulator.unplug


class Kiosk:
    """A kiosk's printer, watched, and somebody who takes numbers at it."""

    def __init__(self, printer: CupsPrinter, emulator: ThermalEmulator) -> None:
        self.printer = printer
        self.emulator = emulator
        self.waits = True
        self.told: list[tuple[float, State]] = []

    def hears(self, state: State) -> None:
        self.told.append((time.monotonic(), state))

    def takes(self, number: str = "A001") -> "asyncio.Task[PrintOutcome]":
        """Take a number; its paper is on its way."""
        ticket = a_paper(number, f"id-{number}")
        return asyncio.create_task(self.printer.print(ticket, lambda: self.waits))

    async def knows(self, state: State, since: float = 0.0) -> float:
        """Wait until that is the newest told state; gives the seconds from `since` on."""
        await until(lambda: bool(self.told) and self.told[-1][1] is state, f"{state} is known")
        return self.told[-1][0] - since

    async def in_the_middle(self) -> None:
        """Wait until a part of the ticket is on paper."""
        await until(lambda: len(self.emulator._rows) > 3, "printing has begun")

    @property
    def papers(self) -> int:
        return self.emulator.printed


async def until(condition: Callable[[], bool], what: str, within_s: float = 15.0) -> None:
    end = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < end, f"not in time: {what}"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def kiosk_at(
    server: PrivateCups,
    emulator: ThermalEmulator,
    folder: Path,
    *,
    uri: str = "",
    patience_s: float = 12.0,
) -> AsyncIterator[Kiosk]:
    uri = uri or f"motcua-escpos://127.0.0.1:{emulator.port}/?within=120"
    queue = server.add_queue(f"ve-{emulator.port}-{folder.name}"[:60], uri)
    printer = CupsPrinter(
        queue, folder=folder / "data", server=str(server.socket), patience_s=patience_s
    )
    kiosk = Kiosk(printer, emulator)
    watching = asyncio.create_task(printer.watch(kiosk.hears))
    try:
        yield kiosk
    finally:
        watching.cancel()
        emulator.slow(0)
        await asyncio.to_thread(printer.close)
        assert [error for error in emulator.errors if "hung up" not in error] == []


@pytest.fixture(params=["network", "usb"])
async def kiosk(
    request: pytest.FixtureRequest, cups_server: PrivateCups, tmp_path: Path
) -> AsyncIterator[Kiosk]:
    device, uri = None, ""
    if request.param == "usb":
        device = cups_server.socket.parent / f"lp-{tmp_path.name}"
        uri = f"motcua-escpos://{device}?within=120"
    with ThermalEmulator(tmp_path / "paper", device=device) as emulator:
        async with kiosk_at(cups_server, emulator, tmp_path, uri=uri) as one:
            yield one


# --- known within a second ---------------------------------------------------------------

IDLE = [
    (LOW, IN, State.LOW),
    (OUT, IN, State.NO_PAPER),
    (OPEN, SHUT, State.COVER_OPEN),
    (FAIL, MEND, State.FAULT),
    (OFF, ON, State.OFF),
    (UNPLUG, ON, State.OFF),
]


@pytest.mark.parametrize(("spoil", "mend", "state"), IDLE)
async def test_between_tickets_trouble_and_its_end_are_known_within_1_s(
    kiosk: Kiosk, spoil: Switch, mend: Switch, state: State
) -> None:
    await kiosk.knows(State.READY)
    for switch, expected in ((spoil, state), (mend, State.READY)):
        at = time.monotonic()
        switch(kiosk.emulator)
        assert await kiosk.knows(expected, at) < KNOWN_WITHIN_S


@pytest.mark.parametrize(
    ("spoil", "mend", "state"),
    [(OUT, IN, State.NO_PAPER), (OPEN, SHUT, State.COVER_OPEN), (FAIL, MEND, State.FAULT)],
)
async def test_in_the_middle_of_a_ticket_trouble_is_known_within_1_s_and_one_paper_comes_after_it(
    kiosk: Kiosk, spoil: Switch, mend: Switch, state: State
) -> None:
    kiosk.emulator.slow(2)
    asked = kiosk.takes()
    await kiosk.in_the_middle()
    at = time.monotonic()
    spoil(kiosk.emulator)
    assert await kiosk.knows(state, at) < KNOWN_WITHIN_S
    kiosk.emulator.slow(0)
    mend(kiosk.emulator)
    assert report(await asked) == TicketPrinted(a_paper("A001", "id-A001").ticket)
    assert kiosk.papers == 1
    await kiosk.knows(State.READY)


# --- once after the refill ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "mend", "code"),
    [
        (OUT, IN, paper.NO_PAPER),
        (OPEN, SHUT, paper.COVER_OPEN),
        (FAIL, MEND, paper.PRINTER_FAULT),
        (OFF, ON, paper.PRINTER_OFF),
    ],
)
async def test_whoever_waits_gets_one_paper_after_the_refill_and_whoever_has_gone_gets_none(
    kiosk: Kiosk, spoil: Switch, mend: Switch, code: str
) -> None:
    await kiosk.knows(State.READY)
    spoil(kiosk.emulator)
    asked = kiosk.takes("A001")
    await kiosk.knows(State(code))
    await asyncio.sleep(2.5)  # longer than trouble lasts for a paper that nobody waits for
    assert not asked.done()
    mend(kiosk.emulator)
    assert (await asked).code == paper.OK
    assert kiosk.papers == 1

    spoil(kiosk.emulator)
    asked = kiosk.takes("A002")
    await kiosk.knows(State(code))
    kiosk.waits = False
    outcome = await asked
    assert report(outcome) == PrintFailed(outcome.ticket, code)
    mend(kiosk.emulator)
    await kiosk.knows(State.READY)
    assert (await kiosk.takes("A003")).printed
    assert kiosk.papers == 2


async def test_a_paper_older_than_its_age_is_dropped_by_the_backend_though_the_kiosk_is_dead(
    cups_server: PrivateCups, tmp_path: Path
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator:
        uri = f"motcua-escpos://127.0.0.1:{emulator.port}/?within=1"
        async with kiosk_at(cups_server, emulator, tmp_path, uri=uri) as kiosk:
            emulator.paper_out()
            assert (await kiosk.takes()).code == paper.NO_PAPER
            emulator.paper_in()
            assert (await kiosk.takes("A002")).printed
            assert kiosk.papers == 1


# --- power lost in the middle ------------------------------------------------------------


@pytest.mark.parametrize("cut", [OFF, UNPLUG])
async def test_power_lost_in_the_middle_is_never_called_printed_and_nothing_comes_later(
    kiosk: Kiosk, cut: Switch
) -> None:
    kiosk.emulator.slow(2)
    asked = kiosk.takes("A001")
    await kiosk.in_the_middle()
    at = time.monotonic()
    cut(kiosk.emulator)
    assert await kiosk.knows(State.OFF, at) < KNOWN_WITHIN_S
    kiosk.emulator.slow(0)
    kiosk.emulator.on()
    outcome = await asked
    assert report(outcome) == PrintFailed(outcome.ticket, paper.UNCONFIRMED)
    await kiosk.knows(State.READY)
    assert (await kiosk.takes("A002")).printed
    assert kiosk.papers == 1, "A002, and A001 not after it"


# --- CUPS killed -------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(KILLS))
async def test_a_cups_killed_at_any_moment_prints_at_most_once_and_printed_means_out(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    with ThermalEmulator(tmp_path / "paper") as emulator, cups_in(tmp_path / "cups") as server:
        async with kiosk_at(server, emulator, tmp_path) as kiosk:
            await kiosk.knows(State.READY)
            emulator.slow(chance.choice([0, 0.5, 1.5]))
            asked = kiosk.takes("A001")
            await asyncio.sleep(chance.uniform(0, 1.2))
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(server.start)
            emulator.slow(0)
            outcome = await asyncio.wait_for(asked, 30)
            first = kiosk.papers
            assert first <= 1
            assert not outcome.printed or first == 1
            await until(
                lambda: not our_jobs(connect(str(server.socket)), kiosk.printer.queue), "no job"
            )
            assert (await kiosk.takes("A002")).printed
            assert kiosk.papers == first + 1


async def test_a_cups_killed_in_the_middle_says_printed_when_it_is_back_and_prints_nothing_again(
    tmp_path: Path,
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator, cups_in(tmp_path / "cups") as server:
        async with kiosk_at(server, emulator, tmp_path) as kiosk:
            emulator.slow(1)
            asked = kiosk.takes()
            await kiosk.in_the_middle()
            await asyncio.to_thread(server.kill)
            await kiosk.knows(State.NO_SERVICE)
            assert await asyncio.to_thread(emulator.wait_printed, 1)
            await asyncio.to_thread(server.start)
            assert (await asked).code == paper.OK
            await kiosk.knows(State.READY)
            assert kiosk.papers == 1


async def test_a_cups_killed_while_a_ticket_waits_for_paper_prints_it_once_after_the_refill(
    tmp_path: Path,
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator, cups_in(tmp_path / "cups") as server:
        async with kiosk_at(server, emulator, tmp_path) as kiosk:
            await kiosk.knows(State.READY)
            emulator.paper_out()
            asked = kiosk.takes()
            await kiosk.knows(State.NO_PAPER)
            await asyncio.to_thread(server.kill)
            await kiosk.knows(State.NO_SERVICE)
            await asyncio.to_thread(server.start)
            emulator.paper_in()
            assert (await asked).code == paper.OK
            await asyncio.sleep(0.5)  # the backend of the dead CUPS has had its chance
            assert kiosk.papers == 1


async def test_an_idle_cups_that_dies_is_known_within_1_s_and_so_is_its_return(
    tmp_path: Path,
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator, cups_in(tmp_path / "cups") as server:
        async with kiosk_at(server, emulator, tmp_path) as kiosk:
            await kiosk.knows(State.READY)
            for switch, state in ((server.kill, State.NO_SERVICE), (server.start, State.READY)):
                await asyncio.to_thread(switch)
                at = time.monotonic()
                assert await kiosk.knows(state, at) < KNOWN_WITHIN_S


# --- slow, mute, one line ----------------------------------------------------------------


async def test_a_slow_printer_is_waited_for_while_it_gets_on_within_its_patience(
    kiosk: Kiosk,
) -> None:
    kiosk.emulator.slow(4)
    assert (await kiosk.takes()).printed
    assert kiosk.papers == 1
    assert {state for _, state in kiosk.told} <= {State.READY}, "slow is no trouble"


async def test_a_printer_slower_than_its_patience_is_emptied_and_the_next_paper_is_whole(
    cups_server: PrivateCups, tmp_path: Path
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator:
        async with kiosk_at(cups_server, emulator, tmp_path, patience_s=1.5) as kiosk:
            emulator.slow(20)
            outcome = await kiosk.takes("A001")
            assert report(outcome) == PrintFailed(outcome.ticket, paper.TIMEOUT)
            emulator.slow(0)
            assert (await kiosk.takes("A002")).printed
            [one] = emulator.tickets()
            assert one["height"] == draw(a_paper("A002", "id-A002")).height


async def test_a_printer_that_answers_nothing_is_told_to_be_mute_and_its_tickets_are_only_sent(
    cups_server: PrivateCups, tmp_path: Path
) -> None:
    with ThermalEmulator(tmp_path / "paper", mute=True) as emulator:
        async with kiosk_at(cups_server, emulator, tmp_path) as kiosk:
            await kiosk.knows(State.MUTE)
            for number in ("A001", "A002"):
                outcome = await kiosk.takes(number)
                assert report(outcome) == TicketSent(outcome.ticket)
            assert await asyncio.to_thread(emulator.wait_printed, 2)
            emulator.paper_out()
            outcome = await kiosk.takes("A003")
            assert not outcome.printed, "it cannot know, and does not say that it does"


async def test_a_clone_in_the_place_of_a_printer_that_answered_is_off_at_first_and_then_mute(
    cups_server: PrivateCups, tmp_path: Path
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator:
        async with kiosk_at(cups_server, emulator, tmp_path) as kiosk:
            assert (await kiosk.takes("A001")).printed
            await kiosk.knows(State.READY)
            emulator._mute = True
            await kiosk.knows(State.OFF)
            outcome = await kiosk.takes("A002")
            assert report(outcome) == TicketSent(outcome.ticket)
            await kiosk.knows(State.MUTE)
            assert report(await kiosk.takes("A003")) == TicketSent(a_paper("", "id-A003").ticket)
            assert kiosk.papers == 3


async def test_a_plain_queue_that_asks_nobody_is_never_called_printed(
    cups_server: PrivateCups, tmp_path: Path
) -> None:
    with ThermalEmulator(tmp_path / "paper") as emulator:
        uri = f"socket://127.0.0.1:{emulator.port}/?waiteof=false&snmp=false"
        async with kiosk_at(cups_server, emulator, tmp_path, uri=uri) as kiosk:
            await kiosk.knows(State.MUTE)
            outcome = await kiosk.takes()
            assert report(outcome) == TicketSent(outcome.ticket)


async def test_looking_after_the_printer_never_keeps_a_ticket_from_its_one_line(
    kiosk: Kiosk,
) -> None:
    await kiosk.knows(State.READY)
    for number in range(12):
        assert (await kiosk.takes(f"A{number:03d}")).printed
        await asyncio.sleep(random.Random(number).uniform(0, 0.4))
    assert kiosk.papers == 12
    assert {state for _, state in kiosk.told} == {State.READY}
