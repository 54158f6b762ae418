"""Reading what describes the centre: its site with the files of its notices, its procedures."""

from pathlib import Path

import msgspec

from hub.engine.site import Site, faults
from hub.notices import FOLDER, NoticeFile, read_notices
from shared.errors import SettingsError, SetupError
from shared.procedure_file import ProcedureFile
from shared.questions import Procedure
from shared.settings import load


def read_centre(file: Path, public_url: str | None) -> tuple[Site, dict[str, NoticeFile]]:
    """The site that `file` describes, and its notices' files by name.

    `public_url` is the command line's, and wins over the file's. SetupError names every fault.
    """
    site = load(file, Site)
    if found := faults(site):
        raise SettingsError(f"{file}: " + "; ".join(found))
    if public_url:
        site = msgspec.structs.replace(site, public_url=public_url)
        if found := faults(site):
            raise SetupError("--public-url: " + "; ".join(found))
    try:
        return read_notices(site, file.parent / FOLDER)
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None


def read_procedures(named: Path | None, site_file: Path) -> tuple[Procedure, ...]:
    """Those of the file that is named, or that lies beside the site's; none without one."""
    file = named or site_file.with_name("procedures.toml")
    if named is None and not file.exists():
        return ()
    return load(file, ProcedureFile).listed
