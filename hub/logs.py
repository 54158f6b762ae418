"""Where the hub's log goes."""

import sys

import structlog

from shared.logs import known_fields, one_line, take_in_libraries


def log_to_stderr() -> None:
    """Lines for people on a terminal, JSON for everything else; what libraries say comes alike."""
    person = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer()
    )
    steps: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    held = [known_fields, one_line, last]
    structlog.configure(
        processors=[*steps, *held],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    take_in_libraries(steps, held)
