"""Records in the field names of the national services (../shared/design/domain.md).

Real systems are not of one mind, so this one is not either: a state or an amount is now a text and
now a number, an unknown date is empty or null, a procedure's code has a suffix or none.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.dossiers.sandbox.dossiers import Due, Record, Step
from hub.dossiers.sandbox.procedures import Known

_MOMENT = "%Y%m%d%H%M%S"


def answer(result: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A sound answer; an empty result says that there is none."""
    return {"error_code": "0", "result": list(result)}


def failure(code: str, message: str) -> dict[str, Any]:
    """An answer that says what the service did not understand."""
    return {"error_code": code, "error_message": message, "result": []}


def dossier(record: Record, ahead: timedelta = timedelta(0)) -> dict[str, Any]:
    """`TraCuuHoSo`. A clock that runs `ahead` has stamped all but the due date."""
    odd = record.variety % 2 == 1
    unknown = None if odd else ""

    def moment(at: datetime | None, ahead: timedelta = ahead) -> str | None:
        return unknown if at is None else (at + ahead).strftime(_MOMENT)

    told: dict[str, Any] = {
        "MaHoSo": record.code,
        "MaTTHC": record.procedure.printed if record.variety % 3 == 0 else record.procedure.code,
        "TenTTHC": record.procedure.name,
        "ChuHoSo": record.applicant.name,
        "SoDienThoai": record.applicant.phone,
        "SoGiayTo": record.applicant.identity,
        "DiaChi": record.applicant.address,
        "Email": record.applicant.email,
        "NgayTiepNhan": moment(record.received),
        "NgayHenTra": moment(record.due, timedelta(0)),
        "NgayTra": moment(record.done),
        "TrangThaiHoSo": int(record.state) if odd else str(int(record.state)),
        "DonViXuLy": record.unit,
        "DanhSachLePhi": [_fee(fee, odd) for fee in record.fees],
        "DanhSachHoSoBoSung": [
            {"NoiDung": step.what, "NgayYeuCau": moment(step.at)} for step in record.supplements
        ],
    }
    if record.progress is not None:
        told["QuaTrinhXuLy"] = [_step(step, ahead) for step in record.progress]
    return told


def procedure_line(known: Known) -> dict[str, Any]:
    """`LayDanhSachTTHC`, one of many."""
    return {"MaTTHC": known.printed, "TenTTHC": known.name, "CoQuanThucHien": known.agency.name}


def procedure_details(known: Known) -> dict[str, Any]:
    """`LayThuTuc`."""
    return {
        **procedure_line(known),
        "ThanhPhanHoSo": list(known.papers),
        "ThoiHanGiaiQuyet": known.time,
        "LePhi": known.fee,
    }


def _fee(fee: Due, as_text: bool) -> dict[str, Any]:
    amount = str(fee.amount) if as_text else fee.amount
    return {"TenPhiLePhi": fee.name, "SoTien": amount, "TrangThai": "1" if fee.paid else "0"}


def _step(step: Step, ahead: timedelta) -> dict[str, Any]:
    return {
        "NgayXuLy": (step.at + ahead).strftime(_MOMENT),
        "DonViXuLy": step.unit,
        "NoiDung": step.what,
    }
