"""What the frame log says, and what a played visitor reads from it."""

import json
from pathlib import Path

from bench.soak_day import Glass, Shown as Seen
from kiosk.frame_log import FrameLog, Shown
from kiosk.state import PLAIN, Ease, Screen

HOME = Shown(Screen.HOME, 1, "vi", PLAIN)


def noted(path: Path) -> list[tuple[str, str]]:
    """Screens with how they are read."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [(row["screen"], row["reads"]) for row in rows if "screen" in row]


def test_a_line_for_each_screen_language_and_mode(tmp_path: Path) -> None:
    log = FrameLog(tmp_path / "frames")
    other = HOME._replace(language="en")
    both = other._replace(ease=Ease(large=True, low=True))
    for at, shown in enumerate((HOME, HOME, other, both, both._replace(since=2))):
        log.drawn(shown, at)
    log.close()
    reads = ["vi", "en", "en large low", "en large low"]
    assert noted(tmp_path / "frames") == [("home", one) for one in reads]


def test_a_finger_is_noted_with_the_frame_that_shows_it(tmp_path: Path) -> None:
    log = FrameLog(tmp_path / "frames")
    log.drawn(HOME, 5)
    log.touched()
    log.drawn(HOME, 7)
    log.drawn(HOME, 9)
    log.close()
    rows = [json.loads(line) for line in (tmp_path / "frames").read_text().splitlines()]
    assert rows[1:] == [{"touched": "home", "reads": "vi", "drawn_ns": 7}]


def test_a_visitor_sees_what_was_drawn_last_and_never_half_a_line(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    log = FrameLog(path)
    glass = Glass(path)
    assert glass.shown == Seen("")
    log.drawn(HOME, 5)
    log.close()
    assert glass.shown == Seen("home")
    with path.open("ab") as file:
        file.write(b'{"screen": "services", "reads"')
        file.flush()
        assert glass.shown == Seen("home")
        file.write(b': "en low", "drawn_ns": 6}\n{"touched": "services", "drawn_ns": 7}\n')
    assert glass.shown == Seen("services", "en low")
    assert glass.touches == 1
    glass.close()
