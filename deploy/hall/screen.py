"""Screens to run programs on: a virtual one of our own, or the real one, with taps by xdotool."""

import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

from PIL import Image, ImageGrab

from deploy.hall.programs import ProgramError


class Screen:
    """An X display that stands already; `size` is width and height in px."""

    def __init__(self, display: str, size: tuple[int, int]) -> None:
        self.display = display
        self.size = size

    def env(self) -> dict[str, str]:
        """What a program needs in its environment to open a window here, and nowhere else."""
        return {"DISPLAY": self.display, "SDL_VIDEODRIVER": "x11"}

    def tap(self, x: float, y: float, hold_s: float = 0.05) -> None:
        """Touch at `x`, `y` (px from the top left) and let go after `hold_s`."""
        at = [str(round(x)), str(round(y))]
        # Without --sync: it waits for a movement, for ever where the pointer is there already.
        self._xdotool("mousemove", *at, "mousedown", "1", "sleep", str(hold_s), "mouseup", "1")

    def tap_twice(self, x: float, y: float) -> None:
        """Two touches at once, as nervous fingers make them."""
        at = [str(round(x)), str(round(y))]
        self._xdotool("mousemove", *at, "click", "--repeat", "2", "--delay", "30", "1")

    def picture(self, box: tuple[int, int, int, int] | None = None) -> Image.Image:
        """What stands on the screen; `box` is left, top, right, bottom."""
        return ImageGrab.grab(bbox=box, xdisplay=self.display)

    def _xdotool(self, *arguments: str) -> None:
        env = os.environ | {"DISPLAY": self.display}
        subprocess.run(["xdotool", *arguments], env=env, check=True, timeout=10)


class VirtualScreen(Screen):
    """An Xvfb of its own on a free display number, gone when closed."""

    def __init__(self, width: int, height: int, log: Path | None = None) -> None:
        """Start it and wait until it takes windows. Raises ProgramError when it does not."""
        if not shutil.which("Xvfb"):
            raise ProgramError("Xvfb is missing: apt-get install xvfb")
        reader, writer = os.pipe()
        out = log.open("wb") if log else subprocess.DEVNULL
        self._process = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24"),
                *("-nolisten", "tcp", "-noreset", "-s", "0", "-dpms"),
            ],
            pass_fds=[writer],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(writer)
        if log and not isinstance(out, int):
            out.close()
        with os.fdopen(reader) as numbers:
            number = numbers.readline().strip()
        if not number:
            self.close()
            raise ProgramError(f"Xvfb did not start{f'; {log} says why' if log else ''}")
        super().__init__(f":{number}", (width, height))

    def env(self) -> dict[str, str]:
        """The same, and no sound: nobody hears a screen that nobody sees."""
        return {**super().env(), "SDL_AUDIODRIVER": "dummy"}

    @property
    def pid(self) -> int:
        """Xvfb's process id."""
        return self._process.pid

    def close(self) -> None:
        """Take the screen away. Harmless when called twice."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "VirtualScreen":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def real_screen() -> Screen | None:
    """The screen that DISPLAY names; None when there is none that answers."""
    display = os.environ.get("DISPLAY")
    if not display or not shutil.which("xdotool"):
        return None
    asked = subprocess.run(
        ["xdotool", "getdisplaygeometry"], capture_output=True, text=True, check=False, timeout=10
    )
    numbers = asked.stdout.split()
    if asked.returncode or len(numbers) != 2:
        return None
    return Screen(display, (int(numbers[0]), int(numbers[1])))
