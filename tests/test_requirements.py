"""The lock names no address and holds what setup.cfg asks for."""

import configparser
import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, str]:
    return {
        canonicalize_name(name): version
        for name, version in re.findall(r"(?m)^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", LOCK)
    }


def direct() -> list[Requirement]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = parser["options"]["install_requires"].splitlines()
    for extra in parser["options.extras_require"].values():
        lines += extra.splitlines()
    return [Requirement(line) for line in lines if line.strip()]


@pytest.mark.parametrize("requirement", direct(), ids=lambda requirement: str(requirement.name))
def test_a_direct_dependency_is_locked_to_a_version_that_it_allows(
    requirement: Requirement,
) -> None:
    version = locked().get(canonicalize_name(requirement.name))
    assert version is not None, f"{requirement.name} is not in requirements.lock: make lock"
    assert requirement.specifier.contains(version)


def test_the_lock_names_no_address() -> None:
    assert "://" not in LOCK
    assert not re.search(r"(?m)^\s*(-i|--(extra-)?index-url|--find-links|-e|-f)\b", LOCK)


def test_every_locked_package_has_hashes() -> None:
    entries = re.split(r"(?m)^(?=\S)", LOCK)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
