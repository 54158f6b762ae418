import os
from collections.abc import Iterator

import pytest

from shared.pulse import VARIABLE, Pulse


class Pipe:
    """A keeper's end of the pipe, and a clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.pulse = Pulse({VARIABLE: str(self.writer)}, lambda: self.now)

    def beats(self) -> bytes:
        try:
            return os.read(self.reader, 1 << 17)
        except BlockingIOError:
            return b""


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.pulse.close()
    os.close(pipe.reader)


def test_a_beat_is_one_byte_and_comes_at_most_once_a_second(pipe: Pipe) -> None:
    for _n in range(5):
        pipe.pulse.beat()
    assert pipe.beats() == b"."
    pipe.now += 1.0
    pipe.pulse.beat()
    assert pipe.beats() == b"."


def test_the_keeper_hears_when_it_is_ready(pipe: Pipe) -> None:
    pipe.pulse.ready()
    assert pipe.beats() == b"!"


def test_a_keeper_that_does_not_read_never_holds_the_program_up(pipe: Pipe) -> None:
    for _n in range(70_000):
        pipe.now += 1
        pipe.pulse.beat()
    assert 0 < len(pipe.beats()) < 70_000
    assert pipe.pulse.felt


def test_a_keeper_that_has_gone_is_no_error(pipe: Pipe) -> None:
    os.close(pipe.reader)
    pipe.pulse.beat()
    assert not pipe.pulse.felt
    pipe.reader = os.dup(pipe.writer)


def test_children_do_not_inherit_the_pipe(pipe: Pipe) -> None:
    assert not os.get_inheritable(pipe.writer)


@pytest.mark.parametrize("environment", [{}, {VARIABLE: "x"}, {VARIABLE: "99999"}])
def test_without_a_keeper_nothing_happens(environment: dict[str, str]) -> None:
    pulse = Pulse(environment, lambda: 0.0)
    assert not pulse.felt
    pulse.beat()
    pulse.ready()
    pulse.close()
