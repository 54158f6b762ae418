"""The audit of dependencies finds what it is for, and finds nothing in this checkout."""

import re
import subprocess
import sys
from datetime import date

import pytest

from deploy.audit import (
    KNOWN,
    LOCK,
    ROOT,
    Fixed,
    Known,
    differences,
    installed,
    locked,
    outdated,
    read_known,
)

HASH = f"    --hash=sha256:{'a' * 64}\n"


def test_this_checkout_is_pinned_hashed_installed_as_locked_and_has_no_known_fault() -> None:
    versions, faults = locked(LOCK.read_text(encoding="utf-8"))
    known = read_known(KNOWN.read_text(encoding="utf-8"))
    assert len(versions) > 50
    assert faults + differences(versions, installed()) + outdated(versions, known) == []


def test_every_least_version_is_of_a_locked_package_and_says_why() -> None:
    versions, _faults = locked(LOCK.read_text(encoding="utf-8"))
    known = read_known(KNOWN.read_text(encoding="utf-8"))
    names = [one.package for one in known.fixed]
    assert len(names) == len(set(names))
    for one in known.fixed:
        assert one.package in versions
        assert one.ids
        for name in one.ids:
            assert re.fullmatch(r"(CVE|PYSEC)-20\d\d-\d+|GHSA(-[0-9a-z]{4}){3}", name), name


def test_the_command_says_what_it_looked_at() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.audit"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert re.search(r"\d+ packages locked, \d+ of them held to a least version", done.stdout)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a==1 \\\n", "a has no sha256"),
        ("a==1 \\\n    --hash=md5:aa\n", "a has no sha256"),
        (f"a>=1 \\\n{HASH}", "a>=1 is not pinned"),
        ("git+https://x/y\n", "is not pinned"),
    ],
)
def test_a_package_without_pin_or_hash_is_a_fault(text: str, said: str) -> None:
    _versions, [fault] = locked(f"b[x]==2.0 \\\n{HASH}{text}")
    assert said in fault


def test_what_is_installed_beyond_or_beside_the_lock_is_a_fault() -> None:
    here = {"a": "1", "c": "3", "motcua": "0.1", "pip": "23"}
    assert differences({"a": "2", "b": "1"}, here) == [
        "c: is installed and not locked",
        "a: 1 is installed, 2 is locked",
        "b: nothing is installed, 1 is locked",
    ]
    assert differences({"a": "1"}, {"a": "1"}) == []


def test_a_version_below_the_least_one_is_a_fault_with_its_advisory() -> None:
    known = Known(date(2026, 1, 1), (Fixed("Pack.Age", "1.10", ("CVE-2026-1",)),))
    assert outdated({"pack-age": "1.9"}, known) == ["Pack.Age 1.9: CVE-2026-1; mended in 1.10"]
    assert outdated({"pack-age": "1.10"}, known) == []
    assert outdated({}, known) == []
