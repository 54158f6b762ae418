"""Who may do what, as whole tables: a new command, question, role or page without a row fails."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import httpx
import msgspec
import pytest
from starlette.routing import Mount, Route

from hub.admission import COOKIE, admit
from hub.cards import Cards
from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Lookup
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.enrolment import Enrolment
from hub.questions import Inquire
from hub.registry import Registry
from hub.settings import LookupLimits
from shared import messages as m
from shared.model import CounterNumber, Role, TicketId
from shared.procedures import Catalogue
from tests.fuzz.frames import COMMANDS, QUESTIONS
from tests.hub.hall_site import SITE, at
from tests.hub.test_realtime import Client, Room, room as room
from tests.hub.web.test_pages import ORIGIN, House, house as house, officers as officers

ROLES = tuple(Role)
SPEAKING = tuple(role for role in Role if role is not Role.STANDBY)
"""A standby follows over HTTP: tests/hub/test_standby.py."""

COMMAND_TABLE = """
                 kiosk display counter supervisor ticket standby
open_day         -     -       -       yes        -      -
close_day        -     -       -       yes        -      -
issue_ticket     yes   -       yes     yes        -      -
call_next        -     -       yes     yes        -      -
call_ticket      -     -       yes     yes        -      -
recall           -     -       yes     yes        -      -
start_service    -     -       yes     yes        -      -
finish           -     -       yes     yes        -      -
no_show          -     -       yes     yes        -      -
return_ticket    -     -       yes     yes        -      -
hold             -     -       yes     yes        -      -
transfer         -     -       yes     yes        -      -
cancel           yes   -       yes     yes        own    -
delay            -     -       -       -          own    -
open_counter     -     -       yes     yes        -      -
pause_counter    -     -       yes     yes        -      -
close_counter    -     -       yes     yes        -      -
ticket_printed   yes   -       -       -          -      -
ticket_sent      yes   -       -       -          -      -
print_failed     yes   -       -       -          -      -
arrange_display  -     -       -       yes        -      -
raise_emergency  -     -       -       yes        -      -
clear_emergency  -     -       -       yes        -      -
"""

QUESTION_TABLE = """
                   kiosk display counter supervisor ticket standby
look_up_dossier    yes   -       yes     yes        -      -
look_up_ticket     yes   -       -       -          -      -
look_up_procedure  yes   -       yes     yes        -      -
list_procedures    yes   -       -       -          -      -
mark_card          yes   -       -       -          -      -
"""

PAGE_TABLE = """
                             nobody officer supervisor elsewhere
GET  /                       200    200     200        200
GET  /sign-in                200    303     303        200
POST /sign-in                401    401     401        403
POST /sign-out               303    303     303        403
GET  /console                303    200     303        303
GET  /supervisor             303    303     200        303
GET  /t                      200    200     200        200
GET  /t/{ticket}             404    404     404        404
GET  /t/{ticket}/{wish}      404    404     404        404
POST /t/{ticket}/{wish}      404    404     404        403
GET  /d                      200    200     200        200
POST /d                      422    422     422        403
GET  /p                      404    404     404        404
GET  /p/{code}               404    404     404        404
GET  /manifest.webmanifest   200    200     200        200
GET  /sw.js                  200    200     200        200
GET  /offline                200    200     200        200
GET  /notices/{file}         404    404     404        404
GET  /follow                 403    403     403        403
GET  /follow/officers        403    403     403        403
GET  /healthz                200    200     200        200
GET  /metrics                200    200     200        404
"""
"""Statuses; 303 sends to one's own page or to the sign-in. `elsewhere` is nobody again, from
another machine and another site's page."""

VIEWS = {
    Role.KIOSK: m.KioskView,
    Role.DISPLAY: m.DisplayView,
    Role.COUNTER: m.CounterView,
    Role.SUPERVISOR: m.SupervisorView,
    Role.TICKET: m.TicketView,
}


def rows(table: str) -> dict[str, dict[str, str]]:
    """The cells of a table by row and column."""
    head, *lines = table.strip("\n").splitlines()
    columns = head.split()
    found = {}
    for line in lines:
        words = line.split()
        name = " ".join(words[: -len(columns)])
        found[name] = dict(zip(columns, words[-len(columns) :], strict=True))
    return found


def tag(one: object) -> str:
    return str(type(one).__struct_config__.tag)  # type: ignore[attr-defined]


COMMAND_RIGHTS, QUESTION_RIGHTS, PAGES = map(rows, (COMMAND_TABLE, QUESTION_TABLE, PAGE_TABLE))


def test_every_command_question_and_role_has_its_place_in_the_tables() -> None:
    for table, union in ((COMMAND_RIGHTS, m.Command), (QUESTION_RIGHTS, m.Question)):
        assert set(table) == {kind.__struct_config__.tag for kind in get_args(union)}
        assert all(list(row) == [role.value for role in Role] for row in table.values())
    assert set(VIEWS) == set(SPEAKING)
    assert set(VIEWS.values()) == set(get_args(m.View))


# --- commands, over the socket --------------------------------------------------------------


async def _ticket(room: Room) -> str:
    kiosk = await room.join("kiosk")
    issued = await kiosk.ask(kind="issue_ticket", service=SITE.services[1].id)
    return str(issued["value"]["ticket"])


def _wish(command: m.Command, ticket: str) -> dict[str, Any]:
    """A command's fields, about that ticket."""
    wish: dict[str, Any] = json.loads(msgspec.json.encode(command))
    return wish | {"ticket": ticket} if wish.get("ticket") else wish


async def _member(room: Room, role: Role, ticket: str) -> Client:
    words = {Role.COUNTER: "ok 1", Role.SUPERVISOR: "ok 1", Role.TICKET: ticket}
    return await room.join(role.value, words.get(role, "ok"))


@pytest.mark.parametrize("role", SPEAKING)
async def test_a_role_is_granted_its_commands_and_no_other(room: Room, role: Role) -> None:
    granted = {}
    for command in COMMANDS:
        ticket = await _ticket(room)
        member = await _member(room, role, ticket)
        answer = await member.ask(**_wish(command, ticket))
        granted[tag(command)] = answer.get("code") != "not_allowed"
        if tag(command) == "close_day":
            await (await room.join("supervisor")).ask(kind="open_day")
    assert granted == {name: row[role.value] != "-" for name, row in COMMAND_RIGHTS.items()}


async def test_a_phone_may_not_touch_anothers_ticket(room: Room) -> None:
    mine, other = await _ticket(room), await _ticket(room)
    phone = await room.join("ticket", mine)
    for kind in (name for name, row in COMMAND_RIGHTS.items() if row["ticket"] == "own"):
        assert (await phone.ask(kind=kind, ticket=other))["code"] == "not_yours"


async def test_an_officer_may_not_act_for_another_counter(room: Room) -> None:
    desk, ticket = await room.join("counter", "ok 1"), await _ticket(room)
    for command in COMMANDS:
        wish = _wish(command, ticket)
        allowed = COMMAND_RIGHTS[tag(command)]["counter"] == "yes"
        if isinstance(command, m.ReturnTicket):
            continue  # its counter is passed over: the ticket tells its line
        if allowed and "counter" in type(command).__struct_fields__:
            answer = await desk.ask(**(wish | {"counter": 2}))
            assert answer["code"] == "not_yours", tag(command)


# --- views: what a role is shown ------------------------------------------------------------


@pytest.mark.parametrize("role", SPEAKING)
async def test_a_role_is_shown_its_own_kind_of_view(room: Room, role: Role) -> None:
    ticket = await _ticket(room)
    member = await _member(room, role, ticket)
    assert member.welcome["type"] == "welcome"
    kind = VIEWS[role]
    msgspec.convert(member.welcome["view"], kind)
    assert set(member.welcome["view"]) == set(kind.__struct_fields__)


async def test_nobody_but_who_serves_is_shown_a_tickets_id(room: Room) -> None:
    """A ticket's id lets its holder give the place up; boards and kiosks show numbers."""
    ticket, other = await _ticket(room), await _ticket(room)
    for role in (Role.KIOSK, Role.DISPLAY):
        shown = json.dumps((await _member(room, role, ticket)).welcome["view"])
        assert ticket not in shown
    phone = json.dumps((await room.join("ticket", ticket)).welcome["view"])
    assert other not in phone


# --- who one is -----------------------------------------------------------------------------


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    with closing(Registry(tmp_path / "registry")) as one:
        yield one


@pytest.mark.parametrize("claimed", ROLES)
@pytest.mark.parametrize("real", [role for role in ROLES if role is not Role.TICKET])
def test_a_credential_is_good_for_its_own_role_alone(
    registry: Registry, real: Role, claimed: Role
) -> None:
    counter = CounterNumber(1) if real is Role.COUNTER else None
    credential = registry.enrol(real, "máy", counter, at("07:00"))
    enrolment = Enrolment(registry, lambda: at("08:00"))
    hello = m.Hello(m.VERSION, claimed, credential)
    found = admit(hello, {}, "127.0.0.1", registry, lambda: at("08:00"), enrolment)
    if claimed is Role.TICKET:
        # Taken for a ticket's id: there is no such ticket, which joining its topic tells.
        assert found == Actor(Role.TICKET, "ticket", ticket=TicketId(credential))
    elif claimed is real and real is not Role.STANDBY:
        assert found == Actor(real, "máy", counter)
    else:
        assert isinstance(found, Refusal)
        assert found.code == "bad_credential"


@pytest.mark.parametrize("claimed", ROLES)
@pytest.mark.parametrize("real", [Role.COUNTER, Role.SUPERVISOR])
def test_a_sign_in_is_good_for_its_own_role_alone(
    registry: Registry, real: Role, claimed: Role
) -> None:
    registry.add_officer("Hoa", CounterNumber(1), "mật khẩu", at("07:00"), real)
    cookies = {COOKIE: registry.open_session("Hoa", at("07:00"))}
    enrolment = Enrolment(registry, lambda: at("08:00"))
    found = admit(
        m.Hello(m.VERSION, claimed), cookies, "127.0.0.1", registry, lambda: at("08:00"), enrolment
    )
    if claimed is real:
        assert found == Actor(real, "Hoa", CounterNumber(1))
    else:
        assert isinstance(found, Refusal)
        assert found.code == "bad_credential"


# --- questions ------------------------------------------------------------------------------


@pytest.fixture
async def inquire(room: Room, tmp_path: Path) -> Inquire:
    limits = LookupLimits(digits_answer_ms=1)
    lookup = Lookup(room.hall, FakeDossiers(), lambda: Catalogue(()), limits, room.clock)
    room.hall.site = msgspec.structs.replace(room.hall.site, one_ticket_per_card=True)
    return Cards(room.hall, tmp_path, room.clock, lookup.answer).answer


@pytest.mark.parametrize("role", SPEAKING)
async def test_a_role_is_answered_its_questions_and_no_other(
    room: Room, inquire: Inquire, role: Role
) -> None:
    room.live.inquire = inquire
    member = await _member(room, role, await _ticket(room))
    answered = {}
    for question in QUESTIONS:
        asked = json.loads(msgspec.json.encode(question))
        await member.send(type="question", request_id=str(uuid.uuid4()), question=asked)
        answer = await member.frame("answer", "refused")
        answered[tag(question)] = answer.get("code") != "not_allowed"
    assert answered == {name: row[role.value] == "yes" for name, row in QUESTION_RIGHTS.items()}


# --- pages ----------------------------------------------------------------------------------


def test_every_page_has_its_row(house: House) -> None:
    served = set()
    for route in house.app.routes:
        if isinstance(route, Mount):
            assert route.path == "/static", "files for everybody"
            continue
        assert isinstance(route, Route)
        served |= {f"{method} {route.path}" for method in (route.methods or ()) if method != "HEAD"}
    assert served == set(PAGES)


@pytest.fixture
async def visitors(house: House) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    found = {"nobody": house.browser("http://testserver")}
    for who, name in (("officer", "Trần Thị Hoa"), ("supervisor", "Giám sát")):
        found[who] = house.browser("http://testserver")
        data = {"name": name, "password": "mật khẩu"}
        assert (await found[who].post("/sign-in", data=data, headers=ORIGIN)).status_code == 303
    found["elsewhere"] = house.browser("http://testserver", "192.0.2.7")
    yield found
    for one in found.values():
        await one.aclose()


async def test_every_page_is_shown_to_whom_it_is_for(
    house: House, visitors: dict[str, httpx.AsyncClient]
) -> None:
    statuses: dict[str, dict[str, str]] = {}
    for page in PAGES:
        method, path = page.split()
        place = re.sub(r"\{\w+\}", "none", path)
        statuses[page] = {}
        for who, client in visitors.items():
            headers: dict[str, Any] = {} if method == "GET" else dict(ORIGIN)
            if who == "elsewhere":
                headers = {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"}
            if page == "POST /sign-out":
                client = house.browser("http://testserver", client._transport.client[0])  # type: ignore[attr-defined]
            answer = await client.request(method, place, headers=headers)
            statuses[page][who] = str(answer.status_code)
    assert statuses == PAGES
