"""Wishes that the hub has not answered yet, kept on disk so that a restart cannot lose them.

One small file a wish, `inflight/<request id>.json` in the kiosk's data folder, written before the
wish is sent (temporary name, fsync, rename, fsync of the folder) and removed when it is answered.
A wish that a look-up has led to names its dossier, so for that long the dossier's code stands here;
never the applicant's name, nor the four digits.
"""

import os
from pathlib import Path

import msgspec
import structlog

from kiosk.moves import Wish
from shared.model import Instant, RequestId

log = structlog.get_logger()


KEEP_DAMAGED_MS = 24 * 3600 * 1000
"""So long what could not be read is left for whoever wants to know why."""


class Kept(msgspec.Struct, frozen=True):
    """A wish as it stands on disk; `wanted` is false once the person has given up."""

    wish: Wish
    wanted: bool = True


class Inflight:
    """The folder of unanswered wishes. Raises OSError when the disk does not keep them."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "inflight"
        self._folder.mkdir(parents=True, exist_ok=True)

    def clear(self, now: Instant) -> None:
        """Remove what nobody will read any more, and a dossier's code may stand in."""
        for path in (*self._folder.glob("*.damaged"), *self._folder.glob("*.part")):
            if path.stat().st_mtime * 1000 < now - KEEP_DAMAGED_MS:
                path.unlink()

    def keep(self, wish: Wish) -> None:
        """Store the wish; it is on the disk when this returns."""
        self._write(Kept(wish))

    def abandon(self, request_id: RequestId) -> None:
        """Nobody waits for it any more: its ticket, if one comes, is to be cancelled."""
        kept = self._read(self._path(request_id))
        if kept is not None:
            self._write(Kept(kept.wish, wanted=False))

    def forget(self, request_id: RequestId) -> None:
        """It is answered."""
        self._path(request_id).unlink(missing_ok=True)

    def unanswered(self) -> list[Kept]:
        """What an earlier run has left behind, oldest first. A damaged file is put aside."""
        found = [self._read(path) for path in self._folder.glob("*.json")]
        return sorted((kept for kept in found if kept), key=lambda kept: kept.wish.at)

    def _path(self, request_id: RequestId) -> Path:
        return self._folder / f"{request_id}.json"

    def _read(self, path: Path) -> Kept | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=Kept)
        except FileNotFoundError:
            return None
        except msgspec.MsgspecError as error:
            log.error("inflight.damaged", path=str(path), why=str(error))
            path.replace(path.with_suffix(".damaged"))
            return None

    def _write(self, kept: Kept) -> None:
        path = self._path(kept.wish.request_id)
        half = path.with_suffix(".part")
        with half.open("wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
