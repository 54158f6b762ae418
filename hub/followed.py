"""What a standby is told of a hub's journal."""

import contextlib
from hashlib import blake2b
from pathlib import Path

import msgspec

from hub import registry
from hub.backup import check
from hub.database import Database, InMemory
from hub.journal import sqlite
from hub.journal.base import Answer, Entry
from shared.model import Epoch, Seq

MOST = 2_000
"""Events in one answer."""


class Followed(msgspec.Struct, frozen=True):
    """What follows on an event, with the answers that were given for it.

    `seq` is the newest event on the hub's disk. `anew`: the asker's journal is not one that this
    one goes on from, so that all of it must be fetched. `officers` names the registry as it is.
    """

    epoch: Epoch
    generation: int
    seq: Seq
    anew: bool
    officers: str
    entries: list[Entry] = []
    answers: list[Answer] = []


_ANSWERS = """SELECT request_id, at, fingerprint, seq, value FROM answer
    WHERE place > ifnull((SELECT place FROM answer WHERE seq < ? ORDER BY place DESC LIMIT 1), 0)
    AND seq <= ? ORDER BY place"""


def digest(entry: Entry | None) -> str:
    """Tells one event from another that stands in its place; empty before the first."""
    if entry is None:
        return ""
    return blake2b(msgspec.json.encode(entry), digest_size=12).hexdigest()


def entry_at(database: Database, seq: Seq) -> Entry | None:
    """The event of that seq; None where there is none."""
    found = next(sqlite.stream(database, Seq(seq - 1), chunk=1), None) if seq else None
    return found if found is not None and found.seq == seq else None


def read(data: Path, epoch: str, since: Seq, mark: str) -> Followed:
    """What follows on the event `since` of that epoch, whose digest is `mark`. Raises
    StorageError."""
    with contextlib.closing(Database(data / sqlite.FILE, read_only=True)) as database:
        own = Epoch(database.run("SELECT value FROM meta WHERE name = 'epoch'")[0][0])
        told = Followed(
            epoch=own,
            generation=sqlite.generation_of(database),
            seq=Seq(database.run("SELECT ifnull(max(seq), 0) FROM event")[0][0]),
            anew=epoch != own or digest(entry_at(database, since)) != mark,
            officers=registry.stamp(data),
        )
        if told.anew or since >= told.seq:
            return told
        entries = sqlite.some(database, since, MOST)
        rows = database.run(_ANSWERS, since, entries[-1].seq)
        return msgspec.structs.replace(
            told, entries=entries, answers=[Answer(*row) for row in rows]
        )


def officers(data: Path) -> bytes:
    """A checked copy of the registry's file. Raises StorageError."""
    path = data / registry.FILE
    with (
        contextlib.closing(Database(path, read_only=True)) as original,
        contextlib.closing(InMemory(path)) as copy,  # a file of it would lie about
    ):
        original.copy_into(copy)
        check(copy)
        return copy.content()
