"""What is left in the journal after all that."""

from tests.journeys.hall import Hall, unsound


def test_numbers_are_contiguous_and_no_ticket_was_called_twice(hall: Hall) -> None:
    hall.go_home()
    hall.take_number()
    journal = hall.journal()
    assert unsound(journal) == []
    assert [event["seq"] for event in journal] == list(range(1, len(journal) + 1))


def test_no_call_was_announced_twice(hall: Hall) -> None:
    calls = [one["call"] for one in hall.spoken() if one["call"] not in hall.broken_off]
    assert len(calls) == len(set(calls))
