"""What of a change on the same screen is worth saying to somebody who listens. Pure."""

import re

from kiosk.dossier_faces import CodeFace, DigitsFace, DossierFace, LookingFace
from kiosk.faces import Body, Face, NoticeFace, ServicesFace, TicketFace, WaitingFace
from kiosk.procedure_faces import ProcedureFace, ProceduresFace
from kiosk.reading import printing_words
from kiosk.spoken import said, sentences, spell
from shared.i18n import _, speaking

IDLE = "idle"
_FIGURES = re.compile(r"\d+")


def subject(face: Face) -> tuple[object, ...]:
    """What a face is about: another subject is read out from its beginning. The question whether
    somebody is still there changes nothing of what they are at."""
    ask = face.ask.kind if face.ask and face.ask.kind != IDLE else ""
    return (face.screen, face.language, ask, *_about(face.body))


def _about(body: Body) -> tuple[object, ...]:
    match body:
        case ServicesFace(page=page):
            return (page,)
        case ProceduresFace(page=page):
            return (page,)
        case WaitingFace(title=title) | NoticeFace(title=title):
            return (title,)
        case TicketFace(number=number):
            return (number,)
        case DossierFace(code=code) | ProcedureFace(code=code):
            return (code,)
        case _:
            return ()


def asks(face: Face) -> bool:
    """Whether it asks if somebody is still there."""
    return face.ask is not None and face.ask.kind == IDLE


def is_typed(face: Face) -> bool:
    """Whether what is said answers to a key: the next one need not wait for the end of it."""
    return isinstance(face.body, CodeFace | DigitsFace | ProceduresFace)


def seconds_left(face: Face) -> int | None:
    """In how many seconds the screen goes back to the beginning, where it says so."""
    if face.ask is not None:
        return face.ask.seconds if asks(face) else None
    return face.body.seconds if isinstance(face.body, TicketFace) else None


def news(old: Face, new: Face) -> str:
    """What to say of the change, ready for the voice; empty for nothing."""
    with speaking(new.language):
        return said(_changed(old.body, new.body, new.language), new.language)


def _changed(old: Body, new: Body, language: str) -> str:
    match old, new:
        case CodeFace(), CodeFace() if old.code != new.code:
            return sentences((_typed(old.code, new.code, language), new.hint))
        case DigitsFace(), DigitsFace():
            return _digits(old, new)
        case ProceduresFace(), ProceduresFace() if old.query != new.query:
            query = new.query or _("chưa có chữ nào")
            return sentences((_("Đã gõ: {query}").format(query=query), new.hint))
        case TicketFace(), TicketFace() if old.printing is not new.printing:
            return printing_words(new)
        case DossierFace(), DossierFace():
            return _dossier(old, new)
        case LookingFace(hint=before), LookingFace(hint=after):
            return after if before != after else ""
        case NoticeFace(), NoticeFace():
            return sentences(_fresh((old.safe, new.safe), (old.advice, new.advice)))
        case _:
            return ""


def _typed(old: str, new: str, language: str) -> str:
    """What a key has done to a code."""
    if len(new) > len(old):
        return spell(new.removeprefix(old), language)
    if not new:
        return _("Đã xóa hết")
    return _("Đã xóa, còn {code}").format(code=spell(new, language))


def _digits(old: DigitsFace, new: DigitsFace) -> str:
    if new.problem and old.problem != new.problem:
        return new.problem
    if old.hint != new.hint:
        return new.hint
    if old.typed != new.typed:
        return _("Đã nhập {count} trong bốn số").format(count=new.typed)
    return ""


def _dossier(old: DossierFace, new: DossierFace) -> str:
    if new.applicant and old.applicant != new.applicant:
        return _("Chủ hồ sơ: {name}").format(name=new.applicant)
    return new.slip if old.slip != new.slip else ""


def _fresh(*pairs: tuple[str, str]) -> tuple[str, ...]:
    """The texts in which more has changed than a figure that counts."""
    return tuple(new for old, new in pairs if _FIGURES.sub("", old) != _FIGURES.sub("", new))
