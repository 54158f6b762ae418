"""Who may ask about a dossier, and what they are told.

    question ─▶ normal form ─▶ hub.dossiers.limits ─▶ e-one-stop ─▶ hub.dossiers.shown ─▶ finding

With digits nobody may learn from an answer, or from its time, whether there is such a dossier:

- "Wrong digits" and "no such dossier" are one value, and both are given at a fixed moment after the
  question: at `floor_s`, or at the next multiple of it when the e-one-stop system was slower. What
  came from a cache at once looks like what took most of a second.
- Both count for the code, so that both are locked after as many failures; the lock is looked at
  before anything is asked. A failure is booked before the digits are compared, and taken back when
  they fit or nobody has compared them: many guesses at once are many.
- A record that the hub cannot read looks like none: only one that exists can be unreadable.
- While the e-one-stop system does not answer, a code that is still in the cache must not be judged
  where an unknown one cannot be. So, for as long as an answer may be kept (`KEPT_MS`) after a
  failure, all questions with digits are answered `DossierUnavailable` at once, unasked; a fresh
  answer to a question without digits ends that. Left over is the very first question of an outage.
  It gains nobody anything: without digits a code is answered anyway.

No code, name or digit goes into a log line or an exception.
"""

import asyncio
import hmac
import re
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import Protocol

import msgspec
import structlog

from hub.dossiers.base import Dossier, Dossiers, Found, NotFound, Unavailable
from hub.dossiers.limits import Asker as Asker, Limits
from hub.dossiers.masking import masked
from hub.dossiers.shown import iso, shown
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import ticket_view
from hub.hall import Hall
from hub.settings import LookupLimits
from hub.settled import settled
from shared import messages as m
from shared.i18n import _
from shared.model import Instant, Role, TicketId
from shared.procedures import Catalogue
from shared.receipt_code import dossier_code, procedure_code

log = structlog.get_logger()

PAGE_BYTES = 32 * 1024
"""About how long one `ProcedurePage` is, encoded; a single procedure may be longer."""

PHONES_AT_ONCE = 6
"""Of the places that the e-one-stop client has, at most so many are phones'."""

KIOSKS_KEEP = 2
"""So many of these places are never phones': kiosks always find one."""

PHONE_PATIENCE_S = 1.0
"""How long a phone waits for such a place: with the client's 6 s it ends by `DEADLINE_S`, where the
last failure with digits is answered."""

DEADLINE_S = 7.0
"""When the last failure with digits is answered: the client gives up after 6 s, for which a phone
has waited `PHONE_PATIENCE_S` at most."""

KEPT_MS = 60_000
"""How old an answer of the e-one-stop client can be."""

UNREADABLE = "unreadable"
"""Why there is no answer about one certain dossier, of a system that is well."""

_DIGITS = re.compile(r"[0-9]{4}")
_OFFICERS = (Role.COUNTER, Role.SUPERVISOR)
_ALLOWED: dict[type, tuple[Role, ...]] = {
    m.LookUpDossier: (Role.KIOSK, *_OFFICERS),
    m.LookUpTicket: (Role.KIOSK,),
    m.LookUpProcedure: (Role.KIOSK, *_OFFICERS),
    m.ListProcedures: (Role.KIOSK,),
}


class Meter(Protocol):
    """What look-ups are counted by; hub.metrics shows it."""

    def looked_up(self, outcome: str) -> None:
        """A question about a dossier was answered: a finding's tag, or a refusal's code."""

    def lookup_alarm(self, on: Callable[[], bool]) -> None:
        """Where to ask whether phones are paused."""


class Lookup:
    """Answers the questions of screens and phones; `at_once` is how many requests the e-one-stop
    client has under way at most, 3 or more."""

    def __init__(
        self,
        hall: Hall,
        dossiers: Dossiers | None,
        catalogue: Callable[[], Catalogue],
        figures: LookupLimits,
        clock: Callable[[], Instant],
        *,
        at_once: int = 8,
        meter: Meter | None = None,
        elapsed: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._hall = hall
        self._site = hall.site
        self._dossiers = dossiers
        self._catalogue = catalogue
        self._limits = Limits(figures)
        self._floor_s = figures.digits_answer_ms / 1000
        self._clock = clock
        self._elapsed = elapsed
        self._sleep = sleep
        self._meter = meter
        self._phones = asyncio.Semaphore(min(PHONES_AT_ONCE, at_once - KIOSKS_KEEP))
        self._down: m.DossierUnavailable | None = None
        self._down_at = Instant(0)
        self._alarmed = False
        if meter is not None:
            meter.lookup_alarm(lambda: self._limits.paused(clock()))

    # --- screens -------------------------------------------------------------------------

    async def answer(self, actor: Actor, address: str, question: m.Question) -> m.Finding | Refusal:
        """What a connected screen is told; `address` is its network address."""
        if actor.role not in _ALLOWED.get(type(question), ()):
            return Refusal("not_allowed", _("Màn hình này không được hỏi điều đó."))
        match question:
            case m.LookUpDossier(code=code, digits=digits):
                asker = Asker(actor.name, address, officer=actor.role in _OFFICERS)
                return await self.dossier(asker, code, digits)
            case m.LookUpTicket(ticket=ticket):
                return await self._ticket(ticket)
            case m.LookUpProcedure(code=code):
                procedure = self._catalogue().by_code(procedure_code(code) or "")
                return m.ProcedureFound(procedure) if procedure else m.ProcedureNotFound()
            case m.ListProcedures(after=after, fingerprint=fingerprint):
                return _page(self._catalogue(), after, fingerprint)
            case _:
                return Refusal("not_allowed", _("Màn hình này không được hỏi điều đó."))

    async def _ticket(self, ticket: TicketId) -> m.Finding:
        def look() -> m.Finding:
            state = self._hall.state
            if ticket not in state.tickets:
                return m.TicketNotFound()
            return m.TicketFound(ticket_view(state, ticket, self._clock()))

        return await settled(self._hall, look)

    # --- dossiers ------------------------------------------------------------------------

    async def dossier(self, asker: Asker, code: str, digits: str | None) -> m.Finding | Refusal:
        """Where the dossier stands; with the right last four `digits`, whose it is, masked."""
        started = self._elapsed()
        finding = await self._dossier(asker, code, digits)
        if digits is not None and isinstance(finding, m.DossierNotFound):
            await self._sleep(self._left(self._elapsed() - started))
        if self._meter is not None:
            self._meter.looked_up(_outcome(finding))
        return finding

    def _left(self, elapsed_s: float) -> float:
        """Seconds until a failure with digits is answered."""
        turns = max(1, -int(-elapsed_s // self._floor_s))
        return max(0.0, min(turns * self._floor_s, max(DEADLINE_S, self._floor_s)) - elapsed_s)

    async def _dossier(self, asker: Asker, code: str, digits: str | None) -> m.Finding | Refusal:
        normal = dossier_code(code)
        if normal is None or (digits is not None and not _DIGITS.fullmatch(digits)):
            return Refusal("bad_code", _("Mã hồ sơ hoặc bốn số cuối không đúng dạng."))
        if self._dossiers is None:
            return Refusal("lookup_off", _("Nơi đây chưa nối với hệ thống một cửa."))
        if digits is not None and (down := self._known_down()):
            return down
        if asker.phone:
            return await self._for_phone(self._dossiers, asker, normal, digits)
        return await self._ask(self._dossiers, asker, normal, digits)

    async def _for_phone(
        self, dossiers: Dossiers, asker: Asker, code: str, digits: str | None
    ) -> m.Finding | Refusal:
        """Phones ask a few at once, so that what an address has missed is known in time, too."""
        try:
            async with asyncio.timeout(PHONE_PATIENCE_S):
                await self._phones.acquire()
        except TimeoutError:
            return m.DossierUnavailable()
        try:
            return await self._ask(dossiers, asker, code, digits)
        finally:
            self._phones.release()

    async def _ask(
        self, dossiers: Dossiers, asker: Asker, code: str, digits: str | None
    ) -> m.Finding | Refusal:
        now = self._clock()
        self._note_alarm(now)
        if why := self._limits.ask(asker, code, now):
            return _too_many(why)
        if digits is None:
            found = await dossiers.look_up(code)
            self._note_health(found, asked_at=now)
            return self._state_of(asker, code, found)
        day = f"{self._hall.state.local(now):%Y-%m-%d}"
        if not self._limits.guess(code, day):
            return _locked()
        failed = False
        try:
            found = await dossiers.look_up(code)
            self._note_health(found, asked_at=None)
            finding = self._person_of(asker, code, found, digits)
            failed = isinstance(finding, m.DossierNotFound)
            return finding
        finally:
            if not failed:
                self._limits.take_back(code, day)

    def _state_of(
        self, asker: Asker, code: str, found: Found | NotFound | Unavailable
    ) -> m.Finding:
        if isinstance(found, Found):
            return self._shown(found, None)
        if isinstance(found, Unavailable):
            return self._unavailable(found)
        self._missed(asker, code, guess=False)
        return m.DossierNotFound()

    def _person_of(
        self, asker: Asker, code: str, found: Found | NotFound | Unavailable, digits: str
    ) -> m.Finding:
        if isinstance(found, Unavailable) and found.why != UNREADABLE:
            return self._unavailable(found)
        if isinstance(found, Found) and _fits(found.dossier, digits):
            return self._shown(found, masked(found.dossier.name))
        self._missed(asker, code, guess=True)
        return m.DossierNotFound(digits=True)

    def _shown(self, found: Found, applicant: str | None) -> m.DossierFound:
        view = shown(found, self._site, self._catalogue(), applicant, self._clock())
        return m.DossierFound(view)

    def _unavailable(self, answer: Unavailable) -> m.DossierUnavailable:
        since = None if answer.as_of is None else iso(answer.as_of, self._site.zone)
        return m.DossierUnavailable(since)

    # --- health and alarm ----------------------------------------------------------------

    def _note_health(
        self, found: Found | NotFound | Unavailable, *, asked_at: Instant | None
    ) -> None:
        """Remember a failure; `asked_at`, of a question without digits, lets a fresh answer end it.
        One with digits must not: the next could tell from it that the first was known."""
        if isinstance(found, Unavailable):
            if found.why == UNREADABLE:
                return
            self._down, self._down_at = self._unavailable(found), self._clock()
        elif asked_at is not None and isinstance(found, Found) and found.as_of > asked_at:
            self._down = None

    def _known_down(self) -> m.DossierUnavailable | None:
        if self._down is not None and not 0 <= self._clock() - self._down_at < KEPT_MS:
            self._down = None
        return self._down

    def _missed(self, asker: Asker, code: str, *, guess: bool) -> None:
        now = self._clock()
        if self._limits.missed(asker, code, now, guess=guess):
            self._alarmed = True
            log.warning("lookup.alarm", told="too many dossiers that are not there: phones pause")

    def _note_alarm(self, now: Instant) -> None:
        if self._alarmed and not self._limits.paused(now):
            self._alarmed = False
            log.info("lookup.alarm_over")


def _fits(dossier: Dossier, digits: str) -> bool:
    """Whether the digits are one of the applicant's; every one is compared, whichever fits."""
    fits = [hmac.compare_digest(tail.encode(), digits.encode()) for tail in dossier.tails]
    return any(fits)


def _too_many(code: str) -> Refusal:
    if code == "lookup_paused":
        words = _("Tra cứu trên điện thoại đang tạm dừng. Mời ông/bà tra cứu tại ki-ốt của sảnh.")
        return Refusal("lookup_paused", words)
    words = _("Đã tra cứu nhiều lần liền nhau. Mời ông/bà thử lại sau ít phút, hoặc hỏi tại quầy.")
    return Refusal("too_many_lookups", words)


def _locked() -> Refusal:
    words = _(
        "Hôm nay bốn số cuối của hồ sơ này đã bị nhập sai nhiều lần. Mời ông/bà hỏi tại quầy."
        " Không nhập bốn số cuối, ông/bà vẫn xem được hồ sơ đến đâu."
    )
    return Refusal("code_locked", words)


def _outcome(finding: m.Finding | Refusal) -> str:
    if isinstance(finding, Refusal):
        return finding.code
    return str(type(finding).__struct_config__.tag)


def _page(catalogue: Catalogue, after: int, fingerprint: str) -> m.ProcedurePage:
    part: list[m.Procedure] = []
    if fingerprint != catalogue.fingerprint:
        left = PAGE_BYTES
        for procedure in islice(catalogue.procedures, max(0, after), None):
            left -= len(msgspec.json.encode(procedure))
            if part and left < 0:
                break
            part.append(procedure)
    return m.ProcedurePage(catalogue.fingerprint, len(catalogue.procedures), tuple(part))
