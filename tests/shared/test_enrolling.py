"""`motcua-kiosk --enrol` and `motcua-display --enrol`, in processes of their own."""

import asyncio
import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from shared.enrolling import _kept
from tests.hub.hub_process import ROOT, HubProcess, running_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with running_hub(tmp_path_factory.mktemp("hub")) as one:
        yield one


def invited(hub: HubProcess, role: str, name: str) -> str:
    return hub.command("enrol", "--role", role, "--name", name).strip()


def command(program: str, address: str, file: Path) -> list[str]:
    config = ["--config", str(ROOT / "config" / f"{program}.toml")]
    where = ["--hub", address, "--credential-file", str(file)]
    return [sys.executable, "-m", program, "--enrol", *config, *where]


def enrols(program: str, address: str, file: Path, code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(program, address, file),
        cwd=ROOT, input=f"{code}\n", capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def welcomed(hub: HubProcess, role: str, credential: str) -> bool:
    with connect(f"ws://{hub.live}/live") as talk:
        talk.send(
            json.dumps({"type": "hello", "version": 1, "role": role, "credential": credential})
        )
        answer = json.loads(talk.recv(5))
    return bool(answer["type"] == "welcome")


@pytest.mark.parametrize("program", ["kiosk", "display"])
def test_a_code_becomes_a_credential_that_this_user_alone_can_read(
    hub: HubProcess, tmp_path: Path, program: str
) -> None:
    file = tmp_path / "new folder" / "credential"
    code = invited(hub, program, f"{program} mới")
    done = enrols(program, hub.live, file, code)
    assert (done.returncode, done.stderr) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in file.parent.iterdir()] == ["credential"]
    credential = file.read_text(encoding="utf-8").strip()
    assert credential not in done.stdout
    assert code not in done.stdout
    assert welcomed(hub, program, credential)
    hub.command("revoke", f"{program} mới")
    assert not welcomed(hub, program, credential)


def test_a_second_device_with_the_same_code_is_told_so_and_keeps_what_it_had(
    hub: HubProcess, tmp_path: Path
) -> None:
    code = invited(hub, "kiosk", "k2")
    assert enrols("kiosk", hub.live, tmp_path / "first", code).returncode == 0
    second = tmp_path / "second"
    second.touch(mode=0o600)
    second.write_text("old\n", encoding="utf-8")
    done = enrols("kiosk", hub.live, second, code)
    assert done.returncode == 2
    assert "bad_enrolment_code" in done.stderr
    assert second.read_text(encoding="utf-8") == "old\n"


@pytest.mark.parametrize("code", ["", "AAAAA-AAAAA"])
def test_no_code_and_a_wrong_one_are_one_sentence(
    hub: HubProcess, tmp_path: Path, code: str
) -> None:
    done = enrols("display", hub.live, tmp_path / "credential", code)
    assert done.returncode == 2
    assert done.stderr.startswith("motcua-display: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "credential").exists()


def test_what_broke_off_is_finished_by_a_further_try(hub: HubProcess, tmp_path: Path) -> None:
    """The hub took the code, and the device died before it heard so."""
    file = tmp_path / "credential"
    half, credential = _kept(file)
    code = invited(hub, "kiosk", "k3")
    with connect(f"ws://{hub.live}/live") as talk:
        hello = {"type": "hello", "version": 1, "role": "kiosk"}
        talk.send(json.dumps(hello | {"credential": credential, "code": code}))
    deadline = time.monotonic() + 10
    while not welcomed(hub, "kiosk", credential):
        assert time.monotonic() < deadline
    assert enrols("kiosk", hub.live, file, code).returncode == 0
    assert file.read_text(encoding="utf-8").strip() == credential
    assert not half.exists()


def test_without_a_hub_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from shared import enrolling
    from shared.errors import SetupError
    from shared.model import Role

    monkeypatch.setattr(enrolling, "ANSWER_WITHIN_S", 0.3)
    with pytest.raises(SetupError, match="does not answer"):
        asyncio.run(enrolling._show(Role.KIOSK, "127.0.0.1:9", secrets.token_urlsafe(32), "A" * 10))


def command_lines(pid: int) -> set[bytes]:
    """What /proc shows of a process and its children, if they are still there."""
    found: set[bytes] = set()
    with contextlib.suppress(OSError):
        found.add(Path(f"/proc/{pid}/cmdline").read_bytes())
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            found |= command_lines(int(child))
    return found


def test_no_secret_is_in_a_command_line(hub: HubProcess, tmp_path: Path) -> None:
    """Every user of a machine can read /proc/PID/cmdline: the options take no secret at all."""
    code = invited(hub, "kiosk", "k4")
    file = tmp_path / "credential"
    words = command("kiosk", hub.live, file)
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        process.stdin.write(f"{code}\n")
        process.stdin.close()
        shown: set[bytes] = set()
        deadline = time.monotonic() + 60
        while process.poll() is None:
            assert time.monotonic() < deadline
            shown |= command_lines(process.pid)
    assert process.returncode == 0
    assert any(b"--enrol" in line for line in shown)
    for secret in (code, file.read_text(encoding="utf-8").strip()):
        assert not any(secret.encode() in line for line in shown)
    refused = subprocess.run(
        [*words, code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env=os.environ | {"COLUMNS": "80"},
    )  # fmt: skip
    assert refused.returncode == 2
    assert "unrecognized arguments" in refused.stderr
