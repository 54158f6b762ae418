"""A made-up hall for the kiosk tests: 20 services, and every screen in every state."""

from functools import cache

from kiosk import moves as m, paper
from kiosk.flow import Flow, step
from kiosk.paper import PrintOutcome
from shared.dossiers import DossierState, DossierView, Fee, Progress
from shared.messages import (
    DossierFound,
    Finding,
    Group,
    Issued,
    IssueTicket,
    KioskService,
    KioskView,
    PrinterState,
    PriorityClass,
    Procedure,
    Refused,
    TicketView,
)
from shared.model import (
    CounterNumber,
    GroupId,
    Instant,
    PriorityId,
    RequestId,
    ServiceId,
    TicketId,
    TicketState,
    Wait,
)
from shared.procedures import Catalogue
from shared.receipt_code import DossierCode

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
ENGLISH = {
    "Đất đai": "Land",
    "Nông nghiệp, Môi trường": "Farming, environment",
    "Doanh nghiệp": "Businesses",
    "Đấu thầu, Đầu tư công": "Tenders, public investment",
    "Xây dựng": "Construction",
    "Vận tải, Phù hiệu xe": "Transport, vehicle badges",
    "Tư pháp – Hộ tịch": "Justice, civil status",
    "Công chứng, Luật sư": "Notaries, lawyers",
    "Bảo hiểm xã hội": "Social insurance",
    "Thẻ bảo hiểm y tế": "Health insurance cards",
    "Công an": "Police",
    "Hộ chiếu, Lý lịch tư pháp": "Passports, criminal records",
    "Nội vụ – Lao động": "Home affairs, labour",
    "Người có công": "People with merit to the nation",
    "Văn hóa, Thể thao và Du lịch": "Culture, sports and tourism",
    "Thẻ hướng dẫn viên": "Tour guide cards",
    "Ban Quản lý Khu kinh tế Đông Nam": "Dong Nam Economic Zone Authority",
    "Đăng ký đầu tư": "Investment registration",
    "Nhận kết quả": "Collect results",
    "Văn phòng UBND": "Office of the People's Committee",
    "Sở Nông nghiệp và Môi trường": "Department of Agriculture and Environment",
    "Sở Tài chính": "Department of Finance",
    "Sở Xây dựng": "Department of Construction",
    "Sở Tư pháp": "Department of Justice",
    "Bảo hiểm xã hội tỉnh": "Provincial Social Insurance",
    "Công an tỉnh": "Provincial Police",
    "Sở Nội vụ": "Department of Home Affairs",
    "Sở Văn hóa, Thể thao và Du lịch": "Department of Culture, Sports and Tourism",
    "Văn phòng UBND tỉnh": "Office of the Provincial People's Committee",
    "Người cao tuổi": "Elderly people",
    "Người khuyết tật nặng": "People with severe disabilities",
    "Phụ nữ mang thai hoặc có con nhỏ": "Pregnant, or with a small child",
}
"""As a site's own file has it."""
LETTERS = "ABCDEFGHJKLMNPRSTUVX"
URL = "http://192.168.10.20:8791/t#Zm9vYmFyYmF6cXV4"
AT = "2026-11-23T08:15:00+07:00"
CLASSES = (
    "Người cao tuổi",
    "Người khuyết tật nặng",
    "Phụ nữ mang thai hoặc có con nhỏ",
    "Người có công",
)


def _named(name: str) -> dict[str, str]:
    return {"en": ENGLISH[name]}


def view(**changes: object) -> KioskView:
    services = tuple(
        KioskService(
            id=ServiceId(f"s{place}"),
            name=name,
            names=_named(name),
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
        site_names={"en": "Public Administrative Service Centre"},
        province_names={"en": "Nghệ An Province"},
        open=True,
        hours="7:30–11:30 · 13:30–17:00",
        next_opening=None,
        groups=tuple(
            Group(GroupId(f"g{i}"), name, _named(name)) for i, name in enumerate(AGENCIES)
        ),
        services=services,
        priorities=tuple(
            PriorityClass(PriorityId(f"p{i}"), name, 15, _named(name))
            for i, name in enumerate(CLASSES)
        ),
        waiting=142,
        counters_open=21,
        dossier_prefixes=("H41.15", "H41.17", "H41"),
        pages="http://192.168.10.20:8791",
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
        (0, m.TimeCame(AT)),
        (0, m.CatalogueCame(catalogue())),
        (0, m.ViewCame(whole or view())),
        (0, m.ReachChanged(m.Reach.LIVE)),
    )


# --- dossiers and procedures -------------------------------------------------------------

CODE = "H41.15-261110-0042"
RECEIVED, DUE, DONE = (
    "2026-11-10T08:00:00+07:00",
    "2026-11-25T17:00:00+07:00",
    "2026-11-23T07:30:00+07:00",
)
LAND = "Đăng ký biến động quyền sử dụng đất"


def dossier(state: DossierState = DossierState.FINISHED, **changes: object) -> DossierView:
    """A dossier that stands at s0's counters; done where its state says so."""
    from msgspec.structs import replace

    done = state in (DossierState.FINISHED, DossierState.HANDED_OVER)
    base = DossierView(
        code=CODE,
        procedure_code="1.013831.000.00.00.H41",
        procedure=LAND,
        state=state,
        received=RECEIVED,
        due=DUE,
        done=DONE if done else None,
        unit="Sở Nông nghiệp và Môi trường",
        fees=(Fee("Lệ phí đăng ký", 80_000, False), Fee("Phí thẩm định", 250_000, True)),
        supplements=("Bản sao giấy chứng nhận", "Đơn đăng ký có xác nhận của UBND xã"),
        progress=(
            Progress("2026-11-18T09:00:00+07:00", "Sở Nông nghiệp và Môi trường", "Thẩm định"),
        ),
        applicant=None,
        service=ServiceId("s0"),
        at=AT,
    )
    return replace(base, **changes)


def place(state: TicketState = TicketState.WAITING, **changes: object) -> TicketView:
    """What a phone would be shown of R012."""
    from msgspec.structs import replace

    base = TicketView(
        number="R012",
        service="Đất đai",
        state=state,
        ahead=7,
        wait=Wait(15, 25),
        counters=(CounterNumber(4), CounterNumber(5)),
        counter=None,
        serving=(),
        issued_at=AT,
        site="Trung tâm",
    )
    return replace(base, **changes)


@cache
def catalogue() -> Catalogue:
    """Seven procedures: more than a page of the list."""
    names = (
        ("1.013831", "Đăng ký biến động quyền sử dụng đất, tài sản gắn liền với đất"),
        ("1.013978", "Đăng ký đất đai, tài sản gắn liền với đất lần đầu"),
        ("1.012786", "Cấp lại giấy chứng nhận quyền sử dụng đất do bị mất"),
        ("2.000635", "Cấp bản sao trích lục hộ tịch, bản sao giấy khai sinh"),
        ("1.001456", "Cấp hộ chiếu phổ thông ở trong nước"),
        ("1.013236", "Cấp giấy phép xây dựng mới đối với nhà ở riêng lẻ"),
        ("1.009999", "Thủ tục mà trung tâm chưa có quầy"),
    )
    services = ("s0", "s0", "s0", "s6", "s9", "s4", "nowhere")
    return Catalogue(
        tuple(
            Procedure(
                code=code,
                name=name,
                agency=AGENCIES[index],
                service=ServiceId(service),
                papers=("Đơn theo mẫu số 11", "Bản gốc giấy chứng nhận", "Căn cước"),
                time="10 ngày làm việc",
                fee="Theo nghị quyết của HĐND tỉnh",
                note="Nộp trực tuyến được giảm lệ phí." if index == 0 else "",
            )
            for index, ((code, name), service) in enumerate(zip(names, services, strict=True))
        )
    )


def scan(at_ms: int, what: object = None) -> tuple[int, m.Scanned]:
    """A receipt of CODE, or whatever else, before the scanner."""
    return at_ms, m.Scanned(what or DossierCode(CODE))  # type: ignore[arg-type]


def answer(flow: Flow, finding: Finding | Refused | None, ms: int) -> Flow:
    """The hub answers what is awaited."""
    assert flow.lookup is not None
    return walk((ms, m.Answer(flow.lookup.asked, finding)), start=flow)


def looking() -> Flow:
    return walk(scan(1_000), start=home())


def at_dossier(found: DossierView | None = None, whole: KioskView | None = None) -> Flow:
    """The dossier came up at 1,050."""
    flow = walk(scan(1_000), start=home(whole))
    return answer(flow, DossierFound(found or dossier()), 1_050)


def at_digits(typed: str = "") -> Flow:
    keys = [(3_000 + place, m.PadKey(key)) for place, key in enumerate(typed)]
    return walk((2_000, m.AskName()), *keys, start=at_dossier())


def at_code(typed: str = "") -> Flow:
    keys = [(2_000 + place, m.PadKey(key)) for place, key in enumerate(typed)]
    return walk((1_000, m.OpenLookup()), *keys, start=home())


def at_list(typed: str = "") -> Flow:
    keys = [(2_000 + place, m.TypeKey(key)) for place, key in enumerate(typed)]
    return walk((1_000, m.OpenProcedures()), *keys, start=home())


def at_procedure(code: str = "1.013831") -> Flow:
    return walk((3_000, m.PickProcedure(code)), start=at_list("dat"))


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
        "ticket-sent": (walk((4_000, printed("sent")), start=ticket_flow()), at(4_500)),
        "ticket-held": (
            walk((4_000, m.PrinterIs(PrinterState.NO_PAPER)), start=ticket_flow()),
            at(4_500),
        ),
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
