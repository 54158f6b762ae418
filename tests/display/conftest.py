"""The window and the default voice that the display's tests share."""

from pathlib import Path

import pytest

from deploy import make_voice
from tests.kivy_window import kivy_window

__all__ = ["kivy_window"]


@pytest.fixture(scope="session")
def voice_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The set of clips that espeak-ng makes."""
    folder = tmp_path_factory.mktemp("voice") / "vi"
    assert make_voice.main(["--out", str(folder)]) == 0
    return folder
