"""What is held for how long, field by field, and what is due when."""

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from hub.engine.events import Event
from hub.retention import FIELDS, FORGOTTEN, Cut, Day, Held, cut, doubtful, erasable, goes, oldest
from hub.settings import Retention
from shared.model import Instant, Seq
from tests.hub.hall_site import ZONE, at

ROOT = Path(__file__).resolve().parents[2]
RULES = Retention()
DAYS = [
    Day("2026-11-19", Seq(3)),
    Day("2026-11-20", Seq(10)),
    Day("2026-11-23", Seq(20)),
]
LAST = Seq(29)


def events() -> dict[str, msgspec.inspect.StructType]:
    """Every event there is, by its kind."""
    found = {}
    for one in get_args(Event):
        shape = msgspec.inspect.type_info(one)
        assert isinstance(shape, msgspec.inspect.StructType)
        found[str(shape.tag)] = shape
    return found


def when(clock: str, day: str, *, over: bool = True, rules: Retention = RULES) -> Cut:
    return cut(DAYS, LAST, over=over, now=at(clock, day), zone=ZONE, rules=rules)


def links(found: Cut) -> int:
    return found.through[Held.LINK]


# --- the table ---------------------------------------------------------------------------


def test_every_field_of_every_event_has_a_class_and_no_other_field_has_one() -> None:
    there = {kind: {field.name for field in shape.fields} for kind, shape in events().items()}
    assert {kind: set(fields) for kind, fields in FIELDS.items()} == there


def test_an_event_can_do_without_what_is_erased_of_it() -> None:
    for held in FORGOTTEN:
        for kind, names in erasable(held).items():
            optional = {field.name for field in events()[kind].fields if not field.required}
            assert optional.issuperset(names), kind


def test_the_document_names_every_field_with_its_class() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    section = re.split(r"(?m)^## ", page.split("## Every field of the journal\n")[1])[0]
    rows = re.findall(r"(?m)^\| `(\w+)` \| ([^|]+) \| `(\w+)` \|", section)
    written = {
        (kind, name, held) for kind, names, held in rows for name in re.findall(r"`(\w+)`", names)
    }
    assert written == {
        (kind, name, held.value) for kind, fields in FIELDS.items() for name, held in fields.items()
    }


def test_the_document_explains_every_class() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    section = re.split(r"(?m)^## ", page.split("## Classes\n")[1])[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == [held.value for held in Held]


def test_what_leads_to_a_person_is_a_link() -> None:
    assert erasable(Held.LINK) == {"ticket_issued": ("dossier", "card")}
    assert erasable(Held.WORDS) == {}


# --- the moments -------------------------------------------------------------------------


def test_a_link_goes_a_day_after_the_midnight_of_its_day() -> None:
    assert goes(Held.LINK, "2026-11-23", ZONE, RULES) == at("00:00", "2026-11-25")
    assert goes(Held.LINK, "2026-11-23", ZONE, Retention(link_hours=6)) == at("06:00", "2026-11-24")


def test_words_go_after_ninety_days_and_everything_else_after_the_years() -> None:
    assert goes(Held.WORDS, "2026-11-23", ZONE, RULES) == at("00:00", "2027-02-22")
    for held in set(Held) - set(FORGOTTEN):
        assert goes(held, "2026-11-23", ZONE, RULES) == at("00:00", "2031-11-24")


@pytest.mark.parametrize(
    ("day", "until"),
    [("2028-02-29", "2033-03-02"), ("2026-12-31", "2032-01-01"), ("2026-02-28", "2031-03-01")],
)
def test_years_end_on_a_date_that_there_is(day: str, until: str) -> None:
    assert goes(Held.TICKET, day, ZONE, RULES) == at("00:00", until)


def test_what_is_older_than_the_years_is_told_to_the_day() -> None:
    assert oldest(at("08:00", "2031-11-24"), ZONE, RULES) == at("00:00", "2026-11-24")
    assert oldest(at("08:00", "2032-02-29"), ZONE, RULES) == at("00:00", "2027-03-01")


# --- the cut -----------------------------------------------------------------------------


def test_nothing_is_due_of_an_empty_journal() -> None:
    found = cut([], Seq(0), over=False, now=at("08:00"), zone=ZONE, rules=RULES)
    assert (links(found), found.first) == (0, 1)


def test_links_of_a_day_go_to_its_last_event_and_not_a_moment_early() -> None:
    assert links(when("23:59", "2026-11-20")) == 0
    assert links(when("00:00", "2026-11-21")) == 9
    assert links(when("23:59", "2026-11-24")) == 19
    assert links(when("00:00", "2026-11-25")) == LAST


def test_a_day_that_is_open_is_not_touched_however_old_it_is() -> None:
    found = when("00:00", "2046-01-01", over=False)
    assert (links(found), found.first) == (19, 20)


def test_days_go_whole_after_their_years_but_for_the_newest() -> None:
    assert when("23:59", "2031-11-19").first == 1
    assert when("00:00", "2031-11-20").first == 10
    assert when("00:00", "2031-11-21").first == 20
    assert when("00:00", "2099-01-01").first == 20


def test_a_clock_far_past_the_newest_event_is_doubted() -> None:
    newest = at("17:00")
    assert not doubtful(newest, at("17:00", "2026-12-24"))
    assert doubtful(newest, at("17:01", "2026-12-24"))
    assert not doubtful(newest, Instant(newest - 1))
