import gc
from typing import Any

import pytest
from msgspec.structs import replace

from deploy.gallery.board_states import LONG as SAMPLES, STATES, TEN
from display import board as rules
from display.board import Board, instant
from hub.engine.site import MOST_NAME
from shared.messages import BoardCall, BoardCounter, BoardLine, DisplayView, Notice
from shared.model import (
    CounterNumber,
    CounterState,
    Instant,
    Layout,
    ScreenPlan,
    Seq,
    ServiceId,
)
from tests.kivy_window import hold, settle, step

NOW = instant("2026-11-23T08:15:00+07:00")
SIZES = [(1280, 720), (1080, 1920)]
"""The gallery looks at every state in further shapes."""


def call(number: int, ticket: str, counter: int) -> BoardCall:
    return BoardCall(
        number, Seq(number), ticket, CounterNumber(counter), "2026-11-23T08:15:00+07:00"
    )


OLD = [
    call(n + 1, ticket, counter)
    for n, (ticket, counter) in enumerate(
        [("W1000", 36), ("M1234", 28), ("A010", 6), ("D1015", 9), ("VW011", 24), ("B007", 12)]
    )
]
LONG_NAME = max(SAMPLES, key=len)
LONG = [
    "Đăng ký đất đai, tài sản gắn liền với đất",
    "Cấp giấy phép xây dựng và chứng chỉ hành nghề hoạt động xây dựng trên toàn tỉnh",
    "Bảo hiểm xã hội",
]


def view(*new: BoardCall, lines: tuple[str, ...] = tuple(LONG), notice: str = "") -> DisplayView:
    states = (CounterState.OPEN, CounterState.PAUSED, CounterState.CLOSED)
    counters = [
        BoardCounter(CounterNumber(n), states[n % 3], ("A1000", "AB012", "W0999")[n % 3])
        if n % 2
        else BoardCounter(CounterNumber(n), states[n % 3], None)
        for n in range(1, 38)
    ]
    return DisplayView(
        "Trung tâm Phục vụ hành chính công tỉnh Nghệ An",
        "7:30–11:30 · 13:30–17:00",
        notice or "Mời ông/bà chuẩn bị sẵn giấy tiếp nhận và căn cước.",
        tuple(counters),
        tuple(reversed([*OLD, *new])),
        tuple(BoardLine(ServiceId(name), name, 113 - n) for n, name in enumerate(lines)),
    )


def board(*new: BoardCall, layout: Layout = Layout.MAIN, **options: Any) -> Board:
    plan = ScreenPlan(layout)
    quiet = replace(view(**options), plan=plan)
    first, _ = rules.react(Board(), quiet, Instant(NOW + 60_000))
    return rules.react(first, replace(view(*new, **options), plan=plan), NOW)[0]


def body(wall: Any) -> Any:
    assert wall.body is not None
    return wall.body


def pieces(wall: Any) -> list[Any]:
    from display.screens.lettering import _Piece

    return [piece for piece in wall.walk() if isinstance(piece, _Piece) and piece.text]


def shown(wall: Any) -> list[str]:
    """Every text that is drawn, as it is drawn."""
    return [piece.shown or piece.text for piece in pieces(wall) if piece.ink != (0, 0)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_text_stands_whole_in_its_box_and_on_no_other_in_every_state(
    kivy_window: Any, size: tuple[int, int]
) -> None:
    from deploy.gallery.board import wall_for
    from deploy.gallery.fit import faults

    found = {}
    for name, sample in STATES.items():
        wall = wall_for(sample)
        hold(kivy_window, wall, *size)
        assert pieces(wall), name
        found[name] = faults([wall], size)
    assert not any(found.values()), found


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_nothing_is_drawn_smaller_than_36_and_the_call_is_at_least_200(
    kivy_window: Any, size: tuple[int, int]
) -> None:
    from display.screens.wall import Wall

    wall = Wall(clock="08:15", date="Thứ Hai, 23/11", board=board(call(20, "A1000", 37)))
    hold(kivy_window, wall, *size)
    assert min(piece.least for piece in pieces(wall)) >= 36
    assert body(wall).panel.figures[0].most >= 200
    numbers = [row.figures[0].most for row in body(wall).rows if len(row.number) == 4]
    assert min(numbers) >= 84


def test_four_calls_at_once_are_all_on_the_board(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    calls = [call(20, "A012", 5), call(21, "B008", 12), call(22, "C032", 21), call(23, "E001", 30)]
    wall = Wall(board=board(*calls))
    hold(kivy_window, wall, 1920, 1080)
    texts = shown(wall)
    assert {"A012", "B008", "C032", "E001"} <= set(texts)
    assert body(wall).panel.gold
    assert [row.number for row in body(wall).rows if row.gold] == ["E001", "C032", "B008"]


def test_every_counter_stands_on_the_board_of_all(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall(board=board(call(20, "A012", 5), layout=Layout.ALL))
    hold(kivy_window, wall, 1920, 1080)
    texts = shown(wall)
    assert {f"Quầy {n}" for n in range(1, 38)} <= set(texts)
    assert {"A012", "Sẵn sàng", "Tạm dừng", "Đóng"} <= set(texts)


def test_turning_the_screen_keeps_the_board(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall(board=board(call(20, "A012", 5)))
    hold(kivy_window, wall, 1920, 1080)
    hold(kivy_window, wall, 1080, 1920)
    assert body(wall).upright
    assert "A012" in shown(wall)


def test_nothing_is_redrawn_while_nothing_changes(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall(board=board(call(20, "A012", 5)), clock="08:15")
    hold(kivy_window, wall, 1920, 1080)
    frames: list[int] = []
    count = lambda *_args: frames.append(1)  # noqa: E731
    kivy_window.bind(on_flip=count)
    quiet = 0
    for _step in range(60):  # until it rests: on a busy machine a frame may come late
        before = len(frames)
        step(kivy_window)
        quiet = quiet + 1 if len(frames) == before else 0
        if quiet == 5:
            break
    assert quiet == 5, "it never comes to rest"
    drawn = len(frames)
    wall.board, wall.clock = board(call(20, "A012", 5)), "08:15"
    step(kivy_window, 5)
    kivy_window.unbind(on_flip=count)
    assert len(frames) == drawn > 0


@pytest.mark.parametrize("layout", [Layout.MAIN, Layout.ALL])
def test_a_wall_of_four_times_the_pixels_is_the_same_picture(
    kivy_window: Any, layout: Layout
) -> None:
    from display.screens.wall import Wall

    wall = Wall(board=board(call(20, "A012", 5), layout=layout), clock="08:15")
    hold(kivy_window, wall, 1920, 1080)
    small = shown(wall)
    hold(kivy_window, wall, 3840, 2160)
    assert shown(wall) == small
    assert all(p.ink[0] <= p.width + 1 and p.ink[1] <= p.height + 1 for p in pieces(wall))


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920)])
def test_the_welcome_of_a_new_day_is_not_covered_by_the_calls_of_the_last(
    kivy_window: Any, size: tuple[int, int]
) -> None:
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

    from display.screens.wall import Wall

    def pixels() -> bytes:
        step(kivy_window, 3)
        kivy_window.dispatch("on_draw")
        return bytes(glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE))

    morning = rules.react(Board(), DisplayView("Trung tâm", "", "", (), (), ()), NOW)[0]
    wall = Wall(board=morning)
    hold(kivy_window, wall, *size)
    fresh = pixels()
    wall.board = board(call(20, "A012", 5))
    step(kivy_window, 3)
    wall.board = morning
    assert pixels() == fresh


def test_the_wall_says_why_the_hub_refuses_it(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall(fault="Máy chủ từ chối màn hình này: không có thiết bị nào")
    hold(kivy_window, wall, 1920, 1080)
    assert "Máy chủ từ chối màn hình này: không có thiết bị nào" in " ".join(shown(wall))


def test_ten_calls_in_one_second_are_all_on_a_wide_board(kivy_window: Any) -> None:
    from deploy.gallery.board import wall_for

    wall = wall_for(STATES["burst"])
    hold(kivy_window, wall, 1920, 1080)
    texts = shown(wall)
    missing = [number for number, _counter in TEN if number not in texts]
    assert missing == [TEN[1][0]]  # the oldest row waits for a large place, one call long
    board = STATES["burst"].board
    assert missing[0] in [one.number for one in board.pending]


def test_plans_change_while_it_runs_and_leave_nothing_behind(kivy_window: Any) -> None:
    from kivy.clock import Clock
    from kivy.uix.widget import Widget
    from kivy.weakmethod import WeakMethod

    from deploy.gallery.board import wall_for

    names = ("call", "all", "zone", "counter-called", "emergency")
    wall = wall_for(STATES["call"])
    hold(kivy_window, wall, 1280, 720)

    def round_of_plans() -> tuple[int, int, int]:
        for name in names:
            wall.board = STATES[name].board
            settle()
        gc.collect()
        kinds = [type(thing) for thing in gc.get_objects()]
        alive = sum(issubclass(kind, Widget) for kind in kinds)
        # What is left where something gone was bound to something that stays.
        crumbs = sum(kind is WeakMethod for kind in kinds)
        return alive, crumbs, len(Clock.get_events())

    widgets, crumbs, events = round_of_plans()
    rounds = [round_of_plans() for _time in range(4)]
    assert [alive for alive, _left, _events in rounds] == [widgets] * 4
    # A frame that was due may be among the first round's events.
    assert max(waiting for _alive, _left, waiting in rounds) <= events
    # Kivy's clock has some of these; a wall that kept its pieces' had 200 more each round.
    assert max(left for _alive, left, _events in rounds) < crumbs + 50


def test_an_emergency_leaves_no_word_of_opening_hours(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall()
    hold(kivy_window, wall, *SIZES[0])
    calm = view()
    wall.board = Board(view=replace(calm, emergency="Mất điện."))
    assert (wall.footer.hours, wall.footer.hint) == ("", "")
    wall.board = Board(view=calm)
    assert wall.footer.hours


def test_the_footer_stands_out_when_numbers_end_soon(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall()
    hold(kivy_window, wall, *SIZES[0])
    wall.board = Board(view=replace(view(), numbers_until="2026-11-23T16:45:00+07:00"))
    assert (wall.footer.soon, wall.footer.hours) == (True, "Sắp hết giờ: còn phát số đến 16:45")
    wall.board = Board(view=view())
    assert not wall.footer.soon


@pytest.mark.parametrize(("waiting", "word"), [(0, "Hiện chưa phát số"), (2, "Sẵn sàng")])
def test_a_free_counter_calls_nobody_once_no_numbers_are_given_and_none_waits(
    kivy_window: Any, waiting: int, word: str
) -> None:
    from display.screens.wall import Wall

    wall = Wall()
    hold(kivy_window, wall, *SIZES[0])
    desk = BoardCounter(CounterNumber(1), CounterState.OPEN, None)
    lines = (BoardLine(ServiceId("a"), "Đất đai", waiting),)
    plan = ScreenPlan(Layout.COUNTER, (CounterNumber(1),))
    shut = replace(view(), counters=(desk,), calls=(), waiting=lines, plan=plan, open=False)
    wall.board = Board(view=shut)
    assert wall.body is not None
    assert wall.body.word.text == word


def test_an_emergency_stands_over_every_layout_and_goes_without_a_trace(kivy_window: Any) -> None:
    from deploy.gallery.board import wall_for

    wall = wall_for(STATES["counter-called"])
    hold(kivy_window, wall, 1920, 1080)
    before = shown(wall)
    calm = wall.board
    alarmed = replace(calm.view, emergency="Mất điện. Mời ông/bà ngồi yên tại chỗ.")
    wall.board = replace(calm, view=alarmed)
    step(kivy_window, 2)
    texts = " ".join(shown(wall))
    assert "Thông báo khẩn" in texts and "Mất điện." in texts and "08:15" in texts
    assert "A012" not in texts
    wall.board = calm
    step(kivy_window, 2)
    assert shown(wall) == before


def test_a_page_with_a_video_is_an_empty_panel_that_tells_its_place(kivy_window: Any) -> None:
    from deploy.gallery.board import wall_for

    wall = wall_for(STATES["notice"])
    hold(kivy_window, wall, 1920, 1080)
    assert wall.video_place is None
    wall.page = Notice("phim", video="/notices/phim.mp4")
    step(kivy_window, 2)
    place = wall.video_place
    assert place is not None
    left, bottom, width, height = place
    side = body(wall).side
    assert side.x < left and left + width < side.right and bottom > side.y
    assert bottom + height < side.top and width > 400 and height > 200
    wall.board = STATES["all"].board
    assert wall.video_place is None


def test_a_closed_centres_counter_sends_nobody_to_another(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    closed = board(layout=Layout.COUNTER)
    assert closed.view is not None
    desk = BoardCounter(CounterNumber(2), CounterState.CLOSED, None)
    wall = Wall(board=replace(closed, view=replace(closed.view, counters=(desk,), open=False)))
    hold(kivy_window, wall, 1280, 720)
    assert body(wall).hint.text == "Hiện không phát số"
    wall.board = replace(closed, view=replace(closed.view, counters=(desk,), open=True))
    step(kivy_window)
    assert body(wall).hint.text == "Mời ông/bà sang quầy khác"


def test_an_upright_wall_gives_a_long_name_a_whole_width_and_a_short_one_half(
    kivy_window: Any,
) -> None:
    from display.screens.wall import Wall

    assert len(LONG_NAME) == MOST_NAME, "the gallery shows the longest that a site may have"
    wide = {}
    for names in (("Đất đai", "Công an"), (LONG_NAME, "Công an")):
        wall = Wall(board=board(lines=names))
        hold(kivy_window, wall, 1080, 1920)
        wide[names[0]] = body(wall).lines[0].width
        assert names[0] in [text.replace("\n", " ") for text in shown(wall)]
    assert wide[LONG_NAME] > 2 * wide["Đất đai"] > 0
