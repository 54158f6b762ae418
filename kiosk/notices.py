"""What came of a scan or a look-up where it is no dossier; `kiosk.hall_notices` has the others."""

from datetime import datetime

from kiosk.counter_words import served_at
from kiosk.hall_notices import (
    away as away,
    card as card,
    closed as closed,
    dropped as dropped,
    emergency as emergency,
    refused as refused,
)
from kiosk.line_words import line_words
from kiosk.lookup_words import refused_words
from kiosk.notice_face import NoticeFace as NoticeFace
from kiosk.state import Flow, Lookup, News, Screen, moment, resting
from shared.dates import day_words
from shared.i18n import N_, _
from shared.messages import TicketView
from shared.model import Instant, TicketState

_HOME = N_("Trang đầu")
_ASK = N_("Mời ông/bà hỏi quầy hướng dẫn.")

# --- findings ----------------------------------------------------------------------------

_AGAIN = N_("Mời ông/bà quét lại mã vạch hoặc mã QR trên giấy tiếp nhận.")
_TYPE = N_("Mời ông/bà quét lại, hoặc chọn Tra cứu hồ sơ và nhập mã in trên giấy.")

_SCANNED = {
    News.LOOKUP_OFF: (
        N_("Máy này chưa tra cứu được hồ sơ"),
        N_("Hồ sơ của ông/bà không bị ảnh hưởng."),
        _ASK,
    ),
    News.PROCEDURE_NOT_FOUND: (
        N_("Không tìm thấy thủ tục này"),
        N_("Mã vừa quét không có trong danh sách của trung tâm."),
        N_("Mời ông/bà chọn Tìm thủ tục và gõ tên, hoặc hỏi quầy hướng dẫn."),
    ),
    News.RECEIPT_FIRST: (
        N_("Mời quét giấy tiếp nhận trước"),
        N_("Máy không lưu thông tin trên căn cước."),
        N_("Mời ông/bà quét mã trên giấy tiếp nhận, rồi quét căn cước để xem tên chủ hồ sơ."),
    ),
    News.EMPTY: (
        N_("Máy chưa đọc được mã"),
        N_("Giấy tờ của ông/bà vẫn dùng được."),
        N_("Mời ông/bà đưa mã lại gần khe quét, giữ yên một chút."),
    ),
    News.TOO_LONG: (
        N_("Mã này quá dài"),
        N_("Đây không phải mã hồ sơ. Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.NOT_TEXT: (
        N_("Máy không đọc được mã này"),
        N_("Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.OTHER_LINK: (
        N_("Mã này dẫn đến một trang khác"),
        N_("Máy không mở trang nào và không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.ALMOST: (
        N_("Mã hồ sơ đọc chưa đúng"),
        N_("Mã gần giống mã hồ sơ nhưng có ký tự sai."),
        _TYPE,
    ),
    News.STRANGE: (
        N_("Đây không phải mã hồ sơ"),
        N_("Máy không lưu nội dung vừa quét."),
        _AGAIN,
    ),
    News.TICKET_NOT_FOUND: (
        N_("Số này không còn trong hôm nay"),
        N_("Mỗi số chỉ có giá trị trong ngày lấy số."),
        N_("Mời ông/bà lấy số mới, hoặc hỏi quầy hướng dẫn."),
    ),
    News.OFFLINE: (
        N_("Máy đang mất kết nối"),
        N_("Máy chưa tra cứu và chưa lấy số được. Giấy tờ của ông/bà vẫn dùng được."),
        N_("Mời ông/bà thử lại khi máy có kết nối, hoặc hỏi quầy hướng dẫn."),
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
            sign = "warn" if news is News.OFFLINE else "info"
            return NoticeFace(sign, _(title), _(safe), _(advice), _(_HOME), start)


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
        button=_(_HOME),
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
        time=time, day=day_words(since.date())
    )


def _not_now(lookup: Lookup, start: str) -> NoticeFace:
    title, safe = refused_words(lookup)
    return NoticeFace(
        sign="warn",
        title=title,
        safe=safe,
        advice=_("Hồ sơ của ông/bà vẫn an toàn. Cần biết ngay, mời ông/bà hỏi quầy hướng dẫn."),
        button=_(_HOME),
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
        button=_(_HOME),
        start=start,
        back=_("Sửa mã") if lookup.typed else "",
    )


# --- a ticket's place --------------------------------------------------------------------

_OVER = {
    TicketState.DONE: N_("Số này đã được phục vụ xong."),
    TicketState.CANCELLED: N_("Số này đã được bỏ."),
    TicketState.NO_SHOW: N_("Số này đã được gọi mà không có người đến."),
}


def _place(ticket: TicketView) -> NoticeFace:
    title = _("Số {number} · {service}").format(number=ticket.number, service=ticket.service)
    where = served_at(ticket.counters) if ticket.counters else ""
    match ticket.state:
        case TicketState.WAITING:
            return NoticeFace("info", title, line_words(ticket.ahead, ticket.wait), where, _(_HOME))
        case TicketState.CALLED if ticket.counter is not None:
            at = _("Mời ông/bà đến quầy {counter} ngay.").format(counter=ticket.counter)
            return NoticeFace("good", title, at, _("Số của ông/bà đang được gọi."), _(_HOME))
        case TicketState.SERVING if ticket.counter is not None:
            at = _("Đang được phục vụ tại quầy {counter}.").format(counter=ticket.counter)
            return NoticeFace("good", title, at, "", _(_HOME))
        case state if state in _OVER:
            advice = _("Cần làm việc khác, mời ông/bà lấy số mới hoặc hỏi quầy hướng dẫn.")
            return NoticeFace("info", title, _(_OVER[state]), advice, _(_HOME))
        case _:
            aside = _("Số đang được giữ lại. Quầy sẽ gọi lại ông/bà.")
            return NoticeFace("info", title, aside, where, _(_HOME))
