"""What screens and phones are told of dossiers, and that failures with digits tell nothing."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from hub.dossiers import lookup as lookups
from hub.dossiers.base import Dossier, Found, NotFound, Unavailable
from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Asker, Lookup
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.settings import EOneStopSettings, LookupLimits
from shared import messages as m
from shared.dossiers import DossierState
from shared.model import CounterNumber, Instant, RequestId, Role, TicketId
from shared.procedures import Catalogue
from tests.hub.hall_site import LAND, SITE, at

CATALOGUE = Catalogue(
    tuple(m.Procedure(f"1.{n:06d}", f"Thủ tục {n}", "Sở", LAND) for n in range(45))
)
KIOSK = Actor(Role.KIOSK, "kiosk-1")
OFFICER = Actor(Role.COUNTER, "Hoa", CounterNumber(1))
CODE, DIGITS = "H41.15-261110-0042", "1234"
WRONG = m.DossierNotFound(digits=True)


def code(number: int) -> str:
    return f"H41.15-261111-{number:04d}"


def dossier(one: str = CODE, **changes: Any) -> Dossier:
    made = Dossier(
        code=one,
        procedure_code="1.000007",
        procedure="Đăng ký biến động",
        state=DossierState.FINISHED,
        received=at("08:00", "2026-11-10"),
        due=at("17:00", "2026-11-25"),
        done=None,
        unit="Sở",
        name="Nguyễn Văn An",
        tails=frozenset({DIGITS, "0987"}),
    )
    return msgspec.structs.replace(made, **changes)


class Time:
    """Virtual time: who sleeps moves it."""

    def __init__(self) -> None:
        self.s = 0.0

    def elapsed(self) -> float:
        return self.s

    def clock(self) -> Instant:
        return Instant(at("09:00") + round(self.s * 1000))

    async def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.s += seconds


class Jittery(FakeDossiers):
    """Takes its time as `draw` says, and keeps answers for a minute, as the client does."""

    def __init__(self, *dossiers: Dossier, time: Time, draw: Callable[[], float] = lambda: 0.0):
        super().__init__({one.code: one for one in dossiers}, clock=time.clock)
        self.time = time
        self.draw = draw
        self.kept: dict[str, tuple[float, Found | NotFound]] = {}

    async def look_up(self, code: str) -> Found | NotFound | Unavailable:
        kept = self.kept.get(code)
        if kept is not None and self.time.s - kept[0] < 60:
            return kept[1]
        await self.time.sleep(self.draw())
        found = await super().look_up(code)
        if not isinstance(found, Unavailable):
            self.kept[code] = (self.time.s, found)
        return found


def desk(
    dossiers: FakeDossiers | None, time: Time, meter: Metrics | None = None, **figures: int
) -> Lookup:
    limits = msgspec.structs.replace(LookupLimits(), **figures)
    hall = Hall(SITE, MemoryJournal(), time.clock)
    options = {"meter": meter, "elapsed": time.elapsed, "sleep": time.sleep}
    return Lookup(hall, dossiers, lambda: CATALOGUE, limits, time.clock, **options)  # type: ignore[arg-type]


def asker(number: int = 1, *, phone: bool = False) -> Asker:
    return Asker(f"device {number}", f"10.0.0.{number % 200}", phone=phone)


def why(outcome: m.Finding | Refusal) -> str:
    assert isinstance(outcome, Refusal), outcome
    assert outcome.reason
    return outcome.code


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.001)


@pytest.fixture
def clock() -> Time:
    return Time()


# --- the plain answers -------------------------------------------------------------------


async def test_a_code_alone_tells_where_it_stands_and_not_whose_it_is(clock: Time) -> None:
    found = await desk(Jittery(dossier(), time=clock), clock).dossier(asker(), CODE, None)
    assert isinstance(found, m.DossierFound)
    assert (found.dossier.state, found.dossier.applicant) == (DossierState.FINISHED, None)
    assert found.dossier.service == LAND


@pytest.mark.parametrize("digits", [DIGITS, "0987"])
async def test_the_right_digits_tell_whose_it_is_masked(clock: Time, digits: str) -> None:
    found = await desk(Jittery(dossier(), time=clock), clock).dossier(asker(), CODE, digits)
    assert isinstance(found, m.DossierFound)
    assert found.dossier.applicant == "N***** V** A*"
    assert digits not in msgspec.json.encode(found).decode()
    assert clock.s == 0, "only failures wait"


async def test_a_code_is_asked_for_in_its_normal_form(clock: Time) -> None:
    fake = Jittery(dossier(), time=clock)
    found = await desk(fake, clock).dossier(asker(), " h41.15–261110–0042 ", None)
    assert isinstance(found, m.DossierFound)
    assert list(fake.asked) == [CODE]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("hello", None),
        ("", None),
        *((CODE, digits) for digits in ("", "123", "12345", "１２３４", "12a4", "1234\n")),
    ],
)
async def test_what_is_no_code_or_no_four_digits_is_never_asked(
    clock: Time, text: str, digits: str | None
) -> None:
    fake = Jittery(dossier(), time=clock)
    assert why(await desk(fake, clock).dossier(asker(), text, digits)) == "bad_code"
    assert fake.calls == 0


async def test_what_is_not_there_and_what_cannot_be_known_are_values(clock: Time) -> None:
    fake = Jittery(time=clock)
    asked = desk(fake, clock)
    assert await asked.dossier(asker(), CODE, None) == m.DossierNotFound()
    fake.down = Unavailable(at("08:59"), "timeout")
    since = m.DossierUnavailable("2026-11-23T08:59:00+07:00")
    assert await asked.dossier(asker(), code(1), None) == since
    assert await asked.dossier(asker(), code(2), DIGITS) == since


async def test_a_hub_without_an_e_one_stop_system_says_so(clock: Time) -> None:
    assert why(await desk(None, clock).dossier(asker(), CODE, None)) == "lookup_off"


# --- limits ------------------------------------------------------------------------------


async def test_five_hundred_phones_of_one_lobby_are_answered(clock: Time) -> None:
    fake = Jittery(*(dossier(code(n)) for n in range(1000)), time=clock)
    asked = desk(fake, clock)
    phones = [Asker(f"cookie {n}", "10.0.0.1", phone=True) for n in range(500)]
    for turn in range(2):
        answers = await asyncio.gather(
            *(asked.dossier(one, code(2 * n + turn), None) for n, one in enumerate(phones))
        )
        assert {type(answer) for answer in answers} == {m.DossierFound}


@pytest.mark.parametrize("at_once", [1, 50])
async def test_one_address_that_tries_code_after_code_is_stopped(clock: Time, at_once: int) -> None:
    fake = Jittery(time=clock)
    asked = desk(fake, clock)
    outcomes: list[m.Finding | Refusal] = []
    for first in range(0, 400, at_once):
        tries = range(first, first + at_once)
        outcomes += await asyncio.gather(
            *(asked.dossier(Asker(f"c{n}", "10.0.0.1", phone=True), code(n), None) for n in tries)
        )
    told = outcomes.count(m.DossierNotFound())
    assert 100 <= told < 100 + lookups.PHONES_AT_ONCE
    assert why(outcomes[-1]) == "too_many_lookups"
    assert fake.calls == told


async def test_phones_leave_room_for_kiosks_and_do_not_wait_for_ever(
    clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "PHONE_PATIENCE_S", 0.05)
    fake = FakeDossiers({CODE: dossier()})
    fake.gate = asyncio.Event()
    asked = desk(fake, clock)
    waiting = [
        asyncio.create_task(asked.dossier(asker(n, phone=True), code(n), None)) for n in range(20)
    ]
    late = waiting[lookups.PHONES_AT_ONCE :]
    assert set(await asyncio.gather(*late)) == {m.DossierUnavailable()}
    kiosk = asyncio.create_task(asked.dossier(asker(), CODE, None))
    await until(lambda: fake.waiting > lookups.PHONES_AT_ONCE)
    fake.gate.set()
    assert isinstance(await kiosk, m.DossierFound)
    assert set(await asyncio.gather(*waiting[: lookups.PHONES_AT_ONCE])) == {m.DossierNotFound()}


@pytest.mark.parametrize(("at_once", "phones"), [(3, 1), (5, 3), (8, 6), (64, 6)])
async def test_kiosks_keep_places_however_few_there_are(
    clock: Time, monkeypatch: pytest.MonkeyPatch, at_once: int, phones: int
) -> None:
    monkeypatch.setattr(lookups, "PHONE_PATIENCE_S", 0.05)
    fake = FakeDossiers()
    fake.gate = asyncio.Event()
    hall = Hall(SITE, MemoryJournal(), clock.clock)
    asked = Lookup(hall, fake, lambda: CATALOGUE, LookupLimits(), clock.clock, at_once=at_once)
    waiting = [
        asyncio.create_task(asked.dossier(asker(n, phone=True), code(n), None)) for n in range(9)
    ]
    await asyncio.gather(*waiting[phones:])
    assert fake.waiting == phones
    fake.gate.set()
    await asyncio.gather(*waiting)


def test_a_phone_that_waited_is_answered_by_the_last_moment_of_failures() -> None:
    longest = EOneStopSettings().deadline_s
    assert lookups.PHONE_PATIENCE_S + longest <= lookups.DEADLINE_S


@pytest.mark.parametrize("known", [True, False])
async def test_a_code_is_locked_after_five_wrong_digits_whether_it_exists_or_not(
    clock: Time, known: bool
) -> None:
    asked = desk(Jittery(*([dossier()] if known else []), time=clock), clock)
    for number in range(5):
        assert await asked.dossier(asker(number), CODE, "0000") == WRONG
    before = clock.s
    locked = await asked.dossier(asker(9), CODE, DIGITS)
    assert why(locked) == "code_locked"
    assert isinstance(locked, Refusal)
    for told in ("Hôm nay", "tại quầy", "Không nhập bốn số cuối"):
        assert told in locked.reason
    assert clock.s == before
    plain = await asked.dossier(asker(9), CODE, None)
    assert isinstance(plain, m.DossierFound if known else m.DossierNotFound)
    clock.s += 24 * 3600
    assert isinstance(
        await asked.dossier(asker(9), CODE, DIGITS), m.DossierFound if known else m.DossierNotFound
    )


async def test_many_guesses_at_the_same_moment_are_many(clock: Time) -> None:
    fake = FakeDossiers({CODE: dossier()})
    fake.gate = asyncio.Event()
    asked = desk(fake, clock)
    guesses = [asyncio.create_task(asked.dossier(asker(n), CODE, f"{n:04d}")) for n in range(1, 21)]
    await until(lambda: fake.waiting >= 5)
    fake.gate.set()
    outcomes = await asyncio.gather(*guesses)
    assert outcomes.count(WRONG) == 5
    assert sum(isinstance(one, Refusal) for one in outcomes) == 15


async def test_what_nobody_compared_is_no_failure(clock: Time) -> None:
    fake = FakeDossiers({CODE: dossier()}, clock=clock.clock)
    asked = desk(fake, clock)
    for _ in range(10):
        assert isinstance(await asked.dossier(asker(), CODE, DIGITS), m.DossierFound)
    fake.gate = asyncio.Event()
    for _ in range(10):
        leaving = asyncio.create_task(asked.dossier(asker(), CODE, "0000"))
        await until(lambda: fake.waiting > 0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    fake.gate = None
    assert isinstance(await asked.dossier(asker(), CODE, DIGITS), m.DossierFound)


async def test_the_breaker_pauses_phones_is_told_once_and_ends(clock: Time) -> None:
    meter = Metrics()
    asked = desk(Jittery(dossier(), time=clock), clock, meter, alarm_misses=20)
    with capture_logs() as logs:
        for n in range(40):
            await asked.dossier(asker(n, phone=n % 2 == 0), code(n), None)
        assert meter.registry.get_sample_value("motcua_lookup_alarm") == 1
        assert why(await asked.dossier(asker(90, phone=True), CODE, None)) == "lookup_paused"
        assert isinstance(await asked.dossier(asker(91), CODE, None), m.DossierFound)
        clock.s += 5 * 60 + 1
        assert meter.registry.get_sample_value("motcua_lookup_alarm") == 0
        assert isinstance(await asked.dossier(asker(90, phone=True), CODE, None), m.DossierFound)
    assert [line["event"] for line in logs] == ["lookup.alarm", "lookup.alarm_over"]
    assert "H41" not in str(logs)
    count = meter.registry.get_sample_value("motcua_lookups_total", {"outcome": "lookup_paused"})
    assert count is not None
    assert count >= 1


# --- what failures with digits tell ------------------------------------------------------


async def failures(kind: str, count: int, draw: Callable[[], float]) -> list[tuple[float, bytes]]:
    """Time and bytes of so many failures, of one kind."""
    clock = Time()
    known = [dossier(code(n)) for n in range(count)] if "known" in kind else []
    asked = desk(Jittery(*known, time=clock, draw=draw), clock, alarm_misses=10_000)
    seen = []
    for n in range(count):
        if "kept" in kind:
            await asked.dossier(asker(n), code(n), None)
        began = clock.s
        outcome = await asked.dossier(asker(n), code(n), "0000")
        assert not isinstance(outcome, Refusal)
        seen.append((round(clock.s - began, 9), msgspec.json.encode(outcome)))
        clock.s += 1 + n * 0.013
    return seen


KINDS = ("known", "known kept", "none", "none kept")


@pytest.mark.parametrize("slowest", [0.05, 0.99])
async def test_failures_are_answered_at_one_moment_however_the_system_jitters(
    slowest: float,
) -> None:
    chance = random.Random(1)
    for kind in KINDS:
        seen = await failures(kind, 50, lambda: chance.uniform(0, slowest))
        assert set(seen) == {(1.0, b'{"kind":"dossier_not_found","digits":true}')}, kind


async def test_a_slow_system_moves_failures_to_whole_seconds() -> None:
    chance = random.Random(1)
    for kind in ("known", "none"):
        times = {took for took, _ in await failures(kind, 60, lambda: chance.uniform(0, 5.9))}
        assert times == {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}
    late = await failures("none", 1, lambda: 6.4)
    later = await failures("none", 1, lambda: 7.3)
    assert (late[0][0], later[0][0]) == (lookups.DEADLINE_S, 7.3)


def distance(one: list[float], other: list[float]) -> float:
    """Kolmogorov and Smirnov's: the greatest gap between the two distributions."""
    return max(
        abs(sum(x <= at for x in one) / len(one) - sum(x <= at for x in other) / len(other))
        for at in one + other
    )


def critical(one: list[float], other: list[float]) -> float:
    """What two samples of one distribution exceed once in a hundred times."""
    return 1.628 * float(((len(one) + len(other)) / (len(one) * len(other))) ** 0.5)


async def test_by_a_real_clock_wrong_digits_and_no_such_dossier_take_the_same() -> None:
    count = 40
    chance = random.Random(7)

    class Slow(FakeDossiers):
        async def look_up(self, code: str) -> Found | NotFound | Unavailable:
            # A system that finds slower than it says no: what must not be seen.
            await asyncio.sleep(chance.uniform(0.01, 0.03) if code in self.dossiers else 0.001)
            return await super().look_up(code)

    hall = Hall(SITE, MemoryJournal(), lambda: at("09:00"))
    figures = msgspec.structs.replace(LookupLimits(), digits_answer_ms=60)
    fake = Slow({code(n): dossier(code(n)) for n in range(count)})
    asked = Lookup(hall, fake, lambda: CATALOGUE, figures, lambda: at("09:00"))

    async def take(number: int) -> tuple[float, bytes]:
        began = time.perf_counter()
        outcome = await asked.dossier(asker(number), code(number), "0000")
        took = time.perf_counter() - began
        return took, msgspec.json.encode(outcome)

    wrong: list[tuple[float, bytes]] = []
    none: list[tuple[float, bytes]] = []
    for n in range(0, count, 4):  # a few at once, both kinds in turns, which the loop may not sort
        both = [k for pair in range(n, n + 4) for k in (pair, pair + count)]
        chance.shuffle(both)
        for number, seen in zip(both, await asyncio.gather(*map(take, both)), strict=True):
            (wrong if number < count else none).append(seen)
    times = [took for took, _ in wrong], [took for took, _ in none]
    assert len(times[0]) == len(times[1]) == count
    assert min(*times[0], *times[1]) >= 0.059
    assert distance(*times) < critical(*times)
    assert len({text for _, text in wrong + none}) == 1


async def test_while_the_system_is_down_digits_are_judged_for_nobody(clock: Time) -> None:
    fake = Jittery(dossier(), dossier(code(5)), time=clock)
    asked = desk(fake, clock)
    await asked.dossier(asker(), CODE, None)
    fake.down = Unavailable(at("09:00"), "timeout")
    down = await asked.dossier(asker(), code(1), None)
    assert isinstance(down, m.DossierUnavailable)
    calls, before = fake.calls, clock.s
    for one, digits in ((CODE, DIGITS), (CODE, "0000"), (code(2), "0000")):
        assert await asked.dossier(asker(), one, digits) == down
    assert (fake.calls, clock.s) == (calls, before)
    assert isinstance(await asked.dossier(asker(), CODE, None), m.DossierFound), "kept, not fresh"
    assert await asked.dossier(asker(), CODE, "0000") == down
    fake.down, fake.draw = None, lambda: 0.02
    assert isinstance(await asked.dossier(asker(), code(5), None), m.DossierFound)
    assert await asked.dossier(asker(), CODE, "0000") == WRONG


async def test_an_outage_that_nobody_sees_any_more_is_forgotten(clock: Time) -> None:
    fake = Jittery(dossier(), time=clock)
    asked = desk(fake, clock)
    fake.down = Unavailable(None, "refused")
    assert await asked.dossier(asker(), CODE, DIGITS) == m.DossierUnavailable()
    fake.down = None
    assert await asked.dossier(asker(), CODE, DIGITS) == m.DossierUnavailable()
    clock.s += 61
    assert isinstance(await asked.dossier(asker(), CODE, DIGITS), m.DossierFound)


async def test_a_record_that_cannot_be_read_looks_like_none(clock: Time) -> None:
    fake = Jittery(dossier(code(1)), time=clock)
    asked = desk(fake, clock)
    fake.down = Unavailable(at("09:00"), "unreadable")
    assert await asked.dossier(asker(), CODE, DIGITS) == WRONG
    assert clock.s == 1.0
    assert isinstance(await asked.dossier(asker(), CODE, None), m.DossierUnavailable)
    fake.down = None
    assert isinstance(await asked.dossier(asker(), code(1), DIGITS), m.DossierFound)


async def test_no_log_line_holds_a_code_a_name_or_digits(clock: Time) -> None:
    with capture_logs() as logs:
        asked = desk(Jittery(dossier(), time=clock), clock, alarm_misses=3)
        for n in range(4):
            await asked.dossier(asker(n), CODE, DIGITS)
            await asked.dossier(asker(n), CODE, f"777{n}")
    assert logs
    assert not [word for word in (CODE, "777", DIGITS, "Nguyễn", "An") if word in str(logs)]


# --- screens -----------------------------------------------------------------------------


@pytest.fixture
async def hall(clock: Time) -> AsyncIterator[Hall]:
    hall = Hall(SITE, MemoryJournal(), clock.clock)
    running = asyncio.create_task(hall.run())
    await hall.ready.wait()
    yield hall
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
def asked(hall: Hall, clock: Time) -> Lookup:
    fake = Jittery(dossier(), time=clock)
    figures = msgspec.structs.replace(LookupLimits(), device_codes=1, officer_codes=2)
    return Lookup(hall, fake, lambda: CATALOGUE, figures, clock.clock, elapsed=clock.elapsed)


async def test_an_officer_is_a_device_with_more_look_ups(asked: Lookup) -> None:
    for actor, granted in ((KIOSK, 1), (OFFICER, 2)):
        outcomes = [
            await asked.answer(actor, "10.0.0.1", m.LookUpDossier(code(n))) for n in range(3)
        ]
        assert outcomes.count(m.DossierNotFound()) == granted


async def test_a_kiosk_is_told_of_a_ticket_it_scanned(asked: Lookup, hall: Hall) -> None:
    request = RequestId("00000000-0000-4000-8000-000000000001")
    outcome = await hall.ask(KIOSK, request, m.IssueTicket(LAND))
    assert not isinstance(outcome, Refusal)
    ticket = msgspec.json.decode(outcome.value, type=m.Issued).ticket
    found = await asked.answer(KIOSK, "", m.LookUpTicket(ticket))
    assert isinstance(found, m.TicketFound)
    assert found.ticket.number == "A001"
    missing = await asked.answer(KIOSK, "", m.LookUpTicket(TicketId("?")))
    assert missing == m.TicketNotFound()


async def test_the_catalogue_is_told_by_code_and_in_pages(asked: Lookup) -> None:
    found = await asked.answer(OFFICER, "", m.LookUpProcedure("1.000007.000.00.00.H41"))
    assert found == m.ProcedureFound(CATALOGUE.procedures[7])
    for unknown in ("1.999999", "?", ""):
        answer = await asked.answer(KIOSK, "", m.LookUpProcedure(unknown))
        assert answer == m.ProcedureNotFound()
    together: list[m.Procedure] = []
    while len(together) < 45:
        page = await asked.answer(KIOSK, "", m.ListProcedures(len(together)))
        assert isinstance(page, m.ProcedurePage)
        assert (page.total, page.fingerprint) == (45, CATALOGUE.fingerprint)
        assert len(page.procedures) > 0
        together += page.procedures
    assert tuple(together) == CATALOGUE.procedures
    known = await asked.answer(KIOSK, "", m.ListProcedures(0, CATALOGUE.fingerprint))
    assert known == m.ProcedurePage(CATALOGUE.fingerprint, 45, ())
    below = await asked.answer(KIOSK, "", m.ListProcedures(-5))
    assert isinstance(below, m.ProcedurePage)
    assert below.procedures == CATALOGUE.procedures


async def test_a_page_of_the_catalogue_holds_as_much_as_a_frame_should(
    hall: Hall, clock: Time
) -> None:
    long = "ở" * 4000  # 12 kB each
    lines = [msgspec.structs.replace(one, note=long) for one in CATALOGUE.procedures]
    lines[3] = msgspec.structs.replace(lines[3], note=5 * long)
    catalogue = Catalogue(tuple(lines))
    asked = Lookup(hall, None, lambda: catalogue, LookupLimits(), clock.clock)
    together: list[m.Procedure] = []
    sizes: list[int] = []
    while len(together) < 45:
        page = await asked.answer(KIOSK, "", m.ListProcedures(len(together)))
        assert isinstance(page, m.ProcedurePage)
        assert len(page.procedures) == 1 or (
            len(msgspec.json.encode(page.procedures)) <= lookups.PAGE_BYTES + 1024
        )
        sizes.append(len(page.procedures))
        together += page.procedures
    assert tuple(together) == catalogue.procedures
    assert sizes == [2, 1, 1, *[2] * 20, 1]


@pytest.mark.parametrize(
    ("role", "question"),
    [
        (Role.DISPLAY, m.LookUpDossier(CODE)),
        (Role.TICKET, m.LookUpDossier(CODE)),
        (Role.TICKET, m.LookUpTicket(TicketId("?"))),
        (Role.COUNTER, m.LookUpTicket(TicketId("?"))),
        (Role.DISPLAY, m.LookUpProcedure("1.000007")),
        (Role.SUPERVISOR, m.ListProcedures()),
    ],
)
async def test_a_role_asks_only_what_it_needs(
    asked: Lookup, role: Role, question: m.Question
) -> None:
    assert why(await asked.answer(Actor(role, "x"), "10.0.0.1", question)) == "not_allowed"
