from hub.failures import MAX_KEYS, WIDER, FailureLimit
from shared.model import Instant

MINUTE = 60_000


def test_a_name_at_an_address_pauses_and_goes_on_when_the_first_failure_is_forgotten() -> None:
    limit = FailureLimit(2, 5)
    limit.failed("hoa", "a", Instant(0))
    assert limit.wait("hoa", "a", Instant(MINUTE)) == 0
    limit.failed("hoa", "a", Instant(MINUTE))
    assert limit.wait("hoa", "a", Instant(MINUTE)) == 4 * 60
    assert limit.wait("lan", "a", Instant(MINUTE)) == 0
    assert limit.wait("hoa", "b", Instant(MINUTE)) == 0
    assert limit.wait("hoa", "a", Instant(5 * MINUTE)) == 0


def test_a_name_tried_from_everywhere_pauses_at_new_places_and_not_where_it_signed_in() -> None:
    limit = FailureLimit(2, 5)
    limit.failed("hoa", "desk", Instant(0))
    limit.succeeded("hoa", "desk", Instant(0))
    for number in range(2 * WIDER):
        assert limit.wait("hoa", f"far {number}", Instant(0)) == 0
        limit.failed("hoa", f"far {number}", Instant(0))
    assert limit.wait("hoa", "further", Instant(0)) == 5 * 60
    assert limit.wait("hoa", "desk", Instant(0)) == 0
    for _ in range(2):
        limit.failed("hoa", "desk", Instant(0))
    assert limit.wait("hoa", "desk", Instant(0)) == 5 * 60


def test_an_address_that_tries_many_names_pauses() -> None:
    limit = FailureLimit(2, 5)
    for number in range(2 * WIDER):
        assert limit.wait(f"name {number}", "a", Instant(0)) == 0
        limit.failed(f"name {number}", "a", Instant(0))
    assert limit.wait("hoa", "a", Instant(MINUTE)) == 4 * 60
    assert limit.wait("hoa", "b", Instant(MINUTE)) == 0


def test_right_passwords_use_nothing_up() -> None:
    limit = FailureLimit(1, 5)
    for number in range(3 * WIDER):
        assert limit.wait("hoa", "a", Instant(number)) == 0
        limit.failed("hoa", "a", Instant(number))
        limit.succeeded("hoa", "a", Instant(number))


def test_a_right_password_leaves_the_address_its_older_failures() -> None:
    limit = FailureLimit(1, 5)
    for number in range(WIDER - 1):
        limit.failed(f"name {number}", "a", Instant(0))
    limit.failed("hoa", "a", Instant(1))
    limit.succeeded("hoa", "a", Instant(1))
    assert limit.wait("lan", "a", Instant(1)) == 0
    limit.failed("lan", "a", Instant(1))
    assert limit.wait("minh", "a", Instant(1)) > 0


def test_a_clock_set_back_locks_nobody_out() -> None:
    limit = FailureLimit(1, 5)
    limit.failed("hoa", "a", Instant(100 * MINUTE))
    assert limit.wait("hoa", "a", Instant(0)) == 0


def test_a_flood_of_names_and_places_is_forgotten_oldest_first() -> None:
    limit = FailureLimit(1, 5)
    limit.failed("first", "first", Instant(0))
    for number in range(MAX_KEYS):
        limit.failed(f"n{number}", f"a{number}", Instant(0))
        limit.succeeded(f"s{number}", f"s{number}", Instant(0))
    limit.succeeded("last", "last", Instant(0))
    assert limit.wait("first", "first", Instant(0)) == 0
    newest = MAX_KEYS - 1
    assert limit.wait(f"n{newest}", f"a{newest}", Instant(0)) > 0
    assert len(limit._failures) <= MAX_KEYS
    assert len(limit._places) == MAX_KEYS
