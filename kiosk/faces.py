"""What each screen says: flow and time in, texts out. Equal faces need no drawing."""

from collections import Counter

import msgspec

from kiosk import flow as f, notices
from kiosk.counter_words import counters_text as counters_text
from kiosk.dossier_faces import (
    CodeFace,
    DigitsFace,
    DossierFace,
    LookingFace,
    code_face,
    digits_face,
    dossier_face,
    looking_face,
)
from kiosk.dossier_flow import looks_up
from kiosk.flow import Flow, Printing, Screen
from kiosk.hours_words import closing_soon
from kiosk.line_words import line_words
from kiosk.notices import NoticeFace as NoticeFace
from kiosk.paper_words import paper_trouble
from kiosk.procedure_faces import ProcedureFace, ProceduresFace, procedure_face, procedures_face
from kiosk.procedure_flow import has_procedures
from kiosk.state import Ease, attracting, held, moment as moment_of, per_page
from shared.dates import day_words
from shared.i18n import SOURCE, _, local, n_, speaking
from shared.languages import own_name
from shared.messages import Issued, KioskService, KioskView
from shared.model import Instant, PriorityId, ServiceId, Wait

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
    attract: bool = False
    """Nobody has touched it for a while: it calls people."""
    lookup: bool = False
    """Whether dossiers can be looked up, by the keypad or by holding a receipt to the scanner."""
    procedures: bool = False


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
    line: str = ""
    """What figures and words tell of the wait, in sentences: for the voice."""
    counters: str = ""
    counters_words: str = ""
    url: str = ""
    printing: Printing = Printing.RUNNING
    trouble: str = ""
    safe: str = ""
    advice: str = ""
    seconds: int = 0


class Ask(msgspec.Struct, frozen=True):
    """A question over the screen: stay or leave, keep or drop."""

    kind: str
    title: str
    hint: str
    stay: str
    leave: str
    seconds: int = 0
    """How long it waits for an answer; 0: for ever."""


Body = (
    HomeFace
    | ServicesFace
    | PriorityFace
    | WaitingFace
    | TicketFace
    | NoticeFace
    | CodeFace
    | LookingFace
    | DossierFace
    | DigitsFace
    | ProceduresFace
    | ProcedureFace
)


class Bar(msgspec.Struct, frozen=True):
    """The buttons that make every screen easier to use. `language` is the other one in its own word
    and `code` its code, both empty where there is one only; of more there are `choices`, codes and
    own words, and `language` says what they are."""

    language: str = ""
    code: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    large: str = ""
    contrast: str = ""
    low: str = ""


class Face(msgspec.Struct, frozen=True):
    """The whole window, and how it is drawn."""

    screen: Screen
    header: Header
    body: Body
    ask: Ask | None = None
    bar: Bar = Bar()
    language: str = SOURCE
    ease: Ease = Ease()


def face(flow: Flow, now: Instant) -> Face:
    """What the window shows at `now`, in the language of who stands there."""
    with speaking(flow.language):
        return Face(
            flow.screen,
            _header(flow, now),
            _body(flow, now),
            _ask(flow, now),
            _bar(flow),
            flow.language,
            flow.ease,
        )


def _bar(flow: Flow) -> Bar:
    others = [code for code in flow.languages if code != flow.language]
    several = len(flow.languages) > 2
    word = own_name(others[0]) if others else ""
    return Bar(
        language=_("Ngôn ngữ (Language)") if several else word,
        code=others[0] if others and not several else "",
        choices=tuple((code, own_name(code)) for code in flow.languages) if several else (),
        large=_("Chữ to"),
        contrast=_("Tương phản"),
        low=_("Màn hình thấp"),
    )


def _body(flow: Flow, now: Instant) -> Body:
    match flow.screen:
        case Screen.HOME:
            return _home(flow, now)
        case Screen.SERVICES:
            return _services(flow.view, flow.page, flow.ease)
        case Screen.PRIORITY:
            return _priority(flow)
        case Screen.WAITING:
            return _waiting(flow, now)
        case Screen.TICKET:
            return _ticket(flow, now)
        case _:
            return _looked_up(flow, now)


def _looked_up(flow: Flow, now: Instant) -> Body:
    match flow.screen:
        case Screen.CODE:
            return code_face(flow, now)
        case Screen.LOOKING:
            return looking_face(flow, now)
        case Screen.DOSSIER:
            return dossier_face(flow, now)
        case Screen.DIGITS:
            return digits_face(flow)
        case Screen.PROCEDURES:
            return procedures_face(flow)
        case Screen.PROCEDURE:
            return procedure_face(flow, now)
        case _:
            return _notice(flow, now)


def _notice(flow: Flow, now: Instant) -> NoticeFace:
    match flow.screen:
        case Screen.FINDING:
            return notices.finding(flow, now)
        case Screen.DROPPED:
            return notices.dropped(flow)
        case Screen.REFUSED:
            return notices.refused(flow, now)
        case Screen.CARD:
            return notices.card(flow)
        case Screen.EMERGENCY:
            return notices.emergency(flow)
        case Screen.CLOSED:
            return notices.closed(flow, now)
        case _:
            return notices.away()


# --- header and time ---------------------------------------------------------------------


def _header(flow: Flow, now: Instant) -> Header:
    moment = moment_of(flow, now)
    return Header(
        site=local(flow.view.site, flow.view.site_names) if flow.view else "",
        province=local(flow.view.province, flow.view.province_names) if flow.view else "",
        clock=f"{moment:%H:%M}" if moment else "",
        date=day_words(moment.date()) if moment else "",
    )


def _seconds(left_ms: int) -> int:
    return max(0, -(-left_ms // 1000))


# --- screens -----------------------------------------------------------------------------


def _home(flow: Flow, now: Instant) -> HomeFace:
    view = flow.view
    if view is None:
        return HomeFace()
    longest = sorted((s for s in view.services if s.waiting), key=lambda s: -s.waiting)
    most = longest[0].waiting if longest else 1
    return HomeFace(
        summary=" · ".join(
            (
                n_("{count} người đang chờ", view.waiting).format(count=view.waiting),
                n_("{count} quầy đang mở", view.counters_open).format(count=view.counters_open),
            )
        ),
        lines=tuple(
            Line(
                local(s.name, s.names),
                n_("{count} người", s.waiting).format(count=s.waiting),
                s.waiting / most,
            )
            for s in longest[:LONGEST_LINES]
        ),
        hours=closing_soon(flow) or _hours(view),
        attract=attracting(flow, now),
        lookup=looks_up(flow),
        procedures=has_procedures(flow),
    )


def _hours(view: KioskView) -> str:
    return _("Giờ làm việc hôm nay: {hours}").format(hours=view.hours) if view.hours else ""


def _services(view: KioskView | None, page: int, ease: Ease) -> ServicesFace:
    if view is None:
        return ServicesFace()
    order = {group.id: place for place, group in enumerate(view.groups)}
    agencies = _agencies(view)
    # The hub's order holds within an agency; agencies stand as the view lists them.
    services = sorted(view.services, key=lambda one: order.get(one.group, len(order)))
    first = page * per_page(ease)
    return ServicesFace(
        cards=tuple(
            Card(
                one.id, local(one.name, one.names), agencies.get(one.id, ""), _status(one), one.open
            )
            for one in services[first : first + per_page(ease)]
        ),
        page=page,
        pages=f.pages(view, ease),
    )


def _agencies(view: KioskView) -> dict[ServiceId, str]:
    """The agencies that do several things, by those services that are not named in theirs."""
    names = {group.id: group for group in view.groups}
    busy = Counter(one.group for one in view.services)
    return {
        one.id: local(names[one.group].name, names[one.group].names)
        for one in view.services
        if one.group in names
        and busy[one.group] > 1
        and one.name.casefold() not in names[one.group].name.casefold()
    }


def _status(service: KioskService) -> str:
    if not service.open:
        return _("Hết số hôm nay") if service.full else _("Hiện không phát số")
    if not service.waiting:
        return _("Chưa có ai chờ")
    return n_("{count} người đang chờ", service.waiting).format(count=service.waiting)


def _service_name(flow: Flow) -> str:
    """Empty until the hub has named it: an id is no word for a citizen."""
    known = f.service(flow.view, flow.service) if flow.view else None
    return local(known.name, known.names) if known else ""


def _priority(flow: Flow) -> PriorityFace:
    classes = flow.view.priorities if flow.view else ()
    return PriorityFace(
        service=_service_name(flow),
        choices=(
            Choice(None, _("Không")),
            *(Choice(one.id, local(one.name, one.names)) for one in classes),
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


def _ticket(flow: Flow, now: Instant) -> TicketFace:
    assert flow.ticket is not None
    wait, wait_words = _wait(flow.ticket.wait)
    waits = held(flow)
    failed = waits or flow.printing is Printing.FAILED
    return TicketFace(
        service=_service_name(flow),
        number=flow.ticket.number,
        ahead=str(flow.ticket.ahead),
        ahead_words=n_("người ở phía trước", flow.ticket.ahead),
        wait=wait,
        wait_words=wait_words,
        line=line_words(flow.ticket.ahead, flow.ticket.wait),
        counters=counters_text(flow.ticket.counters),
        counters_words=_counters_words(flow.ticket),
        url=flow.ticket.url,
        printing=Printing.HELD if waits else flow.printing,
        trouble=_paper_trouble(flow) if failed else "",
        safe=_("Chỗ của ông/bà vẫn được giữ.") if failed else "",
        advice=_without_paper(flow) if failed else "",
        seconds=_seconds(flow.ends - now),
    )


def _paper_trouble(flow: Flow) -> str:
    held_up = flow.printer is not None and held(flow)
    return paper_trouble(str(flow.printer) if held_up else flow.trouble)


def _without_paper(flow: Flow) -> str:
    if held(flow):
        return _("Máy sẽ in ngay khi được sửa. Cần đi trước, xin nhớ hoặc chụp lại số và mã QR.")
    return _("Xin nhớ hoặc chụp lại số và mã QR. Cần phiếu giấy, mời ông/bà báo quầy hướng dẫn.")


def _wait(wait: Wait | None) -> tuple[str, str]:
    if wait is None:
        return "–", _("chưa ước được")
    if wait.low == 0:
        return f"≤ {wait.high}", _("phút, dự kiến chờ")
    return f"{wait.low}–{wait.high}", _("phút, dự kiến chờ")


def _counters_words(ticket: Issued) -> str:
    return _("quầy phục vụ") if len(ticket.counters) == 1 else _("các quầy phục vụ")


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
    title = _("Ông/bà còn ở đây không?")
    if flow.screen is Screen.TICKET and flow.ticket:
        # The question lies over the number, which is on no paper.
        title = _("Số của ông/bà: {number}").format(number=flow.ticket.number)
    return Ask(
        "idle",
        title,
        _("Màn hình sẽ về trang đầu sau {seconds} giây.").format(seconds=_seconds(left)),
        _("Tôi cần thêm thời gian"),
        _("Về trang đầu"),
        _seconds(left),
    )
