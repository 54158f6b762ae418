"""How far numbers move when some may have been given that nobody knows of."""

import msgspec

from hub.engine.concern import concern_of
from hub.engine.events import NumbersMoved
from hub.engine.evolve import evolve
from hub.engine.forward import Unknown, moving
from shared import messages as m
from shared.model import Instant, Seq
from tests.hub.hall_site import BOSS, KIOSK, RESULT, TRADE, Room, at

TODAY = "2026-11-23"
TOMORROW = "2026-11-24"


def moves(room: Room, unknown: Unknown, now: Instant) -> NumbersMoved:
    """What moves the room's numbers, once it has."""
    event = moving(room.state, unknown, now)
    evolve(room.state, event, Seq(room.state.seq + 1), now)
    room.now = now
    return event


def test_each_event_that_is_missing_may_have_been_a_number() -> None:
    room = Room()
    room.issue()
    assert moves(room, Unknown(at("08:00"), events=7), at("08:00")) == NumbersMoved(
        TODAY, {"A": 108}, 107
    )
    assert room.number(room.issue()) == "A109"
    assert room.number(room.issue(TRADE)) == "B108"


def test_without_a_count_the_time_is_reckoned_with_ten_numbers_a_minute() -> None:
    room = Room()
    assert moves(room, Unknown(at("08:00")), at("08:05")).others == 150
    assert Room().state.others == 0


def test_a_minute_that_has_begun_counts_as_one_even_by_a_clock_set_back() -> None:
    assert moves(Room(), Unknown(at("08:00")), at("07:00")).others == 110


def test_a_hall_gives_no_more_in_a_day_than_the_largest_one_planned_for() -> None:
    assert moves(Room(), Unknown(at("07:00")), at("17:00")).others == 100 + 2000


def test_a_busier_minute_of_the_day_is_reckoned_with_instead() -> None:
    room = Room()
    for _ in range(25):
        room.issue()
    assert moves(room, Unknown(at("08:00")), at("08:02")).after == {"A": 25 + 100 + 50}


def test_what_is_known_to_be_missing_comes_on_top() -> None:
    assert moves(Room(), Unknown(at("08:00"), more=7), at("08:02")).others == 100 + 7 + 20


def test_what_could_be_read_of_the_missing_part_counts() -> None:
    room = Room()
    room.issue()
    unknown = Unknown(at("08:00"), 3, TODAY, {"A": 40, "G": 2})
    assert moves(room, unknown, at("08:00")).after == {"A": 143, "G": 105}
    assert room.number(room.issue(RESULT)) == "G106"


def test_another_life_began_further_on_with_every_prefix() -> None:
    room = Room()
    room.issue()
    moves(room, Unknown(at("08:00"), 0), at("08:00"))
    # That life was moved by 300, this one by 100; of B it gave some that nobody can read any more.
    unknown = Unknown(at("08:00"), 3, TODAY, {"A": 340}, passed=300)
    assert moves(room, unknown, at("08:00")) == NumbersMoved(TODAY, {"A": 340 + 103}, 300 + 103)
    assert room.number(room.issue()) == "A444"
    assert room.number(room.issue(TRADE)) == "B404"


def test_what_another_life_passed_over_on_another_day_does_not_count() -> None:
    room = Room()
    unknown = Unknown(at("08:00"), 3, "2026-11-20", {"A": 340}, passed=300)
    assert moves(room, unknown, at("08:00")) == NumbersMoved(TODAY, {}, 103)


def test_lives_of_which_nothing_is_known_passed_over_as_many() -> None:
    assert moves(Room(), Unknown(at("08:00"), lives=1), at("08:05")).others == 2 * 150
    assert moves(Room(), Unknown(at("08:00"), 7, lives=2), at("08:05")).others == 3 * 150 + 7


def test_a_day_that_was_opened_in_the_missing_part_is_the_one_that_counts() -> None:
    room = Room()
    room.issue()
    unknown = Unknown(at("08:00"), 3, TOMORROW, {"A": 40})
    assert moves(room, unknown, at("09:00")) == NumbersMoved(TOMORROW, {"A": 143}, 103)
    assert room.number(room.issue()) == "A002"  # today's are known
    room.now = at("07:00", TOMORROW)
    assert room.does(BOSS, m.OpenDay())[-1] == NumbersMoved(TOMORROW, {"A": 143}, 103)
    room.now = at("08:00", TOMORROW)
    assert room.number(room.issue()) == "A144"
    assert room.state.moved is None


def test_what_moves_a_later_day_is_written_again_at_the_head_of_each_day_before_it() -> None:
    room = Room(opened=False)
    moved = moves(room, Unknown(at("08:00"), 3, TOMORROW, {"A": 40}), at("08:00"))
    assert room.does(BOSS, m.OpenDay())[-1] == moved
    again = moving(room.state, Unknown(at("08:00"), 3, TOMORROW), at("08:00"))
    assert again == NumbersMoved(TOMORROW, {"A": 246}, 206)


def test_a_day_that_was_never_held_moves_nothing_later() -> None:
    room = Room()
    moves(room, Unknown(at("08:00"), 3, TOMORROW), at("08:00"))
    room.now = at("08:00", "2026-11-25")
    room.does(BOSS, m.OpenDay())
    assert room.state.moved is None
    assert room.number(room.issue()) == "A001"


def test_numbers_move_on_from_where_they_were_moved_to() -> None:
    room = Room()
    moves(room, Unknown(at("08:00"), 0), at("08:00"))
    assert moves(room, Unknown(at("08:00"), 0), at("08:00")).others == 200
    assert room.number(room.issue()) == "A201"


def test_a_day_that_began_since_is_reckoned_from_its_midnight() -> None:
    room = Room()
    assert moves(room, Unknown(at("17:00")), at("00:30", TOMORROW)).others == 100 + 30 * 10


def test_everyone_is_told() -> None:
    room = Room()
    event = moves(room, Unknown(at("08:00")), at("08:00"))
    assert concern_of(room.state, [event]).everyone
    assert msgspec.json.decode(msgspec.json.encode(event), type=NumbersMoved) == event
    assert room.refuses(KIOSK, m.OpenDay()) == "not_allowed"
