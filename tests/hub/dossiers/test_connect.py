"""Settings become a client, or a sentence that says what to mend."""

import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from hub.dossiers.base import Found
from hub.dossiers.client import EOneStop
from hub.dossiers.connect import build
from hub.metrics import Metrics
from hub.settings import EOneStopSettings
from shared.errors import SettingsError
from shared.model import Instant
from shared.settings import load
from tests.hub.dossiers.small_server import CLIENT_ID, CODE, SECRET, dossier, small_server


def clock() -> Instant:
    return Instant(7)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    path.chmod(0o600)
    return path


def settings(secret: Path, **more: Any) -> EOneStopSettings:
    whole = EOneStopSettings(
        url="https://mot-cua.example/api/",
        token_url="https://mot-cua.example/token",
        client_id=CLIENT_ID,
        client_secret_file=str(secret),
    )
    return msgspec.structs.replace(whole, **more)


def test_without_an_address_there_is_no_look_up() -> None:
    assert build(EOneStopSettings(), clock, Metrics()) is None


async def test_what_settings_say_is_what_is_asked(secret: Path, tmp_path: Path) -> None:
    ours = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("127.0.0.1").configure_cert(tls)
    ca_file = tmp_path / "ca.pem"
    ours.cert_pem.write_to_path(ca_file)
    metrics = Metrics()
    async with small_server(tls) as server:
        server.dossiers = {}
        row = dossier()
        row["TinhTrang"] = row.pop("TrangThaiHoSo")
        server.dossiers[CODE] = row
        found = settings(
            secret,
            url=f"{server.url}/api/",
            token_url=f"{server.url}/token",
            dossier_path="/v2/HoSo",
            scope="hoso",
            ca_file=str(ca_file),
            fields={"TrangThaiHoSo": "TinhTrang"},
        )
        client = build(found, clock, metrics)
        assert isinstance(client, EOneStop)
        assert isinstance(await client.look_up(CODE), Found)
        await client.close()
        token, lookup = server.asked
        assert b"scope=hoso" in token.body
        assert lookup.path == "/api/v2/HoSo"
    (counted,) = (
        sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "motcua_dossier_requests_total" and sample.labels == {"outcome": "found"}
    )
    assert counted == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"url": "http://mot-cua.example/api"}, "dossiers.url: must begin with https"),
        ({"token_url": "http://10.0.0.5/token"}, "dossiers.token_url: must begin with https"),
        ({"url": "ftp://127.0.0.1/x"}, "dossiers.url: must begin with https"),
        ({"url": "mot-cua"}, "dossiers.url: is not an address"),
        ({"url": "https://"}, "dossiers.url: is not an address"),
        ({"url": "https://a b/"}, "dossiers.url: is not an address"),
        ({"url": "https://[1/"}, "dossiers.url: is not an address"),
        ({"url": "https://a:99999/"}, "dossiers.url: is not an address"),
        ({"url": "https://hoa:mk@a/"}, "dossiers.url: write it without user"),
        ({"url": "https://a/?b"}, "dossiers.url: write it without user"),
        ({"token_url": ""}, "dossiers.token_url: is empty"),
        ({"client_id": ""}, "dossiers.client_id: is empty"),
        ({"client_secret_file": ""}, "dossiers.client_secret_file: is empty"),
        ({"dossier_path": "/"}, "dossiers.dossier_path: write what follows"),
        ({"procedure_path": "https://x/y"}, "dossiers.procedure_path: write what follows"),
        ({"fields": {"MaHoSO": "x"}}, "dossiers.fields: MaHoSO: no such field"),
        ({"ca_file": "/nowhere/ca.pem"}, "dossiers.ca_file: /nowhere/ca.pem: no such file"),
        ({"ca_file": __file__}, "holds no certificate"),
        ({"ca_file": "/"}, "dossiers.ca_file: /: cannot be read"),
    ],
)
def test_a_setting_that_will_not_do_is_named(more: dict[str, Any], says: str, secret: Path) -> None:
    with pytest.raises(SettingsError, match=says):
        build(settings(secret, **more), clock, Metrics())


@pytest.mark.parametrize("host", ["127.0.0.1:8", "[::1]:8", "localhost:8"])
async def test_this_machine_itself_may_be_asked_without_tls(host: str, secret: Path) -> None:
    here = settings(secret, url=f"http://{host}/api", token_url=f"http://{host}/token")
    client = build(here, clock, Metrics())
    assert client
    await client.close()


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (None, 0, "no such file; write the client secret into it and `chmod 600` it"),
        (b"geheim", 0o640, "others than its owner may read it"),
        (b"geheim", 0o604, "others than its owner may read it"),
        (b"", 0o600, "in one line and nothing else"),
        (b"a\nb", 0o600, "in one line and nothing else"),
        (b"a" * 5000, 0o600, "in one line and nothing else"),
        (b"\xff\xfe", 0o600, "is not text"),
    ],
)
def test_a_secret_that_will_not_do_is_not_shown(
    content: bytes | None, mode: int, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    with pytest.raises(SettingsError, match=says) as caught:
        build(settings(path), clock, Metrics())
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize("at_once", [2, 65])
def test_places_are_enough_for_phones_and_kiosks(tmp_path: Path, at_once: int) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f"at_once = {at_once}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="at_once"):
        load(file, EOneStopSettings)
    file.write_text("at_once = 3\n", encoding="utf-8")
    assert load(file, EOneStopSettings).at_once == 3
