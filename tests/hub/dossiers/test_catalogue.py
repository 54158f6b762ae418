"""The hub's procedures: the file's rows with the e-one-stop system's newer words."""

import asyncio
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from hub.dossiers import catalogue as module
from hub.dossiers.base import NotFound, ProcedureText, Unavailable
from hub.dossiers.catalogue import FILE, Procedures, next_at
from hub.dossiers.fake import FakeDossiers
from shared.model import Instant, ServiceId
from shared.questions import Procedure
from tests.hub.hall_site import at

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
LAND = Procedure(
    "1.012790",
    "Đính chính Giấy chứng nhận",
    "Sở Nông nghiệp và Môi trường",
    ServiceId("dat-dai"),
    ("Đơn",),
    "Theo giấy hẹn",
    "Theo mức thu tại quầy",
    "Ghi chú",
    ("sổ đỏ",),
)
BIRTH = replace(LAND, code="1.001193", name="Đăng ký khai sinh", service=ServiceId("ho-tich"))
NEWER = ProcedureText(
    "1.012790", "Đính chính sổ", "UBND tỉnh", ("Đơn mẫu 11", "", "Sổ"), "5 ngày", "50.000 đồng"
)


class Night:
    """A clock that only sleeping moves on, and what slept."""

    def __init__(self, now: Instant) -> None:
        self.now = now
        self.naps: list[float] = []
        self.end = asyncio.Event()
        self.last: Instant | None = None

    def clock(self) -> Instant:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now = Instant(self.now + round(seconds * 1000))
        if self.last is not None and self.now >= self.last:
            self.end.set()
            await asyncio.Event().wait()
        await asyncio.sleep(0)


def _procedures(
    folder: Path, dossiers: FakeDossiers | None = None, night: Night | None = None
) -> Procedures:
    night = night or Night(at("07:00"))
    return Procedures(
        (LAND, BIRTH),
        {ServiceId("dat-dai")},
        folder,
        dossiers=dossiers,
        clock=night.clock,
        zone=ZONE,
        sleep=night.sleep,
    )


def _land(procedures: Procedures) -> Procedure:
    found = procedures.catalogue.by_code(LAND.code)
    assert found is not None
    return found


def test_without_a_system_the_file_is_the_catalogue(tmp_path: Path) -> None:
    assert _procedures(tmp_path).catalogue.procedures[0] == LAND


def test_a_service_that_the_site_has_not_means_no_number_and_is_said(tmp_path: Path) -> None:
    with capture_logs() as logs:
        procedures = _procedures(tmp_path)
    assert procedures.catalogue.procedures[1].service == ""
    assert logs[0]["service"] == "ho-tich"


async def test_the_systems_words_win_and_the_rest_stays(tmp_path: Path) -> None:
    dossiers = FakeDossiers(texts=[NEWER])
    procedures = _procedures(tmp_path)
    before = procedures.catalogue.fingerprint
    assert await procedures.refresh(dossiers)
    land = _land(procedures)
    assert (land.name, land.agency, land.time) == ("Đính chính sổ", "UBND tỉnh", "5 ngày")
    assert land.papers == ("Đơn mẫu 11", "Sổ")
    assert land.fee == "50.000 đồng"
    assert (land.note, land.service) == (LAND.note, LAND.service)
    assert procedures.catalogue.fingerprint != before
    assert procedures.catalogue.search("dinh chinh giay chung nhan") == (land,)
    assert dossiers.calls == 2


async def test_what_the_system_leaves_empty_or_says_too_long_the_file_says(tmp_path: Path) -> None:
    procedures = _procedures(tmp_path)
    silent = ProcedureText(LAND.code, "Đ" * 141)
    assert await procedures.refresh(FakeDossiers(texts=[silent]))
    assert _land(procedures) == LAND


async def test_procedures_of_others_are_left_out_and_ours_stay_without_them(
    tmp_path: Path,
) -> None:
    procedures = _procedures(tmp_path)
    other = replace(NEWER, code="1.000099")
    assert await procedures.refresh(FakeDossiers(texts=[other]))
    assert [one.code for one in procedures.catalogue.procedures] == [LAND.code, BIRTH.code]


async def test_without_details_the_lists_own_words_are_taken(tmp_path: Path) -> None:
    class ListOnly(FakeDossiers):
        async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
            return NotFound()

    procedures = _procedures(tmp_path)
    assert await procedures.refresh(ListOnly(texts=[NEWER]))
    land = _land(procedures)
    assert (land.name, land.papers) == ("Đính chính sổ", LAND.papers)


async def test_an_outage_next_morning_loses_nothing(tmp_path: Path) -> None:
    first = _procedures(tmp_path)
    await first.refresh(FakeDossiers(texts=[NEWER]))
    again = _procedures(tmp_path)
    assert again.catalogue.procedures == first.catalogue.procedures
    down = FakeDossiers(texts=[])
    down.down = Unavailable(why="refused")
    assert not await again.refresh(down)
    assert _land(again).name == "Đính chính sổ"


async def test_what_was_learned_before_the_system_went_is_kept(tmp_path: Path) -> None:
    class GoesAway(FakeDossiers):
        async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
            answer = await super().procedure(code)
            self.down = Unavailable(why="timeout")
            return answer

    dossiers = GoesAway(texts=[NEWER, replace(NEWER, code=BIRTH.code, name="Khai sinh")])
    assert not await _procedures(tmp_path).refresh(dossiers)
    names = [one.name for one in _procedures(tmp_path).catalogue.procedures]
    assert names == ["Đính chính sổ", BIRTH.name]


class Partly(FakeDossiers):
    """Has no list, or no answer for some procedures."""

    listing: Unavailable | None = None
    without: dict[str, Unavailable]

    async def procedures(self) -> tuple[ProcedureText, ...] | Unavailable:
        return self.listing or await super().procedures()

    async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
        answer = await super().procedure(code)
        return self.without.get(code, answer)


NEWER_BIRTH = replace(NEWER, code=BIRTH.code, name="Khai sinh")


def _names(procedures: Procedures) -> list[str]:
    return [one.name for one in procedures.catalogue.procedures]


@pytest.mark.parametrize("why", ["unreadable", "too_big"])
async def test_one_procedure_that_cannot_be_read_does_not_stop_the_others(
    tmp_path: Path, why: str
) -> None:
    dossiers = Partly(texts=[NEWER, NEWER_BIRTH])
    dossiers.without = {LAND.code: Unavailable(why=why)}
    procedures = _procedures(tmp_path)
    assert await procedures.refresh(dossiers)
    assert _names(procedures) == [LAND.name, "Khai sinh"]


async def test_where_no_procedure_can_be_read_it_is_asked_again_soon(tmp_path: Path) -> None:
    dossiers = Partly(texts=[NEWER, NEWER_BIRTH])
    dossiers.without = {code: Unavailable(why="unreadable") for code in (LAND.code, BIRTH.code)}
    procedures = _procedures(tmp_path)
    assert not await procedures.refresh(dossiers)
    assert _names(procedures) == [LAND.name, BIRTH.name]


@pytest.mark.parametrize("why", ["unreadable", "too_big"])
async def test_without_a_list_our_own_procedures_are_asked_for(tmp_path: Path, why: str) -> None:
    dossiers = Partly(texts=[NEWER])  # BIRTH is none of theirs
    dossiers.listing, dossiers.without = Unavailable(why=why), {}
    procedures = _procedures(tmp_path)
    with capture_logs() as logs:
        assert await procedures.refresh(dossiers)
    assert _names(procedures) == ["Đính chính sổ", BIRTH.name]
    assert {"event": "procedures.no_list", "log_level": "warning", "why": why} in logs


async def test_a_system_that_is_away_is_not_asked_for_each(tmp_path: Path) -> None:
    dossiers = Partly(texts=[NEWER])
    dossiers.listing, dossiers.without = Unavailable(why="timeout"), {}
    assert not await _procedures(tmp_path).refresh(dossiers)
    assert dossiers.calls == 0


@pytest.mark.parametrize(
    ("papers", "taken"),
    [
        (("Giấy",) * 50, True),
        (("Giấy",) * 51, False),
        (("a" * 4096,) * 2, True),
        (("ở" * 2731,), False),  # three bytes each
    ],
)
async def test_papers_without_end_are_not_taken_over(
    tmp_path: Path, papers: tuple[str, ...], taken: bool
) -> None:
    procedures = _procedures(tmp_path)
    assert await procedures.refresh(FakeDossiers(texts=[replace(NEWER, papers=papers)]))
    land = _land(procedures)
    assert land.papers == (papers if taken else LAND.papers)
    assert land.time == "5 ngày"


def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{half", encoding="utf-8")
    with capture_logs() as logs:
        assert _land(_procedures(tmp_path)) == LAND
    assert "kept.damaged" in [entry["event"] for entry in logs]
    assert not (tmp_path / FILE).exists()


async def test_a_full_disk_costs_no_words(tmp_path: Path) -> None:
    (tmp_path / FILE).with_suffix(".part").mkdir()
    procedures = _procedures(tmp_path)
    with capture_logs() as logs:
        assert await procedures.refresh(FakeDossiers(texts=[NEWER]))
    assert _land(procedures).name == "Đính chính sổ"
    assert "procedures.not_kept" in [entry["event"] for entry in logs]


async def test_an_outage_is_logged_once_and_its_end_once(tmp_path: Path) -> None:
    procedures, dossiers = _procedures(tmp_path), FakeDossiers(texts=[NEWER])
    with capture_logs() as logs:
        dossiers.down = Unavailable(why="timeout")
        await procedures.refresh(dossiers)
        await procedures.refresh(dossiers)
        dossiers.down = None
        await procedures.refresh(dossiers)
        await procedures.refresh(dossiers)
    events = [entry["event"] for entry in logs]
    assert events.count("procedures.not_refreshed") == 1
    assert events.count("procedures.refreshed_again") == 1


async def _two_days(folder: Path, dossiers: FakeDossiers) -> Night:
    night = Night(at("07:00"))
    night.last = Instant(night.now + 2 * 86_400_000)
    run = asyncio.create_task(_procedures(folder, dossiers, night).run())
    async with asyncio.timeout(10):
        await night.end.wait()
    run.cancel()
    await asyncio.wait({run})
    return night


async def test_it_asks_a_minute_after_the_start_and_then_each_quiet_night(tmp_path: Path) -> None:
    dossiers = FakeDossiers(texts=[NEWER])
    night = await _two_days(tmp_path, dossiers)
    assert night.naps[:2] == [module.FIRST_AFTER_S, module.GAP_S]
    assert dossiers.calls == 3 * 2
    assert max(night.naps) <= 600


async def test_it_asks_again_within_the_hour_while_the_system_is_down(tmp_path: Path) -> None:
    dossiers = FakeDossiers(texts=[NEWER])
    dossiers.down = Unavailable(why="timeout")
    await _two_days(tmp_path, dossiers)
    assert dossiers.calls == 48


async def test_without_a_system_there_is_nothing_to_run(tmp_path: Path) -> None:
    async with asyncio.timeout(1):
        await _procedures(tmp_path).run()


@pytest.mark.parametrize(("now", "hours"), [("01:30", 1), ("02:30", 24), ("03:30", 23)])
def test_the_quiet_hour_is_the_halls(now: str, hours: int) -> None:
    assert next_at(time(2, 30), at(now), ZONE) == at(now) + hours * 3_600_000
