"""The screens beside the way to a number, in every state, with the moment to look at each."""

from msgspec.structs import replace

from kiosk import moves as m
from kiosk.flow import Flow, Screen
from kiosk.state import News
from shared.dossiers import DossierState
from shared.messages import (
    DossierNotFound,
    Finding,
    Refused,
    Shut,
    TicketFound,
    TicketNotFound,
)
from shared.model import Instant, PriorityId, ServiceId
from shared.receipt_code import IdentityCard, ProcedureCode, Unknown
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
    issued,
    looking,
    place,
    printed,
    request,
    scan,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

EMERGENCY = "Mời mọi người ra khỏi tòa nhà theo lối thoát hiểm gần nhất."
LAND = ServiceId("s14")


def found(finding: Finding | Refused | None) -> Flow:
    """The hub's answer to a receipt."""
    return answer(looking(), finding, 1_050)


def every_finding() -> dict[str, Flow]:
    """A flow on FINDING for every kind of news."""
    whys = ("empty", "too_long", "not_text", "other_link", "almost", "strange")
    bare = home(view(dossier_prefixes=()))
    stranger = ProcedureCode("9.999999", "9.999999")
    return {
        News.NOT_FOUND: found(DossierNotFound()),
        News.UNAVAILABLE: found(None),
        News.REFUSED: found(Refused(request(), "too_many_lookups", "Mời thử lại sau 5 phút.")),
        News.TICKET: found(TicketFound(place())),
        News.TICKET_NOT_FOUND: found(TicketNotFound()),
        News.LOOKUP_OFF: walk(scan(1_000), start=bare),
        News.RECEIPT_FIRST: walk(scan(1_000, IdentityCard("4321")), start=home()),
        News.PROCEDURE_NOT_FOUND: walk(scan(1_000, stranger), start=home()),
        News.OFFLINE: walk((1_000, m.ReachChanged(m.Reach.STALE)), scan(1_500), start=home()),
        **{why: walk(scan(1_000, Unknown(why)), start=home()) for why in whys},
    }


def lookup_states() -> dict[str, tuple[Flow, Instant]]:
    """Home at rest, the look-up, the procedures, and the notices that others do not lead to."""
    alarm = walk((1_000, m.ViewCame(view(emergency=EMERGENCY))), start=home())
    closing = view(numbers_until="2026-11-23T08:25:00+07:00")
    return {
        "home-attract": (home(), at(90_000)),
        "home-closing": (home(closing), at(500)),
        "code": (at_code(), at(1_500)),
        "code-typed": (at_code("h41."), at(2_500)),
        "looking": (looking(), at(6_000)),
        "dossier": (at_dossier(), at(1_500)),
        "dossier-working": (at_dossier(dossier(DossierState.IN_WORK, done=None)), at(1_500)),
        "dossier-slip": (walk((2_000, m.PrintSlip()), start=at_dossier()), at(2_500)),
        "dossier-slip-failed": (_slip_failed(), at(3_500)),
        "digits": (at_digits("12"), at(2_500)),
        "procedures": (at_list(), at(1_500)),
        "procedures-found": (at_list("dat"), at(2_500)),
        "procedures-none": (at_list("xyz"), at(2_500)),
        "procedure": (at_procedure(), at(3_500)),
        "finding": (walk(scan(1_000, Unknown("strange")), start=home()), at(1_500)),
        "finding-offline": (answer(looking(), None, 4_000), at(4_500)),
        "emergency": (alarm, at(1_500)),
        **_tickets(),
    }


def news_states() -> dict[str, tuple[Flow, Instant]]:
    """Notices that are laid out like others, and say something else."""
    shut = {
        f"closed-{why.value}": (
            home(view(open=False, shut=why, next_opening="2026-11-24T07:15:00+07:00")),
            at(500),
        )
        for why in Shut
    }
    findings = {f"finding-{news}": (flow, at(2_000)) for news, flow in every_finding().items()}
    refused = {
        f"refused-{code}": (walk((4_000, no), start=waiting_flow()), at(4_500))
        for code, no in {
            "busy": m.Declined(request(), "too_busy", ""),
            "changed": m.Declined(request(), "unknown_service", ""),
            "card-used": m.Declined(request(), "card_used", "", number="R007"),
            "card-used-elsewhere": m.Declined(request(), "card_used", ""),
            "unknown": m.Declined(request(), "new_code", "Hôm nay máy chủ đang được bảo trì."),
        }.items()
    }
    return {"home-ring": (home(), at(500))} | shut | findings | refused


def _slip_failed() -> Flow:
    ordered = walk((2_000, m.PrintSlip()), start=at_dossier())
    return walk((3_000, m.SlipDone(ordered.orders, "no_paper")), start=ordered)


def _tickets() -> dict[str, tuple[Flow, Instant]]:
    """What else may become of a number."""
    soon = m.Declined(request(), "too_soon", "", retry_s=12)
    card = walk(
        (1_000, m.Start()),
        (2_000, m.PickService(LAND, request(1))),
        (3_000, m.PickPriority(PriorityId("p0"), request(2))),
        start=home(view(card_needed=True)),
    )
    dropping = walk((4_000, m.DropTicket()), (5_000, m.ConfirmDrop()), start=ticket_flow())
    ticket = issued().ticket
    none_left = tuple(
        replace(one, open=False, full=True) if one.id == LAND else one for one in view().services
    )
    quota = walk(
        (1_000, m.Start()),
        (2_000, m.PickService(LAND, request())),
        start=home(view(services=none_left, next_day_opening="2026-11-24T07:15:00+07:00")),
    )
    no_paper = walk((4_000, printed("no_paper")), start=ticket_flow())
    states = {
        "too-soon": (walk((4_000, soon), start=waiting_flow()), at(4_500)),
        "card": (card, at(3_500)),
        "card-trouble": (walk(scan(4_000, Unknown("strange")), start=card), at(4_500)),
        "card-none": (walk((4_000, m.NoCard()), start=card), at(4_500)),
        "quota": (quota, at(2_500)),
        "dropped-done": (walk((5_500, m.Dropped(ticket)), start=dropping), at(6_000)),
        "dropped-refused": (
            walk((5_500, m.Dropped(ticket, "wrong_state")), start=dropping),
            at(6_000),
        ),
        "dropped-late": (walk((13_500, m.Tick()), start=dropping), at(14_000)),
        "ticket-going": (no_paper, at(4_000 + 50_000)),
    }
    screens = {name: flow.screen for name, (flow, _now) in states.items()}
    assert screens["quota"] is screens["card-none"] is Screen.REFUSED, screens
    return states
