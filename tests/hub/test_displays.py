"""Displays over real sockets: plans, emergencies, and what their reports tell of them."""

import json
from pathlib import Path

import pytest
import structlog
from msgspec.structs import replace

from hub.conversation import MAX_REFUSED
from hub.engine.plans import Display
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.journal.sqlite import SqliteJournal
from hub.metrics import Metrics
from hub.realtime import LOOK_EVERY_S
from shared import messages as m
from shared.model import CounterNumber, Instant, Layout, Role, ScreenPlan
from tests.hub.hall_site import BOSS, LAND, SITE, at, officer
from tests.hub.test_hall import Clock, fresh, serving, until
from tests.hub.test_realtime import Client, Frame, Room, room as room

ZONE = {"layout": "zone", "counters": [1, 2], "title": "Đất đai", "officers": False}


async def report(room: Room, display: Client, seq: int, **told: object) -> None:
    """What a display sends, taken in by the hub."""
    frame = {"frame": f"f{seq}", "frame_age_ms": 900, "sound": "well", **told}
    screen = room.live._topics._watch._screens[Role.DISPLAY.value]
    before = screen.report
    await display.send(type="report", seq=seq, **frame)
    await until(lambda: screen.report is not before)


def passes(room: Room, seconds: float) -> None:
    """Time goes by in the hall, and the hub looks."""
    room.clock.now = Instant(room.clock.now + round(seconds * 1000))
    room.live.look()


def fault(frame: Frame) -> str | None:
    [screen] = frame["view"]["screens"]
    told: str | None = screen["fault"]
    return told


async def test_a_changed_plan_reaches_just_that_display_at_once(room: Room) -> None:
    boss, wall = await room.join("supervisor"), await room.join("display")
    assert wall.welcome["view"]["plan"]["layout"] == "main"
    answer = await boss.ask(kind="arrange_display", display="display", plan=ZONE)
    assert answer["value"] == {"display": "display", "plan": ZONE}
    shown = (await wall.view_where(lambda view: view["plan"] == ZONE))["view"]
    assert [counter["number"] for counter in shown["counters"]] == [1, 2]
    told = await boss.view_where(lambda view: view["screens"])
    assert told["view"]["screens"][0]["plan"] == ZONE


async def test_an_emergency_reaches_every_screen_and_goes_again(room: Room) -> None:
    boss = await room.join("supervisor")
    others = [await room.join("kiosk"), await room.join("display")]
    others.append(await room.join("counter", "ok 1"))
    await boss.ask(kind="raise_emergency", text="Mời ông/bà rời sảnh.")
    for client in (boss, *others):
        await client.view_where(lambda view: view["emergency"] == "Mời ông/bà rời sảnh.")
    await boss.ask(kind="clear_emergency")
    for client in (boss, *others):
        await client.view_where(lambda view: view["emergency"] == "")


async def test_a_call_that_an_emergency_has_silenced_comes_to_the_wall_anew(room: Room) -> None:
    boss, kiosk, wall = [await room.join(role) for role in ("supervisor", "kiosk", "display")]
    desk = await room.join("counter", "ok 1")
    await kiosk.ask(kind="issue_ticket", service=LAND)
    await desk.ask(kind="call_next")
    await boss.ask(kind="raise_emergency", text="Mời ông/bà rời sảnh.")
    assert (await desk.ask(kind="recall"))["code"] == "emergency"
    before = (await wall.view_where(lambda view: view["emergency"]))["view"]["calls"]
    room.clock.now = Instant(room.clock.now + 600_000)
    await boss.ask(kind="clear_emergency")
    after = (await wall.view_where(lambda view: not view["emergency"]))["view"]["calls"]
    assert [call["number"] for call in before] == ["A001"]
    assert after[0]["number"] == "A001" and after[0]["at"] > before[0]["at"]


async def test_a_display_that_is_enrolled_is_missed_though_it_never_came(room: Room) -> None:
    boss = await room.join("supervisor")
    room.enrolled = {"display-9"}
    passes(room, 1)
    passes(room, 11)
    told = await boss.view_where(lambda view: view["screens"] and view["screens"][0]["fault"])
    assert [(one["name"], one["fault"]) for one in told["view"]["screens"]] == [
        ("display-9", "gone")
    ]
    room.registry_fails = True
    passes(room, 90_000)
    assert room.live._topics.troubles.keys() == {"display-9"}, "not forgotten for a bad disk"
    room.registry_fails, room.enrolled = False, set()  # revoked
    passes(room, 90_000)
    assert room.live._topics.troubles == {}


async def test_a_display_that_is_set_up_to_be_silent_is_told_to_the_supervisor(room: Room) -> None:
    boss, wall = await room.join("supervisor"), await room.join("display")
    await report(room, wall, 1, sound="off")
    passes(room, 1)
    told = await boss.view_where(lambda view: view["screens"] and view["screens"][0]["hushed"])
    assert told["view"]["screens"][0]["fault"] is None
    await report(room, wall, 1, sound="well")
    passes(room, 1)
    await boss.view_where(lambda view: view["screens"] and not view["screens"][0]["hushed"])


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"seq": 1, "frame": "f1", "frame_age_ms": 13_000}, "frozen"),
        ({"seq": 2, "frame": "f1"}, "frozen"),
        ({"seq": 1, "frame": "f1"}, "stale"),
        ({"seq": 2, "sound": "failed"}, "silent"),
        ({"seq": 2, "behind": 9, "behind_ms": 46_000}, "silent"),
    ],
)
async def test_what_a_display_reports_of_itself_is_compared_and_named(
    room: Room, told: dict[str, object], name: str
) -> None:
    wall, boss = await room.join("display"), await room.join("supervisor")
    await report(room, wall, 1)
    await room.hall.ask(officer(1), fresh(), m.OpenCounter())
    await room.hall.ask(Actor(Role.KIOSK, "k"), fresh(), m.IssueTicket(LAND))
    await room.hall.ask(officer(1), fresh(), m.CallNext())
    shown = await wall.view_where(lambda view: view["calls"])
    told = {**told, "seq": shown["seq"] if told["seq"] == 2 else 1}
    with structlog.testing.capture_logs() as logs:
        for _ in range(4):
            passes(room, 5)
            await report(room, wall, **told)  # type: ignore[arg-type]
        passes(room, 1)
        seen = await boss.view_where(lambda view: view["screens"] and view["screens"][0]["fault"])
        assert fault(seen) == name
        assert seen["view"]["screens"][0]["since"].startswith("2026-11-23T")
        await report(room, wall, shown["seq"], frame="as it should be")
        passes(room, 1)
        well = await boss.view_where(lambda view: not view["screens"][0]["fault"])
    assert well["view"]["screens"][0]["since"] is None
    assert [(line["event"], str(line["fault"])) for line in logs if "fault" in line] == [
        ("display_faulty", name),
        ("display_recovered", name),
    ]


async def test_a_display_that_goes_or_says_nothing_is_named(room: Room) -> None:
    boss, wall = await room.join("supervisor"), await room.join("display")
    room.live.look()
    assert fault(await boss.view_where(lambda view: view["screens"])) is None
    passes(room, 16)
    assert fault(await boss.frame("view")) == "mute"
    await wall.connection.close()
    await until(lambda: not room.live._topics._watch._screens["display"].connections)
    passes(room, 11)
    assert fault(await boss.frame("view")) == "gone"


async def test_the_hub_looks_by_itself(room: Room) -> None:
    boss = await room.join("supervisor")
    await room.join("display")
    room.clock.now = Instant(room.clock.now + 16_000)
    await boss.view_where(lambda view: view["screens"] and view["screens"][0]["fault"] == "mute")
    assert LOOK_EVERY_S + 18 < 20


async def test_what_others_report_is_passed_over_and_a_flood_of_it_ends(room: Room) -> None:
    text = '{"type":"report","seq":1,"frame":"f","frame_age_ms":0,"sound":"off"}'
    kiosk = await room.join("kiosk")
    await kiosk.connection.send(text)
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"
    assert room.live._topics._watch.troubles() == {}
    wall = await room.join("display")
    for client, sent in ((kiosk, MAX_REFUSED + 1), (wall, MAX_REFUSED * 2)):
        for _ in range(sent):
            await client.connection.send(text)
        assert await client.closed() == m.Close.POLICY


async def test_a_display_that_stays_stale_is_told_to_begin_anew(room: Room) -> None:
    wall, other = await room.join("display"), await room.join("kiosk")
    await report(room, wall, 0)
    await room.hall.ask(officer(1), fresh(), m.OpenCounter())
    await wall.view_where(lambda view: view["counters"][0]["state"] == "open")
    with structlog.testing.capture_logs() as logs:
        for _ in range(7):
            await report(room, wall, 0)
            passes(room, 5)
    assert await wall.closed() == m.Close.BEGIN_ANEW
    assert [line["display"] for line in logs if line["event"] == "display_begins_anew"] == [
        "display"
    ]
    assert (await other.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"


async def test_a_panel_follows_the_number_at_its_counter_and_no_call_elsewhere(room: Room) -> None:
    plan = ScreenPlan(Layout.COUNTER, (CounterNumber(1),))
    await room.hall.ask(BOSS, fresh(), m.ArrangeDisplay("display", plan))
    wall = await room.join("display")
    for counter in (1, 2):
        await room.hall.ask(officer(counter), fresh(), m.OpenCounter())
    await room.hall.ask(Actor(Role.KIOSK, "k"), fresh(), m.IssueTicket(LAND))
    await room.hall.ask(officer(1), fresh(), m.CallNext())
    shown = await wall.view_where(lambda view: view["counters"][0]["ticket"])
    screen = room.live._topics._watch._screens["display"]
    await report(room, wall, shown["seq"])
    assert screen.headline.text == "A001"
    passes(room, 1)
    await room.hall.ask(officer(1), fresh(), m.Transfer(LAND, CounterNumber(2)))
    shown = await wall.view_where(lambda view: not view["counters"][0]["ticket"])
    await report(room, wall, shown["seq"])
    assert screen.headline.text == ""


async def test_displays_stand_in_the_figures_with_each_fault(room: Room) -> None:
    metrics = Metrics()
    room.live._gauge = metrics
    wall = await room.join("display")
    await report(room, wall, room.hall.seq, sound="failed")
    passes(room, 2)
    page = metrics.page(room.hall.state).decode()
    assert 'motcua_display_fault{display="display",fault="silent"} 1.0' in page
    for name in ("gone", "mute", "frozen", "stale"):
        assert f'motcua_display_fault{{display="display",fault="{name}"}} 0.0' in page
    assert 'motcua_display_frame_age_seconds{display="display"} 2.9' in page


async def test_a_display_that_comes_again_is_told_what_it_had_announced(room: Room) -> None:
    wall = await room.join("display")
    assert wall.welcome["announced"] is None
    await report(room, wall, 1, announced=[7, 5])
    await wall.connection.close()
    assert (await room.join("display")).welcome["announced"] == [7, 5]
    assert (await room.join("kiosk")).welcome["announced"] is None


async def test_displays_with_one_plan_are_sent_the_same_bytes(room: Room) -> None:
    first, second = await room.join("display"), await room.join("display")
    await room.hall.ask(officer(3), fresh(), m.OpenCounter())
    frames = [await one.connection.recv() for one in (first, second)]
    assert frames[0] == frames[1]
    assert json.loads(frames[0])["view"]["counters"][2]["state"] == "open"


async def test_plan_and_emergency_outlive_a_day_and_a_restart(tmp_path: Path) -> None:
    clock, site = Clock(), replace(SITE, displays=(Display("a", Layout.ALL), Display("b")))
    plan = ScreenPlan(Layout.COUNTER, (CounterNumber(3),), officers=True)

    async def hub(*commands: m.Command) -> Hall:
        journal = SqliteJournal(tmp_path)
        try:
            async with serving(Hall(site, journal, clock)) as hall:
                for command in commands:
                    await hall.ask(BOSS, fresh(), command)
        finally:
            journal.close()
        return hall

    await hub(m.CloseDay(), m.ArrangeDisplay("a", plan), m.RaiseEmergency("Mất điện"))
    for day in ("2026-11-23", "2026-11-24", "2026-11-25"):
        clock.now = at("08:00", day)
        state = (await hub()).state
        assert (state.plans, state.emergency) == ({"a": plan}, "Mất điện")
        assert state.emergency_by == "sếp"
    await hub(m.ClearEmergency(), m.ArrangeDisplay("a", ScreenPlan()))
    clock.now = at("08:00", "2026-11-26")
    state = (await hub()).state
    assert (state.plans, state.emergency) == ({"a": ScreenPlan()}, "")
