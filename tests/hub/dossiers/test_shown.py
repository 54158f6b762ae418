"""What leaves the hub of a dossier, and where its next step is."""

import msgspec
import pytest

from hub.dossiers.base import Dossier, Found
from hub.dossiers.shown import shown
from shared.dossiers import DossierState, DossierView, Fee, Progress
from shared.messages import Procedure
from shared.model import Instant, ServiceId
from shared.procedures import Catalogue
from tests.hub.hall_site import LAND, RESULT, SITE, TRADE, at

CATALOGUE = Catalogue(
    (
        Procedure("1.013831", "Đăng ký biến động", "Môi trường", LAND),
        Procedure("1.000001", "Nơi khác", "Xã", ServiceId("")),
        Procedure("1.000002", "Đã bỏ", "Xã", ServiceId("da-bo")),
    )
)
DOSSIER = Dossier(
    code="H41.15-261110-0042",
    procedure_code="1.013831.000.00.00.H41",
    procedure="Đăng ký biến động quyền sử dụng đất",
    state=DossierState.IN_WORK,
    received=at("08:30", "2026-11-10"),
    due=at("17:00", "2026-11-25"),
    done=None,
    unit="Sở Nông nghiệp và Môi trường",
    fees=(Fee("Lệ phí", 50_000, False),),
    supplements=("Bản sao",),
    progress=(Progress("2026-11-10T08:30:00+07:00", "Một cửa", "Tiếp nhận"),),
    name="Nguyễn Văn An",
    tails=frozenset({"1234"}),
)
NOW = at("09:00")


def view(applicant: str | None = None, site: object = SITE, **changes: object) -> DossierView:
    found = Found(msgspec.structs.replace(DOSSIER, **changes), Instant(NOW + 999))
    return shown(found, site, CATALOGUE, applicant, NOW)  # type: ignore[arg-type]


def test_a_screen_is_told_state_and_moments_and_nothing_of_a_person() -> None:
    told = view()
    assert (told.code, told.unit, told.fees) == (DOSSIER.code, DOSSIER.unit, DOSSIER.fees)
    assert (told.supplements, told.progress) == (DOSSIER.supplements, DOSSIER.progress)
    assert (told.received, told.due, told.done) == (
        "2026-11-10T08:30:00+07:00",
        "2026-11-25T17:00:00+07:00",
        None,
    )
    assert (told.at, told.applicant) == ("2026-11-23T09:00:00+07:00", None)
    text = msgspec.json.encode(told).decode()
    assert "Nguyễn" not in text
    assert "1234" not in text
    assert view("N***** V** A*").applicant == "N***** V** A*"


def test_a_name_that_the_system_leaves_out_is_the_catalogues() -> None:
    assert view(procedure="").procedure == "Đăng ký biến động"
    assert view(procedure="", procedure_code="9.999999").procedure == ""
    assert view(procedure="", procedure_code="?").procedure == ""


@pytest.mark.parametrize(
    ("state", "service"),
    [
        (DossierState.REGISTERED, None),
        (DossierState.ACCEPTED, None),
        (DossierState.NOT_ACCEPTED, LAND),
        (DossierState.IN_WORK, None),
        (DossierState.PAPERS_WANTED, LAND),
        (DossierState.PAYMENT_WANTED, LAND),
        (DossierState.WITHDRAWN, LAND),
        (DossierState.STOPPED, LAND),
        (DossierState.FINISHED, LAND),
        (DossierState.HANDED_OVER, None),
    ],
)
def test_who_must_do_something_takes_a_number_for_the_procedures_service(
    state: DossierState, service: ServiceId | None
) -> None:
    assert view(state=state).service == service


def test_a_centre_may_hand_over_and_take_money_elsewhere() -> None:
    site = msgspec.structs.replace(SITE, collect_service=RESULT, pay_service=TRADE)
    assert view(site=site, state=DossierState.FINISHED).service == RESULT
    assert view(site=site, state=DossierState.PAYMENT_WANTED).service == TRADE
    assert view(site=site, state=DossierState.FINISHED, procedure_code="").service == RESULT


@pytest.mark.parametrize("state", [DossierState.ACCEPTED, DossierState.IN_WORK])
def test_one_that_is_due_or_late_is_asked_about_and_not_one_due_tomorrow(
    state: DossierState,
) -> None:
    assert view(state=state, due=at("17:00", "2026-11-22")).service == LAND
    assert view(state=state, due=at("08:00")).service == LAND
    assert view(state=state, due=at("08:00", "2026-11-24")).service is None
    assert view(state=state, due=None).service is None


@pytest.mark.parametrize("code", ["1.000001", "1.000002", "9.999999", ""])
def test_what_the_centre_has_no_line_for_has_no_service(code: str) -> None:
    assert view(procedure_code=code, state=DossierState.PAPERS_WANTED).service is None
