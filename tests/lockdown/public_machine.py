"""A kiosk or display as it stands in the hall: under its keeper, on a screen without a window
manager."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from PIL import Image
from Xlib import X
from Xlib.display import Display
from Xlib.ext import xtest

from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import VirtualScreen
from deploy.hall.verdict import read_lines
from kiosk.flow import SETTLE_MS
from shared.window import NOTHING
from tests.hub.hub_process import HubProcess

SIZE = (1080, 1920)
INTRUSION = {
    "KCFG_MODULES_INSPECTOR": "",
    "KCFG_MODULES_CONSOLE": "",
    "KCFG_KIVY_EXIT_ON_ESCAPE": "1",
    "KCFG_GRAPHICS_SHOW_CURSOR": "1",
    "KIVY_NO_ENV_CONFIG": "",
}
"""What would load Kivy's inspector and open ways out, if the environment had a say."""
MODIFIERS = ("Control_L", "Alt_L", "Shift_L", "Super_L")
BOTTOM = tuple((x, y) for y in (1800, 1840, 1700) for x in (190, 540, 788, 900))
"""Where the buttons are that lead home, whatever the screen."""


class PublicMachine:
    """The program, its screen, and somebody who plays with keyboard and mouse."""

    def __init__(
        self,
        folder: Path,
        hub: HubProcess,
        screen: VirtualScreen,
        more: Sequence[str],
        environment: Mapping[str, str],
        role: str,
    ) -> None:
        self.folder = folder
        self.hub = hub
        self.screen = screen
        self.frames = folder / "frames.jsonl"
        credential = folder / "credential"
        credential.touch(mode=0o600)
        credential.write_text(hub.enrol(role, folder.name), encoding="utf-8")
        self.program = Program(
            role,
            [
                *python(role, "--config", str(ROOT / "config" / f"{role}.toml")),
                *("--hub", hub.live, "--credential-file", str(credential)),
                *("--size", f"{SIZE[0]}x{SIZE[1]}", "--position", "0,0"),
                *("--frame-log", str(self.frames), *more),
                *(("--data", str(folder / "data")) if role == "kiosk" else ()),
            ],
            folder / f"{role}.log",
            screen.env() | INTRUSION | dict(environment),
        )
        self.x = Display(screen.display)
        self.root = self.x.screen().root

    @property
    def log(self) -> str:
        """What program and keeper have said."""
        return self.program.log.read_text(encoding="utf-8")

    def child(self) -> psutil.Process:
        """The program itself."""
        return kept(self.program)

    def wait_ready(self, times: int = 1, within_s: float = 30.0) -> None:
        """Wait until it has been ready so often."""
        until(lambda: self.log.count("ready\n") >= times, f"ready {times} times", within_s)

    def wait_curtain(self) -> None:
        """Wait until the curtain is drawn, behind the program."""
        keeper = psutil.Process(self.program.pid)
        until(lambda: len(keeper.children()) == 1, "the curtain is drawn")

    def windows(self) -> list[tuple[int, tuple[int, int, int, int]]]:
        """The windows that show, lowest first: id, and left, top, width, height."""
        found = []
        for window in self.root.query_tree().children:
            if window.get_attributes().map_state == X.IsViewable:
                at = window.get_geometry()
                found.append((int(window.id), (at.x, at.y, at.width, at.height)))
        return found

    def picture(self) -> Image.Image:
        """What stands on the screen."""
        return self.screen.picture().convert("RGB")

    def shown(self) -> str:
        """Which of its screens the kiosk has drawn last."""
        shown = [row["screen"] for row in read_lines(self.frames) if "screen" in row]
        return str(shown[-1]) if shown else ""

    def lead_home(self, within_s: float = 90.0) -> None:
        """Leave whatever the playing has led to, as a person would: by Home, or by waiting."""
        end = time.monotonic() + within_s
        places = iter(BOTTOM * 3)
        while self.shown() != "home":
            assert time.monotonic() < end, f"it stays at {self.shown()}"
            if place := next(places, None):
                self.button(1, *place)
            time.sleep(0.4)

    def tap_until(self, place: tuple[float, float], screen: str, within_s: float = 10.0) -> None:
        """Tap there, once the screen takes touches, until another has come up."""
        end = time.monotonic() + within_s
        while self.shown() != screen:
            assert time.monotonic() < end, f"it stays at {self.shown()}"
            time.sleep(SETTLE_MS / 1000)
            if self.shown() != screen:
                self.button(1, round(place[0]), round(place[1]))
                time.sleep(SETTLE_MS / 2000)

    def cursor(self) -> int:
        """How many pixels of the pointer can be seen where it is."""
        self.x.xfixes_query_version()
        image = self.x.xfixes_get_cursor_image(self.root).cursor_image
        return sum(pixel >> 24 != 0 for pixel in image)

    # --- somebody plays -------------------------------------------------------------------

    def code(self, name: str) -> int:
        """The key of that keysym."""
        from Xlib import XK

        return int(self.x.keysym_to_keycode(XK.string_to_keysym(name)))

    def key(self, code: int, *modifiers: str) -> None:
        """Press a key, with others held down."""
        held = [self.code(name) for name in modifiers]
        for one in (*held, code):
            xtest.fake_input(self.x, X.KeyPress, one)
        for one in (code, *reversed(held)):
            xtest.fake_input(self.x, X.KeyRelease, one)

    def every_key(self, *modifiers: str) -> int:
        """Press every key that the keyboard has, with these held; gives how many."""
        first, last = self.x.display.info.min_keycode, self.x.display.info.max_keycode
        count = 0
        for code, syms in enumerate(self.x.get_keyboard_mapping(first, last - first + 1), first):
            if any(syms):
                self.key(code, *modifiers)
                count += 1
        self.x.sync()
        return count

    def move(self, x: int, y: int) -> None:
        """Bring the pointer there."""
        xtest.fake_input(self.x, X.MotionNotify, x=x, y=y)

    def button(self, number: int, x: int, y: int, then: tuple[int, int] | None = None) -> None:
        """Press a button of the mouse there, and let it go, elsewhere with `then`."""
        self.move(x, y)
        xtest.fake_input(self.x, X.ButtonPress, number)
        if then is not None:
            for step in range(1, 9):
                self.move(x + (then[0] - x) * step // 8, y + (then[1] - y) * step // 8)
        xtest.fake_input(self.x, X.ButtonRelease, number)
        self.x.sync()

    def close(self) -> None:
        """End it."""
        self.x.close()
        self.program.stop()


@contextmanager
def public_machine(
    folder: Path, *more: str, environment: Mapping[str, str] = NOTHING, role: str = "kiosk"
) -> Iterator[PublicMachine]:
    """One, ready, with a hub of its own; `more` goes to its command line."""
    folder.mkdir(exist_ok=True)
    with ExitStack() as ending:
        hub = HubProcess(folder / "hub")
        ending.callback(hub.stop)
        hub.start()
        screen = ending.enter_context(VirtualScreen(*SIZE))
        machine = PublicMachine(folder, hub, screen, more, environment, role)
        ending.callback(machine.close)
        machine.wait_ready()
        machine.wait_curtain()
        yield machine


def kept(keeper: Program) -> psutil.Process:
    """The program that a keeper keeps."""
    found = [one for one in psutil.Process(keeper.pid).children() if "--no-keeper" in one.cmdline()]
    assert len(found) == 1, found
    return found[0]


def until(holds: Callable[[], Any], what: str, within_s: float = 20.0) -> None:
    """Look again and again; the test fails when it does not hold in that time."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.01)


def grown_mb(process: psutil.Process, before: int) -> float:
    """How much more memory a process has than `before` (bytes)."""
    return float(process.memory_info().rss - before) / 2**20
