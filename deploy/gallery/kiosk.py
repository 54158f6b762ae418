"""Paints the kiosk's screens of the gallery."""

from collections.abc import Callable, Iterator
from functools import cache

from msgspec.structs import replace
from PIL import Image

from deploy.gallery.contrast import faint
from deploy.gallery.draw import KIOSK_SHAPES, kiosk_shots
from deploy.gallery.easel import Easel
from deploy.gallery.fit import faults
from deploy.gallery.shots import Shot
from kiosk import theme
from kiosk.faces import Face, face
from kiosk.flow import Flow
from kiosk.procedure_faces import ProceduresFace
from kiosk.procedure_flow import cards
from kiosk.screens.root import Root
from kiosk.state import Ease
from shared.i18n import LANGUAGES
from shared.model import Instant
from tests.kiosk.hall import states
from tests.kiosk.looks import LOOKS
from tests.kiosk.lookup_states import lookup_states

_STILL_S = 1e9

EASES = {
    "plain": Ease(),
    "large": Ease(large=True),
    "contrast": Ease(contrast=True),
    "low": Ease(low=True),
}


@cache
def _states() -> dict[str, tuple[Flow, Instant]]:
    return states() | lookup_states()


def shots() -> Iterator[Shot]:
    """Every state in every language and mode; crowded samples, made by hand, in Vietnamese."""
    yield from kiosk_shots(_states(), LANGUAGES)
    yield from kiosk_shots((f"crowded-{name}" for name in LOOKS), LANGUAGES[:1])


def face_of(shot: Shot) -> Face:
    """What the kiosk shows in that state."""
    if shot.state.startswith("crowded-"):
        bar = face_of(replace(shot, state="home")).bar
        made, ease = LOOKS[shot.state.removeprefix("crowded-")], EASES[shot.mode]
        body = made.body
        if isinstance(body, ProceduresFace):
            body = replace(body, cards=body.cards[: cards(ease)])
        return replace(made, body=body, bar=bar, language=shot.language, ease=ease)
    flow, now = _states()[shot.state]
    return face(replace(flow, language=shot.language, ease=EASES[shot.mode]), now)


def painter() -> Callable[[Shot], tuple[Image.Image, list[str]]]:
    """What takes a picture, and says what is wrong with its texts."""
    easel = Easel()
    # What turns would never be drawn the same twice.
    theme.TURN_S = _STILL_S
    root = Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")

    def paint(shot: Shot) -> tuple[Image.Image, list[str]]:
        size = KIOSK_SHAPES[shot.shape]
        root.size = size
        root.show(face_of(shot))
        image = easel.take(root, size)
        layers = [root.manager.current_screen, root.bar]
        if root.upper.parent is not None:
            layers.append(root.upper)
        if root.veil.parent is not None:
            layers = [root.veil, root.bar]
        edges = shot.mode == "contrast"
        return image, faults(layers, size) + faint(layers, image, edges=edges)

    return paint
