"""A restore that is cut off anywhere leaves the files of before, for whoever opens them next."""

import contextlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from hub import exchanged
from hub.backup import back_up
from hub.follow import prepare
from hub.journal.sqlite import SqliteJournal, read_only
from hub.registry import Registry
from hub.restore import restore
from shared.model import Role
from tests.hub.hall_site import at
from tests.hub.test_backup import centre

STEPS = ("unlink", "replace")
"""What changes the names in a folder."""


class PowerCut(BaseException):
    """Nothing that is written catches this."""


@contextlib.contextmanager
def cut_before(step: int) -> Iterator[list[str]]:
    """The power goes before the `step`-th change of a name. Gives what was changed before."""
    done: list[str] = []

    def cutting(change: Callable[..., Any]) -> Callable[..., Any]:
        def changing(path: Path, *words: Any, **options: Any) -> Any:
            if len(done) == step:
                raise PowerCut
            done.append(path.name)
            return change(path, *words, **options)

        return changing

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(Path, name, cutting(getattr(Path, name)))
        with contextlib.suppress(PowerCut):
            yield done


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A folder with three numbers and two devices, whose newest events are in the -wal file, and
    beside it a copy of when there were two and one."""
    folder = tmp_path / "data"
    async with centre(folder, at("08:00")) as one:
        with contextlib.closing(Registry(folder)) as officers:
            officers.enrol(Role.KIOSK, "k1", None, at("08:00"))
            await one.number()
            await one.number()
            back_up(folder, tmp_path / "copy.db")
            officers.enrol(Role.KIOSK, "k2", None, at("08:00"))
        await one.number()
        # As after kill -9: a journal that is closed takes its -wal in.
        kept = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    return folder


def found(data: Path) -> tuple[str, int, frozenset[str]]:
    """What a hub that opens the folder has: its life, how many events, and which kiosks."""
    with contextlib.closing(SqliteJournal(data)) as journal:
        epoch, events = journal.epoch, len(list(read_only(data)))
    with contextlib.closing(Registry(data)) as officers:
        return epoch, events, officers.enrolled(Role.KIOSK)


async def test_a_restore_that_is_cut_off_anywhere_is_taken_back(data: Path, tmp_path: Path) -> None:
    files = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
    before = None
    cuts: list[str] = []
    for step in itertools.count():
        with cut_before(step) as done:
            restore(tmp_path / "copy.db", data, at("08:30"), replace=True)
            break  # it went through: there is nothing left to be cut
        left_open = (data / exchanged.FILE).exists()
        cuts += [done[-1]] if left_open else []
        with capture_logs() as said:
            left = found(data)
        before = before or left
        assert left == before, f"cut after {done}"
        told = [line["event"] for line in said]
        assert told.count("exchange_taken_back") == int(left_open)
        assert not (data / exchanged.FILE).exists()
        for path in data.iterdir():
            if path.is_file():
                path.unlink()
        for name, content in files.items():
            (data / name).write_bytes(content)
    assert before is not None and before[1:] == (4, frozenset({"k1", "k2"}))
    assert len(cuts) > len(files), "it was cut between any two files"
    after = found(data)
    assert after[0] != before[0] and after[2] == frozenset({"k1"})


async def test_a_taking_back_that_is_cut_off_is_done_by_the_next(
    data: Path, tmp_path: Path
) -> None:
    changed = 0
    for step in itertools.count():
        if changed > 3:
            break
        with cut_before(step) as done:
            restore(tmp_path / "copy.db", data, at("08:30"), replace=True)
        if "exchange.part" in done:
            changed = len(done) - done.index("exchange.part")
    assert (data / exchanged.FILE).exists()
    for tries in itertools.count():
        if not (data / exchanged.FILE).exists():
            break
        with cut_before(tries), capture_logs():
            exchanged.take_back(data)
    assert tries > 3
    assert found(data)[1:] == (4, frozenset({"k1", "k2"}))


async def test_a_hub_that_becomes_a_standby_and_is_cut_off_has_all_it_had_in_one_place(
    data: Path,
) -> None:
    files = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}
    before = {name for name in files if name.startswith(("journal.db", "registry.db"))}
    for step in itertools.count():
        with cut_before(step) as done:
            prepare(data, "https://hub", at("08:30"), replace=True)
            break
        prepare(data, "https://hub", at("08:30"), replace=True)
        aside = [path for path in data.iterdir() if path.is_dir() and any(path.iterdir())]
        kept = [one for one in aside if before <= {path.name for path in one.iterdir()}]
        assert kept, f"cut after {done}: {[list(one.iterdir()) for one in aside]}"
        for name in before:
            assert (kept[0] / name).read_bytes() == files[name]
        for path in data.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in files.items():
            (data / name).write_bytes(content)
    assert step > len(before)


def test_a_folder_in_which_nothing_was_cut_off_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"as it is")
    exchanged.take_back(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["journal.db"]
