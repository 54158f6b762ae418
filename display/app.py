"""The display's shell: hub link, wall and loudspeaker in one asyncio loop."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import structlog
from kivy.app import App
from kivy.clock import Clock

from display import board as wall
from display.announcer import Announcer, Behind, InHand, announced
from display.board import Board
from display.devices.base import Loudspeaker
from display.devices.calling import QUIET_TICKS_A_SECOND, Calling
from display.devices.sideshow import Sideshow
from display.hall_time import HallTime
from display.loudness import Loudness
from display.report import Glass, report, vital
from display.screens.wall import Wall
from shared.i18n import _
from shared.link import Link, Touch
from shared.messages import REPORT_EVERY_S, STALE_AFTER_S, DisplayView, Refused, Sound, Welcome
from shared.model import Role, Seq
from shared.pulse import Pulse
from shared.vietnamese import date_words
from shared.window import Box, Painter

PROVE_AFTER_S = 0.05
"""A new frame is read back a moment after it was shown: reading must not hold it up."""
PROVE_EVERY_S = 0.5
"""With many views in a row it is read back no more often than this."""

log = structlog.get_logger()


class Options(msgspec.Struct, frozen=True):
    """What the command line and config/display.toml decided."""

    address: str | tuple[str, ...]
    credential: str
    picture: Path | None = None
    frame_log: Path | None = None
    vitals: Path | None = None
    stale_after_s: float = STALE_AFTER_S
    loudness: Loudness = Loudness()
    repeat_after_s: int = 0
    notices: Path | None = None
    """A folder for the notices' pictures and videos; None: their pages are left out."""
    at: tuple[int, int] = (0, 0)
    """Where the window stands on the desktop: left, top, px."""


class DisplayApp(App):
    """One wall display. `ready` is called once, when the first board has reached the screen.

    `speech` is None where calls are not spoken.
    """

    def __init__(
        self,
        options: Options,
        speech: Loudspeaker | None,
        hall_time: HallTime,
        ready: Callable[[], None] = lambda: None,
        pulse: Pulse | None = None,
    ) -> None:
        super().__init__()
        self.options = options
        self.board = Board()
        self.calling: Calling | None = None
        self.wall: Wall | None = None
        self._speech = speech
        self._time = hall_time
        self._ready: Callable[[], None] | None = ready
        self._seq: Seq | None = None
        self._heard_ns = 0
        """When the newest view came in; for the frame log."""
        self._drawn_seq: Seq | None = None
        self._due: Any = None
        self._minute: Any = None
        self._painter: Painter | None = None
        self._sideshow: Sideshow | None = None
        self._running = False
        """Whether Kivy's own loop drives this, so that its pace is ours to set."""
        self._pulse = pulse or Pulse({}, time.monotonic)
        self._link: Link[DisplayView] | None = None
        self._touch: Touch | None = None
        self._heard = time.monotonic()
        self._announced: tuple[Seq, ...] | None = None
        """What the hub knew of its announcements when it came."""
        self._glass = Glass()
        self._told: Sound | None = None
        """What was last reported of the loudspeaker."""
        self._undrawn: float | None = None
        """Since when a view has been heard that is not on the glass."""
        self._started = time.monotonic()
        self._ticks: int | None = None
        self._proof: Any = None
        self._proved = -PROVE_EVERY_S
        self._reporting: Any = None
        self._telling: asyncio.Task[bool] | None = None
        self._log = options.frame_log.open("ab", buffering=0) if options.frame_log else None

    # --- Kivy's side ---------------------------------------------------------------------

    def build(self) -> Wall:
        """The root widget."""
        self.wall = Wall()
        return self.wall

    def on_start(self) -> None:
        """The window is there."""
        self._painter = Painter(
            self._flipped, self.options.picture, self.options.vitals, self._spoken
        )
        self._painter.keep_alive(self._pulse, self._vital)
        if self._speech is not None:
            options = self.options
            self.calling = Calling(
                self._speech,
                self._time,
                self._in_hand,
                options.loudness,
                options.repeat_after_s,
                self._said,
            )
            if self._running:
                self.calling.rest_between()
        elif self._running:
            self._ticks, Clock._max_fps = Clock._max_fps, QUIET_TICKS_A_SECOND
        self._reporting = Clock.schedule_interval(self._report, REPORT_EVERY_S)
        if self.options.notices is not None and self.wall is not None:
            self._sideshow = Sideshow(
                self.wall,
                self.options.notices,
                self._time.instant,
                self._paint,
                at=self.options.at,
            )
        self._tick_clock()

    def on_stop(self) -> None:
        """Let go of everything. Kivy may call this twice."""
        for event in (self._due, self._minute, self._proof, self._reporting):
            if event is not None:
                event.cancel()
        if self._ticks is not None:
            Clock._max_fps, self._ticks = self._ticks, None
        if self.calling is not None:
            self.calling.close()
        if self._sideshow is not None:
            self._sideshow.close()
        if self._painter is not None:
            self._painter.close()
        if self._log is not None:
            self._log.close()
            self._log = None

    def open_settings(self, *_args: Any) -> bool:
        """A wall has no settings panel."""
        return False

    async def run(self) -> None:
        """Show the board until stopped by SIGTERM, SIGINT or `stop`."""
        self._running = True
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        touch = asyncio.create_task(self.link().run())
        # An error in the link is a bug: the program ends with it, and systemd starts it anew.
        touch.add_done_callback(lambda _done: self.stop())
        try:
            await self.async_run("asyncio")
        finally:
            touch.cancel()
            done, _pending = await asyncio.wait([touch])
            for task in done:
                if not task.cancelled() and task.exception() is not None:
                    raise task.exception()  # type: ignore[misc]

    # --- the hub's side ------------------------------------------------------------------

    def link(self) -> Link[DisplayView]:
        """The link that feeds this display."""
        self._link = Link(
            self.options.address,
            role=Role.DISPLAY,
            credential=self.options.credential,
            view=DisplayView,
            on_view=self.on_view,
            on_welcome=self.on_welcome,
            on_touch=self.on_touch,
            on_time=self.on_time,
            on_refused=self.on_refused,
            stale_after_s=self.options.stale_after_s,
        )
        return self._link

    def on_welcome(self, welcome: Welcome) -> None:
        """The hub knows this display; its view comes next."""
        self._announced = welcome.announced

    def on_view(self, view: DisplayView, seq: Seq) -> None:
        """A board from the hub: it is on the screen before this returns."""
        self._heard_ns = time.monotonic_ns()
        now = self._time.instant()
        before = self.board.view
        raised = bool(view.emergency) and not (before and before.emergency)
        self.board, calls = wall.react(self.board, view, now, self._announced)
        if seq != self._drawn_seq and self._undrawn is None:
            self._undrawn = time.monotonic()
        self._seq = seq
        self._show()
        if self.calling is not None:
            if raised:
                self.calling.alarm()
            if before is not None and before.plan != view.plan:
                self.calling.narrow(view.calls)
            self.calling.hear(calls)
        if self._sideshow is not None:
            self._sideshow.show(view)

    def on_touch(self, touch: Touch) -> None:
        """The link came, went, or has been silent for 15 s."""
        assert self.wall is not None
        self._touch = touch
        if touch is Touch.STALE:
            since = f"{self._last_heard:%H:%M}" if self.board.view else ""
            self.wall.alarm = (
                _("Mất kết nối từ {time}. Bảng có thể chưa đúng, mời ông/bà hỏi tại quầy.").format(
                    time=since
                )
                if since
                else _("Chưa kết nối được với máy chủ. Mời ông/bà hỏi tại quầy.")
            )
        elif touch is Touch.LIVE:
            self.wall.alarm = self.wall.fault = ""
        self._paint()

    def on_time(self, moment: str) -> None:
        """The hub says what time it is."""
        self._last_heard = datetime.fromisoformat(moment)
        self._heard = time.monotonic()
        if self._time.hear(moment):
            self._tick_clock()
            self._wait_for_turn()

    def on_refused(self, refused: Refused) -> None:
        """The hub does not know this display: whoever sets it up must see it."""
        assert self.wall is not None
        self.wall.fault = _("Máy chủ từ chối màn hình này: {reason}").format(reason=refused.reason)
        log.error("hub.refused", code=refused.code, reason=refused.reason)
        self._paint()

    # --- board, clock, voice -------------------------------------------------------------

    def _show(self) -> None:
        assert self.wall is not None
        clean = self._painter is not None and self._painter.clean
        self.wall.board = self.board
        self._wait_for_turn()
        places = self.wall.take_places()
        self._paint(places if clean else ())
        if self._painter is not None:
            self._prove_soon()

    def _wait_for_turn(self) -> None:
        """Sleep exactly until the board changes by itself; a still board costs nothing."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        due = wall.due(self.board)
        if due is not None:
            wait = max(0.0, (due - self._time.instant()) / 1000)
            self._due = Clock.schedule_once(self._turn, wait)

    def _turn(self, _dt: float) -> None:
        self.board = wall.tick(self.board, self._time.instant())
        self._show()

    def _tick_clock(self, *_args: Any) -> None:
        assert self.wall is not None
        now = self._time.now()
        self.wall.clock = f"{now:%H:%M}"
        self.wall.date = date_words(now.date())
        self.wall.now = now.replace(second=0, microsecond=0)
        if self._minute is not None:
            self._minute.cancel()
        self._minute = Clock.schedule_once(self._tick_clock, self._time.to_next_minute() + 0.02)

    def _in_hand(self) -> InHand:
        counters = self.board.view.counters if self.board.view else ()
        return frozenset((desk.ticket, desk.number) for desk in counters if desk.ticket)

    # --- frames --------------------------------------------------------------------------

    def _paint(self, places: Sequence[Box] = ()) -> None:
        if self._painter is not None:
            self._painter.paint(lambda: places)

    def _flipped(self) -> None:
        """A frame has reached the screen."""
        if self._seq is None or self._seq == self._drawn_seq:
            return
        self._drawn_seq, self._undrawn = self._seq, None
        if self._log is not None:
            calls = self.board.view.calls if self.board.view else ()
            line = {
                "seq": self._seq,
                "call": calls[0].call if calls else None,
                "heard_ns": self._heard_ns,
                "drawn_ns": time.monotonic_ns(),
            }
            self._log.write(msgspec.json.encode(line) + b"\n")
        if self._ready is not None:
            ready, self._ready = self._ready, None
            ready()

    # --- truth ---------------------------------------------------------------------------

    def _prove_soon(self) -> None:
        if self._proof is None:
            rest = PROVE_EVERY_S - (time.monotonic() - self._proved)
            self._proof = Clock.schedule_once(self._report, max(PROVE_AFTER_S, rest))

    def _report(self, _dt: float) -> None:
        """Read the glass back, and tell the hub what is on it."""
        if self._proof is not None:
            self._proof.cancel()
            self._proof = None
        assert self._painter is not None
        age_s = self._painter.age_s()  # before the proof, which is itself a frame
        frame = self._painter.prove()
        self._proved = time.monotonic()
        self._glass = Glass(self._drawn_seq, frame)
        self._tell(age_s)

    def _said(self) -> None:
        """An announcement is over: told at once, without a new proof, so that a display that is
        started anew in the next moment does not say it again."""
        assert self._painter is not None
        if not self._tell(self._painter.age_s()):
            self._prove_soon()

    def _tell(self, age_s: float) -> bool:
        """Whether a report is on its way: not while one is, or while there is nothing to tell."""
        self._told = self._sound()
        calls = self.board.view.calls if self.board.view else ()
        queue = Announcer() if self.calling is None else self.calling.announcer
        found = report(self._glass, age_s, self._told, self._behind(), announced(queue, calls))
        busy = self._telling is not None and not self._telling.done()
        if found is None or self._link is None or busy:
            return False
        self._telling = asyncio.ensure_future(self._link.tell(found))
        return True

    def _sound(self) -> Sound | None:
        return Sound.OFF if self.calling is None else self.calling.sound

    def _spoken(self) -> int:
        return 0 if self.calling is None else self.calling.spoken

    def _behind(self) -> Behind:
        return Behind() if self.calling is None else self.calling.behind()

    def _vital(self) -> bool:
        """Looked at every second; a change of the loudspeaker's state is told at once."""
        if self._sound() is not self._told:
            self._prove_soon()
        now = time.monotonic()
        return vital(
            self._touch is Touch.LIVE,
            now - self._heard,
            undrawn_s=0.0 if self._undrawn is None else now - self._undrawn,
            deaf=self.calling is not None and self.calling.deaf,
            up_s=now - self._started,
        )
