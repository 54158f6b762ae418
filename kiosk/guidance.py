"""The shell of spoken guidance: keys and faces go into `kiosk.guide`, words and moves come out."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from kiosk import guide as g
from kiosk.devices.keypad import Keypad
from kiosk.devices.speaker import Speaker
from kiosk.faces import Face
from kiosk.moves import Thing, Touched
from shared.model import Instant

SILENCE_MS = 25_000
"""So long after the last key somebody may not know how to go on."""


class Guidance:
    """Leads one person after the other. `handle` takes moves as fingers make them, and calls `show`
    with what the window shows then; `highlight` shows what is being read out."""

    def __init__(
        self,
        keypad: Keypad,
        speaker: Speaker,
        handle: Callable[[Thing], object],
        highlight: Callable[[Thing | None], object],
        new_id: Callable[[], str],
        clock: Callable[[], Instant],
    ) -> None:
        self._keypad = keypad
        self._speaker = speaker
        self._handle = handle
        self._highlight = highlight
        self._new_id = new_id
        self._clock = clock
        self._guide = g.Guide()
        self._pressed_at = clock()

    def start(self) -> None:
        """Listen to the keys; to be called inside the running loop."""
        self._keypad.start(self._pressed)

    async def close(self) -> None:
        """Listen no more, and be silent."""
        self._keypad.close()
        await self._speaker.close()

    def show(self, face: Face, guided: bool) -> None:
        """The window shows this; `guided` is whether the flow still knows of a listener."""
        if self._guide.on and not guided:
            self._step(g.Ended())
        else:
            self._step(g.Shown(face))

    def forget(self) -> None:
        """Nothing that was shown may be known here any longer."""
        self._step(g.Forgotten())

    def tick(self) -> None:
        """Time has passed."""
        if self._guide.on and self._clock() - self._pressed_at >= SILENCE_MS:
            self._step(g.Silence())

    def _pressed(self, what: g.Key | g.Plugged) -> None:
        self._pressed_at = self._clock()
        self._step(what)
        if isinstance(what, g.Key):
            # Only now: this is what answers the question whether somebody is still there.
            self._handle(Touched())

    def _step(self, what: g.What) -> None:
        self._guide, effects = g.step(self._guide, what)
        for effect in effects:
            self._do(effect)

    def _do(self, effect: g.Effect) -> None:
        match effect:
            case g.Say(text=text, language=language, interrupt=interrupt):
                self._speaker.say(text, language, interrupt)
            case g.Hush():
                self._speaker.hush()
            case g.Highlight(thing=thing):
                self._highlight(thing)
            case g.Choose(thing=thing):
                self._handle(_signed(thing, self._new_id))


def _signed(thing: Any, new_id: Callable[[], str]) -> Thing:
    """The move under an id of its own, where it is a wish."""
    signed: Thing = replace(thing, request_id=new_id()) if hasattr(thing, "request_id") else thing
    return signed
