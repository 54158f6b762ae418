"""Where a finger finds what on the kiosk's glass, told by the kiosk's own screens.

They are laid out unseen with the services of config/site.toml, and every button is asked what it
does; so a redraw never leaves journeys and benches tapping beside a button.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from deploy.hall.programs import ROOT, python

GLASS = (1080, 1920)
WORD = "places"
PLAIN = "vi"
"""Vietnamese, no mode switched on."""

Spot = tuple[float, float]


class Places:
    """The middle of each button, px of a kiosk of 1080×1920 from the top left.

    `centre("start")`, a service's id, "no_priority", "done", "home", "back", "lookup",
    "procedures", "language", "large", "contrast", "low".
    """

    def centre(self, name: str, screen: str = "", reads: str = PLAIN) -> Spot:
        """Where to touch for that; on `screen`, or on the first that has it; in the language and
        the modes that the kiosk's frame log names (`reads`). Raises KeyError."""
        for shown, spots in _found(reads).items():
            if name in spots and screen in ("", shown):
                return spots[name]
        raise KeyError(f"no button {name!r} on {screen or 'any screen'}")


@cache
def _found(reads: str) -> dict[str, dict[str, Spot]]:
    """All places, by screen; Kivy wants a process of its own, where it is set up for drawing."""
    child = subprocess.run(
        python("deploy.hall.places", *reads.split()),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line for line in child.stdout.splitlines() if line.startswith(f'{{"{WORD}"')]
    if child.returncode or not lines:
        raise RuntimeError(f"the kiosk's screens cannot be laid out\n{child.stderr[-2000:]}")
    told = json.loads(lines[-1])[WORD]
    return {
        screen: {name: (spot[0], spot[1]) for name, spot in spots.items()}
        for screen, spots in told.items()
    }


# --- in the child ------------------------------------------------------------------------


def main() -> int:
    """Lay the screens out and print where their buttons are."""
    from deploy.gallery import easel

    easel.configure()
    from kiosk.faces import face
    from kiosk.screens.root import Root

    told: list[object] = []
    root = Root(told.append, lambda: "00000000-0000-4000-8000-000000000000")
    desk = easel.Easel()
    found: dict[str, dict[str, Spot]] = {}
    for flow, now in _flows(*sys.argv[1:]):
        root.show(face(flow, now))
        desk.settle(root, GLASS)
        found[flow.screen.value] = dict(_spots(root, told))
    print(json.dumps({WORD: found}))
    return 0


def _flows(language: str, *modes: str) -> Iterator[tuple[Any, Any]]:
    """A person's way to a ticket, and the screens beside it."""
    from kiosk import moves as m
    from kiosk.flow import Flow, step
    from shared.messages import Issued
    from shared.model import Instant, RequestId, TicketId
    from shared.procedures import Catalogue

    view = _view()
    now = Instant(1_000_000)
    flow = Flow()
    beginning: tuple[m.Thing, ...] = (
        m.TimeCame("2026-11-23T08:15:00+07:00"),
        m.ReachChanged(m.Reach.LIVE),
        m.CatalogueCame(Catalogue(_procedures())),
        m.ViewCame(view),
        m.PickLanguage(language),
        *(m.Toggle(m.Mode(mode)) for mode in modes),
    )
    for thing in beginning:
        flow, _effects = step(flow, thing, now)
    yield flow, now
    home = flow
    service = view.services[0].id
    wish = RequestId("00000000-0000-4000-8000-000000000000")
    for tap in (m.Start(), m.PickService(service, wish), m.PickPriority(None, wish)):
        now = Instant(now + 1_000)
        flow, _effects = step(flow, tap, now)
        yield flow, now
    issued = Issued(
        TicketId("t"), "A012", service, 4, None, view.services[0].counters,
        "2026-11-23T08:15:00+07:00", "http://127.0.0.1:8080/t#t",
    )  # fmt: skip
    flow, _effects = step(flow, m.Answered(wish, issued), now)
    yield flow, now
    for things in _asides():
        flow = home
        for thing in things:
            now = Instant(now + 1_000)
            flow, _effects = step(flow, thing, now)
        yield flow, now


def _asides() -> Iterator[tuple[Any, ...]]:
    """What leads from home to the screens beside the way to a ticket."""
    from kiosk import moves as m
    from shared.dossiers import DossierState, DossierView
    from shared.messages import DossierFound
    from shared.receipt_code import DossierCode, Unknown

    code, at = "H41.15-261110-0042", "2026-11-10T08:12:00+07:00"
    dossier = DossierView(
        code=code, procedure_code="1.013831", procedure="Đăng ký biến động",
        state=DossierState.FINISHED, received=at, due=at, done=at, unit="Sở", at=at,
        fees=(), supplements=(), progress=(), applicant=None, service=_view().services[0].id,
    )  # fmt: skip
    yield (m.OpenLookup(),)
    yield (m.OpenProcedures(),)
    yield m.OpenProcedures(), m.PickProcedure("1.013831")
    yield m.Scanned(DossierCode(code)), m.Answer(1, DossierFound(dossier))
    yield (m.Scanned(Unknown("strange")),)


def _view() -> Any:
    """What a kiosk of the site in config/ is shown by an open hall."""
    from hub.engine import events as e
    from hub.engine.evolve import evolve
    from hub.engine.site import Site
    from hub.engine.state import State
    from hub.engine.views import kiosk_view
    from shared.model import Instant, Seq
    from shared.settings import load

    state = State(load(ROOT / "config" / "site.toml", Site), always_open=True)
    at = Instant(1_795_396_500_000)
    evolve(state, e.DayOpened("2026-11-23", state.site.timezone), Seq(1), at)
    return kiosk_view(state, at)


def _procedures() -> Any:
    from shared.procedure_file import ProcedureFile
    from shared.settings import load

    return load(ROOT / "config" / "procedures.toml", ProcedureFile).listed


def _spots(root: Any, told: list[object]) -> Iterator[tuple[str, Spot]]:
    """Each button's name and middle; the button itself says what it does."""
    from deploy.gallery.fit import seen
    from kiosk.screens.widgets import Press

    for widget in seen(root):
        if isinstance(widget, Press) and not widget.disabled:
            told.clear()
            widget.dispatch("on_release")
            for thing in told:
                x, y = widget.to_window(*widget.center)
                yield _name(thing), (round(x, 1), round(GLASS[1] - y, 1))


def _name(thing: object) -> str:
    """What the move is called here."""
    from kiosk import moves as m

    match thing:
        case m.PickService(service=service):
            return str(service)
        case m.PickPriority(priority=priority):
            return str(priority or "no_priority")
        case m.Toggle(mode=mode):
            return str(mode)
        case m.PickLanguage():
            return "language"
        case m.OpenLookup():
            return "lookup"
        case m.OpenProcedures():
            return "procedures"
        case _:
            return type(thing).__name__.lower()


if __name__ == "__main__":
    sys.exit(main())
