"""Questions over real sockets: beside commands, a few at once, and gone with their connection."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable

import pytest
from structlog.testing import capture_logs

from hub.dossiers.base import Unavailable
from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Lookup
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.settings import LookupLimits
from shared import messages as m
from shared.model import Role
from shared.procedures import Catalogue
from tests.hub.hall_site import LAND
from tests.hub.test_realtime import Client, Frame, Room, room

__all__ = ["room"]

CODE = "H41.15-261110-0042"
CATALOGUE = Catalogue((m.Procedure("1.000007", "Thủ tục", "Sở", LAND),))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.002)


class Office:
    """A hall with a look-up behind it, as a stranger meets it."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.dossiers = FakeDossiers()
        clock = room.clock
        lookup = Lookup(room.hall, self.dossiers, lambda: CATALOGUE, LookupLimits(), clock)
        room.live.inquire = lookup.answer


async def send(client: Client, **question: object) -> str:
    request_id = str(uuid.uuid4())
    await client.send(type="question", request_id=request_id, question=question)
    return request_id


async def inquire(client: Client, **question: object) -> Frame:
    request_id = await send(client, **question)
    while True:
        frame = await client.frame("answer", "refused")
        if frame["request_id"] == request_id:
            return frame


@pytest.fixture
async def office(room: Room) -> AsyncIterator[Office]:
    yield Office(room)


async def test_a_screen_is_answered_with_the_id_of_its_question(office: Office) -> None:
    kiosk = await office.room.join("kiosk")
    missing = await inquire(kiosk, kind="look_up_dossier", code=CODE)
    assert missing["finding"] == {"kind": "dossier_not_found", "digits": False}
    page = await inquire(kiosk, kind="list_procedures")
    assert page["finding"]["procedures"][0]["name"] == "Thủ tục"
    issued = (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["value"]
    ticket = await inquire(kiosk, kind="look_up_ticket", ticket=issued["ticket"])
    assert ticket["finding"]["ticket"]["number"] == "A001"
    assert office.room.hall.seq == 2, "a question is no event"


async def test_while_the_system_hangs_commands_go_on_and_other_questions_are_answered(
    office: Office,
) -> None:
    office.dossiers.gate = asyncio.Event()
    kiosk = await office.room.join("kiosk")
    hanging = await send(kiosk, kind="look_up_dossier", code=CODE)
    await until(lambda: office.dossiers.waiting == 1)
    for number in range(20):
        result = await kiosk.ask(kind="issue_ticket", service="dat-dai")
        assert result["value"]["number"] == f"A{number + 1:03d}"
    assert (await inquire(kiosk, kind="list_procedures"))["type"] == "answer"
    office.dossiers.down = Unavailable(None, "timeout")
    office.dossiers.gate.set()
    answer = await kiosk.frame("answer")
    assert answer == {
        "type": "answer",
        "request_id": hanging,
        "finding": {"kind": "dossier_unavailable", "since": None},
    }


async def test_a_fifth_unanswered_question_is_refused_and_takes_no_commands_place(
    office: Office,
) -> None:
    office.dossiers.gate = asyncio.Event()
    kiosk = await office.room.join("kiosk")
    sent = [await send(kiosk, kind="look_up_dossier", code=CODE) for _ in range(6)]
    refused = [await kiosk.frame("refused") for _ in range(2)]
    assert [frame["code"] for frame in refused] == ["too_busy"] * 2
    assert [frame["request_id"] for frame in refused] == sent[4:]
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"
    office.dossiers.gate.set()
    answered = {(await kiosk.frame("answer"))["request_id"] for _ in range(4)}
    assert answered == set(sent[:4])
    assert (await inquire(kiosk, kind="look_up_dossier", code=CODE))["type"] == "answer"


async def test_a_connection_that_goes_leaves_no_question_behind(office: Office) -> None:
    office.dossiers.gate = asyncio.Event()
    kiosk = await office.room.join("kiosk")
    await send(kiosk, kind="look_up_dossier", code=CODE)
    await until(lambda: office.dossiers.waiting == 1)
    await kiosk.connection.close()
    await until(lambda: office.dossiers.waiting == 0)


async def test_who_may_not_ask_is_refused_by_name(office: Office) -> None:
    display = await office.room.join("display")
    assert (await inquire(display, kind="look_up_dossier", code=CODE))["code"] == "not_allowed"
    kiosk = await office.room.join("kiosk")
    assert (await inquire(kiosk, kind="look_up_dossier", code="?"))["code"] == "bad_code"


async def test_a_hub_without_a_look_up_says_so(room: Room) -> None:
    kiosk = await room.join("kiosk")
    assert (await inquire(kiosk, kind="look_up_dossier", code=CODE))["code"] == "lookup_off"


@pytest.mark.parametrize(
    "question", [{"kind": "dance"}, {"kind": "look_up_dossier", "code": 7}, {"kind": 1}]
)
async def test_a_malformed_question_is_refused_and_the_connection_stays(
    office: Office, question: Frame
) -> None:
    kiosk = await office.room.join("kiosk")
    assert (await inquire(kiosk, **question))["code"] == "bad_frame"
    await kiosk.send(type="question", request_id="7", question={"kind": "list_procedures"})
    assert (await kiosk.frame("refused"))["code"] == "bad_frame"
    assert (await inquire(kiosk, kind="list_procedures"))["type"] == "answer"


async def test_a_question_that_fails_ends_no_screen_and_tells_nothing_of_a_person(
    room: Room,
) -> None:
    async def fail(actor: Actor, address: str, question: m.Question) -> m.Finding | Refusal:
        assert (actor.role, address) == (Role.KIOSK, "127.0.0.1")
        raise KeyError(CODE)

    room.live.inquire = fail
    kiosk = await room.join("kiosk")
    with capture_logs() as logs:
        assert (await inquire(kiosk, kind="look_up_dossier", code=CODE))["code"] == "lookup_failed"
    assert [line["event"] for line in logs] == ["question_failed"]
    assert CODE not in str(logs)
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"
