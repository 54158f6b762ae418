"""The screens beside the way to a number, in every state, with the moment to look at each."""

from kiosk import moves as m
from kiosk.flow import Flow
from shared.dossiers import DossierState
from shared.messages import Shut
from shared.model import Instant, PriorityId, ServiceId
from shared.receipt_code import Unknown
from tests.kiosk.hall import (
    answer,
    at,
    at_code,
    at_digits,
    at_dossier,
    at_list,
    at_procedure,
    dossier,
    home,
    looking,
    request,
    scan,
    view,
    waiting_flow,
    walk,
)

EMERGENCY = "Mời mọi người ra khỏi tòa nhà theo lối thoát hiểm gần nhất."


def lookup_states() -> dict[str, tuple[Flow, Instant]]:
    """Home at rest, the look-up, the procedures, and the notices that others do not lead to."""
    soon = m.Declined(request(), "too_soon", "", retry_s=12)
    card = walk(
        (1_000, m.Start()),
        (2_000, m.PickService(ServiceId("s14"), request(1))),
        (3_000, m.PickPriority(PriorityId("p0"), request(2))),
        start=home(view(card_needed=True)),
    )
    alarm = walk((1_000, m.ViewCame(view(emergency=EMERGENCY))), start=home())
    lunch = view(open=False, shut=Shut.LUNCH, next_opening="2026-11-23T13:15:00+07:00")
    return {
        "home-attract": (home(), at(90_000)),
        "code": (at_code(), at(1_500)),
        "code-typed": (at_code("h41."), at(2_500)),
        "looking": (looking(), at(6_000)),
        "dossier": (at_dossier(), at(1_500)),
        "dossier-working": (at_dossier(dossier(DossierState.IN_WORK, done=None)), at(1_500)),
        "digits": (at_digits("12"), at(2_500)),
        "procedures": (at_list(), at(1_500)),
        "procedures-found": (at_list("dat"), at(2_500)),
        "procedures-none": (at_list("xyz"), at(2_500)),
        "procedure": (at_procedure(), at(3_500)),
        "finding": (walk(scan(1_000, Unknown("strange")), start=home()), at(1_500)),
        "finding-offline": (answer(looking(), None, 4_000), at(4_500)),
        "card": (card, at(3_500)),
        "emergency": (alarm, at(1_500)),
        "too-soon": (walk((4_000, soon), start=waiting_flow()), at(4_500)),
        "closed-lunch": (home(lunch), at(500)),
    }
