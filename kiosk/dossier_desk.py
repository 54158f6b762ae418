"""What a dossier asks of its citizen in this hall: words, the number to take, a slip. Pure."""

from datetime import date, datetime

import msgspec
from msgspec.structs import replace

from kiosk.counter_words import counters_text
from kiosk.paper import Slip
from kiosk.state import Flow, Screen, gives_numbers, known_service, moment, resting
from shared.dossier_words import DONE, Desk, Explanation, day_text, explain, money_text
from shared.dossiers import DossierView
from shared.i18n import _, local, speaking
from shared.messages import KioskService
from shared.model import Instant, ServiceId


class Reading(msgspec.Struct, frozen=True):
    """A dossier in words; `takes` is what a number is offered for now, if for anything."""

    words: Explanation
    takes: ServiceId | None


def read(flow: Flow, dossier: DossierView, now: Instant) -> Reading:
    """The dossier as it stands in this hall at `now`: no button where no number is to be had."""
    service = known_service(flow, dossier.service)
    words = explain(dossier, _today(flow, dossier, now), _desk(flow, service, now), _)
    if not words.button or service is None:
        return Reading(words, None)
    if gives_numbers(flow, service.id, now):
        return Reading(words, service.id)
    lines = (*words.todo_lines, no_numbers(flow, service, now))
    return Reading(replace(words, button="", todo_lines=lines), None)


def no_numbers(flow: Flow, service: KioskService, now: Instant) -> str:
    """Why there is no number for it now."""
    if resting(flow, now) is Screen.AWAY:
        return _("Máy đang mất kết nối, chưa lấy được số. Mời ông/bà hỏi quầy hướng dẫn.")
    if service.why:
        return service.why
    hours = flow.view.hours if flow.view else ""
    if hours:
        return _("Hiện chưa phát số. Giờ làm việc: {hours}").format(hours=hours)
    return _("Hiện chưa phát số. Mời ông/bà hỏi quầy hướng dẫn.")


def slip(flow: Flow, dossier: DossierView, now: Instant) -> Slip:
    """What the screen says, for paper, in the person's language: no names."""
    with speaking(flow.language):
        return _slip(flow, dossier, now)


def _slip(flow: Flow, dossier: DossierView, now: Instant) -> Slip:
    words = read(flow, dossier, now).words
    view = flow.view
    at = moment(flow, now)
    return Slip(
        site=local(view.site, view.site_names) if view else "",
        province=local(view.province, view.province_names) if view else "",
        code=dossier.code,
        procedure=dossier.procedure,
        state=words.state,
        state_detail=words.detail,
        lines=_lines(dossier),
        steps=tuple((one.title, one.detail, one.stands == DONE) for one in words.steps),
        todo=words.todo,
        todo_lines=words.todo_lines,
        at=at.isoformat() if at else dossier.at,
        url=f"{view.pages}/d" if view and view.pages else "",
        language=flow.language,
    )


def _lines(dossier: DossierView) -> tuple[tuple[str, str], ...]:
    lines = (
        (_("Ngày tiếp nhận"), day_text(dossier.received)),
        (_("Ngày hẹn trả"), day_text(dossier.due)),
        (_("Cơ quan xử lý"), dossier.unit),
        *((fee.name, _fee(fee.amount, fee.paid)) for fee in dossier.fees),
    )
    return tuple((label, text) for label, text in lines if text)


def _fee(amount: int, paid: bool) -> str:
    stands = _("đã nộp") if paid else _("chưa nộp")
    return f"{money_text(amount)} · {stands}"


def _desk(flow: Flow, service: KioskService | None, now: Instant) -> Desk | None:
    """Without a counter nobody can be sent there."""
    if service is None or not service.counters:
        return None
    open_now = gives_numbers(flow, service.id, now)
    waiting = service.waiting if open_now else None
    return Desk(service.name, counters_text(service.counters, ", "), waiting)


def _today(flow: Flow, dossier: DossierView, now: Instant) -> date:
    return (moment(flow, now) or datetime.fromisoformat(dossier.at)).date()
