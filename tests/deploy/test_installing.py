"""What installs a machine: scripts without a fault, a local CA, and packages that are locked.

`make install-test` installs a whole machine (install_trial.py); this is what needs seconds.
"""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import hub_answers, locked
from tests.hub.hub_process import HubProcess

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("deploy/install.sh", "deploy/local-ca.sh", "deploy/motcua-command", "deploy/x/server")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SETUP = (ROOT / "setup.cfg").read_text(encoding="utf-8")


def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        words, capture_output=True, text=True, check=False, timeout=60, cwd=ROOT,
        env=os.environ | environment,
    )  # fmt: skip


def test_shellcheck_finds_no_fault_in_the_scripts() -> None:
    done = run("shellcheck", "-x", *SCRIPTS)
    assert (done.returncode, done.stdout) == (0, "")


def test_install_names_its_commands_and_refuses_what_it_does_not_know() -> None:
    assert "--role hub|kiosk|display|all" in run("deploy/install.sh", "--help").stdout


def test_every_file_that_is_put_on_a_machine_exists() -> None:
    scripts = "".join(path.read_text() for path in (ROOT / "deploy/install").glob("*.sh"))
    named = set(re.findall(r'"\$1/(deploy/[\w./-]+)"', scripts))
    assert len(named) > 5
    assert not [name for name in named if not (ROOT / name).exists()]


def test_a_command_line_means_files_in_its_callers_folder(tmp_path: Path) -> None:
    release, here = tmp_path / "release", tmp_path / "here"
    (release / ".venv/bin").mkdir(parents=True)
    here.mkdir()
    root = '#!/bin/sh\n[ "$1 $2 $3" = "-u motcua --" ] && shift 3 && exec "$@"\n'
    text = (ROOT / "deploy/motcua-command").read_text(encoding="utf-8")
    for place, script in (
        (tmp_path / "motcua-hub", text.replace("/opt/motcua/current", str(release))),
        (tmp_path / "runuser", root),
        (release / ".venv/bin/motcua-hub", '#!/bin/sh\necho "$PWD $*"\n'),
    ):
        place.write_text(script, encoding="utf-8")
        place.chmod(0o755)
    done = subprocess.run(
        [tmp_path / "motcua-hub", "backup", "a b.db"],
        capture_output=True, text=True, check=True, timeout=60, cwd=here,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )  # fmt: skip
    assert done.stdout == f"{here} backup a b.db\n"


FORGETS = """
set -eu
. deploy/install/printing.sh
! forgets_jobs "$1" || echo "already"
forget_jobs "$1"
forgets_jobs "$1"
"""


@pytest.mark.parametrize("before", ["LogLevel warn\n", "LogLevel warn\nPreserveJobFiles Yes"])
def test_cups_is_told_once_to_forget_what_it_has_printed(before: str, tmp_path: Path) -> None:
    settings = tmp_path / "cupsd.conf"
    settings.write_text(before)
    assert run("sh", "-c", FORGETS, "sh", str(settings)).stdout == ""
    after = settings.read_text()
    assert after == before.rstrip("\n") + "\nPreserveJobFiles No # motcua\n"
    assert run("sh", "-c", FORGETS, "sh", str(settings)).stdout == "already\n"
    assert settings.read_text() == after


# --- screens are judged while their hub answers ----------------------------------------

JUDGE = """
set -eu
role=kiosk SOURCE=$1 ETC=$2 HEALTHY_S=1
say() { echo "$*"; }
running_systemd() { true; }
serves_hub() { false; }
systemctl() { [ "$ACTIVE" = yes ]; }
. "$SOURCE/deploy/install/services.sh"
screens() { echo motcua-kiosk.service; }
ACTIVE=yes; echo "before: $(well_screens)"
ACTIVE=no; if is_well motcua-kiosk.service; then echo well; else echo ill; fi
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    started = HubProcess(tmp_path_factory.mktemp("hub"))
    started.start()
    yield started
    started.kill()


@pytest.fixture
def closed() -> Iterator[str]:
    """An address where nobody answers."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{nobody.getsockname()[1]}"


def test_a_hub_is_asked_at_the_address_that_its_screen_uses(hub: HubProcess, closed: str) -> None:
    assert hub_answers.answers(hub.live)
    assert hub_answers.answers(f"ws://{hub.live}/live")
    assert not hub_answers.answers(closed)
    assert not hub_answers.answers(f"wss://{closed}/live")
    assert not hub_answers.answers(hub.web), "pages, as a proxy answers when its hub is away"
    assert not hub_answers.answers("no address at all:")


def test_one_of_two_hubs_is_enough(hub: HubProcess, closed: str, tmp_path: Path) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(f'[hub]\naddress = ["{closed}", "{hub.live}"]\n')
    assert hub_answers.main(settings) == 0
    settings.write_text(f'[hub]\naddress = "{closed}"\n')
    assert hub_answers.main(settings) == 1


def judged(address: str, folder: Path) -> list[str]:
    (folder / "kiosk.toml").write_text(f'[hub]\naddress = "{address}"\n')
    done = run("sh", "-c", JUDGE, "sh", str(ROOT), str(folder))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_release_is_blamed_for_a_screen_only_while_its_hub_answers(
    hub: HubProcess, closed: str, tmp_path: Path
) -> None:
    assert judged(hub.live, tmp_path) == ["before: motcua-kiosk.service", "ill"]
    assert judged(closed, tmp_path) == ["before: ", "well"]


WHOLE = """
set -eu
ETC=$1 SOURCE=$2
fail() { echo "$*" >&2; exit 2; }
. deploy/install/machine.sh
fresh_settings hub.toml behind_proxy true
"""


def test_settings_that_were_cut_off_are_made_anew_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "hub.toml.new").write_text("half")
    assert run("sh", "-c", WHOLE, "sh", str(tmp_path), str(ROOT)).returncode == 0
    assert "behind_proxy = true\n" in (tmp_path / "hub.toml").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["hub.toml"]
    (tmp_path / "hub.toml").write_text("behind_proxy = false\n")
    assert run("sh", "-c", WHOLE, "sh", str(tmp_path), str(ROOT)).returncode == 0
    assert (tmp_path / "hub.toml").read_text() == "behind_proxy = false\n"


OFFLINE = """
set -eu
running_systemd() { false; }
. deploy/install/services.sh
trap 'echo "the old one is back"' EXIT
restart_services
"""


def test_an_upgrade_where_systemd_does_not_run_stays(tmp_path: Path) -> None:
    assert run("sh", "-c", OFFLINE).stdout == ""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    done = run("deploy/local-ca.sh", "make", str(folder), "motcua.test", "192.0.2.7")
    assert done.returncode == 0, done.stderr
    return folder


# --- the local CA ----------------------------------------------------------------------


def verified(authority: Path, *words: str) -> bool:
    done = run(
        "openssl", "verify", "-x509_strict", "-CAfile", str(authority / "ca.pem"), *words,
        str(authority / "server.pem"),
    )  # fmt: skip
    return done.returncode == 0


def test_the_certificate_is_for_its_names_and_no_other(authority: Path) -> None:
    assert verified(authority, "-purpose", "sslserver", "-verify_hostname", "motcua.test")
    assert verified(authority, "-verify_ip", "192.0.2.7")
    assert not verified(authority, "-verify_hostname", "other.test")


def test_only_its_owner_reads_a_key(authority: Path) -> None:
    for name in ("ca.key", "server.key"):
        assert (authority / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["DNS:bank.test", "IP:198.51.100.1"])
def test_the_ca_cannot_sign_for_anything_else(authority: Path, tmp_path: Path, name: str) -> None:
    extensions = tmp_path / "extensions"
    extensions.write_text(
        f"subjectAltName={name}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
    )
    key, request, signed = (str(tmp_path / one) for one in ("key", "request", "server.pem"))
    new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    run("openssl", "req", *new, "-keyout", key, "-subj", "/CN=other", "-out", request)
    ca = ["-CA", str(authority / "ca.pem"), "-CAkey", str(authority / "ca.key")]
    done = run(
        "openssl", "x509", "-req", "-in", request, *ca, "-extfile", str(extensions), "-out", signed
    )
    assert done.returncode == 0, done.stderr
    done = run("openssl", "verify", "-CAfile", str(authority / "ca.pem"), signed)
    assert "permitted subtree violation" in done.stderr


def test_a_certificate_is_renewed_when_it_runs_out_and_only_then(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert run("deploy/local-ca.sh", "make", folder, "motcua.test").returncode == 0
    first = (tmp_path / "server.pem").read_text()
    (tmp_path / ".new-cutoff").mkdir()
    assert run("deploy/local-ca.sh", "renew", folder).returncode == 0
    assert run("deploy/local-ca.sh", "make", folder, "motcua.test").returncode == 0
    assert (tmp_path / "server.pem").read_text() == first
    ca, key = str(tmp_path / "ca.pem"), str(tmp_path / "server.key")
    run(
        "openssl", "req", "-x509", "-new", "-key", key, "-days", "30", "-subj", "/CN=motcua.test",
        "-out", str(tmp_path / "server.pem"),
    )  # fmt: skip
    done = run("deploy/local-ca.sh", "renew", folder)
    assert (done.returncode, done.stdout) == (0, "The certificate is new.\n")
    assert not list(tmp_path.glob(".new-*"))
    assert run("openssl", "verify", "-CAfile", ca, str(tmp_path / "server.pem")).returncode == 0


def test_the_ca_of_a_hub_signs_for_its_standby_as_well(authority: Path, tmp_path: Path) -> None:
    for name in ("ca.key", "ca.pem", "names"):
        shutil.copy(authority / name, tmp_path / name)
        (tmp_path / name).chmod(0o644)
    names = (tmp_path / "names").read_text().split()
    assert run("deploy/local-ca.sh", "make", str(tmp_path), *names).returncode == 0
    assert (tmp_path / "ca.key").stat().st_mode & 0o077 == 0
    assert (tmp_path / "ca.pem").read_bytes() == (authority / "ca.pem").read_bytes()
    assert (tmp_path / "server.pem").read_bytes() != (authority / "server.pem").read_bytes()
    for name in ("motcua.test", "192.0.2.7"):
        kind = "-verify_ip" if name[0].isdigit() else "-verify_hostname"
        assert verified(tmp_path, kind, name)


def test_a_ca_for_other_names_is_not_taken_for_these(authority: Path) -> None:
    done = run("deploy/local-ca.sh", "make", str(authority), "elsewhere.test")
    assert done.returncode == 2
    assert "has a CA for 'motcua.test 192.0.2.7'" in done.stderr


# --- locked packages -------------------------------------------------------------------


def test_a_release_gets_what_programs_need_and_no_tool_of_development() -> None:
    needed = {"apsw", "msgspec", "httpx", "httpcore", "kivy", "pillow", "pycups", "cffi"}
    names = set(locked.closure(SETUP, ["kiosk"]))
    assert needed <= names
    assert not {"pytest", "playwright", "mypy", "ruff", "hypothesis"} & names
    assert names <= set(locked.entries(LOCK))
    assert "kivy" not in locked.closure(SETUP, [])


def test_an_entry_of_the_lock_is_whole_with_its_hashes() -> None:
    found = locked.entries(LOCK)
    assert "".join(found.values()) == LOCK[LOCK.index(next(iter(found.values()))) :]
    assert all("--hash=sha256:" in entry for entry in found.values())
