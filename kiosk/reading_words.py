"""What the parts of a reading are made of. Pure."""

import msgspec

from kiosk import moves as m
from shared.i18n import _
from shared.model import RequestId

NO_ID = RequestId("")
"""Stands in a move until it is made: every wish gets an id of its own then."""

HOME = m.Home()


class Item(msgspec.Struct, frozen=True):
    """One thing that is read out, and the move that choosing it makes; None: it only tells."""

    text: str
    thing: m.Thing | None = None


Page = tuple[str, tuple[Item, ...]]
"""A screen's opening, and its items."""


def ways() -> tuple[Item, ...]:
    """Back and home, in the language that is spoken."""
    return Item(_("Quay lại"), m.Back()), Item(_("Trang đầu"), HOME)


def pager(page: int, pages: int) -> Page:
    """Which page of a list this is, and the turns that lead to another."""
    if pages <= 1:
        return "", ()
    turns = []
    if page + 1 < pages:
        turns.append(Item(f"{_('Sau')}, {_place(page + 1, pages)}", m.TurnPage(1)))
    if page:
        turns.append(Item(f"{_('Trước')}, {_place(page - 1, pages)}", m.TurnPage(-1)))
    return _place(page, pages), tuple(turns)


def _place(page: int, pages: int) -> str:
    return _("Trang {page}/{pages}").format(page=page + 1, pages=pages)
