"""The machine's mixer, asked through ALSA's amixer: a card that plays into a muted mixer is silent,
and nothing but the mixer knows."""

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

WITHIN_S = 3.0
"""A mixer that does not answer by then is not asked again before the next look."""

_CONTROLS = ("Master", "PCM")
"""What every way out of a card goes through, where a card has them at all."""

log = structlog.get_logger()

Ask = Callable[[Sequence[str]], str]
"""Runs a command and gives what it prints. OSError and SubprocessError when it cannot."""


def ask(command: Sequence[str]) -> str:
    """What amixer prints, in its own words whatever the machine's language."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        timeout=WITHIN_S,
        env={**os.environ, "LC_ALL": "C"},
    )
    return done.stdout


def command(device: str) -> tuple[str, ...]:
    """How to ask for the mixer of that ALSA device, e.g. `plughw:CARD=PCH,DEV=3`; empty: the
    machine's own."""
    found = re.fullmatch(r"[a-z]+:(?:CARD=)?([^,]+)(?:,.*)?", device)
    return ("amixer", *(("-c", found[1]) if found else ()), "scontents")


def muted(text: str) -> str:
    """Which control of `amixer scontents` lets nothing through, and how; empty when none does."""
    for control in re.split(r"^Simple mixer control ", text, flags=re.MULTILINE):
        name = re.match(r"'([^']*)'", control)
        if name is None or name[1] not in _CONTROLS:
            continue
        switches = re.findall(r"Playback .*\[(on|off)\]", control)
        levels = re.findall(r"Playback .*\[(\d+)%\]", control)
        if switches and set(switches) == {"off"}:
            return f"{name[1]} is switched off"
        if levels and set(levels) == {"0"}:
            return f"{name[1]} stands at 0"
    return ""


class Mixer:
    """Looks at a device's mixer now and then, in a thread of its own."""

    def __init__(self, device: str = "", ask: Ask = ask) -> None:
        self._command = command(device)
        self._ask = ask
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="mixer")
        self._asked: Future[str] | None = None
        self._muted = ""
        self._unknown = False

    @property
    def muted(self) -> str:
        """Why nothing comes out, as of the last look; empty when nothing is known against it."""
        self._take()
        return self._muted

    def look(self) -> None:
        """Ask again; nobody waits for the answer."""
        self._take()
        if self._asked is None:
            self._asked = self._thread.submit(self._ask, self._command)

    def close(self) -> None:
        """Ask no more. Harmless when called twice."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _take(self) -> None:
        """Take up what was answered, and say so where it has changed."""
        if self._asked is None or not self._asked.done():
            return
        asked, self._asked = self._asked, None
        try:
            found = muted(asked.result())
        except (OSError, subprocess.SubprocessError) as error:
            if not self._unknown:
                log.warning("mixer.unknown", why=str(error))
            self._unknown, self._muted = True, ""
            return
        self._unknown = False
        if found and not self._muted:
            log.error("mixer.muted", why=found)
        elif self._muted and not found:
            log.info("mixer.open")
        self._muted = found
