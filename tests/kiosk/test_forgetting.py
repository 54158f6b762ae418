"""When a person has left, nothing of them stays in the widgets, or in what we keep in memory."""

import gc
from collections.abc import Iterator
from itertools import count
from types import CodeType, FrameType
from typing import Any

import msgspec
import pytest

from kiosk.faces import Ask, Face
from tests.kiosk.looks import LOOKS
from tests.kivy_window import clear, hold, step

MARK = "Dấu-Riêng"
HERE = ("dossier", "dossier-crowded", "procedure", "procedures", "digits", "code", "looking")


def marked(value: Any, numbers: Iterator[int]) -> Any:
    """`value` with a marker of its own in every text; texts that steer the drawing stay."""
    if isinstance(value, msgspec.Struct):
        keep = {"tone", "stands", "sign", "key", "keys", "kind"}
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {
            name: one if name in keep else marked(one, numbers) for name, one in fields.items()
        }
        return type(value)(**changed)
    if type(value) is tuple:
        return tuple(marked(one, numbers) for one in value)
    # Spaces let it break into lines, of which Kivy keeps the words.
    return f"{MARK}-{next(numbers)} {value} {MARK}" if type(value) is str else value


def remembered() -> list[tuple[str, str]]:
    """All texts with a marker in this process's memory, and the kind of thing that holds them."""
    gc.collect()
    found: list[tuple[str, str]] = []
    for holder in gc.get_objects():
        # A running function's own texts are this test's.
        if type(holder) is FrameType:
            continue
        reached = gc.get_referents(holder)
        while reached:
            one = reached.pop()
            if type(one) is str:
                if MARK in one and one is not MARK:
                    found.append((type(holder).__name__, one))
            elif type(one) in _PLAIN or not gc.is_tracked(one):
                # Values that hold only plain values are no objects to the collector.
                reached += [] if type(one) in _PLAIN else gc.get_referents(one)
    return found


_PLAIN = {int, float, bool, bytes, type(None), type, CodeType}


@pytest.fixture(scope="module")
def root(kivy_window: Any) -> Iterator[Any]:
    from kiosk.screens.root import Root

    yield Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")
    clear(kivy_window)


def tell(window: Any, root: Any) -> int:
    """Show every screen with markers in every text; gives how many of them were made."""
    numbers = count(1)
    for name in HERE:
        body = marked(LOOKS[name].body, numbers)
        ask = Ask("idle", f"{MARK} {name}?", "", "", "")
        root.show(Face(LOOKS[name].screen, LOOKS[name].header, body, ask))
        step(window, 2)
    return next(numbers)


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080)], ids=["upright", "lying"])
def test_no_text_of_a_person_stays_in_memory_once_they_have_left(
    kivy_window: Any, root: Any, size: tuple[int, int]
) -> None:
    hold(kivy_window, root, *size)
    assert tell(kivy_window, root) > 50
    # The search itself sees them while they are shown.
    assert len({text for _holder, text in remembered()}) > 50
    root.forget()
    root.show(LOOKS["finding"])
    step(kivy_window, 2)
    assert remembered() == []


def test_no_widget_says_anything_of_them_and_no_picture_of_their_texts_is_kept(
    kivy_window: Any, root: Any
) -> None:
    from kiosk.screens.widgets import QrCode, Words, measure

    hold(kivy_window, root)
    tell(kivy_window, root)
    root.forget()
    assert measure.cache_info().currsize == 0
    for page in root.manager.screens:
        for widget in page.walk(restrict=True):
            if isinstance(widget, QrCode):
                assert (widget.url, widget._texture) == ("", None)
            if isinstance(widget, Words):
                assert MARK not in widget.text
                assert widget.text or widget._label.texture is None
