"""The screens of a look-up and of the procedures in the order in which they are read out. Pure."""

from collections.abc import Callable, Iterable
from typing import Any

from kiosk import moves as m
from kiosk.code_pad import CLEAR, ERASE
from kiosk.dossier_faces import CodeFace, DigitsFace, DossierFace, LookingFace, Step
from kiosk.procedure_faces import ProcedureFace, ProceduresFace
from kiosk.reading_words import HOME, NO_ID, Item, Page, pager, ways
from kiosk.spoken import sentences, spell
from shared.i18n import _

SPACE = " "


def _code(face: CodeFace, language: str) -> Page:
    opening = sentences((_("Tra cứu hồ sơ"), _("Quét giấy tiếp nhận, hoặc nhập mã số hồ sơ")))
    typed = f"{_('Mã số hồ sơ')}: {spell(face.code, language)}" if face.code else ""
    search = _("Tra cứu") if face.search else sentences((_("Tra cứu"), _("Mã chưa đủ")))
    on = [key.key for row in face.keys for key in row if key.on]
    # A whole code is most likely to be looked up; before that its next sign is wanted.
    first, last = ((search,), ()) if face.search else ((), (search,))
    starts = (
        Item(_("Mã bắt đầu bằng {code}").format(code=spell(text, language)), m.PickStart(text))
        for text in face.starts
    )
    return opening, (
        Item(sentences((typed, face.hint))),
        *(Item(text, m.LookUp()) for text in first),
        *starts,
        *_pad(on, language),
        *(Item(text, m.LookUp()) for text in last),
        *ways(),
    )


def _pad(on: list[str], language: str) -> Iterable[Item]:
    """Digits, signs, what takes away, and the letters behind."""
    characters = [key for key in on if len(key) == 1]
    digits = sorted(key for key in characters if key.isdigit())
    signs = [key for key in characters if not key.isalnum()]
    letters = [key for key in characters if key.isalpha()]
    edits = [key for key in (ERASE, CLEAR) if key in on]
    return (Item(_key(key, language), m.PadKey(key)) for key in (*digits, *signs, *edits, *letters))


def _key(key: str, language: str) -> str:
    match key:
        case "erase":
            return _("Xóa")
        case "clear":
            return _("Xóa hết")
        case " ":
            return _("Dấu cách")
    name = spell(key, language)
    if key.isdigit():
        return _("Số {digit}").format(digit=name)
    return _("Chữ {letter}").format(letter=name) if key.isalpha() else name


def _looking(face: LookingFace, _language: str) -> Page:
    return sentences((face.title, face.code)), (Item(face.hint), *ways())


def _digits(face: DigitsFace, language: str) -> Page:
    typed = _("Đã nhập {count} trong bốn số").format(count=face.typed) if face.typed else ""
    on = [key.key for row in face.keys for key in row if key.on]
    return face.title, (
        Item(sentences((face.problem, face.hint, typed))),
        *_pad(on, language),
        Item(_("Chỉ dùng để kiểm tra, không lưu lại.")),
        *ways(),
    )


# --- a dossier ---------------------------------------------------------------------------


def _dossier(face: DossierFace, _language: str) -> Page:
    opening = sentences((_("Tra cứu hồ sơ"), face.procedure))
    named = _("Chủ hồ sơ: {name}").format(name=face.applicant) if face.applicant else ""
    asked = _("Tên chủ hồ sơ")
    return opening, (
        Item(sentences((face.state, face.state_detail))),
        *_todo(face),
        *(Item(_step_words(step)) for step in face.steps),
        Item(named),
        Item(f"{_('Mã số hồ sơ')}: {face.code}"),
        Item(face.slip, m.PrintSlip() if face.may_print else None),
        *((Item(asked, m.AskName()),) if face.may_ask_name else ()),
        Item(face.clears),
        Item(_("Trang đầu"), HOME),
    )


def _todo(face: DossierFace) -> Iterable[Item]:
    if face.todo:
        what = f"{_('Việc ông/bà cần làm bây giờ')}: {face.todo}"
        yield Item(sentences((what, *face.todo_lines)))
    yield from _takes(face.button, face.priority, m.TakeForDossier(NO_ID))


def _takes(button: str, priority: str, take: m.Thing) -> Iterable[Item]:
    if button:
        yield Item(button, take)
    if priority:
        yield Item(priority, m.TakeWithPriority())


def _step_words(step: Step) -> str:
    match step.stands:
        case "done":
            stands = _("Bước đã xong")
        case "now":
            stands = _("Bước hiện nay")
        case _:
            stands = _("Bước sắp tới")
    return sentences((f"{stands}: {step.title}", step.detail))


# --- the procedures ----------------------------------------------------------------------


def _procedures(face: ProceduresFace, language: str) -> Page:
    place, turns = pager(face.page, face.pages)
    query = _("Đã gõ: {query}").format(query=face.query) if face.query else _("Nhập tên thủ tục")
    cards = (
        Item(sentences((card.name, card.agency)), m.PickProcedure(card.code)) for card in face.cards
    )
    return sentences((_("Tìm thủ tục"), place)), (
        Item(sentences((query, face.hint))),
        *cards,
        *turns,
        *_keyboard(face, language),
        *ways(),
    )


def _keyboard(face: ProceduresFace, language: str) -> Iterable[Item]:
    """In the order of the alphabet: nobody hears where a key stands."""
    keys = [key for row in face.keys for key in row]
    letters = sorted(key for key in keys if len(key) == 1 and key.isalpha())
    others = [key for key in (SPACE, ERASE, CLEAR) if key in keys]
    digits = sorted(key for key in keys if key.isdigit())
    return (Item(_key(key, language), m.TypeKey(key)) for key in (*letters, *others, *digits))


def _procedure(face: ProcedureFace, language: str) -> Page:
    code = _("Mã thủ tục: {code}").format(code=spell(face.code, language)) if face.code else ""
    facts = (
        (_("Thời hạn giải quyết"), face.time),
        (_("Lệ phí"), face.fee),
        (_("Nơi nộp hồ sơ"), face.counters),
    )
    carry = (_("Mang về trên điện thoại"), _("Quét mã này để xem lại danh sách giấy tờ ở nhà."))
    return face.name, (
        Item(sentences((face.agency, code))),
        *_papers(face.papers),
        *(Item(f"{label}: {value}") for label, value in facts if value),
        Item(face.note),
        *_takes(face.button, face.priority, m.TakeForProcedure(NO_ID)),
        Item(sentences(carry) if face.url else ""),
        *ways(),
    )


def _papers(papers: tuple[str, ...]) -> Iterable[Item]:
    """One by one, so that each can be heard again."""
    for place, paper in enumerate(papers, start=1):
        numbered = f"{place}. {paper}"
        yield Item(f"{_('Giấy tờ thường cần')}: {numbered}" if place == 1 else numbered)


LOOKUP: dict[type, Callable[[Any, str], Page]] = {
    CodeFace: _code,
    LookingFace: _looking,
    DigitsFace: _digits,
    DossierFace: _dossier,
    ProceduresFace: _procedures,
    ProcedureFace: _procedure,
}
