"""Notices of the hall: closed, out of touch, an emergency, a card to be shown, no number."""

from kiosk.counter_words import counters_text
from kiosk.dossier_flow import looks_up
from kiosk.hours_words import numbers_again, service_again, told_elsewhere
from kiosk.notice_face import NoticeFace
from kiosk.procedure_flow import has_procedures
from kiosk.state import Dropping, Flow, Trouble, known_service
from kiosk.ticket_flow import NO_CARD, QUOTA_REACHED, TOO_SOON
from shared.i18n import N_, _, local, n_
from shared.messages import Shut
from shared.model import Instant

_HOME = N_("Trang đầu")
_OTHER = N_("Chọn việc khác")
_ASK = N_("Mời ông/bà hỏi quầy hướng dẫn.")

# --- what stands in home's stead ---------------------------------------------------------

_SHUT = {
    Shut.BEFORE: N_("Chưa đến giờ phát số"),
    Shut.CUT_OFF: N_("Đã hết giờ phát số của buổi này"),
    Shut.LUNCH: N_("Trung tâm đang nghỉ trưa"),
    Shut.AFTER: N_("Hôm nay đã hết giờ phát số"),
    Shut.HOLIDAY: N_("Hôm nay trung tâm nghỉ lễ"),
    Shut.DAY_OFF: N_("Hôm nay trung tâm không làm việc"),
    Shut.ENDED: N_("Trung tâm đang tạm ngừng phát số"),
    None: N_("Hiện chưa phát số"),
}


def closed(flow: Flow, now: Instant) -> NoticeFace:
    """Out of hours: no numbers, and all the same answers."""
    view = flow.view
    hours = view.hours if view else ""
    lines = (
        _("Giờ làm việc hôm nay: {hours}").format(hours=hours) if hours else "",
        told_elsewhere(view.elsewhere) if view else "",
        _("Có thể quét giấy tiếp nhận để tra cứu.") if looks_up(flow) else "",
    )
    return NoticeFace(
        sign="closed",
        title=_(_SHUT[view.shut if view else None]),
        safe=numbers_again(flow, view.next_opening if view else None, now) or _(_ASK),
        advice="\n".join(line for line in lines if line),
        lookup=_("Tra cứu hồ sơ") if looks_up(flow) else "",
        procedures=_("Tìm thủ tục") if has_procedures(flow) else "",
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


def emergency(flow: Flow) -> NoticeFace:
    """A supervisor speaks to everybody."""
    text = flow.view.emergency if flow.view else ""
    return NoticeFace(
        sign="emergency",
        title=_("Thông báo khẩn"),
        safe=text,
        advice=_("Mời ông/bà làm theo hướng dẫn của cán bộ."),
    )


# --- an identity card --------------------------------------------------------------------

_TROUBLE = {
    Trouble.UNREAD: N_("Máy chưa đọc được. Mời ông/bà đặt lại và giữ yên một chút."),
    Trouble.NO_CARD: N_("Đây không phải mã QR trên căn cước. Mời ông/bà đặt căn cước."),
    Trouble.UNANSWERED: N_("Máy chủ chưa trả lời. Mời ông/bà đặt căn cước lại một lần nữa."),
}


def card(flow: Flow) -> NoticeFace:
    """A number is given for an identity card only."""
    assert flow.claim is not None
    trouble = flow.claim.trouble
    if flow.claim.asked:
        advice = _("Đang kiểm tra, mời ông/bà chờ giây lát.")
    elif trouble is not None:
        advice = _(_TROUBLE[trouble])
    else:
        advice = _("Máy không lưu thông tin trên căn cước.")
    return NoticeFace(
        sign="card",
        title=_("Mời ông/bà đặt mã QR trên căn cước vào khe quét"),
        safe=_("Mỗi căn cước được lấy một số."),
        advice=advice,
        button=_(_HOME),
        back=_("Quay lại"),
        no_card=_("Tôi không mang căn cước"),
    )


# --- a number that was given up ----------------------------------------------------------


def dropped(flow: Flow) -> NoticeFace:
    """The number is given up, or is not: as the hub says."""
    assert flow.ticket is not None
    number = flow.ticket.number
    match flow.dropped:
        case Dropping.RUNNING:
            return NoticeFace(
                title=_("Đang bỏ số {number}…").format(number=number),
                safe=_("Mời ông/bà chờ giây lát."),
                button=_(_HOME),
            )
        case Dropping.DONE:
            return NoticeFace(
                sign="good",
                title=_("Đã bỏ số {number}").format(number=number),
                safe=_("Số này không còn giá trị."),
                advice=_("Cần làm việc khác, mời ông/bà lấy số mới."),
                button=_(_HOME),
            )
        case Dropping.LATE:
            return NoticeFace(
                sign="warn",
                title=_("Chưa bỏ được số {number}").format(number=number),
                safe=_("Máy đang mất kết nối. Có kết nối lại, máy sẽ tự bỏ số này."),
                advice=_("Muốn giữ số, mời ông/bà hỏi quầy hướng dẫn."),
                button=_(_HOME),
            )
        case _:
            return _not_dropped(number, flow.code)


def _not_dropped(number: str, code: str) -> NoticeFace:
    safe = {
        "wrong_state": _("Số này đang được phục vụ hoặc đã kết thúc."),
        "unknown_ticket": _("Số này không còn trong hôm nay."),
        "day_closed": _("Ngày làm việc đã kết thúc, số này không còn giá trị."),
    }
    return NoticeFace(
        sign="warn",
        title=_("Không bỏ được số {number}").format(number=number),
        safe=safe.get(code, _("Số của ông/bà vẫn còn trong hàng chờ.")),
        advice=_(_ASK),
        button=_(_HOME),
    )


# --- no number ---------------------------------------------------------------------------

_NONE_TAKEN = N_("Chưa có số nào được lấy.")
_BUSY = (
    N_("Máy chủ đang bận"),
    _NONE_TAKEN,
    N_("Mời ông/bà thử lại sau ít phút, hoặc hỏi quầy hướng dẫn."),
)
_CHANGED = (
    N_("Danh sách vừa được thay đổi"),
    _NONE_TAKEN,
    N_("Mời ông/bà chọn lại việc cần làm."),
)
_WORDS = {
    "storage_full": _BUSY,
    "storage_failed": _BUSY,
    "too_busy": _BUSY,
    "unknown_service": _CHANGED,
    "unknown_priority": _CHANGED,
    "card_needed": (
        N_("Cần căn cước để lấy số"),
        N_("Mỗi căn cước được lấy một số."),
        N_("Mời ông/bà chọn lại việc, rồi đặt căn cước vào khe quét."),
    ),
    TOO_SOON: (
        N_("Mời ông/bà chờ một chút"),
        N_("Vừa có người lấy số ở máy này."),
        N_("Mời ông/bà thử lại sau ít phút, hoặc hỏi quầy hướng dẫn."),
    ),
}
"""What the kiosk itself says to the hub's codes: what happened, what is safe, what to do."""


def refused(flow: Flow, now: Instant) -> NoticeFace:
    """There is no number: in our words where we know the reason, else in the hub's."""
    if flow.again is not None:
        return _too_soon(flow, now)
    match flow.code:
        case "quota_reached" | "service_closed":
            return _none_for_this(flow, now)
        case "card_used":
            return _card_used(flow)
        case code if code == NO_CARD:
            return _at_a_counter(flow)
        case code if code in _WORDS:
            title, safe, advice = _WORDS[code]
            return _no_number(_(title), _(safe), _(advice))
        case _:
            advice = _("Mời ông/bà chọn việc khác hoặc hỏi quầy hướng dẫn.")
            return _no_number(_("Chưa lấy được số"), flow.reason, advice)


def _no_number(title: str, safe: str, advice: str) -> NoticeFace:
    return NoticeFace("warn", title, safe, advice, _(_HOME), back=_(_OTHER))


def _too_soon(flow: Flow, now: Instant) -> NoticeFace:
    seconds = max(0, -(-(flow.ends - now) // 1000))
    words = n_("Vừa có người lấy số ở máy này. Mời ông/bà chờ {seconds} giây.", seconds)
    return NoticeFace(
        sign="info",
        title=_("Mời ông/bà chờ một chút"),
        safe=words.format(seconds=seconds),
        advice=_("Máy sẽ tự lấy số cho ông/bà, không cần bấm lại."),
        button=_(_HOME),
    )


def _none_for_this(flow: Flow, now: Instant) -> NoticeFace:
    """The service gives no number: when it will, and who else does it."""
    known = known_service(flow, flow.service)
    if flow.code == QUOTA_REACHED:
        title = _("Hôm nay đã phát hết số")
        if known is not None:
            name = local(known.name, known.names)
            title = _("{service}: hôm nay đã phát hết số").format(service=name)
    else:
        title = _("Việc này hiện chưa phát số")
    elsewhere = told_elsewhere(known.elsewhere) if known else ""
    elsewhere = elsewhere or told_elsewhere(flow.view.elsewhere if flow.view else {})
    advice = elsewhere or _("Mời ông/bà chọn việc khác hoặc hỏi quầy hướng dẫn.")
    return _no_number(title, service_again(flow, now) or _(_NONE_TAKEN), advice)


def _card_used(flow: Flow) -> NoticeFace:
    if not flow.number:
        title = _("Ông/bà đang có một số khác")
    else:
        title = _("Hôm nay ông/bà đang có số {number}").format(number=flow.number)
    return NoticeFace(
        sign="info",
        title=title,
        safe=_("Số đó vẫn còn giá trị. Mỗi căn cước được lấy một số."),
        advice=_("Mời ông/bà chờ gọi số đó. Mất phiếu, mời ông/bà hỏi quầy hướng dẫn."),
        button=_(_HOME),
    )


def _at_a_counter(flow: Flow) -> NoticeFace:
    known = known_service(flow, flow.service)
    where = _("Mời ông/bà đến quầy hướng dẫn, cán bộ sẽ lấy số giúp.")
    if known is not None and known.counters:
        where = n_(
            "Mời ông/bà đến quầy hướng dẫn hoặc quầy {counters}, cán bộ sẽ lấy số giúp.",
            len(known.counters),
        ).format(counters=counters_text(known.counters, ", "))
    return NoticeFace(
        sign="info",
        title=_("Mời ông/bà lấy số tại quầy"),
        safe=_("Không có căn cước, ông/bà vẫn được phục vụ."),
        advice=where,
        button=_(_HOME),
        back=_(_OTHER),
    )
