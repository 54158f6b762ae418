"""Kivy's one window, and a kiosk's screens in it for whoever shows faces on them."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.kivy_window import clear, hold, kivy_window

__all__ = ["kivy_window"]


@pytest.fixture(scope="module")
def drawn(kivy_window: Any) -> Iterator[Any]:
    """The whole window of an upright kiosk, told nothing and telling nobody."""
    from kiosk.screens.root import Root

    root = Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")
    hold(kivy_window, root, 1080, 1920)
    yield root
    clear(kivy_window)
