from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from shared.kept import keep, recall


class Thing(msgspec.Struct, frozen=True):
    name: str


def test_what_is_kept_is_recalled_and_no_half_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    keep(path, Thing("cũ"))
    keep(path, Thing("mới"))
    assert recall(path, Thing) == Thing("mới")
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_kept_is_nothing_recalled(tmp_path: Path) -> None:
    with capture_logs() as logs:
        assert recall(tmp_path / "thing.json", Thing) is None
    assert not logs


@pytest.mark.parametrize("content", [b"", b'{"name": 3}', b'{"name": "tor', b"\xff\xfe"])
def test_a_damaged_file_is_put_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thing.json"
    path.write_bytes(content)
    with capture_logs() as logs:
        assert recall(path, Thing) is None
    assert [entry["event"] for entry in logs] == ["kept.damaged"]
    assert not path.exists()
    assert path.with_suffix(".damaged").read_bytes() == content


def test_a_file_that_cannot_be_read_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    path.mkdir()
    with capture_logs() as logs:
        assert recall(path, Thing) is None
    assert [entry["event"] for entry in logs] == ["kept.unreadable"]
    assert path.exists()


def test_a_disk_that_takes_nothing_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "thing.json"
    keep(path, Thing("cũ"))
    path.with_suffix(".part").mkdir()
    with pytest.raises(OSError):
        keep(path, Thing("mới"))
    assert recall(path, Thing) == Thing("cũ")
