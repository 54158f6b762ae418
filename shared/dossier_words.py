"""A dossier in plain words: where it stands, its way as a timeline, and what to do now.

The same words on kiosk, slip and phone. Pure: the day and the language are passed in. Dates are
those that the e-one-stop system gives; only the days between two of them are counted here.
"""

from collections.abc import Callable
from datetime import date, datetime

import msgspec

from shared.dossiers import DossierState, DossierView
from shared.i18n import N_
from shared.vietnamese import fold

Translate = Callable[[str], str]

GOOD, WORK, ACT, LATE, ENDED = "good", "work", "act", "late", "ended"
"""Tones: ready, in work, the citizen must act, late, over."""

_ACCEPTANCE = "tiep nhan"

DONE, NOW, NEXT = "done", "now", "next"
"""How a step of the timeline stands."""

MOST_STEPS = 7
"""What a screen has room for; of a longer way the earliest notes are left out."""


class Desk(msgspec.Struct, frozen=True):
    """Where the number for the next step is taken: a service, its counters as text, its line."""

    name: str
    counters: str
    waiting: int | None = None


class Step(msgspec.Struct, frozen=True):
    """A point of the timeline; `stands` is "done", "now" or "next"."""

    title: str
    detail: str
    stands: str


class Explanation(msgspec.Struct, frozen=True):
    """What a screen says. `button` names the number to take; empty where none is needed."""

    state: str
    detail: str
    tone: str
    steps: tuple[Step, ...]
    todo: str
    todo_lines: tuple[str, ...]
    button: str


_STATES = {
    DossierState.REGISTERED: N_("Đã đăng ký, chờ tiếp nhận"),
    DossierState.ACCEPTED: N_("Đã tiếp nhận"),
    DossierState.NOT_ACCEPTED: N_("Không được tiếp nhận"),
    DossierState.IN_WORK: N_("Đang xử lý"),
    DossierState.PAPERS_WANTED: N_("Cần bổ sung giấy tờ"),
    DossierState.PAYMENT_WANTED: N_("Cần nộp phí, lệ phí"),
    DossierState.WITHDRAWN: N_("Đã rút theo yêu cầu"),
    DossierState.STOPPED: N_("Đã dừng xử lý"),
    DossierState.FINISHED: N_("Đã có kết quả"),
    DossierState.HANDED_OVER: N_("Đã trả kết quả"),
}

_TONES = {
    DossierState.NOT_ACCEPTED: ENDED,
    DossierState.PAPERS_WANTED: ACT,
    DossierState.PAYMENT_WANTED: ACT,
    DossierState.WITHDRAWN: ENDED,
    DossierState.STOPPED: ENDED,
    DossierState.FINISHED: GOOD,
    DossierState.HANDED_OVER: GOOD,
}

_IN_WORK = (DossierState.REGISTERED, DossierState.ACCEPTED, DossierState.IN_WORK)
_OVER = (DossierState.NOT_ACCEPTED, DossierState.WITHDRAWN, DossierState.STOPPED)


def explain(dossier: DossierView, today: date, desk: Desk | None, _: Translate) -> Explanation:
    """The dossier as a citizen understands it on the day `today`."""
    days = days_late(dossier, today)
    late = dossier.state in _IN_WORK and days is not None and days > 0
    todo, lines, button = _todo(dossier, days, desk, _)
    return Explanation(
        state=_(_STATES[dossier.state]),
        detail=_detail(dossier, days, _),
        tone=LATE if late else _TONES.get(dossier.state, WORK),
        steps=_steps(dossier, _),
        todo=todo,
        todo_lines=lines,
        button=button,
    )


def is_due(state: DossierState, due: date | None, today: date) -> bool:
    """Whether the promised day has come, or gone, and it is still in work: somebody has to be
    asked. The day itself counts, its hour is no promise."""
    return state in _IN_WORK and due is not None and due <= today


def days_late(dossier: DossierView, today: date) -> int | None:
    """Days from the due date to the day it was done, or to today: below 0 is early; None where the
    system gave no due date."""
    due = _day(dossier.due)
    if due is None:
        return None
    return ((_day(dossier.done) or today) - due).days


def day_text(at: str | None) -> str:
    """The day of a moment as it is written in Vietnam, "" for none."""
    day = _day(at)
    return f"{day:%d/%m/%Y}" if day else ""


def money_text(amount: int) -> str:
    """Whole đồng with points between the thousands: `150.000 đồng`."""
    return f"{amount:,} đồng".replace(",", ".")


def _day(at: str | None) -> date | None:
    return datetime.fromisoformat(at).date() if at else None


def _detail(dossier: DossierView, days: int | None, _: Translate) -> str:
    """Days left or late, against the date that the receipt promises."""
    if dossier.state in _OVER:
        return ""
    if dossier.state is DossierState.HANDED_OVER:
        # Its date is the day of collecting, which says nothing of who was late.
        done = day_text(dossier.done)
        return _("Ngày trả: {done}").format(done=done) if done else ""
    if days is None:
        return _("Chưa có ngày hẹn trả")
    due = day_text(dossier.due)
    if dossier.state is DossierState.FINISHED and dossier.done is not None:
        return _against(days, due, _)
    waits_for_citizen = dossier.state not in _IN_WORK
    if dossier.state is DossierState.FINISHED or (waits_for_citizen and days > 0):
        return _("Ngày hẹn trả: {due}").format(due=due)
    if days > 0:
        return _("Trễ {days} ngày so với ngày hẹn {due}").format(days=days, due=due)
    if days == 0:
        return _("Hẹn trả hôm nay, {due}").format(due=due)
    return _("Còn {days} ngày, hẹn trả {due}").format(days=-days, due=due)


def _against(days: int, due: str, _: Translate) -> str:
    if days < 0:
        return _("Sớm {days} ngày so với ngày hẹn {due}").format(days=-days, due=due)
    if days == 0:
        return _("Đúng ngày hẹn {due}").format(due=due)
    return _("Trễ {days} ngày so với ngày hẹn {due}").format(days=days, due=due)


# --- the timeline ------------------------------------------------------------------------


def _steps(dossier: DossierView, _: Translate) -> tuple[Step, ...]:
    """From handing in to the result: what is noted, where it stands, what is still to come."""
    noted = tuple(
        Step(one.what, _joined(day_text(one.at), one.unit), DONE) for one in dossier.progress
    )
    ahead = _ahead(dossier, _)
    begun = dossier.state is not DossierState.REGISTERED
    first = Step(
        _("Tiếp nhận hồ sơ") if begun else _("Chờ tiếp nhận hồ sơ"),
        day_text(dossier.received) if begun else dossier.unit,
        DONE if begun else NOW,
    )
    if dossier.state is DossierState.NOT_ACCEPTED:
        return (Step(_("Không được tiếp nhận"), dossier.unit, NOW),)
    if noted and fold(noted[0].title).startswith(_ACCEPTANCE):
        # Systems that note every step begin with this one themselves, and say who did it.
        first, *rest = noted
        noted = tuple(rest)
    room = MOST_STEPS - 1 - len(ahead)
    return (first, *noted[len(noted) - min(len(noted), room) :], *ahead)


def _ahead(dossier: DossierView, _: Translate) -> tuple[Step, ...]:
    """Where it stands now, and what comes after."""
    due = _("Hẹn trả {due}").format(due=day_text(dossier.due)) if dossier.due else ""
    result = Step(_("Trả kết quả"), due, NEXT)
    work = Step(_("Xử lý hồ sơ"), dossier.unit, NEXT)
    done = Step(_("Có kết quả"), day_text(dossier.done), DONE)
    match dossier.state:
        case DossierState.REGISTERED:
            return work, result
        case DossierState.ACCEPTED | DossierState.IN_WORK:
            return Step(_("Đang xử lý"), dossier.unit, NOW), result
        case DossierState.PAPERS_WANTED:
            return Step(_("Chờ bổ sung giấy tờ"), dossier.unit, NOW), work, result
        case DossierState.PAYMENT_WANTED:
            return Step(_("Chờ nộp phí, lệ phí"), dossier.unit, NOW), work, result
        case DossierState.WITHDRAWN:
            return (Step(_("Đã rút hồ sơ"), dossier.unit, NOW),)
        case DossierState.STOPPED:
            return (Step(_("Dừng xử lý"), dossier.unit, NOW),)
        case DossierState.FINISHED:
            return done, Step(_("Chờ trả kết quả"), due, NOW)
        case _:
            return (Step(_("Đã trả kết quả"), day_text(dossier.done), DONE),)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


# --- what to do now ----------------------------------------------------------------------


def _todo(
    dossier: DossierView, days: int | None, desk: Desk | None, _: Translate
) -> tuple[str, tuple[str, ...], str]:
    """The next step in one sentence, what belongs to it, and the button for its number; `days` is
    how late it is."""
    match dossier.state:
        case DossierState.PAPERS_WANTED:
            todo = _at(desk, _("Nộp giấy tờ bổ sung"), _)
            return todo, _papers(dossier, _), _("Lấy số nộp giấy tờ") if desk else ""
        case DossierState.PAYMENT_WANTED:
            return _payment(dossier, desk, _)
        case DossierState.FINISHED:
            lines = (_("Mang theo giấy tiếp nhận và căn cước."),)
            todo = _at(desk, _("Nhận kết quả"), _)
            return todo, lines, _("Lấy số nhận kết quả") if desk else ""
        case DossierState.NOT_ACCEPTED | DossierState.WITHDRAWN | DossierState.STOPPED:
            todo = _at(desk, _("Hỏi cán bộ để biết lý do và cách làm tiếp"), _)
            return todo, _who(dossier, _), _("Lấy số gặp cán bộ") if desk else ""
        case DossierState.HANDED_OVER:
            return _("Không cần làm gì thêm. Kết quả đã được trả."), (), ""
    if days is not None and days >= 0:
        if days:
            todo = _("Chúng tôi xin lỗi vì trễ hẹn. Ông/bà có thể hỏi cán bộ phụ trách.")
        else:
            todo = _("Hôm nay là ngày hẹn, kết quả chưa có. Mời ông/bà hỏi cán bộ.")
        return todo, _who(dossier, _), _("Lấy số gặp cán bộ") if desk else ""
    if dossier.due:
        todo = _("Chưa cần làm gì. Mời ông/bà quay lại vào ngày hẹn trả.")
    else:
        todo = _("Chưa cần làm gì. Xin theo dõi để biết ngày hẹn trả.")
    return todo, (), ""


def _at(desk: Desk | None, what: str, _: Translate) -> str:
    """`what`, and at which counters; without a counter here the guide knows."""
    if desk is None:
        return _("{what}. Mời ông/bà hỏi quầy hướng dẫn.").format(what=what)
    one = desk.counters.isdigit()
    where = _("{what} tại quầy {counters}.") if one else _("{what} tại các quầy {counters}.")
    text = where.format(what=what, counters=desk.counters)
    if desk.waiting:
        text += " " + _("Đang có {count} người chờ.").format(count=desk.waiting)
    return text


def _papers(dossier: DossierView, _: Translate) -> tuple[str, ...]:
    if dossier.supplements:
        return dossier.supplements
    return (_("Xem thông báo bổ sung của cơ quan, hoặc hỏi cán bộ tại quầy."),)


def _payment(
    dossier: DossierView, desk: Desk | None, _: Translate
) -> tuple[str, tuple[str, ...], str]:
    owed = [fee for fee in dossier.fees if not fee.paid]
    lines = tuple(f"{fee.name}: {money_text(fee.amount)}" for fee in owed)
    if len(owed) > 1:
        total = money_text(sum(fee.amount for fee in owed))
        lines = (*lines, _("Tổng cộng: {total}").format(total=total))
    if not owed:
        lines = (_("Cán bộ tại quầy sẽ báo số tiền."),)
    return _at(desk, _("Nộp phí, lệ phí"), _), lines, _("Lấy số nộp phí") if desk else ""


def _who(dossier: DossierView, _: Translate) -> tuple[str, ...]:
    if not dossier.unit:
        return ()
    return (_("Cơ quan phụ trách: {unit}").format(unit=dossier.unit),)
