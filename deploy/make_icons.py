"""Draws the app's icons (`python -m deploy.make_icons`): a golden star on red, as PNG files for
phones that take no SVG. The files are kept in git beside icon.svg; this says how they came to be.
"""

import struct
import zlib
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "hub" / "web" / "static"

RED, GOLD = (0xA6, 0x12, 0x1B), (0xF2, 0xB7, 0x05)
STAR = ((16.0, 6.5), (18.3, 12.8), (25.0, 12.8), (19.7, 16.8), (21.7, 23.5), (16.0, 19.5),
        (10.3, 23.5), (12.3, 16.8), (7.0, 12.8), (13.7, 12.8))  # fmt: skip
"""As in icon.svg, on a square of 32."""

FINE = 4
"""Sub-rows of a pixel, for smooth edges."""

ICONS = {"icon-192.png": (192, False), "icon-512.png": (512, False),
         "icon-maskable-512.png": (512, True)}  # fmt: skip
"""Size, and whether a phone will cut a shape of its own out of it."""

Span = tuple[float, float]


def draw(size: int, maskable: bool) -> bytes:
    """The icon as a PNG file; a maskable one fills its square and keeps the star well inside."""
    scale = size / 32 * (0.85 if maskable else 1)
    shift = (size - 32 * scale) / 2
    rows = []
    for y in range(size):
        ground, star = [0.0] * size, [0.0] * size
        for part in range(FINE):
            at = y + (part + 0.5) / FINE
            _cover(ground, (0.0, float(size)) if maskable else _rounded(at, size))
            inside = _crossings((at - shift) / scale)
            for left, right in zip(inside[::2], inside[1::2], strict=True):
                _cover(star, (left * scale + shift, right * scale + shift))
        rows.append(b"\0" + b"".join(map(_pixel, ground, star)))
    return _png(size, b"".join(rows))


def _rounded(at: float, size: int) -> Span:
    """The red ground of one row: a square whose corners have a radius of 7 in 32."""
    radius = 7 / 32 * size
    deep = max(radius - at, at - (size - radius), 0.0)
    inset = radius - (radius**2 - deep**2) ** 0.5
    return inset, size - inset


def _crossings(y: float) -> list[float]:
    """Where a line at that height crosses the star's outline."""
    found = []
    for (x1, y1), (x2, y2) in zip(STAR, (*STAR[1:], STAR[0]), strict=True):
        if (y1 <= y) != (y2 <= y):
            found.append(x1 + (y - y1) * (x2 - x1) / (y2 - y1))
    return sorted(found)


def _cover(row: list[float], span: Span) -> None:
    """Add to each pixel how much of it a span of a sub-row covers."""
    left, right = span
    for x in range(int(left), min(len(row), int(right) + 1)):
        row[x] += max(0.0, min(right, x + 1) - max(left, x)) / FINE


def _pixel(ground: float, star: float) -> bytes:
    part = min(star, 1.0)
    mixed = (round(red + (gold - red) * part) for red, gold in zip(RED, GOLD, strict=True))
    return bytes((*mixed, round(min(ground, 1.0) * 255)))


def _png(size: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks))


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def main() -> None:
    """Write the files."""
    for name, (size, maskable) in ICONS.items():
        (STATIC / name).write_bytes(draw(size, maskable))


if __name__ == "__main__":
    main()
