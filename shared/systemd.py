"""What a service tells systemd (sd_notify(3)): that it is ready, that it lives, that it ends."""

import os
import socket
from collections.abc import Mapping

VARIABLES = ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID")


class Systemd:
    """Says so through the socket that `environment` names; without one it says nothing."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        if self._address.startswith("@"):  # an abstract socket
            self._address = "\0" + self._address[1:]
        watched = environment.get("WATCHDOG_USEC", "")
        owner = environment.get("WATCHDOG_PID", str(os.getpid()))
        self.every_s: float | None = None
        """How often `alive` must be said, in seconds; None where nobody waits for it."""
        if self._address and watched.isdecimal() and owner == str(os.getpid()):
            self.every_s = int(watched) / 1e6 / 2

    def ready(self) -> None:
        """The service serves."""
        self._say("READY=1")

    def alive(self) -> None:
        """It still does."""
        self._say("WATCHDOG=1")

    def ending(self) -> None:
        """It was told to end, and does."""
        self._say("STOPPING=1")

    def _say(self, what: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.setblocking(False)
                out.sendto(what.encode(), self._address)
        except OSError:
            return  # systemd learns by the silence
