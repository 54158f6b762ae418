"""Every screen in the order in which it is read out: what it is, what to choose, hints, ways off.

Texts are those of the screen, made fit for a voice. Pure.
"""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from kiosk import moves as m
from kiosk.faces import (
    Ask,
    Face,
    Header,
    HomeFace,
    NoticeFace,
    PriorityFace,
    ServicesFace,
    TicketFace,
    WaitingFace,
)
from kiosk.flow import Printing
from kiosk.paper_words import SENT_WORDS
from kiosk.reading_lookup import LOOKUP
from kiosk.reading_words import HOME, NO_ID, Item, Page, pager, ways
from kiosk.spoken import said, sentences, spell
from shared.i18n import _, speaking


class Reading(msgspec.Struct, frozen=True):
    """A screen as it is read out: `opening` says what it is, `items` are gone through by keys."""

    opening: str
    items: tuple[Item, ...]


def reading(face: Face) -> Reading:
    """The whole window, in its language; a question over it stands for all that is below."""
    with speaking(face.language):
        opening, items = _ask(face.ask) if face.ask else _page(face)
        items = (*items, *_bar(face), *_header(face.header))
        spoken = (Item(said(one.text, face.language), one.thing) for one in items)
        return Reading(
            said(opening, face.language), tuple(one for one in spoken if one.text or one.thing)
        )


def items(face: Face) -> tuple[Item, ...]:
    """The items alone."""
    return reading(face).items


def _page(face: Face) -> Page:
    read: Callable[[Any, str], Page] = _PAGES[type(face.body)]
    return read(face.body, face.language)


# --- what is on every screen -------------------------------------------------------------


def _ask(ask: Ask) -> Page:
    stay, leave = (m.KeepTicket(), m.ConfirmDrop()) if ask.kind == "drop" else (m.Touched(), HOME)
    return sentences((ask.title, ask.hint)), (Item(ask.stay, stay), Item(ask.leave, leave))


def _bar(face: Face) -> Iterable[Item]:
    """How the screens are read: in which language, how large."""
    bar = face.bar
    for code, name in bar.choices or ((bar.code, bar.language),) * bool(bar.language):
        if code != face.language:
            yield Item(name, m.PickLanguage(code))
    labels = ((bar.large, m.Mode.LARGE), (bar.contrast, m.Mode.CONTRAST), (bar.low, m.Mode.LOW))
    for label, mode in labels:
        if label:
            on = _("đang bật") if getattr(face.ease, mode.value) else _("đang tắt")
            yield Item(f"{label}, {on}", m.Toggle(mode))


def _header(header: Header) -> Iterable[Item]:
    time = _("Bây giờ là {time}").format(time=header.clock) if header.clock else ""
    yield Item(sentences((header.site, header.province, time, header.date)))


# --- the screens -------------------------------------------------------------------------


def _home(face: HomeFace, _language: str) -> Page:
    asked = _("Ông/bà cần việc gì hôm nay?")
    if face.attract:
        asked = _("Mời ông/bà chạm vào màn hình")
    opening = sentences((_("Kính chào ông/bà"), asked))
    items = [Item(sentences((_("Lấy số thứ tự"), face.summary)), m.Start())]
    if face.lookup:
        detail = _("Hồ sơ đang ở bước nào, khi nào có kết quả")
        items.append(Item(sentences((_("Tra cứu hồ sơ"), detail)), m.OpenLookup()))
    if face.procedures:
        detail = _("Giấy tờ cần nộp, thời hạn, lệ phí")
        items.append(Item(sentences((_("Tìm thủ tục"), detail)), m.OpenProcedures()))
    if face.lines:
        lines = "; ".join(f"{line.name}: {line.waiting}" for line in face.lines)
        items.append(Item(f"{_('Đang chờ nhiều nhất')}: {lines}"))
    items.append(Item(face.hours))
    if face.lookup:
        scan = _("Đưa mã vạch hoặc mã QR vào khe quét, bất cứ lúc nào.")
        items.append(Item(sentences((_("Có giấy tiếp nhận?"), scan))))
    return opening, tuple(items)


def _services(face: ServicesFace, _language: str) -> Page:
    cards = (
        Item(sentences((card.name, card.agency, card.status)), m.PickService(card.id, NO_ID))
        for card in face.cards
    )
    place, turns = pager(face.page, face.pages)
    return sentences((_("Ông/bà cần làm việc gì?"), place)), (*cards, *turns, *ways())


def _priority(face: PriorityFace, _language: str) -> Page:
    opening = sentences((face.service, _("Ông/bà có thuộc diện ưu tiên không?")))
    answers = [Item(one.name, m.PickPriority(one.id, NO_ID)) for one in face.choices]
    if len(answers) > 1:
        first = answers[1]
        asked = f"{_('Nếu có, mời ông/bà chọn. Không cần giấy tờ chứng minh.')} {first.text}"
        answers[1] = Item(asked, first.thing)
    return opening, (*answers, *ways())


def _waiting(face: WaitingFace, _language: str) -> Page:
    give_up = (Item(_("Dừng lại, không lấy số"), m.GiveUp()),) if face.may_give_up else ()
    return sentences((face.title, face.service)), (Item(face.hint), *give_up)


def _ticket(face: TicketFace, language: str) -> Page:
    number = _("Số của ông/bà là {number}").format(number=spell(face.number, language))
    counters = f"{face.counters_words} {face.counters}"
    whole = sentences((number, face.service, face.line, counters))
    return _("Đã lấy số cho ông/bà"), (
        Item(whole),
        Item(printing_words(face)),
        Item(_("Xong"), m.Done()),
        Item(_("Đổi ý, bỏ số"), m.DropTicket()),
        Item(
            sentences(
                (
                    _("Theo dõi trên điện thoại"),
                    _("Quét mã này để xem còn bao nhiêu người ở phía trước."),
                )
            )
        ),
    )


def printing_words(face: TicketFace) -> str:
    """What has become of the paper."""
    if face.printing in (Printing.FAILED, Printing.HELD):
        return sentences((face.trouble, face.safe, face.advice))
    if face.printing is Printing.DONE:
        return _("Đã in xong. Mời ông/bà lấy phiếu ở khe bên dưới.")
    if face.printing is Printing.SENT:
        return _(SENT_WORDS)
    return _("Đang in phiếu")


def _notice(face: NoticeFace, _language: str) -> Page:
    ways: tuple[tuple[str, m.Thing], ...] = (
        (face.start, m.Start()),
        (face.lookup, m.OpenLookup()),
        (face.procedures, m.OpenProcedures()),
        (face.no_card, m.NoCard()),
        (face.back, m.Back()),
        (face.button, HOME),
    )
    told = Item(sentences((face.safe, face.advice)))
    return face.title, (told, *(Item(text, thing) for text, thing in ways if text))


_PAGES: dict[type, Callable[[Any, str], Page]] = {
    HomeFace: _home,
    ServicesFace: _services,
    PriorityFace: _priority,
    WaitingFace: _waiting,
    TicketFace: _ticket,
    NoticeFace: _notice,
    **LOOKUP,
}
