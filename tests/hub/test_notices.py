"""What the hub finds in the folder of notices when it starts."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hub.engine.notices import Notice
from hub.notices import NoticeFile, read_notices, sniff
from shared.errors import SettingsError
from tests.hub.hall_site import SITE
from tests.hub.hub_process import ROOT, SITE as SITE_FILE
from tests.hub.notice_files import MP4, WEBM, picture, png_head


def _read(folder: Path, *notices: Notice) -> tuple[tuple[Notice, ...], dict[str, NoticeFile]]:
    site, files = read_notices(msgspec.structs.replace(SITE, notices=notices), folder)
    return site.notices, files


def _refused(folder: Path, *notices: Notice) -> str:
    with pytest.raises(SettingsError) as caught:
        _read(folder, *notices)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", picture(), "image/png"),
        ("a.JPG", picture("JPEG"), "image/jpeg"),
        ("a.jpeg", picture("JPEG"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
        ("a.mp4", MP4, "video/mp4"),
        ("a.webm", WEBM, "video/webm"),
    ],
)
def test_a_file_is_known_by_its_digest_and_its_kind(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    (tmp_path / name).write_bytes(content)
    video = name if kind.startswith("video") else ""
    page = Notice("a", picture="" if video else name, video=video)
    [notice], files = _read(tmp_path, page)
    assert notice.digest == hashlib.sha256(content).hexdigest() == files[name].digest
    assert (files[name].kind, files[name].size) == (kind, len(content))


def test_a_text_needs_no_file_and_one_picture_may_stand_in_two_notices(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    pages = (
        Notice("words", "Xin chào"),
        Notice("a", picture="a.png"),
        Notice("b", picture="a.png"),
    )
    notices, files = _read(tmp_path, *pages)
    assert notices[0] == pages[0]
    assert notices[1].digest == notices[2].digest == files["a.png"].digest


def test_every_file_that_will_not_do_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "page.png").write_text("<!doctype html>")
    (tmp_path / "photo.png").write_bytes(picture("JPEG"))
    (tmp_path / "empty.webp").touch()
    (tmp_path / "link.png").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "cut.png").write_bytes(picture()[:50])
    (tmp_path / "wide.png").write_bytes(png_head(8001, 5000))
    with (tmp_path / "large.png").open("wb") as large:
        large.truncate(8 * 2**20 + 1)
    pictures = ("page", "photo", "link", "large", "none", "cut", "wide")
    pages = [Notice(f"cua {name}", picture=f"{name}.png") for name in pictures]
    pages.append(Notice("rong", picture="empty.webp"))
    said = _refused(tmp_path, *pages, Notice("phim", video="pipe.mp4")).split("; notices: ")
    faults = [one.split(f"{tmp_path}/")[1] for one in said]
    assert faults == [
        "page.png: is nothing that displays can show, not image/png; export it anew",
        "photo.png: is image/jpeg, not image/png; export it anew",
        "link.png: is a link; put the file itself there",
        "large.png: has 8.0 MB, at most 8 MB are taken; make it smaller",
        "none.png: there is no such file; put it there or take the notice out",
        "cut.png: cannot be shown (image file is truncated); export it anew",
        "wide.png: cannot be shown (8001×5000 pixels, at most 40 million are taken);"
        " export it anew",
        "empty.webp: is nothing that displays can show, not image/webp; export it anew",
        "pipe.mp4: is no file; put a picture or video there",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    (tmp_path / "a.png").chmod(0)
    assert "let the hub's user read it" in _refused(tmp_path, Notice("a", picture="a.png"))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "notices").touch()
    assert "cannot be read" in _refused(tmp_path / "notices", Notice("a", picture="a.png"))


def test_a_file_that_is_exchanged_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    _notices, files = _read(tmp_path, Notice("a", picture="a.png"))
    assert files["a.png"].still() is not None
    (tmp_path / "a.png").write_bytes(picture(size=(64, 36)))
    assert files["a.png"].still() is None
    (tmp_path / "a.png").unlink()
    assert files["a.png"].still() is None


@pytest.mark.parametrize(
    "head",
    [b"", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE", b"\x1a\x45\xdf\xa3 matroska",
     b"\x00\x00\x00\x18ftypheic"],
)  # fmt: skip
def test_what_displays_cannot_show_is_nothing(head: bytes) -> None:
    assert sniff(head) is None


def test_the_hub_does_not_start_with_a_notice_whose_file_is_missing(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    begin, page = "\nnotices = [", '{ id = "khai-truong", picture = "khai-truong.png" },'
    text = SITE_FILE.read_text(encoding="utf-8")
    site.write_text(text.replace(begin, begin + page), encoding="utf-8")
    words = ["serve", "--site", str(site), "--data", str(tmp_path / "data")]
    done = subprocess.run(
        [sys.executable, "-m", "hub", *words, "--live", "127.0.0.1:0", "--web", "127.0.0.1:0"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"{site}: notices: 'khai-truong': {tmp_path}/notices/khai-truong.png" in done.stderr
    assert "there is no such file" in done.stderr
