"""Secrets come from files of their own: no setting holds one, and no file of the checkout does."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.test_docs import ROOT, SETTINGS, settings_of

SECRET = re.compile(r"secret|password|passwd|token|credential|api_?key|private", re.IGNORECASE)
ELSEWHERE = ("_file", "_url")
"""Endings of settings that say where a secret is, or where one is given."""

ASSIGNED = re.compile(r"""(?m)^[ \t]*["']?([\w.-]+)["']?[ \t]*[=:][ \t]*["']([^"'\n]+)["']""")
RANDOM = re.compile(
    r"(?<![\w/+.-])(?=[\w-]*[0-9])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}(?![\w.])"
)
KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}")
TEXTS = {".toml", ".cfg", ".conf", ".service", ".sh", ".md", ".json", ".yaml", ".yml", ".xml", ""}

SHOWN = {"Q2Fub3QgYmUgZ3Vlc3NlZCBieSBhbnlib2R5IGF0IGFsbA"}
"""Examples of docs/protocol.md: base64 of a sentence that says that it is none."""


def shipped() -> Iterator[Path]:
    """What an operator gets and edits."""
    for folder in ("config", "deploy", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path


def secrets_in(text: str) -> list[str]:
    """What looks like a secret in a file."""
    found = [
        name
        for name, value in ASSIGNED.findall(text)
        if SECRET.search(name) and not name.endswith(ELSEWHERE) and not value.startswith("{")
    ]
    found += [one for one in RANDOM.findall(text) if one not in SHOWN]
    return found + KEY.findall(text)


@pytest.mark.parametrize("path", list(shipped()), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_shipped_file_holds_a_secret(path: Path) -> None:
    assert secrets_in(path.read_text(encoding="utf-8", errors="replace")) == []


@pytest.mark.parametrize(
    "text",
    [
        'client_secret = "hunter2"',
        'password = "x"',
        "api_key: 'abc'",
        'name = "kQ2v8ZrT1xYw0aBcDeFgHiJkLmNoPqRsTuVwXyZ0123"',
        "-----BEGIN EC PRIVATE KEY-----",
    ],
)
def test_a_secret_would_be_found(text: str) -> None:
    assert secrets_in(text)


@pytest.mark.parametrize("file", SETTINGS)
def test_a_setting_about_a_secret_says_where_it_is(file: str) -> None:
    for name in settings_of(SETTINGS[file]):
        assert not SECRET.search(name) or name.endswith(ELSEWHERE), name


def test_a_client_secret_in_the_settings_themselves_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="client_secret"):
        msgspec.convert({"dossiers": {"client_secret": "x"}}, SETTINGS["hub.toml"])
