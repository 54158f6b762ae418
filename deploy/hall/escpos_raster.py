"""Read the few ESC/POS commands that our tickets are made of, and take nothing else.

Formats from Epson's ESC/POS reference: GS v 0 (raster), ESC d / ESC J / LF (feed), GS V (cut),
GS r (status in turn), GS a (automatic status), DLE EOT (status at once), DLE ENQ 1 (go on after
an error), DLE DC4 8 (clear buffers). A strict reader makes the round trip from order to dots
testable: a byte too many or too few is an error.
"""

import re
from collections.abc import Iterator

import msgspec


class NotOurs(ValueError):
    """These bytes are no command of a ticket."""


class AskNow(msgspec.Struct, frozen=True):
    """DLE EOT n: answer at once, whatever is going on."""

    about: int


class Clear(msgspec.Struct, frozen=True):
    """DLE DC4 8: forget everything not yet printed."""


class Resume(msgspec.Struct, frozen=True):
    """DLE ENQ 1: go on from the line where an error has stopped it."""


class Unasked(msgspec.Struct, frozen=True):
    """GS a n: say by itself what changes; 0: nothing."""

    about: int


class AskInTurn(msgspec.Struct, frozen=True):
    """GS r n: answer when everything before is printed."""

    about: int


class Raster(msgspec.Struct, frozen=True):
    """GS v 0: `width` dots (a multiple of 8) by `height`; `dots` row by row, 1 is ink."""

    width: int
    height: int
    dots: bytes


class Feed(msgspec.Struct, frozen=True):
    """Move the paper by so many dots."""

    dots: int


class Cut(msgspec.Struct, frozen=True):
    """Cut: the ticket is out."""


Token = AskNow | Clear | Resume | Unasked | AskInTurn | Raster | Feed | Cut

CLEAR_BUFFERS = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
LINE = 30
"""Dots of one line feed at the usual line spacing."""

_SHORT = re.compile(
    rb"\n|\x1b[dJ](.)|\x1dV([\x00\x01]|[AB].)|\x1dr(.)|\x10\x04(.)|\x1da(.)|\x10\x05\x01", re.DOTALL
)
_RASTER = re.compile(rb"\x1dv0\x00(..)(..)", re.DOTALL)
_MAY_GO_ON = re.compile(
    rb"|\x1b[dJ]?|\x1d(V[AB]?|r|a|v(0(\x00.{0,4})?)?)?|\x10(\x04|\x05|\x14.{0,7})?", re.DOTALL
)


class Reader:
    """Turns a stream of bytes, in pieces of any size, into tokens."""

    def __init__(self) -> None:
        self._held = b""

    @property
    def idle(self) -> bool:
        """Whether the stream stands between two commands."""
        return not self._held

    @property
    def held(self) -> int:
        """Bytes of a command that is not whole yet."""
        return len(self._held)

    def feed(self, piece: bytes) -> Iterator[Token]:
        """The tokens completed by `piece`. Raises NotOurs, and drops what it holds."""
        self._held += piece
        while self._held:
            token, used = self._next()
            if token is None:
                return
            self._held = self._held[used:]
            yield token

    def _next(self) -> tuple[Token | None, int]:
        held = self._held
        if held.startswith(CLEAR_BUFFERS):
            return Clear(), len(CLEAR_BUFFERS)
        if raster := _RASTER.match(held):
            across, height = (int.from_bytes(raster[n], "little") for n in (1, 2))
            end = raster.end() + across * height
            # A cancelled job leaves a raster unfinished and clears behind it.
            if (clear := held.find(CLEAR_BUFFERS, 0, end + len(CLEAR_BUFFERS) - 1)) > 0:
                return Clear(), clear + len(CLEAR_BUFFERS)
            if len(held) < end:
                return None, 0
            return Raster(across * 8, height, held[raster.end() : end]), end
        if short := _SHORT.match(held):
            return _short(held, short), short.end()
        if _MAY_GO_ON.fullmatch(held):
            return None, 0
        self._held = b""
        raise NotOurs(f"no command of a ticket: {held[:8].hex(' ')}")


def _short(held: bytes, match: re.Match[bytes]) -> Token:
    if held.startswith(b"\n"):
        return Feed(LINE)
    if match[1] is not None:
        return Feed(match[1][0] * (LINE if held[1:2] == b"d" else 1))
    if match[2] is not None:
        return Cut()
    for found, kind in ((match[3], AskInTurn), (match[4], AskNow), (match[5], Unasked)):
        if found is not None:
            return kind(found[0])
    return Resume()
