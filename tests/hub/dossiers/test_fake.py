"""The system in memory does what the real one promises."""

import asyncio

from hub.dossiers.base import Dossier, Found, NotFound, ProcedureText, Unavailable
from hub.dossiers.fake import FakeDossiers
from shared.dossiers import DossierState
from shared.model import Instant

DOSSIER = Dossier("H41-1", "1.012790", "x", DossierState.IN_WORK, None, None, None, "")
TEXT = ProcedureText("1.012790", "Đính chính", "Sở", ("Đơn",), "10 ngày", "Không")


async def test_it_answers_from_what_it_was_given_and_counts() -> None:
    fake = FakeDossiers({"H41-1": DOSSIER}, [TEXT], lambda: Instant(9))
    assert await fake.look_up("H41-1") == Found(DOSSIER, Instant(9))
    assert await fake.look_up("H41-2") == NotFound()
    assert await fake.procedures() == (ProcedureText("1.012790", "Đính chính", "Sở"),)
    assert await fake.procedure("1.012790") == TEXT
    assert await fake.procedure("1.012791") == NotFound()
    assert (fake.asked, fake.calls) == ({"H41-1": 1, "H41-2": 1}, 5)
    await fake.close()
    assert fake.closed


async def test_it_can_be_down() -> None:
    fake = FakeDossiers({"H41-1": DOSSIER}, [TEXT])
    fake.down = Unavailable(Instant(3), "timeout")
    assert await fake.look_up("H41-1") == fake.down
    assert await fake.procedures() == fake.down
    assert await fake.procedure("1.012790") == fake.down


async def test_it_can_be_slow() -> None:
    fake = FakeDossiers({"H41-1": DOSSIER})
    fake.gate = asyncio.Event()
    task = asyncio.create_task(fake.look_up("H41-1"))
    async with asyncio.timeout(5):
        while not fake.waiting:  # noqa: ASYNC110 (a count has no event)
            await asyncio.sleep(0)
    assert not task.done()
    fake.gate.set()
    assert await task == Found(DOSSIER, Instant(0))
    assert fake.waiting == 0
