"""The hub's clock is wrong, or its time zone: one business day after another, and nothing twice."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hub.engine import events as e
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.site import Site
from hub.hall import Hall
from hub.journal.sqlite import SqliteJournal
from hub.steady import BELIEVED_AFTER_MS, SteadyClock
from shared import messages as m
from shared.model import Instant, RequestId
from tests.faults.case import Case, gather
from tests.faults.checker import faults
from tests.faults.history import History
from tests.hub.hall_site import KIOSK, LAND, SITE, TRADE, at, officer

SUNDAY, MONDAY, TUESDAY, WEDNESDAY = "2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25"
FRIDAY, SATURDAY = "2026-11-27", "2026-11-28"
LOOKS = 3
"""The hub looks at the clock whether a day is due; after so many looks it has done what it does."""


class Centre:
    """A hall over many starts on one journal, whose clock and time zone the test sets."""

    def __init__(self, folder: Path, now: Instant, *, always_open: bool = False) -> None:
        self.folder = folder
        self.now = now
        self.always_open = always_open
        self.history = History()
        self.lasted_ms = 0
        self._looks = 0

    def clock(self) -> Instant:
        self._looks += 1
        return self.now

    def boot(self) -> int:
        """What no clock changes; the time that the test lets pass."""
        return self.lasted_ms

    @contextlib.asynccontextmanager
    async def open(self, site: Site = SITE) -> AsyncIterator[Hall]:
        """One start of the hub."""
        with contextlib.closing(SqliteJournal(self.folder)) as journal:
            steady = SteadyClock(self.clock, self.boot)
            hall = Hall(site, journal, steady, always_open=self.always_open)
            serving = asyncio.create_task(hall.run())
            await hall.ready.wait()
            try:
                yield hall
            finally:
                serving.cancel()
                await asyncio.wait({serving})

    async def set(self, now: Instant, *, believed: bool = True) -> None:
        """The clock says something else, and the hub has seen it; long enough to be believed, or
        only just."""
        self.now = now
        await self._seen()
        if believed:
            self.lasted_ms += BELIEVED_AFTER_MS
            self.now = Instant(now + BELIEVED_AFTER_MS)
            await self._seen()

    async def _seen(self) -> None:
        seen = self._looks + LOOKS
        async with asyncio.timeout(10):
            while self._looks < seen:  # noqa: ASYNC110 (nobody else wants to be told)
                await asyncio.sleep(0.001)

    async def work(self, hall: Hall) -> list[str]:
        """Three numbers are taken and one is served; gives the numbers."""
        told = [
            await self.ask(hall, KIOSK, m.IssueTicket(service)) for service in (LAND, TRADE, LAND)
        ]
        for command in (m.CallNext(), m.StartService(), m.Finish()):
            await self.ask(hall, officer(1), command)
        return [msgspec.json.decode(one, type=m.Issued).number for one in told]

    async def ask(self, hall: Hall, actor: Actor, command: m.Command) -> str:
        request = RequestId(str(uuid.uuid4()))
        self.history.actors[actor.name] = actor
        self.history.invoke(actor.name, request, command)
        outcome = await hall.ask(actor, request, command)
        assert not isinstance(outcome, Refusal), outcome
        self.history.ok(actor.name, request, outcome.seq, outcome.value)
        return outcome.value

    def case(self, *but: str) -> Case:
        """The journal so far, which must be sound by every rule but those."""
        case = gather(self.history, self.folder, always_open=self.always_open)
        found = [fault for fault in faults(case) if not fault.startswith(but)]
        assert not found, found
        return case

    def days(self, *but: str) -> list[str]:
        """The business days that were opened, in order, in a journal that is sound."""
        written = [event for _entry, event in self.case(*but).written]
        return [event.day for event in written if isinstance(event, e.DayOpened)]


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.hall.DAY_CHECK_S", 0.005)


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (MONDAY, TUESDAY),
        (MONDAY, SUNDAY),
        (FRIDAY, SATURDAY),  # a day off, on which a day that is open is due to be closed
        (MONDAY, "2027-11-23"),
    ],
    ids=["a day on", "a day back", "into the weekend", "a year on"],
)
async def test_a_clock_that_jumps_for_a_while_costs_nobody_their_place(
    tmp_path: Path, day: str, wrong: str
) -> None:
    centre = Centre(tmp_path, at("09:00", day))
    async with centre.open() as hall:
        got = await centre.work(hall)
        waiting = len(hall.state.line(TRADE)) + len(hall.state.line(LAND))
        for moment in (at("09:00", wrong), at("09:00", day)) * 3:
            await centre.set(moment, believed=False)
            assert len(hall.state.line(TRADE)) + len(hall.state.line(LAND)) == waiting
        got += await centre.work(hall)
        assert hall.state.day == day
    assert got == ["A001", "B001", "A002", "A003", "B002", "A004"]
    case = centre.case()
    assert centre.days() == [day]
    assert not [one for _entry, one in case.written if isinstance(one, e.TicketCancelled)]
    noon = at("12:00", day)
    assert all(abs(entry.at - noon) < 12 * 3_600_000 for entry, _event in case.written)


@pytest.mark.parametrize("wrong", ["08:00", "10:00"], ids=["an hour back", "an hour on"])
@pytest.mark.parametrize("restarts", [False, True], ids=["while it runs", "between two starts"])
async def test_a_clock_an_hour_off_changes_no_day_and_no_number(
    tmp_path: Path, wrong: str, restarts: bool
) -> None:
    centre = Centre(tmp_path, at("09:00"))
    got = []
    async with centre.open() as hall:
        epoch = hall.epoch
        got += await centre.work(hall)
        if not restarts:
            for now in (wrong, "09:01"):
                await centre.set(at(now))
                got += await centre.work(hall)
    if restarts:
        for now in (wrong, "09:01"):
            centre.now = at(now)
            async with centre.open() as hall:
                got += await centre.work(hall)
    assert got == ["A001", "B001", "A002", "A003", "B002", "A004", "A005", "B003", "A006"]
    assert centre.days() == [MONDAY]
    assert centre.case().epoch == epoch


@pytest.mark.parametrize("restarts", [False, True], ids=["while it runs", "between two starts"])
async def test_a_clock_a_day_back_and_right_again_opens_no_second_day(
    tmp_path: Path, restarts: bool
) -> None:
    centre = Centre(tmp_path, at("09:00", TUESDAY))
    async with centre.open() as hall:
        await centre.work(hall)
        if not restarts:
            await centre.set(at("09:00", MONDAY))
            assert await centre.work(hall) == ["A003", "B002", "A004"]
    centre.now = at("09:00", MONDAY) if restarts else at("09:05", TUESDAY)
    async with centre.open() as hall:
        got = await centre.work(hall)
        assert got[0] == ("A003" if restarts else "A005")
        await centre.set(at("09:10", TUESDAY))
        await centre.work(hall)
        assert hall.state.day == TUESDAY
    assert centre.days() == [TUESDAY]


async def test_a_clock_a_day_on_and_right_again_opens_each_day_once(tmp_path: Path) -> None:
    centre = Centre(tmp_path, at("09:00", MONDAY))
    async with centre.open() as hall:
        await centre.work(hall)
        await centre.set(at("09:00", TUESDAY))
        assert (await centre.work(hall))[0] == "A001"
        await centre.set(at("09:01", MONDAY))  # put right: Tuesday has begun, and goes on
        assert (await centre.work(hall))[0] == "A003"
    centre.now = at("09:00", TUESDAY)
    async with centre.open() as hall:
        assert (await centre.work(hall))[0] == "A005"
        await centre.set(at("09:00", WEDNESDAY))
        assert (await centre.work(hall))[0] == "A001"
    assert centre.days() == [MONDAY, TUESDAY, WEDNESDAY]


async def test_a_clock_that_wavers_around_midnight_opens_each_day_once(tmp_path: Path) -> None:
    centre = Centre(tmp_path, at("23:59:58", MONDAY), always_open=True)
    async with centre.open() as hall:
        assert (await centre.work(hall))[0] == "A001"
        await centre.set(at("00:00:01", TUESDAY))
        assert (await centre.work(hall))[0] == "A001"
        await centre.set(at("23:59:59", MONDAY))
        assert (await centre.work(hall))[0] == "A003"
    async with centre.open() as hall:
        assert (await centre.work(hall))[0] == "A005"
        await centre.set(at("00:00:02", TUESDAY))
        assert (await centre.work(hall))[0] == "A007"
    assert centre.days() == [MONDAY, TUESDAY]


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("America/New_York", [TUESDAY]),  # Monday there, and Monday is not opened after Tuesday
        ("Asia/Tokyo", [TUESDAY]),
        ("Pacific/Auckland", [TUESDAY, WEDNESDAY]),  # Wednesday there, and it stays Wednesday
    ],
)
async def test_another_time_zone_between_two_starts_opens_no_day_twice(
    tmp_path: Path, zone: str, days: list[str]
) -> None:
    centre = Centre(tmp_path, at("21:00", TUESDAY), always_open=True)
    elsewhere = msgspec.structs.replace(SITE, timezone=zone)
    got = []
    for site in (SITE, elsewhere, SITE):
        async with centre.open(site) as hall:
            got.append((await centre.work(hall))[0])
            assert hall.state.day == days[-1] or site is SITE
    assert got == (["A001", "A003", "A005"] if len(days) == 1 else ["A001", "A001", "A003"])
    # The model lives in one time zone, and would open Auckland's Wednesday three hours later.
    assert centre.days("the_simple_model_does_the_same") == days
