from hub.web.limits import MAX_KEYS, FailureLimit
from shared.model import Instant

MINUTE = 60_000


def test_a_key_pauses_after_its_failures_and_goes_on_when_the_first_is_forgotten() -> None:
    limit = FailureLimit(2, 5)
    limit.failed(("a",), Instant(0))
    assert limit.wait(("a",), Instant(MINUTE)) == 0
    limit.failed(("a",), Instant(MINUTE))
    assert limit.wait(("a",), Instant(MINUTE)) == 4 * 60
    assert limit.wait(("b",), Instant(MINUTE)) == 0
    assert limit.wait(("a",), Instant(5 * MINUTE)) == 0


def test_the_longest_pause_of_several_keys_counts() -> None:
    limit = FailureLimit(1, 5)
    limit.failed(("name",), Instant(0))
    limit.failed(("address",), Instant(MINUTE))
    assert limit.wait(("name", "address"), Instant(MINUTE)) == 5 * 60


def test_a_right_password_frees_the_name_and_leaves_the_address_its_older_failures() -> None:
    limit = FailureLimit(2, 5)
    limit.failed(("name", "address"), Instant(0))
    limit.failed(("name", "address"), Instant(1))
    limit.succeeded("name", "address", Instant(2))
    assert limit.wait(("name",), Instant(2)) == 0
    limit.failed(("address",), Instant(3))
    assert limit.wait(("address",), Instant(3)) > 0


def test_a_clock_set_back_locks_nobody_out() -> None:
    limit = FailureLimit(1, 5)
    limit.failed(("a",), Instant(100 * MINUTE))
    assert limit.wait(("a",), Instant(0)) == 0


def test_a_flood_of_names_is_forgotten_oldest_first() -> None:
    limit = FailureLimit(1, 5)
    limit.failed(("first",), Instant(0))
    for number in range(MAX_KEYS):
        limit.failed((f"n{number}",), Instant(0))
    assert limit.wait(("first",), Instant(0)) == 0
    assert limit.wait(("n0",), Instant(0)) > 0
