"""Videos of the side area: a player of its own in a process of its own, silent, over one rectangle.

Decoding in this process would take frames from the calls, and a player's sound their voice. mpv is
given no sound, no keys, the lowest priority, and dies with the display whatever kills that.
"""

import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import structlog

PLAYER = "mpv"
NICE = 10

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_OPTIONS = (
    "--no-config",
    "--no-audio",
    "--no-terminal",
    "--no-input-default-bindings",
    "--no-input-cursor",
    "--no-osc",
    "--no-osd-bar",
    "--no-border",
    "--ontop",
    "--loop-file=inf",
    "--no-keepaspect-window",
    "--framedrop=vo",
    "--hwdec=auto-safe",
    "--cursor-autohide=always",
    "--x11-bypass-compositor=no",
    "--vo=gpu,xv,x11",
    "--load-scripts=no",
    "--ytdl=no",
)

log = structlog.get_logger()
_libc = ctypes.CDLL(None, use_errno=True)

Place = tuple[int, int, int, int]
"""Left, top, width and height, px of the desktop."""


class VideoPlayer:
    """At most one video at a time. `command` begins the player's command line."""

    def __init__(self, command: tuple[str, ...] | None = None) -> None:
        self._command = command or (PLAYER, *_OPTIONS)
        self._process: subprocess.Popen[bytes] | None = None
        self._playing: tuple[Path, Place] | None = None
        self.there = shutil.which(self._command[0]) is not None

    def play(self, file: Path, place: Place) -> None:
        """Show it there; nothing happens while it is shown there already. Raises nothing."""
        alive = self._process is not None and self._process.poll() is None
        if alive and self._playing == (file, place):
            return
        self.stop()
        left, top, width, height = place
        try:
            self._process = subprocess.Popen(
                [*self._command, f"--geometry={width}x{height}+{left}+{top}", "--", str(file)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                process_group=0,
                preexec_fn=_dies_with(os.getpid()),
            )
        except OSError as error:
            log.error("video.not_played", why=str(error))
        else:
            self._playing = (file, place)

    @property
    def ended(self) -> bool:
        """Whether a video was to be shown and its player is gone, or never came."""
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        """Show none. Harmless when none is shown."""
        process, self._process, self._playing = self._process, None, None
        if process is None:
            return
        process.kill()  # it has nothing to save, and must be off the screen now
        process.wait()


def _dies_with(parent: int) -> Callable[[], None]:
    """What the player's process does before it becomes the player."""

    def prepare() -> None:
        os.nice(NICE)
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
