"""Screens that tell one thing: what happened, what is safe, what to do."""

from datetime import datetime

import msgspec

from kiosk.counter_words import counters_text
from kiosk.dossier_flow import looks_up
from kiosk.procedure_flow import has_procedures
from kiosk.state import Flow, Lookup, News, Screen, moment, resting
from shared.i18n import _
from shared.messages import TicketView
from shared.model import Instant, TicketState
from shared.vietnamese import date_words


class NoticeFace(msgspec.Struct, frozen=True):
    """What happened, what is safe, what to do; `button` leads home, and is empty where nothing is
    to be done; `start` takes a number all the same, and is empty where there are none; `back` leads
    to the code as it was typed, and is empty where none was; `lookup` and `procedures` lead to what
    can be had without a number, and are empty where it cannot."""

    sign: str = "info"
    """"info", "warn", "good" or "closed"."""
    title: str = ""
    safe: str = ""
    advice: str = ""
    button: str = ""
    start: str = ""
    back: str = ""
    lookup: str = ""
    procedures: str = ""


_HOME = _("Về trang đầu")
_ASK = _("Mời ông/bà hỏi quầy hướng dẫn.")

# --- numbers -----------------------------------------------------------------------------


def dropped(flow: Flow) -> NoticeFace:
    """The number is given up."""
    assert flow.ticket is not None
    return NoticeFace(
        sign="good",
        title=_("Đã bỏ số {number}").format(number=flow.ticket.number),
        safe=_("Số này không còn giá trị."),
        advice=_("Cần làm việc khác, mời ông/bà lấy số mới."),
        button=_HOME,
    )


def refused(flow: Flow) -> NoticeFace:
    """The hub gives no number, in its own words."""
    return NoticeFace(
        sign="warn",
        title=_("Chưa lấy được số"),
        safe=flow.reason,
        advice=_("Mời ông/bà chọn việc khác hoặc hỏi quầy hướng dẫn."),
        button=_("Tôi hiểu, về trang đầu"),
    )


def away() -> NoticeFace:
    """Out of touch."""
    return NoticeFace(
        sign="warn",
        title=_("Máy tạm mất kết nối"),
        safe=_("Các số đã lấy vẫn được giữ nguyên."),
        advice=_(
            "Máy sẽ tự hoạt động lại khi có kết nối. Cần ngay, mời ông/bà đến quầy hướng dẫn."
        ),
    )


def closed(flow: Flow, now: Instant) -> NoticeFace:
    """Out of hours: no numbers, and all the same answers."""
    view = flow.view
    opening = view.next_opening if view else None
    hours = view.hours if view else ""
    return NoticeFace(
        sign="closed",
        title=_("Hiện chưa phát số"),
        safe=_back_at(opening, moment(flow, now)),
        advice="\n".join(
            line
            for line in (
                _("Giờ làm việc hôm nay: {hours}").format(hours=hours) if hours else "",
                _("Có thể quét giấy tiếp nhận để tra cứu.") if looks_up(flow) else "",
            )
            if line
        ),
        lookup=_("Tra cứu hồ sơ") if looks_up(flow) else "",
        procedures=_("Tìm thủ tục") if has_procedures(flow) else "",
    )


def _back_at(opening: str | None, at: datetime | None) -> str:
    if opening is None:
        return _ASK
    opens = datetime.fromisoformat(opening)
    time = f"{opens.hour}:{opens:%M}"
    if at is not None and opens.date() == at.date():
        return _("Mời ông/bà quay lại từ {time} hôm nay.").format(time=time)
    return _("Mời ông/bà quay lại từ {time}, {day}.").format(
        time=time, day=date_words(opens.date())
    )


# --- findings ----------------------------------------------------------------------------

_AGAIN = _("Mời ông/bà quét lại mã vạch hoặc mã QR trên giấy tiếp nhận.")
_TYPE = _("Mời ông/bà quét lại, hoặc chọn Tra cứu hồ sơ và nhập mã in trên giấy.")

_SCANNED = {
    News.LOOKUP_OFF: (
        _("Máy này chưa tra cứu được hồ sơ"),
        _("Hồ sơ của ông/bà không bị ảnh hưởng."),
        _ASK,
    ),
    News.PROCEDURE_NOT_FOUND: (
        _("Không tìm thấy thủ tục này"),
        _("Mã vừa quét không có trong danh sách của trung tâm."),
        _("Mời ông/bà chọn Tìm thủ tục và gõ tên, hoặc hỏi quầy hướng dẫn."),
    ),
    News.RECEIPT_FIRST: (
        _("Mời quét giấy tiếp nhận trước"),
        _("Máy không lưu thông tin trên căn cước."),
        _("Mời ông/bà quét mã trên giấy tiếp nhận, rồi quét căn cước để xem tên chủ hồ sơ."),
    ),
    News.EMPTY: (
        _("Máy chưa đọc được mã"),
        _("Giấy tờ của ông/bà vẫn dùng được."),
        _("Mời ông/bà đưa mã lại gần khe quét, giữ yên một chút."),
    ),
    News.TOO_LONG: (
        _("Mã này quá dài"),
        _("Đây không phải mã hồ sơ. Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.NOT_TEXT: (
        _("Máy không đọc được mã này"),
        _("Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.OTHER_LINK: (
        _("Mã này dẫn đến một trang khác"),
        _("Máy không mở trang nào và không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.ALMOST: (
        _("Mã hồ sơ đọc chưa đúng"),
        _("Mã gần giống mã hồ sơ nhưng có ký tự sai."),
        _TYPE,
    ),
    News.STRANGE: (
        _("Đây không phải mã hồ sơ"),
        _("Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.TICKET_NOT_FOUND: (
        _("Số này không còn trong hôm nay"),
        _("Mỗi số chỉ có giá trị trong ngày lấy số."),
        _("Mời ông/bà lấy số mới, hoặc hỏi quầy hướng dẫn."),
    ),
}


def finding(flow: Flow, now: Instant) -> NoticeFace:
    """What came of a scan or a look-up, where it is no dossier."""
    assert flow.lookup is not None
    start = _("Lấy số thứ tự") if resting(flow, now) is Screen.HOME else ""
    lookup = flow.lookup
    match lookup.news:
        case News.TICKET if lookup.ticket is not None:
            return _place(lookup.ticket)
        case News.UNAVAILABLE:
            return _unavailable(flow, lookup, start, now)
        case News.REFUSED:
            return _not_now(lookup, start)
        case News.NOT_FOUND:
            return _not_found(lookup, start)
        case news:
            title, safe, advice = _SCANNED[news or News.STRANGE]
            return NoticeFace("info", title, safe, advice, _HOME, start)


def _unavailable(flow: Flow, lookup: Lookup, start: str, now: Instant) -> NoticeFace:
    numbers = _("Ông/bà vẫn lấy số được, cán bộ tại quầy sẽ xem hồ sơ.") if start else ""
    return NoticeFace(
        sign="warn",
        title=_("Hệ thống hồ sơ chưa trả lời"),
        safe=" ".join(
            part for part in (_("Hồ sơ của ông/bà vẫn an toàn."), _last(flow, lookup, now)) if part
        ),
        advice=" ".join(
            part for part in (numbers, _("Cần biết ngay, mời ông/bà hỏi quầy hướng dẫn.")) if part
        ),
        button=_HOME,
        start=start,
        back=_again(lookup),
    )


def _last(flow: Flow, lookup: Lookup, now: Instant) -> str:
    """When the e-one-stop system last answered; on another day, with that day."""
    if lookup.since is None:
        return ""
    since, today = datetime.fromisoformat(lookup.since), moment(flow, now)
    time = f"{since:%H:%M}"
    if today is None or since.date() == today.date():
        return _("Hệ thống trả lời lần cuối lúc {time}.").format(time=time)
    return _("Hệ thống trả lời lần cuối lúc {time}, {day}.").format(
        time=time, day=date_words(since.date())
    )


def _not_now(lookup: Lookup, start: str) -> NoticeFace:
    titles = {
        "bad_code": _("Mã hồ sơ chưa đúng"),
        "lookup_off": _("Máy này chưa tra cứu được hồ sơ"),
    }
    return NoticeFace(
        sign="warn",
        title=titles.get(lookup.refusal, _("Tạm thời chưa tra cứu được")),
        safe=lookup.refused,
        advice=_("Hồ sơ của ông/bà vẫn an toàn. Cần biết ngay, mời ông/bà hỏi quầy hướng dẫn."),
        button=_HOME,
        start=start,
        back=_again(lookup),
    )


def _again(lookup: Lookup) -> str:
    """Nobody has to type a code twice; a receipt is simply scanned again."""
    return _("Thử lại") if lookup.typed else ""


def _not_found(lookup: Lookup, start: str) -> NoticeFace:
    typed = _("Mời ông/bà xem lại mã trên giấy rồi nhập lại")
    how = typed if lookup.typed else _("Mời ông/bà quét lại")
    return NoticeFace(
        sign="info",
        title=_("Không tìm thấy hồ sơ"),
        safe=_("Mã đã tra: {code}").format(code=lookup.code),
        advice=_("{how}, hoặc đưa giấy tiếp nhận cho quầy hướng dẫn.").format(how=how),
        button=_HOME,
        start=start,
        back=_("Sửa mã") if lookup.typed else "",
    )


# --- a ticket's place --------------------------------------------------------------------

_OVER = {
    TicketState.DONE: _("Số này đã được phục vụ xong."),
    TicketState.CANCELLED: _("Số này đã được bỏ."),
    TicketState.NO_SHOW: _("Số này đã được gọi mà không có người đến."),
}


def _place(ticket: TicketView) -> NoticeFace:
    title = _("Số {number} · {service}").format(number=ticket.number, service=ticket.service)
    where = ""
    if ticket.counters:
        where = _("Phục vụ tại quầy {counters}.").format(counters=counters_text(ticket.counters))
    match ticket.state:
        case TicketState.WAITING:
            return NoticeFace("info", title, _ahead(ticket), where, _HOME)
        case TicketState.CALLED if ticket.counter is not None:
            at = _("Mời ông/bà đến quầy {counter} ngay.").format(counter=ticket.counter)
            return NoticeFace("good", title, at, _("Số của ông/bà đang được gọi."), _HOME)
        case TicketState.SERVING if ticket.counter is not None:
            at = _("Đang được phục vụ tại quầy {counter}.").format(counter=ticket.counter)
            return NoticeFace("good", title, at, "", _HOME)
        case state if state in _OVER:
            advice = _("Cần làm việc khác, mời ông/bà lấy số mới hoặc hỏi quầy hướng dẫn.")
            return NoticeFace("info", title, _OVER[state], advice, _HOME)
        case _:
            aside = _("Số đang được giữ lại. Quầy sẽ gọi lại ông/bà.")
            return NoticeFace("info", title, aside, where, _HOME)


def _ahead(ticket: TicketView) -> str:
    if not ticket.ahead:
        return _("Sắp đến lượt ông/bà.")
    text = _("Còn {count} người ở phía trước.").format(count=ticket.ahead)
    if ticket.wait is None:
        return text
    if ticket.wait.low == 0:
        wait = _("Dự kiến chờ không quá {high} phút.").format(high=ticket.wait.high)
    else:
        wait = _("Dự kiến chờ {low}–{high} phút.").format(
            low=ticket.wait.low, high=ticket.wait.high
        )
    return f"{text} {wait}"
