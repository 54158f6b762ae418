"""Every state that a wall display can be in, as the hub would send it."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from display import board as wall
from display.board import Board, instant
from hub.engine.notices import MOST_TEXT
from hub.engine.site import MOST_SAID
from hub.engine.wall import MOST_EMERGENCY
from shared.messages import BoardCall, BoardCounter, BoardLine, DisplayView, Notice
from shared.model import CounterNumber, CounterState, Instant, Layout, ScreenPlan, Seq, ServiceId

AT = "2026-11-23T08:15:00+07:00"
NOW = instant(AT)
SITE = "Trung tâm Phục vụ hành chính công tỉnh Nghệ An"
OPEN, PAUSED, CLOSED = CounterState.OPEN, CounterState.PAUSED, CounterState.CLOSED
SAID = "Mời ông/bà chuẩn bị sẵn giấy tiếp nhận và căn cước."
LINES = ("Đất đai", "Doanh nghiệp", "Xây dựng", "Tư pháp – Hộ tịch", "Bảo hiểm xã hội", "Công an")
LONG = (
    "Đăng ký đất đai, tài sản gắn liền với đất",
    "Cấp phép xây dựng và chứng chỉ hành nghề xây",
    "Bảo hiểm xã hội",
    "Khoa học, Công nghệ",
)
CALLS = (
    ("B007", 12), ("A011", 4), ("D015", 9), ("G004", 33), ("C031", 21), ("E002", 30), ("A010", 6),
    ("B006", 11), ("A012", 5),
)  # fmt: skip
TEN = tuple((f"{letter}0{n + 10}", 3 * n + 2) for n, letter in enumerate("ABCDEFGHKL"))
NOTICES = (
    Notice(
        "gio",
        "Từ ngày 1/12 trung tâm nhận hồ sơ đất đai cả sáng thứ Bảy, từ 7:30 đến 11:30.",
        seconds=12,
    ),
)


class Sample(msgspec.Struct, frozen=True):
    """One state: the board, and what the wall itself adds to it. `picture`: the side area shows
    one."""

    board: Board = Board()
    alarm: str = ""
    fault: str = ""
    picture: bool = False


def call(number: int, ticket: str, counter: int) -> BoardCall:
    """The `number`-th call of the day."""
    return BoardCall(number, Seq(number), ticket, CounterNumber(counter), AT)


def _counters() -> tuple[BoardCounter, ...]:
    states = {0: PAUSED, 1: OPEN, 2: OPEN, 3: OPEN, 4: CLOSED}
    held = {counter: ticket for ticket, counter in CALLS}
    return tuple(
        BoardCounter(
            CounterNumber(n),
            OPEN if n in held else states[n % 5],
            held.get(n, f"{'ABCDEFGH'[n % 8]}{100 + n}" if n % 5 in (1, 2) else None),
        )
        for n in range(1, 38)
    )


VIEW = DisplayView(
    SITE,
    "7:30–11:30 · 13:30–17:00",
    SAID,
    _counters(),
    (),
    tuple(
        BoardLine(ServiceId(str(n)), name, count)
        for n, (name, count) in enumerate(zip(LINES, (12, 7, 5, 4, 3, 3), strict=True))
    ),
)


def _calls(calls: tuple[tuple[str, int], ...], first: int = 1) -> tuple[BoardCall, ...]:
    """Newest first, as views have them."""
    return tuple(call(first + n, *one) for n, one in enumerate(calls))[::-1]


def _seen(view: DisplayView, later_s: int = 20) -> Board:
    """A display that was told this view some time after its calls."""
    return wall.react(Board(), view, Instant(NOW + later_s * 1000))[0]


def _called(view: DisplayView, calls: tuple[tuple[str, int], ...]) -> Board:
    """The same display at the moment of further calls."""
    before = wall.react(Board(), view, Instant(NOW + 60_000))[0]
    fresh = _calls(calls, first=len(view.calls) + 1)
    return wall.react(before, replace(view, calls=(*fresh, *view.calls)), NOW)[0]


LONG_NOTICE = (
    "Từ ngày 01/12/2026 trung tâm nhận hồ sơ đăng ký biến động đất đai cả sáng thứ Bảy. Ông/bà mang"
    " theo căn cước, giấy chứng nhận quyền sử dụng đất bản gốc và hợp đồng đã công chứng; nộp trước"
    " 10 giờ 30 thì có kết quả ngay trong ngày hôm đó"
)[:MOST_TEXT]
LONG_SAID = (
    "Mời ông/bà chuẩn bị sẵn giấy tiếp nhận, căn cước và bản gốc các giấy tờ; thiếu giấy nào, mời"
    " hỏi quầy 1."
)[:MOST_SAID]
LONG_EMERGENCY = (
    "Tòa nhà mất điện toàn bộ. Mời ông/bà giữ bình tĩnh, ngồi yên tại chỗ, không dùng thang máy."
    " Cán bộ sẽ đến từng khu hướng dẫn lối ra. Số thứ tự của ông/bà vẫn còn giá trị trong hôm nay,"
    " hồ sơ đã nộp"
)[:MOST_EMERGENCY]
BUSY = replace(VIEW, calls=_calls(CALLS[:-1]))
PAGED = replace(BUSY, notices=NOTICES)
NEXT = replace(VIEW, open=False, next_opening="2026-11-23T13:15:00+07:00")
_DESK = BoardCounter(CounterNumber(5), OPEN, None, services=("Đất đai", "Nông nghiệp, Môi trường"))


def _desk(state: CounterState, ticket: str | None = None, officer: str = "") -> DisplayView:
    desk = replace(_DESK, state=state, ticket=ticket, officer=officer)
    return replace(
        VIEW, counters=(desk,), plan=ScreenPlan(Layout.COUNTER, (CounterNumber(5),)), waiting=()
    )


_ZONE = ScreenPlan(Layout.ZONE, tuple(map(CounterNumber, (4, 5, 6))), "Khu A · Quầy 4–6")
_ZONED = replace(
    VIEW,
    plan=_ZONE,
    calls=_calls((("A011", 4), ("A010", 6))),
    counters=VIEW.counters[3:6],
    waiting=VIEW.waiting[:1],
)

STATES: dict[str, Sample] = {
    "connecting": Sample(),
    "refused": Sample(fault="Máy chủ từ chối màn hình này: không có thiết bị nào mang mã này"),
    "welcome": Sample(_seen(VIEW)),
    "call": Sample(_called(BUSY, CALLS[-1:])),
    "calm": Sample(_seen(replace(VIEW, calls=_calls(CALLS)), 60)),
    "burst": Sample(_called(BUSY, TEN)),
    "long-names": Sample(
        _seen(
            replace(
                BUSY,
                waiting=tuple(
                    BoardLine(ServiceId(name), name, 113 - n) for n, name in enumerate(LONG)
                ),
                calls=_calls((("W1000", 36), ("VW011", 124), ("M1234", 28))),
            )
        )
    ),
    "said-long": Sample(_seen(replace(BUSY, notice=LONG_SAID), 60)),
    "notice": Sample(_called(PAGED, CALLS[-1:])),
    "notice-long": Sample(
        _seen(replace(BUSY, notices=(Notice("dai", LONG_NOTICE, seconds=30),)), 60)
    ),
    "picture": Sample(_seen(PAGED, 60), picture=True),
    "before-opening": Sample(
        _seen(replace(NEXT, next_opening="2026-11-23T08:30:00+07:00", waiting=()))
    ),
    "closing-soon": Sample(_seen(replace(BUSY, numbers_until="2026-11-23T08:45:00+07:00"), 60)),
    "lunch": Sample(_seen(replace(NEXT, calls=_calls(CALLS[:3])), 60)),
    "closed-day": Sample(
        _seen(
            replace(
                VIEW,
                hours="",
                open=False,
                next_opening="2026-11-30T07:15:00+07:00",
                waiting=(),
                counters=tuple(replace(one, state=CLOSED, ticket=None) for one in VIEW.counters),
            )
        )
    ),
    "stale": Sample(
        _seen(BUSY, 60),
        alarm="Mất kết nối từ 08:14. Bảng có thể chưa đúng, mời ông/bà hỏi tại quầy.",
    ),
    "all": Sample(
        _called(replace(BUSY, plan=ScreenPlan(Layout.ALL)), CALLS[-1:]),
    ),
    "zone": Sample(_called(_ZONED, CALLS[-1:])),
    "zone-calm": Sample(_seen(_ZONED, 60)),
    "counter-free": Sample(_seen(_desk(OPEN))),
    "counter-called": Sample(_called(_desk(OPEN, "A012", "Trần Thị Hòa"), (("A012", 5),))),
    "counter-serving": Sample(_seen(_desk(OPEN, "A012", "Trần Thị Hòa"), 60)),
    "counter-paused": Sample(_seen(_desk(PAUSED, officer="Trần Thị Hòa"))),
    "counter-lunch": Sample(
        _seen(replace(_desk(OPEN), open=False, next_opening=NEXT.next_opening), 60)
    ),
    "counter-closed": Sample(_seen(_desk(CLOSED))),
    "emergency-long": Sample(_seen(replace(_desk(OPEN), emergency=LONG_EMERGENCY))),
    "emergency": Sample(
        _seen(
            replace(
                BUSY,
                emergency="Có cháy ở tầng 2. Mời mọi người bình tĩnh ra cửa chính, theo hướng dẫn"
                " của cán bộ, không dùng thang máy.",
            )
        )
    ),
}


def today() -> datetime:
    """The hall's time in all these states."""
    return datetime.fromisoformat(AT)
