"""A warm standby: it keeps a hub's journal and registry in a folder of its own, a moment behind.

ask ─▶ what follows ─▶ kept, on disk ─▶ ask …
 │
 └─▶ another journal (a new epoch) ─▶ fetched from its beginning, beside the one that is there
                                   ─▶ takes its place when it has everything
"""

import asyncio
import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

from hub import registry
from hub.database import Database, FolderLock, keep_names
from hub.followed import Followed, digest, entry_at
from hub.journal.base import KEEP_ANSWERS_MS, Entry
from hub.journal.sqlite import FILE, SqliteJournal
from hub.peer import Peer, PeerError
from hub.restore import JOURNAL_FILES, REGISTRY_FILES, making, put_in_place, there
from hub.standing import FILES, FOLLOWING, Following, following
from shared.errors import SetupError
from shared.kept import keep, write
from shared.model import Instant, Seq

log = structlog.get_logger()

PROMOTE = "promote"
"""A file of this name asks the follower in that folder to end."""

PACE_S = 0.05
"""A standby asks no more often, so that a busy hub is not read at every commit."""

AGAIN_S = 0.5
"""How long it waits for a hub that does not answer."""

NEXT = ".following"
_REMEMBER_EVERY_MS = 1000


class Follower:
    """Keeps one folder. `clock` says when everything was there."""

    def __init__(self, data: Path, peer: Peer, clock: Callable[[], Instant]) -> None:
        self._data = data
        self._peer = peer
        self._clock = clock
        self._journal = SqliteJournal(data)
        self._coming: SqliteJournal | None = None
        """Another life of the journal, while it is being fetched."""
        self._state = following(data) or Following(peer.url)
        self._remembered = Instant(0)
        self._last: Entry | None = None
        self._lost = False
        shutil.rmtree(data / NEXT, ignore_errors=True)
        self._find_last(self._journal)

    async def run(self) -> None:
        """Follow until told to end by the file `promote`, or cancelled. Raises SetupError when the
        hub is not one that can be followed."""
        try:
            while not (self._data / PROMOTE).exists():
                try:
                    whole = await self._ask()
                except PeerError as error:
                    self._say_lost(error)
                    await asyncio.sleep(AGAIN_S)
                else:
                    await asyncio.sleep(PACE_S if whole else 0)
        finally:
            self._remember()
            self.close()

    def close(self) -> None:
        """Let go of the files. Harmless when called twice."""
        for journal in (self._journal, self._coming):
            if journal is not None:
                journal.close()

    async def _ask(self) -> bool:
        """Ask once, and keep what comes; whether everything is here now."""
        target = self._coming or self._journal
        asked = self._clock()
        told = await self._peer.after(target.epoch, target.last_seq(), digest(self._last))
        if told.generation < self._journal.generation and self._journal.last_seq():
            raise PeerError(f"{self._peer.url}: is a hub that was superseded")
        if self._lost:
            self._lost = False
            log.info("hub_found", url=self._peer.url)
        if told.officers != self._state.officers:
            await self._fetch_officers(told.officers)
        if told.anew:
            self._begin_anew(told)
            return False
        self._keep(target, told)
        heard_of = max(told.seq, target.last_seq())
        whole = target.last_seq() >= told.seq
        if whole and self._coming is not None:
            self._take_over(self._coming)
        if self._coming is None:
            self._state = msgspec.structs.replace(self._state, heard_of=heard_of)
        if whole:
            self._state = msgspec.structs.replace(self._state, whole_at=asked)
        if asked - self._remembered >= _REMEMBER_EVERY_MS:
            self._remember()
        return whole

    def _say_lost(self, error: PeerError) -> None:
        if not self._lost:
            self._lost = True
            log.warning("hub_lost", url=self._peer.url, reason=str(error))

    def _keep(self, journal: SqliteJournal, told: Followed) -> None:
        """Keep what follows; an answer that is there already is not kept twice."""
        if not told.entries:
            return
        first = told.entries[0].seq
        if not journal.last_seq():
            journal.begin_after(Seq(first - 1))  # the days before were kept their years
        if first != journal.last_seq() + 1:
            raise PeerError(f"{self._peer.url}: event {journal.last_seq() + 1} is missing")
        known = journal.answers([one.request_id for one in told.answers])
        journal.append(told.entries, [one for one in told.answers if one.request_id not in known])
        self._last = told.entries[-1]
        if any(entry.kind == "day_opened" for entry in told.entries):
            journal.forget_answers(Instant(self._clock() - KEEP_ANSWERS_MS))

    def _begin_anew(self, told: Followed) -> None:
        """The hub's journal is another one: fetch all of it, beside what is here."""
        before = self._coming or self._journal
        if before.epoch == told.epoch and before.last_seq():
            raise SetupError(
                f"{self._peer.url}: its journal is not the one that was followed, though it says"
                " so: somebody copied files by hand. Say which is right: `motcua-hub promote"
                f" --data {self._data}` this one, `motcua-hub follow --replace` that one"
            )
        log.warning("journal_anew", epoch=told.epoch, url=self._peer.url)
        if self._coming is not None:
            self._coming.close()
        if not self._journal.last_seq():
            self._journal.begin_anew(told.epoch, told.generation, [])
            self._coming, self._last = None, None
            return
        # A hub that went back passed over numbers: whoever takes its place now must, too.
        self._state = msgspec.structs.replace(self._state, anew=True)
        self._remember()
        shutil.rmtree(self._data / NEXT, ignore_errors=True)
        self._coming = SqliteJournal(self._data / NEXT, new_epoch=lambda: told.epoch)
        self._coming.begin_anew(told.epoch, told.generation, [])
        self._last = None

    def _take_over(self, coming: SqliteJournal) -> None:
        """The other life is here as a whole: it takes the place of what was followed before."""
        last = self._journal.last_seq()
        coming.close()
        self._journal.close()
        gone = _differs(self._data / FILE, self._data / NEXT / FILE, last)
        old = there(self._data, JOURNAL_FILES)
        aside = put_in_place(self._data / NEXT, self._data, old, "replaced", self._clock())
        if gone:
            # The hub went back: what it lost is here and nowhere else.
            log.error("hub_went_back", place=str(aside[0].parent), url=self._peer.url)
        else:
            shutil.rmtree(aside[0].parent, ignore_errors=True)
        shutil.rmtree(self._data / NEXT, ignore_errors=True)
        self._journal, self._coming = SqliteJournal(self._data), None
        self._state = msgspec.structs.replace(self._state, anew=False)
        log.info("journal_taken_over", epoch=self._journal.epoch)

    async def _fetch_officers(self, stamp: str) -> None:
        content = await self._peer.officers() if stamp else b""
        if content:
            with making(self._data) as place:
                write(place / registry.FILE, content)
                (place / registry.FILE).replace(self._data / registry.FILE)
                keep_names(self._data)
        self._state = msgspec.structs.replace(self._state, officers=stamp)

    def _find_last(self, journal: SqliteJournal) -> None:
        with contextlib.closing(Database(journal.path, read_only=True)) as database:
            self._last = entry_at(database, journal.last_seq())

    def _remember(self) -> None:
        self._remembered = self._clock()
        keep(self._data / FOLLOWING, self._state)


def _differs(ours: Path, theirs: Path, seq: Seq) -> bool:
    """Whether the other journal has not our event of that seq; its words may have been erased."""
    found = []
    for path in (ours, theirs):
        with contextlib.closing(Database(path, read_only=True)) as database:
            entry = entry_at(database, seq)
            found.append(entry and (entry.at, entry.kind, entry.request_id))
    return found[0] != found[1]


def prepare(data: Path, url: str, at: Instant, *, replace: bool) -> None:
    """Make `data` a standby's folder. Raises SetupError for one that has something else in it,
    unless it is to be replaced: that is moved aside."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = None if replace else following(data)
    if state is None:
        old = there(data, (*JOURNAL_FILES, *REGISTRY_FILES, *FILES))
        if old and not replace:
            raise SetupError(
                f"{data}: has a hub's journal; name an empty folder, or --replace it, which"
                " moves it aside"
            )
        with contextlib.closing(FolderLock(data)), making(data) as place:
            put_in_place(place, data, old, "replaced", at)
    (data / PROMOTE).unlink(missing_ok=True)
    keep(data / FOLLOWING, msgspec.structs.replace(state or Following(url), url=url))
