"""A voice in the headphones: espeak-ng, one process a sentence that is said.

    say ──▶ waiting ──▶ espeak-ng reads the text from a pipe, and ends when it is spoken
                             └── say with `interrupt`, hush, close: killed at once

The text goes through the pipe alone, never onto the command line or into a file: it may hold a
masked name. A voice that fails is logged once, and its recovery once; the kiosk goes on without.
"""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

import msgspec
import structlog

from shared.i18n import SOURCE

LONGEST_S = 180.0
"""No screen takes so long: a voice that hangs is ended."""

VOICES = {"vi": "vi", "en": "en-gb"}
"""espeak-ng's names of voices by language."""

_LOUDEST = 200
_ERROR = b"error:"
_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
"""A kiosk that is killed does not leave its voice behind."""

log = structlog.get_logger()


class Speaker(Protocol):
    """Says one text after the other."""

    def say(self, text: str, language: str, interrupt: bool = True) -> None:
        """Speak, instead of what is being said or after it; never blocks."""
        ...

    def hush(self) -> None:
        """Be silent at once, and forget what was to be said."""
        ...

    async def close(self) -> None:
        """Be silent for good. Harmless when called twice."""
        ...


class NoSpeaker:
    """A kiosk that leads nobody by voice."""

    def say(self, text: str, language: str, interrupt: bool = True) -> None:
        """Nobody listens."""

    def hush(self) -> None:
        """It is silent."""

    async def close(self) -> None:
        """Nothing to end."""


class FakeSpeaker:
    """Says nothing, and remembers what it was to say."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.languages: list[str] = []
        self.hushed = 0
        self.closed = False

    def say(self, text: str, language: str, interrupt: bool = True) -> None:
        """Remember."""
        self.said.append(text)
        self.languages.append(language)

    def hush(self) -> None:
        """Count."""
        self.hushed += 1

    async def close(self) -> None:
        """Remember that it is over."""
        self.closed = True


class Manner(msgspec.Struct, frozen=True):
    """How it speaks: words a minute, 0 to 1, and espeak-ng's name of a sound device ("": the
    machine's own)."""

    rate: int = 150
    volume: float = 0.5
    output: str = ""


class EspeakSpeaker:
    """Speaks through `program`, in the voice of the language; in the source's where it has none.

    `say` is to be called in a running loop.
    """

    def __init__(
        self,
        voices: Mapping[str, str] = VOICES,
        manner: Manner | None = None,
        program: tuple[str, ...] = ("espeak-ng",),
        longest_s: float = LONGEST_S,
    ) -> None:
        self._voices = voices
        self._manner = manner or Manner()
        self._program = program
        self._longest_s = longest_s
        self._waiting: deque[tuple[str, str]] = deque()
        self._process: Process | None = None
        self._worker: asyncio.Task[None] | None = None
        self._stopped = False
        """Whether the process that ends was told to."""
        self._failed = False

    def say(self, text: str, language: str, interrupt: bool = True) -> None:
        """Speak, instead of what is being said or after it."""
        if interrupt:
            self.hush()
        self._waiting.append((text, language))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def hush(self) -> None:
        """Be silent at once, and forget what was to be said."""
        self._waiting.clear()
        self._stopped = True
        self._kill()

    async def close(self) -> None:
        """Be silent for good. Harmless when called twice."""
        self.hush()
        if self._worker is not None:
            await self._worker
            self._worker = None

    def _kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _work(self) -> None:
        while self._waiting:
            self._stopped = False
            why = await self._spoken(*self._waiting.popleft())
            if not self._stopped:
                self._judge(why)

    async def _spoken(self, text: str, language: str) -> str:
        """Say it; gives what went wrong, "" for nothing: the system's words, never the text."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command(language), stdin=PIPE, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            return f"{self._program[0]}: {error.strerror}"
        self._process = process
        if self._stopped:  # hushed while it started
            self._kill()
        try:
            _out, complaints = await asyncio.wait_for(
                process.communicate(text.encode()), self._longest_s
            )
        except TimeoutError:
            self._kill()
            await process.wait()
            return f"{self._program[0]} did not end"
        finally:
            self._process = None
        return self._trouble(process.returncode, complaints)

    def _trouble(self, code: int | None, complaints: bytes) -> str:
        """Without a sound card espeak-ng ends well, and says so in an error line alone."""
        said = next((line for line in complaints.splitlines() if line.startswith(_ERROR)), b"")
        if code or said:
            why = said.removeprefix(_ERROR).decode("ascii", "replace").strip()
            return f"{self._program[0]} ended with {code}: {why}"
        return ""

    def _command(self, language: str) -> tuple[str, ...]:
        manner = self._manner
        voice = self._voices.get(language) or self._voices.get(SOURCE, SOURCE)
        device = ("-d", manner.output) if manner.output else ()
        parent = _WITH_PARENT if shutil.which(_WITH_PARENT[0]) else ()
        loudness = str(round(manner.volume * _LOUDEST))
        how = ("-v", voice, "-s", str(manner.rate), "-a", loudness, "-b", "1", *device, "--stdin")
        return (*parent, *self._program, *how)

    def _judge(self, why: str) -> None:
        if why and not self._failed:
            log.error("speaker.failed", why=why)
        elif self._failed and not why:
            log.info("speaker.recovered")
        self._failed = bool(why)
