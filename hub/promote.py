"""Making a hub of a standby's folder."""

import contextlib
import time
from pathlib import Path

import msgspec

from hub import registry
from hub.backup import fold
from hub.database import Database, keep_names
from hub.engine.events import NumbersMoved
from hub.engine.forward import Unknown, moving
from hub.follow import PROMOTE
from hub.journal.sqlite import SqliteJournal
from hub.restore import begin_anew
from hub.standing import FOLLOWING, following
from shared.errors import LockedError, SetupError
from shared.model import Instant

ENDS_WITHIN_S = 10.0


class Promoted(msgspec.Struct, frozen=True):
    """What a standby became. At `whole_at` it had everything; `missing` events after that are known
    to be missing, and of later ones nobody here knows."""

    generation: int
    events: int
    last_day: str | None
    whole_at: Instant
    missing: int
    moved: NumbersMoved | None


def promote(data: Path, at: Instant) -> Promoted:
    """End the follower in that folder, and make it a hub's: a new epoch, a higher generation, the
    business day as it was, numbers behind all that may have been given. Raises SetupError,
    StorageError."""
    state = following(data)
    if state is None:
        raise SetupError(f"{data}: is no standby's folder; `motcua-hub follow` makes one")
    if not state.whole_at:
        raise SetupError(f"{data}: never had everything of {state.url}; restore a backup instead")
    with contextlib.closing(_taken(data)) as journal:
        state = following(data) or state  # what the follower wrote last
        day = fold(journal.open_day())
        missing = max(0, state.heard_of - journal.last_seq())
        moved = None
        if day.last_day is not None:
            moved = moving(day, Unknown(state.whole_at, more=missing, lives=int(state.anew)), at)
        begin_anew(journal, day, journal.generation + 1, moved, at)
        _end_sessions(data)
        made = Promoted(
            journal.generation, journal.last_seq(), day.last_day, state.whole_at, missing, moved
        )
    (data / FOLLOWING).unlink()  # the follower waits for it: a hub may start here from now on
    (data / PROMOTE).unlink(missing_ok=True)
    keep_names(data)  # after a power cut it would be a standby's folder again
    return made


def _taken(data: Path) -> SqliteJournal:
    """The journal, once its follower has ended."""
    (data / PROMOTE).touch()
    deadline = time.monotonic() + ENDS_WITHIN_S
    while True:
        try:
            return SqliteJournal(data)
        except LockedError:
            if time.monotonic() > deadline:
                (data / PROMOTE).unlink(missing_ok=True)
                raise
            time.sleep(0.05)


def _end_sessions(data: Path) -> None:
    if (data / registry.FILE).exists():
        with contextlib.closing(Database(data / registry.FILE, journal_mode="delete")) as officers:
            registry.end_sessions(officers)
