"""A queue of a CUPS server: its printer, and our jobs in it. The only module that speaks to CUPS.

Calls block, and belong to one thread. They raise one of FAULTS.
"""

import time
from typing import Any

import cups
import msgspec

from shared.messages import PrinterState

FAULTS = (RuntimeError, cups.IPPError, cups.HTTPError)
"""CUPS is away, or does not do what it was asked."""

JOB_PREFIX = "tkt:"
SLIP_PREFIX = "slip:"
OURS = (JOB_PREFIX, SLIP_PREFIX)

GONE = (7, 8, 9)  # cancelled, aborted, completed: RFC 8011, 5.3.7
COMPLETED = 9
_STOPPED = 5  # printer-state, RFC 8011, 5.4.11
_CANCEL_POLL_S = 0.01

_STATES = (
    ("cover-open", PrinterState.COVER_OPEN),
    ("door-open", PrinterState.COVER_OPEN),
    ("interlock-open", PrinterState.COVER_OPEN),
    ("media-empty", PrinterState.NO_PAPER),
    ("media-needed", PrinterState.NO_PAPER),
    ("offline", PrinterState.OFF),
    ("shutdown", PrinterState.OFF),
    ("connecting-to-device", PrinterState.OFF),
    ("timed-out", PrinterState.OFF),
    ("other-error", PrinterState.FAULT),
    ("media-low", PrinterState.LOW),
)
"""What printer-state-reasons mean, the worst first."""


class Facts(msgspec.Struct, frozen=True):
    """What CUPS says of the queue. `stopped`: by somebody's hand, it takes no job on."""

    state: PrinterState
    reasons: frozenset[str]
    uri: str
    stopped: bool


def connect(server: str | None) -> Any:
    """A connection to the server at that socket or host; None: the machine's own."""
    # By argument: setServer() would hold for this thread only.
    return cups.Connection(host=server) if server else cups.Connection()


def facts_of(connection: Any, queue: str) -> Facts:
    """How the queue's printer is, as far as CUPS knows."""
    asked = ["printer-state", "printer-state-reasons", "device-uri"]
    told = connection.getPrinterAttributes(queue, requested_attributes=asked)
    reasons = frozenset(told.get("printer-state-reasons", ()))
    stopped = told.get("printer-state") == _STOPPED
    state = PrinterState.OFF if stopped else PrinterState.READY
    for key, found in _STATES:
        if any(key in reason for reason in reasons):
            state = found
            break
    return Facts(state, reasons, str(told.get("device-uri", "")), stopped)


def create(connection: Any, queue: str, name: str, longest_s: float) -> int:
    """A job without content yet, which CUPS itself ends when it works longer than that."""
    job: int = connection.createJob(queue, name, {"job-cancel-after": str(int(longest_s))})
    return job


def send(connection: Any, queue: str, job: int, content: tuple[str, bytes]) -> None:
    """Give a job its content, a media type and the bytes; it begins."""
    kind, data = content
    connection.startDocument(queue, job, "paper", kind, True)
    connection.writeRequestData(data, len(data))
    connection.finishDocument(queue)


def job_state(connection: Any, job: int) -> int:
    """The job's state; one that CUPS has forgotten counts as cancelled."""
    try:
        told = connection.getJobAttributes(job, requested_attributes=["job-state"])
    except cups.IPPError as error:
        if error.args and error.args[0] == cups.IPP_NOT_FOUND:
            return GONE[0]
        raise
    return int(told["job-state"])


def cancel(connection: Any, job: int) -> int:
    """Cancel a job; gives the state it ended in. Raises RuntimeError if it will not go."""
    for _ in range(100):
        if (state := job_state(connection, job)) in GONE:
            return state
        try:
            connection.cancelJob(job)
        except cups.IPPError as error:
            if error.args[0] not in (cups.IPP_NOT_POSSIBLE, cups.IPP_NOT_FOUND):
                raise
        time.sleep(_CANCEL_POLL_S)
    raise RuntimeError(f"job {job} cannot be cancelled")


def our_jobs(connection: Any, queue: str) -> set[int]:
    """Tickets and slips that wait or print in `queue`."""
    # Without job-id nothing comes back, and without copies the job-name is left out.
    asked = ["job-id", "job-name", "job-printer-uri", "copies"]
    jobs = connection.getJobs(which_jobs="not-completed", requested_attributes=asked)
    return {
        job
        for job, facts in jobs.items()
        if str(facts.get("job-name", "")).startswith(OURS)
        and str(facts.get("job-printer-uri", "")).endswith(f"/{queue}")
    }
