"""The hub's clock beside a machine's that jumps; nothing here waits for real time."""

import pytest
from structlog.testing import capture_logs

from hub.steady import BELIEVED_AFTER_MS, JUMP_MS, SteadyClock
from shared.model import Instant

START = 1_795_000_000_000
HOUR = 3_600_000


class Machine:
    """A clock that anybody can set, beside the time that really passes."""

    def __init__(self) -> None:
        self.passed = 50_000
        self.set_ahead = 0

    def clock(self) -> Instant:
        return Instant(START + self.passed + self.set_ahead)

    def boot(self) -> int:
        return self.passed

    def right(self) -> Instant:
        """What a clock that nobody has set would say."""
        return Instant(START + self.passed)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def steady(machine: Machine) -> SteadyClock:
    return SteadyClock(machine.clock, machine.boot)


def test_time_passes_as_on_the_machine(machine: Machine, steady: SteadyClock) -> None:
    machine.passed += 12 * HOUR
    assert steady() == machine.clock() and steady.ahead_s() == 0


@pytest.mark.parametrize("step", [1, -1, JUMP_MS, -JUMP_MS])
def test_a_time_server_s_step_is_followed_at_once(
    machine: Machine, steady: SteadyClock, step: int
) -> None:
    machine.set_ahead = step
    assert steady() == machine.clock()
    machine.set_ahead += step  # measured from where it stands now
    assert steady() == machine.clock()


@pytest.mark.parametrize("jump", [HOUR, -HOUR, 24 * HOUR, -24 * HOUR, 400 * 24 * HOUR])
def test_a_jump_is_not_followed_while_it_is_young(
    machine: Machine, steady: SteadyClock, jump: int
) -> None:
    machine.set_ahead = jump
    with capture_logs() as said:
        for _ in range(9):
            assert steady() == machine.right()
            assert steady.ahead_s() == jump / 1000
            machine.passed += BELIEVED_AFTER_MS // 10
        machine.set_ahead = 0
        assert steady() == machine.right() and steady.ahead_s() == 0
    assert [line["event"] for line in said] == ["clock_jumped", "clock_right_again"]
    assert said[0]["seconds"] == jump / 1000


def test_a_jump_that_lasts_is_the_time(machine: Machine, steady: SteadyClock) -> None:
    machine.set_ahead = 24 * HOUR
    steady()
    machine.passed += BELIEVED_AFTER_MS
    with capture_logs() as said:
        assert steady() == machine.clock()
    assert [line["event"] for line in said] == ["clock_believed"]
    assert steady.ahead_s() == 0


def test_each_jump_must_last_by_itself(machine: Machine, steady: SteadyClock) -> None:
    for jump in range(1, 30):
        machine.set_ahead = jump * HOUR
        assert steady() == machine.right()
        machine.passed += BELIEVED_AFTER_MS - 1


def test_a_jump_and_back_begins_anew(machine: Machine, steady: SteadyClock) -> None:
    for _ in range(5):
        machine.set_ahead = 24 * HOUR
        assert steady() == machine.right()
        machine.passed += BELIEVED_AFTER_MS - 1
        machine.set_ahead = 0
        assert steady() == machine.right()
