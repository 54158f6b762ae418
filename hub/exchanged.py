"""Files that are put in the place of others: all of them or, after whatever happens, none.

    the old files have a second name ─▶ written down here ─▶ one after another ─▶ struck out

Who holds the folder next finds what was cut off in the middle, and takes it back. A journal without
its last pages, or with the officers of another life, is never served.
"""

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

from hub.database import keep_names
from shared.errors import SetupError
from shared.kept import held, keep

FILE = "exchange.json"

log = structlog.get_logger()


class _Exchange(msgspec.Struct, frozen=True):
    """Which files are being exchanged, and the folder in which the old ones have a second name;
    those that are not there did not exist."""

    names: tuple[str, ...]
    aside: str


@contextlib.contextmanager
def exchanging(folder: Path, names: Sequence[str], aside: Path | None) -> Iterator[None]:
    """Files of these names are exchanged within; `aside` has the old ones already, on the disk."""
    keep(folder / FILE, _Exchange(tuple(names), aside.name if aside is not None else ""))
    yield
    keep_names(folder)
    (folder / FILE).unlink()
    keep_names(folder)


def take_back(folder: Path) -> None:
    """Undo what was cut off, if anything was. Only for whoever holds the folder's lock. Raises
    OSError; then it is done by the next. Raises SetupError where nobody can know what that was."""
    try:
        cut_off = held(folder / FILE, _Exchange)
    except msgspec.MsgspecError as error:
        raise SetupError(
            f"{folder / FILE}: cannot be read ({error}); files were being exchanged, and which of"
            f" them are new is not known. Move this one away and restore a backup: `motcua-hub"
            f" restore FILE --replace --data {folder}`"
        ) from None
    if cut_off is None:
        return
    aside = folder / cut_off.aside
    for name in cut_off.names:
        if cut_off.aside and (aside / name).exists():
            second_name(aside / name, aside / f"{name}.again").replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    keep_names(folder)
    (folder / FILE).unlink()
    keep_names(folder)
    if cut_off.aside:
        shutil.rmtree(aside, ignore_errors=True)
    log.warning("exchange_taken_back", place=str(folder))


def second_name(path: Path, target: Path) -> Path:
    """The same file under another name; a copy on a file system that gives one name only."""
    target.unlink(missing_ok=True)
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copy2(path, target)
    return target
