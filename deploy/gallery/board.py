"""Paints the wall displays of the gallery."""

from collections.abc import Iterator
from typing import Any

from PIL import Image

from deploy.gallery.board_states import STATES, Sample, today
from deploy.gallery.contrast import faint
from deploy.gallery.draw import BOARD_SHAPES, board_shots
from deploy.gallery.easel import Easel
from deploy.gallery.fit import faults
from deploy.gallery.shots import Shot, Taken
from display.screens.wall import Wall
from shared.kv import unbind
from shared.messages import Notice
from shared.vietnamese import date_words


def shots() -> Iterator[Shot]:
    """Every state in every shape."""
    return board_shots(STATES)


def wall_for(sample: Sample) -> Wall:
    """A wall in that state, in no window."""
    view = sample.board.view
    wall = Wall(
        board=sample.board,
        now=today(),
        clock=f"{today():%H:%M}",
        date=date_words(today().date()),
        alarm=sample.alarm,
        fault=sample.fault,
    )
    if sample.picture:
        wall.texture = _texture()
        wall.page = Notice("hinh", picture="/notices/hinh.png")
    elif view is not None and view.notices:
        wall.page = view.notices[0]
    return wall


class Painter:
    """Paints walls."""

    def __init__(self) -> None:
        self._easel = Easel()
        self._wall: Any = None

    def measure(self, shot: Shot) -> Taken:
        """Lay a wall out, and say what is wrong with its texts."""
        size = BOARD_SHAPES[shot.shape]
        if self._wall is not None:
            unbind(self._wall)
        self._wall = wall_for(STATES[shot.state])
        self._easel.settle(self._wall, size)
        return Taken(shot, tuple(faults([self._wall], size)))

    def paint(self, shot: Shot) -> tuple[Image.Image, list[str]]:
        """The picture of that wall, and what does not stand out in it."""
        image = self._easel.take(self._wall, BOARD_SHAPES[shot.shape])
        return image, faint([self._wall], image, edges=False)


def _texture() -> Any:
    """A picture as a centre might show one: made here, not kept."""
    from kivy.graphics.texture import Texture
    from PIL import ImageDraw

    image = Image.new("RGB", (480, 320), "#1B7F4B")
    pen = ImageDraw.Draw(image)
    pen.ellipse((160, 60, 320, 220), fill="#F2B705")
    pen.rectangle((0, 240, 480, 320), fill="#12305A")
    texture = Texture.create(size=image.size, colorfmt="rgb")
    texture.flip_vertical()
    texture.blit_buffer(image.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    return texture
