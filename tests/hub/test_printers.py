"""What kiosks say of their printers reaches supervisors at once, and the figures."""

import structlog

from hub.conversation import MAX_REFUSED
from hub.metrics import Metrics
from hub.printers import FORGET_AFTER_MS, Change, Printers, Told
from hub.topics import PACE_S
from shared import messages as m
from shared.model import Instant, Role
from tests.hub.test_hall import until
from tests.hub.test_realtime import Client, Room, room as room

NO_PAPER, READY = m.PrinterState.NO_PAPER, m.PrinterState.READY


def at(ms: int) -> Instant:
    return Instant(ms)


def test_only_what_is_new_is_a_change_and_keeps_its_moment() -> None:
    printers = Printers()
    printers.connected("k")
    assert printers.known(at(0)) == {}, "a kiosk that tells of no printer has none"
    assert printers.told("k", READY, at(1)) == Change("k", READY, None)
    assert printers.told("k", READY, at(2)) is None
    assert printers.told("k", NO_PAPER, at(3)) == Change("k", NO_PAPER, READY)
    assert printers.known(at(9)) == {"k": Told(NO_PAPER, at(3))}


def test_with_a_kiosks_last_connection_goes_what_is_known_and_a_day_later_the_kiosk() -> None:
    printers = Printers()
    for _ in range(2):
        printers.connected("k")
    printers.connected("paperless")
    printers.told("k", READY, at(1))
    assert printers.left("k", at(2)) is None, "it has come back before the old one was seen to go"
    assert printers.left("k", at(3)) == Change("k", None, READY)
    assert printers.left("paperless", at(3)) is None
    assert printers.known(at(3 + FORGET_AFTER_MS)) == {"k": Told(None, at(3))}
    assert printers.known(at(4 + FORGET_AFTER_MS)) == {}


async def tells(kiosk: Client, state: str) -> None:
    await kiosk.send(type="printer", state=state)


async def test_a_supervisor_sees_a_printers_trouble_and_its_end(room: Room) -> None:
    metrics = Metrics()
    room.live._gauge = metrics
    boss, kiosk = await room.join("supervisor"), await room.join("kiosk")
    with structlog.testing.capture_logs() as logs:
        for state in ("ready", "no_paper", "mute"):
            await tells(kiosk, state)
            told = await boss.view_where(
                lambda view, state=state: view["printers"] and view["printers"][0]["state"] == state
            )
            assert told["view"]["printers"][0]["name"] == "kiosk"
            assert told["view"]["printers"][0]["since"].startswith("2026-11-23T")
        page = metrics.page(room.hall.state).decode()
        assert 'motcua_printer{kiosk="kiosk",state="mute"} 1.0' in page
        assert 'motcua_printer{kiosk="kiosk",state="no_paper"} 0.0' in page
        await kiosk.connection.close()
        await boss.view_where(lambda view: view["printers"][0]["state"] is None)
    page = metrics.page(room.hall.state).decode()
    assert 'motcua_printer{kiosk="kiosk",state="unknown"} 1.0' in page
    said = [(line["event"], line["printer"]) for line in logs if "kiosk" in line]
    assert said == [
        ("printer_told", READY),
        ("printer_faulty", NO_PAPER),
        ("printer_told", m.PrinterState.MUTE),
        ("printer_told", None),
    ]
    assert PACE_S[Role.SUPERVISOR] < 0.25, "with the kiosk's own half second it is known in 1 s"


async def test_a_printer_of_no_kiosk_is_passed_over_and_a_flood_of_it_ends(room: Room) -> None:
    wall, kiosk = await room.join("display"), await room.join("kiosk")
    for client in (wall, kiosk):
        for number in range(MAX_REFUSED * 2):
            await tells(client, "ready" if number % 2 else "no_paper")
        assert await client.closed() == m.Close.POLICY
    await until(lambda: room.live._topics.printers().keys() == {"kiosk"})


async def test_a_ticket_that_was_only_sent_is_counted_as_that(room: Room) -> None:
    metrics = Metrics()
    room.hall._meter = metrics
    kiosk = await room.join("kiosk")
    issued = await kiosk.ask(kind="issue_ticket", service="dat-dai")
    ticket = issued["value"]["ticket"]
    assert (await kiosk.ask(kind="ticket_sent", ticket=ticket))["type"] == "result"
    page = metrics.page(room.hall.state).decode()
    assert 'motcua_events_total{kind="ticket_sent"} 1.0' in page
    assert 'kind="ticket_printed"' not in page
