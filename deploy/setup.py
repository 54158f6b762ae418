"""Make this checkout ready to run: Debian packages, .venv, locked dependencies, voice clips.

`make` calls it before anything else. It runs on a bare Debian python3 and imports nothing else.
A second call compares one hash and is done. Noise of apt and pip goes to out/setup.log; what went
wrong is said in one sentence that says what to do.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARK = VENV / "motcua.json"
"""Written last, so a half-made environment has none; holds the fingerprints it was made from."""
LOG = ROOT / "out" / "setup.log"
LOCK = ROOT / "requirements.lock"
VOICES = ROOT / "assets" / "voice"
LANGUAGES = ("vi", "en")
ROOM_MB = 700

PACKAGES = {
    "building and installing": ("python3-venv", "python3-dev", "gcc", "libc6-dev", "libcups2-dev"),
    "printing": ("cups", "cups-ipp-utils", "dbus"),
    "the kiosk's and the display's windows": (
        "libegl1",
        "libgl1-mesa-dri",
        "libgles2",
        "libmtdev1",
        "fonts-inter",
    ),
    "the letters of Lao, Thai and Tai": (
        "fonts-lao",
        "fonts-tlwg-loma-otf",
        "fonts-sil-taiheritagepro",
        "libfribidi0",
    ),
    "a virtual screen and taps on it": ("xvfb", "xdotool"),
    "the voice": ("espeak-ng",),
    "films on the displays": ("mpv",),
    "the browser tests and pictures": ("chromium",),
    "the tests of the services and of installing": (
        "systemd",
        "systemd-container",
        "nginx-light",
        "openssl",
        "curl",
        "shellcheck",
        "debootstrap",
    ),
}
"""What Debian packages we use, by what does not work without them."""

REASONS = (
    (r"No space left on device", "The disk is full: make room and call make again"),
    (
        r"DO NOT MATCH THE HASHES",
        "A package is not the one that was locked: do not trust the package index, or renew the"
        " lock with `make lock`",
    ),
    (
        r"Python\.h|cups/\w+\.h|command '[^']*(gcc|cc)[^']*' failed|cups-config",
        "A C compiler or its headers are missing: have an administrator run"
        " `apt-get install gcc libc6-dev python3-dev libcups2-dev`",
    ),
    (
        r"Could not get lock|dpkg was interrupted",
        "Another program is installing Debian packages: wait for it, or run `dpkg --configure -a`",
    ),
    (
        r"name resolution|Temporary failure resolving|Could not resolve|Network is unreachable"
        r"|Connection refused|ConnectionError|NewConnectionError|Connection timed out|ProxyError"
        r"|ReadTimeout|SSLError|Unable to fetch|Failed to fetch|No matching distribution",
        "The package index cannot be reached: check the network, the proxy (HTTPS_PROXY) and"
        " `pip config list`, and call make again",
    ),
)
"""What stands in the log, and the sentence for it; the first that fits counts."""


class Stopped(Exception):
    """Set-up cannot go on; the text says what to do."""


def fingerprint(*files: Path) -> str:
    """One hash over the contents of `files`; a missing file counts as empty."""
    digest = hashlib.sha256(f"{ROOT} {sys.version_info[:2]}".encode())
    for file in files:
        digest.update(file.name.encode() + b"\0")
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def made_from() -> dict[str, str]:
    """What the environment and the voice are made from, as fingerprints."""
    return {
        "packages": fingerprint(LOCK, ROOT / "setup.cfg", ROOT / "pyproject.toml", Path(__file__)),
        "voice": fingerprint(
            *sorted((ROOT / "deploy" / "voice").glob("*.py")),
            *(ROOT / "display" / name for name in ("tongues.py", "chime.py", "clips.py")),
            ROOT / "shared" / "vietnamese.py",
        ),
    }


def marked() -> dict[str, object]:
    """What the last whole set-up wrote; empty when there was none."""
    try:
        found = json.loads(MARK.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) and PYTHON.exists() else {}


def mark(made: dict[str, object]) -> None:
    """Remember what has been made."""
    MARK.write_text(json.dumps(made), encoding="utf-8")


def missing_packages() -> list[str]:
    """Debian packages that are not installed; none on a system without dpkg."""
    wanted = [name for names in PACKAGES.values() for name in names]
    if not shutil.which("dpkg-query"):
        return []
    form = "${Package} ${db:Status-Status}\n"
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", form, *wanted], capture_output=True, text=True, check=False
    )
    have = {line.split()[0] for line in asked.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in wanted if name not in have]


def root_prefix() -> list[str] | None:
    """What to put before a command to run it as root; None when that is not allowed."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
        if asked.returncode == 0:
            return ["sudo", "-n"]
    return None


def run(command: list[str], on_line: Callable[[str], None] = lambda line: None) -> None:
    """Run `command` with its output in the log. Raises Stopped with a reason from the log."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        start = log.tell()
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "PYTHONUNBUFFERED": "1"}
        try:
            child = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                env=env,
                cwd=ROOT,
            )
        except OSError as error:
            raise Stopped(f"{command[0]} cannot be run ({error.strerror})") from None
        with child:
            for line in child.stdout or ():
                log.write(line)
                on_line(line)
    if child.returncode:
        said = LOG.read_bytes()[start:].decode(errors="replace")
        raise Stopped(reason(said, command))


def reason(said: str, command: list[str]) -> str:
    """One sentence for what a failed command said."""
    for pattern, sentence in REASONS:
        if re.search(pattern, said):
            return sentence
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "no output")
    return f"`{' '.join(command[:4])} …` failed: {last[:200]}"


@contextmanager
def step(number: int, what: str) -> Iterator[Callable[[str], None]]:
    """Show one numbered line of progress; what it yields adds words to it on a terminal."""
    begun = time.monotonic()
    line = f"[{number}/4] {what}"
    live = sys.stdout.isatty()
    print(line, end="" if live else "\n", flush=True)
    yield lambda more: print(f"\r{line} · {more}\033[K", end="", flush=True) if live else None
    took = time.monotonic() - begun
    print(f"\r{line} · {took:.0f} s\033[K" if live else f"      done in {took:.0f} s", flush=True)


def install_packages(missing: list[str]) -> list[str]:
    """Install what apt is allowed to install; gives back what is still missing."""
    prefix = root_prefix()
    if not missing or prefix is None or not shutil.which("apt-get"):
        return missing
    with step(1, f"Debian packages: {' '.join(missing)}") as tell:
        apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        run([*apt, "update"])
        unpacked = 0

        def count(line: str) -> None:
            nonlocal unpacked
            if line.startswith(("Unpacking", "Setting up")):
                unpacked += 1
                tell(f"{unpacked} steps")

        run([*apt, "install", "--no-install-recommends", *missing], count)
    return missing_packages()


def without_printing(locked: Path) -> Path:
    """The lock without pycups, which needs a compiler; for machines that have none."""
    text = re.sub(r"(?m)^pycups==.*(\n    --hash.*)+\n", "", locked.read_text(encoding="utf-8"))
    shorter = LOG.with_name("requirements-without-printing.lock")
    shorter.write_text(text, encoding="utf-8")
    return shorter


def make_environment(missing: list[str]) -> None:
    """Make .venv anew unless the last one was whole, and install what is locked."""
    whole = bool(marked())
    MARK.unlink(missing_ok=True)
    if not whole:
        free = shutil.disk_usage(ROOT).free // 2**20
        if free < ROOM_MB:
            raise Stopped(f"The disk has {free} MB left and {ROOM_MB} MB are needed: make room")
        with step(2, "Virtual environment .venv"):
            try:
                run([sys.executable, "-m", "venv", "--clear", str(VENV)])
            except Stopped:
                if "python3-venv" not in missing:
                    raise
                raise Stopped(
                    "python3-venv is missing: have an administrator apt-get install it"
                ) from None
    wanted = LOCK
    if {"gcc", "libcups2-dev", "python3-dev"} & set(missing) and not shutil.which("cups-config"):
        wanted = without_printing(LOCK)
    total = len(re.findall(r"(?m)^\S+==", wanted.read_text(encoding="utf-8")))
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--retries", "2"]
    with step(3, f"{total} locked Python packages") as tell:
        seen = 0

        def count(line: str) -> None:
            nonlocal seen
            if line.startswith(("Collecting", "Requirement already")):
                seen += 1
                tell(f"{seen} of {total}")
            elif line.startswith(("Installing", "Building")):
                tell(line.split(":")[0].lower())

        run([*pip, "install", "--require-hashes", "-r", str(wanted)], count)
        run([*pip, "install", "--no-deps", "--no-build-isolation", "-e", "."])


def make_voice(missing: list[str]) -> None:
    """Speak the default clips, where there is something to speak them with."""
    if "espeak-ng" in missing:
        return
    with step(4, "Voice clips"):
        for language in LANGUAGES:
            out = str(VOICES / language)
            command = [str(PYTHON), "-m", "deploy.voice", "make"]
            try:
                run([*command, "--language", language, "--out", out])
            except Stopped as stopped:  # the display chimes, and reports its missing clips
                print(f"      no whole voice for {language}: {stopped}")


def say_missing(missing: list[str]) -> None:
    """Name what is missing, and what does not work for it, in one line."""
    if missing:
        lost = [what for what, names in PACKAGES.items() if set(names) & set(missing)]
        print(
            f"Missing: {' '.join(missing)} (apt-get install them as root);"
            f" does not work without them: {'; '.join(lost)}. All else does.",
            file=sys.stderr,
        )


def set_up() -> bool:
    """Bring everything up to date; says whether there was something to do."""
    missing = missing_packages()
    last, now = marked(), made_from()
    tried = last.get("missing")
    if missing and (missing != tried or root_prefix() is not None):
        missing = install_packages(missing)
    fresh = last.get("packages") == now["packages"] and missing == tried
    spoken = last.get("voice") == now["voice"] and (
        "espeak-ng" in missing
        or all(any((VOICES / language).glob("*.wav")) for language in LANGUAGES)
    )
    if not fresh:
        make_environment(missing)
        mark({**now, "voice": last.get("voice"), "missing": missing})
    if not spoken:
        make_voice(missing)
        mark({**now, "missing": missing})
    say_missing(missing)
    return not (fresh and spoken)


def main() -> int:
    """Set up, and say in one sentence what stands in the way if something does."""
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument("--quiet", action="store_true", help="say nothing when all is ready")
    quiet: bool = parser.parse_args().quiet
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = sys.version.split()[0]
        print(f"Python 3.11 to 3.13 is needed and this is {found}: make PYTHON=python3.11")
        return 1
    try:
        LOG.parent.mkdir(exist_ok=True)
        with LOG.with_name("setup.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            changed = set_up()
    except Stopped as stopped:
        print(f"\nSet-up stopped. {stopped}. ({LOG.relative_to(ROOT)} has the details.)")
        return 1
    except OSError as error:
        print(
            f"\nSet-up stopped. {error.filename or ROOT}: {error.strerror}: make room or allow it."
        )
        return 1
    except KeyboardInterrupt:
        print("\nSet-up interrupted; the next call starts where it must.")
        return 130
    if changed or not quiet:
        print("Everything is set up." if changed else "Everything is set up already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
