"""The hub tells systemd that it serves and lives, and falls silent when it does not."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hub import heartbeat
from hub.hall import Hall
from hub.heartbeat import Heartbeat
from hub.journal.base import Answer, Entry
from hub.journal.memory import MemoryJournal
from shared.systemd import Systemd
from tests.hub.hall_site import SITE, at
from tests.hub.hub_process import running_hub

EVERY_S = 0.1


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def falls_silent(heard: socket.socket) -> bool:
    """Whether, after what is there already, nothing comes for eight beats."""
    heard.settimeout(EVERY_S * 8)
    try:
        for _ in range(20):
            heard.recv(99)
    except TimeoutError:
        return True
    finally:
        heard.settimeout(5)
    return False


def watched(heard: socket.socket) -> dict[str, str]:
    """The environment of a service that systemd watches over."""
    return {"NOTIFY_SOCKET": heard.getsockname(), "WATCHDOG_USEC": str(round(EVERY_S * 2e6))}


def test_a_hub_says_that_it_serves_and_then_that_it_lives_while_its_loop_turns(
    tmp_path: Path, heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in watched(heard).items():
        monkeypatch.setenv(name, text)
    with running_hub(tmp_path / "hub") as hub:
        assert heard.recv(99) == b"READY=1"
        assert [heard.recv(99) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        os.kill(hub.pid, signal.SIGSTOP)
        assert falls_silent(heard)
        os.kill(hub.pid, signal.SIGCONT)
        assert heard.recv(99) == b"WATCHDOG=1"


def test_a_hub_that_is_ended_for_hanging_leaves_its_threads_places_in_the_log(
    tmp_path: Path,
) -> None:
    with running_hub(tmp_path / "hub") as hub:
        os.kill(hub.pid, signal.SIGABRT)
        # Python looks at threads that may be running; where that goes wrong the end is as sure.
        assert hub.stop() in (-signal.SIGABRT, -signal.SIGSEGV)
        assert "Fatal Python error: Aborted" in hub.log


class HangingJournal(MemoryJournal):
    """Gives no answer until `again`."""

    def __init__(self) -> None:
        super().__init__()
        self.again = threading.Event()

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        self.again.wait(20)
        super().append(entries, answers)


async def test_a_journal_that_hangs_ends_the_beats_and_one_that_goes_on_begins_them_again(
    heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "HANGS_S", 0.3)
    journal = HangingJournal()
    hall = Hall(SITE, journal, lambda: at("08:00"))
    running = asyncio.create_task(hall.run())  # it opens the day, which the journal must keep
    assert hall.keeping_s == 0
    Heartbeat(hall, Systemd(watched(heard))).begin()
    assert await asyncio.to_thread(heard.recv, 99) == b"READY=1"
    assert await asyncio.to_thread(falls_silent, heard)
    journal.again.set()
    assert await asyncio.to_thread(heard.recv, 99) == b"WATCHDOG=1"
    assert hall.keeping_s == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_an_exchange_of_the_journals_file_that_hangs_ends_the_beats_as_well(
    heard: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "HANGS_S", 0.3)
    hall = Hall(SITE, MemoryJournal(), lambda: at("08:00"))
    running = asyncio.create_task(hall.run())
    await hall.ready.wait()
    again = threading.Event()

    def hang() -> None:
        again.wait(20)

    exchanging = asyncio.create_task(hall.exchange(hang))
    Heartbeat(hall, Systemd(watched(heard))).begin()
    assert await asyncio.to_thread(heard.recv, 99) == b"READY=1"
    assert await asyncio.to_thread(falls_silent, heard)
    again.set()
    await exchanging
    assert await asyncio.to_thread(heard.recv, 99) == b"WATCHDOG=1"
    assert hall.keeping_s == 0
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_hub_that_cannot_keep_anything_still_lives(heard: socket.socket) -> None:
    class FullHall:
        healthy = False
        keeping_s = 0.0

    Heartbeat(FullHall(), Systemd(watched(heard))).begin()
    told = [await asyncio.to_thread(heard.recv, 99) for _ in range(3)]
    assert told == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]


async def test_without_systemd_the_hub_beats_for_nobody() -> None:
    class Hangs:
        keeping_s = 99.0

    Heartbeat(Hangs(), Systemd({})).begin()
