"""Somebody who cannot see takes a number by four keys, and whoever helps sees what is read out."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.faces import face
from kiosk.flow import Screen
from kiosk.guide import Key, Plugged
from kiosk.moves import PickService
from kiosk.screens.ring import unsigned
from kiosk.settings import Guidance, KioskSettings, Scanner
from shared import messages as m
from tests.kiosk.hall import states
from tests.kiosk.in_window import Hall, hall
from tests.kiosk.lookup_states import lookup_states
from tests.kivy_window import step


async def choose(one: Hall, words: str) -> None:
    """Press NEXT until something with `words` is read out, then CHOOSE."""
    for _key in range(40):
        if words in one.speaker.said[-1]:
            one.press(Key.CHOOSE)
            return
        one.press(Key.NEXT)
    raise AssertionError(f"{words!r} is never read out: {one.speaker.said[-40:]}")


async def led_to_services(one: Hall) -> None:
    """Begin by a key, and choose to take a number."""
    one.app.begin()
    await one.shows(Screen.HOME)
    one.press(Key.NEXT)
    await choose(one, "Lấy số")
    await one.shows(Screen.SERVICES)


async def test_from_headphones_to_the_printed_ticket_by_keys_alone(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, led=True) as one:
        one.app.begin()
        await one.shows(Screen.HOME)
        assert one.speaker.said == []
        one.press(Plugged(True))
        await one.until(lambda: one.speaker.said, "said")
        await choose(one, "Lấy số")
        await one.shows(Screen.SERVICES)
        await choose(one, "Đất đai")
        await one.shows(Screen.PRIORITY)
        await choose(one, "Không")
        await one.shows(Screen.TICKET)
        await one.until(lambda: one.printer.papers, "printed")
        assert len(one.hub.commands(m.IssueTicket)) == 1
        told = one.speaker.said[-1]
        assert "Số của ông bà là rờ, không một hai." in told
        assert "Đất đai" in told
        one.press(Plugged(False))
        assert not one.app.flow.guided
        assert one.speaker.hushed
    assert one.speaker.closed


async def test_who_steps_back_home_is_led_on_and_what_was_shown_is_forgotten(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, led=True) as one:
        await led_to_services(one)
        await choose(one, "Quay lại")
        await one.shows(Screen.HOME)
        assert one.app.flow.guided
        await one.until(lambda: "Kính chào" in one.speaker.said[-1], "home is read out")


async def test_who_chooses_the_first_page_has_ended_and_begins_anew_by_any_key(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with hall(kivy_window, tmp_path, led=True) as one:
        await led_to_services(one)
        await choose(one, "Trang đầu")
        await one.shows(Screen.HOME)
        assert not one.app.flow.guided
        assert "đã tắt" in one.speaker.said[-1]
        one.press(Key.NEXT)
        await one.until(lambda: "Xin chào" in one.speaker.said[-1], "welcomed")
        assert one.app.flow.guided


async def test_a_long_silence_is_broken(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path, led=True) as one:
        one.app.begin()
        await one.shows(Screen.HOME)
        one.press(Key.NEXT)
        await one.until(lambda: one.speaker.said, "said")
        before = len(one.speaker.said)
        one.ms += 26_000
        await one.until(lambda: len(one.speaker.said) > before, "reminded")


async def test_what_is_read_out_has_a_ring(kivy_window: Any, tmp_path: Path) -> None:
    async with hall(kivy_window, tmp_path, led=True) as one:
        await led_to_services(one)
        ring = one.app.screens._ring
        for _key in range(3):
            one.press(Key.NEXT)
        thing = one.app._guidance._guide.thing
        assert isinstance(thing, PickService)
        await one.until(lambda: getattr(ring.around, "service", "") == thing.service, "ring")
        one.press(Plugged(False))
        await one.until(lambda: ring.around is None, "no ring")


ALL = states() | lookup_states()


@pytest.mark.parametrize("state", ALL)
def test_every_button_of_every_screen_can_be_chosen_by_keys(
    kivy_window: Any, drawn: Any, state: str
) -> None:
    from kiosk.reading import reading
    from kiosk.screens.widgets import Press

    shown = face(*ALL[state])
    drawn.show(shown)
    step(kivy_window, 2)
    read = [unsigned(item.thing) for item in reading(shown).items if item.thing is not None]
    top = drawn.veil if drawn.veil.parent else drawn.manager.current_screen
    missing = [
        told
        for widget in top.walk(restrict=True)
        if isinstance(widget, Press) and not widget.disabled and widget.opacity
        for told in map(unsigned, drawn._told_by(widget))
        if told not in read
    ]
    assert missing == []


def test_headphones_without_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="name the keypad"):
        Guidance(headphones="/dev/input/event7")


def test_keys_of_the_window_are_refused_beside_a_scanner_that_types_into_it() -> None:
    with pytest.raises(ValueError, match="evdev or serial"):
        KioskSettings(guidance=Guidance(keypad="window"))
    assert KioskSettings(guidance=Guidance(keypad="window"), scanner=Scanner(kind="none"))
