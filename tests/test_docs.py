"""The documents name what exists, and all that exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from display.settings import DisplaySettings
from hub.engine.site import Site
from hub.settings import HubSettings
from kiosk.settings import KioskSettings
from shared.procedure_file import ProcedureFile

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SETTINGS: dict[str, type[msgspec.Struct]] = {
    "site.toml": Site,
    "hub.toml": HubSettings,
    "kiosk.toml": KioskSettings,
    "display.toml": DisplaySettings,
    "procedures.toml": ProcedureFile,
}


def settings_of(kind: type[msgspec.Struct]) -> Iterator[str]:
    """Every setting a file of this kind may hold, as a dotted path."""
    shape = inspect.type_info(kind)
    assert isinstance(shape, inspect.StructType)
    for field in shape.fields:
        inner = field.type
        if isinstance(inner, inspect.VarTupleType):
            inner = inner.item_type
        if isinstance(inner, inspect.StructType):
            yield from (f"{field.encode_name}.{name}" for name in settings_of(inner.cls))
        else:
            yield field.encode_name


def documented_in(page: str, heading: str) -> set[str]:
    """Names in the first column of the table under a heading."""
    section = re.split(r"(?m)^## ", page.split(f"## {heading}\n")[1])[0]
    cells = re.findall(r"(?m)^\| ([^|]+) \|", section)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("file", SETTINGS)
def test_every_setting_is_documented_and_none_that_does_not_exist(file: str) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert documented_in(page, f"config/{file}") == set(settings_of(SETTINGS[file]))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    dead = [
        link for link in links if "://" not in link and not (page.parent / link).resolve().exists()
    ]
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_named_in_a_document_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?m)^([a-z-]+):", makefile))
    named = set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")))
    named |= set(re.findall(r"(?m)^make ([a-z-]+)", page.read_text(encoding="utf-8")))
    assert named <= targets


def test_every_target_of_the_makefile_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"(?m)^\.PHONY: (.*)$", makefile)[0].split()) - {"ready"}
    assert phony == set(re.findall(r"(?m)^([a-z-]+):.*## \w", makefile))


def test_every_warning_that_operations_explain_can_be_said() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = page.split("### Warnings in the log\n")[1].split("\n## ")[0]
    named = {
        name for row in re.findall(r"(?m)^\| (`.*?) \|", table) for name in row.split("`")[1::2]
    }
    programs = [
        path
        for part in ("hub", "kiosk", "display", "shared")
        for path in (ROOT / part).rglob("*.py")
    ]
    code = "".join(path.read_text(encoding="utf-8") for path in programs)
    said = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)?)"', code)) | {"hub.lost", "hub.stale"}
    assert len(named) > 40
    assert named <= said
