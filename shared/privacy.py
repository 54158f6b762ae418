"""Keep what a process knows about people in its memory, and nowhere else."""

import ctypes
import resource

import structlog

_PR_SET_DUMPABLE = 4  # linux/prctl.h

log = structlog.get_logger()


def no_core_dumps() -> None:
    """Let no crash write this process's memory to disk, and no other program of its user read it.

    The limit keeps the kernel from writing a file; a system that pipes dumps to a program of its
    own asks for the process to be dumpable, which it is no more. Both hold for threads; a program
    that is started from here inherits the limit.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        log.error("privacy.dumpable", errno=ctypes.get_errno(), remedy="switch core dumps off")
