"""Folding a journal's rows into a state."""

from collections.abc import Iterable

from hub.engine.evolve import evolve
from hub.engine.state import State
from hub.journal.base import Entry
from hub.journal.codec import unpack
from shared.errors import StorageDamaged


def replay(state: State, entries: Iterable[Entry]) -> None:
    """Take the rows in, in order. Raises StorageDamaged, naming the row, for one that cannot be
    read or does not fit to those before it."""
    for entry in entries:
        event = unpack(entry.kind, entry.body, entry.seq, entry.at)
        try:
            evolve(state, event, entry.seq, entry.at)
        except LookupError:
            raise StorageDamaged(
                f"journal: row {entry.seq} ({entry.kind}) speaks of what was not before"
            ) from None
