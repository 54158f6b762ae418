from typing import Any

import pytest

from display import board as rules
from display.board import Board, instant
from shared.messages import BoardCall, BoardCounter, BoardLine, DisplayView
from shared.model import CounterNumber, CounterState, Instant, Seq, ServiceId
from tests.kivy_window import hold, step

NOW = instant("2026-11-23T08:15:00+07:00")
SIZES = [(1920, 1080), (1280, 720), (1280, 1024), (1080, 1920)]


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


def board(*new: BoardCall, **options: Any) -> Board:
    first, _ = rules.react(Board(), view(**options), Instant(NOW + 60_000))
    return rules.react(first, view(*new, **options), NOW)[0]


def body(wall: Any) -> Any:
    assert wall.body is not None
    return wall.body


def pieces(wall: Any) -> list[Any]:
    from display.screens.lettering import _Piece

    return [piece for piece in wall.walk() if isinstance(piece, _Piece) and piece.text]


def shown(wall: Any) -> list[str]:
    """Every text that is drawn, as it is drawn."""
    return [piece.shown or piece.text for piece in pieces(wall) if piece.ink != (0, 0)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("state", ["calls", "empty", "alarm", "no hub"])
def test_no_text_is_larger_than_its_box_and_no_box_leaves_the_window(
    kivy_window: Any, size: tuple[int, int], everything: bool, state: str
) -> None:
    from display.screens.wall import Wall

    wall = Wall(everything=everything, clock="08:15", date="Chủ Nhật, 22/11")
    if state == "calls":
        wall.board = board(call(20, "AB1000", 37), call(21, "AB012", 100), notice="Xin mời " * 14)
    elif state == "empty":
        empty = DisplayView("Trung tâm", "", "", (), (), ())
        wall.board = rules.react(Board(), empty, NOW)[0]
    elif state == "alarm":
        wall.board = board(call(20, "A1000", 37))
        wall.alarm = "Mất kết nối từ 08:14. Bảng có thể chưa đúng, mời ông/bà hỏi tại quầy."
    else:
        wall.fault = "Máy chủ từ chối màn hình này: không có thiết bị nào mang mã này"
    hold(kivy_window, wall, *size)
    width, height = size
    assert pieces(wall)
    for piece in pieces(wall):
        if piece.ink == (0, 0):
            continue
        wide, high = piece.ink
        what = f"{piece.text!r} {piece.ink} in {piece.size}"
        assert wide <= piece.width + 1 and high <= piece.height + 1, what
        assert piece.x >= 0 and piece.x + piece.width <= width + 1, what
        assert piece.y >= 0 and piece.y + piece.height <= height + 1, what


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

    wall = Wall(everything=True, board=board(call(20, "A012", 5)))
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
    step(kivy_window, 3)
    frames: list[int] = []
    count = lambda *_args: frames.append(1)  # noqa: E731
    kivy_window.bind(on_flip=count)
    wall.board, wall.clock = board(call(20, "A012", 5)), "08:15"
    step(kivy_window, 5)
    kivy_window.unbind(on_flip=count)
    assert frames == []


@pytest.mark.parametrize("everything", [False, True])
def test_a_wall_of_four_times_the_pixels_is_the_same_picture(
    kivy_window: Any, everything: bool
) -> None:
    from display.screens.wall import Wall

    wall = Wall(everything=everything, board=board(call(20, "A012", 5)), clock="08:15")
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


def test_the_board_of_all_says_why_the_hub_refuses_it(kivy_window: Any) -> None:
    from display.screens.wall import Wall

    wall = Wall(everything=True, fault="Máy chủ từ chối màn hình này: không có thiết bị nào")
    hold(kivy_window, wall, 1920, 1080)
    assert "Máy chủ từ chối màn hình này: không có thiết bị nào" in " ".join(shown(wall))
