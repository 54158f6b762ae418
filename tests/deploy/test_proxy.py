"""The proxy as it is configured, with TLS by a local CA, in front of a real hub."""

import contextlib
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from hub.peer import Peer
from shared.messages import VERSION
from tests.hub.hub_process import HubProcess

ROOT = Path(__file__).resolve().parents[2]
NAME = "motcua.test"
FROM = "X-Test-From"
"""A header that says where a request comes from; this test's proxy alone believes it."""


class Proxy:
    """nginx with deploy/nginx/nginx.conf, at free ports, before `hub`."""

    def __init__(self, folder: Path, hub: HubProcess) -> None:
        self.hub = hub
        make = [str(ROOT / "deploy/local-ca.sh"), "make", str(folder / "tls"), NAME]
        subprocess.run(make, check=True, capture_output=True)
        self.ca = folder / "tls" / "ca.pem"
        self.trust = ssl.create_default_context(cafile=str(self.ca))
        self.plain, self.tls = _free_ports()
        self.conf = folder / "nginx.conf"
        self.conf.write_text(self._configuration(folder), encoding="utf-8")

    def _configuration(self, folder: Path) -> str:
        text = (ROOT / "deploy/nginx/nginx.conf").read_text(encoding="utf-8")
        text = re.sub(r"(?m)^ *listen \[::\].*\n", "", text)
        for old, new in (
            ("/etc/motcua/tls", str(folder / "tls")),
            ("/run/motcua-proxy", str(folder)),
            ("listen 80 ", f"listen 127.0.0.1:{self.plain} "),
            ("listen 443 ", f"listen 127.0.0.1:{self.tls} "),
            ("127.0.0.1:8080", self.hub.web),
            ("127.0.0.1:8790", self.hub.live),
        ):
            assert old in text, old
            text = text.replace(old, new)
        # So that a test may come from any address, which the wire cannot give it.
        text = text.replace("http {", f"http {{ set_real_ip_from 127.0.0.1; real_ip_header {FROM};")
        # As root it would serve as nobody, who may not enter a test's folder.
        return text.replace("worker_processes auto;", "worker_processes 1;\nuser root;")

    def command(self, *words: str) -> list[str]:
        return ["/usr/sbin/nginx", "-e", "stderr", "-c", str(self.conf), *words]

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a page under the proxy's own name."""
        return self._ask("GET", path, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> httpx.Response:
        """Send a form from a page of ours, with further headers."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._ask("POST", path, {"Origin": f"https://{NAME}"} | named, form)

    def _ask(
        self, method: str, path: str, headers: dict[str, str], form: dict[str, str] | None = None
    ) -> httpx.Response:
        url = f"https://127.0.0.1:{self.tls}{path}"
        named = {"Host": NAME} | headers
        with httpx.Client(verify=self.trust, trust_env=False, timeout=20) as client:
            sni = {"sni_hostname": NAME}
            return client.request(method, url, headers=named, data=form, extensions=sni)


def _free_ports() -> tuple[int, int]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    folder = Path(tempfile.mkdtemp(prefix="motcua-proxy-"))
    settings = folder / "hub.toml"
    settings.write_text("behind_proxy = true\n", encoding="utf-8")
    hub = HubProcess(folder / "hub", options=("--config", str(settings)))
    hub.start()
    proxy = Proxy(folder, hub)
    try:
        with _serving(proxy):
            yield proxy
    finally:
        hub.stop()
        shutil.rmtree(folder)


@contextlib.contextmanager
def _serving(proxy: Proxy) -> Iterator[None]:
    with (proxy.conf.parent / "nginx.log").open("wb") as log:
        nginx = subprocess.Popen(proxy.command("-g", "daemon off;"), stderr=log)
    try:
        _wait_for(proxy.tls)
        yield
    finally:
        nginx.terminate()
        nginx.wait(10)


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.05)
        else:
            return


def test_nginx_finds_no_fault_in_the_configuration(proxy: Proxy) -> None:
    done = subprocess.run(proxy.command("-t"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_pages_come_with_tls_and_tell_browsers_to_stay_with_it(proxy: Proxy) -> None:
    answer = proxy.get("/healthz")
    assert answer.status_code == 200
    assert answer.headers.get_list("Strict-Transport-Security") == ["max-age=31536000"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_a_form_of_our_own_page_is_taken_and_one_from_elsewhere_is_not(
    proxy: Proxy, version: str
) -> None:
    def answer(origin: str) -> str:
        here = ["--resolve", f"{NAME}:{proxy.tls}:127.0.0.1", "--cacert", str(proxy.ca), version]
        form = ["-H", f"Origin: {origin}", "-d", "name=nobody&password=no"]
        url, told = f"https://{NAME}:{proxy.tls}/sign-in", "%{http_version} %{http_code}"
        done = subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "-w", told, *here, *form, url],
            capture_output=True, text=True, check=True, timeout=30,
        )  # fmt: skip
        return done.stdout

    spoken = version.removeprefix("--http")
    assert answer("https://elsewhere.test") == f"{spoken} 403"
    assert answer(f"https://{NAME}:{proxy.tls}") == f"{spoken} 401"


def test_the_hub_knows_that_it_is_behind_tls_and_who_asks(proxy: Proxy) -> None:
    proxy.hub.add_officer("hoa", 5, "a long password")
    answer = proxy.post("/sign-in", {"name": "hoa", "password": "a long password"})
    assert answer.headers["Set-Cookie"].startswith("__Host-")
    assert "; Secure" in answer.headers["Set-Cookie"]
    # What a client says about its own address does not give it further tries.
    tries = [
        proxy.post(
            "/sign-in", {"name": "nga", "password": "wrong"}, X_Forwarded_For=f"203.0.113.{one}"
        ).status_code
        for one in range(6)
    ]
    assert tries == [401] * 5 + [429]


def test_what_comes_without_tls_is_sent_to_it(proxy: Proxy) -> None:
    answer = httpx.get(
        f"http://127.0.0.1:{proxy.plain}/t?x=1", headers={"Host": NAME}, trust_env=False
    )
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"https://{NAME}/t?x=1"


def test_the_live_socket_has_the_same_origin(proxy: Proxy) -> None:
    credential = proxy.hub.enrol("display", "wall")
    at = socket.create_connection(("127.0.0.1", proxy.tls), 5)
    with connect(f"wss://{NAME}/live", sock=at, ssl=proxy.trust, server_hostname=NAME) as live:
        hello = {"type": "hello", "version": VERSION, "role": "display", "credential": credential}
        live.send(json.dumps(hello))
        assert json.loads(live.recv(5))["type"] == "welcome"


def test_figures_and_large_forms_are_refused(proxy: Proxy) -> None:
    assert proxy.get("/metrics").status_code == 404
    assert proxy.post("/sign-in", {"name": "x" * 70_000}).status_code == 413


def test_who_sends_no_whole_request_is_sent_away(proxy: Proxy) -> None:
    with (
        socket.create_connection(("127.0.0.1", proxy.tls), 20) as raw,
        proxy.trust.wrap_socket(raw, server_hostname=NAME) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\nHost: " + NAME.encode() + b"\r\nX-Slow: ")
        began = time.monotonic()
        with contextlib.suppress(OSError):  # cut off
            assert not slow.recv(999)
        assert time.monotonic() - began < 15


def test_a_house_that_asks_on_and_on_is_told_to_come_later_and_another_is_served(
    proxy: Proxy, tmp_path: Path
) -> None:
    """With a smaller figure, and at /healthz, which is beyond the hub's own pace."""
    narrow = Proxy(tmp_path, proxy.hub)
    conf = narrow.conf.read_text(encoding="utf-8")
    assert "rate=150r/s" in conf
    assert "burst=9000" in conf
    conf = conf.replace("rate=150r/s", "rate=1r/m").replace("burst=9000", "burst=9")
    narrow.conf.write_text(conf, encoding="utf-8")

    def ask(sender: str) -> httpx.Response:
        return narrow.get("/healthz", **{FROM: sender})

    with _serving(narrow):
        codes = [ask(f"2001:db8:1:2:{number}::1").status_code for number in range(11)]
        assert codes == [200] * 10 + [429]
        refused = ask("2001:db8:1:2:ffff::9")
        assert refused.headers["Retry-After"] == "2"
        assert "Xin thử lại" in refused.text
        for other in ("2001:db8:1:3::1", "10.0.0.1", "10.0.0.2"):
            assert ask(other).status_code == 200


def test_a_hub_that_is_away_is_told_in_words(proxy: Proxy) -> None:
    proxy.hub.kill()
    try:
        answer = proxy.get("/")
        assert answer.status_code == 503
        assert "Máy chủ đang khởi động lại" in answer.text
        assert answer.headers["Strict-Transport-Security"]
    finally:
        proxy.hub.start()
    assert proxy.get("/healthz").status_code == 200


async def test_a_peer_behind_it_that_is_away_is_one_that_does_not_serve(
    proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda _name, *rest, **more: found("127.0.0.1", *rest, **more)
    )
    peer = Peer(f"https://{NAME}:{proxy.tls}", ca_file=str(proxy.ca))
    assert await peer.generation() == 1
    proxy.hub.kill()
    try:
        assert await peer.generation() == 0
    finally:
        monkeypatch.undo()
        proxy.hub.start()
        await peer.close()


def test_no_page_s_address_gets_into_a_log(proxy: Proxy) -> None:
    proxy.get("/t/secret-of-a-ticket")
    log = (proxy.conf.parent / "nginx.log").read_text(encoding="utf-8")
    assert "secret-of-a-ticket" not in log
