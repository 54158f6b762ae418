"""Install of the locked packages those that programs need, and no tool of development.

    RELEASE/.venv/bin/python deploy/locked.py [EXTRA …]

requirements.lock names everything, tests' tools as well; what a package needs is known once it is
there. So: install what setup.cfg asks for, look what that needs, and go on until nothing is
missing. Every file is checked against the lock's hashes.
"""

import configparser
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
BUILDER = "setuptools"
"""Builds what comes as source; the one package that is there beside what programs need."""


def entries(text: str) -> dict[str, str]:
    """The lock's entries with their hashes, by name."""
    found = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    return {canonicalize_name(re.split(r"[=\[]", one)[0]): one for one in found if "==" in one}


def asked(text: str, extras: list[str]) -> list[Requirement]:
    """What setup.cfg itself asks for, with `extras`."""
    setup = configparser.ConfigParser()
    setup.read_string(text)
    lines = [setup["options"]["install_requires"]]
    lines += [setup["options.extras_require"][extra] for extra in extras]
    return [Requirement(line) for line in "\n".join(lines).splitlines() if line.strip()]


def needed(requirement: Requirement) -> list[Requirement]:
    """What an installed package needs in turn."""
    extras = ["", *requirement.extras]
    found = [Requirement(line) for line in distribution(requirement.name).requires or ()]
    return [
        one
        for one in found
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def closure(text: str, extras: list[str]) -> set[str]:
    """The names of all that programs need, where all of it is installed."""
    names: set[str] = {BUILDER}
    waiting = asked(text, extras)
    while waiting:
        names |= {canonicalize_name(one.name) for one in waiting}
        found = [one for before in waiting for one in needed(before)]
        waiting = [one for one in found if canonicalize_name(one.name) not in names]
    return names


def there(name: str, entry: str) -> bool:
    """Whether a package is installed as it is locked."""
    try:
        return f"=={distribution(name).version} " in entry.replace("\\", " ") + " "
    except PackageNotFoundError:
        return False


def install(lock: list[str]) -> None:
    """Install these entries and nothing else."""
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "install"]
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("".join(lock))
        file.flush()
        options = ["--no-deps", "--require-hashes", "--no-build-isolation", "--use-pep517"]
        subprocess.run([*pip, *options, "-r", file.name], check=True)


def main(extras: list[str]) -> int:
    """Install; the exit code is 1 when a package is not locked or cannot be installed."""
    locked = entries((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    waiting = asked((ROOT / "setup.cfg").read_text(encoding="utf-8"), extras)
    seen: set[str] = set()
    try:
        install([locked[BUILDER]])
        while waiting:
            names = {canonicalize_name(one.name) for one in waiting}
            missing = [locked[name] for name in names if not there(name, locked[name])]
            if missing:
                install(missing)
            seen |= {str(one) for one in waiting}
            found = {str(one): one for before in waiting for one in needed(before)}
            waiting = [one for text, one in found.items() if text not in seen]
    except KeyError as error:
        print(f"locked.py: {error.args[0]} is not in requirements.lock", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError:
        print("locked.py: pip could not install what is locked; see above", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
