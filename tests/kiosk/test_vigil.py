"""How long a paper is waited for."""

import pytest

from kiosk import paper
from kiosk.devices.vigil import GRACE_S, LIVES_S, SURE_S, Vigil
from shared.messages import TROUBLES, PrinterState

READY, NO_PAPER, OPEN = PrinterState.READY, PrinterState.NO_PAPER, PrinterState.COVER_OPEN
DOWN = PrinterState.NO_SERVICE


class Watched:
    """A vigil, its clock, and somebody who waits or does not."""

    def __init__(self, patience_s: float = 12.0) -> None:
        self.now = 100.0
        self.waits = True
        self.vigil = Vigil(lambda: self.now, patience_s, lambda: self.waits)

    def passes(self, seconds: float, found: PrinterState) -> bool:
        """Time goes by and the printer is found so all the while; whether it is over."""
        end = self.now + seconds
        while self.now < end:
            self.vigil.saw(found)
            if self.vigil.over():
                return True
            self.now += 0.05
        return False


def test_trouble_is_told_when_it_is_sure_and_its_end_at_once() -> None:
    one = Watched()
    said = []
    for seconds, found in (
        (SURE_S - 0.1, NO_PAPER),
        (0.2, NO_PAPER),
        (0.1, OPEN),
        (0.4, OPEN),
        (0.05, READY),
    ):
        one.passes(seconds, found)
        said.append((one.vigil.told, one.vigil.code))
    assert said == [
        (None, paper.NO_PAPER),
        (NO_PAPER, paper.NO_PAPER),
        (NO_PAPER, paper.COVER_OPEN),
        (OPEN, paper.COVER_OPEN),
        (READY, paper.TIMEOUT),
    ]


def test_what_an_earlier_job_has_left_behind_is_not_told() -> None:
    one = Watched()
    one.passes(0.1, NO_PAPER)
    one.passes(5, READY)
    assert one.vigil.told is None


def test_the_refill_is_waited_for_until_the_paper_is_too_old() -> None:
    one = Watched()
    assert not one.passes(LIVES_S - 1, NO_PAPER)
    assert one.passes(2, NO_PAPER)


@pytest.mark.parametrize("state", sorted(TROUBLES))
def test_when_nobody_waits_trouble_that_is_certain_ends_it(state: PrinterState) -> None:
    one = Watched()
    one.waits = False
    began = one.now
    assert one.passes(10, state)
    assert one.now - began == pytest.approx(SURE_S if state is DOWN else GRACE_S, abs=0.11)


def test_a_printer_without_trouble_has_its_patience_and_again_after_a_refill() -> None:
    one = Watched(patience_s=5)
    assert not one.passes(4.8, READY)
    assert not one.passes(30, NO_PAPER)
    assert not one.passes(4.8, READY)
    assert one.passes(0.5, READY)
