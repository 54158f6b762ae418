"""What is said to be held: all of it, why, until when, and nothing that is gone."""

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from hub import held
from hub.backups import keep_one
from hub.journal.sqlite import FILE, read_only
from hub.registry import Registry
from hub.retention import Held
from hub.settings import Retention
from shared.errors import SetupError
from shared.model import CounterNumber, Role
from tests.hub.test_compaction import DAYS, NOW, TODAY, code, days, erase, run

__all__ = ["days"]  # the fixture

RULES = Retention()


@pytest.fixture
def data(days: Path, tmp_path: Path) -> Path:
    folder = Path(shutil.copytree(days, tmp_path / "data"))
    with contextlib.closing(Registry(folder)) as people:
        people.enrol(Role.KIOSK, "kiosk-sảnh", None, NOW)
        people.add_officer("Trần Thị Hoa", CounterNumber(1), "mật khẩu dài", NOW)
    return folder


def export(data: Path, *words: str) -> dict[str, Any]:
    done = run("export", "--data", str(data), *words)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_of_a_ticket_every_event_and_answer_is_told_with_why_and_until_when(data: Path) -> None:
    told = export(data, "--ticket", f"{TODAY}/A001")["held"]
    kinds = [one["kind"] for one in told]
    assert kinds == ["ticket_issued", "ticket_called", "answer", "answer"]
    issued = {fact["field"]: fact for fact in told[0]["facts"]}
    assert set(issued) == {"ticket", "number", "dossier", "card"}
    assert issued["dossier"]["value"] == code(TODAY)
    assert issued["dossier"]["until"] == "2026-11-25T00:00:00+07:00"
    assert issued["number"]["until"] == "2031-11-24T00:00:00+07:00"
    assert "cán bộ tại quầy thấy đúng hồ sơ" in issued["dossier"]["why"]
    assert told[2]["until"] == "2026-11-30T08:00:00+07:00"
    by_id = export(data, "--ticket", issued["ticket"]["value"], "--language", "en")["held"]
    assert [one["seq"] for one in by_id] == [one["seq"] for one in told]
    assert "the officer sees the right file" in json.dumps(by_id)


def test_a_dossier_leads_to_its_ticket_until_the_link_is_erased_and_then_to_nothing(
    data: Path,
) -> None:
    by_code = export(data, "--dossier", code(DAYS[1]).lower())["held"]
    assert [one["kind"] for one in by_code][:2] == ["ticket_issued", "ticket_called"]
    ticket = by_code[0]["says"]["ticket"]
    erase(data)
    assert export(data, "--dossier", code(DAYS[1])) == {"dossier": code(DAYS[1]), "held": []}
    left = export(data, "--ticket", ticket)["held"]
    assert {fact["of"] for fact in left[0]["facts"]} == {"ticket"}
    assert code(DAYS[1]) not in json.dumps(left)


def test_a_copy_that_cannot_be_read_is_named_and_the_rest_is_told(data: Path) -> None:
    whole = export(data, "--ticket", f"{TODAY}/A001")
    for name, content in (
        ("damaged-1", b""),
        ("damaged-2", b"not a database at all" * 300),
        ("damaged-3", (data / FILE).read_bytes()[: 3 * 4096]),
    ):
        (data / name).mkdir()
        (data / name / FILE).write_bytes(content)
    told = export(data, "--ticket", f"{TODAY}/A001")
    unread = told.pop("unread")
    assert told == whole
    places = [Path(one["where"]).parent.name for one in unread]
    assert places == ["damaged-1", "damaged-2", "damaged-3"]
    assert all(one["reason"] for one in unread)
    assert len(export(data, "--dossier", code(TODAY))["unread"]) == 3


def test_copies_in_the_folder_and_the_hubs_own_backups_are_looked_into(data: Path) -> None:
    kept, _events = keep_one(data, data / "backups", NOW)
    (data / "replaced-x").mkdir()
    shutil.copy(data / FILE, data / "replaced-x" / FILE)
    erase(data)
    told = export(data, "--dossier", code(DAYS[0]))["held"]
    places = {str(Path(one["where"]).relative_to(data)) for one in told}
    assert places == {f"backups/{kept.name}", f"replaced-x/{FILE}"}


def test_without_a_question_it_is_told_how_much_of_each_class_is_held(data: Path) -> None:
    told = export(data)
    amounts = {one["of"]: one for one in told["journal"]}
    assert set(amounts) == {"ticket", "link", "staff", "notice"}
    link = amounts["link"]
    assert (link["events"], link["first_day"], link["last_day"]) == (6, DAYS[0], TODAY)
    assert link["oldest_until"] == "2026-11-21T00:00:00+07:00"
    assert {one["name"] for one in told["people"]} == {"kiosk-sảnh", "Trần Thị Hoa"}
    assert told["record_of_changes"]["events"] == 2
    assert told["copies"] == []
    erase(data)
    again = {one["of"]: one["events"] for one in export(data)["journal"]}
    assert again["link"] == 2
    assert again["ticket"] == amounts["ticket"]["events"]


def test_what_is_no_code_and_what_is_no_folder_are_named(data: Path, tmp_path: Path) -> None:
    for words, said in (
        (("--dossier", "A012"), "is not a dossier's code"),
        (("--ticket", "x", "--dossier", "y"), "not allowed"),
    ):
        done = run("export", "--data", str(data), *words)
        assert done.returncode == 2
        assert said in done.stderr
    assert run("export", "--data", str(tmp_path / "none")).returncode == 2
    assert export(data, "--ticket", "nobody's")["held"] == []


def test_a_folder_without_a_registry_holds_nobody(days: Path) -> None:
    assert list(held.people(days)) == []
    assert held.record(days, RULES) is None


def test_there_is_a_reason_for_every_class_that_says_something() -> None:
    assert set(held.WHY) == set(Held) - {Held.NOTHING}


def test_looking_changes_nothing(data: Path) -> None:
    before = list(read_only(data))
    held.of_ticket(data, [], before[2].body, RULES)
    with pytest.raises(SetupError):
        held.of_dossier(data, [], "không phải", RULES)
    assert list(read_only(data)) == before
