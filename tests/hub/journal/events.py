"""Small entries and answers for the journal's tests."""

import uuid

from hub.journal.base import Answer, Entry
from shared.model import Instant, RequestId, Seq

NOW = Instant(1_763_859_600_000)


def entry(seq: int, kind: str = "ticket_issued", day: str = "2026-11-23") -> Entry:
    body = f'{{"number":"A{seq:03}","note":"Đất đai \\"số\\" → ✓"}}'
    return Entry(Seq(seq), day, Instant(NOW + seq), kind, body, request_id(seq))


def entries(first: int, last: int) -> list[Entry]:
    return [entry(seq) for seq in range(first, last + 1)]


def request_id(number: int) -> RequestId:
    return RequestId(str(uuid.UUID(int=number)))


def answer(number: int, at: Instant | None = None) -> Answer:
    moment = Instant(NOW + number) if at is None else at
    value = f'{{"number":"A{number:03}","name":"Hộ tịch"}}'
    return Answer(request_id(number), moment, f"print-{number}", Seq(number), value)
