"""A film by the real player: in its place, over what stands there, silent, and gone at once."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from Xlib import X
from Xlib.display import Display

from deploy.hall.screen import VirtualScreen
from display.devices.video import NICE, PLAYER, VideoPlayer
from tests.lockdown.public_machine import until

pytestmark = pytest.mark.skipif(not shutil.which(PLAYER), reason=f"{PLAYER} is not installed")

SIZE = (640, 360)
PLACE = (320, 120, 240, 180)
INSIDE, OUTSIDE = (440, 210), (100, 100)
NAVY = 0x0B1F3A


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualScreen]:
    """A screen without a window manager, all of it covered by a window in navy."""
    with VirtualScreen(*SIZE) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        display = Display(screen.display)
        top = display.screen()
        window = top.root.create_window(
            0, 0, *SIZE, 0, top.root_depth, X.InputOutput, background_pixel=NAVY
        )
        window.map()
        display.sync()
        yield screen
        display.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of red, made by the player itself."""
    file = tmp_path_factory.mktemp("film") / "do.webm"
    source = "av://lavfi:color=c=red:size=320x240:rate=10:duration=2"
    making = [PLAYER, "--no-config", "--no-terminal", "--ovc=libvpx", f"--o={file}", source]
    subprocess.run(making, check=True, timeout=60)
    return file


def pixel(screen: VirtualScreen, at: tuple[int, int]) -> tuple[int, int, int]:
    x, y = at
    red, green, blue = screen.picture((x, y, x + 1, y + 1)).convert("RGB").getpixel((0, 0))  # type: ignore[misc]
    return red, green, blue


def red(colour: tuple[int, int, int]) -> bool:
    return colour[0] > 200 and max(colour[1:]) < 60


def test_a_film_is_shown_in_its_place_over_the_wall_and_nowhere_else(
    wall: VirtualScreen, film: Path
) -> None:
    player = VideoPlayer()
    assert player.there
    player.play(film, PLACE)
    try:
        until(lambda: red(pixel(wall, INSIDE)), "the film is seen")
        left, top, width, height = PLACE
        corners = [(left + 2, top + 2), (left + width - 3, top + height - 3)]
        assert all(red(pixel(wall, corner)) for corner in corners)
        around = [OUTSIDE, (left - 2, top + 9), (left + width + 1, top + 9), (left + 9, top - 2)]
        assert {pixel(wall, at) for at in around} == {(0x0B, 0x1F, 0x3A)}
        assert not player.ended, "it begins again when it is over"
    finally:
        player.stop()
    until(lambda: pixel(wall, INSIDE) == (0x0B, 0x1F, 0x3A), "the wall is seen again")


def test_the_player_yields_to_the_display_and_opens_no_sound(
    wall: VirtualScreen, film: Path
) -> None:
    player = VideoPlayer()
    player.play(film, PLACE)
    try:
        until(lambda: red(pixel(wall, INSIDE)), "the film is seen")
        process = player._process
        assert process is not None
        ours, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, process.pid))
        assert its == min(19, ours + NICE)
        opened = [str(one.readlink()) for one in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert not [name for name in opened if "snd" in name or "pulse" in name]
    finally:
        player.stop()
