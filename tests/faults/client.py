"""A device on the program's own link, with everything it asks and sees written into a history."""

import asyncio
import contextlib
import random
import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from hub.engine.rights import Actor
from shared.link import Link, Touch
from shared.messages import Command, Refused, Result, Welcome
from shared.model import Epoch, RequestId, Seq
from tests.faults.history import History

RECONNECT_S = 0.03
"""Real screens wait up to 0.2 s at first; here many lives must fit into a minute."""


class Client:
    """One device: it stays in touch while `connected`, and asks until it is answered.

    `view` is the newest view it was shown, decoded; empty before the first. `chance` says how soon
    it comes back.
    """

    def __init__(
        self,
        history: History,
        address: str,
        actor: Actor,
        credential: str,
        chance: random.Random,
    ) -> None:
        history.actors[actor.name] = actor
        self.history = history
        self.actor = actor
        self.view: dict[str, Any] = {}
        self.live = asyncio.Event()
        self._epoch, self._first = Epoch(""), False
        self._link = Link(
            address,
            role=actor.role,
            credential=credential,
            view=msgspec.Raw,
            on_view=self._saw,
            on_touch=self._touched,
            on_welcome=self._welcomed,
            draw=lambda ceiling: chance.uniform(0, min(ceiling, RECONNECT_S)),
        )

    def _touched(self, touch: Touch) -> None:
        if touch is Touch.LIVE:
            self.live.set()
        else:
            self.live.clear()

    def _welcomed(self, welcome: Welcome) -> None:
        self._epoch, self._first = welcome.epoch, True

    def _saw(self, view: msgspec.Raw, seq: Seq) -> None:
        first, self._first = self._first, False
        self.view = msgspec.json.decode(view)
        self.history.saw(self.actor.name, self._epoch, seq, first, bytes(view))

    @contextlib.asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """In touch with the hub, again after every cut, until the block ends."""
        running = asyncio.create_task(self._link.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait({running})

    async def ask(
        self, command: Command, request: RequestId | None = None
    ) -> tuple[RequestId, Result | Refused]:
        """Ask, or ask again what `request` was; cancelled, the outcome is unknown."""
        request = request or RequestId(str(uuid.uuid4()))
        name = self.actor.name
        self.history.invoke(name, request, command)
        try:
            told = await self._link.ask(request, command)
        except asyncio.CancelledError:
            self.history.unknown(name, request)
            raise
        if isinstance(told, Result):
            self.history.ok(name, request, told.seq, bytes(told.value).decode())
        else:
            self.history.refused(name, request, told.code)
        return request, told
