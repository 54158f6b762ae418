"""Paints the kiosk's screens of the gallery."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from kivy.factory import Factory
from msgspec.structs import replace
from PIL import Image

from deploy.gallery.contrast import faint
from deploy.gallery.draw import KIOSK_SHAPES, kiosk_shots, news_shots
from deploy.gallery.easel import Easel
from deploy.gallery.fit import faults, is_text, seen
from deploy.gallery.shots import Shot, Taken
from kiosk import theme
from kiosk.away_words import AWAY
from kiosk.faces import Face, face
from kiosk.flow import Flow
from kiosk.moves import Start
from kiosk.procedure_faces import ProceduresFace
from kiosk.procedure_flow import cards
from kiosk.screens.keys import KeyCap
from kiosk.screens.look import look
from kiosk.screens.root import Root
from kiosk.screens.widgets import Press, Words
from kiosk.state import Ease
from shared import curtain_picture
from shared.i18n import LANGUAGES
from shared.model import Instant
from tests.kiosk.hall import states
from tests.kiosk.looks import LOOKS
from tests.kiosk.lookup_states import lookup_states, news_states

_STILL_S = 1e9
CURTAIN = "curtain"


def ease_of(mode: str) -> Ease:
    """The modes that are on: "plain", or their names with a dash between."""
    return Ease(**{name: True for name in mode.split("-") if name != "plain"})


@cache
def _states() -> dict[str, tuple[Flow, Instant]]:
    return states() | lookup_states() | news_states()


def shots() -> Iterator[Shot]:
    """Every state in every language and mode; crowded samples, made by hand, in Vietnamese; and
    what stands there while the program is away."""
    news = news_states()
    yield from kiosk_shots((name for name in _states() if name not in news), LANGUAGES)
    yield from news_shots(news, LANGUAGES)
    yield from kiosk_shots((f"crowded-{name}" for name in LOOKS), LANGUAGES[:1])
    yield from (Shot("kiosk", CURTAIN, "vi", "plain", shape) for shape in KIOSK_SHAPES)


def face_of(shot: Shot) -> Face:
    """What the kiosk shows in that state."""
    if shot.state.startswith("crowded-"):
        bar = face_of(replace(shot, state="home")).bar
        made, ease = LOOKS[shot.state.removeprefix("crowded-")], ease_of(shot.mode)
        body = made.body
        if isinstance(body, ProceduresFace):
            body = replace(body, cards=body.cards[: cards(ease)])
        return replace(made, body=body, bar=bar, language=shot.language, ease=ease)
    flow, now = _states()[shot.state]
    return face(replace(flow, language=shot.language, ease=ease_of(shot.mode)), now)


class Painter:
    """Paints the kiosk's window."""

    def __init__(self) -> None:
        self._easel = Easel()
        # What turns would never be drawn the same twice.
        theme.TURN_S = _STILL_S
        self._ringed = False
        self.root = Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")

    def measure(self, shot: Shot) -> Taken:
        """Lay the window out, and say what is wrong with its texts and buttons."""
        if shot.state == CURTAIN:
            return Taken(shot)
        size, root = KIOSK_SHAPES[shot.shape], self.root
        root.size = size
        root.show(face_of(shot))
        self._easel.settle(root, size)
        if shot.state.endswith("-ring") or self._ringed:
            self._ringed = shot.state.endswith("-ring")
            root.highlight(Start() if self._ringed else None)
            self._easel.settle(root, size)
        page, *around = self._tops()
        if page is root.veil:
            found = faults([page, *around], size)
        else:  # a screen counts from its own corner
            found = faults([page], page.size) + faults(around, size)
        found += too_small([page, *around])
        if silent(page):
            found.append("nothing is said below the header")
        return Taken(shot, tuple(found), _sizes(page))

    def paint(self, shot: Shot) -> tuple[Image.Image, list[str]]:
        """The picture of that window, and what does not stand out in it."""
        size = KIOSK_SHAPES[shot.shape]
        if shot.state == CURTAIN:
            return curtain_picture.draw(size, curtain_picture.LIGHT, AWAY), []
        image = self._easel.take(self.root, size)
        return image, faint(self._tops(), image, edges="contrast" in shot.mode)

    def _tops(self) -> list[Any]:
        """The page, or the question over it, and what stands around it."""
        root = self.root
        page = root.veil if root.veil.parent is not None else root.manager.current_screen
        return [page, root.bar] + [root.upper] * (root.upper.parent is not None)


def silent(page: Any) -> bool:
    """Whether a page says nothing below its header."""
    header = [one for one in seen(page) if isinstance(one, Factory.Header)]
    inside = {one.uid for top in header for one in top.walk(restrict=True)}
    return not any(is_text(one) and one.uid not in inside for one in seen(page))


def _sizes(page: Any) -> dict[str, float]:
    """How high the letters of each text are, px."""
    sizes: dict[str, float] = {}
    for words in seen(page):
        if isinstance(words, Words) and is_text(words):
            sizes[words.text] = min(words.font_size, sizes.get(words.text, words.font_size))
    return sizes


def too_small(tops: list[Any]) -> list[str]:
    """The buttons that a finger would miss."""
    return [
        f"a button of {button.width / look.bar:.0f}×{button.height / look.bar:.0f}: {_said(button)}"
        for top in tops
        for button in seen(top)
        if isinstance(button, Press) and not _hits(button)
    ]


def _hits(button: Any) -> bool:
    letter = isinstance(button, KeyCap) and not button.large
    wide, high = theme.LEAST_KEY if letter else theme.LEAST_TARGET
    return bool(button.width >= wide * look.bar - 1 and button.height >= high * look.bar - 1)


def _said(button: Any) -> str:
    return " ".join(one.text for one in button.walk(restrict=True) if is_text(one))
