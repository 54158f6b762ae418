"""The journal in memory: for tests and demonstrations. It forgets all with the process."""

from collections.abc import Iterator, Sequence

from hub.journal.base import BEGINNING, Answer, Entry, check_seqs
from shared.errors import StorageError
from shared.model import Epoch, Instant, RequestId, Seq


class MemoryJournal:
    """Keeps the contract of `hub.journal.base.Journal` without a file.

    While `fault` is set, `append` and `forget_answers` raise it and keep nothing, like a disk
    that is full; after `close`, every call raises StorageError.
    """

    def __init__(self, epoch: str = "memory") -> None:
        self._epoch = Epoch(epoch)
        self._entries: list[Entry] = []
        self._answers: dict[RequestId, Answer] = {}
        self._closed = False
        self.fault: StorageError | None = None

    @property
    def epoch(self) -> Epoch:
        """This journal's life."""
        return self._epoch

    @property
    def generation(self) -> int:
        """Nobody takes over what is in memory."""
        return 1

    def last_seq(self) -> Seq:
        """The newest entry's seq; 0 when empty."""
        return Seq(len(self._entries))

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        """Keep all or none. A gap in seq, or an answer to a request that has one, is a
        ValueError."""
        check_seqs(self.last_seq(), entries)
        self._check_writable()
        ids = [answer.request_id for answer in answers]
        if len(set(ids)) < len(ids) or not self._answers.keys().isdisjoint(ids):
            raise ValueError("a request was answered before")
        self._answers.update(zip(ids, answers, strict=True))
        self._entries.extend(entries)

    def answers(self, request_ids: Sequence[RequestId]) -> dict[RequestId, Answer]:
        """Those of `request_ids` that were answered before."""
        self._check_open()
        return {one: self._answers[one] for one in request_ids if one in self._answers}

    def forget_answers(self, before: Instant) -> int:
        """Drop answers given before that moment; says how many."""
        self._check_writable()
        kept = {one: answer for one, answer in self._answers.items() if answer.at >= before}
        dropped = len(self._answers) - len(kept)
        self._answers = kept
        return dropped

    def open_day(self) -> list[Entry]:
        """The entries from the newest `day_opened` on, in order; all if there is none."""
        self._check_open()
        opened = [place for place, entry in enumerate(self._entries) if entry.kind == "day_opened"]
        return self._entries[opened[-1] if opened else 0 :]

    def entries(self, since: Seq = BEGINNING) -> Iterator[Entry]:
        """All entries after `since`, in order."""
        self._check_open()
        yield from self._entries[since:]

    def close(self) -> None:
        """Refuse everything from now on. Harmless when called twice."""
        self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise StorageError("the journal is closed")

    def _check_writable(self) -> None:
        self._check_open()
        if self.fault is not None:
            raise self.fault
