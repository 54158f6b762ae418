"""A screen's file and command line name one hub, or two."""

from pathlib import Path

import pytest

from display.settings import DisplaySettings
from kiosk.settings import KioskSettings
from shared.command_line import hub_from, parser
from shared.errors import SettingsError
from shared.link import hub_urls
from shared.model import Role
from shared.settings import load

BOTH = ("ws://hub:8790/live", "wss://standby/live")


@pytest.mark.parametrize("kind", [KioskSettings, DisplaySettings])
def test_the_address_may_be_a_list(
    tmp_path: Path, kind: type[KioskSettings] | type[DisplaySettings]
) -> None:
    file = tmp_path / "screen.toml"
    file.write_text('[hub]\naddress = ["hub:8790", "wss://standby"]\n')
    assert hub_urls(load(file, kind).hub.address) == BOTH
    file.write_text('[hub]\naddress = "hub:8790"\n')
    assert hub_urls(load(file, kind).hub.address) == BOTH[:1]
    file.write_text("[hub]\naddress = 8790\n")
    with pytest.raises(SettingsError, match="address"):
        load(file, kind)


def test_the_command_line_may_name_both_and_wins() -> None:
    options = parser(Role.KIOSK, "").parse_args(["--hub", "hub:8790", "--hub", "wss://standby"])
    assert hub_urls(hub_from(options, KioskSettings().hub).address) == BOTH
