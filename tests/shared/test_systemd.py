"""What systemd hears of a service."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.systemd import Systemd


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_it_hears_that_the_service_is_ready_lives_and_ends(heard: socket.socket) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": heard.getsockname(), "WATCHDOG_USEC": "20000000"})
    assert systemd.every_s == 10
    systemd.ready()
    systemd.alive()
    systemd.ending()
    assert [heard.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_an_abstract_socket_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        name = f"motcua-test-{os.getpid()}"
        listener.bind(f"\0{name}")
        listener.settimeout(5)
        Systemd({"NOTIFY_SOCKET": f"@{name}"}).ready()
        assert listener.recv(99) == b"READY=1"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "much"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"},
        {"WATCHDOG_USEC": "20000000"},
    ],
)
def test_without_a_listener_nothing_is_said_and_nothing_fails(environment: dict[str, str]) -> None:
    systemd = Systemd(environment)
    systemd.ready()
    assert systemd.every_s is None
