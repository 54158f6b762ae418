"""Events as rows of the journal, and back."""

import msgspec

from hub.engine.events import Event
from shared.errors import StorageDamaged
from shared.model import Instant, Seq

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_HEAD = len('{"kind":""')


def pack(event: Event) -> tuple[str, str]:
    """An event's kind, and the JSON of the rest."""
    kind = str(event.__struct_config__.tag)
    text = _encode(event).decode()
    rest = text[_HEAD + len(kind) :]
    return kind, "{" + rest.removeprefix(",")


def unpack(kind: str, body: str, seq: Seq, at: Instant) -> Event:
    """The event of such a row. Raises StorageDamaged, naming the row, if it is none we know."""
    head = '{"kind":"' + kind + '"'
    try:
        return _decoder.decode(head + ("," + body[1:] if body != "{}" else "}"))
    except msgspec.DecodeError as error:
        raise StorageDamaged(f"journal: row {seq} ({kind}) cannot be read: {error}") from None
