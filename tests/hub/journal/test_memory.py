import pytest

from hub.journal.memory import MemoryJournal
from shared.errors import StorageFull
from tests.hub.journal.events import NOW, answer, entry, request_id


def test_a_fault_refuses_everything_that_is_written_until_it_is_gone() -> None:
    journal = MemoryJournal()
    journal.fault = StorageFull("no room")
    with pytest.raises(StorageFull):
        journal.append([entry(1)], [answer(1)])
    with pytest.raises(StorageFull):
        journal.forget_answers(NOW)
    assert journal.answers([request_id(1)]) == {}
    journal.fault = None
    journal.append([entry(1)], [answer(1)])
    assert journal.last_seq() == 1
