"""A centre as its configuration describes it (config/site.toml), checked once and then trusted."""

import re
from datetime import date, time
from functools import cached_property
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hub.engine.notices import Notice, notice_faults
from hub.engine.plans import Display, display_faults, is_name
from shared.i18n import SOURCE
from shared.model import CounterNumber, GroupId, PriorityId, ScreenPlan, ServiceId, Texts
from shared.receipt_code import dossier_code

VOICED_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
"""Letters a prefix may use: I, O, Q and Đ are avoided, they are misread and misheard."""


MOST_DIGITS = 6
MOST_COOL_DOWN_S = 60
"""Whoever waits longer before a kiosk has gone."""

_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?(/[^\s?#]*)?")


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agency."""

    id: GroupId
    name: str
    names: Texts = {}
    """The name in further languages: `{ en = "…" }`; here and below."""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one can take a number for. Services with one prefix share one run of numbers."""

    id: ServiceId
    name: str
    group: GroupId
    prefix: str
    counters: tuple[CounterNumber, ...]
    minutes: int = 10
    """How long one person takes, as a start; today's own figures replace it."""
    quota: int | None = None
    """Tickets a day, or no limit."""
    names: Texts = {}
    elsewhere: Texts = {}
    """Who else does this, for those who come in vain: a sentence in "vi" and further languages."""


class Counter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A desk with a number above it."""

    number: CounterNumber
    name: str = ""


class Priority(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason to be served earlier, and its head start."""

    id: PriorityId
    name: str
    head_start_minutes: int
    names: Texts = {}


class Season(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours on `days` (0 = Monday) from `since` to `until` (`MM-DD`, both included).

    A season may run over New Year. The first that fits a date counts.
    """

    open: tuple[tuple[time, time], ...]
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    since: str = "01-01"
    until: str = "12-31"


MOST_NAME = 44
"""Letters of a service's name: two lines on a wall, which are read from ten metres."""
MOST_SAID = 110
"""Letters of the sentence that the board says to all: four lines."""


class Site(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """One centre."""

    id: str
    name: str
    province: str
    timezone: str
    groups: tuple[Group, ...]
    services: tuple[Service, ...]
    counters: tuple[Counter, ...]
    hours: tuple[Season, ...]
    priorities: tuple[Priority, ...] = ()
    holidays: tuple[date, ...] = ()
    cut_off_minutes: int = 15
    """Numbers end this long before a closing hour."""
    early_minutes: int = 15
    """Numbers begin this long before an opening hour."""
    number_digits: int = 3
    notice: str = ""
    """What the board says to all."""
    dossier_prefixes: tuple[str, ...] = ()
    """How dossier codes of this centre usually begin, e.g. `H41.15`; none: no look-up."""
    collect_service: ServiceId | None = None
    """What to take a number for to collect a result; none: the procedure's own service."""
    pay_service: ServiceId | None = None
    """What to take a number for to pay; none: the procedure's own service."""
    delay_minutes: int = 10
    """How much later one may ask, once, to be called; 0: not at all."""
    cool_down_seconds: int = 0
    """A kiosk gives one number at most in so many seconds; 0: as many as are wished."""
    one_ticket_per_card: bool = False
    """Kiosks give a number for an identity card only, and one to each until it is served."""
    names: Texts = {}
    province_names: Texts = {}
    elsewhere: Texts = {}
    """Who else can help out of hours."""
    public_url: str = ""
    """Where phones reach the pages, e.g. `https://motcua.nghean.gov.vn`; empty: the hub's own."""
    displays: tuple[Display, ...] = ()
    """What each wall display begins with; one that is not named here shows the whole hall."""
    notices: tuple[Notice, ...] = ()
    """Pages of the displays' side area, in the order to be shown."""
    officers: dict[str, str] = {}
    """Sign-in name to the name on a counter's panel."""
    closing_soon_minutes: int = 30
    """Displays say that numbers end so long before they do; 0: not at all."""

    @cached_property
    def full_name(self) -> str:
        """Name and province in one, as the wall shows it."""
        return f"{self.name} {self.province[:1].lower()}{self.province[1:]}".strip()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def service(self) -> dict[ServiceId, Service]:
        """Services by id."""
        return {service.id: service for service in self.services}

    @cached_property
    def counter(self) -> dict[CounterNumber, Counter]:
        """Counters by number."""
        return {counter.number: counter for counter in self.counters}

    @cached_property
    def plans(self) -> dict[str, ScreenPlan]:
        """What each display begins with, by name."""
        return {display.name: display.plan for display in self.displays}

    @cached_property
    def priority(self) -> dict[PriorityId, Priority]:
        """Priority classes by id."""
        return {priority.id: priority for priority in self.priorities}

    @cached_property
    def services_of(self) -> dict[CounterNumber, tuple[ServiceId, ...]]:
        """Which services each counter serves."""
        return {
            counter.number: tuple(s.id for s in self.services if counter.number in s.counters)
            for counter in self.counters
        }


def faults(site: Site) -> list[str]:
    """All that is wrong with a site, one sentence each; an empty list for a sound one."""
    found: list[str] = []
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder, or a very long name
        found.append(f"timezone: {site.timezone!r} is not a time zone; e.g. Asia/Ho_Chi_Minh")
    found += _figure_faults(site)
    found += _repeats("groups", [group.id for group in site.groups])
    found += _repeats("services", [service.id for service in site.services])
    found += _repeats("counters", [str(counter.number) for counter in site.counters])
    found += _repeats("priorities", [priority.id for priority in site.priorities])
    groups = {group.id for group in site.groups}
    counters = {counter.number for counter in site.counters}
    found += _lookup_faults(site)
    found += _text_faults(site)
    if len(site.notice) > MOST_SAID:
        found.append(
            f"notice: has more than {MOST_SAID} letters; a longer text is one of `notices`"
        )
    found += _wall_faults(site, counters)
    for service in site.services:
        found += _service_faults(service, groups, counters)
    for season in site.hours:
        found += _season_faults(season)
    if not site.hours:
        found.append("hours: name at least one season of opening hours")
    return found


def _figure_faults(site: Site) -> list[str]:
    found = []
    if not 1 <= site.number_digits <= MOST_DIGITS:
        found.append(f"number_digits: must be 1 to {MOST_DIGITS}")
    if not 0 <= site.cool_down_seconds <= MOST_COOL_DOWN_S:
        found.append(f"cool_down_seconds: must be 0 to {MOST_COOL_DOWN_S}")
    if site.early_minutes < 0:
        found.append("early_minutes: must be 0 or more")
    if site.cut_off_minutes < 0:
        found.append("cut_off_minutes: must be 0 or more")
    found += [
        f"priorities: {priority.id!r}: head_start_minutes must be 0 or more"
        for priority in site.priorities
        if priority.head_start_minutes < 0
    ]
    if site.public_url and not _ADDRESS.fullmatch(site.public_url):
        found.append(
            f"public_url: {site.public_url!r} is no address of pages;"
            " e.g. https://motcua.nghean.gov.vn, or leave it empty"
        )
    return found


def _lookup_faults(site: Site) -> list[str]:
    found = [
        f"dossier_prefixes: {prefix!r} begins no dossier code; e.g. H41.15"
        for prefix in site.dossier_prefixes
        if dossier_code(f"{prefix}-261123-0001") != f"{prefix}-261123-0001"
    ]
    named = {"collect_service": site.collect_service, "pay_service": site.pay_service}
    found += [
        f"{name}: there is no service {service!r}"
        for name, service in named.items()
        if service is not None and service not in site.service
    ]
    if site.delay_minutes < 0:
        found.append("delay_minutes: must be 0 or more")
    return found


def _wall_faults(site: Site, counters: set[CounterNumber]) -> list[str]:
    found = _repeats("displays", [display.name for display in site.displays])
    found += _repeats("notices", [notice.id for notice in site.notices])
    for display in site.displays:
        found += display_faults(display, counters)
    for notice in site.notices:
        found += notice_faults(notice)
    found += [
        f"officers: {name!r}: the name to be shown has 1 to 60 letters"
        for name, shown in site.officers.items()
        if not is_name(shown)
    ]
    if site.closing_soon_minutes < 0:
        found.append("closing_soon_minutes: must be 0 or more")
    return found


def _text_faults(site: Site) -> list[str]:
    """Names in further languages, and sentences in Vietnamese first."""
    names = {"names": site.names, "province_names": site.province_names}
    sentences = {"elsewhere": site.elsewhere}
    for table, entries in (
        ("groups", site.groups),
        ("services", site.services),
        ("priorities", site.priorities),
    ):
        names |= {f"{table}: {one.id!r}: names": one.names for one in entries}
    sentences |= {f"services: {one.id!r}: elsewhere": one.elsewhere for one in site.services}
    found = [
        f"{where}: the Vietnamese stands in the plain setting"
        for where, texts in names.items()
        if SOURCE in texts
    ]
    found += [
        f"{where}: the Vietnamese ({SOURCE}) is missing"
        for where, texts in sentences.items()
        if texts and SOURCE not in texts
    ]
    for where, texts in (names | sentences).items():
        found += [
            f"{where}: {language!r} is not a language; e.g. en"
            for language in texts
            if not _LANGUAGE.fullmatch(language)
        ]
        found += [
            f"{where}: the text for {language!r} is empty"
            for language, text in texts.items()
            if not text.strip()
        ]
    return found


def _repeats(where: str, ids: list[str]) -> list[str]:
    return [
        f"{where}: {one!r} stands there twice"
        for one in sorted({i for i in ids if ids.count(i) > 1})
    ]


def _service_faults(
    service: Service, groups: set[GroupId], counters: set[CounterNumber]
) -> list[str]:
    found = []
    where = f"services: {service.id!r}"
    found += [
        f"{where}: {text!r} has more than {MOST_NAME} letters: walls cannot show it"
        for text in (service.name, *service.names.values())
        if len(text) > MOST_NAME
    ]
    if service.group not in groups:
        found.append(f"{where}: there is no group {service.group!r}")
    if not service.prefix or any(letter not in VOICED_LETTERS for letter in service.prefix):
        found.append(f"{where}: prefix {service.prefix!r} may use only {VOICED_LETTERS}")
    if not service.counters:
        found.append(f"{where}: needs at least one counter")
    found += [
        f"{where}: there is no counter {number}"
        for number in service.counters
        if number not in counters
    ]
    if service.minutes < 1:
        found.append(f"{where}: minutes must be 1 or more")
    if service.quota is not None and service.quota < 0:
        found.append(f"{where}: quota must be 0 or more")
    return found


def _season_faults(season: Season) -> list[str]:
    found = []
    for edge in (season.since, season.until):
        try:
            date.fromisoformat(f"2024-{edge}")
        except ValueError:
            found.append(f"hours: {edge!r} is not a day of the year; write MM-DD")
    if any(day not in range(7) for day in season.days):
        found.append("hours: days are 0 (Monday) to 6 (Sunday)")
    end = None
    for opens, closes in season.open:
        if opens >= closes or (end is not None and opens < end):
            found.append(f"hours: {opens:%H:%M}-{closes:%H:%M} is not after what stands before it")
        end = closes
    return found
