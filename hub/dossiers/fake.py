"""An e-one-stop system in memory, for tests and for a hub without a network."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from hub.dossiers.base import Dossier, Dossiers, Found, NotFound, ProcedureText, Unavailable
from shared.model import Instant


class FakeDossiers(Dossiers):
    """Answers from what it was given: `dossiers` by code, `texts` by their own codes.

    `down`, when set, is every answer. `gate`, when set, holds every answer back until the event is
    set. `asked` counts look-ups by code, `calls` all calls, `waiting` those that are held back.
    """

    def __init__(
        self,
        dossiers: Mapping[str, Dossier] | None = None,
        texts: Iterable[ProcedureText] = (),
        clock: Callable[[], Instant] = lambda: Instant(0),
    ) -> None:
        self.dossiers = dict(dossiers or {})
        self.texts = {text.code: text for text in texts}
        self.clock = clock
        self.down: Unavailable | None = None
        self.gate: asyncio.Event | None = None
        self.asked: dict[str, int] = {}
        self.calls = 0
        self.waiting = 0
        self.closed = False

    async def look_up(self, code: str) -> Found | NotFound | Unavailable:
        """The dossier given under that code."""
        self.asked[code] = self.asked.get(code, 0) + 1
        await self._answer()
        if self.down:
            return self.down
        dossier = self.dossiers.get(code)
        return Found(dossier, self.clock()) if dossier else NotFound()

    async def procedures(self) -> tuple[ProcedureText, ...] | Unavailable:
        """Codes, names and agencies of all texts."""
        await self._answer()
        return self.down or tuple(
            ProcedureText(text.code, text.name, text.agency) for text in self.texts.values()
        )

    async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
        """The text with that code."""
        await self._answer()
        return self.down or self.texts.get(code) or NotFound()

    async def close(self) -> None:
        """Note that it was closed."""
        self.closed = True

    async def _answer(self) -> None:
        self.calls += 1
        if self.gate:
            self.waiting += 1
            try:
                await self.gate.wait()
            finally:
                self.waiting -= 1
