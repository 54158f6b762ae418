"""What the commands have in common."""

import argparse
import time
from typing import TYPE_CHECKING, TypeAlias

from shared.model import Instant

if TYPE_CHECKING:
    Parsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
else:
    Parsers = object


def now() -> Instant:
    """The machine's time."""
    return Instant(time.time_ns() // 1_000_000)
