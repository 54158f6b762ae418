"""A thermal printer that is not there: it takes ESC/POS over TCP and writes tickets as pictures.

    python -m deploy.hall.printer --folder out/paper --port 0      prints `ready PORT`

Each ticket becomes `0001.png` … and a line in `printed.jsonl`: {"at": monotonic ns of its last
byte, "file": …, "width": dots, "height": dots}. Lines on stdin work its switches: `paper out`,
`paper low`, `paper in`, `cover open`, `cover closed`, `fault`, `mended`, `off`, `unplug`, `on`,
`slow SECONDS`, `quit`. `--mute` makes it a cheap clone that prints and answers nothing.
"""

import argparse
import contextlib
import json
import socket
import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType

from PIL import Image

from deploy.hall.escpos_raster import (
    AskInTurn,
    AskNow,
    Clear,
    Cut,
    Feed,
    NotOurs,
    Raster,
    Reader,
    Resume,
    Token,
    Unasked,
)
from deploy.hall.printer_ends import Cable, End, hang_up

BUFFER = 4096
"""Bytes that it takes while it cannot print: a TM-T88's receive buffer."""
RESERVE = 256
"""Beyond that it reads so many more, for the questions that are answered at any time."""


class ThermalEmulator:
    """The printer, in threads of its own; `port` on loopback is where it listens, one line at a
    time as network cards of printers do; with `device` it is on USB, by that device file.

    Like a TM-T88 it keeps what it has received but cannot print yet, up to its BUFFER; answers DLE
    EOT at any time and GS r only in turn; waits for DLE ENQ 1 when the cover was opened while it
    printed. A `mute` one prints and answers nothing. `errors` holds what it could not read;
    `printed` counts tickets, `asked` the questions it was asked.
    """

    def __init__(
        self, folder: Path, port: int = 0, *, mute: bool = False, device: Path | None = None
    ) -> None:
        self.folder = folder
        self.port = port
        self.errors: list[str] = []
        self.printed = 0
        self.asked = 0
        self._mute, self._device = mute, device
        self._paper, self._low, self._cover_open, self._slow_s = True, False, False, 0.0
        self._fault = self._stopped = self._unplugged = False
        self._wake = threading.Condition()
        self._work: deque[tuple[Token, End, int]] = deque()
        self._rows: list[Raster | Feed] = []
        self._listener: socket.socket | None = None
        self._open: set[End] = set()
        self._closing = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to listen; `port` is set when this comes back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.on()
        self._spawn(self._mechanism)

    def paper_out(self) -> None:
        """The roll ends."""
        self._switch(paper=False)

    def paper_low(self) -> None:
        """The roll will end soon."""
        self._switch(low=True)

    def paper_in(self) -> None:
        """A new roll is in: what it has kept comes out now."""
        self._switch(paper=True, low=False)

    def open_cover(self) -> None:
        """Open the cover; opened while it prints, that is an error to go on from (DLE ENQ 1)."""
        self._switch(cover_open=True)

    def close_cover(self) -> None:
        """Close the cover."""
        self._switch(cover_open=False)

    def fail(self) -> None:
        """Something in it breaks."""
        self._switch(fault=True)

    def mend(self) -> None:
        """It is repaired."""
        self._switch(fault=False)

    def slow(self, seconds: float) -> None:
        """Take so long for a thousand rows of dots, about a ticket."""
        self._slow_s = seconds

    def off(self) -> None:
        """Switch it off: it refuses connections, hangs up and forgets what it kept."""
        with self._wake:
            listener, self._listener = self._listener, None
            self._forget()
            for end in ([listener] if listener else []) + list(self._open):
                hang_up(end)
            self._open.clear()
            self._wake.notify_all()

    def unplug(self) -> None:
        """Pull the plug: who talks with it hears nothing more, not even that it has gone."""
        with self._wake:
            listener, self._listener = self._listener, None
            self._unplugged = True
            self._forget()
            if listener is not None:
                hang_up(listener)

    def on(self) -> None:
        """Switch it on, at the port it had."""
        if self._unplugged:
            self._unplugged = False
            self.off()
        if self._device is not None:
            if not self._open:
                cable = Cable(self._device)
                self._open.add(cable)
                self._spawn(self._listen, cable)
            return
        if self._listener is not None:
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self.port = listener.getsockname()[1]
        self._listener = listener
        self._spawn(self._accept, listener)

    def wait_printed(self, count: int, within_s: float = 10.0) -> bool:
        """Wait until `count` tickets are out in all; False when they are not in that time."""
        with self._wake:
            return self._wake.wait_for(lambda: self.printed >= count, within_s)

    @property
    def pending(self) -> int:
        """Commands taken and not yet printed."""
        return len(self._work)

    def tickets(self) -> list[dict[str, int | str]]:
        """The lines of `printed.jsonl`."""
        file = self.folder / "printed.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        """Switch it off for good."""
        self._closing = True
        self.off()
        for thread in self._threads:
            thread.join(5)

    def _switch(
        self,
        *,
        paper: bool | None = None,
        low: bool | None = None,
        cover_open: bool | None = None,
        fault: bool | None = None,
    ) -> None:
        with self._wake:
            self._paper = self._paper if paper is None else paper
            self._low = self._low if low is None else low
            self._fault = self._fault if fault is None else fault
            if cover_open is not None:
                self._stopped |= cover_open and bool(self._rows)
                self._cover_open = cover_open
            self._wake.notify_all()

    def _forget(self) -> None:
        self._work.clear()
        self._rows.clear()
        self._stopped = False

    def _spawn(self, work: object, *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                end, _ = listener.accept()
            except OSError:
                return
            with self._wake:
                if self._listener is not listener:
                    hang_up(end)
                    return
                self._open.add(end)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._listen(end)

    def _listen(self, end: End) -> None:
        reader = Reader()
        try:
            while piece := self._recv(end, reader):
                at = time.monotonic_ns()
                for token in reader.feed(piece):
                    self._take(token, end, at)
            if not reader.idle:
                self.errors.append("hung up in the middle of a command")
        except NotOurs as error:
            self.errors.append(str(error))
        except OSError:
            pass  # switched off, or the other side is gone
        finally:
            with self._wake:
                self._open.discard(end)
            hang_up(end)

    def _recv(self, end: End, reader: Reader) -> bytes:
        """Read what there is room for."""
        with self._wake:
            self._wake.wait_for(lambda: self._room(reader) > 0 or end not in self._open)
            room = self._room(reader)
        return end.recv(max(1, room))

    def _room(self, reader: Reader) -> int:
        kept = sum(len(token.dots) for token, *_ in self._work if isinstance(token, Raster))
        # What stands unfinished is printed as it comes; only whole bands wait.
        return BUFFER + RESERVE - kept - (0 if self._can_work() else reader.held)

    def _take(self, token: Token, end: End, at: int) -> None:
        with self._wake:
            if self._unplugged or end not in self._open:
                return  # what comes while it is switched off
            if isinstance(token, AskNow):
                self.asked += 1
                self._answer(end, self._status(token.about))
            elif isinstance(token, Clear):
                self._forget()
            elif isinstance(token, Resume):
                self._stopped &= self._cover_open
            else:
                self._work.append((token, end, at))
            self._wake.notify_all()

    def _answer(self, end: End, status: int) -> None:
        if not self._mute:
            with contextlib.suppress(OSError):  # whoever asked may be gone
                end.send(bytes([status]))

    def _status(self, about: int) -> int:
        """The answer to DLE EOT: bits as in the ESC/POS reference; 0x12 is always set."""
        if about == 2:
            error = self._fault or self._stopped
            return 0x12 | 0x04 * self._cover_open | 0x20 * (not self._paper) | 0x40 * error
        if about == 3:
            return 0x12 | 0x04 * self._stopped | 0x20 * self._fault
        if about == 4:
            return 0x12 | 0x0C * (self._low or not self._paper) | 0x60 * (not self._paper)
        return 0x12 | 0x08 * self._offline()

    def _offline(self) -> bool:
        return self._cover_open or not self._paper or self._fault or self._stopped

    def _can_work(self) -> bool:
        return self._closing or not self._offline()

    def _may_go_on(self) -> bool:
        return self._closing or (bool(self._work) and self._can_work())

    def _mechanism(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(self._may_go_on)
                if self._closing:
                    return
                first = self._work[0][0]
                if self._slow_s and isinstance(first, Raster):
                    took = self._slow_s * first.height / 1000
                    self._wake.wait_for(lambda: self._closing, took)
                    if self._closing or not self._may_go_on():
                        continue
                token, end, at = self._work.popleft()
                if isinstance(token, Raster | Feed):
                    self._rows.append(token)
                elif isinstance(token, Cut):
                    self._cut(at)
                elif isinstance(token, AskInTurn):
                    self._answer(end, 0x03 * self._low)
                elif isinstance(token, Unasked) and token.about:
                    self.errors.append("asked to speak unasked")
                self._wake.notify_all()

    def _cut(self, at: int) -> None:
        rows, self._rows = self._rows, []
        width = max((row.width for row in rows if isinstance(row, Raster)), default=0)
        if not width:
            self.errors.append("cut off blank paper")
            return
        height = sum(row.height if isinstance(row, Raster) else row.dots for row in rows)
        ticket, y = Image.new("1", (width, height), 1), 0
        for row in rows:
            if isinstance(row, Raster):
                strip = Image.frombytes("1", (row.width, row.height), row.dots, "raw", "1;I")
                ticket.paste(strip, (0, y))
            y += row.height if isinstance(row, Raster) else row.dots
        self.printed += 1
        name = f"{self.printed:04d}.png"
        hidden = self.folder / f".{name}"
        ticket.save(hidden, "PNG", dpi=(203, 203), compress_level=1)
        hidden.rename(self.folder / name)
        line = {"at": at, "file": name, "width": width, "height": height}
        with (self.folder / "printed.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line) + "\n")
        self._wake.notify_all()

    def __enter__(self) -> "ThermalEmulator":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def obey(printer: ThermalEmulator, line: str) -> bool:
    """Work the switch that `line` names; False for `quit`. Raises ValueError for no switch."""
    words = line.split()
    switches = {
        "paper out": printer.paper_out,
        "paper low": printer.paper_low,
        "paper in": printer.paper_in,
        "cover open": printer.open_cover,
        "cover closed": printer.close_cover,
        "fault": printer.fail,
        "mended": printer.mend,
        "off": printer.off,
        "unplug": printer.unplug,
        "on": printer.on,
    }
    name = " ".join(words)
    if name in switches:
        switches[name]()
    elif len(words) == 2 and words[0] == "slow":
        printer.slow(float(words[1]))
    elif words and name != "quit":
        raise ValueError(f"no such switch: {name}")
    return name != "quit"


def main() -> None:
    """Run until stdin ends or says `quit`."""
    parser = argparse.ArgumentParser(description="A thermal printer that writes pictures.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mute", action="store_true", help="print, but answer nothing")
    asked = parser.parse_args()
    with ThermalEmulator(asked.folder, asked.port, mute=asked.mute) as printer:
        print(f"ready {printer.port}", flush=True)
        for line in sys.stdin:
            try:
                if not obey(printer, line):
                    break
            except ValueError as error:
                print(error, file=sys.stderr)


if __name__ == "__main__":
    main()
