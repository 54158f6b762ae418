"""Panels as pictures of nine parts: what is in their corners, edges and middle."""

from typing import Any

import pytest

from shared.panels import NOTHING, Panel
from tests.kivy_window import kivy_window as kivy_window, step

RED, BLUE, GREEN = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (0.0, 1.0, 0.0, 1.0)


class Parts:
    """A panel of 100 × 60 px that has been drawn, in its nine parts."""

    def __init__(self, window: Any, **said: Any) -> None:
        panel = Panel(**{"pos": (3, 4), "size": (100, 60), "radius": 10, "line": 2, **said})
        step(window, 2)
        mesh = panel.children[-1]
        self.texture = mesh.texture
        self.indices = list(mesh.indices)
        points = list(mesh.vertices)
        self.across, self.up = sorted(set(points[0::4])), sorted(set(points[1::4]))
        self.from_texture = sorted(set(points[2::4]))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, bottom, width and height."""
        left, bottom = self.across[0], self.up[0]
        return left, bottom, self.across[-1] - left, self.up[-1] - bottom

    @property
    def kept(self) -> int:
        """How broad the parts along the edges are, px."""
        return int(self.across[1] - self.across[0])


def drawn(window: Any, **said: Any) -> Parts:
    """A panel that has been drawn."""
    return Parts(window, **said)


def pixel(image: Any, x: int, y: int) -> tuple[int, ...]:
    """Red, green, blue and alpha of one of the texture's pixels, from its lower left."""
    across, _high = image.texture.size
    at = 4 * (y * across + x)
    return tuple(image.texture.pixels[at : at + 4])


def test_a_panel_has_its_edge_around_its_fill_and_nothing_in_its_corners(kivy_window: Any) -> None:
    image = drawn(kivy_window, fill=RED, edge=BLUE)
    middle = image.texture.width // 2
    assert pixel(image, middle, middle) == (255, 0, 0, 255)
    assert pixel(image, middle, 0) == pixel(image, 0, middle) == (0, 0, 255, 255)
    assert pixel(image, middle, 2) == (255, 0, 0, 255)
    assert pixel(image, 0, 0)[3] == 0


def test_a_corner_that_is_seen_through_has_the_edges_colour(kivy_window: Any) -> None:
    image = drawn(kivy_window, fill=RED, edge=BLUE)
    assert pixel(image, 0, 0)[1] == 0, "what is blended with a corner must not darken it"


def test_corners_are_smooth(kivy_window: Any) -> None:
    image = drawn(kivy_window, fill=RED, edge=RED)
    corner = {pixel(image, x, y)[3] for x in range(10) for y in range(10)}
    assert len(corner) > 3


def test_a_stripe_lies_along_the_left_side_alone(kivy_window: Any) -> None:
    image = drawn(kivy_window, fill=RED, edge=BLUE, stripe=GREEN, stripe_width=6)
    middle, last = image.texture.width // 2, image.texture.width - 1
    assert [pixel(image, x, middle)[:3] for x in (0, 5, 6, last)] == [
        (0, 255, 0),
        (0, 255, 0),
        (255, 0, 0),
        (0, 0, 255),
    ]
    above = {pixel(image, x, last) for x in range(image.kept - 1, last - image.kept + 1)}
    assert above == {(0, 0, 255, 255)}, "what is stretched, and its neighbours, are of one colour"


def test_a_panel_stands_on_whole_pixels(kivy_window: Any) -> None:
    image = drawn(kivy_window, fill=RED, pos=(3.4, 4.6), size=(100.4, 60.2))
    assert image.box == (3, 5, 101, 60)


@pytest.mark.parametrize("size", [(12, 9), (4, 60), (100, 3), (2000, 1000)])
def test_a_panel_of_any_size_has_corners_that_fit_it(
    kivy_window: Any, size: tuple[int, int]
) -> None:
    image = drawn(kivy_window, fill=RED, edge=BLUE, size=size)
    assert image.box[2:] == size
    assert 2 * image.kept < min(size)
    assert image.from_texture[1] * image.texture.width == pytest.approx(image.kept)


@pytest.mark.parametrize("said", [{"fill": NOTHING}, {"fill": RED, "size": (0, 0)}])
def test_where_there_is_nothing_to_see_nothing_is_drawn(
    kivy_window: Any, said: dict[str, Any]
) -> None:
    panel = Panel(**{"pos": (0, 0), "size": (100, 60), **said})
    step(kivy_window, 2)
    assert list(panel.children[-1].indices) == []


def test_the_middle_is_left_out_where_nothing_is_in_it(kivy_window: Any) -> None:
    filled, bare = (drawn(kivy_window, fill=fill, edge=BLUE) for fill in (RED, NOTHING))
    assert (len(filled.indices), len(bare.indices)) == (9 * 6, 8 * 6)
    assert bare.across == filled.across and bare.up == filled.up


def test_the_same_panel_is_made_once(kivy_window: Any) -> None:
    one, other = (drawn(kivy_window, fill=RED, pos=at) for at in ((0, 0), (200, 300)))
    assert one.texture is other.texture
