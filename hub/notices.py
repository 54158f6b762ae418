"""The files of the side area's notices: found, looked into and named by digest when the hub starts.

Displays are told the digest, so what stands on the wall is what was checked here. A file that is
exchanged while the hub runs is not served any more until the hub has looked into it anew.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import IO

import msgspec

from hub.engine.site import Site
from shared.errors import SettingsError

FOLDER = "notices"
"""Beside the site's file."""

PICTURE_BYTES = 8 * 2**20
VIDEO_BYTES = 200 * 2**20

_HEAD = 256
_CHUNK = 2**20
_TRIAL_SIDE = 16
"""Pixels: all of a file is read for that, and a JPEG is decoded eight times faster."""
_KINDS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""hub.engine.notices has seen to it that names are plain and end in one of these."""


class NoticeFile(msgspec.Struct, frozen=True):
    """A picture or video as it was when the hub started; `kind` is its media type."""

    path: Path
    kind: str
    digest: str
    size: int
    changed_ns: int

    def still(self) -> os.stat_result | None:
        """The file's state on disk, or None when it is gone or another one by now."""
        try:
            state = self.path.stat()
        except OSError:
            return None
        same = (state.st_size, state.st_mtime_ns) == (self.size, self.changed_ns)
        return state if same else None


class _Fault(Exception):
    """Why a file will not do, and what to do about it."""


def read_notices(site: Site, folder: Path) -> tuple[Site, dict[str, NoticeFile]]:
    """The site with each notice's digest, and its files by name.

    SettingsError names every file in `folder` that is missing, unreadable, too large, not what
    its name says or damaged.
    """
    files: dict[str, NoticeFile] = {}
    found: list[str] = []
    for notice in site.notices:
        for name, most in ((notice.picture, PICTURE_BYTES), (notice.video, VIDEO_BYTES)):
            if name and name not in files:
                try:
                    files[name] = _look(folder, name, most)
                except _Fault as fault:
                    found.append(f"notices: {notice.id!r}: {folder / name}: {fault}")
    if found:
        raise SettingsError("; ".join(found))
    pages = tuple(
        msgspec.structs.replace(one, digest=files[name].digest)
        if (name := one.picture or one.video)
        else one
        for one in site.notices
    )
    return msgspec.structs.replace(site, notices=pages), files


def _look(folder: Path, name: str, most: int) -> NoticeFile:
    path = folder / name
    try:
        if path.is_symlink():
            raise _Fault("is a link; put the file itself there")
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
            raise _Fault("is no file; put a picture or video there")
        with path.open("rb") as file:
            return _look_into(file, path, most)
    except FileNotFoundError:
        raise _Fault("there is no such file; put it there or take the notice out") from None
    except OSError as error:
        raise _Fault(f"cannot be read ({error.strerror}); let the hub's user read it") from None


def _look_into(file: IO[bytes], path: Path, most: int) -> NoticeFile:
    state = os.fstat(file.fileno())
    if state.st_size > most:
        size = f"{state.st_size / 2**20:.1f} MB"
        raise _Fault(f"has {size}, at most {most // 2**20} MB are taken; make it smaller")
    head = file.read(_HEAD)
    kind, wanted = sniff(head), _KINDS[path.suffix.lower()]
    if kind != wanted:
        raise _Fault(f"is {kind or 'nothing that displays can show'}, not {wanted}; export it anew")
    digest = hashlib.sha256(head)
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    if kind.startswith("image/"):
        _decode(file)
    return NoticeFile(path, kind, digest.hexdigest(), state.st_size, state.st_mtime_ns)


def _decode(file: IO[bytes]) -> None:
    """Do what displays will do with the picture."""
    from shared.pictures import pixels  # only where there are pictures: hubs start in half a second

    file.seek(0)
    try:
        pixels(file, _TRIAL_SIDE)
    except ValueError as error:
        raise _Fault(f"cannot be shown ({error}); export it anew") from None


def sniff(head: bytes) -> str | None:
    """The media type that a file's first bytes tell, of those that displays can show."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] not in (b"heic", b"avif", b"mif1"):
        return "video/mp4"
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return "video/webm"
    return None
