"""What the screens of a look-up say."""

import msgspec

from kiosk import code_pad
from kiosk.code_pad import CLEAR, ERASE, Key
from kiosk.dossier_desk import read
from kiosk.dossier_flow import DIGITS, may_print
from kiosk.flow import idle_ms
from kiosk.lookup_words import refused_words
from kiosk.paper_words import paper_trouble
from kiosk.state import Flow, Lookup, News, Printing, moment
from shared.dossier_words import Step as Step
from shared.i18n import _
from shared.model import Instant

SAYS_SO_MS = 300
"""What takes longer shows progress."""

SLOW_MS = 3_000
STARTS = 6
"""Usual beginnings that the keypad has room for."""


class CodeFace(msgspec.Struct, frozen=True):
    """Scan a receipt, or type its code. `keys` stand in rows; `starts` are codes' usual beginnings
    (today's first), to be typed with one touch; `search` is whether the code is whole."""

    code: str = ""
    hint: str = ""
    starts: tuple[str, ...] = ()
    keys: tuple[tuple[Key, ...], ...] = ()
    search: bool = False


class LookingFace(msgspec.Struct, frozen=True):
    """The hub is asked. `busy` once it takes so long that progress is to be seen."""

    title: str = ""
    code: str = ""
    hint: str = ""
    busy: bool = False


class DossierFace(msgspec.Struct, frozen=True):
    """A dossier. `tone` colours the state: "good", "work", "act", "late" or "ended"; its words say
    the same. `todo` is what to do now, `button` takes the number ("": none is needed)."""

    code: str = ""
    procedure: str = ""
    state: str = ""
    state_detail: str = ""
    tone: str = "work"
    steps: tuple[Step, ...] = ()
    todo: str = ""
    todo_lines: tuple[str, ...] = ()
    button: str = ""
    priority: str = ""
    """The smaller button under it, for who has a right to be served earlier; "": not offered."""
    applicant: str = ""
    """The masked name, or "" where nobody has proved to know it."""
    may_ask_name: bool = False
    slip: str = ""
    """What the slip's button says: offered, printing, printed, or why not."""
    may_print: bool = False
    clears: str = ""
    """"Tự xóa sau 45 giây"."""


class DigitsFace(msgspec.Struct, frozen=True):
    """Four digits; `typed` of them are there, shown as dots."""

    title: str = ""
    hint: str = ""
    typed: int = 0
    keys: tuple[tuple[Key, ...], ...] = ()
    problem: str = ""


def code_face(flow: Flow, now: Instant) -> CodeFace:
    """The keypad."""
    assert flow.lookup is not None
    code = flow.lookup.code
    return CodeFace(
        code=code,
        hint=code_pad.hint(code),
        starts=_starts(flow, now),
        keys=code_pad.keys(code),
        search=code_pad.whole(code),
    )


def _starts(flow: Flow, now: Instant) -> tuple[str, ...]:
    """Dates are the hall's: before it has told its time there are none to offer."""
    at = moment(flow, now)
    if flow.view is None or at is None:
        return ()
    return code_pad.starts(flow.view.dossier_prefixes, at.date())[:STARTS]


def looking_face(flow: Flow, now: Instant) -> LookingFace:
    """The hub is asked; a quick answer comes before anything moves."""
    assert flow.lookup is not None
    passed = now - flow.since
    hint = _("Mời ông/bà chờ giây lát.")
    if passed >= SLOW_MS:
        hint = _("Hệ thống đang trả lời chậm. Máy chờ thêm vài giây nữa.")
    return LookingFace(
        title=_("Đang tra cứu hồ sơ…") if flow.lookup.code else _("Đang xem số thứ tự…"),
        code=flow.lookup.code,
        hint=hint,
        busy=passed >= SAYS_SO_MS,
    )


def dossier_face(flow: Flow, now: Instant) -> DossierFace:
    """The dossier, what to do now, and what else may be done here."""
    lookup = flow.lookup
    assert lookup is not None and lookup.dossier is not None
    dossier = lookup.dossier
    reading = read(flow, dossier, now)
    words = reading.words
    offered = bool(reading.takes and flow.view and flow.view.priorities)
    return DossierFace(
        code=dossier.code,
        procedure=dossier.procedure,
        state=words.state,
        state_detail=words.detail,
        tone=words.tone,
        steps=words.steps,
        todo=words.todo,
        todo_lines=words.todo_lines,
        button=words.button,
        priority=_("Tôi thuộc diện ưu tiên") if offered else "",
        applicant=dossier.applicant or "",
        may_ask_name=dossier.applicant is None,
        slip=_slip(lookup),
        may_print=may_print(lookup),
        clears=_clears(flow, now),
    )


def _slip(lookup: Lookup) -> str:
    match lookup.printing:
        case None:
            return _("In phiếu tra cứu")
        case Printing.RUNNING:
            return _("Đang in phiếu…")
        case Printing.DONE:
            return _("Đã in phiếu")
        case Printing.SENT | Printing.HELD:
            return _("Đã gửi tới máy in")
        case Printing.FAILED:
            why = paper_trouble(lookup.trouble)
            return _("{why}. In lại").format(why=why) if may_print(lookup) else why


def _clears(flow: Flow, now: Instant) -> str:
    """Until the question whether somebody is still there; that counts on."""
    left = -(-(flow.touched + idle_ms(flow) - now) // 1000)
    return _("Tự xóa sau {seconds} giây").format(seconds=left) if left > 0 else ""


_PAD = ("123", "456", "789")


def digits_face(flow: Flow) -> DigitsFace:
    """Four dots; while they are being checked there is nothing to type."""
    assert flow.lookup is not None
    lookup = flow.lookup
    checking = bool(lookup.asked)
    on = not checking
    last = (Key(CLEAR, on), Key("0", on), Key(ERASE, on))
    return DigitsFace(
        title=_("Bốn số cuối"),
        hint=_("Đang kiểm tra…")
        if checking
        else _(
            "Nhập bốn số cuối của số điện thoại hoặc số căn cước chủ hồ sơ, hoặc quét căn cước."
        ),
        typed=DIGITS if checking else len(lookup.digits),
        keys=(*(tuple(Key(sign, on) for sign in row) for row in _PAD), last),
        problem=_problem(lookup),
    )


def _problem(lookup: Lookup) -> str:
    match lookup.problem:
        case "":
            return ""
        case News.REFUSED:
            return refused_words(lookup)[1]
        case News.NOT_FOUND:
            return _("Bốn số không khớp. Mời ông/bà nhập lại.")
        case _:
            return _("Hệ thống hồ sơ chưa trả lời. Mời ông/bà nhập lại sau ít phút.")
