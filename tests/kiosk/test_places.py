"""A pressed button is drawn alone, and only where nothing else has changed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.faces import face
from shared.window import Box
from tests.kiosk.hall import states
from tests.kivy_window import clear, hold, step

SIZE = (540, 960)


@pytest.fixture(scope="module")
def root(kivy_window: Any) -> Iterator[Any]:
    from kiosk.screens.root import Root

    yield Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")
    clear(kivy_window)


@pytest.fixture
def painter(kivy_window: Any) -> Iterator[Any]:
    from shared.window import Painter

    made = Painter(lambda: None, None)
    yield made
    made.close()


@pytest.fixture(params=["home", "services", "priority", "code", "procedures"])
def page(kivy_window: Any, root: Any, request: pytest.FixtureRequest) -> Any:
    """A screen that has been drawn."""
    from tests.kiosk.lookup_states import lookup_states

    flow, now = (states() | lookup_states())[request.param]
    hold(kivy_window, root, *SIZE)
    root.show(face(flow, now))
    step(kivy_window, 4)
    return root.manager.current_screen


def buttons(page: Any) -> list[Any]:
    from kiosk.screens.widgets import Press

    found = [one for one in page.walk(restrict=True) if isinstance(one, Press)]
    return [one for one in found if not one.disabled and one.width > 50]


def pixels() -> bytes:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    return bytes(glReadPixels(0, 0, *SIZE, GL_RGB, GL_UNSIGNED_BYTE))


def asked(kivy_window: Any, painter: Any) -> list[Box]:
    """Paint, and say which places were found."""
    from kiosk.screens.places import pressed_alone

    found: list[Box] = []

    def where() -> list[Box]:
        found.extend(pressed_alone(kivy_window))
        return found

    painter.paint(where)
    return found


def test_a_pressed_button_is_drawn_alone_as_it_would_be_with_all_the_rest(
    kivy_window: Any, painter: Any, page: Any
) -> None:
    for button in buttons(page)[:4]:
        before = pixels()
        button.state = "down"
        [(left, bottom, right, top)] = asked(kivy_window, painter)
        assert right - left < button.width + 5 and top - bottom < button.height + 5
        alone = pixels()
        kivy_window.dispatch("on_draw")
        assert before != alone == pixels()
        button.state = "normal"
        step(kivy_window, 2)


def _another_word(root: Any) -> None:
    root.bar.language.text = "Français"


def _another_screen(root: Any) -> None:
    flow, now = states()["ticket"]
    root.show(face(replace(flow, language="en"), now))


def _another_button(root: Any) -> None:
    buttons(root.manager.current_screen)[1].state = "down"


@pytest.mark.parametrize("change", [_another_word, _another_screen, _another_button])
def test_with_anything_else_all_is_drawn(
    kivy_window: Any, painter: Any, root: Any, change: Callable[[Any], None]
) -> None:
    flow, now = states()["services"]
    hold(kivy_window, root, *SIZE)
    root.show(face(flow, now))
    step(kivy_window, 4)
    first = buttons(root.manager.current_screen)[0]
    first.state = "down"
    change(root)
    assert asked(kivy_window, painter) == []
    drawn = pixels()
    kivy_window.dispatch("on_draw")
    assert drawn == pixels()
    first.state = "normal"


def test_nothing_is_asked_where_nothing_has_changed(
    kivy_window: Any, painter: Any, page: Any
) -> None:
    step(kivy_window, 2)
    assert asked(kivy_window, painter) == []
