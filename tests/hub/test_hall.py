"""The hall: commit before answer, one answer a request, recovery, the business day."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from hub.engine.concern import Concern
from hub.engine.display_views import display_view
from hub.engine.refusal import Refusal
from hub.hall import WORTH_A_COMMIT, Hall, Outcome
from hub.journal.base import Answer, Entry
from hub.journal.memory import MemoryJournal
from hub.journal.sqlite import SqliteJournal
from shared import messages as m
from shared.errors import StorageDamaged, StorageError, StorageFull
from shared.model import Instant, RequestId, TicketState
from tests.hub.hall_site import KIOSK, LAND, SITE, TRADE, at, officer


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = at("08:00")

    def __call__(self) -> Instant:
        return self.now


class SickJournal(MemoryJournal):
    """Keeps nothing while `ill`."""

    ill: StorageError | None = None

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        if self.ill is not None:
            raise self.ill
        super().append(entries, answers)

    def open_day(self) -> list[Entry]:
        if isinstance(self.ill, StorageDamaged):
            raise self.ill
        return super().open_day()


class SlowJournal(MemoryJournal):
    """Keeps nothing after the day's opening until `go_on`; says `entered` when it is asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.go_on = threading.Event(), threading.Event()

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        if self.last_seq():
            self.entered.set()
            self.go_on.wait(10)
        super().append(entries, answers)


@asynccontextmanager
async def serving(hall: Hall) -> AsyncIterator[Hall]:
    running = asyncio.create_task(hall.run())
    await hall.ready.wait()
    try:
        yield hall
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nobody but a test wants to be told."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


def fresh() -> RequestId:
    return RequestId(str(uuid.uuid4()))


def number(outcome: Outcome) -> str:
    assert isinstance(outcome, Answer), outcome
    return msgspec.json.decode(outcome.value, type=m.Issued).number


def code(outcome: Outcome) -> str:
    assert isinstance(outcome, Refusal), outcome
    return outcome.code


async def test_a_number_is_in_the_journal_before_it_is_answered() -> None:
    journal = MemoryJournal()
    kept_when_answered: list[int] = []
    async with serving(Hall(SITE, journal, Clock())) as hall:
        done = asyncio.Event()

        def reply(outcome: Outcome) -> None:
            kept_when_answered.append(journal.last_seq())
            done.set()

        hall.submit(KIOSK, fresh(), m.IssueTicket(LAND), reply)
        await done.wait()
    assert kept_when_answered == [2]


async def test_the_same_request_is_answered_alike_and_counts_once() -> None:
    journal = MemoryJournal()
    request = fresh()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        outcomes = await asyncio.gather(
            *(hall.ask(KIOSK, request, m.IssueTicket(LAND)) for _ in range(5))
        )
        assert {number(outcome) for outcome in outcomes} == {"A001"}
    async with serving(Hall(SITE, journal, Clock())) as hall:
        assert number(await hall.ask(KIOSK, request, m.IssueTicket(LAND))) == "A001"
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A002"


async def test_a_request_id_serves_one_wish_only() -> None:
    request = fresh()
    async with serving(Hall(SITE, MemoryJournal(), Clock())) as hall:
        await hall.ask(KIOSK, request, m.IssueTicket(LAND))
        for actor, command in ((KIOSK, m.IssueTicket(TRADE)), (officer(1), m.IssueTicket(LAND))):
            assert code(await hall.ask(actor, request, command)) == "request_id_reused"


async def test_commands_of_one_moment_become_one_transaction() -> None:
    sizes: list[int] = []

    class Counting(MemoryJournal):
        def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
            sizes.append(len(entries))
            super().append(entries, answers)

    async with serving(Hall(SITE, Counting(), Clock())) as hall:
        asked = [hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)) for _ in range(50)]
        numbers = [number(outcome) for outcome in await asyncio.gather(*asked)]
    assert numbers == [f"A{i:03d}" for i in range(1, 51)]
    assert sizes == [1, 50]


async def test_two_officers_pressing_next_at_once_get_two_people() -> None:
    async with serving(Hall(SITE, MemoryJournal(), Clock())) as hall:
        for _ in range(2):
            await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
        outcomes = await asyncio.gather(
            *(hall.ask(officer(n), fresh(), m.CallNext()) for n in (1, 2))
        )
    values = [
        msgspec.json.decode(o.value, type=m.Called) for o in outcomes if isinstance(o, Answer)
    ]
    assert {value.number for value in values} == {"A001", "A002"}


@pytest.mark.parametrize(
    ("ill", "expected"),
    [
        (StorageFull("no room"), "storage_full"),
        (StorageError("input/output error"), "storage_failed"),
        (StorageDamaged("malformed"), "storage_failed"),
    ],
)
async def test_what_cannot_be_kept_is_refused_and_the_hub_recovers_by_itself(
    ill: StorageError, expected: str
) -> None:
    journal = SickJournal()
    heard: list[Concern] = []
    async with serving(Hall(SITE, journal, Clock())) as hall:
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A001"
        hall.watch(heard.append)
        journal.ill = ill
        lost = fresh()
        asked = [hall.ask(KIOSK, r, m.IssueTicket(LAND)) for r in (lost, fresh())]
        assert {code(o) for o in await asyncio.gather(*asked)} == {expected}
        assert not hall.healthy
        assert heard == []
        assert code(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == expected
        unread = expected if isinstance(ill, StorageDamaged) else "nothing_in_hand"
        assert code(await hall.ask(officer(1), fresh(), m.Finish())) == unread
        assert not hall.healthy, "nothing was kept, so nothing has recovered"
        journal.ill = None
        assert number(await hall.ask(KIOSK, lost, m.IssueTicket(LAND))) == "A002"
        assert hall.healthy
        assert hall.state.totals[TicketState.WAITING] == 2


async def test_what_was_granted_before_the_trouble_is_not_refused_when_it_is_asked_again() -> None:
    journal = SickJournal()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        kept = fresh()
        granted = await hall.ask(KIOSK, kept, m.IssueTicket(LAND))
        journal.ill = StorageFull("no room")
        again, other, new = await asyncio.gather(
            hall.ask(KIOSK, kept, m.IssueTicket(LAND)),
            hall.ask(KIOSK, kept, m.IssueTicket(TRADE)),
            hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)),
        )
        assert again == granted
        assert (code(other), code(new)) == ("request_id_reused", "storage_full")


async def test_two_batches_under_way_are_lost_together_and_found_again() -> None:
    entered, go_on = threading.Event(), threading.Event()

    class Slow(SickJournal):
        def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
            if self.ill is not None:
                entered.set()
                go_on.wait(10)
            super().append(entries, answers)

    journal = Slow()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
        journal.ill = StorageFull("no room")
        first = asyncio.create_task(hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)))
        await asyncio.to_thread(entered.wait, 10)
        requests = [fresh() for _ in range(WORTH_A_COMMIT)]
        second = [asyncio.create_task(hall.ask(KIOSK, r, m.IssueTicket(LAND))) for r in requests]
        await until(lambda: len(hall._under_way) == 2)
        go_on.set()
        assert {code(o) for o in await asyncio.gather(first, *second)} == {"storage_full"}
        assert hall.seq == hall.state.seq == journal.last_seq() == 2
        journal.ill = None
        again = [hall.ask(KIOSK, request, m.IssueTicket(LAND)) for request in requests]
        numbers = [number(outcome) for outcome in await asyncio.gather(*again)]
    assert numbers == [f"A{i:03d}" for i in range(2, WORTH_A_COMMIT + 2)]


async def test_a_request_repeated_while_it_is_under_way_counts_once() -> None:
    journal = SlowJournal()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        request = fresh()
        first = asyncio.create_task(hall.ask(KIOSK, request, m.IssueTicket(LAND)))
        await asyncio.to_thread(journal.entered.wait, 10)
        others = [request, *(fresh() for _ in range(WORTH_A_COMMIT))]
        rest = [asyncio.create_task(hall.ask(KIOSK, r, m.IssueTicket(LAND))) for r in others]
        await until(lambda: len(hall._under_way) == 2)
        journal.go_on.set()
        numbers = [number(outcome) for outcome in await asyncio.gather(first, *rest)]
    assert numbers[:3] == ["A001", "A001", "A002"]


async def test_a_bug_in_the_writer_ends_the_hub() -> None:
    class Buggy(MemoryJournal):
        def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
            raise ValueError("a gap")

    running = asyncio.create_task(Hall(SITE, Buggy(), Clock()).run())
    with pytest.raises(ExceptionGroup) as ended:
        await running
    assert ended.group_contains(RuntimeError, match="writer failed")


async def test_a_restart_on_a_real_database_goes_on_where_it_stopped(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path)
    try:
        async with serving(Hall(SITE, journal, Clock())) as hall:
            first = await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
            assert number(first) == "A001"
        async with serving(Hall(SITE, journal, Clock())) as again:
            assert again.seq == 2
            assert number(await again.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A002"
    finally:
        journal.close()


async def test_health_comes_back_without_anybody_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.hall.DAY_CHECK_S", 0.01)
    journal = SickJournal()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        journal.ill = StorageFull("no room")
        assert code(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "storage_full"
        journal.ill = None
        await until(lambda: hall.healthy)
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A001"


async def test_a_day_that_ends_with_people_waiting_tells_everyone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.hall.DAY_CHECK_S", 0.01)
    clock = Clock()
    heard: list[Concern] = []
    async with serving(Hall(SITE, MemoryJournal(), clock, always_open=True)) as hall:
        for _ in range(3):
            await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
        await hall.ask(officer(1), fresh(), m.CallNext())
        hall.watch(heard.append)
        clock.now = at("00:00", "2026-11-24")
        await until(lambda: hall.state.day == "2026-11-24" and bool(heard))
        assert heard == [Concern(everyone=True)]
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A001"


async def test_a_hub_that_was_off_overnight_opens_the_next_day(tmp_path: Path) -> None:
    clock = Clock()
    journal = SqliteJournal(tmp_path)
    try:
        async with serving(Hall(SITE, journal, clock)) as hall:
            await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
        clock.now = at("07:20", "2026-11-24")
        async with serving(Hall(SITE, journal, clock)) as hall:
            assert hall.state.day == "2026-11-24"
            assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A001"
    finally:
        journal.close()


async def test_nobody_sees_what_is_not_yet_on_disk() -> None:
    async with serving(Hall(SITE, MemoryJournal(), Clock())) as hall:
        seen: list[tuple[int, int]] = []

        def look() -> None:
            board = display_view(hall.state, "display-1", at("08:00"))
            seen.append((hall.seq, sum(line.count for line in board.waiting)))

        asked = asyncio.create_task(hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)))
        while hall.seq == 1:
            hall.when_settled(look)
            await asyncio.sleep(0)
        await asked
        hall.when_settled(look)
    assert set(seen) == {(1, 0), (2, 1)}


async def test_midnight_closes_the_day_and_the_morning_starts_at_one() -> None:
    clock, journal = Clock(), MemoryJournal()
    async with serving(Hall(SITE, journal, clock)) as hall:
        await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))
    clock.now = at("00:00", "2026-11-24")
    async with serving(Hall(SITE, journal, clock)) as hall:
        assert hall.state.day is None
    clock.now = at("07:20", "2026-11-24")
    async with serving(Hall(SITE, journal, clock)) as hall:
        assert hall.state.day == "2026-11-24"
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A001"
    clock.now = at("08:00", "2026-11-23")
    async with serving(Hall(SITE, journal, clock)) as hall:
        assert hall.state.day == "2026-11-24"
        assert number(await hall.ask(KIOSK, fresh(), m.IssueTicket(LAND))) == "A002"


async def test_an_exchange_that_is_given_up_before_it_began_leaves_wishes_granted() -> None:
    journal, swapped = SlowJournal(), list[None]()
    async with serving(Hall(SITE, journal, Clock())) as hall:
        first = asyncio.create_task(hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)))
        await asyncio.to_thread(journal.entered.wait, 10)
        exchanging = asyncio.create_task(hall.exchange(lambda: swapped.append(None)))
        await until(lambda: hall._exchanging_since is not None)
        second = asyncio.create_task(hall.ask(KIOSK, fresh(), m.IssueTicket(LAND)))
        exchanging.cancel()
        await asyncio.gather(exchanging, return_exceptions=True)
        journal.go_on.set()
        async with asyncio.timeout(10):
            assert [number(one) for one in await asyncio.gather(first, second)] == ["A001", "A002"]
        assert (swapped, hall.keeping_s) == ([], 0)
