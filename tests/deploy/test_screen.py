"""A virtual screen takes taps and shows pictures."""

from pathlib import Path

from deploy.hall.screen import VirtualScreen


def test_a_virtual_screen_is_black_and_of_the_asked_size_and_gone_after() -> None:
    with VirtualScreen(320, 200) as screen:
        picture = screen.picture()
        assert picture.size == (320, 200)
        assert picture.getcolors() == [(320 * 200, (0, 0, 0))]
        screen.tap(10, 20)
        screen.tap(10, 20)  # where the pointer is already
        screen.tap_twice(300, 180)
        pid = screen.pid
        assert screen.env()["DISPLAY"].startswith(":")
    assert not Path(f"/proc/{pid}").exists()
