"""The window and the default voice that the display's tests share."""

from pathlib import Path

import pytest

from deploy.voice.__main__ import main
from deploy.voice.make import RECIPE, up_to_date
from display.tongues import VIETNAMESE
from tests.kivy_window import kivy_window

ROOT = Path(__file__).resolve().parents[2]

__all__ = ["kivy_window"]


@pytest.fixture(scope="session")
def voice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set of clips that espeak-ng makes; the one of set-up, if it is that."""
    ready = ROOT / "assets" / "voice" / "vi"
    if (ready / RECIPE).is_file() and up_to_date(ready, VIETNAMESE, "north"):
        return ready
    folder = tmp_path_factory.mktemp("voice") / "vi"
    assert main(["make", "--out", str(folder)]) == 0
    return folder
