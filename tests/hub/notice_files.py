"""Pictures and videos for notices, as small as they can be."""

import struct
import zlib
from io import BytesIO

from PIL import Image

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(range(200))
"""Begins as a video does; enough for whoever only serves it."""

WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\x00" * 60


def picture(kind: str = "PNG", size: tuple[int, int] = (32, 18)) -> bytes:
    """A plain picture as a file of that kind."""
    file = BytesIO()
    Image.new("RGB", size, "#12305A").save(file, kind)
    return file.getvalue()


def png_head(width: int, height: int) -> bytes:
    """The beginning of a PNG file that says it has so many pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"")
