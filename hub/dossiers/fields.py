"""Reads what an e-one-stop system sends, under whatever names it sends it. Pure.

The names are those of the national services (../shared/design/domain.md, Dossier states); a
system that says otherwise is mapped by settings. Of a person nothing is taken but the name and two
times four digits.
"""

import re
import unicodedata
from collections.abc import Mapping as Names
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import msgspec

from hub.dossiers.base import Dossier, ProcedureText
from shared.dossiers import DossierState, Fee, Progress
from shared.model import Instant
from shared.receipt_code import dossier_code

VIETNAM = timezone(timedelta(hours=7))
"""All of Vietnam, without summer time."""

_YEARS = range(1990, 2101)
"""Systems send 00010101000000 and the like for a date that they have not."""

_NAME, _LINE, _PARAGRAPH = 120, 300, 600
"""The most characters of a person's name, of one line, of a longer text."""

_MOST = 50
"""Entries of one list; what comes after says nothing that a screen could show."""

_MOST_DONG = 10**12
_PROCEDURE_CODE = re.compile(r"[0-9]\.[0-9]{6}(?![0-9])")
_GROUPED = re.compile(r"[0-9]{1,3}([., ])[0-9]{3}(\1[0-9]{3})*")
_WHOLE = re.compile(r"([0-9]{1,15})([.,]0{1,2})?")
_BETWEEN_NUMBERS = re.compile(r"[^0-9 .()+-]")
_SPACES = re.compile(r"\s+")
_DATES = {14: "%Y%m%d%H%M%S", 8: "%Y%m%d"}
_YES_NO = {"0": False, "1": True, "false": False, "true": True}


class Unreadable(Exception):
    """A result that cannot be read; the text names the place and holds nothing of the result."""


class Mapping(msgspec.Struct, frozen=True):
    """How a system names its fields; the defaults are the national names."""

    error_code: str = "error_code"
    result: str = "result"
    code: str = "MaHoSo"
    procedure_code: str = "MaTTHC"
    procedure: str = "TenTTHC"
    applicant: str = "ChuHoSo"
    received: str = "NgayTiepNhan"
    due: str = "NgayHenTra"
    state: str = "TrangThaiHoSo"
    done: str = "NgayTra"
    unit: str = "DonViXuLy"
    fees: str = "DanhSachLePhi"
    fee_name: str = "TenPhiLePhi"
    fee_amount: str = "SoTien"
    fee_paid: str = "TrangThai"
    supplements: str = "DanhSachHoSoBoSung"
    progress: str = "QuaTrinhXuLy"
    progress_at: str = "NgayXuLy"
    content: str = "NoiDung"
    phone: str = "SoDienThoai"
    identity: str = "SoGiayTo"
    agency: str = "CoQuanThucHien"
    papers: str = "ThanhPhanHoSo"
    time: str = "ThoiHanGiaiQuyet"
    fee_text: str = "LePhi"


def mapping(names: Names[str, str]) -> Mapping:
    """The national names, some of them replaced: national name → the system's name.

    Raises ValueError for a name that is not one of the national ones, or is replaced by nothing.
    """
    ours = {str(field.default): field.name for field in msgspec.structs.fields(Mapping)}
    for national, theirs in names.items():
        if national not in ours:
            raise ValueError(f"{national}: no such field; there are {', '.join(sorted(ours))}")
        if not theirs.strip():
            raise ValueError(f"{national}: name the field of that system, or leave the line out")
    return Mapping(**{ours[national]: theirs for national, theirs in names.items()})


# --- whole answers ---------------------------------------------------------------------------


def results(answer: object, names: Mapping) -> list[Any]:
    """What is in an answer's envelope; [] when the system knows of nothing.

    Raises Unreadable, with the text "error_code" when the system itself says that it failed.
    """
    if not isinstance(answer, dict) or names.error_code not in answer:
        raise Unreadable("envelope")
    if _text(answer[names.error_code], _LINE) != "0":
        raise Unreadable("error_code")
    if names.result not in answer:
        raise Unreadable("result")
    return _several(answer[names.result])


def dossier(found: list[Any], code: str, names: Mapping) -> Dossier:
    """The dossier of exactly that code among results; there is at least one result.

    Raises Unreadable for a result of another dossier, or in no known state.
    """
    for raw in found:
        if isinstance(raw, dict) and _is(raw.get(names.code), code):
            return _dossier(raw, code, names)
    raise Unreadable("code")


def procedure(raw: object, names: Mapping) -> ProcedureText:
    """One procedure, with its details or without. Raises Unreadable without code or name."""
    if not isinstance(raw, dict):
        raise Unreadable("procedure")
    code = _procedure_code(raw.get(names.procedure_code))
    name = _text(raw.get(names.procedure), _LINE)
    if not _PROCEDURE_CODE.fullmatch(code):
        raise Unreadable("procedure_code")
    if not name:
        raise Unreadable("procedure_name")
    papers = (_text(paper, _PARAGRAPH) for paper in _several(raw.get(names.papers)))
    return ProcedureText(
        code=code,
        name=name,
        agency=_text(raw.get(names.agency), _LINE),
        papers=tuple(paper for paper in papers if paper)[:_MOST],
        time=_text(raw.get(names.time), _LINE),
        fee=_text(raw.get(names.fee_text), _PARAGRAPH),
    )


# --- a dossier -------------------------------------------------------------------------------


def _dossier(raw: dict[str, Any], code: str, names: Mapping) -> Dossier:
    get = raw.get
    return Dossier(
        code=code,
        procedure_code=_procedure_code(get(names.procedure_code)),
        procedure=_text(get(names.procedure), _LINE),
        state=_state(get(names.state)),
        received=_instant(get(names.received)),
        due=_instant(get(names.due)),
        done=_instant(get(names.done)),
        unit=_text(get(names.unit), _LINE),
        fees=_fees(get(names.fees), names),
        supplements=_supplements(get(names.supplements), names),
        progress=_progress(get(names.progress), names),
        name=_text(get(names.applicant), _NAME),
        tails=_tails(get(names.phone)) | _tails(get(names.identity)),
    )


def _is(raw: object, code: str) -> bool:
    """Whether what a system calls a dossier is `code`, however it writes it."""
    if not isinstance(raw, str):
        return False
    return (dossier_code(raw) or raw.strip()) == (dossier_code(code) or code)


def _state(raw: object) -> DossierState:
    text = _text(raw, 3)
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= len(DossierState):
        raise Unreadable("state")
    return DossierState(int(text))


def _fees(raw: object, names: Mapping) -> tuple[Fee, ...]:
    """All fees, or none when one cannot be read: a part of them adds up to a wrong sum."""
    found = []
    for item in _several(raw):
        if not isinstance(item, dict):
            return ()
        amount = _dong(item.get(names.fee_amount))
        paid = _YES_NO.get(_text(item.get(names.fee_paid), 8).lower())
        if amount is None or paid is None:
            return ()
        found.append(Fee(_text(item.get(names.fee_name), _LINE), amount, paid))
    return tuple(found) if len(found) <= _MOST else ()


def _supplements(raw: object, names: Mapping) -> tuple[str, ...]:
    texts = (
        _text(item.get(names.content) if isinstance(item, dict) else item, _PARAGRAPH)
        for item in _several(raw)
    )
    return tuple(text for text in texts if text)[:_MOST]


def _progress(raw: object, names: Mapping) -> tuple[Progress, ...]:
    """Steps in the order of their dates, the newest ones when there are too many."""
    steps = []
    for item in _several(raw):
        if not isinstance(item, dict) or (at := _moment(item.get(names.progress_at))) is None:
            continue
        unit = _text(item.get(names.unit), _LINE)
        what = _text(item.get(names.content), _LINE)
        if unit or what:
            steps.append((at, Progress(at.isoformat(), unit, what)))
    steps.sort(key=lambda step: step[0])
    return tuple(step for _, step in steps[-_MOST:])


# --- single values ---------------------------------------------------------------------------


def _several(raw: object) -> list[Any]:
    """A list, also where a system sends nothing, or one thing by itself."""
    if raw is None or raw == "":
        return []
    return raw if isinstance(raw, list) else [raw]


def _text(raw: object, most: int) -> str:
    """A text as it may be shown: NFC, one line, without signs that cannot be seen."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        # Python refuses to write very long numbers out, and none of ours is long.
        raw = str(raw) if abs(raw) < 10**18 else ""
    if not isinstance(raw, str):
        return ""
    # A bound before the work: what is thrown away need not be normalised.
    seen = _SPACES.sub(" ", raw[: 8 * most])
    seen = "".join(letter for letter in seen if unicodedata.category(letter)[0] != "C")
    seen = unicodedata.normalize("NFC", seen).strip()
    return seen if len(seen) <= most else seen[: most - 1].rstrip() + "…"


def _moment(raw: object) -> datetime | None:
    text = _text(raw, 20)
    if len(text) not in _DATES or not text.isascii() or not text.isdigit():
        return None
    try:
        moment = datetime.strptime(text, _DATES[len(text)])
    except ValueError:
        return None
    return moment.replace(tzinfo=VIETNAM) if moment.year in _YEARS else None


def _instant(raw: object) -> Instant | None:
    moment = _moment(raw)
    return None if moment is None else Instant(int(moment.timestamp()) * 1000)


def _dong(raw: object) -> int | None:
    """Whole đồng of a number, of "120000", "120000.0" or "120.000"; None for anything else."""
    if isinstance(raw, float):
        raw = int(raw) if 0 <= raw <= _MOST_DONG and raw.is_integer() else None
    text = "" if isinstance(raw, bool) else _text(raw, 32)
    if _GROUPED.fullmatch(text):
        amount = int(re.sub(r"[., ]", "", text))
    elif whole := _WHOLE.fullmatch(text):
        amount = int(whole[1])
    else:
        return None
    return amount if amount <= _MOST_DONG else None


def _tails(raw: object) -> frozenset[str]:
    """The last four digits of each number in a field; of less than four digits none."""
    only_digits = partial(re.sub, r"[^0-9]", "")
    numbers = (only_digits(part) for part in _BETWEEN_NUMBERS.split(_text(raw, 64)))
    return frozenset(number[-4:] for number in numbers if len(number) >= 4)


def _procedure_code(raw: object) -> str:
    """`d.dddddd` without the suffix it may have; another text as it is."""
    text = _text(raw, 40)
    found = _PROCEDURE_CODE.match(text)
    return found[0] if found else text
