"""A secret in a file of its own, which nobody but its owner may read."""

import stat
from pathlib import Path

from shared.errors import SettingsError

_SECRET_MOST = 4096


def read_secret(path: Path, setting: str, what: str, get: str = "") -> str:
    """The one line in the file that `setting` names: `what` is kept there. `get` says how to come
    by one, if not by writing it there. Raises SettingsError that says what to do."""
    name = f"{setting}: {path}"
    get = get or f"write the {what} into it and `chmod 600` it"
    try:
        mode = path.stat().st_mode
        text = path.read_bytes()[: _SECRET_MOST + 1].decode("utf-8").strip()
    except FileNotFoundError:
        raise SettingsError(f"{name}: no such file; {get}") from None
    except OSError as error:
        raise SettingsError(f"{name}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}: is not text; {get}") from None
    if stat.S_IMODE(mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{name}: others than its owner may read it; `chmod 600` it")
    if not text or len(text) > _SECRET_MOST or not text.isprintable():
        raise SettingsError(f"{name}: must hold the {what} in one line and nothing else; {get}")
    return text
