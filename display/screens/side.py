"""The side area: one page of notices at a time, a text, a picture or a video's place."""

from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from display import theme
from display.screens.lettering import WallWords, scale
from shared.messages import Notice


class Side(Widget):
    """`page` is what it shows; `texture` the picture of that page, drawn as large as fits.

    A page with a video is an empty panel: the player's window lies over `inner`.
    """

    page: Notice | None = ObjectProperty(None, allownone=True)
    texture: Any = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self.words = WallWords(most=theme.NOTICE_MOST, least=theme.SMALL, lines=14, weight="medium")
        super().__init__(**options)
        self.add_widget(self.words)
        for name in ("page", "texture", "pos", "size"):
            self.fbind(name, self.arrange)

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """Left, bottom, width and height in whole px of what picture and video may fill."""
        pad = 12 * scale.u
        return (
            round(self.x + pad),
            round(self.y + pad),
            max(0, round(self.width - 2 * pad)),
            max(0, round(self.height - 2 * pad)),
        )

    def arrange(self, *_args: object) -> None:
        """Say or draw the page."""
        page = self.page
        self.words.text = page.text if page and not (page.picture or page.video) else ""
        pad = theme.NOTICE_PAD * scale.u
        self.words.pos = (self.x + pad, self.y + pad / 2)
        self.words.size = (max(0.0, self.width - 2 * pad), max(0.0, self.height - pad))
        self.canvas.after.clear()
        if page is not None and page.picture and self.texture is not None:
            self._draw_picture()

    def _draw_picture(self) -> None:
        left, bottom, width, height = self.inner
        share = min(width / self.texture.width, height / self.texture.height)
        wide, high = round(self.texture.width * share), round(self.texture.height * share)
        with self.canvas.after:
            Color(1, 1, 1, 1)
            Rectangle(
                texture=self.texture,
                pos=(left + (width - wide) // 2, bottom + (height - high) // 2),
                size=(wide, high),
            )
