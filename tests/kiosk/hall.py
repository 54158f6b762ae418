"""A made-up hall for the kiosk tests: 20 services, and every screen in every state."""

from kiosk import moves as m, paper
from kiosk.flow import Flow, step
from kiosk.paper import PrintOutcome
from shared.messages import Group, Issued, IssueTicket, KioskService, KioskView, PriorityClass
from shared.model import (
    CounterNumber,
    GroupId,
    Instant,
    PriorityId,
    RequestId,
    ServiceId,
    TicketId,
    Wait,
)

AGENCIES = [
    "Sở Nông nghiệp và Môi trường",
    "Sở Tài chính",
    "Sở Xây dựng",
    "Sở Tư pháp",
    "Bảo hiểm xã hội tỉnh",
    "Công an tỉnh",
    "Sở Nội vụ",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Ban Quản lý Khu kinh tế Đông Nam",
    "Văn phòng UBND tỉnh",
]
NAMES = [
    "Đất đai",
    "Nông nghiệp, Môi trường",
    "Doanh nghiệp",
    "Đấu thầu, Đầu tư công",
    "Xây dựng",
    "Vận tải, Phù hiệu xe",
    "Tư pháp – Hộ tịch",
    "Công chứng, Luật sư",
    "Bảo hiểm xã hội",
    "Thẻ bảo hiểm y tế",
    "Công an",
    "Hộ chiếu, Lý lịch tư pháp",
    "Nội vụ – Lao động",
    "Người có công",
    "Văn hóa, Thể thao và Du lịch",
    "Thẻ hướng dẫn viên",
    "Ban Quản lý Khu kinh tế Đông Nam",
    "Đăng ký đầu tư",
    "Nhận kết quả",
    "Văn phòng UBND",
]
LETTERS = "ABCDEFGHJKLMNPRSTUVX"
URL = "http://192.168.10.20:8791/t#Zm9vYmFyYmF6cXV4"
AT = "2026-11-23T08:15:00+07:00"
CLASSES = (
    "Người cao tuổi",
    "Người khuyết tật nặng",
    "Phụ nữ mang thai hoặc có con nhỏ",
    "Người có công",
)


def view(**changes: object) -> KioskView:
    services = tuple(
        KioskService(
            id=ServiceId(f"s{place}"),
            name=name,
            group=GroupId(f"g{place // 2}"),
            prefix=LETTERS[place],
            open=place not in (9, 16),
            waiting=0 if place in (3, 9, 16, 19) else (place * 7) % 23,
            wait=Wait(0, 5) if place == 3 else Wait(15, 25),
            counters=(CounterNumber(4), CounterNumber(5), CounterNumber(6)),
            why={9: "Hôm nay đã hết số, mai có lại", 16: "Hết giờ nhận hồ sơ"}.get(place),
        )
        for place, name in enumerate(NAMES)
    )
    whole = KioskView(
        site="Trung tâm Phục vụ hành chính công",
        province="Tỉnh Nghệ An",
        open=True,
        hours="7:30–11:30 · 13:30–17:00",
        next_opening=None,
        groups=tuple(Group(GroupId(f"g{i}"), name) for i, name in enumerate(AGENCIES)),
        services=services,
        priorities=tuple(
            PriorityClass(PriorityId(f"p{i}"), name, 15) for i, name in enumerate(CLASSES)
        ),
        waiting=142,
        counters_open=21,
    )
    from msgspec.structs import replace

    return replace(whole, **changes)


def many(count: int) -> KioskView:
    """A hall with more services than a page holds."""
    from msgspec.structs import replace

    base = view()
    services = tuple(
        replace(base.services[i % 20], id=ServiceId(f"s{i}"), group=GroupId(f"g{i % 10}"))
        for i in range(count)
    )
    return replace(base, services=services)


def request(number: int = 1) -> RequestId:
    return RequestId(f"00000000-0000-4000-8000-{number:012d}")


def issued(service: str = "s14", number: str = "R012", **changes: object) -> Issued:
    from msgspec.structs import replace

    base = Issued(
        ticket=TicketId("Zm9vYmFyYmF6cXV4"),
        number=number,
        service=ServiceId(service),
        ahead=7,
        wait=Wait(15, 25),
        counters=(CounterNumber(4), CounterNumber(5), CounterNumber(6)),
        at=AT,
        url=URL,
    )
    return replace(base, **changes)


def at(ms: int) -> Instant:
    return Instant(ms)


def walk(*things: tuple[int, m.Thing], start: Flow | None = None) -> Flow:
    """The flow after all of these, each at its own moment."""
    flow = start or Flow()
    for moment, thing in things:
        flow, _effects = step(flow, thing, at(moment))
    return flow


def home(whole: KioskView | None = None) -> Flow:
    return walk(
        (0, m.TimeCame(AT)), (0, m.ViewCame(whole or view())), (0, m.ReachChanged(m.Reach.LIVE))
    )


def waiting_flow() -> Flow:
    return walk(
        (1_000, m.Start()),
        (2_000, m.PickService(ServiceId("s14"), request())),
        (3_000, m.PickPriority(None, request())),
        start=home(),
    )


def ticket_flow(**changes: object) -> Flow:
    return walk((3_100, m.Answered(request(), issued(**changes))), start=waiting_flow())  # type: ignore[arg-type]


def printed(code: str) -> m.Printed:
    return m.Printed(PrintOutcome(issued().ticket, code == paper.OK, code, ""))


def states() -> dict[str, tuple[Flow, Instant]]:
    """Every screen in every state, with the moment to look at it."""
    services = walk((1_000, m.Start()), start=home())
    priority = walk((2_000, m.PickService(ServiceId("s14"), request())), start=services)
    closed = view(open=False, next_opening="2026-11-24T07:15:00+07:00")
    today = view(open=False, next_opening="2026-11-23T13:15:00+07:00")
    long_wish = m.Wish(request(), IssueTicket(ServiceId("s16")), at(0))
    return {
        "home": (home(), at(500)),
        "home-empty": (home(view(services=(), waiting=0)), at(500)),
        "services": (services, at(1_500)),
        "services-few": (walk((1_000, m.Start()), start=home(many(6))), at(1_500)),
        "services-paged": (walk((1_000, m.Start()), start=home(many(34))), at(1_500)),
        "services-last": (
            walk((1_000, m.Start()), (2_000, m.TurnPage(1)), start=home(many(34))),
            at(2_500),
        ),
        "services-idle": (services, at(1_000 + 50_000)),
        "priority": (priority, at(2_500)),
        "waiting": (waiting_flow(), at(3_400)),
        "waiting-slow": (waiting_flow(), at(8_000)),
        "waiting-give-up": (walk((0, m.Resumed(long_wish)), start=home()), at(34_000)),
        "ticket": (ticket_flow(), at(3_400)),
        "ticket-printed": (walk((4_000, printed("ok")), start=ticket_flow()), at(4_500)),
        "ticket-no-paper": (walk((4_000, printed("no_paper")), start=ticket_flow()), at(4_500)),
        "ticket-timeout": (walk((4_000, printed("timeout")), start=ticket_flow()), at(4_500)),
        "ticket-many": (
            ticket_flow(
                service="s16",
                number="HK1042",
                ahead=112,
                wait=Wait(125, 190),
                counters=tuple(CounterNumber(n) for n in (1, 2, 3, 4, 17, 21, 22)),
            ),
            at(3_400),
        ),
        "ticket-drop": (walk((4_000, m.DropTicket()), start=ticket_flow()), at(4_500)),
        "dropped": (
            walk((4_000, m.DropTicket()), (5_000, m.ConfirmDrop()), start=ticket_flow()),
            at(5_500),
        ),
        "refused": (
            walk(
                (
                    4_000,
                    m.Declined(
                        request(),
                        "service_closed",
                        "Hiện không phát số. Phát số lại từ 13:15, mời ông/bà hỏi quầy hướng dẫn.",
                    ),
                ),
                start=waiting_flow(),
            ),
            at(4_500),
        ),
        "away": (walk((1_000, m.ReachChanged(m.Reach.STALE)), start=home()), at(1_500)),
        "away-at-start": (Flow(), at(0)),
        "closed": (home(closed), at(500)),
        "closed-midday": (home(today), at(500)),
    }
