"""A fresh Debian 12 gets installed, upgraded, broken, rolled back and cleared: `make install-test`.

The machine is a folder made by debootstrap from this machine's own mirror, and systemd-nspawn boots
it with a systemd of its own and a network of its own: units run as they are, sandbox and watchdog
included. Needs root, some 3 GB and a quarter of an hour, so `make test` leaves it out (its name
does not begin with test_). The tests are the steps of one story and run in their order.
"""

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy import locked

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "install"
NAME = "motcua.test"
PLAIN = ("systemd-sysv", "dbus", "openssh-server")
"""What the folder has beside Debian's essential packages: it must boot and be reached."""

TAKE_A_NUMBER = """
import json, sys, uuid
from websockets.sync.client import connect
with connect("ws://127.0.0.1:8790/live") as live:
    live.send(json.dumps(dict(type="hello", version=1, role="kiosk", credential=sys.argv[1])))
    wish = {"kind": "issue_ticket", "service": "dat-dai", "priority": None}
    live.send(json.dumps(dict(type="command", request_id=str(uuid.uuid4()), command=wish)))
    while (frame := json.loads(live.recv(20)))["type"] not in {"result", "refused"}:
        pass
    print(frame["value"]["number"] if frame["type"] == "result" else frame)
"""

pytestmark = pytest.mark.timeout(1800)


class Machine:
    """A Debian in a folder. `enter` runs a command in it, booted or not."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._boot: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def install_debian(self) -> None:
        """From the mirror that apt has here."""
        mirror, suite = _mirror()
        packages = f"--include={','.join(PLAIN)}"
        log = OUT / "debootstrap.log"
        with log.open("wb") as out:
            subprocess.run(
                ["debootstrap", "--variant=minbase", packages, suite, str(self.root), mirror],
                check=True, stdout=out, stderr=out,
            )  # fmt: skip

    def boot(self) -> None:
        """Start its systemd, and wait until it has started what it starts."""
        words = ["--boot", "--private-network", "--console=read-only", "--machine=motcua-trial"]
        with (OUT / "boot.log").open("ab") as log:
            self._boot = subprocess.Popen(
                self._nspawn(*words), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(lambda: self._started(), 120, "the machine has not started")

    def _started(self) -> bool:
        assert self._boot is not None
        found = subprocess.run(
            ["pgrep", "-P", str(self._boot.pid)], capture_output=True, text=True, check=False
        )
        self._leader = int(found.stdout.split()[0]) if found.stdout else 0
        return bool(self._leader) and self.enter(
            "systemctl", "is-system-running", check=False
        ).strip() in {"running", "degraded"}

    def halt(self) -> None:
        """Switch it off."""
        if self._boot is not None:
            self._boot.terminate()
            self._boot.wait(90)
            self._boot = None

    def enter(self, *words: str, check: bool = True, text: str = "", within_s: int = 900) -> str:
        """Run a command as root in it; gives all it said."""
        if self._boot is not None:
            spaces = ["-m", "-u", "-i", "-n", "-p", "-r", "-w"]
            command = ["nsenter", "-t", str(self._leader), *spaces, "--", *words]
        else:
            options = ["--pipe", "--suppress-sync=yes", "--bind-ro=/etc/resolv.conf"]
            command = [*self._nspawn(*options), *words]
        environment = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/root", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/wheels",
            "MOTCUA_HEALTHY_S": "40",
        }  # fmt: skip
        if self._boot is None:
            command[1:1] = [f"--setenv={name}={value}" for name, value in environment.items()]
        done = subprocess.run(
            command, input=text, capture_output=True, text=True, check=False,
            timeout=within_s, env=environment,
        )  # fmt: skip
        with (OUT / "commands.log").open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{done.stdout}{done.stderr}-> {done.returncode}\n")
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def shell(self, script: str, check: bool = True) -> str:
        """Run a line of shell in it."""
        return self.enter("sh", "-c", script, check=check)

    def path(self, inside: str) -> Path:
        """One of its files, as seen from here."""
        return self.root / inside.lstrip("/")

    def show(self, unit: str, what: str) -> str:
        """A property of one of its units."""
        return self.enter("systemctl", "show", "-P", what, unit).strip()

    def is_active(self, unit: str) -> bool:
        """Whether systemd has heard that it serves."""
        return self.show(unit, "ActiveState") == "active"

    def get(self, path: str, *words: str) -> str:
        """Ask the hub through its proxy, believing its own CA alone; the head, then the body."""
        trust = ["--cacert", "/etc/motcua/tls/ca.pem", "--resolve", f"{NAME}:443:127.0.0.1"]
        url = path if "://" in path else f"https://{NAME}{path}"
        return self.enter("curl", "-sSi", "-m", "10", *trust, *words, url, check=False)

    def healthy(self) -> bool:
        """Whether the hub answers so."""
        answer = self.get("/healthz")
        return "200" in answer.split("\n")[0] and '"ok":true' in answer

    def source(self, name: str, change: Callable[[Path], None] = lambda place: None) -> str:
        """A checkout in it, with a change; gives its install.sh."""
        place = self.path(f"/src/{name}")
        ignore = shutil.ignore_patterns("__pycache__", "voice", "*.egg-info")
        for part in ("assets", "config", "deploy", "display", "docs", "hub", "kiosk", "shared"):
            shutil.copytree(
                ROOT / part, place / part,
                ignore=ignore if part == "assets" else shutil.ignore_patterns("__pycache__"),
            )  # fmt: skip
        for file in ("README.md", "pyproject.toml", "requirements.lock", "setup.cfg"):
            shutil.copy(ROOT / file, place / file)
        change(place)
        return f"/src/{name}/deploy/install.sh"

    def current(self) -> str:
        """The release that runs."""
        return str(self.path("/opt/motcua/current").readlink())

    def events(self) -> list[dict[str, object]]:
        """The hub's journal."""
        lines = self.enter("motcua-hub", "journal", "--data", "/var/lib/motcua").splitlines()
        return [json.loads(line) for line in lines]

    def take_a_number(self) -> str:
        """As a kiosk does; gives the number."""
        names = "motcua-hub enrol --credential --role kiosk --name tester --data /var/lib/motcua"
        credential = self.shell(names).strip()
        python = "/opt/motcua/current/.venv/bin/python"
        return self.enter(python, "-", credential, text=TAKE_A_NUMBER).strip()

    def _nspawn(self, *words: str) -> list[str]:
        return [
            "systemd-nspawn",
            "-q",
            "-D",
            str(self.root),
            "--register=no",
            "--keep-unit",
            *words,
        ]


def until(fine: Callable[[], bool], seconds: float, why: str) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not fine():
        assert time.monotonic() < end, why
        time.sleep(0.5)


def _mirror() -> tuple[str, str]:
    """Where this machine's own Debian 12 comes from, and its name."""
    form = ["--format", "$(REPO_URI) $(CODENAME) $(ORIGIN) $(LABEL)", "Created-By: Packages"]
    found = subprocess.run(
        ["apt-get", "indextargets", *form], capture_output=True, text=True, check=True
    )
    for line in found.stdout.splitlines():
        uri, codename, *whose = line.split()
        if codename == "bookworm" and whose == ["Debian", "Debian"]:
            return uri, codename
    raise AssertionError("apt has no Debian 12 here: apt-get update, then again")


def _download_wheels(folder: Path) -> None:
    """What a release takes, by this machine's own pip, checked against the lock."""
    lock = locked.entries((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    names = locked.closure((ROOT / "setup.cfg").read_text(encoding="utf-8"), ["kiosk"])
    wanted = OUT / "wanted.txt"
    wanted.write_text("".join(lock[name] for name in sorted(names)), encoding="utf-8")
    pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "-q", "download", "--no-deps"]
    options = ["--require-hashes", "--no-build-isolation", "-d", str(folder), "-r", str(wanted)]
    subprocess.run([*pip, *options], check=True)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    assert os.geteuid() == 0, "debootstrap and systemd-nspawn need root"
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    machine = Machine(OUT / "root")
    machine.install_debian()
    _download_wheels(machine.path("/wheels"))
    try:
        yield machine
    finally:
        machine.halt()
        shutil.rmtree(machine.root)


def add_line(place: Path) -> None:
    """A release that differs, and works."""
    with (place / "README.md").open("a", encoding="utf-8") as file:
        file.write("\nAnother release.\n")


def add_line_twice(place: Path) -> None:
    """Another one."""
    add_line(place)
    add_line(place)


def add_line_thrice(place: Path) -> None:
    """And another."""
    add_line_twice(place)
    add_line(place)


def lose_unit(place: Path) -> None:
    """A release that cannot be put in place as a whole."""
    add_line(place)
    (place / "deploy" / "systemd" / "motcua-x.service").unlink()


def break_hub(place: Path) -> None:
    """A release whose hub ends at its start."""
    file = place / "hub" / "serve.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text + "\nraise RuntimeError('broken on purpose')\n", encoding="utf-8")


def change_format(place: Path) -> None:
    """A release with another format of the journal, whose pages do not come up."""
    file = place / "hub" / "journal" / "sqlite.py"
    text = file.read_text(encoding="utf-8")
    text = text.replace("SCHEMA_VERSION = 1", "SCHEMA_VERSION = 2")
    made = "        meta: dict[str, str] = "
    assert made in text
    migrates = """        database.run("UPDATE meta SET value = '2' WHERE name = 'schema'")\n"""
    file.write_text(text.replace(made, migrates + made), encoding="utf-8")
    health = place / "hub" / "web" / "health.py"
    text = health.read_text(encoding="utf-8")
    health.write_text(text.replace("200 if hall.healthy", "500 if hall.healthy"), encoding="utf-8")


def test_a_kiosk_is_not_locked_down_where_nobody_could_sign_in_any_more(machine: Machine) -> None:
    install = machine.source("first")
    machine.path("/usr/sbin/sshd").rename(machine.path("/usr/sbin/sshd.away"))
    said = machine.enter(install, "--role", "kiosk", "--hub", NAME, check=False)
    machine.path("/usr/sbin/sshd.away").rename(machine.path("/usr/sbin/sshd"))
    assert "no console to sign in at" in said
    assert not machine.path("/opt/motcua").exists()


def test_a_fresh_machine_is_installed_as_hub_kiosk_and_display(machine: Machine) -> None:
    said = machine.enter("/src/first/deploy/install.sh", "--role", "all", "--name", NAME)
    assert "is installed as all" in said
    assert machine.current().startswith("releases/0.1.0-")
    python = machine.path("/opt/motcua/current/.venv/lib/python3.11/site-packages")
    there = {path.name.split("-")[0] for path in python.glob("*.dist-info")}
    assert {"apsw", "Kivy", "pycups"} <= there
    assert not {"pytest", "playwright", "hypothesis"} & there
    assert list(machine.path("/opt/motcua/current/assets/voice/vi").glob("*.wav"))


def test_installing_once_more_changes_nothing(machine: Machine) -> None:
    def all_files() -> dict[str, int]:
        places = [machine.path(place) for place in ("/etc/motcua", "/opt/motcua/releases")]
        files = [path for place in places for path in place.rglob("*") if path.is_file()]
        return {str(path): path.stat().st_mtime_ns for path in files}

    role = machine.path("/etc/motcua/role")
    before = all_files()
    machine.enter("/src/first/deploy/install.sh", "--role", "all", "--name", NAME)
    after = all_files()
    assert {path for path in after if after[path] != before.get(path)} <= {str(role)}
    assert set(before) == set(after)
    said = machine.enter("/src/first/deploy/install.sh", "--role", "hub", check=False)
    assert "is installed as all" in said


def test_secrets_belong_to_their_user_alone_and_programs_to_root(machine: Machine) -> None:
    rights = machine.shell("stat -c '%n %U %a' /etc/motcua/tls/* /opt/motcua/releases/*/hub")
    assert "/etc/motcua/tls/ca.key root 600" in rights
    assert "/etc/motcua/tls/server.key motcua-proxy 600" in rights
    assert re.search(r"/hub root 755", rights)


def test_the_machine_starts_and_serves_pages_with_tls_by_its_own_ca(machine: Machine) -> None:
    machine.enter("apt-get", "-q=2", "-y", "install", "--no-install-recommends", "xvfb", "xdotool")
    drop_in = machine.path("/etc/systemd/system/motcua-x.service.d/virtual.conf")
    drop_in.parent.mkdir(parents=True)
    server = "/opt/motcua/current/deploy/x/server -screen 0 3000x1920x24"
    drop_in.write_text(
        f"[Service]\nEnvironment=MOTCUA_X=/usr/bin/Xvfb\nExecStart=\nExecStart={server}\n"
    )
    site = machine.path("/etc/motcua/site.toml")
    always = "days = [0, 1, 2, 3, 4, 5, 6], open = [[00:00:00, 23:59:00]] }"
    text = re.sub(r"days = .*\}", always, site.read_text(encoding="utf-8"))
    text = re.sub(r"holidays = \[[^]]*\]", "holidays = []", text)
    site.write_text(re.sub(r"(early|cut_off)_minutes = \d+", r"\1_minutes = 0", text))
    with machine.path("/etc/hosts").open("a") as hosts:
        hosts.write(f"127.0.0.1 localhost {NAME}\n")
    machine.boot()
    until(lambda: machine.is_active("motcua-hub"), 60, "the hub does not serve")
    until(machine.healthy, 30, "no answer through the proxy")
    assert machine.show("motcua-hub", "NRestarts") == "0"
    assert "✗ SQLite" not in machine.enter("motcua-hub", "doctor", "--data", "/var/lib/motcua")
    wrong = machine.enter("curl", "-sS", "https://127.0.0.1/", check=False)
    assert "no alternative certificate subject name matches" in wrong


def test_the_proxy_keeps_to_tls_and_to_its_limits(machine: Machine) -> None:
    assert "strict-transport-security: max-age=31536000" in machine.get("/healthz")
    signing = ["-H", f"Origin: https://{NAME}", "-d", "name=nobody&password=wrong"]
    assert "403" not in machine.get("/sign-in", *signing).split("\n")[0]
    plain = machine.get(f"http://{NAME}/t", "--resolve", f"{NAME}:80:127.0.0.1")
    assert "301" in plain.split("\n")[0]
    assert f"Location: https://{NAME}/t" in plain
    assert "404" in machine.get("/metrics").split("\n")[0]
    assert "413" in machine.get("/sign-in", "-d", "x" * 70_000).split("\n")[0]
    old = machine.get("/healthz", "--tls-max", "1.1")
    assert "200" not in old
    assert "200" in machine.get("/sign-in").split("\n")[0]


def test_screens_are_enrolled_and_show_their_first_view(machine: Machine) -> None:
    # Through the proxy, as from a machine of its own.
    wss = f's|^address = .*|address = "wss://{NAME}/live"|'
    machine.enter("sed", "-i", wss, "/etc/motcua/kiosk.toml")
    machine.enter("sed", "-i", "s|^left = 0|left = 1080|", "/etc/motcua/display.toml")
    for role in ("kiosk", "display"):
        machine.shell(
            f"motcua-hub enrol --role {role} --name {role}-1 --data /var/lib/motcua"
            f" | motcua-{role} --enrol"
        )
    assert "root" not in machine.shell("stat -c %U /var/lib/motcua/*")
    rights = machine.shell("stat -c '%U %a' /etc/motcua/screens/*.credential")
    assert set(rights.split("\n")) == {"motcua-screen 600", ""}
    machine.enter("systemctl", "start", "--no-block", "motcua-kiosk", "motcua-display")
    for screen in ("motcua-kiosk", "motcua-display"):
        until(lambda unit=screen: machine.is_active(unit), 90, f"{screen} shows nothing")  # type: ignore[misc]


@pytest.mark.parametrize("unit", ["motcua-hub", "motcua-kiosk", "motcua-display"])
def test_a_program_runs_without_any_rights(machine: Machine, unit: str) -> None:
    status = machine.shell(f"cat /proc/{machine.show(unit, 'MainPID')}/status")
    assert re.search(r"CapEff:\s+0000000000000000", status)
    assert re.search(r"CapBnd:\s+0000000000000000", status)
    assert re.search(r"NoNewPrivs:\s+1", status)
    assert re.search(r"Seccomp:\s+2", status)
    assert not re.search(r"Uid:\s+0\b", status)


def test_screens_come_back_with_an_x_server_that_has_died(machine: Machine) -> None:
    screens = ("motcua-kiosk", "motcua-display")
    before = {name: machine.show(name, "MainPID") for name in screens}
    machine.enter("kill", "-KILL", machine.show("motcua-x", "MainPID"))
    for name in screens:
        until(
            lambda name=name: (
                machine.show(name, "MainPID") not in {before[name], "0"}  # type: ignore[misc]
                and machine.is_active(name)
            ),
            60,
            f"{name} stays dark",
        )
    assert machine.is_active("motcua-x")


def test_a_hub_that_hangs_is_started_anew_by_the_watchdog(machine: Machine) -> None:
    pid = machine.show("motcua-hub", "MainPID")
    machine.enter("kill", "-STOP", pid)
    until(lambda: machine.show("motcua-hub", "MainPID") not in {pid, "0"}, 60, "it hangs on")
    until(machine.healthy, 60, "it does not serve again")
    assert "Watchdog timeout" in machine.enter("journalctl", "-u", "motcua-hub", "--no-pager")
    for screen in ("motcua-kiosk", "motcua-display"):
        assert machine.is_active(screen)


def test_a_second_release_takes_over_with_the_same_data(machine: Machine) -> None:
    first = machine.current()
    assert machine.take_a_number() == "A001"
    events = machine.events()
    said = machine.enter(machine.source("second", add_line), "upgrade")
    assert "is kept for install.sh rollback" in said
    assert machine.current() != first
    assert str(machine.path("/opt/motcua/previous").readlink()) == first
    assert machine.healthy()
    assert machine.events()[: len(events)] == events
    assert "motcua-2" in machine.enter("motcua-hub", "backups", "--data", "/var/lib/motcua")
    assert machine.take_a_number() == "A002"
    for screen in ("motcua-kiosk", "motcua-display"):
        assert machine.is_active(screen)


def test_without_a_backup_nothing_is_changed(machine: Machine) -> None:
    second = machine.current()
    settings = machine.path("/etc/motcua/hub.toml")
    before = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^folder = .*", 'folder = "/proc/backups"', before))
    said = machine.enter(machine.source("other", add_line_twice), "upgrade", check=False)
    settings.write_text(before, encoding="utf-8")
    assert "without a backup nothing is changed" in said
    assert machine.current() == second
    until(machine.healthy, 60, "the hub was left stopped")


def test_an_upgrade_that_fails_in_the_middle_leaves_the_hall_with_its_hub(
    machine: Machine,
) -> None:
    second, events = machine.current(), machine.events()
    said = machine.enter(machine.source("torn", lose_unit), "upgrade", check=False)
    assert "motcua-x.service" in said
    assert f"the upgrade has failed; {Path(second).name} is started again" in said
    assert machine.current() == second
    until(machine.healthy, 60, "the hub was left stopped")
    assert machine.events()[: len(events)] == events


def test_a_release_that_does_not_start_is_taken_back(machine: Machine) -> None:
    second, events = machine.current(), machine.events()
    said = machine.enter(machine.source("broken", break_hub), "upgrade", check=False)
    assert "broken on purpose" in said
    assert "runs again, on the data as they are" in said
    assert machine.current() == second
    assert machine.healthy()
    assert machine.events()[: len(events)] == events


def test_a_release_that_wrote_another_format_is_taken_back_with_the_data_from_before(
    machine: Machine,
) -> None:
    second, events = machine.current(), machine.events()
    said = machine.enter(machine.source("format", change_format), "upgrade", check=False)
    assert "runs again, on the data from before the upgrade" in said
    assert machine.current() == second
    assert machine.healthy()
    assert machine.events()[: len(events)] == events
    assert machine.take_a_number() == "A003", "none was given meanwhile, so none is left out"
    until(lambda: machine.is_active("motcua-kiosk"), 90, "the kiosk did not come back")


def test_one_goes_back_by_hand_to_the_release_before(machine: Machine) -> None:
    install = "/src/second/deploy/install.sh"
    second = machine.current()
    assert "runs again" in machine.enter(install, "rollback")
    assert machine.current() != second
    assert machine.healthy()
    assert "runs again" in machine.enter(install, "rollback")
    assert machine.current() == second


def test_what_a_hub_gave_out_is_not_taken_back_for_its_proxys_sake(machine: Machine) -> None:
    before, events = machine.shell("readlink /opt/motcua/current"), machine.events()
    broken = machine.path("/etc/systemd/system/motcua-proxy.service.d/broken.conf")
    broken.parent.mkdir()
    broken.write_text("[Service]\nExecStartPre=/bin/false\n")
    said = machine.enter(machine.source("unproxied", add_line_twice), "upgrade", check=False)
    assert "does not come back whole either; its data are as they are" in said
    assert machine.shell("readlink /opt/motcua/current") == before
    shutil.rmtree(broken.parent)
    machine.shell("systemctl daemon-reload; systemctl restart motcua-proxy")
    until(machine.healthy, 60, "no answer through the proxy")
    assert machine.events() >= events


def test_a_hub_whose_place_was_taken_is_upgraded_and_left_alone(machine: Machine) -> None:
    mark = machine.path("/var/lib/motcua/superseded.json")
    mark.write_text('{"generation": 99}')
    machine.shell("chown motcua: /var/lib/motcua/superseded.json; systemctl restart motcua-hub")
    before = machine.current()
    machine.enter(machine.source("superseded", add_line_thrice), "upgrade")
    assert machine.current() != before
    assert mark.exists() and not machine.is_active("motcua-hub")
    mark.unlink()
    machine.shell("systemctl start motcua-hub")
    until(machine.healthy, 60, "the hub does not serve")


def test_a_public_machine_is_locked_down_and_its_log_outlives_a_restart(machine: Machine) -> None:
    assert machine.show("ctrl-alt-del.target", "LoadState") == "masked"
    assert machine.path("/etc/X11/xorg.conf.d/10-motcua.conf").is_file()
    assert "NAutoVTs=0" in machine.enter("systemd-analyze", "cat-config", "systemd/logind.conf")
    assert machine.path("/usr/lib/cups/backend/motcua-escpos").stat().st_mode & 0o777 == 0o755
    assert list(machine.path("/var/log/journal").glob("*/system.journal"))


def test_a_printed_slip_leaves_nothing_on_the_disk(machine: Machine) -> None:
    for mount in ("var-spool-cups.mount", "var-cache-cups.mount"):
        assert machine.is_active(mount)
    settings = machine.path("/etc/cups/cupsd.conf").read_text(encoding="utf-8")
    assert settings.count("PreserveJobFiles No # motcua\n") == 1


def test_the_certificate_is_looked_at_by_a_timer(machine: Machine) -> None:
    machine.enter("systemctl", "start", "motcua-certificate.service")
    assert machine.show("motcua-certificate.service", "Result") == "success"
    assert machine.is_active("motcua-certificate.timer")
    old = [
        "-new",
        "-key",
        "server.key",
        "-days",
        "30",
        "-subj",
        f"/CN={NAME}",
        "-out",
        "server.pem",
    ]
    machine.shell(f"cd /etc/motcua/tls && openssl req -x509 {' '.join(old)}")
    machine.enter("systemctl", "start", "motcua-certificate.service")
    assert machine.show("motcua-certificate.service", "Result") == "success"
    until(machine.healthy, 30, "no answer with the new certificate")
    rights = machine.shell("stat -c '%n %U %a' /etc/motcua/tls/*")
    assert "/etc/motcua/tls/server.key motcua-proxy 600" in rights
    assert machine.healthy()


def test_uninstalling_leaves_settings_and_data_and_an_install_finds_them(machine: Machine) -> None:
    events = machine.events()
    machine.enter("/src/second/deploy/install.sh", "uninstall")
    assert not machine.path("/opt/motcua").exists()
    assert not machine.shell("ls /etc/systemd/system | grep motcua-.*service$ || true").strip()
    assert "motcua" not in machine.shell("systemctl list-units --no-legend 'motcua-*'")
    machine.enter("/src/second/deploy/install.sh", "--role", "all", "--name", NAME)
    assert machine.healthy()
    assert machine.events()[: len(events)] == events


def test_purging_leaves_nothing(machine: Machine) -> None:
    machine.enter("/src/second/deploy/install.sh", "uninstall", "--purge")
    found = machine.shell(
        "find / -xdev -path /src -prune -o -name '*motcua*' -print | grep -v proc || true"
    )
    assert not [line for line in found.splitlines() if not line.startswith(("/tmp", "/run"))]
    assert "motcua" not in machine.path("/etc/passwd").read_text()
