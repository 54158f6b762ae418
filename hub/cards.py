"""What stands for an identity card today: a keyed hash whose key never outlives the day.

    kiosk: SHA-256 of the number ─▶ HMAC-SHA256 with today's key ─▶ the mark, on the ticket

A plain hash of a card's number can be undone by trying all numbers; once the key is gone, the mark
cannot, and says nothing but that two tickets of one day were of one card. The key stands in a file
that the hub's user alone can read, so that a restart keeps it; nothing else is kept, and backups do
not hold it.
"""

import hmac
import os
import re
import secrets
from collections import deque
from collections.abc import Callable
from pathlib import Path

import structlog

from hub.engine.concern import Concern
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.questions import Inquire
from hub.settled import settled
from shared import messages as m
from shared.i18n import _
from shared.model import Instant, Role

log = structlog.get_logger()

MOST = 60
WITHIN_MS = 10 * 60_000
"""So many cards may one kiosk ask about in that time."""

_KEY_BYTES = 32
_DIGEST = re.compile(r"[0-9a-f]{64}")


class DayKey:
    """The key of one business day, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._day = ""
        self._key = b""

    def of(self, day: str) -> bytes:
        """The key of that day, made where there is none; every other day's is gone."""
        if day != self._day:
            self.keep_only(day)
            self._key, self._day = self._read(day) or self._made(day), day
        return self._key

    def keep_only(self, day: str | None) -> None:
        """No key but that day's is left; None: none at all."""
        if day != self._day:
            self._key, self._day = b"", ""
        for path in self._folder.glob("card-*.key"):
            if day is None or path != self._path(day):
                path.unlink(missing_ok=True)

    def _path(self, day: str) -> Path:
        return self._folder / f"card-{day}.key"

    def _read(self, day: str) -> bytes | None:
        try:
            key = self._path(day).read_bytes()
        except OSError:
            return None
        return key if len(key) == _KEY_BYTES else None

    def _made(self, day: str) -> bytes:
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            self._path(day).unlink(missing_ok=True)
            file = os.open(self._path(day), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(file, key)
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            # It serves until the hub restarts; then a card may get a second number, no more.
            log.error("card_key_not_kept", reason=error.strerror)
        return key


class Cards:
    """Answers `mark_card`, and hands every other question on to `beyond`."""

    def __init__(
        self, hall: Hall, folder: Path, clock: Callable[[], Instant], beyond: Inquire
    ) -> None:
        self._hall = hall
        self._key = DayKey(folder)
        self._clock = clock
        self._beyond = beyond
        self._asked: dict[str, deque[Instant]] = {}
        self._key.keep_only(self._day())
        hall.watch(self._heard)

    async def answer(self, actor: Actor, address: str, question: m.Question) -> m.Finding | Refusal:
        """What a connected screen is told; `address` is its network address."""
        if not isinstance(question, m.MarkCard):
            return await self._beyond(actor, address, question)
        if actor.role is not Role.KIOSK or not self._hall.site.one_ticket_per_card:
            return Refusal("not_allowed", _("Màn hình này không được hỏi điều đó."))
        if not _DIGEST.fullmatch(question.digest):
            return Refusal("bad_code", _("Mã căn cước không đúng dạng."))
        if not self._may_ask(actor.name):
            words = _("Máy này đã đọc nhiều căn cước liền nhau. Mời ông/bà thử lại sau ít phút.")
            return Refusal("too_many_lookups", words)
        day = await settled(self._hall, self._day)
        if day is None:
            return Refusal("day_closed", _("Ngày làm việc chưa mở."))
        digest = bytes.fromhex(question.digest)
        return m.CardMarked(hmac.digest(self._key.of(day), digest, "sha256").hex())

    def _day(self) -> str | None:
        return self._hall.state.day

    def _may_ask(self, device: str) -> bool:
        now = self._clock()
        asked = self._asked.setdefault(device, deque(maxlen=MOST))
        if len(asked) == MOST and now - asked[0] < WITHIN_MS:
            return False
        asked.append(now)
        return True

    def _heard(self, concern: Concern) -> None:
        """A day that is over takes its key along."""
        if concern.everyone:
            self._hall.when_settled(lambda: self._key.keep_only(self._day()))
