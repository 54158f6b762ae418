"""The emulated printer's end of a line: a socket, or a USB cable with a device file at its end."""

import contextlib
import os
import pty
import select
import socket
import tty
from pathlib import Path
from typing import Protocol


class End(Protocol):
    """Our end of a line; a socket is one."""

    def recv(self, most: int, /) -> bytes:
        """What has come, empty when the other side has hung up."""
        ...

    def send(self, data: bytes, /) -> int:
        """Say something."""
        ...

    def shutdown(self, how: int, /) -> None:
        """End it, and wake who listens."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class Cable:
    """A pseudo terminal whose other end is the device file. Its methods are a socket's."""

    def __init__(self, device: Path) -> None:
        self._device = device
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        os.fchmod(self._theirs, 0o666)  # backends run as another user
        self._pulled = False
        device.unlink(missing_ok=True)
        device.symlink_to(os.ttyname(self._theirs))

    def recv(self, most: int) -> bytes:
        """Wait for bytes; raises OSError once it is pulled out."""
        while not self._pulled:
            if select.select([self._ours], [], [], 0.02)[0]:
                return os.read(self._ours, most)
        # Here and nowhere else: a number closed under a reader may be another file's by then.
        for end in (self._theirs, self._ours):
            os.close(end)
        raise OSError("pulled out")

    def send(self, data: bytes) -> int:
        """Say something."""
        return os.write(self._ours, data)

    def shutdown(self, how: int) -> None:
        """Pull it out: the device file goes."""
        if not self._pulled:
            self._pulled = True
            self._device.unlink(missing_ok=True)

    def close(self) -> None:
        """Done by `recv`."""


def hang_up(end: End) -> None:
    """End a line that may be gone already."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
