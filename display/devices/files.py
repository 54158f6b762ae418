"""Files of the notices, fetched from the hub's pages and kept by their digest.

A file that cannot be had is left out, said once, and tried again later: a notice is never worth a
blank wall.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path

import httpx
import structlog

WITHIN_S = 120.0
"""For one file with everything in it; httpx counts each part by itself."""
AGAIN_S = 60.0
MOST_BYTES = {"picture": 8 * 1024 * 1024, "video": 200 * 1024 * 1024}

log = structlog.get_logger()


class FileFault(Exception):
    """The file was not to be had; the text says why."""


class Files:
    """What has been fetched into `folder`. `on_new` is called when another file is there."""

    def __init__(self, folder: Path, on_new: Callable[[], None]) -> None:
        self._folder = folder
        self._on_new = on_new
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._failed: set[str] = set()
        # The machine's own authorities: a hub's certificate is often signed by the centre's.
        self._trust = ssl.create_default_context()

    def get(self, url: str, digest: str, kind: str) -> Path | None:
        """The file with that SHA-256 if it is there; else None, and it is fetched.

        `kind` is "picture" or "video" and says how large it may be.
        """
        file = self._folder / digest
        if file.is_file():
            return file
        task = self._tasks.get(digest)
        if task is None or task.done():
            self._tasks[digest] = asyncio.get_running_loop().create_task(
                self._try(url, digest, MOST_BYTES[kind])
            )
        return None

    def keep_only(self, digests: set[str]) -> None:
        """Forget what is not named any more."""
        for digest in self._tasks.keys() - digests:
            self._tasks.pop(digest).cancel()
        for file in self._folder.iterdir():
            if file.name.partition(".")[0] not in digests:
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Fetch no more. Harmless when called twice."""
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    async def _try(self, url: str, digest: str, most: int) -> None:
        while True:
            try:
                async with asyncio.timeout(WITHIN_S):
                    await self._fetch(url, digest, most)
            except (OSError, httpx.HTTPError, FileFault) as error:
                if digest not in self._failed:
                    self._failed.add(digest)
                    log.warning("notice.not_fetched", url=url, why=str(error) or repr(error))
                await asyncio.sleep(AGAIN_S)
            else:
                if digest in self._failed:
                    self._failed.discard(digest)
                    log.info("notice.fetched", url=url)
                self._on_new()
                return

    async def _fetch(self, url: str, digest: str, most: int) -> None:
        half = self._folder / f"{digest}.part"
        found, size = hashlib.sha256(), 0
        try:
            async with (
                httpx.AsyncClient(
                    follow_redirects=False, verify=self._trust, trust_env=False
                ) as client,
                client.stream("GET", url) as answer,
            ):
                if answer.status_code != httpx.codes.OK:
                    raise FileFault(f"the hub answers {answer.status_code}")
                with half.open("wb") as out:
                    async for part in answer.aiter_bytes(64 * 1024):
                        size += len(part)
                        if size > most:
                            raise FileFault(f"it has more than {most} bytes")
                        found.update(part)
                        out.write(part)
            if found.hexdigest() != digest:
                raise FileFault("it is not the file that the hub has announced")
            half.replace(self._folder / digest)
        finally:
            half.unlink(missing_ok=True)
