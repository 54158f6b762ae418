"""Hubs to be measured: a real `motcua-hub serve` in its own process, with a past if wanted."""

import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType

import psutil

from deploy.hall.programs import ROOT, Program, addresses, python
from hub.database import Database
from hub.journal.sqlite import FILE, SqliteJournal
from hub.registry import Registry
from shared.model import CounterNumber, Instant, Role

EVENTS_A_DAY = 5_000


class BenchHub:
    """A hub on loopback with devices enrolled; its data folder goes when it is closed. `settings`
    is a hub.toml, `site` a site.toml with its files beside it."""

    def __init__(
        self,
        past_events: int = 0,
        settings: Path | None = None,
        site: Path = ROOT / "config" / "site.toml",
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="motcua-bench-"))
        self.data = self.folder / "data"
        self.data.mkdir()
        if past_events:
            make_past(self.data, past_events)
        self.credentials = self._enrol()
        started = time.perf_counter()
        self.program = Program(
            "hub",
            [
                *python("hub", "serve", "--site", str(site)),
                *("--data", str(self.data), "--always-open"),
                *("--live", "127.0.0.1:0", "--web", "127.0.0.1:0"),
                *(("--config", str(settings)) if settings else ()),
            ],
            self.folder / "hub.log",
        )
        self.live = addresses(self.program.wait_ready())["live"]
        self.ready_s = time.perf_counter() - started
        self.process = psutil.Process(self.program.pid)

    def _enrol(self) -> dict[str, str]:
        at = Instant(time.time_ns() // 1_000_000)
        registry = Registry(self.data)
        try:
            given = {
                role.value: registry.enrol(role, role.value, None, at)
                for role in (Role.KIOSK, Role.DISPLAY, Role.SUPERVISOR)
            }
            for number in range(1, 38):
                counter = CounterNumber(number)
                given[f"counter {number}"] = registry.enrol(
                    Role.COUNTER, f"counter {number}", counter, at
                )
            return given
        finally:
            registry.close()

    def cpu_s(self) -> float:
        """Processor seconds the hub has used."""
        times = self.process.cpu_times()
        return times.user + times.system

    def close(self) -> None:
        """Stop it and remove its folder."""
        self.program.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> "BenchHub":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


_PAST = """
    WITH RECURSIVE n(seq) AS (VALUES (1) UNION ALL SELECT seq + 1 FROM n WHERE seq < ?1)
    INSERT INTO event (seq, day, at, kind, body, request_id)
    SELECT seq, date('2026-01-01', (seq / ?2) || ' days'), 1767225600000 + seq * 1000,
        iif(seq % ?2 = 1, 'day_opened', 'ticket_issued'),
        iif(seq % ?2 = 1,
            '{"day":"' || date('2026-01-01', (seq / ?2) || ' days')
                || '","timezone":"Asia/Ho_Chi_Minh"}',
            '{"ticket":"' || hex(randomblob(6)) || '","number":"A' || (seq % ?2)
                || '","prefix":"A","ordinal":' || (seq % ?2)
                || ',"service":"dat-dai","arrival":1767225600000}'),
        lower(hex(randomblob(16)))
    FROM n"""


def make_past(data: Path, events: int) -> None:
    """Fill a journal with the events of past days, `EVENTS_A_DAY` each, and end the last day."""
    SqliteJournal(data).close()
    database = Database(data / FILE)
    try:
        database.run(_PAST, events - 1, EVENTS_A_DAY)
        database.run(
            "INSERT INTO event SELECT max(seq) + 1, max(day), max(at), 'day_closed',"
            " '{\"day\":\"' || max(day) || '\"}', NULL FROM event"
        )
        database.run(
            "INSERT INTO answer (request_id, at, fingerprint, seq, value)"
            " SELECT request_id, at, 'past', seq, '{}' FROM event"
            " WHERE request_id IS NOT NULL ORDER BY seq DESC LIMIT 35000"
        )
    finally:
        database.close()
