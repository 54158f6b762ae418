"""Who comes and goes in a soak: visitors at the kiosk, and everybody else of the hall."""

import itertools
import random
import time

from bench.hubs import BenchHub
from bench.raw import RawClient, command, issue
from deploy.hall.fingertip import Fingertip
from deploy.hall.places import Places
from deploy.hall.printer import ThermalEmulator
from shared.messages import STALE_AFTER_S

LOOK_S = 0.35
"""Between two touches: the kiosk passes over those in the first 250 ms of a screen."""
PAPER_S = 3.0
"""How long a visitor waits for the paper."""
COUNTERS = (4, 5, 6, 33, 34)
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


class Visitor:
    """Comes to the kiosk for this or that, one after another."""

    def __init__(
        self, finger: Fingertip, places: Places, printer: ThermalEmulator, chance: random.Random
    ) -> None:
        self.touches = 0
        self.wanted = 0
        """Visits for a number."""
        self._finger = finger
        self._places = places
        self._printer = printer
        self._chance = chance

    def come(self) -> None:
        """One visit."""
        visits = (*(self._number,) * 5, self._look_around, self._look_up, self._low)
        self._chance.choice(visits)()

    def _number(self) -> None:
        """Four touches: home, a service, no priority, understood."""
        self.wanted += 1
        service = self._chance.choice(("dat-dai", "nhan-ket-qua"))
        before = self._printer.printed
        for name in ("start", service, "no_priority"):
            self._touch(name)
        self._printer.wait_printed(before + 1, PAPER_S)
        time.sleep(LOOK_S)
        self._touch("done")

    def _look_around(self) -> None:
        """Changes language and modes, opens what there is, and leaves all as it was."""
        modes = ("language", "large", "contrast")
        for name in (*modes, "procedures", *reversed(modes), "home"):
            self._touch(name)

    def _look_up(self) -> None:
        """Begins a code, looks at a procedure, and goes home again."""
        ways = (("lookup", "pickstart", "padkey", "home"), ("procedures", "pickprocedure", "home"))
        for name in self._chance.choice(ways):
            self._touch(name)

    def _low(self) -> None:
        """Draws all in the lower half, and no more."""
        for name in ("low", "contrast", "contrast", "low"):
            self._touch(name)

    def _touch(self, name: str) -> None:
        self._finger.tap(self._places.centre(name))
        self.touches += 1
        time.sleep(LOOK_S)
