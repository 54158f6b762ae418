"""Sixteen kiosks take numbers as fast as they can, and the hub is stopped in the middle."""

import json
import os
import selectors
import signal
import time
import uuid
from pathlib import Path

import pytest

from bench.raw import RawClient, frame
from hub.journal.sqlite import read_only
from tests.hub.hub_process import HubProcess, running_hub

KIOSKS = 16
AT_ONCE = 4
"""Numbers a kiosk asks for before it waits."""

ENOUGH = 400
"""Numbers given before the hub is stopped: it is busy then, and has many batches behind it."""

WITHIN_S = 20.0
SERVICES = ("dat-dai", "xay-dung")
_RESULT = b'{"type":"result"'


class Load:
    """What was asked and what was answered, in all the hub's lives."""

    def __init__(self) -> None:
        self.asked: dict[str, bytes] = {}
        self.numbers: dict[str, str] = {}

    def unknown(self) -> list[str]:
        """Requests whose answer, if there was one, was lost."""
        return [request for request in self.asked if request not in self.numbers]

    def new(self) -> bytes:
        request = str(uuid.uuid4())
        service = SERVICES[len(self.asked) % len(SERVICES)]
        wish = {"kind": "issue_ticket", "service": service, "priority": None}
        told = {"type": "command", "request_id": request, "command": wish}
        self.asked[request] = frame(json.dumps(told).encode())
        return self.asked[request]

    def heard(self, text: bytes) -> bool:
        """Take in a frame; says whether it was an answer. The same request has one number only."""
        if text.startswith(b'{"type":"refused"'):
            raise AssertionError(text.decode())
        if not text.startswith(_RESULT):
            return False
        result = json.loads(text)
        request, number = result["request_id"], result["value"]["number"]
        assert self.numbers.setdefault(request, number) == number
        return True


def kiosks(hub: HubProcess, credential: str, count: int = KIOSKS) -> list[RawClient]:
    return [RawClient(hub.live, "kiosk", credential) for _ in range(count)]


def run_until_the_hub_ends(hub: HubProcess, clients: list[RawClient], load: Load, by: int) -> float:
    """Take numbers; after enough of them send the signal, and go on until every socket is closed.

    Gives the moment of the signal.
    """
    enough, signalled = len(load.numbers) + ENOUGH, 0.0
    deadline = time.perf_counter() + WITHIN_S
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.socket.sendall(b"".join(load.new() for _ in range(AT_ONCE)))
            selector.register(client.socket, selectors.EVENT_READ, client)
        while selector.get_map():
            assert time.perf_counter() < deadline, "the load was not done in time"
            for key, _events in selector.select(0.5):
                client = key.data
                try:
                    answers = sum(load.heard(text) for text in client.feed())
                    if answers:
                        client.socket.sendall(b"".join(load.new() for _ in range(answers)))
                except ConnectionError:
                    selector.unregister(client.socket)
                    client.close()
            if not signalled and len(load.numbers) >= enough:
                signalled = time.perf_counter()
                os.kill(hub.pid, by)
    assert signalled, "the hub ended by itself"
    return signalled


def ask_again(hub: HubProcess, credential: str, load: Load, requests: list[str]) -> None:
    """Send each of these twice; `load` compares their numbers with what was said before."""
    [client] = kiosks(hub, credential, 1)
    for request in requests:
        for _ in range(2):
            assert load.heard(client.ask(load.asked[request]))
    client.close()


def numbers_kept(data: Path) -> dict[str, str]:
    """Request ids and their numbers in the journal: one each, and without a gap."""
    kept: dict[str, str] = {}
    last: dict[tuple[str, str], int] = {}
    for entry in read_only(data):
        if entry.kind != "ticket_issued":
            continue
        body = json.loads(entry.body)
        run = (entry.day, body["prefix"])
        assert body["ordinal"] == last.get(run, 0) + 1
        last[run] = body["ordinal"]
        assert body["number"] == f"{body['prefix']}{body['ordinal']:03d}"
        assert entry.request_id is not None
        assert entry.request_id not in kept, "one request, two numbers"
        kept[entry.request_id] = body["number"]
    return kept


@pytest.fixture
def load() -> Load:
    return Load()


def test_a_signal_in_the_middle_of_a_rush_loses_no_number(tmp_path: Path, load: Load) -> None:
    with running_hub(tmp_path) as hub:
        credential = hub.enrol("kiosk", "sảnh")
        process = hub._process
        assert process is not None
        signalled = run_until_the_hub_ends(hub, kiosks(hub, credential), load, signal.SIGTERM)
        assert process.wait(max(0.05, signalled + 2 - time.perf_counter())) == 0
        assert load.numbers.items() <= numbers_kept(tmp_path).items()
        hub.restart()
        ask_again(hub, credential, load, [*load.unknown(), *list(load.numbers)[:8]])
        assert load.numbers == numbers_kept(tmp_path)
    assert "Traceback" not in hub.log


def test_a_power_cut_in_the_middle_of_a_rush_loses_no_number(tmp_path: Path, load: Load) -> None:
    with running_hub(tmp_path) as hub:
        credential = hub.enrol("kiosk", "sảnh")
        for _ in range(2):
            clients = kiosks(hub, credential)
            run_until_the_hub_ends(hub, clients, load, signal.SIGKILL)
            hub.kill()
            assert load.numbers.items() <= numbers_kept(tmp_path).items()
            hub.start()
            ask_again(hub, credential, load, [*load.unknown(), *list(load.numbers)[-8:]])
            assert load.numbers == numbers_kept(tmp_path)
    assert len(load.numbers) >= 2 * ENOUGH
    assert "Traceback" not in hub.log
