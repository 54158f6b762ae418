"""What axe finds wrong on a page, and what a page does to a narrow screen."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_AXE = str(files("axe_playwright_python") / "axe.min.js")
_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """Rules of WCAG 2.2 AA that the page breaks; its context must be one with `bypass_csp`."""
    page.add_script_tag(path=_AXE)
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", _TAGS
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def overflow(page: Page) -> list[str]:
    """What stands out of the screen to the right."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("body *")]
              .filter((one) => one.getClientRects().length && !one.closest(".hidden"))
              .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
              .map((one) => one.outerHTML.slice(0, 120))"""
        )
    )


def small_targets(page: Page, least: int = 44) -> list[str]:
    """Buttons, fields and links of their own that a thumb would miss."""
    return list(
        page.evaluate(
            """(least) => [...document.querySelectorAll("button, a, input:not([type=hidden])")]
              .filter((one) => one.getClientRects().length)
              .filter((one) => one.getBoundingClientRect().height < least)
              .map((one) => one.outerHTML.slice(0, 120))""",
            least,
        )
    )
