"""What a journal is, whatever keeps it. tests/hub/journal runs one contract over every store."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from shared.model import Epoch, Instant, RequestId, Seq

KEEP_ANSWERS_MS = 7 * 24 * 3600 * 1000
"""How long a request id is remembered: a client that repeats it within a week is answered alike."""

ERASED = "erased"
"""Stands for a fingerprint that was erased, because the dossier's code that had gone into it could
be found again by trying all codes. Such a request is answered as before, whatever it wishes now."""

BEGINNING = Seq(0)
"""Before the first entry."""


class Entry(msgspec.Struct, frozen=True):
    """One event as it is stored. `body` is the event's JSON without its kind; `day` the business
    day it belongs to (`YYYY-MM-DD`)."""

    seq: Seq
    day: str
    at: Instant
    kind: str
    body: str
    request_id: RequestId | None


class Answer(msgspec.Struct, frozen=True):
    """What a request was answered. `fingerprint` tells the same wish from another one under the
    same id; `seq` is the last event it caused; `value` is the JSON of the result."""

    request_id: RequestId
    at: Instant
    fingerprint: str
    seq: Seq
    value: str


class Journal(Protocol):
    """An append-only record. One caller at a time appends; reading may go on beside it."""

    @property
    def epoch(self) -> Epoch:
        """This journal's life."""

    @property
    def generation(self) -> int:
        """How often the place of the hub was taken over, from 1."""

    def last_seq(self) -> Seq:
        """The newest entry's seq; 0 when empty."""

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        """Keep all of these, or none: when it returns they have survived a power cut.

        `entries` go on from `last_seq()` without a gap. Blocking; the hub calls it on the writer
        thread. Raises StorageFull when there is no room, StorageError for any other failure;
        nothing was kept then, and the next call may succeed.
        """

    def answers(self, request_ids: Sequence[RequestId]) -> dict[RequestId, Answer]:
        """Those of `request_ids` that were answered before. May be called from another thread
        than `append`'s, and never waits for it. Raises StorageError."""

    def forget_answers(self, before: Instant) -> int:
        """Drop answers given before that moment; says how many. Called on the writer thread."""

    def open_day(self) -> list[Entry]:
        """The entries from the newest `day_opened` on, in order; all of them if there is none.
        Raises StorageError."""

    def entries(self, since: Seq = BEGINNING) -> Iterator[Entry]:
        """All entries after `since`, in order, without loading them at once."""

    def close(self) -> None:
        """Let go of files and locks. Harmless when called twice."""


def check_seqs(last: Seq, entries: Sequence[Entry]) -> None:
    """Raise ValueError unless `entries` go on from `last` without a gap."""
    for expected, entry in enumerate(entries, start=last + 1):
        if entry.seq != expected:
            raise ValueError(f"seq {entry.seq} where {expected} belongs")
