"""Next becomes a number on the wall and a voice in the hall."""

from PIL import ImageChops
from playwright.sync_api import Page, expect

from shared import theme
from tests.hub.web.browser import press
from tests.journeys.glass import share, until
from tests.journeys.hall import COUNTER, Hall
from tests.journeys.voice import LOUD, VOICE, clips, loudest, samples

GOLDEN = 0.3
"""The panel of a new call is gold, as far as it is not letters."""


def test_next_on_the_console_lights_the_board_and_is_spoken(hall: Hall, console: Page) -> None:
    issued = hall.take_number()
    until(lambda: share(hall.call_panel(), theme.GOLD) < 0.01, "the board is calm", 20)
    calm = hall.call_panel()

    press(console, "Enter")
    called = hall.wait_event("ticket_called", since=issued["seq"])
    number = next(
        event["number"]
        for event in hall.journal("ticket_issued")
        if event["ticket"] == called["ticket"]
    )
    expect(console.locator("#number")).to_have_text(number)
    until(lambda: share(hall.call_panel(), theme.GOLD) > GOLDEN, "the call is gold on the board")
    changed = ImageChops.difference(calm, hall.call_panel()).getbbox()
    assert changed is not None

    said = hall.wait_spoken(called["call"])
    assert (said["number"], said["counter"]) == (number, COUNTER)
    assert said["clips"] == clips(number, COUNTER)
    heard = samples(hall.announcements / said["wav"])
    parts = [samples(VOICE / f"{name}.wav") for name in said["clips"]]
    assert [
        name for name, part in zip(said["clips"], parts, strict=True) if loudest(part) < LOUD
    ] == []
    whole = sum(parts[1:], start=parts[0])
    # Whatever comes before is the silence that wakes a television's loudspeaker.
    assert heard[-len(whole) :] == whole
    assert loudest(heard[: -len(whole)]) == 0

    press(console, "F")
    expect(console.locator("#current")).to_have_attribute("data-state", "idle")
