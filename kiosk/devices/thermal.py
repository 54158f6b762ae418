#!/usr/bin/python3 -ISE
"""A thermal printer that is asked; started by CUPS, this file is the backend `motcua-escpos`.

    device-uri   motcua-escpos://HOST:PORT[/?within=SECONDS]     on the network
                 motcua-escpos:///dev/usb/lp0[?within=SECONDS]   by its device file

Plain `socket://` says completed for a printer that reads nothing. Here a job is "completed" when
the printer has said so, and printer-state-reasons tell which: `motcua-printed-report`, or
`motcua-sent-report` for one that answers no question at all. A job older than `within` (120 s)
is dropped: nobody waits for that paper.

    asked (DLE EOT) ─ trouble: told, asked again ─▶ noted in the ledger ─▶ bands ─▶ cut ─▶ printed
       └ no answer: noted, all at once ─▶ sent        └ line cut, age ─▶ unconfirmed

A job that was begun is never begun again, so that a CUPS that is killed and restarted prints
nothing twice; one that was printed by then is completed. Formats and bits are those of Epson's
ESC/POS reference. Few and small imports, none of ours: every ticket starts this anew.
"""

import _signal
import _socket
import fcntl
import os
import select
import sys
import time

OK, CANCEL = 0, 5  # backend(7)
PRINTED, SENT = "motcua-printed-report", "motcua-sent-report"
UNCONFIRMED = "motcua-unconfirmed-report"
"""What became of a job, among the printer's reasons until the next one (CUPS drops messages)."""

PAPER_OUT, PAPER_LOW, COVER_OPEN = "media-empty-error", "media-low-report", "cover-open-error"
OFFLINE, FAULT = "offline-report", "other-error"
REASONS = {PAPER_OUT, PAPER_LOW, COVER_OPEN, OFFLINE, FAULT}
VERDICTS = {PRINTED, SENT, UNCONFIRMED}

CONNECT_WITHIN_S = 0.5
ANSWER_WITHIN_S = 0.4
"""A printer that answers at all does so in milliseconds, whatever it is doing."""
STUCK_AFTER_S = 0.15
"""A printer that confirms no band for so long is asked what is the matter."""
SILENT_AFTER_S = 0.5
LOST_AFTER_S = 1.5

BOOTS_WITHIN_S = 8.0
"""One that has answered on this queue before is given so long before it counts as mute: a network
card takes connections while the printer behind it still starts."""
PRINTS_WITHIN_S = 15.0
"""A ticket that was begun is not cut short for its age."""

AHEAD = 2
"""Bands that may wait in the printer: its smallest buffer, 4 KiB, must never be full, for then it
would read no questions either. (A question must not stand inside a band: it would become dots.)"""

REMEMBERED = 100
"""Jobs in the ledger: CUPS notes the end of a job up to half a minute late."""

_RESUME = b"\x10\x05\x01"  # DLE ENQ 1: go on from the line where it stopped
_ASK_IN_TURN = b"\x1dr\x01"  # GS r 1
_UNASKED_OFF = b"\x1da\x00"  # GS a 0: say nothing that was not asked
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"  # DLE DC4 8


class Line:
    """A connection to the printer at `place`, HOST:PORT or the path of its device file.

    Everything raises OSError when the printer cannot be reached any more.
    """

    def __init__(self, place: str) -> None:
        self._is_file = place.startswith("/")
        self._handle = _open(place) if self._is_file else _connect(place)
        self._owed: list[int] = []
        """Questions it has not answered, in order."""
        self._asked = 0.0
        """When the last of them was asked, on time.monotonic()."""
        self._said: dict[int, int] = {}
        self._unasked = 0
        self.turns = 0
        """Answers to GS r so far."""
        self.heard = 0.0
        """When it last said anything, on time.monotonic(); 0: never."""

    def close(self) -> None:
        """Hang up."""
        os.close(self._handle)

    def write(self, data: memoryview, wait_s: float) -> int:
        """Hand over what it takes within that time; gives how many bytes."""
        if not select.select([], [self._handle], [], wait_s)[1]:
            return 0
        try:
            return os.write(self._handle, data)
        except BlockingIOError:
            return 0

    def hear(self, wait_s: float) -> None:
        """Wait so long at most for answers, and sort them by their fixed bits."""
        if not select.select([self._handle], [], [], wait_s)[0]:
            return
        try:
            piece = os.read(self._handle, 4096)
        except BlockingIOError:
            return
        if not piece:
            if not self._is_file:
                raise ConnectionResetError("the printer hung up")
            time.sleep(0.01)  # a device file says nothing in this way, too
        for byte in piece:
            self._sort(byte)

    def _sort(self, byte: int) -> None:
        self.heard = time.monotonic()
        if self._unasked:
            self._unasked -= 1
        elif byte & 0x93 == 0x12:
            if self._owed:
                self._said[self._owed.pop(0)] = byte
        elif byte & 0x93 == 0x10:
            self._unasked = 3  # the first of four bytes of an automatic status
        elif byte & 0x90 == 0x00:
            self.turns += 1

    def ask(self, about: int) -> int | None:
        """DLE EOT `about`: its answer; None when there is none in time."""
        if self._is_file and time.monotonic() - self._asked > LOST_AFTER_S:
            self._owed.clear()  # a cable, unlike TCP, may lose them; and writing tells if it is out
        if about not in self._owed:
            self._asked = time.monotonic()
            question = memoryview(bytes((0x10, 0x04, about)))
            end = time.monotonic() + ANSWER_WITHIN_S
            while question:  # never half a question: what follows would be read as its rest
                question = question[self.write(question, 0.05) :]
                if question and time.monotonic() > end:
                    if len(question) == 3:
                        return None
                    raise TimeoutError("it takes no more than a part of a question")
            self._owed.append(about)
        end = time.monotonic() + ANSWER_WITHIN_S
        while about in self._owed:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self.hear(left)
        return self._said[about]

    def state(self) -> set[str] | None:
        """What is the matter with it, by its own account; None when it does not answer."""
        offline = self.ask(2)
        if offline is None:
            return None
        paper = self.ask(4) or 0
        found = set()
        if offline & 0x04:
            found.add(COVER_OPEN)
        if offline & 0x20 or paper & 0x60:
            found.add(PAPER_OUT)
        elif paper & 0x0C:
            found.add(PAPER_LOW)
        if offline & 0x40 and not found & {COVER_OPEN, PAPER_OUT}:
            found.add(FAULT)
            if (self.ask(3) or 0) & 0x0C:  # of the kind that waits for a word; the cutter's too
                self.say(_RESUME)
        return found

    def say(self, data: bytes) -> None:
        """Hand over a few bytes, whole or not at all as far as that can be had."""
        self.write(memoryview(data), ANSWER_WITHIN_S)

    def unread(self) -> int:
        """Bytes that have left us and not reached it."""
        try:
            left = fcntl.ioctl(self._handle, 0x5411, b"\0" * 4)  # TIOCOUTQ, SIOCOUTQ
        except OSError:
            return 0  # usblp does not say
        return int.from_bytes(left, sys.byteorder)


def _open(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)


def _connect(place: str) -> int:
    host, _, port = place.rpartition(":")
    family, kind, proto, _, address = _socket.getaddrinfo(
        host.strip("[]"), int(port), 0, _socket.SOCK_STREAM
    )[0]
    printer = _socket.socket(family, kind, proto)
    try:
        printer.settimeout(CONNECT_WITHIN_S)
        printer.connect(address)
        printer.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        printer.setblocking(False)
    except OSError:
        printer.close()
        raise
    return printer.detach()


def place_of(uri: str) -> tuple[str, float]:
    """Where the printer of a device-uri is, and the age (s) at which its jobs are dropped."""
    place, _, query = uri.partition("://")[2].partition("?")
    place = place if place.startswith("/") else place.strip("/")
    return place, float(query.partition("within=")[2] or 120)


# --- the backend -------------------------------------------------------------------------

_shown = REASONS | VERDICTS
"""At first whatever an earlier job that was cancelled may have left in CUPS."""


def show(reasons: set[str]) -> None:
    """Tell CUPS what is the matter now, and what no longer is."""
    global _shown
    lines = ["STATE: +" + one for one in reasons - _shown]
    lines += ["STATE: -" + one for one in _shown - reasons]
    _shown = set(reasons)
    try:  # noqa: SIM105
        os.write(2, "".join(line + "\n" for line in lines).encode())
    except OSError:
        pass  # CUPS was killed; the ticket in hand still deserves its paper


def ready(place: str, until: float, mute_from: float) -> Line | None:
    """A line to a printer that can print now, or that says nothing, which is believed from
    `mute_from` on; None when `until` comes."""
    line = None
    while time.monotonic() < until:
        try:
            line = line or Line(place)
            reasons = line.state()
            if reasons is None and not line.heard and time.monotonic() >= mute_from:
                show(set())
                return line
        except OSError:
            reasons = None
        if reasons is not None and reasons <= {PAPER_LOW}:
            show(reasons)
            return line
        show({OFFLINE} if reasons is None else reasons)
        if reasons is None and line is not None:
            line.close()  # a new one asks anew, and a device file has one opener only
            line = None
        time.sleep(0.1)
    return None


def bands(data: bytes) -> list[bytes]:
    """`data` in pieces between which a question may stand: a raster (GS v 0) each, and the rest."""
    pieces, at = [], 0
    while data[at : at + 3] == b"\x1dv0":
        across, height = (int.from_bytes(data[n : n + 2], "little") for n in (at + 4, at + 6))
        end = at + 8 + across * height
        pieces.append(data[at:end])
        at = end
    return [*pieces, data[at:]]


def put_out(line: Line, pieces: list[bytes], until: float) -> str:
    """Print on a printer that answers, some bands at a time; gives PRINTED or UNCONFIRMED."""
    before, sent = line.turns, 0
    moved = time.monotonic()
    rest = memoryview(b"")
    while (done := line.turns - before) < len(pieces):
        if time.monotonic() > until:
            line.say(_CLEAR)
            return UNCONFIRMED
        if not rest and sent < len(pieces) and sent - done < AHEAD:
            rest = memoryview(pieces[sent] + _ASK_IN_TURN)
            sent += 1
        taken = line.write(rest, 0.05) if rest else 0
        rest = rest[taken:]
        line.hear(0 if taken or rest else 0.05)
        if taken or line.turns - before > done:
            moved = time.monotonic()
            show(_shown & {PAPER_LOW})
        elif time.monotonic() - moved > STUCK_AFTER_S:
            _stuck(line, inside=bool(rest), moved=moved)
    return PRINTED


def _stuck(line: Line, *, inside: bool, moved: float) -> None:
    """Tell why it does not get on: by its own word, but for inside a band."""
    reasons = None if inside else line.state()
    if reasons is not None:
        show(reasons)
    elif time.monotonic() - max(moved, line.heard) > SILENT_AFTER_S:
        show({OFFLINE})


def hand_over(line: Line, data: bytes, until: float) -> str:
    """Send to a printer that says nothing, until it has taken all; gives SENT, or PRINTED from one
    that answers GS r after all, UNCONFIRMED when `until` comes first."""
    rest = memoryview(data + _ASK_IN_TURN)
    while rest or line.unread():
        if time.monotonic() > until:
            return UNCONFIRMED
        if rest:
            rest = rest[line.write(rest, 0.1) :]
        else:
            line.hear(0.02)
    line.hear(ANSWER_WITHIN_S)
    return PRINTED if line.turns else SENT


def _print(line: Line, data: bytes, until: float) -> str:
    """Print; a cancel in between empties the printer."""

    def stop(*_: object) -> None:
        try:
            if line.heard:
                line.say(_CLEAR)
        finally:
            os._exit(CANCEL)

    _signal.signal(_signal.SIGTERM, stop)
    try:
        if line.heard:
            return put_out(line, [_UNASKED_OFF, *bands(data)], until)
        return hand_over(line, data, until)
    except OSError:
        show({OFFLINE})
        return UNCONFIRMED


class Ledger:
    """What became of the last jobs of one queue, kept beside CUPS' own files.

    It is locked from the first look to the last word: a backend whose CUPS was killed goes on, and
    the one that the next CUPS starts for the same job waits for what it has to say.
    """

    def __init__(self, path: str, job: str) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        self._job = job

    def lock(self, until: float) -> bool:
        """Wait for one's turn; False when `until` comes first."""
        while time.monotonic() < until:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                time.sleep(0.05)
        return False

    def verdict(self) -> str:
        """What is known of this job; "" if it was never begun."""
        return next((line[1] for line in reversed(self._lines()) if line[0] == self._job), "")

    def answered(self) -> bool:
        """Whether the printer confirmed the last job of the queue."""
        return any(said == PRINTED for _, said in self._lines()[-1:])

    def note(self, verdict: str) -> None:
        """Remember it, over a crash of this very moment as well."""
        lines = [*self._lines(), (self._job, verdict)][-REMEMBERED:]
        text = "".join(f"{job}\t{said}\n" for job, said in lines).encode()
        os.pwrite(self._handle, text, 0)
        os.ftruncate(self._handle, len(text))

    def _lines(self) -> list[tuple[str, str]]:
        text = os.pread(self._handle, 1 << 16, 0).decode(errors="replace")
        parts = (line.rpartition("\t") for line in text.splitlines())
        return [(job, said) for job, _, said in parts if job]


def _age_s(source: int) -> float:
    """How old a job's file is; 0 for a pipe."""
    facts = os.fstat(source)
    is_file = facts.st_mode & 0o170000 == 0o100000
    return time.time() - facts.st_mtime if is_file else 0  # noqa: TID251


def main(argv: list[str]) -> int:
    """Print the job that CUPS names; see backend(7)."""
    if len(argv) == 1:
        print('network motcua-escpos "Unknown" "Thermal printer that is asked (motcua)"')
        return OK
    place, within = place_of(os.environ["DEVICE_URI"])
    source = os.open(argv[6], os.O_RDONLY) if len(argv) > 6 else 0
    until = time.monotonic() + within - min(max(0, _age_s(source)), within)
    data = b"".join(iter(lambda: os.read(source, 1 << 18), b""))

    show(set())
    job = " ".join((argv[1] + " " + argv[3]).split())
    folder = os.environ.get("CUPS_CACHEDIR", "/tmp")
    ledger = Ledger(f"{folder}/motcua-{os.environ['PRINTER']}", job)
    if not ledger.lock(until):
        return CANCEL
    verdict = ledger.verdict()
    if not verdict:
        mute_from = time.monotonic() + (BOOTS_WITHIN_S if ledger.answered() else 0)
        line = ready(place, until, mute_from)
        if line is None:
            return CANCEL
        ledger.note(UNCONFIRMED)
        verdict = _print(line, data, max(until, time.monotonic() + PRINTS_WITHIN_S))
        ledger.note(verdict)
    show(_shown & ({PAPER_LOW} if verdict != UNCONFIRMED else REASONS) | {verdict})
    return CANCEL if verdict == UNCONFIRMED else OK


if __name__ == "__main__":
    sys.exit(main(sys.argv))
