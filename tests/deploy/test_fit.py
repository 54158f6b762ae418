"""What the gallery finds wrong, on screens that are wrong."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.gallery.fit import faults
from kiosk.faces import Face, Header, NoticeFace
from kiosk.flow import Screen
from tests.kivy_window import clear, hold, step

SIZE = (400, 300)


@pytest.fixture
def stage(kivy_window: Any) -> Iterator[Any]:
    from kivy.uix.widget import Widget

    top = Widget()
    hold(kivy_window, top, *SIZE)
    yield lambda *widgets: _found(kivy_window, top, widgets)
    clear(kivy_window)


def _found(window: Any, top: Any, widgets: tuple[Any, ...]) -> list[str]:
    for widget in widgets:
        top.add_widget(widget)
    step(window, 3)
    return faults([top], SIZE)


def _words(text: str, pos: tuple[int, int], size: tuple[int, int], **looks: Any) -> Any:
    from kivy.uix.label import Label

    return Label(text=text, pos=pos, size=size, size_hint=(None, None), font_size=20, **looks)


def test_a_text_that_stands_whole_is_no_fault(stage: Any) -> None:
    assert stage(_words("Xin mời", (20, 20), (200, 40))) == []


def test_words_that_were_left_out_are_found(stage: Any) -> None:
    text = "Mời ông/bà chờ gọi số trên bảng"
    found = stage(_words(text, (20, 20), (120, 30), text_size=(120, 30)))
    assert found and all(fault.startswith(f"of {text!r} is drawn") for fault in found)


def test_a_word_that_was_broken_is_found(stage: Any) -> None:
    assert "is drawn" in stage(_words("Thẩmđịnhhồsơ", (20, 20), (60, 90), text_size=(60, 90)))[0]


def test_letters_over_the_edge_of_their_panel_are_found(stage: Any) -> None:
    from kiosk.screens.widgets import Card

    card = Card(pos=(20, 20), size=(60, 40), size_hint=(None, None))
    card.add_widget(_words("Quầy hướng dẫn", (20, 20), (160, 40)))
    assert any("crosses its panel's edge" in fault for fault in stage(card))


def test_a_button_over_a_text_and_over_another_button_is_found(stage: Any) -> None:
    from kiosk.screens.widgets import Press

    one = Press(pos=(20, 20), size=(100, 60), size_hint=(None, None))
    other = Press(pos=(100, 20), size=(100, 60), size_hint=(None, None))
    found = stage(one, other, _words("Xin mời", (20, 30), (200, 40)))
    assert any("lies on 'Xin mời'" in fault for fault in found)
    assert any("lie on each other" in fault for fault in found)


def test_a_screen_that_says_nothing_below_its_header_is_found(kivy_window: Any) -> None:
    from deploy.gallery.kiosk import silent, too_small
    from kiosk.screens.root import Root

    root = Root(lambda _thing: None, lambda: "")
    hold(kivy_window, root, 540, 960)
    header = Header("Trung tâm", "Nghệ An", "08:15", "Thứ Hai")
    for body, quiet in ((NoticeFace(), True), (NoticeFace(title="Mời ông/bà chờ"), False)):
        root.show(Face(Screen.AWAY, header, body))
        step(kivy_window, 3)
        assert silent(root.manager.current_screen) is quiet
    assert too_small([root.bar]) == []
    clear(kivy_window)
