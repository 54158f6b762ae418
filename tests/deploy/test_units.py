"""The systemd units: sound, locked up as far as they can be, and about what exists."""

import configparser
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from hub.__main__ import _parser as hub_parser
from hub.standing import FILES, FOLLOWING
from shared.command_line import parser as screen_parser
from shared.model import Role

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
RELEASE = "/opt/motcua/current/"
EXPOSED = {
    "motcua-hub": 2.5,
    "motcua-standby": 2.5,
    "motcua-proxy": 2.5,
    "motcua-certificate": 2.5,
    "motcua-kiosk": 5.0,
    "motcua-display": 5.0,
    "motcua-x": 5.0,
}
"""The most that `systemd-analyze security` may say: 0 is locked up, 10 is open."""


def by_name(units: list[Path]) -> list[str]:
    return [unit.stem for unit in units]


def section(unit: Path, name: str) -> dict[str, str]:
    """One section of a unit; of a setting that stands there twice the last."""
    text = re.sub(r"\\\n\s*", "", unit.read_text(encoding="utf-8"))
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(text)
    return dict(read[name])


def command(unit: Path) -> list[str]:
    return shlex.split(section(unit, "Service")["ExecStart"])


def test_every_unit_has_a_bound_on_its_exposure() -> None:
    assert set(by_name(UNITS)) == set(EXPOSED)


@pytest.mark.parametrize("unit", UNITS, ids=by_name(UNITS))
def test_a_unit_is_locked_up(unit: Path) -> None:
    limit = f"--threshold={EXPOSED[unit.stem] * 10:.0f}"
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", limit, str(unit)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    units = [*UNITS, *FOLDER.glob("*.timer"), *FOLDER.glob("*.mount")]
    for unit in units:
        text = unit.read_text(encoding="utf-8").replace(f"{RELEASE}deploy/", f"{ROOT}/deploy/")
        text = re.sub(rf"{RELEASE}\.venv/bin/\S+", "/bin/true", text)
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / unit.name) for unit in units)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=by_name(UNITS))
def test_a_unit_starts_what_a_release_has(unit: Path) -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    scripts = setup["options.entry_points"]["console_scripts"]
    program = command(unit)[0].removeprefix(RELEASE)
    if program.startswith(".venv/bin/"):
        assert f"{Path(program).name} =" in scripts
    elif not program.startswith("/usr/"):
        assert (ROOT / program).stat().st_mode & 0o111


def test_the_hub_is_started_with_options_that_it_has() -> None:
    args = hub_parser().parse_args(command(FOLDER / "motcua-hub.service")[1:])
    assert args.data == Path("/var/lib/motcua")
    assert args.site == Path("/etc/motcua/site.toml")
    assert args.live.startswith("127.0.0.1:")
    assert args.web.startswith("127.0.0.1:")


def test_a_standby_is_started_with_options_that_it_has_and_gives_way_to_a_hub() -> None:
    unit = FOLDER / "motcua-standby.service"
    assert hub_parser().parse_args(command(unit)[1:]).data == Path("/var/lib/motcua")
    assert section(unit, "Unit")["OnSuccess"] == "motcua-hub.service"
    hub = (FOLDER / "motcua-hub.service").read_text(encoding="utf-8")
    for name in FILES:
        assert f"ConditionPathExists=!/var/lib/motcua/{name}\n" in hub


def test_of_hub_and_standby_that_are_both_enabled_the_folder_lets_one_start() -> None:
    text = (FOLDER / "motcua-standby.service").read_text(encoding="utf-8")
    assert f"ConditionPathExists=/var/lib/motcua/{FOLLOWING}\n" in text
    assert "Conflicts" not in section(FOLDER / "motcua-standby.service", "Unit"), (
        "systemd would stop a serving hub for a standby whose conditions then do not hold"
    )


@pytest.mark.parametrize("role", [Role.KIOSK, Role.DISPLAY])
def test_a_screen_is_started_with_options_that_it_has(role: Role) -> None:
    words = command(FOLDER / f"motcua-{role.value}.service")[1:]
    assert screen_parser(role, "").parse_args(words).config == Path(
        f"/etc/motcua/{role.value}.toml"
    )


@pytest.mark.parametrize("name", ["motcua-hub", "motcua-kiosk", "motcua-display"])
def test_a_program_of_ours_is_watched_started_again_and_never_dumped(name: str) -> None:
    service = section(FOLDER / f"{name}.service", "Service")
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) <= 30
    assert service["Restart"] == "always"
    assert service["LimitCORE"] == "0"
    assert service["User"] in {"motcua", "motcua-screen"}
    unit = section(FOLDER / f"{name}.service", "Unit")
    assert unit["StartLimitIntervalSec"] == "0", "a hall without staff cannot reset a counter"


@pytest.mark.parametrize("name", ["motcua-kiosk", "motcua-display"])
def test_a_screen_comes_back_by_itself_whatever_has_died(name: str) -> None:
    unit = section(FOLDER / f"{name}.service", "Unit")
    # A unit that is bound to another is stopped with it by a job, after which Restart= is silent.
    assert "BindsTo" not in unit and "PartOf" not in unit
    assert unit["Requires"] == "motcua-x.service" in unit["After"].split()
    install = section(FOLDER / f"{name}.service", "Install")
    assert "motcua-x.service" in install["WantedBy"].split(), "X may start later than its screens"
    # Back within five seconds of its end, of which its own start takes three.
    assert section(FOLDER / f"{name}.service", "Service")["RestartSec"] == "200ms"


def test_operations_name_every_unit_and_none_that_is_not_there() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    named = set(re.findall(r"motcua-[a-z]+\.(?:service|timer)", page))
    assert named == {unit.name for unit in FOLDER.glob("motcua-*")}
