"""What makes a display's plan sound, for the site's file and for a supervisor's wish alike."""

import unicodedata
from collections.abc import Container
from enum import Enum

import msgspec

from shared.i18n import N_
from shared.model import CounterNumber, Layout, ScreenPlan

MOST_TITLE = 60
MOST_NAME = 60


class PlanFault(Enum):
    """What is wrong with a plan: in English for the site's file, in Vietnamese for supervisors."""

    UNKNOWN = ("names a counter that does not exist", N_("Có quầy không tồn tại."))
    TWICE = ("names a counter twice", N_("Một quầy được chọn hai lần."))
    EMPTY = ("a zone needs at least one counter", N_("Mời chọn ít nhất một quầy cho khu vực."))
    NOT_ONE = ("a counter's panel needs exactly one counter", N_("Mời chọn đúng một quầy."))
    TOO_MANY = ("takes no counters", N_("Bảng cả sảnh không chọn riêng quầy nào."))
    TITLE = (
        f"title: must be text of at most {MOST_TITLE} letters",
        N_("Tên khu vực dài nhất 60 chữ."),
    )

    @property
    def english(self) -> str:
        """For whoever writes the site's file."""
        return self.value[0]

    @property
    def vietnamese(self) -> str:
        """For whoever arranges displays; goes through `_`."""
        return self.value[1]


class Display(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wall display of the site's file: its name as enrolled, and the plan it begins with."""

    name: str
    layout: Layout = Layout.MAIN
    counters: tuple[CounterNumber, ...] = ()
    title: str = ""
    officers: bool = False

    @property
    def plan(self) -> ScreenPlan:
        """What it shows until a supervisor arranges something else."""
        return ScreenPlan(self.layout, self.counters, self.title, self.officers)


def display_faults(display: Display, known: Container[CounterNumber]) -> list[str]:
    """What is wrong with a display of the site's file."""
    where = f"displays: {display.name!r}"
    if not is_name(display.name):
        return [f"{where}: a name has 1 to {MOST_NAME} letters"]
    fault = plan_fault(display.plan, known)
    return [f"{where}: {fault.english}"] if fault else []


def plan_fault(plan: ScreenPlan, known: Container[CounterNumber]) -> PlanFault | None:
    """The first thing wrong with a plan in a hall with these counters; None: it is sound."""
    count = len(plan.counters)
    if any(number not in known for number in plan.counters):
        return PlanFault.UNKNOWN
    if len(set(plan.counters)) < count:
        return PlanFault.TWICE
    if plan.layout is Layout.ZONE and not count:
        return PlanFault.EMPTY
    if plan.layout is Layout.COUNTER and count != 1:
        return PlanFault.NOT_ONE
    if plan.layout in (Layout.MAIN, Layout.ALL) and count:
        return PlanFault.TOO_MANY
    if len(plan.title) > MOST_TITLE or not is_text(plan.title):
        return PlanFault.TITLE
    return None


def is_name(name: str) -> bool:
    """Whether a display can be called so: 1 to 60 letters, as `motcua-hub enrol` takes them."""
    return 0 < len(name) <= MOST_NAME and name == name.strip() and is_text(name)


def is_text(text: str) -> bool:
    """Whether `text` is NFC and holds nothing that cannot be seen."""
    return unicodedata.is_normalized("NFC", text) and text.isprintable()
