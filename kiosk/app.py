"""The kiosk's shell: hub link, screens and printer in one asyncio loop, and the flow between."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import structlog
from kivy.app import App
from kivy.clock import Clock

from kiosk import moves, theme
from kiosk.devices.fake import Printer
from kiosk.faces import face
from kiosk.flow import Flow, step
from kiosk.inflight import Inflight
from kiosk.moves import Effect, Thing, Wish
from kiosk.paper import Paper, PrintOutcome
from kiosk.screens.root import Root
from kiosk.screens.shutter import Shutter
from shared import messages as m
from shared.link import Link, Touch
from shared.model import Instant, RequestId, Role, Seq
from shared.window import Painter

log = structlog.get_logger()


class Options(msgspec.Struct, frozen=True):
    """What the command line and config/kiosk.toml decided."""

    address: str
    credential: str
    picture: Path | None = None
    stale_after_s: float = m.STALE_AFTER_S


class KioskApp(App):
    """One kiosk. `clock` never runs backwards; `ready` is called once, with the first view drawn.

    `begin` and `end` frame its life; `run` adds Kivy's loop and the signals.
    """

    def __init__(
        self,
        options: Options,
        printer: Printer,
        inflight: Inflight,
        clock: Callable[[], Instant],
        new_id: Callable[[], str],
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self.options = options
        self.flow = Flow()
        self.screens = Root(self.handle, new_id)
        self._printer = printer
        self._inflight = inflight
        self._clock = clock
        self._new_id = new_id
        self._ready: Callable[[], None] | None = ready
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticking: Any = None
        self._painter: Painter | None = None
        self._shutter: Shutter | None = None
        self.link = Link(
            options.address,
            role=Role.KIOSK,
            credential=options.credential,
            view=m.KioskView,
            on_view=self._on_view,
            on_touch=self._on_touch,
            on_time=self._on_time,
            on_refused=self._on_refused,
            stale_after_s=options.stale_after_s,
        )

    # --- Kivy's side ---------------------------------------------------------------------

    def build(self) -> Root:
        """The root widget."""
        return self.screens

    def on_start(self) -> None:
        """The window is there."""
        self.screens.warm()
        self._show()
        self._painter = Painter(self._flipped, self.options.picture)
        self._shutter = Shutter()

    def on_stop(self) -> None:
        """Let go of the window. Kivy may call this twice."""
        if self._painter is not None:
            self._painter.close()
            self._painter = None
        if self._shutter is not None:
            self._shutter.close()
            self._shutter = None

    def open_settings(self, *_args: Any) -> bool:
        """A public machine has no settings panel."""
        return False

    async def run(self) -> None:
        """Serve people until stopped by SIGTERM, SIGINT or `stop`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        self.begin()
        try:
            await self.async_run("asyncio")
        finally:
            await self.end()

    # --- its life ------------------------------------------------------------------------

    def begin(self) -> None:
        """Connect, and take up what an earlier run has left unanswered."""
        self._start(self.link.run())
        for kept in self._inflight.unanswered():
            if kept.wanted:
                self.handle(moves.Resumed(kept.wish))
            self._start(self._ask(kept.wish))
        self._ticking = Clock.schedule_interval(self._tick, theme.TICK_S)
        self._show()

    async def end(self) -> None:
        """Stop everything that runs; an error among it is a bug, and is raised."""
        if self._ticking is not None:
            self._ticking.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        """A task that failed is a bug: the program ends with it, and systemd starts it anew."""
        if task.cancelled() or task.exception() is None:
            self._tasks.discard(task)
        else:
            self.stop()

    def _tick(self, _dt: float) -> None:
        self.handle(moves.Tick())
        quiet = self._clock() - self.flow.touched > theme.QUIET_MS
        # Kivy reads maxfps once, at import; its clock can be told otherwise later.
        Clock._max_fps = theme.QUIET_FRAMES_A_SECOND if quiet else theme.FRAMES_A_SECOND

    # --- the flow ------------------------------------------------------------------------

    def handle(self, thing: Thing) -> list[asyncio.Task[None]]:
        """Let the flow take one step, and do what it says; returns what that has started."""
        self.flow, effects = step(self.flow, thing, self._clock())
        started = [self._do(effect) for effect in effects]
        if effects:
            # The printer and the hub first: laying a screen out would hold them up.
            asyncio.get_running_loop().call_later(theme.EFFECTS_FIRST_S, self._show)
        else:
            self._show()
        return [task for task in started if task is not None]

    def _do(self, effect: Effect) -> asyncio.Task[None] | None:
        match effect:
            case moves.Send(wish=wish):
                if self._shutter is not None:
                    self._shutter.hold()
                self._on_disk(lambda: self._inflight.keep(wish))
                return self._start(self._ask(wish))
            case moves.Abandon(request_id=request_id):
                self._on_disk(lambda: self._inflight.abandon(request_id))
                return None
            case moves.CancelTicket(ticket=ticket):
                return self._start(self._tell(m.Cancel(ticket)))
            case moves.Print(paper=paper):
                return self._start(self._print(paper))
            case moves.Report(outcome=outcome):
                return self._start(self._tell(_report(outcome)))

    def _on_disk(self, work: Callable[[], None]) -> None:
        """A kiosk whose disk is full still gives numbers; only a restart could lose the wish."""
        try:
            work()
        except OSError as error:
            log.error("inflight.not_kept", why=str(error))

    async def _ask(self, wish: Wish) -> None:
        answer = await self.link.ask(wish.request_id, wish.command)
        if isinstance(answer, m.Result):
            issued = msgspec.json.decode(answer.value, type=m.Issued)
            log.info("ticket.issued", number=issued.number, request=wish.request_id)
            started = self.handle(moves.Answered(wish.request_id, issued))
            if self.flow.ticket != issued:
                # Too late for the person: forgotten only once the hub has cancelled it.
                await asyncio.gather(*started)
        else:
            log.warning("ticket.refused", code=answer.code, request=wish.request_id)
            self.handle(moves.Declined(wish.request_id, answer.code, answer.reason))
        self._on_disk(lambda: self._inflight.forget(wish.request_id))

    async def _tell(self, command: m.Command) -> None:
        answer = await self.link.ask(RequestId(self._new_id()), command)
        if isinstance(answer, m.Refused):
            log.warning("hub.declined", command=type(command).__name__, code=answer.code)

    async def _print(self, paper: Paper) -> None:
        outcome = await self._printer.print(paper)
        if outcome.printed:
            log.info("ticket.printed", number=paper.number)
        else:
            log.error("ticket.not_printed", number=paper.number, code=outcome.code)
        self.handle(moves.Printed(outcome))

    # --- the hub's side ------------------------------------------------------------------

    def _on_view(self, view: m.KioskView, _seq: Seq) -> None:
        self.handle(moves.ViewCame(view))

    def _on_touch(self, touch: Touch) -> None:
        self.handle(moves.ReachChanged(moves.Reach(touch.value)))

    def _on_time(self, at: str) -> None:
        self.handle(moves.TimeCame(at))

    def _on_refused(self, refused: m.Refused) -> None:
        log.error("hub.refused", code=refused.code, reason=refused.reason)

    # --- frames --------------------------------------------------------------------------

    def _show(self) -> None:
        self.screens.show(face(self.flow, self._clock()))

    def _flipped(self) -> None:
        """A frame has reached the screen."""
        if self._ready is not None and self.flow.view is not None:
            ready, self._ready = self._ready, None
            ready()


def _report(outcome: PrintOutcome) -> m.TicketPrinted | m.PrintFailed:
    if outcome.printed:
        return m.TicketPrinted(outcome.ticket)
    return m.PrintFailed(outcome.ticket, outcome.code)
