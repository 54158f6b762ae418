"""The centre's procedures, with the e-one-stop system's newer words on them.

The file says which procedures there are, in which order, and where to take a number for each; the
system only says more of these. Its own list holds thousands that nobody takes a number for here,
without papers until each is asked for: they would bury what people come for. A procedure that the
system no longer lists stays too, until an officer takes it out of the file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec.structs import replace

from hub.dossiers.base import Dossiers, ProcedureText, Unavailable
from shared.kept import keep, recall
from shared.model import Instant, ServiceId
from shared.procedure_file import LONGEST_NAME
from shared.procedures import Catalogue
from shared.questions import Procedure
from shared.vietnamese import nfc

log = structlog.get_logger()

FILE = "procedures.json"
FIRST_AFTER_S = 60.0
GAP_S = 2.0
"""Between two questions: the system has more to do than us."""
QUIET = time(2, 30)
"""Hall time at which nobody waits for the system."""
AGAIN_AFTER_S = 3600.0
MOST_PAPERS = 50
MOST_PAPERS_BYTES = 8 * 1024
"""Lines of papers, and their UTF-8 in all, that are taken over from the system."""
_ITS_OWN = ("unreadable", "too_big")
"""Why there is no answer that may lie in this one answer: the next question may well have one."""
_NAP_S = 600.0
"""The longest sleep: a clock that is set is noticed within it."""

Sleep = Callable[[float], Awaitable[None]]


class _Kept(msgspec.Struct, frozen=True):
    """What FILE holds: the system's last word on each of our procedures."""

    texts: tuple[ProcedureText, ...]


class Procedures:
    """Holds the current `catalogue`. `listed` is the file's content, `services` are the site's:
    a procedure whose service the site does not have is shown without a number to take."""

    def __init__(
        self,
        listed: tuple[Procedure, ...],
        services: Collection[ServiceId],
        data: Path,
        *,
        dossiers: Dossiers | None,
        clock: Callable[[], Instant],
        zone: ZoneInfo,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._listed = tuple(_served(one, services) for one in listed)
        self._file = data / FILE
        self._dossiers = dossiers
        self._clock = clock
        self._zone = zone
        self._sleep = sleep
        kept = recall(self._file, _Kept)
        self._texts = {text.code: text for text in kept.texts} if kept else {}
        self._reached = True
        self.catalogue = self._merged()

    async def run(self) -> None:
        """Ask the system soon, and then every night, until cancelled."""
        if self._dossiers is None:
            return
        await self._sleep(FIRST_AFTER_S)
        while True:
            if await self.refresh(self._dossiers):
                await self._until_quiet()
            else:
                await self._sleep(AGAIN_AFTER_S)

    async def refresh(self, dossiers: Dossiers) -> bool:
        """Ask for every procedure of ours that the system lists, or for all of ours when its list
        is too long or cannot be read. False: the system went, or had no answer that can be read.

        What was learned until then is used and kept.
        """
        overview = await dossiers.procedures()
        known: dict[str, ProcedureText] = {}
        ours = [one.code for one in self._listed]
        if isinstance(overview, Unavailable):
            if overview.why not in _ITS_OWN:
                return self._note(overview)
            log.warning("procedures.no_list", why=overview.why)
        else:
            known = {text.code: text for text in overview}
            ours = [code for code in ours if code in known]
        learned, trouble = await self._ask_each(dossiers, ours, known)
        await self._learn(learned)
        if trouble is None:
            log.info("procedures.refreshed", ours=len(learned), theirs=len(known))
        return self._note(trouble)

    async def _ask_each(
        self, dossiers: Dossiers, ours: list[str], known: dict[str, ProcedureText]
    ) -> tuple[dict[str, ProcedureText], Unavailable | None]:
        """The texts of our codes, and the trouble that ended it, or that all of them had."""
        learned: dict[str, ProcedureText] = {}
        answered, trouble = False, None
        for code in ours:
            await self._sleep(GAP_S)
            answer = await dossiers.procedure(code)
            if isinstance(answer, Unavailable):
                trouble = answer
                if answer.why in _ITS_OWN:
                    log.warning("procedures.one_left_out", code=code, why=answer.why)
                    continue
                return learned, trouble
            answered = True
            if isinstance(answer, ProcedureText):
                learned[code] = answer
            elif code in known:
                learned[code] = known[code]
        return learned, None if answered else trouble

    async def _learn(self, learned: dict[str, ProcedureText]) -> None:
        texts = self._texts | learned
        if texts == self._texts:
            return
        self._texts = texts
        self.catalogue = self._merged()
        try:
            await asyncio.to_thread(keep, self._file, _Kept(tuple(texts.values())))
        except OSError as error:
            log.error("procedures.not_kept", path=str(self._file), why=error.strerror)

    def _note(self, trouble: Unavailable | None) -> bool:
        """Log when the system goes and when it is back."""
        reached = trouble is None
        if trouble is not None and self._reached:
            log.warning("procedures.not_refreshed", why=trouble.why)
        if reached and not self._reached:
            log.info("procedures.refreshed_again")
        self._reached = reached
        return reached

    def _merged(self) -> Catalogue:
        return Catalogue(tuple(_newest(one, self._texts.get(one.code)) for one in self._listed))

    async def _until_quiet(self) -> None:
        wake = next_at(QUIET, self._clock(), self._zone)
        while (left := (wake - self._clock()) / 1000) > 0:
            await self._sleep(min(left, _NAP_S))


def next_at(hour: time, now: Instant, zone: ZoneInfo) -> Instant:
    """The next moment after `now` at which the hall's clock shows `hour`."""
    here = datetime.fromtimestamp(now / 1000, zone)
    wake = datetime.combine(here.date(), hour, zone)
    if wake <= here:
        wake += timedelta(days=1)
    return Instant(round(wake.timestamp() * 1000))


def _served(procedure: Procedure, services: Collection[ServiceId]) -> Procedure:
    if not procedure.service or procedure.service in services:
        return procedure
    log.warning("procedures.no_such_service", code=procedure.code, service=procedure.service)
    return replace(procedure, service=ServiceId(""))


def _newest(listed: Procedure, text: ProcedureText | None) -> Procedure:
    """The system's words where it has some. Its name only if screens have room for it, and the
    former one is still found."""
    if text is None:
        return listed
    name = nfc(text.name) if text.name and len(nfc(text.name)) <= LONGEST_NAME else listed.name
    words = listed.words if name == listed.name else (*listed.words, listed.name)
    return replace(
        listed,
        name=name,
        agency=nfc(text.agency) or listed.agency,
        papers=_papers(text.papers) or listed.papers,
        time=nfc(text.time) or listed.time,
        fee=nfc(text.fee) or listed.fee,
        words=words,
    )


def _papers(told: tuple[str, ...]) -> tuple[str, ...]:
    """The system's papers, none when they are too many to take over: a part would mislead."""
    papers = tuple(nfc(paper) for paper in told if paper)
    long = sum(len(paper.encode()) for paper in papers) > MOST_PAPERS_BYTES
    return () if long or len(papers) > MOST_PAPERS else papers
