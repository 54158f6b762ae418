"""What `motcua-kiosk` says when it cannot start: one sentence, and never a traceback."""

from pathlib import Path

import pytest

from kiosk.program import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("motcua-kiosk: ")
    assert error.count("\n") == 1
    return error


def test_a_window_that_is_too_small_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "--size: width and height must be 320 or more" in said(capsys, "--size", "0x0")


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_without_a_credential_it_says_where_to_get_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "credential"
    if content is not None:
        file.touch(mode=0o600)
        file.write_bytes(content)
    error = said(capsys, "--credential-file", str(file))
    assert str(file) in error
    assert "enrol" in error


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620])
def test_a_credential_that_others_may_read_is_not_used(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, mode: int
) -> None:
    file = tmp_path / "credential"
    file.touch()
    file.chmod(mode)
    file.write_text("anything")
    assert "chmod 600" in said(capsys, "--credential-file", str(file))


def test_without_a_screen_it_does_not_draw_where_nobody_sees_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "x11")
    monkeypatch.delenv("DISPLAY", raising=False)
    file = tmp_path / "credential"
    file.touch(mode=0o600)
    file.write_text("anything")
    assert "DISPLAY is not set" in said(
        capsys, "--credential-file", str(file), "--data", str(tmp_path)
    )


def test_a_place_that_is_no_pair_of_numbers_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--position", "left"])
    assert "'left' is not two numbers with ',' between" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("serial", "a scanner of kind serial needs its device"),
        ("evdev:", "a scanner of kind evdev needs its device"),
        ("camera:/dev/video0", "Invalid enum value 'camera'"),
    ],
)
def test_a_scanner_that_cannot_be_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, why: str
) -> None:
    with pytest.raises(SystemExit):
        main(["--scanner", option])
    assert why in capsys.readouterr().err
