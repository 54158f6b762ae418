"""A hub whose place was taken must not serve: docs/decisions/standby.md."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import structlog

from hub import standing
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from shared.errors import SetupError
from shared.i18n import _
from shared.messages import Hello
from shared.model import Role

if TYPE_CHECKING:
    from hub.peer import Peer

log = structlog.get_logger()

ASK_EVERY_S = 5.0

Admit = Callable[[Hello, Mapping[str, str], str], Actor | Refusal]


class Fence:
    """Knows under which generation this hub serves, and hears of newer ones: from its peer, and
    from whoever was welcomed by another hub before."""

    def __init__(self, data: Path, generation: int, peer: "Peer | None") -> None:
        self._data = data
        self._generation = generation
        self._peer = peer
        self._newer = 0
        self._heard = asyncio.Event()

    def hear(self, generation: int, where: str) -> bool:
        """Somebody knows of that generation; whether it is newer, so that this hub ends."""
        if generation <= self._generation:
            return False
        if not self._newer:
            log.critical("hub_superseded", ours=self._generation, theirs=generation, why=where)
            try:
                standing.supersede(self._data, generation)
            except OSError as error:  # then the next start learns it anew
                log.error("not_remembered", reason=error.strerror)
        self._newer = generation
        self._heard.set()
        return True

    def watching(self, admit: Admit) -> Admit:
        """`admit`, with an ear for what devices and officers know. A phone's word counts nothing:
        anybody may hold a ticket."""

        def watched(hello: Hello, cookies: Mapping[str, str], address: str) -> Actor | Refusal:
            actor = admit(hello, cookies, address)
            if isinstance(actor, Refusal) or actor.role is Role.TICKET:
                return actor
            if self.hear(hello.generation, f"{actor.role.value} {actor.name}"):
                return Refusal("superseded", _("Máy chủ khác đã thay máy chủ này."))
            return actor

        return watched

    async def ask_first(self, *, needed: bool) -> None:
        """Ask the peer before serving. Raises SupersededError; SetupError when it does not answer
        and is `needed`."""
        if self._peer is None:
            return
        found = await self._peer.generation()
        if found is None and needed:
            raise SetupError(
                f"{self._peer.url}: does not answer, so that nobody knows which hub is to serve;"
                " bring it back, or set standby.peer_needed = false"
            )
        if found is not None and self.hear(found, self._peer.url):
            self._end()

    async def ask_again(self) -> None:
        """Ask the peer every five seconds, until cancelled."""
        failing = False
        while self._peer is not None:
            await asyncio.sleep(ASK_EVERY_S)
            try:
                found = await self._peer.generation()
            except Exception as error:  # a bug; without the next round two hubs could serve
                if not failing:
                    log.exception("peer_not_asked", reason=repr(error))
                failing = True
                continue
            failing = False
            if found is not None:
                self.hear(found, self._peer.url)

    async def superseded(self) -> NoReturn:
        """Wait until a newer hub is known of. Raises SupersededError."""
        await self._heard.wait()
        self._end()

    def _end(self) -> NoReturn:
        raise standing.superseded(self._data, self._newer, self._generation)
