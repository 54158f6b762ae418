"""Taking numbers: how many a second, how soon, and whether the past makes it slower."""

import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.hubs import BenchHub
from bench.raw import RawClient, issue, pump
from hub.journal.base import Answer, Entry
from hub.journal.sqlite import SqliteJournal
from shared.model import Instant, RequestId, Seq

CLIENTS = 64
SECONDS = 4.0
OFFERED = 2_500
PAST = 1_000_000
_RESULT = b'{"type":"result"'
_BODY = (
    '{"ticket":"kqE3oeLWsNxDnNNh","number":"A001","prefix":"A","ordinal":1,'
    '"service":"dat-dai","arrival":1764000000000}'
)
_VALUE = (
    '{"ticket":"kqE3oeLWsNxDnNNh","number":"A001","service":"dat-dai","ahead":0,'
    '"wait":{"low":0,"high":5},"counters":[4,5,6],"at":"2026-11-24T02:18:17+07:00",'
    '"url":"http://127.0.0.1:8080/t#kqE3oeLWsNxDnNNh"}'
)


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all lie at or under."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def kiosks(hub: BenchHub, count: int = CLIENTS) -> list[RawClient]:
    """Kiosk connections, welcomed."""
    return [RawClient(hub.live, "kiosk", hub.credentials["kiosk"]) for _ in range(count)]


def closed_loop(clients: list[RawClient], seconds: float) -> float:
    """Issues a second when each client asks again as soon as it is answered."""
    done = 0

    def heard(client: RawClient, text: bytes) -> None:
        nonlocal done
        if text.startswith(_RESULT):
            done += 1
            client.socket.sendall(issue())
        elif text.startswith(b'{"type":"refused"'):
            raise RuntimeError(text.decode())

    for client in clients:
        client.socket.sendall(issue())
    started = time.perf_counter()
    pump(clients, heard, lambda: time.perf_counter() - started > seconds)
    return done / (time.perf_counter() - started)


def open_loop(
    clients: list[RawClient],
    rate: int,
    seconds: float,
    beside: Mapping[RawClient, Callable[[bytes], None]] | None = None,
) -> list[float]:
    """Milliseconds from the moment a request was due to its answer, at a fixed offered rate.

    What the clients `beside` hear is theirs.
    """
    others = beside or {}
    total = int(rate * seconds)
    waiting: dict[RawClient, list[float]] = {client: [] for client in clients}
    took: list[float] = []
    sent = 0
    started = time.perf_counter()

    def heard(client: RawClient, text: bytes) -> None:
        if client in others:
            others[client](text)
        elif text.startswith(_RESULT):
            took.append((time.perf_counter() - waiting[client].pop(0)) * 1e3)

    def offer() -> float:
        nonlocal sent
        now = time.perf_counter()
        while sent < total and started + sent / rate <= now:
            client = clients[sent % len(clients)]
            waiting[client].append(started + sent / rate)
            client.socket.sendall(issue())
            sent += 1
        return max(0.0, started + sent / rate - time.perf_counter()) if sent < total else 0.1

    pump([*clients, *others], heard, lambda: len(took) >= total, offer)
    return took


def journal_rate(seconds: float = SECONDS) -> float:
    """Events a second that the bare journal keeps in groups of 64, each with its answer."""
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        journal = SqliteJournal(Path(folder))
        try:
            started, spent = time.perf_counter(), 0.0
            while time.perf_counter() - started < seconds:
                entries, answers = _group(journal.last_seq())
                before = time.perf_counter()
                journal.append(entries, answers)
                spent += time.perf_counter() - before
            return journal.last_seq() / spent
        finally:
            journal.close()


def _group(last: Seq) -> tuple[list[Entry], list[Answer]]:
    entries, answers = [], []
    for seq in range(last + 1, last + 1 + CLIENTS):
        request = RequestId(str(uuid.uuid4()))
        at = Instant(1764000000000 + seq)
        entries.append(Entry(Seq(seq), "2026-11-23", at, "ticket_issued", _BODY, request))
        answers.append(Answer(request, at, "0123456789abcdef01234567", Seq(seq), _VALUE))
    return entries, answers


def issue_per_s() -> dict[str, float]:
    """64 clients that each wait for their answer, and the same over the raw journal's rate."""
    with BenchHub() as hub:
        clients = kiosks(hub)
        closed_loop(clients, 1.0)
        rates, raw = [], []
        for _ in range(3):
            rates.append(closed_loop(clients, SECONDS / 2))
            raw.append(journal_rate(SECONDS / 2))
        rate, journal = max(rates), max(raw)
    return {"issue_per_s": rate, "journal_per_s": journal, "issue_of_journal": rate / journal}


def ack_ms() -> dict[str, float]:
    """How soon an issue is answered when 2,500 a second are asked for."""
    with BenchHub() as hub:
        clients = kiosks(hub)
        open_loop(clients, OFFERED, 1.0)
        took = open_loop(clients, OFFERED, SECONDS)
    return {"ack_ms_p50": percentile(took, 0.5), "ack_ms_p99": percentile(took, 0.99)}


def issue_growth() -> dict[str, float]:
    """What an issue costs with 1,000,000 events of past days behind it, over an empty journal."""
    with BenchHub() as young, BenchHub(PAST) as old:
        hubs = (young, old)
        clients = {hub: kiosks(hub) for hub in hubs}
        costs: dict[BenchHub, list[float]] = {hub: [] for hub in hubs}
        for hub in hubs:
            closed_loop(clients[hub], 0.5)
        for _ in range(6):
            for hub in hubs:
                costs[hub].append(1 / closed_loop(clients[hub], 0.7))
        growth = percentile(costs[old], 0.5) / percentile(costs[young], 0.5)
    return {"issue_growth": growth}


def hub_ready() -> dict[str, float]:
    """From the start of the process to its ready line, with a journal of 1,000,000 events."""
    with BenchHub(PAST) as hub:
        return {"hub_ready_s": hub.ready_s}
