"""Proxies and certificates: the errors blame the right one and name its variable."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from c2a.data import DataError
from c2a.data.download import Patience, fetch
from c2a.data.proxy import proxy_for

AWAY = "https://data.example/file"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, so that nobody else gets it, and listens to nobody."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        yield silent.getsockname()[1]


@pytest.fixture
def failure(make_set, tmp_path):
    """The message of a download from `url` that must fail."""
    # These servers answer at once, on a busy machine after a while.
    patience = Patience(stall_seconds=300, attempts=3, backoff_seconds=0.01)

    def get(url: str) -> str:
        data_set = make_set(urls=(url,))
        with pytest.raises(DataError) as caught:
            fetch(data_set, data_set.files[0], tmp_path / "cache", patience)
        return str(caught.value)

    return get


class RefusingProxy(BaseHTTPRequestHandler):
    def do_CONNECT(self) -> None:
        self.send_error(407)

    do_GET = do_CONNECT

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def refusing_proxy():
    server = ThreadingHTTPServer(("127.0.0.1", 0), RefusingProxy)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY"])
def test_dead_proxy(failure, closed_port, monkeypatch, variable):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{closed_port}")
    message = failure(AWAY)
    proxy = f"the proxy http://127.0.0.1:{closed_port} (from {variable})"
    assert f"data.example was not reached: {proxy} refused the connection" in message
    assert f"correct {variable} or unset it" in message
    assert "offline" not in message


def test_mistyped_proxy(failure, monkeypatch):
    def nowhere(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    monkeypatch.setenv("https_proxy", "http://porxy.example:3128")
    message = failure(AWAY)
    assert "http://porxy.example:3128 (from https_proxy) cannot be found" in message
    assert "offline" not in message


@pytest.mark.parametrize(
    "address", ["htp://127.0.0.1:1", "127.0.0.1:80a", "socks5://x:1"]
)
def test_proxy_that_is_no_address(failure, monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [])
    monkeypatch.setenv("https_proxy", address)
    message = failure(AWAY)
    assert f"the proxy {address} (from https_proxy)" in message
    assert "correct https_proxy or unset it" in message


@pytest.mark.parametrize("url", [AWAY, "http://data.example/file"])
def test_proxy_that_wants_a_password(failure, refusing_proxy, monkeypatch, url):
    variable = f"{url.partition(':')[0]}_proxy"
    monkeypatch.setenv(variable, f"http://ada:secret@{refusing_proxy}")
    message = failure(url)
    assert f"the proxy {refusing_proxy} (from {variable}) did not let" in message
    assert "407" in message
    assert "secret" not in message


def test_hosts_of_no_proxy_are_asked_directly(failure, closed_port, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    message = failure(f"http://127.0.0.1:{closed_port}/file")
    assert "127.0.0.1 refused the connection" in message
    assert "the proxy" not in message


def test_proxy_of_the_system(monkeypatch):
    monkeypatch.setattr(
        "urllib.request.getproxies", lambda: {"https": "http://10.0.0.1:80"}
    )
    proxy = proxy_for(AWAY)
    assert str(proxy) == "the proxy http://10.0.0.1:80 (from the system settings)"
    assert proxy.remedy == "correct the proxy in the settings of the system"
    assert proxy_for("http://data.example/file") is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody vouches for, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    make = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=university"
    where = "-addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem"
    command = [*make.split(), *where.split()]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure_server(server, certificate):
    """The local server, speaking TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    return server, server.url.replace("http:", "https:")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_named_certificates_are_trusted(
    secure_server, certificate, make_set, tmp_path, patience, monkeypatch, variable
):
    server, url = secure_server
    monkeypatch.setenv(variable, str(certificate[0]))
    data_set = make_set(urls=(url,))
    path = fetch(data_set, data_set.files[0], tmp_path / "cache", patience)
    assert path.read_bytes() == server.content


def test_unknown_certificate_says_how_to_name_it(secure_server, failure):
    message = failure(secure_server[1])
    assert "127.0.0.1 could not prove who it is (certificate not accepted" in message
    assert "name them in SSL_CERT_FILE" in message


def test_certificates_that_do_not_help_are_named(secure_server, failure, monkeypatch):
    import certifi

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    message = failure(secure_server[1])
    assert f"nor by {certifi.where()} (from REQUESTS_CA_BUNDLE)" in message


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_unreadable_certificates_are_named(failure, monkeypatch, tmp_path, content):
    path = tmp_path / "university.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    message = failure(AWAY)
    assert (
        f"the certificates {path} (from REQUESTS_CA_BUNDLE) cannot be read" in message
    )
    assert "correct REQUESTS_CA_BUNDLE or unset it" in message
