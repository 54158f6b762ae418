"""The sandbox over its wire: TLS, OAuth2, the three services, and each fault for what it is."""

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from hub.dossiers.sandbox.dossiers import SHOW
from hub.dossiers.sandbox.procedures import BY_CODE, NEW, PROCEDURES
from shared.dossiers import DossierState as State
from tests.hub.dossiers.sandbox_process import CLIENT, ROOT, SandboxProcess, running_sandbox

FORM = {"grant_type": "client_credentials"}
FINISHED = {"MaHoSo": SHOW[State.FINISHED]}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    folder = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(folder, "--today", "2026-11-24", "--drip-ms", "20") as one:
        yield one
        assert one.log == ""


@pytest.fixture
def client(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    """With a token, and a sandbox without faults before and after."""
    sandbox.play()
    sandbox.control("DELETE", "counts")
    with sandbox.client() as found:
        found.headers["Authorization"] = f"Bearer {token(sandbox, found)}"
        yield found
    sandbox.play(slow_s=30, answer_ms=0)


def token(sandbox: SandboxProcess, client: httpx.Client) -> str:
    answer = client.post("/oauth2/token", data=FORM, auth=(CLIENT, sandbox.secret))
    assert answer.status_code == 200
    found = answer.json()["access_token"]
    assert isinstance(found, str)
    return found


def test_a_token_is_given_to_its_client_alone(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    given = client.post("/oauth2/token", data=FORM, auth=(CLIENT, sandbox.secret))
    assert given.status_code == 200
    assert given.json()["token_type"] == "Bearer"
    assert given.json()["expires_in"] == 3600
    for who in ((CLIENT, "wrong"), ("other", sandbox.secret), ("", "")):
        refused = client.post("/oauth2/token", data=FORM, auth=who)
        assert (refused.status_code, refused.json()) == (401, {"error": "invalid_client"})
    other = client.post(
        "/oauth2/token", data={"grant_type": "password"}, auth=(CLIENT, sandbox.secret)
    )
    assert other.status_code == 400


def test_services_want_a_good_token(client: httpx.Client) -> None:
    for service in ("TraCuuHoSo", "LayDanhSachTTHC", "LayThuTuc"):
        for said in ("Bearer made-up", "Basic x", ""):
            answer = client.post(f"/{service}", json=FINISHED, headers={"Authorization": said})
            assert answer.status_code == 401
            assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_a_dossier_is_told_in_national_fields(client: httpx.Client) -> None:
    answer = client.post("/TraCuuHoSo", json=FINISHED).json()
    assert answer["error_code"] == "0"
    (told,) = answer["result"]
    assert told["MaHoSo"] == SHOW[State.FINISHED]
    assert told["MaTTHC"].startswith("1.013831")
    assert told["NgayTiepNhan"].startswith("20261110")
    assert told["NgayHenTra"] == "20261126170000"
    assert int(told["TrangThaiHoSo"]) == State.FINISHED
    assert told["ChuHoSo"] == "Nguyễn Văn An"
    assert {"SoDienThoai", "SoGiayTo", "DiaChi", "Email"} <= told.keys()


def test_an_unknown_dossier_is_an_empty_result(client: httpx.Client) -> None:
    for code in ("H41.15-261110-9999", SHOW[State.FINISHED].lower()):
        answer = client.post("/TraCuuHoSo", json={"MaHoSo": code})
        assert (answer.status_code, answer.json()) == (200, {"error_code": "0", "result": []})


def test_what_is_not_understood_is_a_failure(client: httpx.Client) -> None:
    assert client.post("/TraCuuHoSo", json={}).json()["error_code"] != "0"
    assert client.post("/TraCuuHoSo", content=b"\xff{").status_code == 400


def test_procedures_are_listed_and_told_in_full(client: httpx.Client) -> None:
    listed = client.post("/LayDanhSachTTHC", json={}).json()["result"]
    assert len(listed) == len(PROCEDURES)
    assert {one["MaTTHC"][:8] for one in listed} == set(BY_CODE)
    (told,) = client.post("/LayThuTuc", json={"MaTTHC": NEW}).json()["result"]
    assert told["TenTTHC"] == BY_CODE[NEW].name
    assert told["ThanhPhanHoSo"] == list(BY_CODE[NEW].papers)
    assert told["ThoiHanGiaiQuyet"] == BY_CODE[NEW].time
    assert told["LePhi"] == BY_CODE[NEW].fee
    suffixed = client.post("/LayThuTuc", json={"MaTTHC": f"{NEW}.000.00.00.H41"}).json()
    assert suffixed["result"] == [told]
    assert client.post("/LayThuTuc", json={"MaTTHC": "1.999999"}).json()["result"] == []


def test_nobody_else_signs_for_it(sandbox: SandboxProcess, client: httpx.Client) -> None:
    with (
        sandbox.client(ca=sandbox.folder / "other-ca.pem") as stranger,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        stranger.post("/TraCuuHoSo", json=FINISHED)


def test_keys_and_secret_are_their_owners_alone(sandbox: SandboxProcess) -> None:
    for name in ("server.pem", "other-server.pem", "secret"):
        assert (sandbox.folder / name).stat().st_mode & 0o777 == 0o600


def test_every_answer_takes_as_long_as_asked(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.play(answer_ms=150)
    began = time.monotonic()
    assert client.post("/TraCuuHoSo", json=FINISHED).status_code == 200
    assert 0.15 <= time.monotonic() - began < 5


def test_requests_are_counted_by_service_and_at_once(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sandbox.play(answer_ms=400)
    sandbox.control("DELETE", "counts")
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: client.post("/TraCuuHoSo", json=FINISHED), range(3)))
    client.post("/LayThuTuc", json={"MaTTHC": NEW})
    assert [answer.status_code for answer in answers] == [200] * 3
    told = sandbox.control("GET", "counts")
    assert told == {"requests": {"TraCuuHoSo": 3, "LayThuTuc": 1}, "now": 0, "most_at_once": 3}


# --- faults ------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["slow", "hang"])
def test_slow_and_hung_answers_do_not_come_in_time(
    sandbox: SandboxProcess, client: httpx.Client, fault: str
) -> None:
    sandbox.play(fault)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/TraCuuHoSo", json=FINISHED, timeout=0.3)
    assert sandbox.control("GET", "faults")["faults"] == [fault]


def test_a_slow_answer_comes_in_the_end(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.play("slow", slow_s=0.2)
    began = time.monotonic()
    assert client.post("/TraCuuHoSo", json=FINISHED).json()["error_code"] == "0"
    assert time.monotonic() - began >= 0.2


def test_a_client_that_leaves_ends_its_request(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sandbox.play("hang")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/TraCuuHoSo", json=FINISHED, timeout=0.2)
    end = time.monotonic() + 5
    while sandbox.control("GET", "counts")["now"]:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_dripping_answer_comes_byte_by_byte_and_is_sound(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sandbox.play("drip", drip_ms=10)
    with client.stream("POST", "/TraCuuHoSo", json={"MaHoSo": "none"}) as answer:
        chunks = list(answer.iter_raw())
    assert b"".join(chunks) == b'{"error_code":"0","result":[]}'
    assert len(chunks) > 5


def test_garbage_is_no_json_and_then_no_utf8(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.play("garbage")
    faults = set()
    for _ in range(2):
        answer = client.post("/TraCuuHoSo", json=FINISHED)
        assert answer.status_code == 200
        try:
            answer.content.decode("utf-8")
        except UnicodeDecodeError:
            faults.add("not UTF-8")
        else:
            with pytest.raises(ValueError):
                answer.json()
            faults.add("not JSON")
    assert faults == {"not UTF-8", "not JSON"}


def test_a_big_answer_has_ten_megabytes_and_does_not_say_so(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sandbox.play("big")
    answer = client.post("/TraCuuHoSo", json=FINISHED)
    assert "Content-Length" not in answer.headers
    assert len(answer.content) > 10 * 1024 * 1024
    assert answer.json()["error_code"] == "0"


def test_an_error_is_a_page_for_people(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.play("error500")
    answer = client.post("/TraCuuHoSo", json=FINISHED)
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")


def test_whoever_follows_a_redirect_is_seen(sandbox: SandboxProcess, client: httpx.Client) -> None:
    before = sandbox.control("GET", "seen")
    sandbox.play("redirect")
    answer = client.post("/TraCuuHoSo", json=FINISHED)
    assert answer.status_code == 302
    assert sandbox.control("GET", "seen") == before
    client.get(answer.headers["Location"])
    after = sandbox.control("GET", "seen")
    assert after["requests"] == before["requests"] + 1
    assert after["with_credentials"] == before["with_credentials"] + 1


def test_a_refused_connection_gets_no_byte(sandbox: SandboxProcess, client: httpx.Client) -> None:
    sandbox.play("refuse")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post("/TraCuuHoSo", json=FINISHED)


def test_another_certificate_is_shown_to_new_connections_and_old_ones_end(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sandbox.play("wrong_certificate")
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        client.post("/TraCuuHoSo", json=FINISHED)
    with sandbox.client(ca=sandbox.folder / "other-ca.pem") as fooled:
        assert fooled.post("/TraCuuHoSo", json=FINISHED).status_code == 401
    sandbox.play()
    assert client.post("/TraCuuHoSo", json=FINISHED).status_code == 200


def test_a_skewed_clock_ends_tokens_once_and_shifts_what_it_stamps(
    sandbox: SandboxProcess, client: httpx.Client
) -> None:
    sound = client.post("/TraCuuHoSo", json=FINISHED)
    sandbox.play("clock_skew")
    refused = client.post("/TraCuuHoSo", json=FINISHED)
    assert refused.status_code == 401
    assert "expired" in refused.headers["WWW-Authenticate"]
    client.headers["Authorization"] = f"Bearer {token(sandbox, client)}"
    skewed = client.post("/TraCuuHoSo", json=FINISHED)
    ahead = date_of(skewed) - date_of(sound)
    assert 3600 <= ahead < 3660
    (before,), (after,) = sound.json()["result"], skewed.json()["result"]
    assert after["NgayHenTra"] == before["NgayHenTra"]
    assert int(after["NgayTra"]) - int(before["NgayTra"]) == 10_000
    sandbox.play()
    back = client.post("/TraCuuHoSo", json=FINISHED)
    assert back.status_code == 401
    assert "not valid yet" in back.headers["WWW-Authenticate"]


def date_of(answer: httpx.Response) -> float:
    return parsedate_to_datetime(answer.headers["Date"]).timestamp()


def test_an_unknown_fault_is_named_and_changes_nothing(sandbox: SandboxProcess) -> None:
    sandbox.play("slow")
    with httpx.Client(verify=ssl.create_default_context(cafile=str(sandbox.ca))) as client:
        answer = client.put(f"{sandbox.url}/_sandbox/faults", json={"faults": ["tired"]})
    assert answer.status_code == 400
    assert "garbage" in answer.json()["known"]
    assert sandbox.control("GET", "faults")["faults"] == ["slow"]
    sandbox.play()


# --- the process -------------------------------------------------------------------------


def test_it_starts_at_fault_ends_at_once_and_comes_back_as_itself(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, "--fault", "slow,drip") as sandbox:
        assert sandbox.control("GET", "faults")["faults"] == ["drip", "slow"]
        ca, secret, url = sandbox.ca.read_bytes(), sandbox.secret, sandbox.url
        with ThreadPoolExecutor(1) as pool, sandbox.client() as client:
            hanging = pool.submit(client.post, "/TraCuuHoSo", json=FINISHED)
            end = time.monotonic() + 10
            while not sandbox.control("GET", "counts")["now"]:
                assert time.monotonic() < end
                time.sleep(0.02)
            began = time.monotonic()
            assert sandbox.stop() == 0
            assert time.monotonic() - began < 2
            assert isinstance(hanging.exception(), httpx.TransportError)
        sandbox.start()
        assert (sandbox.ca.read_bytes(), sandbox.secret, sandbox.url) == (ca, secret, url)
        assert sandbox.log == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--listen", "nowhere"], "HOST:PORT"),
        (["--fault", "tired"], "wrong_certificate"),
        (["--fault", "wrong_certificate"], "--tls"),
    ],
)
def test_a_wrong_word_is_explained(tmp_path: Path, words: list[str], said: str) -> None:
    secret = str(tmp_path / "secret")
    done = subprocess.run(
        [sys.executable, "-m", "hub.dossiers.sandbox", "--secret-file", secret, *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert said in done.stderr
