"""A sample of `make fuzz`: the same targets and engines, and that each can fail."""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from starlette.routing import Route

from shared import messages as m
from tests.fuzz import __main__ as whole
from tests.fuzz.bent import bent
from tests.fuzz.frames import COMMANDS, QUESTIONS, REPORTS, Frames
from tests.fuzz.one import Counted
from tests.fuzz.pages import ROUTES, Pages
from tests.fuzz.targets import TARGETS, Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 200


@pytest.mark.parametrize("name", TARGETS)
def test_junk_raises_nothing(name: str, tmp_path: Path) -> None:
    target = TARGETS[name](tmp_path)

    @settings(max_examples=SAMPLE, database=None)
    @given(bent(TARGETS[name].seeds))
    def search(data: bytes) -> None:
        target.take(data)

    try:
        search()
    finally:
        target.close()


@pytest.mark.parametrize(("engine", "target"), [("atheris", "scans"), ("hypothesis", "hellos")])
def test_each_engine_tells_what_it_did(engine: str, target: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzz.one", engine, target, str(SAMPLE), "1"]
    done = subprocess.run(
        [*command, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert json.loads(done.stdout.splitlines()[-1])["inputs"] == SAMPLE


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_taken(name: str, tmp_path: Path) -> None:
    target = TARGETS[name](tmp_path)
    try:
        for seed in TARGETS[name].seeds:
            target.take(seed)
    finally:
        target.close()


def test_every_command_and_question_is_a_seed() -> None:
    assert {type(one) for one in COMMANDS} == set(get_args(m.Command))
    assert {type(one) for one in QUESTIONS} == set(get_args(m.Question))
    frames = {m.Hello, m.CommandFrame, m.QuestionFrame, *map(type, REPORTS)}
    assert frames == set(get_args(m.ClientFrame))


def test_every_page_is_a_seed(tmp_path: Path) -> None:
    pages = Pages(tmp_path)
    served = {route.path for route in pages.app.routes if isinstance(route, Route)}
    pages.close()
    assert served == {route.path for route in ROUTES}


@pytest.mark.parametrize("field", ["frame_age_ms", "behind", "behind_ms", "seq"])
@pytest.mark.parametrize("figure", [10**18, -(10**18), 10**400])
def test_a_report_with_an_impossible_figure_ends_no_view_and_no_judging_of_displays(
    field: str, figure: int, tmp_path: Path
) -> None:
    target = Frames(tmp_path)
    report = json.loads(msgspec.json.encode(REPORTS[0])) | {field: figure}
    try:
        target.take(b"\x01" + json.dumps(report).encode())
    finally:
        target.close()


def test_the_shares_are_one_whole_and_name_every_target_twice() -> None:
    assert sum(whole.SHARES.values()) == pytest.approx(1)
    assert set(whole.SHARES) == {(e, t) for e in ("atheris", "hypothesis") for t in TARGETS}


def test_a_target_that_raises_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.targets.read_centre", lambda file, url: 1 // 0)
    counted = Counted(Settings(tmp_path).take, 10, lambda warm, end: None)
    with pytest.raises(ZeroDivisionError):
        counted(Settings.seeds[0])


@pytest.mark.parametrize(
    "text",
    [
        f"id = {'9' * 5000}",
        f"id = {'[' * 2000}",
        'timezone = "Asia"',
        f'timezone = "{"x" * 300}"',
    ],
)
def test_what_fuzzing_has_found_in_the_sites_file_is_said_in_a_sentence(
    text: str, tmp_path: Path
) -> None:
    target = Settings(tmp_path)
    for seed in (
        text.encode(),
        Settings.seeds[0][1:].replace(b'timezone = "Asia/Ho_Chi_Minh"', text.encode()),
    ):
        target.take(b"\x00" + seed)


def test_a_number_too_large_for_a_float_and_an_address_that_is_none_are_said_too(
    tmp_path: Path,
) -> None:
    target = Settings(tmp_path)
    target.take(b"\x01[dossiers]\ndeadline_s = 1" + b"0" * 400)
    target.take(b'\x02[hub]\naddress = "ws://[["')
    target.take(b'\x01[standby]\npeer = "http://[["')
    target.take(b'\x01[standby]\npeer = "http://h:99999"')
    target.take(b'\x01[standby]\npeer = "http://h"\npeer_ca_file = "/etc/hostname"')
    target.take(b'\x01[standby]\npeer = "http://h"\npeer_ca_file = "%s"' % (b"x" * 5000))
    target.take(b'\x02[hub]\ncredential_file = "a\\u0000"')
