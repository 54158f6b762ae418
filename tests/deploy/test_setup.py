"""Set-up says in one sentence what stands in its way, and never takes half for whole."""

import json
import re
from pathlib import Path

import pytest

from deploy import setup


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Temporary failure in name resolution", "package index cannot be reached"),
        ("ERROR: No matching distribution found for anyio==4", "package index cannot be reached"),
        ("E: Failed to fetch http://…", "package index cannot be reached"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("error: command 'gcc' failed: No such file", "C compiler or its headers are missing"),
        ("fatal error: Python.h: No such file", "C compiler or its headers are missing"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that was locked"),
        ("E: Could not get lock /var/lib/dpkg/lock", "Another program is installing"),
        ("something\nnobody foresaw\n\n", "`a b …` failed: nobody foresaw"),
        ("", "`a b …` failed: no output"),
    ],
)
def test_what_a_command_said_becomes_one_sentence(said: str, sentence: str) -> None:
    found = setup.reason(said, ["a", "b"])
    assert sentence in found
    assert "\n" not in found


def test_a_failed_command_stops_set_up_and_leaves_its_noise_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "LOG", tmp_path / "setup.log")
    lines: list[str] = []
    setup.run(["sh", "-c", "echo Collecting one"], lines.append)
    with pytest.raises(setup.Stopped, match="disk is full"):
        setup.run(["sh", "-c", "echo No space left on device; exit 1"])
    assert lines == ["Collecting one\n"]
    assert "No space left" in (tmp_path / "setup.log").read_text(encoding="utf-8")


def test_a_program_that_is_not_there_stops_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "LOG", tmp_path / "setup.log")
    with pytest.raises(setup.Stopped, match="no-such-program cannot be run"):
        setup.run(["no-such-program"])


def test_an_environment_without_its_mark_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark, python = tmp_path / "mark", tmp_path / "python"
    monkeypatch.setattr(setup, "MARK", mark)
    monkeypatch.setattr(setup, "PYTHON", python)
    python.touch()
    assert setup.marked() == {}
    mark.write_text("{", encoding="utf-8")
    assert setup.marked() == {}
    mark.write_text(json.dumps({"packages": "x"}), encoding="utf-8")
    assert setup.marked() == {"packages": "x"}
    python.unlink()
    assert setup.marked() == {}


def test_the_fingerprint_changes_with_any_file_and_with_none_missing(tmp_path: Path) -> None:
    one = tmp_path / "one"
    missing = setup.fingerprint(one)
    one.write_text("1", encoding="utf-8")
    first = setup.fingerprint(one)
    one.write_text("2", encoding="utf-8")
    assert len({missing, first, setup.fingerprint(one)}) == 3


def test_without_a_compiler_all_but_the_printer_driver_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "LOG", tmp_path / "setup.log")
    names = re.compile(r"(?m)^([a-z0-9-]+)(?:\[[a-z]+\])?==")
    whole = names.findall(setup.LOCK.read_text(encoding="utf-8"))
    shorter = names.findall(setup.without_printing(setup.LOCK).read_text(encoding="utf-8"))
    assert [name for name in whole if name != "pycups"] == shorter
    assert "pycups" in whole


def test_what_is_missing_is_named_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    setup.say_missing([])
    assert capsys.readouterr().err == ""
    setup.say_missing(["espeak-ng", "xvfb"])
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "espeak-ng xvfb" in said
    assert "does not work without them: a virtual screen and taps on it; the voice" in said
