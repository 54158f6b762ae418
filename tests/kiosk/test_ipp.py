import asyncio
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pypdfium2
import pytest

from deploy.hall.cups import PrivateCups
from kiosk.devices.printer import CupsPrinter
from kiosk.sheet import DPI
from tests.paper import a_paper, cups_server, needs_cups, read_codes

__all__ = ["cups_server"]

pytestmark = [
    needs_cups,
    pytest.mark.skipif(
        not (shutil.which("ippeveprinter") and shutil.which("dbus-daemon")),
        reason="ippeveprinter or dbus-daemon is missing: apt-get install cups-ipp-utils dbus",
    ),
]

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={path}</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>"""


def wait_for(condition: object, what: str) -> None:
    end = time.monotonic() + 10
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, f"{what} did not come up"
        time.sleep(0.02)


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def ipp_printer(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """A real IPP Everywhere printer on loopback that keeps what it is sent in a folder."""
    bus, config, kept = tmp_path / "bus", tmp_path / "bus.conf", tmp_path / "kept"
    kept.mkdir()
    config.write_text(BUS.format(path=bus))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    commands = [
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"],
        [
            *("ippeveprinter", "-p", str(port), "-r", "off", "-k", "-d", str(kept)),
            *("-n", "localhost", "-f", "application/pdf,image/pwg-raster"),
            # Without a command it pretends to print for some ten seconds.
            *("-c", "/bin/true", "Kiosk"),
        ],
    ]
    with ExitStack() as stack:
        for command, ready in zip(commands, (bus.exists, lambda: answers(port)), strict=True):
            program = stack.enter_context(
                subprocess.Popen(
                    command,
                    env={
                        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}",
                        "PATH": "/usr/sbin:/usr/bin",
                    },
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            stack.callback(program.terminate)
            wait_for(ready, command[0])
        yield port, kept


async def test_an_ipp_printer_gets_one_page_with_the_number_and_url(
    cups_server: PrivateCups, ipp_printer: tuple[int, Path], tmp_path: Path
) -> None:
    port, kept = ipp_printer
    queue = cups_server.add_queue("ipp", f"ipp://localhost:{port}/ipp/print")
    printer = CupsPrinter(queue, folder=tmp_path, server=str(cups_server.socket), style="ipp")
    try:
        outcome = await printer.print(a_paper("B007", "on-ipp"))
    finally:
        await asyncio.to_thread(printer.close)
    assert (outcome.printed, outcome.code) == (True, "ok")
    (file,) = kept.glob("*.pdf")
    document = pypdfium2.PdfDocument(file)
    try:
        assert len(document) == 1
        page = document[0]
        assert page.get_width() == pytest.approx(576 / DPI * 72, abs=0.5)
        picture = page.render(scale=2 * DPI / 72).to_pil()
    finally:
        document.close()
    assert read_codes(picture) == ("https://motcua.nghean.gov.vn/t#on-ipp", "B007")
