"""`make audit`: the dependencies against what is known of them, without a network.

Every package is pinned with hashes; what is installed is what is locked and nothing beyond; and no
version is below one in which known faults were mended (deploy/known_fixed.toml). pip-audit, which
asks a service for faults that are not known here, is for a machine with a network.
"""

import re
import sys
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from importlib.metadata import distributions
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
KNOWN = ROOT / "deploy" / "known_fixed.toml"

OURS = {"motcua", "pip"}
"""Installed without the lock: the programs, and the venv's own pip, which set-up alone runs."""

OLD_DAYS = 90
"""A list that nobody has looked at for so long says little."""

_PINNED = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


class Fixed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A package's least version, and the advisories that it answers."""

    package: str
    version: str
    ids: tuple[str, ...]


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list, and the day on which somebody last looked for faults that it lacks."""

    looked_at: date
    fixed: tuple[Fixed, ...]


def locked(text: str) -> tuple[dict[str, str], list[str]]:
    """Versions by name of a lock, and what is wrong with it."""
    versions: dict[str, str] = {}
    faults: list[str] = []
    for entry in re.split(r"(?m)^(?=[^\s#])", text):
        if not entry.strip() or entry.startswith("#"):
            continue
        found = _PINNED.match(entry)
        if found is None:
            faults.append(f"requirements.lock: {entry.split()[0]} is not pinned to one version")
            continue
        versions[canonicalize_name(found[1])] = found[2]
        if not _HASH.search(entry):
            faults.append(f"requirements.lock: {found[1]} has no sha256")
    return versions, faults


def installed() -> dict[str, str]:
    """Versions by name of what this Python can import."""
    return {canonicalize_name(one.metadata["Name"]): one.version for one in distributions()}


def differences(lock: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    """What is installed otherwise than it is locked."""
    faults = [f"{name}: is installed and not locked" for name in sorted({*here} - {*lock} - OURS)]
    for name, version in sorted(lock.items()):
        if here.get(name) != version:
            faults.append(f"{name}: {here.get(name, 'nothing')} is installed, {version} is locked")
    return faults


def outdated(lock: Mapping[str, str], known: Known) -> list[str]:
    """Locked versions with a known fault."""
    faults = []
    for one in known.fixed:
        version = lock.get(canonicalize_name(one.package))
        if version is not None and Version(version) < Version(one.version):
            faults.append(f"{one.package} {version}: {', '.join(one.ids)}; mended in {one.version}")
    return faults


def read_known(text: str) -> Known:
    """The list. Raises tomllib.TOMLDecodeError, msgspec.ValidationError."""
    return msgspec.convert(tomllib.loads(text), Known)


def main() -> int:
    """Print what is wrong; 1 when something is."""
    versions, faults = locked(LOCK.read_text(encoding="utf-8"))
    known = read_known(KNOWN.read_text(encoding="utf-8"))
    faults += differences(versions, installed()) + outdated(versions, known)
    age = (datetime.now(UTC).date() - known.looked_at).days
    if age > OLD_DAYS:
        faults.append(
            f"deploy/known_fixed.toml was last looked at {age} days ago: run pip-audit where there"
            " is a network, and renew it"
        )
    for fault in faults:
        print(fault)
    print(
        f"{len(versions)} packages locked, {len(known.fixed)} of them held to a least version"
        f" ({known.looked_at}): {len(faults)} faults"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
