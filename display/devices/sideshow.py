"""Turns the pages of the side area, and brings their pictures and videos there.

A page whose file is not there yet, or whose player is missing, is passed over.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from kivy.clock import Clock
from kivy.graphics.texture import Texture

from display.devices.files import Files
from display.devices.video import Place, VideoPlayer
from display.notices import notices, turn
from display.screens.wall import Wall
from shared.messages import DisplayView, Notice
from shared.model import Instant
from shared.pictures import pixels

LONGEST_SIDE = 2048
"""Pixels; no side area is larger, and graphics chips take it."""
LOOK_EVERY_S = 1.0
"""How often a playing video is looked at."""

log = structlog.get_logger()


class Sideshow:
    """Shows the notices of the newest view on `wall`. `at` is where its window stands on the
    desktop: left, top, px. `changed` is called after the page has changed."""

    def __init__(
        self,
        wall: Wall,
        folder: Path,
        now: Callable[[], Instant],
        changed: Callable[[], None],
        *,
        at: tuple[int, int] = (0, 0),
        player: VideoPlayer | None = None,
    ) -> None:
        self._wall = wall
        self._now = now
        self._changed = changed
        self._at = at
        self._player = player or VideoPlayer()
        self._files = Files(folder, self._turn)
        self._view: DisplayView | None = None
        self._textures: dict[str, Any] = {}
        self._decoding: dict[str, asyncio.Task[None]] = {}
        self._bad: set[str] = set()
        self._due: Any = None
        self._said = False
        self._watch: Any = None

    def show(self, view: DisplayView) -> None:
        """The hub's newest view."""
        before = self._view
        self._view = view
        if before is not None and _same(before, view):
            return
        digests = {notice.digest for notice in view.notices if notice.digest}
        self._files.keep_only(digests)
        for digest in self._textures.keys() - digests:
            del self._textures[digest]
        self._turn()

    def close(self) -> None:
        """Show nothing more. Harmless when called twice."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        self._unwatch()
        self._files.close()
        for task in self._decoding.values():
            task.cancel()
        self._player.stop()

    # --- pages ---------------------------------------------------------------------------

    def _turn(self, *_args: object) -> None:
        """Put the page there whose turn it is, and wait for the next."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        view = self._view
        pages = tuple(page for page in notices(view) if self._can_show(page))
        quiet = view is None or bool(view.emergency)
        found = turn((), Instant(0)) if quiet else turn(pages, self._now())
        if found.until is not None:
            wait = max(0.05, (found.until - self._now()) / 1000)
            self._due = Clock.schedule_once(self._turn, wait)
        page = found.notice
        self._wall.texture = self._textures.get(page.digest) if page else None
        self._wall.page = page
        self._play(page)
        self._changed()

    def _can_show(self, page: Notice) -> bool:
        if page.picture:
            return self._texture_of(page)
        if page.video:
            sound = page.digest not in self._bad
            return sound and self._file_of(page, page.video, "video") is not None and self._plays()
        return True

    def _plays(self) -> bool:
        if not self._player.there and not self._said:
            self._said = True
            log.warning("video.no_player", remedy="apt-get install mpv; its pages are left out")
        return self._player.there

    def _file_of(self, page: Notice, path: str, kind: str) -> Path | None:
        assert self._view is not None
        if not self._view.pages or not page.digest:
            return None
        return self._files.get(f"{self._view.pages}{path}?v={page.digest}", page.digest, kind)

    def _play(self, page: Notice | None) -> None:
        place = self._wall.video_place if page and page.video else None
        file = self._file_of(page, page.video, "video") if page and place else None
        if file is None or place is None:
            self._unwatch()
            self._player.stop()
            return
        self._player.play(file, self._on_desktop(place))
        if self._watch is None:
            self._watch = Clock.schedule_interval(self._look, LOOK_EVERY_S)

    def _look(self, _dt: float) -> None:
        """A player that ends by itself cannot play the file: its page is left out from now on."""
        page = self._wall.page
        if page is not None and page.video and self._player.ended:
            log.error("video.ended", file=page.digest)
            self._bad.add(page.digest)
            self._turn()

    def _unwatch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _on_desktop(self, place: Place) -> Place:
        """Kivy counts from the bottom, desktops from the top."""
        left, bottom, width, height = place
        return (self._at[0] + left, self._at[1] + round(self._wall.height) - bottom - height,
                width, height)  # fmt: skip

    # --- pictures ------------------------------------------------------------------------

    def _texture_of(self, page: Notice) -> bool:
        """Whether the picture can be drawn; brings it nearer if not."""
        if page.digest in self._textures:
            return True
        file = self._file_of(page, page.picture, "picture")
        if file is not None and page.digest not in self._decoding and page.digest not in self._bad:
            self._decoding[page.digest] = asyncio.get_running_loop().create_task(
                self._decode(file, page.digest)
            )
        return False

    async def _decode(self, file: Path, digest: str) -> None:
        try:
            size, drawn = await asyncio.to_thread(pixels, file, LONGEST_SIDE)
        except ValueError as error:
            self._bad.add(digest)
            log.error("notice.unreadable", file=file.name, why=str(error))
            return
        finally:
            self._decoding.pop(digest, None)
        texture = Texture.create(size=size, colorfmt="rgb")
        texture.flip_vertical()
        texture.blit_buffer(drawn, colorfmt="rgb", bufferfmt="ubyte")
        self._textures[digest] = texture
        self._turn()


def _same(one: DisplayView, other: DisplayView) -> bool:
    """Whether nothing changed that the side area depends on."""

    def what(view: DisplayView) -> tuple[object, ...]:
        return (view.notices, view.notice, view.pages, view.plan.layout, bool(view.emergency))

    return what(one) == what(other)
