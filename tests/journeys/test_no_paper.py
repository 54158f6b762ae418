"""Trouble with paper never costs anybody the place, no paper comes late, and none comes twice."""

from collections.abc import Callable

import pytest
from PIL import Image

from shared import theme
from tests.journeys.glass import qr, share, until
from tests.journeys.hall import Hall
from tests.paper import read_codes

Switch = Callable[[Hall], None]
TROUBLES: dict[str, tuple[Switch, Switch]] = {
    "no_paper": (lambda hall: hall.printer.paper_out(), lambda hall: hall.printer.paper_in()),
    "cover_open": (lambda hall: hall.printer.open_cover(), lambda hall: hall.printer.close_cover()),
    "printer_off": (lambda hall: hall.printer.off(), lambda hall: hall.printer.on()),
    "cups_down": (lambda hall: hall.cups.kill(), lambda hall: hall.cups.start()),
}


def _warns(hall: Hall) -> bool:
    """Whether the kiosk says what is the matter with the paper."""
    return share(hall.kiosk_picture(), theme.WARN) > 0.001


def _last_number(hall: Hall) -> str:
    """The number on the paper that came out last."""
    with Image.open(hall.printer.folder / str(hall.printer.tickets()[-1]["file"])) as dots:
        return read_codes(dots)[1]


@pytest.mark.parametrize("code", TROUBLES)
def test_number_and_qr_stay_on_the_screen_and_nothing_is_printed_when_the_person_has_gone(
    hall: Hall, code: str
) -> None:
    spoil, mend = TROUBLES[code]
    hall.go_home()
    papers = hall.printer.printed
    spoil(hall)
    try:
        issued = hall.take_number()
        until(lambda: _warns(hall), "the kiosk says what is the matter")
        assert qr(hall.kiosk_picture()) == f"{hall.hub.url}/t#{issued['ticket']}"
        hall.tap("done")
        failed = hall.wait_event("print_failed", since=issued["seq"])
        assert (failed["ticket"], failed["reason"]) == (issued["ticket"], code)
    finally:
        mend(hall)

    following = hall.take_number()
    assert hall.printer.wait_printed(papers + 1)
    hall.wait_event("ticket_printed", since=following["seq"])
    # CUPS prints one after another: had the first been kept, it would have come before.
    assert hall.printer.printed == papers + 1
    assert _last_number(hall) == following["number"]
    assert len(hall.journal("ticket_issued", since=issued["seq"])) == 1


@pytest.mark.parametrize("code", ["no_paper", "cover_open", "printer_off"])
def test_whoever_waits_for_the_refill_gets_the_paper_once(hall: Hall, code: str) -> None:
    spoil, mend = TROUBLES[code]
    hall.go_home()
    papers = hall.printer.printed
    spoil(hall)
    try:
        issued = hall.take_number()
        until(lambda: _warns(hall), "the kiosk says what is the matter")
    finally:
        mend(hall)
    assert hall.printer.wait_printed(papers + 1)
    hall.wait_event("ticket_printed", since=issued["seq"])
    until(lambda: not _warns(hall), "the kiosk says that it is printed")
    assert hall.journal("print_failed", since=issued["seq"]) == []

    following = hall.take_number()
    hall.wait_event("ticket_printed", since=following["seq"])
    assert hall.printer.printed == papers + 2
    assert _last_number(hall) == following["number"]
