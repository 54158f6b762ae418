"""Pictures and videos of the notices, from a real web server to the wall and a real process."""

import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import structlog
from msgspec.structs import replace
from PIL import Image

from deploy.gallery.board_states import BUSY
from display import board as rules
from display.board import Board, instant
from shared.messages import DisplayView, Notice
from tests.kivy_window import hold, until

NOW = instant("2026-11-23T08:15:00+07:00")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[str]:
    """The hub's pages, as far as files go: a folder over HTTP."""
    root = tmp_path / "pages"
    (root / "notices").mkdir(parents=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def put(tmp_path: Path, name: str, content: bytes) -> str:
    (tmp_path / "pages" / "notices" / name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def a_picture(tmp_path: Path) -> bytes:
    file = tmp_path / "made.png"
    Image.new("RGB", (400, 300), "#1B7F4B").save(file)
    return file.read_bytes()


def seen(pages: str, *notices: Notice) -> DisplayView:
    return replace(BUSY, notices=notices, notice="", pages=pages)


class Stage:
    def __init__(self, window: Any, folder: Path, command: tuple[str, ...] | None = None) -> None:
        from display.devices.sideshow import Sideshow
        from display.devices.video import VideoPlayer
        from display.screens.wall import Wall

        self.wall = Wall()
        hold(window, self.wall, 1280, 720)
        folder.mkdir()
        self.player = VideoPlayer(command)
        self.show = Sideshow(
            self.wall, folder, lambda: NOW, lambda: None, at=(100, 50), player=self.player
        )

    def see(self, view: DisplayView) -> None:
        self.wall.board = rules.react(Board(), view, NOW)[0]
        self.show.show(view)


@pytest.fixture
def staged(kivy_window: Any, tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def make(command: tuple[str, ...] | None = None) -> Stage:
        made.append(Stage(kivy_window, tmp_path / "kept", command))
        return made[-1]

    yield make
    for one in made:
        one.show.close()


async def test_a_picture_comes_from_the_hubs_pages_to_the_wall(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    digest = put(tmp_path, "tet.png", a_picture(tmp_path))
    stage = staged()
    stage.see(seen(pages, Notice("tet", picture="/notices/tet.png", digest=digest)))
    assert stage.wall.page is None
    await until(kivy_window, lambda: stage.wall.texture is not None)
    assert stage.wall.page is not None and stage.wall.page.id == "tet"
    assert stage.wall.texture.size == (400, 300)


async def test_a_picture_that_is_not_what_was_announced_is_never_shown(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage], capsys: Any
) -> None:
    put(tmp_path, "tet.png", a_picture(tmp_path))
    stage = staged()
    other = hashlib.sha256(b"another").hexdigest()
    words = Notice("chu", "Chữ", seconds=10)
    stage.see(seen(pages, Notice("tet", picture="/notices/tet.png", digest=other), words))
    said = ""
    deadline = time.monotonic() + 10

    def told() -> bool:
        nonlocal said
        said += capsys.readouterr().out
        return "notice.not_fetched" in said or time.monotonic() > deadline

    await until(kivy_window, told)
    assert "it is not the file that the hub has announced" in said
    assert stage.wall.page == words and stage.wall.texture is None
    assert list((tmp_path / "kept").iterdir()) == []


async def test_a_notice_that_is_gone_leaves_no_file_and_no_texture(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    digest = put(tmp_path, "tet.png", a_picture(tmp_path))
    stage = staged()
    stage.see(seen(pages, Notice("tet", picture="/notices/tet.png", digest=digest)))
    await until(kivy_window, lambda: stage.wall.texture is not None)
    stage.see(seen(pages))
    assert stage.wall.page is None and stage.wall.texture is None
    assert list((tmp_path / "kept").iterdir()) == []


def a_player(folder: Path) -> tuple[Path, Path]:
    """A program that takes mpv's place, and where it writes its process id and arguments."""
    said = folder / "player.txt"
    program = folder / "player"
    program.write_text(
        f"#!{sys.executable}\nimport os, sys, time\n"
        f"open({str(said)!r} + '.part', 'w').write(' '.join([str(os.getpid()), *sys.argv[1:]]))\n"
        f"os.rename({str(said)!r} + '.part', {str(said)!r})\n"
        "time.sleep(60)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program, said


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_video_plays_in_a_process_of_its_own_and_ends_with_its_page(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    program, said = a_player(tmp_path)
    stage = staged((str(program), "--no-audio"))
    digest = put(tmp_path, "phim.mp4", b"a film")
    video = seen(pages, Notice("phim", video="/notices/phim.mp4", digest=digest))
    stage.see(video)
    await until(kivy_window, said.exists)
    pid, *arguments = said.read_text().split()
    left, bottom, width, height = stage.wall.video_place or (0, 0, 0, 0)
    top = 50 + 720 - bottom - height
    assert arguments[0] == "--no-audio"
    assert arguments[1] == f"--geometry={width}x{height}+{100 + left}+{top}"
    assert arguments[-1] == str(tmp_path / "kept" / digest)
    assert os.getpriority(os.PRIO_PROCESS, int(pid)) >= 10
    stage.see(replace(video, emergency="Mất điện"))
    assert not alive(int(pid))


async def test_without_a_player_the_page_is_passed_over(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    stage = staged(("no-such-player",))
    digest = put(tmp_path, "phim.mp4", b"a film")
    words = Notice("chu", "Chữ", seconds=10)
    stage.see(seen(pages, Notice("phim", video="/notices/phim.mp4", digest=digest), words))
    kept = tmp_path / "kept" / digest
    await until(kivy_window, kept.exists)
    assert stage.wall.page == words


def test_a_player_dies_with_its_display_however_that_ends(tmp_path: Path) -> None:
    program, said = a_player(tmp_path)
    script = (
        "import sys, time; from pathlib import Path; from display.devices.video import VideoPlayer;"
        "player = VideoPlayer((sys.argv[1],)); player.play(Path(sys.argv[1]), (0, 0, 10, 10));"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(program)])
    try:
        deadline = time.monotonic() + 20
        while not said.exists():
            assert time.monotonic() < deadline and parent.poll() is None
            time.sleep(0.02)
        pid = int(said.read_text().split()[0])
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 5
    while alive(pid):
        assert time.monotonic() < deadline, "the player outlives its display"
        time.sleep(0.02)


async def test_a_damaged_picture_is_left_out_and_said_once(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    stage = staged()
    whole = a_picture(tmp_path)
    damaged = whole[:8] + whole[8:40].replace(b"IHDR", b"IDAT") + bytes(100)
    digest = put(tmp_path, "anh.png", damaged)
    page = Notice("anh", picture="/notices/anh.png", digest=digest)
    with structlog.testing.capture_logs() as logs:
        stage.see(seen(pages, page))
        await until(kivy_window, lambda: logs)
        stage.show._turn()
    assert [entry["event"] for entry in logs] == ["notice.unreadable"]
    assert stage.wall.page is None


async def test_a_player_that_dies_takes_its_page_with_it(
    kivy_window: Any, tmp_path: Path, pages: str, staged: Callable[..., Stage]
) -> None:
    program, said = a_player(tmp_path)
    stage = staged((str(program),))
    digest = put(tmp_path, "phim.mp4", b"a film")
    words = Notice("chu", "Chữ", seconds=10)
    film = Notice("phim", video="/notices/phim.mp4", digest=digest, seconds=3600)
    with structlog.testing.capture_logs() as logs:
        stage.see(seen(pages, film, words))
        await until(kivy_window, said.exists)
        os.kill(int(said.read_text().split()[0]), signal.SIGKILL)
        await until(kivy_window, lambda: stage.wall.page == words, 4)
    assert [entry["event"] for entry in logs] == ["video.ended"]
