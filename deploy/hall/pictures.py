"""Draw docs/pictures/ anew from the running programs: `make pictures`.

A hall with its crowd runs on a virtual screen; an officer signs in with Chromium and calls a
number; then kiosk, board and console are taken as they are and laid side by side.
"""

import asyncio
import sys
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright

from deploy.hall.__main__ import Demonstration
from deploy.hall.programs import ROOT
from deploy.hall.stage import OFFICER, Stage
from shared.theme import LINE

FOLDER = ROOT / "docs" / "pictures"
CONSOLE = (1366, 768)
SHEET = (1800, 1253)
MARGIN = 24
CHROMIUM = "/usr/bin/chromium"
SETTLE_S = 12.0
"""The crowd has been served for so long when the pictures are taken."""


async def take_console(stage: Stage, file: Path) -> None:
    """Sign in as the officer, call the next number, and keep the console's picture."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": CONSOLE[0], "height": CONSOLE[1]})
        await page.goto(f"http://{stage.web}/sign-in")
        await page.fill("input[name=name]", OFFICER)
        await page.fill("input[name=password]", stage.password)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/console*")
        await page.wait_for_load_state("networkidle")
        await page.keyboard.press("Enter")
        await asyncio.sleep(1.0)
        await page.keyboard.press("s")
        await asyncio.sleep(2.0)
        await page.screenshot(path=file)
        await browser.close()


def lay_out(kiosk: Path, board: Path, console: Path, sheet: Path) -> None:
    """One picture of the three: the kiosk at full height, board over console beside it."""
    whole = Image.new("RGB", SHEET, LINE)
    height = SHEET[1] - 2 * MARGIN
    left = height * 1080 // 1920
    right = SHEET[0] - left - 3 * MARGIN
    top = right * 1080 // 1920
    places = (
        (kiosk, (left, height), (MARGIN, MARGIN)),
        (board, (right, top), (left + 2 * MARGIN, MARGIN)),
        (console, (right, right * CONSOLE[1] // CONSOLE[0]), (left + 2 * MARGIN, top + 2 * MARGIN)),
    )
    for file, size, at in places:
        with Image.open(file) as picture:
            whole.paste(picture.convert("RGB").resize(size, Image.Resampling.LANCZOS), at)
    whole.quantize(192, dither=Image.Dither.NONE).save(sheet, optimize=True)


async def take() -> None:
    """Run a hall and take all pictures."""
    stage = Stage(ROOT / "out", virtual=True)
    play = Demonstration(stage, crowd=24, for_s=None, taps=False)
    running = asyncio.create_task(play.run())
    opened = asyncio.create_task(play.opened.wait())
    try:
        await asyncio.wait({running, opened}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        await asyncio.sleep(SETTLE_S)
        console = stage.logs / "console.png"
        await take_console(stage, console)
        FOLDER.mkdir(parents=True, exist_ok=True)
        lay_out(stage.pictures["kiosk"], stage.pictures["board"], console, FOLDER / "hall.png")
    finally:
        opened.cancel()
        play.close()
        await running


def main() -> int:
    """Take them and say where they are."""
    asyncio.run(take())
    print(f"{(FOLDER / 'hall.png').relative_to(ROOT)} is new.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
