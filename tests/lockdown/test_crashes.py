"""However the kiosk ends, the curtain shows at once and the kiosk is back within five seconds."""

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import msgspec
import psutil
import pytest
from PIL import ImageColor

from deploy.hall.places import Places
from shared import theme
from tests.journeys.hall import missing
from tests.lockdown.public_machine import PublicMachine, public_machine, until

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")

CURTAIN_S = 0.5
BACK_S = 5.0
EDGE = (540, 6)
"""In the curtain's red edge; the kiosk's own header is white there."""

FAULTS = """
# Python runs this before the kiosk: faults to be called up by signals.
import ctypes, signal, sys, time
if "--no-keeper" in sys.orig_argv:
    def later(fault):
        def come(*_):
            from kivy.clock import Clock
            Clock.schedule_once(lambda _dt: fault(), 0)
        return come
    signal.signal(signal.SIGUSR1, later(lambda: 1 / 0))
    signal.signal(signal.SIGUSR2, later(lambda: ctypes.string_at(0)))
    signal.signal(signal.SIGVTALRM, later(lambda: time.sleep(60)))
elif "--curtain" not in sys.orig_argv:
    # The rules have their own tests; here nobody waits a quarter of a minute.
    import shared.restarts
    shared.restarts.SILENCE_S, shared.restarts.OFTEN = 4.0, 99
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicMachine]:
    faults = tmp_path_factory.mktemp("faults")
    (faults / "sitecustomize.py").write_text(FAULTS, encoding="utf-8")
    environment = {"PYTHONPATH": str(faults)}
    with public_machine(tmp_path_factory.mktemp("kiosk"), environment=environment) as one:
        yield one


def curtain_shows(machine: PublicMachine) -> bool:
    return machine.picture().getpixel(EDGE) == ImageColor.getrgb(theme.BRAND)


def back(machine: PublicMachine, lives: int, since: float) -> None:
    """The curtain within half a second, and the kiosk within five, from `since` on."""
    until(lambda: curtain_shows(machine), "the curtain shows", CURTAIN_S)
    assert time.monotonic() - since < CURTAIN_S
    machine.wait_ready(lives + 1, BACK_S - (time.monotonic() - since))
    until(lambda: not curtain_shows(machine), "the kiosk stands before the curtain", 2)


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (signal.SIGKILL, "signal=SIGKILL"),
        (signal.SIGUSR1, "code=1"),
        (signal.SIGUSR2, "signal=SIGSEGV"),
        (signal.SIGTERM, "code=0"),
    ],
    ids=["killed", "an error in a callback of the clock", "a segmentation fault", "told to end"],
)
def test_however_it_ends_the_curtain_shows_and_it_comes_back(
    machine: PublicMachine, number: signal.Signals, says: str
) -> None:
    lives, said = machine.log.count("ready\n"), len(machine.log)
    child = machine.child()
    began = time.monotonic()
    child.send_signal(number)
    until(lambda: not alive(child), "it ends")
    back(machine, lives, time.monotonic() if number != signal.SIGKILL else began)
    until(lambda: says in machine.log[said:], f"the keeper says {says}")
    assert machine.child() != child
    machine.lead_home()


def test_a_kiosk_that_hangs_is_ended_and_comes_back(machine: PublicMachine) -> None:
    lives, child = machine.log.count("ready\n"), machine.child()
    child.send_signal(signal.SIGVTALRM)
    until(lambda: not alive(child), "the keeper ends it", 10)
    back(machine, lives, time.monotonic())


def test_an_idle_kiosk_is_left_alone(machine: PublicMachine) -> None:
    child = machine.child()
    machine.lead_home()
    # Longer than a silence may be here: nothing changes, and frames come all the same.
    end = time.monotonic() + 7
    while time.monotonic() < end:
        assert machine.child() == child
        time.sleep(0.5)


def test_a_wish_outlives_the_kiosk_that_had_it(machine: PublicMachine) -> None:
    machine.lead_home()
    inflight = machine.folder / "data" / "inflight"
    hub = machine.hub
    before = [event for event in journal(machine) if event["kind"] == "ticket_issued"]
    os.kill(hub.pid, signal.SIGSTOP)
    try:
        places = Places()
        for name, then in (("start", "services"), ("dat-dai", "priority")):
            machine.tap_until(places.centre(name), then)
        machine.tap_until(places.centre("no_priority"), "waiting")
        until(lambda: list(inflight.glob("*.json")), "the wish is on the kiosk's disk")
        (wish,) = inflight.glob("*.json")
        child = machine.child()
        child.kill()
        until(lambda: not alive(child), "it ends")
        until(lambda: curtain_shows(machine), "the curtain shows", CURTAIN_S)
        until(lambda: not curtain_shows(machine), "the new kiosk waits", 15)
    finally:
        os.kill(hub.pid, signal.SIGCONT)
    until(lambda: machine.shown() == "ticket", "the ticket shows")
    issued = [event for event in journal(machine) if event["kind"] == "ticket_issued"]
    assert [event["request_id"] for event in issued[len(before) :]] == [wish.stem]
    until(lambda: not list(inflight.iterdir()), "the kiosk forgets the answered wish")


def test_nothing_stays_when_the_keeper_ends(machine: PublicMachine) -> None:
    child = machine.child()
    assert machine.program.stop() == 0
    assert not alive(child)
    assert machine.windows() == []


def journal(machine: PublicMachine) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in machine.hub.command("journal").splitlines()]


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # it has gone between the two questions
        return False
