"""What may stand in a log: fields by name, and no line that looks like two.

A log is read by many and kept for long. A field that nobody has put on this list may hold a name, a
code or a secret, so it is left out, and the line says which; tests find such a field before.
"""

import logging
import re
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any

import structlog
from structlog.typing import Processor

FIELDS = frozenset(
    {
        *("event", "level", "timestamp", "exception", "exc_info", "left_out"),
        *("before", "call", "calls", "came", "code", "command", "counter", "day", "device"),
        *("display", "dropped", "epoch", "erased", "errno", "error", "events", "fault", "file"),
        *("kind", "kiosk", "lasted_s", "manner", "number"),
        *("ours", "page", "path", "pause_s", "place", "printer", "program"),
        *("question", "ran_s", "reason", "remedy", "request", "seconds", "service"),
        *("signal", "theirs", "told", "total", "type", "url", "wait_s", "why"),
    }
)
"""Names of machines, counters, tickets' numbers, files, services, reasons in the programs' own
words; nothing that a citizen has typed or scanned, no ticket's id, no credential."""

LONGEST = 1000
"""Characters of one field; a trace may be longer."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")

Line = MutableMapping[str, Any]


def known_fields(logger: object, method: str, line: Line) -> Line:
    """Leave out fields that are not on the list; for structlog."""
    strange = sorted(name for name in line if name not in FIELDS)
    for name in strange:
        del line[name]
    if strange:
        line["left_out"] = strange
    return line


def one_line(logger: object, method: str, line: Line) -> Line:
    """Write control characters out, so that no value ends a line or colours a terminal; for
    structlog. A trace keeps its lines."""
    for name, value in line.items():
        if name == "exception":
            line[name] = _BUT_LINES.sub(_written, str(value))
        elif name != "exc_info" and not isinstance(value, bool | int | float | None):
            text = _CONTROL.sub(_written, str(value))
            line[name] = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return line


def _written(found: "re.Match[str]") -> str:
    return ascii(found[0])[1:-1]


def keep_to_the_list() -> None:
    """Let every later line of this program, and of the libraries in it, hold known fields alone."""
    *steps, last = structlog.get_config()["processors"]
    if known_fields not in steps:
        held = [known_fields, one_line, last]
        structlog.configure(processors=[*steps, *held])
        take_in_libraries(steps, held)


def take_in_libraries(steps: Sequence[Processor], held: Sequence[Processor]) -> None:
    """Let what libraries say go the same way, from warnings on: `steps` add to a line, `held` are
    what it is held to and written by."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *held],
            foreign_pre_chain=steps,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
