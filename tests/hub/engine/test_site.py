"""The shipped centre is sound, and each fault of a broken one is named."""

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from hub.engine.notices import Notice
from hub.engine.plans import Display
from hub.engine.site import Counter, Group, Priority, Season, Service, Site, faults
from shared.model import CounterNumber, GroupId, Layout, PriorityId, ServiceId
from shared.settings import load

SHIPPED = Path(__file__).resolve().parents[3] / "config" / "site.toml"


@pytest.fixture(scope="module")
def shipped() -> Site:
    return load(SHIPPED, Site)


def a_service(**changes: Any) -> Service:
    plain = Service(
        id=ServiceId("dat-dai"),
        name="Đất đai",
        group=GroupId("moi-truong"),
        prefix="A",
        counters=(CounterNumber(4),),
    )
    return replace(plain, **changes)


def a_site(**changes: Any) -> Site:
    plain = Site(
        id="thu",
        name="Trung tâm",
        province="Tỉnh Nghệ An",
        timezone="Asia/Ho_Chi_Minh",
        groups=(Group(id=GroupId("moi-truong"), name="Môi trường"),),
        services=(a_service(),),
        counters=(Counter(number=CounterNumber(4)),),
        hours=(Season(open=((time(7, 30), time(11, 30)), (time(13, 30), time(17)))),),
        priorities=(
            Priority(id=PriorityId("co-cong"), name="Người có công", head_start_minutes=15),
        ),
    )
    return replace(plain, **changes)


def test_the_shipped_centre_has_no_fault(shipped: Site) -> None:
    assert faults(shipped) == []


def test_the_shipped_centre_has_37_counters_18_agencies_and_20_services(shipped: Site) -> None:
    assert [counter.number for counter in shipped.counters] == list(range(1, 38))
    assert len(shipped.groups) == 18
    assert len(shipped.services) == 20


def test_every_counter_serves_something_and_every_agency_offers_something(shipped: Site) -> None:
    assert all(shipped.services_of.values())
    assert {service.group for service in shipped.services} == {group.id for group in shipped.groups}
    assert any(len(services) > 1 for services in shipped.services_of.values())


def test_no_two_services_share_a_letter(shipped: Site) -> None:
    assert len({service.prefix for service in shipped.services}) == len(shipped.services)


def test_land_is_served_where_the_signs_say(shipped: Site) -> None:
    land = shipped.service[ServiceId("dat-dai")]
    assert (land.name, land.prefix, land.counters) == ("Đất đai", "A", (4, 5, 6))


def test_the_four_priority_classes_give_fifteen_minutes_each(shipped: Site) -> None:
    assert [priority.head_start_minutes for priority in shipped.priorities] == [15, 15, 15, 15]


def test_all_that_the_kiosk_names_has_an_english_name(shipped: Site) -> None:
    for group in shipped.groups:
        assert "en" in group.names
    for service in shipped.services:
        assert "en" in service.names
    for priority in shipped.priorities:
        assert "en" in priority.names
    assert "en" in shipped.names and "en" in shipped.province_names
    told = [shipped.elsewhere, *(one.elsewhere for one in shipped.services if one.elsewhere)]
    assert all(set(texts) == {"vi", "en"} for texts in told)


def test_a_site_finds_its_parts_by_id() -> None:
    site = a_site()
    assert site.zone == ZoneInfo("Asia/Ho_Chi_Minh")
    assert site.service == {"dat-dai": site.services[0]}
    assert site.counter == {4: site.counters[0]}
    assert site.priority == {"co-cong": site.priorities[0]}
    assert site.services_of == {4: ("dat-dai",)}
    assert site.full_name == "Trung tâm tỉnh Nghệ An"


def test_a_sound_site_has_no_fault() -> None:
    assert faults(a_site()) == []


def broken() -> Iterator[tuple[str, Site]]:
    site = a_site()
    good = site.hours[0]
    change: dict[str, Any]
    yield "timezone: 'Mars/Olympus' is not a time zone", a_site(timezone="Mars/Olympus")
    yield "timezone: '../zone' is not a time zone", a_site(timezone="../zone")
    for digits in (0, 7):
        yield "number_digits: must be 1 to 6", a_site(number_digits=digits)
    yield "early_minutes: must be 0 or more", a_site(early_minutes=-1)
    yield "cut_off_minutes: must be 0 or more", a_site(cut_off_minutes=-1)
    backwards_priority = replace(site.priorities[0], head_start_minutes=-1)
    yield (
        "priorities: 'co-cong': head_start_minutes must be 0 or more",
        a_site(priorities=(backwards_priority,)),
    )
    long = "Cấp giấy phép xây dựng, chứng chỉ hành nghề và giám định"
    named = replace(site.services[0], names={"en": long})
    yield f"services: 'dat-dai': '{long}' has more than 44 letters", a_site(services=(named,))
    yield "notice: has more than 110 letters", a_site(notice="x" * 111)
    for address in ("motcua.vn", "ftp://motcua.vn", "https://", "https://a b", "http://a/#x"):
        yield f"public_url: '{address}' is no address", a_site(public_url=address)
    yield "dossier_prefixes: 'H4' begins no dossier code", a_site(dossier_prefixes=("H4",))
    yield "dossier_prefixes: 'h41' begins no dossier code", a_site(dossier_prefixes=("h41",))
    yield "collect_service: there is no service 'x'", a_site(collect_service=ServiceId("x"))
    yield "pay_service: there is no service 'x'", a_site(pay_service=ServiceId("x"))
    yield "delay_minutes: must be 0 or more", a_site(delay_minutes=-1)
    for seconds in (-1, 61):
        yield "cool_down_seconds: must be 0 to 60", a_site(cool_down_seconds=seconds)
    yield "names: the Vietnamese stands in the plain", a_site(names={"vi": "Trung tâm"})
    yield "province_names: 'English' is not a language", a_site(province_names={"English": "X"})
    yield "elsewhere: the Vietnamese (vi) is missing", a_site(elsewhere={"en": "Communes."})
    land = site.services[0]
    yield (
        "services: 'dat-dai': names: the text for 'en' is empty",
        a_site(services=(replace(land, names={"en": " "}),)),
    )
    yield (
        "services: 'dat-dai': elsewhere: the Vietnamese (vi)",
        a_site(services=(replace(land, elsewhere={"en": "Communes."}),)),
    )
    yield "closing_soon_minutes: must be 0", a_site(closing_soon_minutes=-1)
    yield "officers: 'hoa': the name to be shown", a_site(officers={"hoa": " "})
    screen = Display("display-1")
    yield "displays: 'display-1' stands there twice", a_site(displays=(screen, screen))
    yield "displays: '': a name has 1 to 60 letters", a_site(displays=(Display(""),))
    for sentence, change in (
        ("names a counter that does not", {"layout": Layout.ZONE, "counters": (5,)}),
        ("names a counter twice", {"layout": Layout.ZONE, "counters": (4, 4)}),
        ("a zone needs at least one", {"layout": Layout.ZONE}),
        ("a counter's panel needs exactly", {"layout": Layout.COUNTER}),
        ("takes no counters", {"counters": (4,)}),
        ("title: must be text of at most 60", {"title": "x" * 61}),
    ):
        yield (
            f"displays: 'display-1': {sentence}",
            a_site(displays=(replace(screen, **change),)),
        )
    page = Notice("n", "Mời ông/bà.")
    yield "notices: 'n' stands there twice", a_site(notices=(page, page))
    for sentence, change in (
        ("needs a text, a picture", {"text": ""}),
        ("shows a picture or a video", {"picture": "a.png", "video": "b.mp4"}),
        ("a text stands by itself", {"picture": "a.png"}),
        ("a text stands by itself", {"video": "b.mp4"}),
        ("picture '../a.png' is no file name", {"text": "", "picture": "../a.png"}),
        ("video 'b.avi' is no file name", {"text": "", "video": "b.avi"}),
        ("text must have at most 240", {"text": "x" * 241}),
        ("seconds must be 3 to 120", {"seconds": 2}),
        ("ends before it begins", {"since": date(2026, 9, 3), "until": date(2026, 9, 2)}),
    ):
        yield f"notices: 'n': {sentence}", a_site(notices=(replace(page, **change),))
    yield "groups: 'moi-truong' stands there twice", a_site(groups=site.groups * 2)
    yield "services: 'dat-dai' stands there twice", a_site(services=site.services * 2)
    yield "counters: '4' stands there twice", a_site(counters=site.counters * 2)
    yield "priorities: 'co-cong' stands there twice", a_site(priorities=site.priorities * 2)
    for sentence, change in (
        ("there is no group 'y-te'", {"group": "y-te"}),
        ("prefix '' may use only", {"prefix": ""}),
        ("prefix 'O' may use only", {"prefix": "O"}),
        ("prefix 'AĐ' may use only", {"prefix": "AĐ"}),
        ("needs at least one counter", {"counters": ()}),
        ("there is no counter 38", {"counters": (CounterNumber(4), CounterNumber(38))}),
        ("minutes must be 1 or more", {"minutes": 0}),
        ("quota must be 0 or more", {"quota": -1}),
    ):
        yield f"services: 'dat-dai': {sentence}", a_site(services=(a_service(**change),))
    yield "hours: name at least one season", a_site(hours=())
    yield "hours: '02-30' is not a day", a_site(hours=(replace(good, since="02-30"),))
    yield "hours: 'Tết' is not a day", a_site(hours=(replace(good, until="Tết"),))
    yield "hours: days are 0 (Monday) to 6", a_site(hours=(replace(good, days=(7,)),))
    backwards = ((time(11, 30), time(7, 30)),)
    yield "hours: 11:30-07:30 is not after", a_site(hours=(replace(good, open=backwards),))
    overlap = ((time(7, 30), time(11, 30)), (time(11), time(17)))
    yield "hours: 11:00-17:00 is not after", a_site(hours=(replace(good, open=overlap),))


@pytest.mark.parametrize(("sentence", "site"), list(broken()), ids=lambda part: str(part)[:60])
def test_a_fault_is_named_once_and_alone(sentence: str, site: Site) -> None:
    found = faults(site)
    assert len(found) == 1
    assert found[0].startswith(sentence)


@pytest.mark.parametrize(
    "address", ["", "https://motcua.nghean.gov.vn", "http://10.0.0.5:8080", "http://[::1]:80/hall/"]
)
def test_an_address_that_phones_can_open_is_allowed(address: str) -> None:
    assert faults(a_site(public_url=address, number_digits=1, early_minutes=0)) == []


def test_a_wall_of_every_kind_is_allowed() -> None:
    four = CounterNumber(4)
    walls = (
        Display("display-1"),
        Display("display-2", Layout.ZONE, (four,), "Đất đai"),
        Display("display-3", Layout.COUNTER, (four,), officers=True),
    )
    pages = (
        Notice("a", "Mời ông/bà."),
        Notice("b", picture="khai-truong.PNG", since=date(2026, 9, 2), until=date(2026, 9, 2)),
        Notice("c", video="huong-dan.mp4", seconds=120),
    )
    assert faults(a_site(displays=walls, notices=pages, officers={"hoa": "Lê Thị Hoa"})) == []


def test_a_notice_stands_from_its_first_to_its_last_day() -> None:
    first, last = date(2026, 8, 25), date(2026, 9, 2)
    page = Notice("n", "Quốc khánh", since=first, until=last)
    days = [date(2026, 8, 24), first, last, date(2026, 9, 3)]
    assert [page.stands_on(day) for day in days] == [False, True, True, False]
    assert Notice("n", "Luôn luôn").stands_on(first)


def test_a_quota_of_nought_and_two_letters_are_allowed() -> None:
    assert faults(a_site(services=(a_service(quota=0, prefix="AB"),))) == []
