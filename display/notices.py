"""Which page of the side area is shown: pure, and the same on every display of the hall.

Pages follow each other by the hall's clock and not by when a display was started, so that all
displays turn at once, and a restart changes nothing.
"""

from itertools import accumulate

import msgspec

from shared.messages import DisplayView, Notice
from shared.model import Instant


class Turn(msgspec.Struct, frozen=True):
    """The page that stands, and when the next one follows; None while it is the only one."""

    notice: Notice | None
    until: Instant | None = None


def notices(view: DisplayView | None) -> tuple[Notice, ...]:
    """The pages of a view: its notices, after the sentence that always stands. Without notices
    there is no side area, and the sentence has a place of its own."""
    if view is None or not view.notices:
        return ()
    if not view.notice:
        return view.notices
    return (Notice("", view.notice), *view.notices)


def turn(pages: tuple[Notice, ...], now: Instant) -> Turn:
    """Which of `pages` stands at `now`."""
    if len(pages) < 2:
        return Turn(pages[0] if pages else None)
    ends = tuple(accumulate(page.seconds * 1000 for page in pages))
    gone = now % ends[-1]
    page, end = next(one for one in zip(pages, ends, strict=True) if gone < one[1])
    return Turn(page, Instant(now - gone + end))
