"""The command line, in processes of its own as an operator runs it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from hub.doctor import examine
from hub.serve import _GOODBYE_S, Address, read_address
from hub.settings import EOneStopSettings, HubSettings, LookupLimits, Retention
from shared.settings import load
from tests.hub.hub_process import ROOT, SITE, HubProcess, running_hub

RUN_S = 60


def run(*words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=RUN_S,
    )  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with running_hub(tmp_path_factory.mktemp("hub")) as one:
        yield one


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["serve"],
        ["enrol"],
        ["revoke"],
        ["officer"],
        ["officer", "add"],
        ["officer", "remove"],
        ["backup"],
        ["backups"],
        ["restore"],
        ["compact"],
        ["export"],
        ["journal"],
        ["doctor"],
    ],
)
def test_every_command_explains_itself(words: list[str]) -> None:
    done = run(*words, "--help")
    assert done.returncode == 0
    assert "usage: motcua-hub" in done.stdout


def enrolled(hub: HubProcess, role: str, name: str, *more: str) -> str:
    """A device's credential, as a program gets it."""
    words = ("enrol", "--credential", "--role", role, "--name", name, *more)
    return hub.command(*words).strip()


def test_a_credential_made_while_the_hub_runs_is_welcome_at_once(hub: HubProcess) -> None:
    credential = enrolled(hub, "counter", "bàn 5", "--counter", "5")
    hello = {"type": "hello", "version": 1, "role": "counter", "credential": credential}
    with connect(f"ws://{hub.live}/live") as talk:
        talk.send(json.dumps(hello))
        welcome = json.loads(talk.recv(5))
    assert welcome["type"] == "welcome"
    assert welcome["view"]["counter"] == 5


def test_a_revoked_credential_is_turned_away(hub: HubProcess) -> None:
    credential = enrolled(hub, "display", "tường cũ")
    assert "1 credentials" in hub.command("revoke", "tường cũ")
    hello = {"type": "hello", "version": 1, "role": "display", "credential": credential}
    with connect(f"ws://{hub.live}/live") as talk:
        talk.send(json.dumps(hello))
        assert json.loads(talk.recv(5))["code"] == "bad_credential"


def test_the_journal_is_read_beside_the_running_hub(hub: HubProcess) -> None:
    first = json.loads(hub.command("journal").splitlines()[0])
    assert list(first) == ["seq", "day", "at", "kind", "body", "request_id"]
    assert (first["seq"], first["kind"]) == (1, "day_opened")
    assert first["body"]["timezone"] == "Asia/Ho_Chi_Minh"
    assert first["at"].endswith("+07:00")
    assert hub.command("journal", "--since", "1") == ""


def test_a_reader_of_the_journal_who_leaves_early_sees_no_traceback(hub: HubProcess) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", "journal", "--data", str(hub.data)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _out, errors = process.communicate(timeout=RUN_S)
    assert (process.returncode, errors) == (0, b"")


def test_an_officer_added_while_the_hub_runs_may_sign_in(hub: HubProcess) -> None:
    hub.command("officer", "add", "Lê Minh", "--counter", "6", text="bí mật lắm\n")
    body = urllib.request.Request(
        f"{hub.url}/sign-in",
        data=b"name=L%C3%AA+Minh&password=b%C3%AD+m%E1%BA%ADt+l%E1%BA%AFm",
        headers={"Origin": hub.url},
    )
    with urllib.request.urlopen(body) as answer:
        assert answer.status == 200


def test_a_second_hub_on_the_same_folder_says_so_and_ends_with_two(hub: HubProcess) -> None:
    done = run(
        "serve", "--site", str(SITE), "--data", str(hub.data),
        "--live", "127.0.0.1:0", "--web", "127.0.0.1:0",
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stdout == ""
    assert str(hub.data) in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_sentence(hub: HubProcess, tmp_path: Path) -> None:
    done = run(
        "serve", "--site", str(SITE), "--data", str(tmp_path),
        "--live", "127.0.0.1:0", "--web", hub.web,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"motcua-hub: --web {hub.web}: cannot listen there")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["enrol", "--role", "counter", "--name", "x"], "--counter"),
        (["officer", "add", "x", "--counter", "1"], "password"),
        (["journal"], "no journal"),
        (["journal", "--since", "-1"], "--since"),
        (["journal", "--since", str(2**63)], "--since"),
        (["enrol", "--role", "counter", "--name", "x", "--counter", "1000"], "1 to 999"),
        (["enrol", "--role", "kiosk", "--name", "a\nb"], "control characters"),
        (["enrol", "--role", "kiosk", "--name", "a\udcffb"], "not UTF-8"),
        (["officer", "remove", "\x1b[1m"], "control characters"),
        (["backup", "x.db"], "no journal"),
        (["restore", "missing.db"], "no such file"),
        (["restore"], "no backups here"),
        (["serve", "--site", str(SITE), "--live", "a..b:1", "--web", "a:1"], "--live"),
        (
            ["serve", "--site", str(SITE), "--live", "a:1", "--web", "a:1", "--public-url", "x"],
            "--public-url",
        ),
        (["serve", "--site", "missing.toml", "--live", "a:1", "--web", "a:1"], "missing.toml"),
        (["serve", "--site", str(SITE), "--live", "8765", "--web", "a:1"], "--live"),
    ],
)
def test_what_will_not_do_is_one_sentence_and_code_two(
    tmp_path: Path, words: list[str], said: str
) -> None:
    done = run(*words, "--data", str(tmp_path / "data"))
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("typed", [b"m\xffmmmmmmmm\n", b"mat\x07khau lam\n", "bí mật\n".encode()])
def test_a_password_that_will_not_do_is_one_sentence(tmp_path: Path, typed: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hub", "officer", "add", "x", "--counter", "1",
         "--data", str(tmp_path)],
        cwd=ROOT, input=typed, capture_output=True, check=False, timeout=RUN_S,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"password" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("line", ["sign_in_failures = 0", "web_connections = -1"])
def test_a_setting_that_makes_no_sense_is_one_sentence(tmp_path: Path, line: str) -> None:
    settings = tmp_path / "hub.toml"
    settings.write_text(line)
    done = run(
        "serve", "--site", str(SITE), "--data", str(tmp_path), "--config", str(settings),
        "--live", "127.0.0.1:0", "--web", "127.0.0.1:0",
    )  # fmt: skip
    assert done.returncode == 2
    assert line.split()[0] in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_removed_officer_may_not_sign_in(hub: HubProcess) -> None:
    hub.add_officer("Lan", 6, "bí mật lắm")
    assert "no longer" in hub.command("officer", "remove", "Lan")
    body = b"name=Lan&password=b%C3%AD+m%E1%BA%ADt+l%E1%BA%AFm"
    ask = urllib.request.Request(f"{hub.url}/sign-in", data=body, headers={"Origin": hub.url})
    with pytest.raises(urllib.error.HTTPError, match="401") as refused:
        urllib.request.urlopen(ask)
    refused.value.close()
    again = run("officer", "remove", "Lan", "--data", str(hub.data))
    assert (again.returncode, again.stdout) == (1, "there is no officer Lan\n")


def test_what_the_hub_writes_is_for_its_user_alone(hub: HubProcess, tmp_path: Path) -> None:
    enrolled(hub, "display", "tường")
    hub.command("backup", str(tmp_path / "copy.db"))
    run("restore", str(tmp_path / "copy.db"), "--data", str(tmp_path / "new"))
    made = [*hub.data.iterdir(), tmp_path / "copy.db", tmp_path / "new"]
    made += (tmp_path / "new").iterdir()
    assert {"journal.db", "registry.db", "lock"} <= {path.name for path in made}
    for path in made:
        if path.name != "hub.log":
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_running_hub_is_backed_up_and_its_copy_restored_in_words(
    hub: HubProcess, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    assert "events" in hub.command("backup", str(copy))
    refused = run("restore", str(copy), "--data", str(hub.data))
    assert refused.returncode == 2
    done = run("restore", str(copy), "--data", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert "go on for every prefix after" in done.stdout
    told = run("journal", "--data", str(tmp_path / "new")).stdout.splitlines()
    assert "numbers_moved" in told[-1]
    kept = run("restore", str(copy), "--data", str(tmp_path / "new"), "--replace", "--complete")
    assert "moved aside" in kept.stdout
    assert "go on" not in kept.stdout


def test_a_signal_while_the_hub_starts_ends_it_cleanly(tmp_path: Path) -> None:
    words = ["serve", "--site", str(SITE), "--data", str(tmp_path)]
    words += ["--live", "127.0.0.1:0", "--web", "127.0.0.1:0"]
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    # From the moment the kernel says that the program catches it, long before it is ready.
    caught = 0
    until = time.monotonic() + RUN_S
    while not caught & 1 << (signal.SIGTERM - 1) and time.monotonic() < until:
        status = Path(f"/proc/{process.pid}/status").read_text()
        [caught] = [int(one[7:], 16) for one in status.splitlines() if one.startswith("SigCgt:")]
    os.kill(process.pid, signal.SIGTERM)
    out, errors = process.communicate(timeout=RUN_S)
    assert (process.returncode, out, errors) == (0, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_hub_cleanly_though_clients_hang_on(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running_hub(tmp_path) as hub:
        credential = hub.enrol("display", "tường")
        hello = {"type": "hello", "version": 1, "role": "display", "credential": credential}
        with connect(f"ws://{hub.live}/live") as talk:
            talk.send(json.dumps(hello))
            talk.recv(5)
            # A connection that sends half a request, and one that never closes.
            host, port = hub.web.split(":")
            with socket.create_connection((host, int(port))) as slow:
                slow.sendall(b"POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n"
                             b"Content-Length: 10\r\n\r\nabc")  # fmt: skip
                process = hub._process
                assert process is not None
                os.kill(hub.pid, number)
                assert process.wait(RUN_S) == 0
    assert "Traceback" not in hub.log
    assert _GOODBYE_S < 2


def test_a_restarted_hub_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    with running_hub(tmp_path) as hub:
        before = _health(hub)
        hub.kill()
        with pytest.raises(urllib.error.URLError):
            _health(hub)
        hub.restart()
        assert _health(hub) == before


def test_the_settings_file_names_every_setting_with_its_default() -> None:
    path = ROOT / "config" / "hub.toml"
    assert load(path, HubSettings) == HubSettings()
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(written) == set(HubSettings.__struct_fields__)
    for name, table in (
        ("dossiers", EOneStopSettings),
        ("lookup", LookupLimits),
        ("retention", Retention),
    ):
        # What maps other names is a table of its own, which an operator adds.
        assert set(written[name]) | {"fields"} == set(table.__struct_fields__) | {"fields"}


def test_doctor_says_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    lines = [str(one) for one in examine(tmp_path / "new", which=lambda _program: None)]
    assert any(line.startswith("✓ Python 3.") for line in lines)
    assert any(line.startswith("✓ SQLite 3.") for line in lines)
    [chromium] = [line for line in lines if "chromium" in line]
    assert chromium.startswith("✗")
    assert "apt-get install chromium" in chromium
    done = run("doctor", "--data", str(tmp_path))
    assert done.returncode == 0
    assert "✓ time zone data" in done.stdout


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:80", Address("127.0.0.1", 80)), ("[::1]:0", Address("::1", 0))],
)
def test_an_address_reads_as_it_is_written(text: str, address: Address) -> None:
    assert read_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "80", ":80", "host:", "host:x", "host:70000", "host:-1"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        read_address(text)


def _health(hub: HubProcess) -> dict[str, object]:
    with urllib.request.urlopen(f"{hub.url}/healthz") as answer:
        told: dict[str, object] = json.loads(answer.read())
    return told
