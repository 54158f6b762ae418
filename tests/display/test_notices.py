from msgspec.structs import replace

from deploy.gallery.board_states import VIEW
from display.notices import Turn, notices, turn
from shared.messages import Notice
from shared.model import Instant

ONE = Notice("một", "Một", seconds=10)
TWO = Notice("hai", "Hai", seconds=5)


def test_the_standing_sentence_is_a_page_only_where_there_are_others() -> None:
    assert notices(None) == ()
    assert notices(VIEW) == ()
    assert [page.text for page in notices(replace(VIEW, notices=(ONE,)))] == [VIEW.notice, "Một"]
    assert notices(replace(VIEW, notices=(ONE, TWO), notice="")) == (ONE, TWO)


def test_pages_follow_each_other_by_the_halls_clock() -> None:
    pages = (ONE, TWO)
    begin = Instant(15_000 * 1000)
    assert turn(pages, begin) == Turn(ONE, Instant(begin + 10_000))
    assert turn(pages, Instant(begin + 9_999)) == Turn(ONE, Instant(begin + 10_000))
    assert turn(pages, Instant(begin + 10_000)) == Turn(TWO, Instant(begin + 15_000))
    assert turn(pages, Instant(begin + 15_000)) == Turn(ONE, Instant(begin + 25_000))


def test_one_page_stands_and_none_is_nothing() -> None:
    assert turn((ONE,), Instant(7)) == Turn(ONE)
    assert turn((), Instant(7)) == Turn(None)
