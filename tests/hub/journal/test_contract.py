"""What every journal does, whatever keeps it."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.journal.base import Journal
from hub.journal.memory import MemoryJournal
from hub.journal.sqlite import SqliteJournal
from shared.errors import StorageError
from shared.model import Instant, Seq
from tests.hub.journal.events import NOW, answer, entries, entry, request_id

STORES: dict[str, Callable[[Path], Journal]] = {
    "memory": lambda folder: MemoryJournal(),
    "sqlite": SqliteJournal,
}


@pytest.fixture(params=STORES)
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    made = STORES[request.param](tmp_path)
    yield made
    made.close()


def test_a_new_journal_is_empty_and_has_an_epoch(journal: Journal) -> None:
    assert journal.epoch
    assert journal.last_seq() == 0
    assert list(journal.entries()) == []
    assert journal.open_day() == []
    assert journal.answers([request_id(1)]) == {}


def test_what_was_appended_is_read_back_whole_and_in_order(journal: Journal) -> None:
    journal.append(entries(1, 3), [])
    journal.append([entry(4)], [])
    assert list(journal.entries()) == entries(1, 4)
    assert list(journal.entries(Seq(2))) == entries(3, 4)
    assert list(journal.entries(Seq(9))) == []
    assert journal.last_seq() == 4


def test_an_event_may_have_no_request(journal: Journal) -> None:
    lonely = entry(1).__class__(Seq(1), "2026-11-23", NOW, "day_closed", "{}", None)
    journal.append([lonely], [])
    assert list(journal.entries()) == [lonely]


def test_reading_goes_on_past_one_chunk(journal: Journal) -> None:
    journal.append(entries(1, 2_003), [])
    assert [one.seq for one in journal.entries()] == list(range(1, 2_004))


def test_nothing_to_append_is_nothing(journal: Journal) -> None:
    journal.append([], [])
    assert journal.last_seq() == 0


def test_an_answer_without_an_event_is_kept(journal: Journal) -> None:
    journal.append([], [answer(1)])
    assert journal.answers([request_id(1)]) == {request_id(1): answer(1)}
    assert journal.last_seq() == 0


def test_a_gap_in_seq_is_a_bug_and_nothing_is_kept(journal: Journal) -> None:
    journal.append(entries(1, 2), [])
    for wrong in ([entry(4)], [entry(2)], [entry(3), entry(5)], [entry(3), entry(3)]):
        with pytest.raises(ValueError, match="seq"):
            journal.append(wrong, [answer(9)])
    assert list(journal.entries()) == entries(1, 2)
    assert journal.answers([request_id(9)]) == {}
    journal.append([entry(3)], [])


def test_answering_a_request_twice_is_a_bug_and_nothing_of_the_batch_is_kept(
    journal: Journal,
) -> None:
    journal.append([entry(1)], [answer(1)])
    with pytest.raises(ValueError):
        journal.append(entries(2, 3), [answer(2), answer(1)])
    with pytest.raises(ValueError):
        journal.append(entries(2, 3), [answer(3), answer(3)])
    assert list(journal.entries()) == [entry(1)]
    assert journal.last_seq() == 1
    assert set(journal.answers([request_id(n) for n in range(5)])) == {request_id(1)}
    journal.append(entries(2, 3), [answer(2)])
    assert journal.last_seq() == 3


def test_answers_gives_only_those_that_were_asked_for_and_known(journal: Journal) -> None:
    journal.append(entries(1, 5), [answer(n) for n in range(1, 6)])
    found = journal.answers([request_id(n) for n in (5, 2, 77, 2)])
    assert found == {request_id(2): answer(2), request_id(5): answer(5)}
    assert journal.answers([]) == {}


def test_forgetting_drops_answers_before_the_moment_and_says_how_many(journal: Journal) -> None:
    journal.append([], [answer(1, NOW), answer(2, Instant(NOW + 1)), answer(3, Instant(NOW + 2))])
    assert journal.forget_answers(Instant(NOW + 2)) == 2
    assert journal.forget_answers(Instant(NOW + 2)) == 0
    assert set(journal.answers([request_id(n) for n in (1, 2, 3)])) == {request_id(3)}
    journal.append([], [answer(1, Instant(NOW + 9))])


def test_open_day_is_everything_from_the_newest_opening(journal: Journal) -> None:
    day_one = [entry(1, "day_opened", "2026-11-20"), entry(2), entry(3, "day_closed")]
    day_two = [entry(4, "day_opened"), entry(5), entry(6)]
    journal.append(day_one, [])
    assert journal.open_day() == day_one
    journal.append(day_two, [])
    assert journal.open_day() == day_two


def test_open_day_is_everything_when_no_day_was_opened(journal: Journal) -> None:
    journal.append(entries(1, 3), [])
    assert journal.open_day() == entries(1, 3)


def test_answers_may_be_read_on_another_thread_while_batches_are_appended(
    journal: Journal,
) -> None:
    faults: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        ids = [request_id(n) for n in range(1, 201)]
        seen = 0
        while not done.is_set():
            try:
                found = journal.answers(ids)
                assert len(found) >= seen
                seen = len(found)
            except Exception as error:
                faults.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 201):
        journal.append([entry(number)], [answer(number)])
    done.set()
    reader.join()
    assert faults == []
    assert len(journal.answers([request_id(n) for n in range(1, 201)])) == 200


def test_entries_may_be_read_while_batches_are_appended(journal: Journal) -> None:
    journal.append(entries(1, 10), [])
    reading = journal.entries()
    assert next(reading).seq == 1
    journal.append(entries(11, 12), [])
    assert next(reading).seq == 2


def test_closing_twice_is_harmless_and_a_closed_journal_says_so(journal: Journal) -> None:
    journal.append([entry(1)], [])
    journal.close()
    journal.close()
    with pytest.raises(StorageError):
        journal.append([entry(2)], [])
    with pytest.raises(StorageError):
        journal.answers([request_id(1)])
    with pytest.raises(StorageError):
        journal.forget_answers(NOW)
