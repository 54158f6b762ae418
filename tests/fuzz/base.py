"""What a target of fuzzing is."""

from pathlib import Path
from typing import ClassVar


class Target:
    """Something that takes bytes from outside, opened on an empty folder."""

    seeds: ClassVar[tuple[bytes, ...]]
    """Sound inputs to begin with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, data: bytes) -> None:
        """Take one input. What it raises is a fault."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what is held."""
