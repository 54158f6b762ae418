"""What happens to a kiosk's printer is on the supervisor's screen within a second."""

import json
import time
from collections.abc import Iterator

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.journeys.hall import Hall

KNOWN_WITHIN_S = 1.0


@pytest.fixture
def supervisor(hall: Hall) -> Iterator[ClientConnection]:
    """A supervisor's connection, welcomed."""
    credential = hall.hub.enrol("supervisor", "giám sát", counter=None)
    hello = {"type": "hello", "version": 1, "role": "supervisor", "credential": credential}
    with connect(f"ws://{hall.hub.live}/live") as connection:
        connection.send(json.dumps(hello))
        yield connection


def _knows(supervisor: ClientConnection, state: str) -> None:
    """Wait until the supervisor is shown the kiosk's printer like that."""
    end = time.monotonic() + 15
    while True:
        frame = json.loads(supervisor.recv(end - time.monotonic()))
        if any(one["state"] == state for one in frame.get("view", {}).get("printers", ())):
            return


def test_a_supervisor_knows_of_an_idle_printers_trouble_and_of_its_end_within_1_s(
    hall: Hall, supervisor: ClientConnection
) -> None:
    hall.go_home()
    _knows(supervisor, "ready")
    took: dict[str, float] = {}
    for switch, state in (
        (hall.printer.paper_low, "low_paper"),
        (hall.printer.paper_out, "no_paper"),
        (hall.printer.paper_in, "ready"),
        (hall.printer.open_cover, "cover_open"),
        (hall.printer.close_cover, "ready"),
        (hall.printer.off, "printer_off"),
        (hall.printer.on, "ready"),
    ):
        at = time.monotonic()
        switch()
        _knows(supervisor, state)
        took[f"{switch.__name__}: {state}"] = time.monotonic() - at
    assert {name: s for name, s in took.items() if s >= KNOWN_WITHIN_S} == {}
