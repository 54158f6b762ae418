"""The kiosk's copy of the procedures: there at once, and soon as new as the hub's."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kiosk import catalogue as module
from kiosk.catalogue import FILE, Procedures
from shared.messages import (
    Finding,
    ListProcedures,
    Procedure,
    ProcedureNotFound,
    ProcedurePage,
    Question,
    Refused,
)
from shared.model import ServiceId
from shared.procedures import Catalogue


def _some(count: int, name: str = "Thủ tục") -> tuple[Procedure, ...]:
    return tuple(
        Procedure(f"1.{place:06d}", f"{name} {place}", "Sở", ServiceId("x"))
        for place in range(count)
    )


class FakeHub:
    """Answers as the hub does, in pages of three."""

    def __init__(self, procedures: tuple[Procedure, ...]) -> None:
        self.catalogue = Catalogue(procedures)
        self.asked: list[ListProcedures] = []
        self.answers: list[Finding | Refused | None] = []
        """What to answer instead, one after another."""
        self.next: Catalogue | None = None
        """What replaces the catalogue after the first page."""

    async def inquire(self, question: Question, within_s: float) -> Finding | Refused | None:
        assert isinstance(question, ListProcedures)
        self.asked.append(question)
        if self.answers:
            return self.answers.pop(0)
        here = self.catalogue
        part = here.procedures[question.after : question.after + 3]
        if question.fingerprint == here.fingerprint:
            part = ()
        if self.next:
            self.catalogue, self.next = self.next, None
        return ProcedurePage(here.fingerprint, len(here.procedures), part)


class Kiosk:
    def __init__(self, folder: Path, hub: FakeHub, installed: int = 2) -> None:
        self.came: list[Catalogue] = []
        self.new = asyncio.Event()
        self.procedures = Procedures(_some(installed, "Cũ"), folder, hub.inquire, self._take)

    def _take(self, catalogue: Catalogue) -> None:
        self.came.append(catalogue)
        self.new.set()


async def _until_new(kiosk: Kiosk) -> Catalogue:
    async with asyncio.timeout(5):
        await kiosk.new.wait()
    kiosk.new.clear()
    return kiosk.came[-1]


async def _end(run: asyncio.Task[None]) -> None:
    run.cancel()
    await asyncio.wait({run})


def test_it_begins_with_the_installed_file(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path, FakeHub(()))
    assert kiosk.procedures.catalogue.procedures == _some(2, "Cũ")


async def test_it_fetches_all_pages_and_begins_with_them_the_next_time(tmp_path: Path) -> None:
    hub = FakeHub(_some(8))
    kiosk = Kiosk(tmp_path, hub)
    assert await kiosk.procedures.refresh()
    assert kiosk.came[-1].procedures == _some(8)
    assert [question.after for question in hub.asked] == [0, 3, 6]
    again = Kiosk(tmp_path, hub)
    assert again.procedures.catalogue.fingerprint == hub.catalogue.fingerprint


async def test_what_is_new_already_is_asked_for_once_and_not_handed_over(tmp_path: Path) -> None:
    hub = FakeHub(_some(2, "Cũ"))
    kiosk = Kiosk(tmp_path, hub)
    assert await kiosk.procedures.refresh()
    assert len(hub.asked) == 1
    assert not kiosk.came
    assert not (tmp_path / FILE).exists()


async def test_a_catalogue_that_changes_between_pages_is_read_from_its_start(
    tmp_path: Path,
) -> None:
    hub = FakeHub(_some(8))
    hub.next = Catalogue(_some(5, "Mới"))
    kiosk = Kiosk(tmp_path, hub)
    assert await kiosk.procedures.refresh()
    assert [one.procedures for one in kiosk.came] == [_some(5, "Mới")]


async def test_a_hub_that_names_the_same_content_otherwise_changes_nothing(tmp_path: Path) -> None:
    hub = FakeHub(())
    hub.answers = [ProcedurePage("khac", 2, _some(2, "Cũ"))]
    kiosk = Kiosk(tmp_path, hub)
    assert await kiosk.procedures.refresh()
    assert not kiosk.came


async def test_no_answer_leaves_all_as_it_was(tmp_path: Path) -> None:
    hub = FakeHub(_some(8))
    kiosk = Kiosk(tmp_path, hub)
    page = ProcedurePage("x", 8, _some(3))
    for answers in ([None], [Refused(None, "lookup_off", "")], [ProcedureNotFound()], [page, None]):
        hub.answers = list(answers)
        assert not await kiosk.procedures.refresh()
    assert not kiosk.came


async def test_pages_without_end_are_given_up(tmp_path: Path) -> None:
    hub = FakeHub(())
    kiosk = Kiosk(tmp_path, hub)
    with capture_logs() as logs:
        hub.answers = [ProcedurePage("x", 9, ())]
        assert not await kiosk.procedures.refresh()
        hub.answers = [ProcedurePage("x", module.MOST + 1, _some(3))]
        assert not await kiosk.procedures.refresh()
    assert [entry["event"] for entry in logs] == ["procedures.no_end"] * 2


async def test_a_damaged_copy_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"{")
    with capture_logs() as logs:
        kiosk = Kiosk(tmp_path, FakeHub(()))
    assert kiosk.procedures.catalogue.procedures == _some(2, "Cũ")
    assert [entry["event"] for entry in logs] == ["kept.damaged"]


async def test_a_full_disk_does_not_keep_it_from_the_screen(tmp_path: Path) -> None:
    (tmp_path / FILE).with_suffix(".part").mkdir()
    kiosk = Kiosk(tmp_path, FakeHub(_some(4)))
    with capture_logs() as logs:
        assert await kiosk.procedures.refresh()
    assert kiosk.came[-1].procedures == _some(4)
    assert [entry["event"] for entry in logs] == ["procedures.not_kept"]


async def test_it_hands_over_at_once_and_asks_when_the_link_comes(tmp_path: Path) -> None:
    hub = FakeHub(_some(4))
    kiosk = Kiosk(tmp_path, hub)
    run = asyncio.create_task(kiosk.procedures.run())
    assert (await _until_new(kiosk)).procedures == _some(2, "Cũ")
    assert not hub.asked
    kiosk.procedures.live()
    assert (await _until_new(kiosk)).procedures == _some(4)
    hub.catalogue = Catalogue(_some(5))
    kiosk.procedures.live()
    assert (await _until_new(kiosk)).procedures == _some(5)
    await _end(run)


async def test_it_asks_again_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AGAIN_AFTER_S", 0.01)
    hub = FakeHub(_some(4))
    hub.answers = [None]
    kiosk = Kiosk(tmp_path, hub)
    run = asyncio.create_task(kiosk.procedures.run())
    await _until_new(kiosk)
    kiosk.procedures.live()
    assert (await _until_new(kiosk)).procedures == _some(4)
    await _end(run)
