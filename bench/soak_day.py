"""Who comes and goes in a soak: visitors at the kiosk, and everybody else of the hall."""

import itertools
import random
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.hubs import BenchHub
from bench.raw import RawClient, command, issue
from deploy.hall.fingertip import Fingertip
from deploy.hall.places import PLAIN, Places
from deploy.hall.printer import ThermalEmulator
from kiosk.state import SETTLE_MS, Ease
from shared.messages import STALE_AFTER_S

POLL_S = 0.01
ANSWER_S = 3.0
"""How long a visitor waits for what a touch leads to, before touching again."""
TRIES = 2
LEFT_ALONE_S = 90.0
"""By then the kiosk has cleared what somebody left on it."""
MODES = Ease.__struct_fields__
PAPER_S = 3.0
"""How long a visitor waits for the paper."""
COUNTERS = (4, 5, 6, 33, 34)
PROCEDURE = "1.013978"
LAYOUTS = (("all", "[]"), ("zone", "[4,5,6]"), ("counter", "[5]"), ("main", "[]"))
ALARM_S = 1.0
HANG_S = STALE_AFTER_S + 1.5


class Staff:
    """Everybody but the visitors of the one kiosk."""

    def __init__(self, hub: BenchHub) -> None:
        self._hub = hub
        self._counters = itertools.cycle(COUNTERS)
        self._layouts = itertools.cycle(LAYOUTS)

    def work(self) -> None:
        """The other kiosk gives a number too, and two are called."""
        self._ask("kiosk", "kiosk", issue("nhan-ket-qua"))
        for _call in range(2):
            name = f"counter {next(self._counters)}"
            self._ask("counter", name, command('{"kind":"call_next"}'))

    def arrange(self) -> None:
        """Another layout for the display."""
        layout, counters = next(self._layouts)
        plan = f'{{"layout":"{layout}","counters":{counters},"title":"","officers":false}}'
        self._supervise(f'{{"kind":"arrange_display","display":"display","plan":{plan}}}')

    def alarm(self) -> None:
        """A word to everybody, and its end."""
        self._supervise('{"kind":"raise_emergency","text":"Mời ông/bà ra khỏi tòa nhà."}')
        time.sleep(ALARM_S)
        self._supervise('{"kind":"clear_emergency"}')

    def hang(self) -> None:
        """The hub stands still until screens say that they are out of date."""
        self._hub.process.suspend()
        time.sleep(HANG_S)
        self._hub.process.resume()

    def _supervise(self, wish: str) -> None:
        self._ask("supervisor", "supervisor", command(wish))

    def _ask(self, role: str, name: str, message: bytes) -> None:
        # A connection of its own each time: whoever does not read what comes is closed.
        client = RawClient(self._hub.live, role, self._hub.credentials[name])
        try:
            client.ask(message)
        finally:
            client.close()


class Shown(msgspec.Struct):
    """A line of the kiosk's frame log that tells of a screen; `reads`: in which language, and with
    what switched on."""

    screen: str
    reads: str = PLAIN


class Glass:
    """What the kiosk has drawn last, as its frame log says."""

    def __init__(self, log: Path) -> None:
        self._log = log.open("rb")
        self._half = b""
        self._shown = Shown("")
        self._touches = 0

    def close(self) -> None:
        """Look no more."""
        self._log.close()

    @property
    def shown(self) -> Shown:
        """The screen that stands there."""
        self._read()
        return self._shown

    @property
    def touches(self) -> int:
        """How many have been answered with a frame."""
        self._read()
        return self._touches

    def wait(self, wanted: Callable[[], bool], within_s: float) -> bool:
        """Whether that came true in time."""
        end = time.monotonic() + within_s
        while not (true := wanted()) and time.monotonic() < end:
            time.sleep(POLL_S)
        return true

    def _read(self) -> None:
        *lines, self._half = (self._half + self._log.read()).split(b"\n")
        for line in lines:
            if line.startswith(b'{"screen"'):
                self._shown = msgspec.json.decode(line, type=Shown)
            else:
                self._touches += 1


FIRST = Shown("home")


class Lost(Exception):
    """The kiosk does not show what a visitor's touch leads to."""


class Visitor:
    """Comes to the kiosk for this or that, one after another; looks before touching."""

    def __init__(
        self,
        finger: Fingertip,
        glass: Glass,
        printer: ThermalEmulator,
        scan: Callable[[str], None],
        chance: random.Random,
    ) -> None:
        self.touches = 0
        self.wanted = 0
        """Visits for a number."""
        self.lost: list[str] = []
        """What those were at who gave up, and what they saw."""
        self._finger = finger
        self._glass = glass
        self._places = Places()
        self._printer = printer
        self._scan = scan
        self._chance = chance

    def come(self) -> None:
        """One visit, from the first screen to the first screen. Raises RuntimeError when the kiosk
        does not come back to it."""
        self._arrive()
        visits = (*(self._number,) * 5, self._look_around, self._look_up, self._read, self._low)
        visit = self._chance.choice(visits)
        try:
            visit()
        except Lost as lost:
            self.lost.append(f"{visit.__name__.strip('_')}: {lost}")

    def _arrive(self) -> None:
        """Wait for the first screen as the next person finds it. Who gave up has left a screen to
        the kiosk, which clears it after its own time."""
        if not self._glass.wait(lambda: self._glass.shown == FIRST, LEFT_ALONE_S):
            raise RuntimeError(f"the kiosk stays at {self._glass.shown}")

    def _number(self) -> None:
        """Four touches: home, a service, no priority, understood."""
        self.wanted += 1
        service = self._chance.choice(("dat-dai", "nhan-ket-qua"))
        before = self._printer.printed
        for name, screen in (("start", "services"), (service, "priority")):
            self._go(name, screen)
        self._go("no_priority", "ticket")
        self._printer.wait_printed(before + 1, PAPER_S)
        self._go("done", "home")

    def _look_around(self) -> None:
        """Changes language and modes, opens what there is, and leaves all as it was."""
        modes = ("large", "contrast")
        self._read_in("en")
        for mode in modes:
            self._toggle(mode)
        self._go("procedures", "procedures")
        for mode in reversed(modes):
            self._toggle(mode)
        self._read_in("vi")
        self._go("home", "home")

    def _look_up(self) -> None:
        """Begins a code, or looks at a procedure, and goes home again."""
        if self._chance.random() < 0.5:
            self._go("lookup", "code")
            for key in ("pickstart", "padkey"):
                self._poke(key)
        else:
            self._go("procedures", "procedures")
            self._go("pickprocedure", "procedure")
        self._go("home", "home")

    def _read(self) -> None:
        """Holds a paper before the scanner, and goes home again."""
        seen = self._glass.shown
        self._scan(PROCEDURE)
        procedure = Shown("procedure", seen.reads)
        if not self._glass.wait(lambda: self._glass.shown == procedure, ANSWER_S):
            raise Lost(f"a scan leads to {self._glass.shown}")
        self._go("home", "home")

    def _low(self) -> None:
        """Draws all in the lower half, and no more."""
        for mode in ("low", "contrast", "contrast", "low"):
            self._toggle(mode)

    def _go(self, name: str, screen: str) -> None:
        self._touch(name, Shown(screen, self._glass.shown.reads))

    def _toggle(self, mode: str) -> None:
        seen = self._glass.shown
        language, *modes = seen.reads.split()
        modes = [one for one in MODES if (one in modes) != (one == mode)]
        self._touch(mode, Shown(seen.screen, " ".join((language, *modes))))

    def _read_in(self, language: str) -> None:
        seen = self._glass.shown
        _language, *modes = seen.reads.split()
        self._touch("language", Shown(seen.screen, " ".join((language, *modes))))

    def _touch(self, name: str, then: Shown) -> None:
        """Touch that until it leads there; a second time only after the first had its time."""
        for _time in range(TRIES):
            self._tap(name)
            if self._glass.wait(lambda: self._glass.shown == then, ANSWER_S):
                return
        raise Lost(f"{name} leads to {self._glass.shown}, not to {then}")

    def _poke(self, name: str) -> None:
        """Touch that, which leads nowhere."""
        before = self._glass.touches
        self._tap(name)
        if not self._glass.wait(lambda: self._glass.touches > before, ANSWER_S):
            raise Lost(f"{name} is not answered")

    def _tap(self, name: str) -> None:
        time.sleep(SETTLE_MS / 1000)
        seen = self._glass.shown
        try:
            place = self._places.centre(name, seen.screen, seen.reads)
        except KeyError as error:
            raise Lost(f"{error.args[0]}, {seen.reads}") from None
        self._finger.tap(place)
        self.touches += 1
