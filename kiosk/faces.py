"""What each screen says: flow and time in, texts out. Equal faces need no drawing."""

from collections import Counter
from datetime import datetime, timedelta

import msgspec

from kiosk import flow as f, paper
from kiosk.flow import Flow, Printing, Screen
from shared.i18n import _
from shared.messages import Issued, KioskService, KioskView
from shared.model import CounterNumber, Instant, PriorityId, ServiceId, Wait
from shared.vietnamese import date_words

LONGEST_LINES = 6
"""How many lines home shows."""


class Header(msgspec.Struct, frozen=True):
    """The bar on top. `clock` and `date` are the hub's, empty until it has spoken."""

    site: str = ""
    province: str = ""
    clock: str = ""
    date: str = ""


class Line(msgspec.Struct, frozen=True):
    """One service's line on home."""

    name: str
    waiting: str
    share: float
    """Of the longest line, 0 to 1."""


class HomeFace(msgspec.Struct, frozen=True):
    """The beginning."""

    summary: str = ""
    lines: tuple[Line, ...] = ()
    hours: str = ""


class Card(msgspec.Struct, frozen=True):
    """One service to choose; a closed one says why.

    `agency` is empty where it would tell nothing that the name does not tell.
    """

    id: ServiceId
    name: str
    agency: str
    status: str
    open: bool


class ServicesFace(msgspec.Struct, frozen=True):
    """A page of services, `page` from 0."""

    cards: tuple[Card, ...] = ()
    page: int = 0
    pages: int = 1


class Choice(msgspec.Struct, frozen=True):
    """One answer to the priority question."""

    id: PriorityId | None
    name: str


class PriorityFace(msgspec.Struct, frozen=True):
    """The question, asked for one service."""

    service: str = ""
    choices: tuple[Choice, ...] = ()


class WaitingFace(msgspec.Struct, frozen=True):
    """A number is being taken."""

    title: str = ""
    service: str = ""
    hint: str = ""
    may_give_up: bool = False


class TicketFace(msgspec.Struct, frozen=True):
    """The number and all that goes with it; `seconds` are left until it clears."""

    service: str = ""
    number: str = ""
    ahead: str = ""
    ahead_words: str = ""
    wait: str = ""
    wait_words: str = ""
    counters: str = ""
    counters_words: str = ""
    url: str = ""
    printing: Printing = Printing.RUNNING
    trouble: str = ""
    safe: str = ""
    advice: str = ""
    seconds: int = 0


class NoticeFace(msgspec.Struct, frozen=True):
    """What happened, what is safe, what to do; `button` is empty where nothing is to be done."""

    sign: str = "info"
    """"info", "warn" or "good"."""
    title: str = ""
    safe: str = ""
    advice: str = ""
    button: str = ""


class Ask(msgspec.Struct, frozen=True):
    """A question over the screen: stay or leave, keep or drop."""

    kind: str
    title: str
    hint: str
    stay: str
    leave: str


Body = HomeFace | ServicesFace | PriorityFace | WaitingFace | TicketFace | NoticeFace


class Face(msgspec.Struct, frozen=True):
    """The whole window."""

    screen: Screen
    header: Header
    body: Body
    ask: Ask | None = None


def face(flow: Flow, now: Instant) -> Face:
    """What the window shows at `now`."""
    return Face(flow.screen, _header(flow, now), _body(flow, now), _ask(flow, now))


def _body(flow: Flow, now: Instant) -> Body:
    match flow.screen:
        case Screen.HOME:
            return _home(flow.view)
        case Screen.SERVICES:
            return _services(flow.view, flow.page)
        case Screen.PRIORITY:
            return _priority(flow)
        case Screen.WAITING:
            return _waiting(flow, now)
        case Screen.TICKET:
            return _ticket(flow, now)
        case Screen.DROPPED:
            return _dropped(flow)
        case Screen.REFUSED:
            return _refused(flow)
        case Screen.CLOSED:
            return _closed(flow, now)
        case Screen.AWAY:
            return _away()


# --- header and time ---------------------------------------------------------------------


def _moment(flow: Flow, now: Instant) -> datetime | None:
    if not flow.told_at:
        return None
    return datetime.fromisoformat(flow.told_at) + timedelta(milliseconds=now - flow.told)


def _header(flow: Flow, now: Instant) -> Header:
    moment = _moment(flow, now)
    return Header(
        site=flow.view.site if flow.view else "",
        province=flow.view.province if flow.view else "",
        clock=f"{moment:%H:%M}" if moment else "",
        date=date_words(moment.date()) if moment else "",
    )


def _seconds(left_ms: int) -> int:
    return max(0, -(-left_ms // 1000))


# --- screens -----------------------------------------------------------------------------


def _home(view: KioskView | None) -> HomeFace:
    if view is None:
        return HomeFace()
    longest = sorted((s for s in view.services if s.waiting), key=lambda s: -s.waiting)
    most = longest[0].waiting if longest else 1
    return HomeFace(
        summary=_("{waiting} người đang chờ · {counters} quầy đang mở").format(
            waiting=view.waiting, counters=view.counters_open
        ),
        lines=tuple(
            Line(s.name, _("{count} người").format(count=s.waiting), s.waiting / most)
            for s in longest[:LONGEST_LINES]
        ),
        hours=_("Giờ làm việc hôm nay: {hours}").format(hours=view.hours) if view.hours else "",
    )


def _services(view: KioskView | None, page: int) -> ServicesFace:
    if view is None:
        return ServicesFace()
    order = {group.id: place for place, group in enumerate(view.groups)}
    agencies = _agencies(view)
    # The hub's order holds within an agency; agencies stand as the view lists them.
    services = sorted(view.services, key=lambda one: order.get(one.group, len(order)))
    first = page * f.PER_PAGE
    return ServicesFace(
        cards=tuple(
            Card(one.id, one.name, agencies.get(one.id, ""), _status(one), one.open)
            for one in services[first : first + f.PER_PAGE]
        ),
        page=page,
        pages=f.pages(view),
    )


def _agencies(view: KioskView) -> dict[ServiceId, str]:
    """The agencies that do several things, by those services that are not named in theirs."""
    names = {group.id: group.name for group in view.groups}
    busy = Counter(one.group for one in view.services)
    return {
        one.id: names[one.group]
        for one in view.services
        if one.group in names
        and busy[one.group] > 1
        and one.name.casefold() not in names[one.group].casefold()
    }


def _status(service: KioskService) -> str:
    if not service.open:
        return service.why or _("Hiện không phát số")
    if not service.waiting:
        return _("Chưa có ai chờ")
    return _("{count} người đang chờ").format(count=service.waiting)


def _service_name(flow: Flow) -> str:
    """Empty until the hub has named it: an id is no word for a citizen."""
    known = f.service(flow.view, flow.service) if flow.view else None
    return known.name if known else ""


def _priority(flow: Flow) -> PriorityFace:
    classes = flow.view.priorities if flow.view else ()
    return PriorityFace(
        service=_service_name(flow),
        choices=(
            Choice(None, _("Không")),
            *(Choice(one.id, one.name) for one in classes),
        ),
    )


def _waiting(flow: Flow, now: Instant) -> WaitingFace:
    assert flow.wish is not None
    passed = now - flow.wish.at
    if passed < f.TRYING_MS:
        return WaitingFace(_("Đang lấy số…"), _service_name(flow), _("Mời ông/bà chờ giây lát."))
    hint = _("Kết nối đang chậm. Lượt của ông/bà chỉ được tính một lần, không cần bấm lại.")
    if passed < f.GIVE_UP_MS:
        return WaitingFace(_("Vẫn đang lấy số…"), _service_name(flow), hint)
    return WaitingFace(
        _("Vẫn chưa lấy được số"),
        _service_name(flow),
        _("Máy vẫn đang thử. Ông/bà có thể chờ thêm, hoặc dừng lại và hỏi quầy hướng dẫn."),
        may_give_up=True,
    )


_SAFE = _("Chỗ của ông/bà vẫn được giữ.")
_TROUBLE = {
    paper.NO_PAPER: _("Máy in hết giấy"),
    paper.COVER_OPEN: _("Nắp máy in đang mở"),
    paper.PRINTER_OFF: _("Máy in đang tắt"),
    paper.NO_PRINTER: _("Máy này không in phiếu"),
}


def _ticket(flow: Flow, now: Instant) -> TicketFace:
    assert flow.ticket is not None
    wait, wait_words = _wait(flow.ticket.wait)
    failed = flow.printing is Printing.FAILED
    return TicketFace(
        service=_service_name(flow),
        number=flow.ticket.number,
        ahead=str(flow.ticket.ahead),
        ahead_words=_("người ở phía trước"),
        wait=wait,
        wait_words=wait_words,
        counters=counters_text(flow.ticket.counters),
        counters_words=_counters_words(flow.ticket),
        url=flow.ticket.url,
        printing=flow.printing,
        trouble=_TROUBLE.get(flow.trouble, _("Chưa in được phiếu")) if failed else "",
        safe=_SAFE if failed else "",
        advice=(
            _("Xin nhớ hoặc chụp lại số và mã QR. Cần phiếu giấy, mời ông/bà báo quầy hướng dẫn.")
            if failed
            else ""
        ),
        seconds=_seconds(flow.ends - now),
    )


def _wait(wait: Wait | None) -> tuple[str, str]:
    if wait is None:
        return "–", _("chưa ước được")
    if wait.low == 0:
        return f"≤ {wait.high}", _("phút, dự kiến chờ")
    return f"{wait.low}–{wait.high}", _("phút, dự kiến chờ")


def counters_text(counters: tuple[CounterNumber, ...]) -> str:
    """`4 · 5 · 6`; runs are drawn together where there are many: `1–4 · 9`."""
    if len(counters) <= 3:
        return " · ".join(str(number) for number in counters)
    runs: list[list[int]] = []
    for number in sorted(counters):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " · ".join(f"{run[0]}–{run[-1]}" if run[1:] else str(run[0]) for run in runs)


def _counters_words(ticket: Issued) -> str:
    return _("quầy phục vụ") if len(ticket.counters) == 1 else _("các quầy phục vụ")


def _dropped(flow: Flow) -> NoticeFace:
    assert flow.ticket is not None
    return NoticeFace(
        sign="good",
        title=_("Đã bỏ số {number}").format(number=flow.ticket.number),
        safe=_("Số này không còn giá trị."),
        advice=_("Cần làm việc khác, mời ông/bà lấy số mới."),
        button=_("Về trang đầu"),
    )


def _refused(flow: Flow) -> NoticeFace:
    return NoticeFace(
        sign="warn",
        title=_("Chưa lấy được số"),
        safe=flow.reason,
        advice=_("Mời ông/bà chọn việc khác hoặc hỏi quầy hướng dẫn."),
        button=_("Tôi hiểu, về trang đầu"),
    )


def _away() -> NoticeFace:
    return NoticeFace(
        sign="warn",
        title=_("Máy tạm mất kết nối"),
        safe=_("Các số đã lấy vẫn được giữ nguyên."),
        advice=_(
            "Máy sẽ tự hoạt động lại khi có kết nối. Cần ngay, mời ông/bà đến quầy hướng dẫn."
        ),
    )


def _closed(flow: Flow, now: Instant) -> NoticeFace:
    view = flow.view
    opening = view.next_opening if view else None
    hours = view.hours if view else ""
    return NoticeFace(
        sign="closed",
        title=_("Hiện chưa phát số"),
        safe=_back_at(opening, _moment(flow, now)),
        advice=_("Giờ làm việc hôm nay: {hours}").format(hours=hours) if hours else "",
    )


def _back_at(opening: str | None, moment: datetime | None) -> str:
    if opening is None:
        return _("Mời ông/bà hỏi quầy hướng dẫn.")
    opens = datetime.fromisoformat(opening)
    time = f"{opens.hour}:{opens:%M}"
    if moment is not None and opens.date() == moment.date():
        return _("Mời ông/bà quay lại từ {time} hôm nay.").format(time=time)
    return _("Mời ông/bà quay lại từ {time}, {day}.").format(
        time=time, day=date_words(opens.date())
    )


# --- questions over the screen -----------------------------------------------------------


def _ask(flow: Flow, now: Instant) -> Ask | None:
    if flow.screen is Screen.TICKET and flow.dropping and flow.ticket:
        return Ask(
            "drop",
            _("Bỏ số {number}?").format(number=flow.ticket.number),
            _("Ông/bà sẽ mất chỗ trong hàng chờ."),
            _("Không, giữ số"),
            _("Bỏ số"),
        )
    left = f.idle_left_ms(flow, now)
    if left is None:
        return None
    return Ask(
        "idle",
        _("Ông/bà còn ở đây không?"),
        _("Màn hình sẽ về trang đầu sau {seconds} giây.").format(seconds=_seconds(left)),
        _("Tôi cần thêm thời gian"),
        _("Về trang đầu"),
    )
