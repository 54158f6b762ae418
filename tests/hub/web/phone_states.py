"""Every state of the phones' pages, to be looked at one after another."""

from collections.abc import Callable

from hub.engine.refusal import Refusal
from shared import messages as m
from shared.dossiers import DossierState, DossierView, Fee, Progress
from shared.model import TicketId
from tests.hub.hall_site import LAND, OLD
from tests.hub.web.phone_house import PhoneHouse

Ready = Callable[[PhoneHouse], TicketId]


def _first(house: PhoneHouse) -> TicketId:
    return house.issue()


def _waiting(house: PhoneHouse) -> TicketId:
    """Two at the counters, one of them with a right to priority, and two more before it."""
    house.issue()
    house.call(1)
    for _ in range(3):
        house.issue()
    house.later(1)
    mine = house.issue()
    house.later(1)
    house.issue(priority=OLD)
    house.call(2)
    return mine


def _delayed(house: PhoneHouse) -> TicketId:
    mine = _waiting(house)
    house.does(house.holder(mine), m.Delay(mine))
    return mine


def _called(house: PhoneHouse) -> TicketId:
    mine = house.issue()
    house.call(1)
    return mine


def _after(command: type[m.StartService | m.NoShow | m.Hold | m.Finish]) -> Ready:
    def ready(house: PhoneHouse) -> TicketId:
        mine = _called(house)
        if command is not m.NoShow and command is not m.StartService:
            house.counter(1, m.StartService)
        house.counter(1, command)
        return mine

    return ready


def _cancelled(house: PhoneHouse) -> TicketId:
    mine = house.issue()
    house.does(house.holder(mine), m.Cancel(mine))
    return mine


TICKETS: dict[str, Ready] = {
    "first": _first,
    "waiting": _waiting,
    "delayed": _delayed,
    "called": _called,
    "serving": _after(m.StartService),
    "no_show": _after(m.NoShow),
    "held": _after(m.Hold),
    "done": _after(m.Finish),
    "cancelled": _cancelled,
    "unknown": lambda house: TicketId("khong-co-so-nay"),
}

CODE = "H41.15-261101-0007"


def dossier(state: DossierState, due: str = "2026-12-04", done: str | None = None) -> DossierView:
    """A dossier of made-up people in that state."""
    return DossierView(
        code=CODE,
        procedure_code="1.012790",
        procedure="Đính chính Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở",
        state=state,
        received="2026-11-02T08:30:00+07:00",
        due=f"{due}T17:00:00+07:00",
        done=f"{done}T10:00:00+07:00" if done else None,
        unit="Văn phòng Đăng ký đất đai tỉnh Nghệ An",
        fees=(
            Fee("Lệ phí cấp giấy chứng nhận", 100_000, False),
            Fee("Phí thẩm định", 50_000, True),
        ),
        supplements=("Bản sao căn cước có chứng thực", "Trích lục bản đồ địa chính"),
        progress=(Progress("2026-11-05T09:00:00+07:00", "Phòng Kỹ thuật", "Thẩm định hồ sơ"),),
        applicant="N***** V** A",
        service=LAND,
        at="2026-11-23T08:00:00+07:00",
    )


DOSSIERS: dict[str, m.Finding | Refusal] = {
    "work": m.DossierFound(dossier(DossierState.IN_WORK)),
    "late": m.DossierFound(dossier(DossierState.IN_WORK, due="2026-11-16")),
    "papers": m.DossierFound(dossier(DossierState.PAPERS_WANTED)),
    "payment": m.DossierFound(dossier(DossierState.PAYMENT_WANTED)),
    "good": m.DossierFound(dossier(DossierState.FINISHED, done="2026-11-20")),
    "ended": m.DossierFound(dossier(DossierState.STOPPED)),
    "not_found": m.DossierNotFound(),
    "wrong_digits": m.DossierNotFound(digits=True),
    "unavailable": m.DossierUnavailable("2026-11-23T07:55:00+07:00"),
    "bad_code": Refusal("bad_code", "…"),
    "too_many": Refusal("too_many_lookups", "…"),
    "locked": Refusal("code_locked", "…"),
    "paused": Refusal("lookup_paused", "…"),
    "off": Refusal("lookup_off", "…"),
}
