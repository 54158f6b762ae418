"""The kiosk's own copy of the procedures: there from the first moment, also without the hub.

Starts from what the hub sent last, kept in the kiosk's folder, else from the file that is installed
with the program; asks the hub for newer pages whenever the link comes, and every hour.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import structlog

from shared.kept import keep, recall
from shared.messages import (
    Finding,
    ListProcedures,
    Procedure,
    ProcedurePage,
    Question,
    Refused,
)
from shared.procedures import Catalogue

log = structlog.get_logger()

FILE = "procedures.json"
EVERY_S = 3600.0
AGAIN_AFTER_S = 60.0
WITHIN_S = 10.0
MOST = 5_000
"""Procedures; a hub that sends more is mistaken."""

Inquire = Callable[[Question, float], Awaitable[Finding | Refused | None]]
"""`shared.link.Link.inquire`."""


class _Kept(msgspec.Struct, frozen=True):
    """What FILE holds."""

    procedures: tuple[Procedure, ...]


class Procedures:
    """The current `catalogue`; every new one goes to `on_new` too.

    `installed` is the installed file's content. `live` says that the link has come: see `run`.
    """

    def __init__(
        self,
        installed: tuple[Procedure, ...],
        data: Path,
        inquire: Inquire,
        on_new: Callable[[Catalogue], None],
    ) -> None:
        self._file = data / FILE
        self._inquire = inquire
        self._on_new = on_new
        self._live = asyncio.Event()
        kept = recall(self._file, _Kept)
        # A file that was installed after the hub last spoke is no better: the hub reads it too.
        self.catalogue = Catalogue(kept.procedures if kept else installed)

    def live(self) -> None:
        """The link has come: ask now."""
        self._live.set()

    async def run(self) -> None:
        """Hand over what there is, and then stay as new as the hub is, until cancelled."""
        self._on_new(self.catalogue)
        wait: float | None = None  # until the link comes
        while True:
            try:
                async with asyncio.timeout(wait):
                    await self._live.wait()
            except TimeoutError:
                pass
            self._live.clear()
            wait = EVERY_S if await self.refresh() else AGAIN_AFTER_S

    async def refresh(self) -> bool:
        """Ask the hub for a newer catalogue and take it. False: it did not say."""
        pages: list[Procedure] = []
        name = ""
        while True:
            question = ListProcedures(after=len(pages), fingerprint=self.catalogue.fingerprint)
            page = await self._inquire(question, WITHIN_S)
            if not isinstance(page, ProcedurePage):
                return False
            if page.fingerprint == self.catalogue.fingerprint:
                return True
            if page.fingerprint != name:  # the first page, or the hub's changed while we read
                name, restart = page.fingerprint, bool(pages)
                pages.clear()
                if restart:
                    continue
            pages += page.procedures
            if len(pages) >= page.total:
                await self._take(tuple(pages))
                return True
            if not page.procedures or page.total > MOST:
                log.error("procedures.no_end", came=len(pages), total=page.total)
                return False

    async def _take(self, procedures: tuple[Procedure, ...]) -> None:
        if procedures == self.catalogue.procedures:
            return  # a hub of another version names the same content otherwise
        self.catalogue = Catalogue(procedures)
        self._on_new(self.catalogue)
        try:
            await asyncio.to_thread(keep, self._file, _Kept(procedures))
        except OSError as error:
            log.error("procedures.not_kept", path=str(self._file), why=error.strerror)
