"""Pages made anew for another language or palette leave nothing behind."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.faces import face
from kiosk.screens.look import look
from kiosk.state import Ease
from tests.kiosk.hall import states
from tests.kiosk.lookup_states import lookup_states
from tests.kivy_window import clear, hold, settle

DRESSES = (("en", True), ("vi", False))


@pytest.fixture(scope="module")
def root(kivy_window: Any) -> Iterator[Any]:
    from kiosk.screens.root import Root

    yield Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")
    clear(kivy_window)


def _left() -> tuple[int, int]:
    """Widgets alive, and events of the clock."""
    from kivy.clock import Clock
    from kivy.uix.widget import Widget

    gc.collect()
    widgets = sum(issubclass(type(thing), Widget) for thing in gc.get_objects())
    return widgets, len(Clock.get_events())


def _heard() -> int:
    """Callbacks of the look."""
    return sum(len(look.get_property_observers(name)) for name in ("u", "lying", "large", "low"))


STATES = ("home", "services-paged", "ticket", "dossier", "procedure")


def test_pages_made_anew_leave_nothing_of_the_old_ones(kivy_window: Any, root: Any) -> None:
    hold(kivy_window, root, 540, 960)
    known = states() | lookup_states()
    counts, heard = [], []
    for _round in range(3):
        for language, contrast in DRESSES:
            for flow, now in (known[state] for state in STATES):
                root.show(face(replace(flow, language=language, ease=Ease(contrast=contrast)), now))
                settle()
        counts.append(_left())
        heard.append(_heard())
    assert counts[1:] == [counts[1]] * 2
    assert heard[1:] == [heard[1]] * 2


def test_the_pager_moves_when_the_type_is_no_longer_large(kivy_window: Any, root: Any) -> None:
    hold(kivy_window, root, 1080, 1920)
    flow, now = states()["services-paged"]
    for large, place in ((False, "between"), (True, "over"), (False, "between")):
        root.show(face(replace(flow, ease=Ease(large=large)), now))
        settle()
        page = root.pages[flow.screen]
        assert page.pager.parent is page.ids.ways.ids[place].__self__
