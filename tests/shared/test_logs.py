"""Only fields that somebody has thought about are logged, and a line is a line."""

import ast
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from hub.journal.rewrite import Report
from shared.logs import FIELDS, LONGEST, keep_to_the_list, known_fields, one_line

ROOT = Path(__file__).resolve().parents[2]
METHODS = {"bind", "debug", "info", "warning", "error", "critical", "exception"}
OF_STRUCTLOG = {"event", "level", "timestamp", "exception", "exc_info", "left_out"}


def _of_a_log(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute) or called.attr not in METHODS:
        return False
    return ast.unparse(called.value) in ("log", "told", "structlog.get_logger()")


def logged() -> Iterator[str]:
    """Every field that a program of ours gives to a log."""
    for program in ("shared", "hub", "kiosk", "display"):
        for path in (ROOT / program).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "structlog" not in text:
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Call) and _of_a_log(node.func):
                    yield from (word.arg for word in node.keywords if word.arg)
    yield from Report.__struct_fields__  # which hub.compaction gives whole


def test_every_field_that_is_logged_is_on_the_list_and_the_list_holds_no_other() -> None:
    indirect = {"signal", "code"}  # of shared.keeper, which says one or the other
    assert set(logged()) | OF_STRUCTLOG | indirect == FIELDS


def line(**fields: Any) -> dict[str, Any]:
    told = one_line(None, "", known_fields(None, "", dict(fields)))
    assert isinstance(told, dict)
    return told


def test_a_field_that_is_not_on_the_list_is_left_out_and_named() -> None:
    told = line(event="x", why="y", password="bí mật", card="040190001234")
    assert told == {"event": "x", "why": "y", "left_out": "['card', 'password']"}


@pytest.mark.parametrize(
    "sign", ["\n", "\r", "\x1b[2J", "\x00", "\x85", "\u2028", "\u2029", "\x7f", "\t"]
)
def test_no_value_ends_a_line_or_steers_a_terminal(sign: str) -> None:
    told = line(event=f"a{sign}b", why=f"a{sign}b", path=Path(f"/a{sign}b"))
    for value in told.values():
        assert str(value).isprintable()
        assert len(str(value).splitlines()) == 1


def test_a_trace_keeps_its_lines_and_nothing_else_that_cannot_be_seen() -> None:
    told = line(event="x", exception="Traceback\n  File\x1b[31m\r\n")
    assert told["exception"] == "Traceback\n  File\\x1b[31m\\r\n"


def test_a_long_value_is_cut() -> None:
    assert len(line(event="x", why="y" * 5000)["why"]) == LONGEST


def test_numbers_stay_numbers() -> None:
    assert line(event="x", calls=3, ran_s=1.5, before=None) == {
        "event": "x", "calls": 3, "ran_s": 1.5, "before": None,
    }  # fmt: skip


def test_the_hubs_log_is_one_json_object_a_line_whoever_speaks() -> None:
    script = (
        "import logging, structlog\n"
        "from hub.logs import log_to_stderr\n"
        "log_to_stderr()\n"
        "structlog.get_logger().warning('x', why='a\\nlevel=forged', secret='s3cret')\n"
        "logging.getLogger('uvicorn.error').warning('bad %s', 'a\\n{\"event\": \"forged\"}')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n"
        "    logging.getLogger('asyncio').exception('fault')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    lines = [json.loads(text) for text in done.stderr.splitlines()]
    assert [one["level"] for one in lines] == ["warning", "warning", "error"]
    assert lines[0]["why"] == "a\\nlevel=forged"
    assert lines[0]["left_out"] == "['secret']"
    assert "ZeroDivisionError" in lines[2]["exception"]
    assert "s3cret" not in done.stderr


@pytest.fixture
def _as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_what_a_library_says_in_a_screen_s_program_goes_the_same_way() -> None:
    said = subprocess.run(
        [
            sys.executable, "-c",
            "import logging\n"
            "from shared.logs import keep_to_the_list\n"
            "keep_to_the_list()\n"
            "told = logging.getLogger('a.library')\n"
            "told.warning('one\\ntwo \\x1b[2J %s', 'x' * 5000, extra={'card': '040190001234'})\n"
            "told.info('hidden')\n",
        ],
        capture_output=True, text=True, check=True, timeout=60, cwd=ROOT,
    ).stderr  # fmt: skip
    [line] = said.splitlines()
    assert r"one\ntwo" in line and "\x1b[2J" not in line
    assert "040190001234" not in line and "hidden" not in said
    assert len(line) < LONGEST + 200


@pytest.mark.usefixtures("_as_before")
def test_screens_keep_to_the_list_once_and_for_all() -> None:
    keep_to_the_list()
    keep_to_the_list()
    out = io.StringIO()
    structlog.configure(
        processors=[
            *structlog.get_config()["processors"][:-1],
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(out),
    )
    structlog.get_logger().info("scanner.read", kind="wedge", raw="040190001234")
    [told] = [msgspec.json.decode(text) for text in out.getvalue().splitlines()]
    assert told["kind"] == "wedge"
    assert "raw" not in told
    assert structlog.get_config()["processors"].count(known_fields) == 1


def test_no_program_sets_a_log_up_that_is_not_held_to_the_list() -> None:
    assert "known_fields" in (ROOT / "hub/logs.py").read_text(encoding="utf-8")
    for program in ("kiosk", "display"):
        assert "keep_to_the_list()" in (ROOT / program / "program.py").read_text(encoding="utf-8")
    assert logging.getLogger("uvicorn.access").level == logging.NOTSET
