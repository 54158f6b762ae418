"""A real CUPS server of our own: for tests, measurements and `make run`."""

import os
import shutil
import signal
import socket as sockets
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from shared.errors import SetupError

BACKEND = Path(__file__).resolve().parent.parent / "cups" / "motcua-escpos"
CUPSD = "/usr/sbin/cupsd"
LPADMIN = "/usr/sbin/lpadmin"
"""Named in full: /usr/sbin is not on an ordinary user's PATH."""
SERVER_BIN = Path("/usr/lib/cups")
READY_WITHIN_S = 5.0

# Group and SystemGroup must differ or cupsd ends at once.
_FILES = """\
ServerRoot {ground}/root
RequestRoot {ground}/spool
CacheDir {ground}/cache
StateDir {ground}/state
TempDir {ground}/spool/tmp
ServerBin {ground}/bin
DataDir /usr/share/cups
Printcap {ground}/printcap
AccessLog {ground}/access_log
ErrorLog {ground}/error_log
PageLog {ground}/page_log
{user}
FileDevice Yes
Sandboxing Relaxed
"""

_CONF = """\
Listen {socket}
Browsing No
DefaultAuthType None
WebInterface No
IdleExitTimeout 0
DirtyCleanInterval 0
JobRetryInterval 1
JobKillDelay 1
PreserveJobFiles No
LogLevel warn
<Location />
Order allow,deny
Allow all
</Location>
<Policy default>
JobPrivateAccess all
JobPrivateValues none
<Limit All>
Order allow,deny
</Limit>
</Policy>
"""


class PrivateCups:
    """A cupsd on a private socket, with nothing of the machine's own CUPS but its programs.

    It lives in memory or under /tmp, where the user `lp` of its backends can reach it and where
    a socket's path is short enough; `folder` gets its error log at the end. `socket` is the path
    to give to `cups.Connection(host=…)`; spool, cache and logs are in `ground`. Raises SetupError
    where CUPS is missing or does not start.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ground = Path(tempfile.mkdtemp(prefix="motcua-cups-", dir=_memory()))
        self.socket = self.ground / "sock"
        self._process: subprocess.Popen[bytes] | None = None
        self._sessions: list[int] = []

    def start(self) -> None:
        """Start it and return when it answers."""
        if not Path(CUPSD).exists():
            raise SetupError(f"{CUPSD} is missing: install Debian's cups")
        if not (self.ground / "bin").exists():
            self._lay_out()
        self._process = subprocess.Popen(
            [
                *(CUPSD, "-f", "-c", str(self.ground / "root" / "cupsd.conf")),
                *("-s", str(self.ground / "root" / "cups-files.conf")),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._sessions.append(self._process.pid)
        self._wait_ready(self._process)

    def add_queue(self, name: str, device_uri: str) -> str:
        """A raw queue to `device_uri` that gives a failed job up; gives `name`."""
        done = subprocess.run(
            [
                *(LPADMIN, "-h", str(self.socket), "-p", name, "-E", "-v", device_uri),
                *("-o", "printer-error-policy=abort-job", "-o", "printer-is-shared=false"),
            ],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        if done.returncode:
            raise SetupError(f"lpadmin: {done.stderr.strip()}")
        return name

    def add_thermal(self, name: str, port: int, within_s: float = 120.0) -> str:
        """A queue to a thermal printer on loopback, through our own backend; gives `name`."""
        return self.add_queue(name, f"motcua-escpos://127.0.0.1:{port}/?within={within_s:g}")

    def stop(self) -> None:
        """Stop the server in good order; its queues and jobs stay for a `start`."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a crash would; a backend at work goes on, as it would then."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop it and what it has started, and take everything away but the error log."""
        self.stop()
        for pid in self._left():
            os.kill(pid, signal.SIGKILL)
        log = self.ground / "error_log"
        if log.exists() and self.folder.parent.exists():
            self.folder.mkdir(exist_ok=True)
            shutil.copyfile(log, self.folder / "error_log")
        shutil.rmtree(self.ground, ignore_errors=True)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self.socket.unlink(missing_ok=True)

    def _left(self) -> list[int]:
        """Backends that still run: children share the session that began with their cupsd."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    session = os.getsid(int(entry.name))
                except OSError:
                    continue
                if session in self._sessions:
                    found.append(int(entry.name))
        return found

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_WITHIN_S
        while process.poll() is None and time.monotonic() < end:
            with sockets.socket(sockets.AF_UNIX) as asked:
                try:
                    asked.connect(str(self.socket))
                    return
                except OSError:
                    time.sleep(0.005)
        log = self.ground / "error_log"
        said = log.read_text(errors="replace")[-600:] if log.exists() else "no log"
        raise SetupError(f"cupsd did not start: {said}")

    def _lay_out(self) -> None:
        ground = self.ground
        ground.chmod(0o755)
        for name in ("root", "root/ppd", "spool", "spool/tmp", "cache", "state", "bin/backend"):
            (ground / name).mkdir(parents=True)
        for part in SERVER_BIN.iterdir():
            if part.name != "backend":
                (ground / "bin" / part.name).symlink_to(part)
        for backend in (SERVER_BIN / "backend").iterdir():
            (ground / "bin" / "backend" / backend.name).symlink_to(backend)
        # A copy, for cupsd runs no backend that others could write to.
        own = ground / "bin" / "backend" / BACKEND.name
        shutil.copyfile(BACKEND, own)
        own.chmod(0o755)
        user = "User lp\nGroup lp\nSystemGroup root" if os.geteuid() == 0 else ""
        (ground / "root" / "cups-files.conf").write_text(_FILES.format(ground=ground, user=user))
        (ground / "root" / "cupsd.conf").write_text(_CONF.format(socket=self.socket))

    def __enter__(self) -> "PrivateCups":
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _memory() -> str | None:
    """A folder in memory: cupsd writes files for every job, and a busy disk stalls it by 0.5 s."""
    memory = "/dev/shm"
    usable = os.access(memory, os.W_OK) and not os.statvfs(memory).f_flag & os.ST_NOEXEC
    return memory if usable else None
