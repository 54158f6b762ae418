"""Whatever is written on a screen is said to whoever listens and presses NEXT."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import guide as g
from kiosk.faces import Face, face
from kiosk.guide import Guide, Key, Say, Shown, items
from kiosk.guide_news import asks
from kiosk.spoken import said
from shared.i18n import speaking
from tests.kiosk.hall import states
from tests.kiosk.looks import LOOKS
from tests.kiosk.lookup_states import lookup_states
from tests.kivy_window import step

STATES = states() | lookup_states()
FACES = {
    **{name: face(*state) for name, state in STATES.items()},
    **{
        f"{name}, in English": face(replace(flow, language="en"), now)
        for name, (flow, now) in STATES.items()
    },
    **{f"{name}, crowded": shown for name, shown in LOOKS.items()},
}
UNSAID = {"…và giấy tờ khác, xem mã QR"}
"""Stands for papers that have no room on the screen; the voice reads them all."""


def heard(shown: Face) -> list[set[str]]:
    """The words of each breath, from the screen's opening to its last item."""
    guide, breaths = Guide(on=True, met=True), []
    happening: list[g.What] = [Shown(shown), *[Key.NEXT] * len(items(shown))]
    for what in happening:
        guide, effects = g.step(guide, what)
        breaths += [set(words(one.text)) for one in effects if isinstance(one, Say)]
    return breaths


def words(text: str) -> list[str]:
    """The words alone."""
    return re.findall(r"\w+", text.casefold())


def written(root: Any, shown: Face) -> Iterator[str]:
    """The texts that can be seen, but for keys of one sign and what cannot be touched now; of the
    question whether somebody is still there not its buttons, for any key is the answer."""
    from kivy.uix.label import Label

    from kiosk.screens.widgets import Press

    waiting = [root.veil] if root.veil.parent else [root.manager.current_screen, root.bar]
    while waiting:
        widget = waiting.pop()
        hushed = widget.disabled or getattr(widget, "hushed", False)
        if hushed or not widget.opacity or (asks(shown) and isinstance(widget, Press)):
            continue
        waiting += widget.children
        if isinstance(widget, Label) and len(widget.text.strip()) > 1 and min(widget.size) > 1:
            # A button's seconds: the voice tells in time when they end.
            yield re.sub(r" \(\d+\)$", "", widget.text)


@pytest.mark.parametrize("shown", FACES.values(), ids=FACES)
def test_every_text_is_spoken_in_one_breath(kivy_window: Any, drawn: Any, shown: Face) -> None:
    drawn.show(shown)
    step(kivy_window, 2)
    breaths = heard(shown)
    texts = set(written(drawn, shown)) - UNSAID
    assert texts
    with speaking(shown.language):
        wanted = {text: set(words(said(text, shown.language))) for text in texts}
    unsaid = [text for text, its in wanted.items() if not any(its <= breath for breath in breaths)]
    assert unsaid == []
