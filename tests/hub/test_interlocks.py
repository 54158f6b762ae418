"""What keeps a hub from serving beside another, or half a journal, is never taken for nothing."""

import contextlib
import shutil
from pathlib import Path

import pytest

from hub import exchanged, standing
from hub.backup import back_up
from hub.database import Database
from hub.follow import prepare
from hub.journal.sqlite import SqliteJournal, read_only
from hub.restore import put_in_place, restore, whole
from shared.errors import SetupError, StorageError
from shared.model import Epoch
from tests.hub.hall_site import at
from tests.hub.test_backup import centre


@pytest.fixture
async def data(tmp_path: Path) -> Path:
    """A hub's folder with a number in it, and beside it a copy."""
    folder = tmp_path / "data"
    async with centre(folder, at("08:00")) as one:
        await one.number()
    back_up(folder, tmp_path / "copy.db")
    return folder


@pytest.mark.parametrize("name", standing.FILES)
@pytest.mark.parametrize("content", [b"", b"\xff{}", b'{"generation": "two"}'])
def test_a_mark_that_cannot_be_read_is_not_taken_for_none(
    name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SetupError, match=rf"{name}: cannot be read .*follow --replace"):
        standing.check_is_hub(tmp_path)
        standing.check_is_newest(tmp_path, 1)
    assert (tmp_path / name).read_bytes() == content
    prepare(tmp_path, "https://hub.test", at("08:30"), replace=True)  # the way out that it names
    followed = standing.following(tmp_path)
    assert followed is not None and followed.url == "https://hub.test"
    assert standing.newer(tmp_path) == 0


def test_a_mark_on_a_disk_that_fails_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / standing.SUPERSEDED).mkdir()
    with pytest.raises(SetupError, match=r"cannot be read \(Is a directory\)"):
        standing.newer(tmp_path)


def test_files_that_were_being_exchanged_are_not_served_when_nobody_knows_which(
    tmp_path: Path,
) -> None:
    (tmp_path / exchanged.FILE).write_bytes(b"{")
    with pytest.raises(SetupError, match=r"cannot be read .*restore FILE --replace"):
        exchanged.take_back(tmp_path)
    assert (tmp_path / exchanged.FILE).exists()


async def test_a_hub_whose_place_was_taken_is_not_restored_by_the_way(data: Path) -> None:
    standing.supersede(data, 7)
    copy = data.parent / "copy.db"
    with pytest.raises(SetupError, match=r"has taken over \(generation 7\).*--take-over"):
        restore(copy, data, at("08:30"), replace=True)
    assert standing.newer(data) == 7
    made = restore(copy, data, at("08:30"), replace=True, take_over=True)
    # Six promotions and what each gave, at most, in the half hour since.
    assert made.moved is not None and made.moved.others == (1 + 6) * (100 + 300)
    with contextlib.closing(SqliteJournal(data)) as journal:
        assert (journal.generation, standing.newer(data)) == (8, 0)


async def test_a_new_life_that_stands_beside_its_journal_comes_with_it(
    data: Path, tmp_path: Path
) -> None:
    """As on a disk that did not take the pages in when the connection was closed."""
    place, made = tmp_path / "place", tmp_path / "made"
    place.mkdir()
    shutil.copy(data / "journal.db", place)
    with contextlib.closing(SqliteJournal(place)) as journal:
        journal.begin_anew(Epoch("another"), 9, [])
        shutil.copytree(place, made)
    assert (made / "journal.db-wal").stat().st_size
    put_in_place(made, data, [data / "journal.db", data / "journal.mark"], "replaced", at("08:30"))
    with contextlib.closing(SqliteJournal(data)) as journal:
        assert (journal.epoch, journal.generation) == ("another", 9)
    assert len(list(read_only(data))) == 2


async def test_a_journal_that_cannot_be_made_whole_is_not_put_in_place(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.database.BUSY_MS", 10)
    with contextlib.closing(Database(data / "journal.db")) as reader, reader.transaction():
        reader.run("UPDATE meta SET value = value")
        with pytest.raises((StorageError, SetupError)):
            whole(data / "journal.db")
