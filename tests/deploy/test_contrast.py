"""What does not stand out in a picture is found."""

from typing import Any

import pytest
from PIL import Image, ImageDraw

from deploy.gallery.contrast import faint, ratio

INK, PAPER, NIGHT, BLACK = (20, 33, 61), (255, 255, 255), (11, 31, 58), (0, 0, 0)
SIZE = (400, 300)


class Widget:
    """As much of Kivy's as is looked at; `box` is left, bottom, width, height."""

    opacity = 1
    disabled = False
    parent: Any = None

    def __init__(self, *children: "Widget", box: tuple[int, int, int, int], **more: Any) -> None:
        self.x, self.y, self.width, self.height = box
        self.children = list(children)
        for child in children:
            child.parent = self
        for name, value in more.items():
            setattr(self, name, value)

    def to_window(self, x: float, y: float) -> tuple[float, float]:
        return x, y


def rgba(colour: tuple[int, int, int], alpha: float = 1.0) -> list[float]:
    return [*(byte / 255 for byte in colour), alpha]


def words(colour: tuple[int, int, int], **more: Any) -> Widget:
    return Widget(
        box=(100, 100, 200, 50), text="Xin chào", color=rgba(colour), disabled_color=rgba(colour),
        **more,
    )  # fmt: skip


def button(*children: Widget, down: tuple[int, int, int] = PAPER, **more: Any) -> Widget:
    return Widget(
        *children, box=(80, 80, 240, 90), fill=rgba(PAPER), fill_down=rgba(down), **more
    )  # fmt: skip


def picture(ground: tuple[int, int, int], edge: tuple[int, int, int] | None = None) -> Image.Image:
    image = Image.new("RGB", SIZE, ground)
    if edge is not None:
        ImageDraw.Draw(image).rectangle((80, 130, 319, 219), outline=edge)
    return image


def test_the_ratio_is_that_of_the_standard() -> None:
    assert ratio(BLACK, PAPER) == pytest.approx(21)
    assert ratio((119, 119, 119), PAPER) == pytest.approx(4.48, abs=0.01)


def test_a_text_must_stand_out_from_what_the_picture_has_behind_it() -> None:
    assert faint([words(INK)], picture(PAPER), edges=False) == []
    night = faint([words(INK)], picture(NIGHT), edges=False)
    assert night == ["'Xin chào' has 1.0 of 7 on #0B1F3A"]
    grey = faint([words((110, 110, 110))], picture(PAPER), edges=False)
    assert grey == ["'Xin chào' has 5.1 of 7 on #FFFFFF"]


def test_what_shines_through_counts_and_what_cannot_be_used_does_not() -> None:
    shining = words(INK)
    shining.color = rgba(INK, 0.4)  # type: ignore[attr-defined]
    assert faint([shining], picture(PAPER), edges=False)
    shining.disabled, shining.disabled_color = True, rgba(INK, 0.4)  # type: ignore[attr-defined]
    assert faint([shining], picture(PAPER), edges=False) == []


def test_what_is_not_seen_is_not_looked_at() -> None:
    hidden = words(PAPER)
    hidden.opacity = 0
    assert faint([hidden], picture(PAPER), edges=False) == []


def test_a_sign_must_stand_out_like_a_shape() -> None:
    def sign(grey: int) -> Widget:
        return Widget(box=(10, 10, 40, 40), sign="back", colour=rgba((grey, grey, grey)))

    assert faint([sign(140)], picture(PAPER), edges=False) == []
    assert faint([sign(170)], picture(PAPER), edges=False) == [
        "the sign 'back' has 2.3 of 3 on #FFFFFF"
    ]


def test_a_text_must_be_read_under_a_finger_too() -> None:
    assert faint([button(words(INK), down=(227, 223, 212))], picture(PAPER), edges=False) == []
    faults = faint([button(words(BLACK), down=BLACK)], picture(PAPER), edges=False)
    assert faults == ["'Xin chào' has 1.0 of 4.5 on #000000 while touched"]


def test_where_edges_are_asked_for_a_button_has_one() -> None:
    assert faint([button()], picture(PAPER, edge=BLACK), edges=True) == []
    assert faint([button()], picture(PAPER), edges=False) == []
    assert faint([button()], picture(PAPER), edges=True) == [
        "the edge of a button at 80, 130 has 1.0 of 3"
    ]
