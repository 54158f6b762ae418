"""What the screens of the procedures say."""

import msgspec

from kiosk import telex
from kiosk.counter_words import counters_named
from kiosk.dossier_desk import no_numbers
from kiosk.procedure_flow import cards, chosen, found, list_pages
from kiosk.state import Flow, gives_numbers, known_service
from shared.i18n import _
from shared.messages import KioskService
from shared.model import Instant


class ProcedureCard(msgspec.Struct, frozen=True):
    """A procedure in the list."""

    code: str
    name: str
    agency: str


class ProceduresFace(msgspec.Struct, frozen=True):
    """Search as one types: `query` with the cursor's place at its end, the best cards of this page
    (from 0), and the on-screen keyboard in rows; `hint` says what to type, or that nothing fits."""

    query: str = ""
    hint: str = ""
    cards: tuple[ProcedureCard, ...] = ()
    page: int = 0
    pages: int = 1
    keys: tuple[tuple[str, ...], ...] = ()


class ProcedureFace(msgspec.Struct, frozen=True):
    """One procedure. `url` goes into a QR, to carry it away; `button` takes a number for it."""

    code: str = ""
    name: str = ""
    agency: str = ""
    papers: tuple[str, ...] = ()
    time: str = ""
    fee: str = ""
    counters: str = ""
    note: str = ""
    url: str = ""
    button: str = ""
    priority: str = ""


def procedures_face(flow: Flow) -> ProceduresFace:
    """The list, as far as the query is typed."""
    assert flow.browse is not None
    fitting, page = found(flow), flow.browse.page
    held = cards(flow.ease)
    shown = fitting[page * held : (page + 1) * held]
    return ProceduresFace(
        query=flow.browse.query,
        hint=_hint(flow.browse.query, len(fitting)),
        cards=tuple(ProcedureCard(one.code, one.name, one.agency) for one in shown),
        page=page,
        pages=list_pages(len(fitting), flow.ease),
        keys=telex.ROWS,
    )


def _hint(query: str, count: int) -> str:
    if not count:
        return _("Chưa thấy thủ tục nào. Mời ông/bà thử từ khác, hoặc hỏi quầy hướng dẫn.")
    if not query:
        return _("Mời ông/bà gõ tên thủ tục, có dấu hay không dấu đều được.")
    return _("Tìm thấy {count} thủ tục.").format(count=count)


def procedure_face(flow: Flow, now: Instant) -> ProcedureFace:
    """One procedure, with its counters and a number for it."""
    procedure = chosen(flow)
    assert procedure is not None
    view, service = flow.view, known_service(flow, procedure.service)
    takes = gives_numbers(flow, procedure.service, now)
    pages = view.pages if view else ""
    notes = [procedure.note]
    if service is None:
        notes.append(_("Nơi nộp hồ sơ: mời ông/bà hỏi quầy hướng dẫn."))
    elif not takes:
        notes.append(no_numbers(flow, service, now))
    if procedure.papers:
        # The catalogue is no law: what one case needs the officer says.
        notes.append(_("Cán bộ tại quầy xác nhận giấy tờ cho từng trường hợp."))
    return ProcedureFace(
        code=procedure.code,
        name=procedure.name,
        agency=procedure.agency,
        papers=procedure.papers,
        time=procedure.time,
        fee=procedure.fee,
        counters=_counters(service),
        # What the catalogue says is Vietnamese: a line of its own.
        note="\n".join(note for note in notes if note),
        url=f"{pages}/p/{procedure.code}" if pages else "",
        button=_("Lấy số cho thủ tục này") if takes else "",
        priority=_("Tôi thuộc diện ưu tiên") if takes and view and view.priorities else "",
    )


def _counters(service: KioskService | None) -> str:
    if service is None or not service.counters:
        return ""
    return counters_named(service.counters)
