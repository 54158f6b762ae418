"""The kiosk's shell: hub link, screens and printer in one asyncio loop, and the flow between."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog
from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk import moves, theme
from kiosk.devices.fake import Printer
from kiosk.devices.keypad import Keypad, NoKeypad
from kiosk.devices.scanner import NoScanner, Scanner
from kiosk.devices.speaker import NoSpeaker, Speaker
from kiosk.dossier_faces import SAYS_SO_MS
from kiosk.faces import face
from kiosk.flow import Flow, Screen, step
from kiosk.frame_log import FrameLog, Shown
from kiosk.guidance import Guidance
from kiosk.inflight import Inflight
from kiosk.inquiries import Ask, Inquiries
from kiosk.moves import Effect, Thing, Wish
from kiosk.paper import PrintOutcome
from kiosk.papers import Papers, report
from kiosk.screens.fingers import Fingers
from kiosk.screens.places import pressed_alone
from kiosk.screens.root import Root
from kiosk.screens.shutter import Shutter
from kiosk.state import awaited, paper_awaited
from shared import messages as m
from shared.i18n import LANGUAGES
from shared.link import Link, Touch
from shared.model import Instant, RequestId, Role, Seq, TicketId
from shared.procedures import Catalogue
from shared.pulse import Pulse
from shared.receipt_code import Unknown, parse
from shared.window import Painter

log = structlog.get_logger()


class Options(msgspec.Struct, frozen=True):
    """What the command line and config/kiosk.toml decided."""

    address: str | tuple[str, ...]
    credential: str
    picture: Path | None = None
    stale_after_s: float = m.STALE_AFTER_S
    frame_log: Path | None = None
    vitals: Path | None = None
    languages: tuple[str, ...] = LANGUAGES


class Procedures(Protocol):
    """Where the catalogue comes from; see `kiosk.catalogue.Procedures`."""

    def live(self) -> None:
        """The link has come."""
        ...

    async def run(self) -> None:
        """Hand over what there is and what comes, until cancelled."""
        ...


Catalogues = Callable[[Ask, Callable[[Catalogue], None]], Procedures]
"""Makes the source: it asks the hub with the first, and hands catalogues to the second."""


class KioskApp(App):
    """One kiosk. `clock` never runs backwards; `ready` is called once, with the first view drawn;
    `voice` is what leads those who cannot see it.

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
        scanner: Scanner | None = None,
        catalogue: Catalogues | None = None,
        pulse: Pulse | None = None,
        voice: tuple[Keypad, Speaker] | None = None,
    ) -> None:
        super().__init__()
        self.options = options
        self.flow = Flow(languages=options.languages)
        self.screens = Root(self.handle, new_id)
        self._papers = Papers(printer, self.handle)
        self._scanner = scanner or NoScanner()
        self._pulse = pulse
        keypad, speaker = voice or (NoKeypad(), NoSpeaker())
        self._guidance = Guidance(
            keypad, speaker, self.handle, self.screens.highlight, new_id, clock
        )
        self._inflight = inflight
        self._clock = clock
        self._new_id = new_id
        self._ready: Callable[[], None] | None = ready
        self._tasks: set[asyncio.Task[None]] = set()
        self._ticking: Any = None
        self._painter: Painter | None = None
        self._shutter: Shutter | None = None
        self._fingers: Fingers | None = None
        self._shown = Shown.of(self.flow)
        self._left = False
        """Whether somebody has gone of whom widgets may still show something."""
        self._frames = FrameLog(options.frame_log) if options.frame_log else None
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
        self._inquiries = Inquiries(self.link.inquire, self.handle, self._start)
        self._procedures = (
            catalogue(self.link.inquire, self._on_catalogue) if catalogue is not None else None
        )

    # --- Kivy's side ---------------------------------------------------------------------

    def build(self) -> Root:
        """The root widget."""
        self._fingers = Fingers(self._paint_pressed)
        return self.screens

    def on_start(self) -> None:
        """The window is there."""
        self.screens.warm()
        # What stands now stands all day: a collection that walks through it takes 0.1 s of a tap.
        gc.collect()
        gc.freeze()
        self._show()
        self._painter = Painter(self._flipped, self.options.picture, self.options.vitals)
        if self._pulse is not None:
            self._painter.keep_alive(self._pulse)
        self._shutter = Shutter()

    def on_stop(self) -> None:
        """Let go of the window. Kivy may call this twice."""
        if self._painter is not None:
            self._painter.close()
            self._painter = None
        if self._shutter is not None:
            self._shutter.close()
            self._shutter = None
        if self._fingers is not None:
            self._fingers.close()
            self._fingers = None
        if self._frames is not None:
            self._frames.close()
            self._frames = None

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
        self._start(self._papers.watch())
        for kept in self._inflight.unanswered():
            if kept.wanted:
                self.handle(moves.Resumed(kept.wish))
            self._start(self._ask(kept.wish))
        if self._procedures is not None:
            self._start(self._procedures.run())
        self._scanner.start(self._on_text)
        self._guidance.start()
        self._ticking = Clock.schedule_interval(self._tick, theme.TICK_S)
        self._show()

    async def end(self) -> None:
        """Stop everything that runs; an error among it is a bug, and is raised."""
        self._scanner.close()
        await self._guidance.close()
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
        self._guidance.tick()
        quiet = self._clock() - self.flow.touched > theme.QUIET_MS
        # Kivy reads maxfps once, at import; its clock can be told otherwise later.
        Clock._max_fps = theme.QUIET_FRAMES_A_SECOND if quiet else theme.FRAMES_A_SECOND

    # --- the flow ------------------------------------------------------------------------

    def handle(self, thing: Thing) -> list[asyncio.Task[None]]:
        """Let the flow take one step, and do what it says; returns what that has started."""
        if self._frames is not None and isinstance(thing, moves.Touched):
            self._frames.touched()
        self.flow, effects = step(self.flow, thing, self._clock())
        self._inquiries.keep_only(awaited(self.flow))
        self._papers.awaited = paper_awaited(self.flow)
        if isinstance(thing, moves.PrinterIs):
            self._tell_printer()
        started = [self._do(effect) for effect in effects]
        if any(not isinstance(effect, moves.Forget) for effect in effects):
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
                return self._start(self._drop(ticket))
            case moves.Print(paper=paper):
                return self._start(self._papers.ticket(paper))
            case moves.Report(outcome=outcome):
                return self._start(self._report(outcome))
            case moves.PutOnPaper(number=number, slip=slip):
                return self._start(self._papers.slip(number, slip))
            case moves.Inquire(asked=asked, question=question):
                self._inquiries.ask(asked, question)
                # A quick answer comes before anything moves; a slow one is seen to be awaited.
                asyncio.get_running_loop().call_later(SAYS_SO_MS / 1000, self._show)
                return None
            case moves.Forget():
                self._left = True
                return None

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
            self.handle(
                moves.Declined(
                    wish.request_id, answer.code, answer.reason, answer.retry_s, answer.number
                )
            )
        self._on_disk(lambda: self._inflight.forget(wish.request_id))

    async def _tell(self, command: m.Command) -> str:
        """Let the hub know; the code of its refusal, "" for none."""
        answer = await self.link.ask(RequestId(self._new_id()), command)
        if not isinstance(answer, m.Refused):
            return ""
        log.warning("hub.declined", command=type(command).__name__, code=answer.code)
        return answer.code

    async def _report(self, outcome: PrintOutcome) -> None:
        await self._tell(report(outcome))

    def _tell_printer(self) -> None:
        """Let the hub know how the printer is; nothing answers that."""
        if self.flow.printer is not None:
            self._start(self._send(m.PrinterFrame(self.flow.printer)))

    async def _send(self, frame: m.PrinterFrame) -> None:
        await self.link.tell(frame)

    async def _drop(self, ticket: TicketId) -> None:
        self.handle(moves.Dropped(ticket, await self._tell(m.Cancel(ticket))))

    # --- the scanner's side --------------------------------------------------------------

    def _on_text(self, raw: str | bytes) -> None:
        """What was read goes no further than its meaning, and into no log."""
        scan = parse(raw)
        why = scan.why if isinstance(scan, Unknown) else None
        log.info("scanner.read", kind=type(scan).__name__, why=why)
        self.handle(moves.Scanned(scan))

    # --- the hub's side ------------------------------------------------------------------

    def _on_view(self, view: m.KioskView, _seq: Seq) -> None:
        self.handle(moves.ViewCame(view))

    def _on_touch(self, touch: Touch) -> None:
        self.handle(moves.ReachChanged(moves.Reach(touch.value)))
        if touch is Touch.LIVE:
            self._tell_printer()
        if touch is Touch.LIVE and self._procedures is not None:
            self._procedures.live()

    def _on_catalogue(self, catalogue: Catalogue) -> None:
        self.handle(moves.CatalogueCame(catalogue))

    def _on_time(self, at: str) -> None:
        self.handle(moves.TimeCame(at))

    def _on_refused(self, refused: m.Refused) -> None:
        log.error("hub.refused", code=refused.code, reason=refused.reason)

    # --- frames --------------------------------------------------------------------------

    def _show(self) -> None:
        now = self._clock()
        if self._left:
            self._left = False
            self.screens.forget()
            self._guidance.forget()
        elif self.flow.screen is Screen.LOOKING and now - self.flow.since < SAYS_SO_MS:
            return  # drawing a screen that a quick answer replaces would only hold that up
        shown = face(self.flow, now)
        self.screens.show(shown)
        self._shown = Shown.of(self.flow)
        self._guidance.show(shown, self.flow.guided)

    def _paint_pressed(self) -> None:
        if self._painter is not None:
            self._painter.paint(lambda: pressed_alone(Window))

    def _flipped(self) -> None:
        """A frame has reached the screen."""
        if self._frames is not None:
            self._frames.drawn(self._shown, time.monotonic_ns())
        if self._ready is not None and self.flow.view is not None:
            ready, self._ready = self._ready, None
            ready()
