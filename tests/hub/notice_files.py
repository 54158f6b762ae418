"""Pictures and videos for notices, as small as they can be."""

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
