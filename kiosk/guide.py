"""Spoken guidance: what a voice says while somebody goes through the screens by a few keys.

    off ── any key, headphones in ──▶ on: NEXT, PREVIOUS say an item, CHOOSE does it, AGAIN repeats
     ▲                                │   a new screen says what it is, then its first item
     └──── headphones out, the person has left ◀──┘

While the screen asks whether somebody is still there, any key is the answer and does nothing else.
Pure: `step` is told keys, faces and silence, and gives back what is to be said and done.
"""

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from kiosk.faces import Face
from kiosk.guide_news import asks, is_typed, news, seconds_left, subject
from kiosk.moves import Guided, PickLanguage, Thing
from kiosk.reading import Reading, items as items, reading
from kiosk.reading_words import Item as Item
from kiosk.spoken import said, sentences
from shared.i18n import SOURCE, _, speaking

WARN_AT_S = (15, 5)
"""Seconds before a screen is cleared."""


class Key(StrEnum):
    """The keys of the keypad."""

    NEXT = "next"
    PREVIOUS = "previous"
    CHOOSE = "choose"
    AGAIN = "again"
    """The screen and the item once more; twice in a row: what the keys do."""


class Shown(msgspec.Struct, frozen=True):
    """The window shows this now."""

    face: Face


class Plugged(msgspec.Struct, frozen=True):
    """Headphones were plugged in, or pulled out."""

    on: bool


class Silence(msgspec.Struct, frozen=True):
    """No key for a while."""


class Forgotten(msgspec.Struct, frozen=True):
    """What was shown must be known no longer."""


class Ended(msgspec.Struct, frozen=True):
    """The person has left."""


What = Key | Shown | Plugged | Silence | Forgotten | Ended


class Say(msgspec.Struct, frozen=True):
    """Speak; `interrupt`: what is being said gives way, otherwise this comes after it."""

    text: str
    language: str
    interrupt: bool = True


class Hush(msgspec.Struct, frozen=True):
    """Be silent at once."""


class Choose(msgspec.Struct, frozen=True):
    """Make this move; where it has a `request_id`, with a new one."""

    thing: Thing


class Highlight(msgspec.Struct, frozen=True):
    """Show what is being read out, for whoever helps; None: nothing that can be touched."""

    thing: Thing | None


Effect = Say | Hush | Choose | Highlight


class Guide(msgspec.Struct, frozen=True):
    """Where somebody is in what is read out."""

    on: bool = False
    met: bool = False
    """Whether this person has been told of the keys."""
    face: Face | None = None
    """None while off: it may show something of a person."""
    language: str = SOURCE
    """What was spoken last; it outlives the face, for it tells nothing of a person."""
    focus: int = 0
    thing: Thing | None = None
    """What choosing there does."""
    again: bool = False
    """Whether AGAIN was the last key."""
    warned: int | None = None
    """The last of WARN_AT_S that was said."""
    reminded: bool = False
    """Whether a silence on this screen has been broken."""

    def __repr__(self) -> str:
        return "Guide(…)"


Step = tuple[Guide, tuple[Effect, ...]]


def step(guide: Guide, what: What) -> Step:
    """The guide after `what`, and what is to be said and done."""
    if not guide.on:
        begins = isinstance(what, Key) or what == Plugged(True)
        return (Guide(on=True), (Choose(Guided(True)),)) if begins else (guide, ())
    match what:
        case Shown(face=face):
            return _shown(guide, face)
        case Plugged(on=True):
            return guide, ()
        case Plugged():
            return Guide(), (Hush(), Highlight(None), Choose(Guided(False)))
        case Ended():
            return _ended(guide)
        case Forgotten():
            return replace(guide, face=None, thing=None), ()
        case _:
            return (guide, ()) if guide.face is None else _asked(guide, guide.face, what)


def _ended(guide: Guide) -> Step:
    language = guide.language
    with speaking(language):
        words = _("Hướng dẫn bằng giọng nói đã tắt. Muốn nghe lại, mời ông/bà bấm một phím.")
    return Guide(), (Highlight(None), Say(said(words, language), language))


# --- keys --------------------------------------------------------------------------------


def _asked(guide: Guide, face: Face, what: Key | Silence) -> Step:
    """A key, or the lack of one."""
    if what == Silence():
        text = "" if guide.reminded else _short_help(face.language)
        after = replace(guide, reminded=True)
        return after, (Say(text, face.language, interrupt=False),) if text else ()
    if asks(face):
        return guide, ()
    read = reading(face)
    guide = replace(guide, again=what is Key.AGAIN and not guide.again)
    match what:
        case Key.CHOOSE:
            return guide, (_chosen(read.items[guide.focus], face.language),)
        case Key.AGAIN if guide.again:
            words = sentences((read.opening, _placed(read, guide.focus, face.language)))
            return guide, (Say(words, face.language),)
        case Key.AGAIN:
            return guide, (Say(_help(face.language), face.language),)
    by = 1 if what is Key.NEXT else -1
    focus = (guide.focus + by) % len(read.items)
    return _at(guide, read, focus), _pointed(read, focus, face.language)


def _chosen(item: Item, language: str) -> Effect:
    if item.thing is not None:
        return Choose(item.thing)
    with speaking(language):
        return Say(_("Mục này chỉ để nghe. Bấm phím tiếp để nghe mục sau."), language)


def _pointed(read: Reading, focus: int, language: str, before: str = "") -> tuple[Effect, ...]:
    """Say that item, and show it."""
    words = sentences((before, _placed(read, focus, language)))
    return Say(words, language), Highlight(read.items[focus].thing)


def _placed(read: Reading, focus: int, language: str) -> str:
    """An item and its place: `Lấy số thứ tự. 1 trên 7.`"""
    with speaking(language):
        place = _("{place} trên {count}").format(place=focus + 1, count=len(read.items))
    return sentences((read.items[focus].text, place))


def _help(language: str) -> str:
    with speaking(language):
        words = _(
            "Phím tiếp: nghe mục sau. Phím trước: nghe mục trước. Phím chọn: chọn mục vừa nghe."
            " Phím nghe lại: nghe lại; bấm hai lần để nghe lại hướng dẫn này."
        )
    return said(words, language)


def _short_help(language: str) -> str:
    with speaking(language):
        words = _("Mời ông/bà bấm phím tiếp để nghe, hoặc phím chọn để chọn mục vừa nghe.")
    return said(words, language)


# --- faces -------------------------------------------------------------------------------


def _shown(guide: Guide, face: Face) -> Step:
    old = guide.face
    if old == face:
        return guide, ()
    guide = replace(guide, face=face, language=face.language)
    if asks(face):
        return _warned(guide, face)
    if old is None or subject(old) != subject(face):
        return _opened(guide, old, face)
    return _changed(guide, old, face)


def _opened(guide: Guide, old: Face | None, face: Face) -> Step:
    """Another screen, or the same in another language: there one stays where one was."""
    read = reading(face)
    same = old is not None and old.screen is face.screen and old.language != face.language
    focus = _kept(guide, read) if same else 0
    words = read.opening
    if not guide.met:
        with speaking(face.language):
            welcome = said(_("Xin chào. Máy sẽ đọc cho ông/bà nghe."), face.language)
        words = sentences((welcome, _help(face.language), words))
    opened = Guide(on=True, met=True, face=face, language=face.language)
    return _at(opened, read, focus), _pointed(read, focus, face.language, words)


def _changed(guide: Guide, old: Face, face: Face) -> Step:
    """The same screen: what is being read out stays, and only what matters is said."""
    read = reading(face)
    guide = _at(guide, read, _kept(guide, read))
    if asks(old):
        with speaking(face.language):
            thanks = said(_("Cảm ơn ông/bà. Ông/bà có thêm thời gian."), face.language)
        guide = replace(guide, warned=None)
        return guide, _pointed(read, guide.focus, face.language, thanks)
    if old.ease != face.ease:
        return guide, _pointed(read, guide.focus, face.language)
    marked = Highlight(guide.thing)
    guide, warning = _warned(guide, face)
    if words := news(old, face):
        return guide, (marked, *warning, Say(words, face.language, interrupt=is_typed(face)))
    return guide, (marked, *warning)


def _at(guide: Guide, read: Reading, focus: int) -> Guide:
    return replace(guide, focus=focus, thing=read.items[focus].thing)


def _kept(guide: Guide, read: Reading) -> int:
    """Where what was read out stands now; in a choice's stead that is gone stands the first."""
    things = [one.thing for one in read.items]
    if guide.thing is None:
        return min(guide.focus, len(things) - 1)
    if guide.thing in things:
        return things.index(guide.thing)
    # The button of languages offers another one now.
    wanted = PickLanguage if isinstance(guide.thing, PickLanguage) else Thing
    return next((place for place, thing in enumerate(things) if isinstance(thing, wanted)), 0)


def _warned(guide: Guide, face: Face) -> Step:
    """Tell in time that the screen will be cleared."""
    left = seconds_left(face)
    due = None if left is None else min((at for at in WARN_AT_S if left <= at), default=None)
    if due is None or (guide.warned is not None and guide.warned <= due):
        return replace(guide, warned=guide.warned if due else None), ()
    with speaking(face.language):
        title = face.ask.title if face.ask and guide.warned is None else ""
        back = _("Màn hình sẽ về trang đầu sau {seconds} giây.").format(seconds=left)
        more = _("Bấm một phím bất kỳ để có thêm thời gian.") if guide.warned is None else ""
    words = said(sentences((title, back, more)), face.language)
    return replace(guide, warned=due), (Say(words, face.language),)
