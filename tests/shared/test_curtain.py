"""The curtain hangs under whatever is shown, wants nothing, and outlives its X."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from Xlib.display import Display

from deploy.hall.screen import VirtualScreen
from shared import curtain_picture, theme
from shared.curtain import HEAD, Curtain
from shared.i18n import LANGUAGES, translator
from tests.kiosk.kiosk_texts import KIOSK, of_module

SIZE = (400, 300)
AT = (40, 30)
GROUND, PICTURE, APP = (10, 20, 30), (200, 100, 50), (0, 255, 0)
DRAW = f"""
import sys
from shared.curtain import HEAD
out = sys.stdout.buffer
out.write(HEAD.pack({AT[0]}, {AT[1]}, {SIZE[0]}, {SIZE[1]}, *{GROUND}))
out.write(bytes((*{PICTURE[::-1]}, 0)) * {SIZE[0]} * ROWS)
"""

Turn = Callable[[Callable[[], bool]], None]


@pytest.fixture(scope="module")
def screen() -> Iterator[VirtualScreen]:
    with VirtualScreen(600, 400) as screen:
        yield screen


@pytest.fixture
def selector(screen: VirtualScreen, monkeypatch: pytest.MonkeyPatch) -> selectors.BaseSelector:
    monkeypatch.setenv("DISPLAY", screen.display)
    return selectors.DefaultSelector()


def turn(selector: selectors.BaseSelector, holds: Callable[[], bool]) -> None:
    """Do as the keeper does until `holds`."""
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        for key, _events in selector.select(0.02):
            key.data(key.fileobj)


def draws(rows: int = SIZE[1], more: str = "") -> list[str]:
    return [sys.executable, "-c", DRAW.replace("ROWS", str(rows)) + more]


def pixel(screen: VirtualScreen, x: int = 0, y: int = 0) -> object:
    return screen.picture().convert("RGB").getpixel((AT[0] + x, AT[1] + y))


def test_it_stands_at_its_place_and_goes_when_it_is_closed(
    screen: VirtualScreen, selector: selectors.BaseSelector
) -> None:
    curtain = Curtain(draws(), selector)
    curtain.hang()
    turn(selector, lambda: pixel(screen) == PICTURE)
    assert pixel(screen, SIZE[0] - 1, SIZE[1] - 1) == PICTURE
    assert pixel(screen, -1, -1) == pixel(screen, SIZE[0], SIZE[1]) == (0, 0, 0)
    curtain.hang()
    curtain.close()
    curtain.close()
    turn(selector, lambda: pixel(screen) == (0, 0, 0))
    assert len(selector.get_map()) == 0


def test_it_hangs_under_what_is_there_and_shows_when_that_is_gone(
    screen: VirtualScreen, selector: selectors.BaseSelector
) -> None:
    app = Display()
    root = app.screen().root
    window = root.create_window(
        *AT, *SIZE, 0, app.screen().root_depth, background_pixel=APP[0] << 16 | APP[1] << 8 | APP[2]
    )
    window.map()
    app.sync()
    curtain = Curtain(draws(), selector)
    curtain.hang()
    turn(selector, lambda: len(root.query_tree().children) == 2)
    assert pixel(screen) == APP
    # However the app goes, X takes its window away.
    app.close()
    # From here on nobody tends the curtain: X paints it alone.
    end = time.monotonic() + 0.5
    while pixel(screen) == APP:
        assert time.monotonic() < end
    turn(selector, lambda: pixel(screen) == PICTURE)
    curtain.close()


@pytest.mark.parametrize("rows", [0, 7, SIZE[1] - 1])
def test_a_picture_that_breaks_off_leaves_the_plain_ground(
    screen: VirtualScreen, selector: selectors.BaseSelector, rows: int
) -> None:
    curtain = Curtain(draws(rows, "sys.exit(3)"), selector)
    curtain.hang()
    turn(selector, lambda: pixel(screen) == GROUND)
    turn(selector, lambda: len(selector.get_map()) == 1)  # X is left, the drawing has ended
    assert pixel(screen) == GROUND
    curtain.close()


# python-xlib leaves the sockets of a vain attempt to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_a_picture_or_a_screen_nothing_hangs_and_nothing_fails(
    selector: selectors.BaseSelector, monkeypatch: pytest.MonkeyPatch
) -> None:
    curtain = Curtain([sys.executable, "-c", "raise SystemExit(2)"], selector)
    curtain.hang()
    turn(selector, lambda: len(selector.get_map()) == 0)
    monkeypatch.setenv("DISPLAY", ":4095")
    curtain = Curtain(draws(), selector)
    curtain.hang()
    turn(selector, lambda: len(selector.get_map()) == 0)
    monkeypatch.delenv("DISPLAY")
    curtain.hang()
    assert len(selector.get_map()) == 0


def test_it_outlives_its_x_and_hangs_again(
    selector: selectors.BaseSelector, monkeypatch: pytest.MonkeyPatch
) -> None:
    curtain = Curtain(draws(), selector)
    for _life in range(2):
        with VirtualScreen(600, 400) as own:
            monkeypatch.setenv("DISPLAY", own.display)
            curtain.hang()
            turn(selector, lambda own=own: pixel(own) == PICTURE)  # type: ignore[misc]
        turn(selector, lambda: len(selector.get_map()) == 0)
    curtain.close()


def test_it_reads_what_x_tells_everybody(
    screen: VirtualScreen, selector: selectors.BaseSelector
) -> None:
    curtain = Curtain(draws(), selector)
    curtain.hang()
    turn(selector, lambda: pixel(screen) == PICTURE)
    teller = Display()
    keys = teller.get_keyboard_mapping(200, 1)
    for _ in range(50):
        teller.change_keyboard_mapping(200, keys)
    teller.sync()
    (window,) = (key for key in selector.get_map().values())
    turn(selector, lambda: bool(selector.select(0)))
    turn(selector, lambda: not selector.select(0.1))
    assert window in selector.get_map().values()
    teller.close()
    curtain.close()


@pytest.mark.parametrize(
    ("program", "ground", "size"),
    [
        ("kiosk", theme.GROUND, (1080, 1920)),
        ("display", theme.NAVY, (1920, 1080)),
        ("display", theme.NAVY, (720, 1280)),
    ],
)
def test_the_programs_draw_theirs_at_their_size_and_place(
    program: str, ground: str, size: tuple[int, int]
) -> None:
    place = ["--size", f"{size[0]}x{size[1]}", "--position", "30,20"]
    drawn = subprocess.run(
        [sys.executable, "-m", program, "--curtain", *place],
        capture_output=True,
        check=True,
        env={name: text for name, text in os.environ.items() if name != "DISPLAY"},
    ).stdout
    left, top, *rest = HEAD.unpack(drawn[: HEAD.size])
    assert (left, top, *rest[:2]) == (30, 20, *size)
    picture = Image.frombytes("RGB", size, drawn[HEAD.size :], "raw", "BGRX")
    assert "#{:02X}{:02X}{:02X}".format(*rest[2:]) == ground
    assert picture.getpixel((5, size[1] // 2)) == tuple(rest[2:])
    # Nothing is cut off: what is written keeps away from both sides.
    strip = picture.crop((0, size[1] // 10, size[0], size[1] * 9 // 10))
    for x in (size[0] // 30, size[0] - size[0] // 30 - 1):
        column = strip.crop((x, 0, x + 1, strip.height))
        assert column.getcolors() == [(strip.height, tuple(rest[2:]))]


@pytest.mark.parametrize("size", [(320, 320), (320, 1920), (3840, 2160), (2160, 3840)])
def test_a_picture_of_any_size_holds_all_of_its_text(size: tuple[int, int]) -> None:
    texts = ("Máy đang khởi động lại", "Mời ông/bà chờ giây lát.")
    picture = curtain_picture.draw(size, curtain_picture.NIGHT, texts)
    assert picture.size == size
    written = picture.point(lambda level: 255 if level > 250 else 0).convert("L").getbbox()
    assert written is not None
    left, top, right, bottom = written
    assert left > 0 and right < size[0]
    assert top > size[1] * 0.1 and bottom < size[1] * 0.95


def test_without_inter_it_is_written_in_roboto(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme, "font", lambda weight: None)
    picture = curtain_picture.draw(SIZE, curtain_picture.LIGHT, ("Máy đang khởi động lại", "A."))
    assert len(picture.getcolors(1 << 16) or []) > 10


@pytest.mark.parametrize("module", ["kiosk/away_words.py", "display/program.py"])
def test_a_curtain_speaks_every_language(module: str) -> None:
    texts = set(of_module(KIOSK.parent / module))
    assert len(texts) >= 2
    for language in LANGUAGES[1:]:
        assert [text for text in texts if translator(language)(text) == text] == []
