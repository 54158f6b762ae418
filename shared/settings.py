"""Read a TOML file into a frozen type, or say exactly what is wrong with it."""

import tomllib
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.errors import SettingsError

T = TypeVar("T")


def load(path: Path, kind: type[T]) -> T:
    """Read the TOML file at `path` as a `kind`.

    Raises SettingsError that names the file, the place in it and what stands there.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; name an existing one") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from None
    except (ValueError, RecursionError):  # tomllib lets these through
        raise SettingsError(
            f"{path}: a number in it is too long, or brackets are nested too deep"
        ) from None
    if _holds_nul(raw):
        raise SettingsError(f"{path}: a text in it holds the character U+0000; take it out")
    try:
        return msgspec.convert(raw, kind, str_keys=True)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}; see docs/operations.md") from None
    except SystemError:  # msgspec's word for a whole number that is too large for a float
        raise SettingsError(f"{path}: a number in it is too large") from None


def _holds_nul(value: object) -> bool:
    """Whether a text in it could be no file's name, nor anything that a person reads."""
    if isinstance(value, dict):
        return any(_holds_nul(inner) for pair in value.items() for inner in pair)
    if isinstance(value, list):
        return any(_holds_nul(inner) for inner in value)
    return isinstance(value, str) and "\0" in value
