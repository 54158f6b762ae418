"""Keeps what a process knows about people out of core dumps."""

import ctypes
import resource

_PR_SET_DUMPABLE = 4
"""prctl(2): 0 means that the kernel writes no core, whatever the limits say."""


def leave_no_core() -> None:
    """From now on this process, and what it starts, leaves no core dump when it crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE)")
