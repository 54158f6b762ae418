"""Views to many sockets: how soon the last has it, what a delivery costs, what a socket weighs."""

import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psutil

from bench.hubs import BenchHub
from bench.queue import kiosks, percentile
from bench.raw import RawClient, command, issue, pump
from deploy.hall.programs import ROOT
from shared.messages import Issued

STAFF = {"kiosk": 6, "display": 20}
COUNTERS = 37
PHONES = 500
EVENTS = 60
GAP_S = 0.25
"""Between events, so that each finds every role's pace at rest."""

SOCKETS = 5_000
_VIEW = b'"type":"view"'
_MB = 1024 * 1024


def take(client: RawClient, count: int) -> list[str]:
    """Take that many numbers one after another; the tickets' ids."""
    results = [msgspec.json.decode(client.ask(issue())) for _ in range(count)]
    return [msgspec.convert(result["value"], Issued).ticket for result in results]


class Deliveries:
    """Counts the views that arrive, and when the last of them did."""

    def __init__(self) -> None:
        self.count = 0
        self.bytes = 0
        self.last = 0.0

    def heard(self, client: RawClient, data: bytes) -> None:
        """Bytes as they come: only views count."""
        views = data.count(_VIEW)
        if views:
            self.count += views
            self.bytes += len(data)
            self.last = time.perf_counter()


def fanout() -> dict[str, float]:
    """A call's way to the last of 563 sockets, 500 of them phones that each see their own ticket.

    All 500 wait in the line that is called from, so every call changes every phone's view. The
    bare figure is one `websockets.broadcast` of a frame of the same mean size to as many sockets.
    """
    with BenchHub() as hub:
        desk = RawClient(hub.live, "counter", hub.credentials["counter 4"])
        taker = kiosks(hub, 1)[0]
        take(taker, EVENTS + 10)
        phones = [RawClient(hub.live, "ticket", ticket) for ticket in take(taker, PHONES)]
        taker.close()
        staff = [
            RawClient(hub.live, role, hub.credentials[role])
            for role, count in STAFF.items()
            for _ in range(count)
        ]
        staff += [
            RawClient(hub.live, "counter", hub.credentials[f"counter {number}"])
            for number in range(1, COUNTERS + 1)
        ]
        everyone = [*phones, *staff, desk]
        took, seen, cpu = _call_and_count(hub, desk, everyone)
    bare, bare_took = bare_cost(len(everyone), seen.bytes // seen.count)
    cost = cpu / seen.count
    return {
        "fanout_ms_p50": percentile(took, 0.5),
        "fanout_ms_p99": percentile(took, 0.99),
        "bare_ms_p50": percentile(bare_took, 0.5),
        "fanout_sockets_reached": seen.count / EVENTS,
        "fanout_us_per_delivery": cost * 1e6,
        "bare_us_per_delivery": bare * 1e6,
        "fanout_of_bare": cost / bare,
    }


def _call_and_count(
    hub: BenchHub, desk: RawClient, everyone: list[RawClient]
) -> tuple[list[float], Deliveries, float]:
    """Call again and again: milliseconds to the last delivery, all deliveries, CPU seconds."""
    took: list[float] = []
    seen = Deliveries()
    cpu = hub.cpu_s()
    for _ in range(EVENTS):
        began = time.perf_counter()
        desk.socket.sendall(command('{"kind":"call_next"}'))
        _receive(everyone, seen, PHONES)
        took.append((seen.last - began) * 1e3)
    used = hub.cpu_s() - cpu
    return took, seen, used


def _receive(clients: list[RawClient], seen: Deliveries, least: int) -> None:
    """Take in an event's views for `GAP_S`, or until `least` are there if that is later."""
    began, goal = time.perf_counter(), seen.count + least
    pump(
        clients,
        seen.heard,
        lambda: seen.count >= goal and time.perf_counter() - began > GAP_S,
        lambda: 0.02,
        read=RawClient.gulp,
    )


def bare_cost(sockets: int, size: int) -> tuple[float, list[float]]:
    """A bare `websockets.broadcast` in a process of its own: CPU seconds a delivery, and the
    milliseconds to the last socket each time."""
    took = []
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.bare", str(size)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    address = process.stdout.readline().strip()
    clients = [RawClient(address, "kiosk", "x") for _ in range(sockets)]
    seen = Deliveries()
    try:
        watched = psutil.Process(process.pid)
        before = watched.cpu_times()
        for _ in range(EVENTS):
            began = time.perf_counter()
            process.stdin.write("go\n")
            process.stdin.flush()
            _receive(clients, seen, sockets)
            took.append((seen.last - began) * 1e3)
        after = watched.cpu_times()
    finally:
        process.stdin.close()
        process.kill()  # nothing to lose, and its goodbyes would take 10 s
        process.wait()
        for client in clients:
            client.close()
    used = after.user + after.system - before.user - before.system
    return used / seen.count, took


def hub_rss() -> dict[str, float]:
    """The hub's resident memory with 5,000 phones on line, each with a ticket of its own."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, SOCKETS + 1000)), hard))
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "hub.toml"  # all of them come from one address here
        most = SOCKETS + 10
        settings.write_text(f"live_connections = {most}\nlive_per_address = {most}\n")
        return _rss(settings)


def _rss(settings: Path) -> dict[str, float]:
    with BenchHub(settings=settings) as hub:
        [taker] = kiosks(hub, 1)
        empty = hub.process.memory_info().rss / _MB
        phones = [RawClient(hub.live, "ticket", ticket) for ticket in take(taker, SOCKETS)]
        rss = hub.process.memory_info().rss / _MB
        for phone in phones:
            phone.close()
    return {"hub_rss_empty_mb": empty, "hub_rss_mb": rss}
