"""Notices for the side area of the displays, as the site's file writes them."""

import re
from datetime import date

import msgspec

MOST_TEXT = 240
"""Letters: no more stand in the side area of a wide display in letters that can be read."""
SHORTEST_S, LONGEST_S = 3, 120

_PICTURE = re.compile(r"\w[\w.-]*\.(png|jpg|jpeg|webp)", re.ASCII | re.IGNORECASE)
_VIDEO = re.compile(r"\w[\w.-]*\.(mp4|webm)", re.ASCII | re.IGNORECASE)


class Notice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of the side area: either a text, a picture or a silent video, on the days from `since`
    to `until` (both included). Files lie in the folder `notices` beside site.toml."""

    id: str
    text: str = ""
    picture: str = ""
    video: str = ""
    since: date | None = None
    until: date | None = None
    seconds: int = 10
    digest: str = ""
    """SHA-256 of the file, in hex; the hub fills it in at its start."""

    def stands_on(self, day: date) -> bool:
        """Whether it is shown that day."""
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day <= self.until)


def notice_faults(notice: Notice) -> list[str]:
    """All that is wrong with a notice, one sentence each."""
    found = []
    if not (notice.text or notice.picture or notice.video):
        found.append("needs a text, a picture or a video")
    if notice.picture and notice.video:
        found.append("shows a picture or a video, not both")
    elif notice.text and (notice.picture or notice.video):
        found.append("a text stands by itself: give the picture or video a notice of its own")
    if notice.picture and not _PICTURE.fullmatch(notice.picture):
        found.append(f"picture {notice.picture!r} is no file name like opening.png (jpg, webp)")
    if notice.video and not _VIDEO.fullmatch(notice.video):
        found.append(f"video {notice.video!r} is no file name like guide.mp4 (webm)")
    if len(notice.text) > MOST_TEXT:
        found.append(f"text must have at most {MOST_TEXT} letters")
    if not SHORTEST_S <= notice.seconds <= LONGEST_S:
        found.append(f"seconds must be {SHORTEST_S} to {LONGEST_S}")
    if notice.since is not None and notice.until is not None and notice.since > notice.until:
        found.append("ends before it begins")
    return [f"notices: {notice.id!r}: {one}" for one in found]
