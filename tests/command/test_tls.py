"""The node's own certificates and the port that speaks TLS, with real handshakes."""

import datetime
import socket
import ssl
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import waitress
from cryptography import x509
from flask import Flask, request

from banding.command import secure, tls
from banding.errors import SettingsTrouble

NOW = datetime.datetime.now(datetime.UTC)
NAMES = ("localhost", "127.0.0.1", "khg-desk.local")


@pytest.fixture
def folder(tmp_path: Path) -> tls.Folder:
    """A folder with an authority and a certificate in it."""
    made = tls.Folder(tmp_path / "tls")
    tls.ready(made, "AM-KHG", NAMES, NOW)
    return made


def held(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names_in(folder: tls.Folder) -> set[str]:
    told = held(folder.server).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {*told.get_values_for_type(x509.DNSName), *map(str, told.get_values_for_type(x509.IPAddress))}


# -- the certificates --------------------------------------------------------------------------------------


def test_the_certificate_names_every_name_and_address_of_the_machine(folder: tls.Folder):
    assert names_in(folder) == set(NAMES)


@pytest.mark.skipif("os.name == 'nt'")
def test_keys_are_for_the_nodes_own_user_alone(folder: tls.Folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.path.iterdir()} == {0o600}


def test_a_certificate_that_still_serves_is_left_alone(folder: tls.Folder):
    before = folder.server.read_bytes()
    assert not tls.ready(folder, "AM-KHG", NAMES, NOW + datetime.timedelta(days=300))
    assert folder.server.read_bytes() == before


@pytest.mark.parametrize("days", [361, 391, 2000])
def test_a_certificate_is_renewed_before_it_ends_and_devices_need_not_trust_anew(folder: tls.Folder, days: int):
    authority, before = folder.authority.read_bytes(), folder.server.read_bytes()
    assert tls.ready(folder, "AM-KHG", NAMES, NOW + datetime.timedelta(days=days))
    assert folder.server.read_bytes() != before
    assert folder.authority.read_bytes() == authority
    assert held(folder.server).not_valid_after_utc > NOW + datetime.timedelta(days=days + 100)


def test_a_new_address_of_the_machine_comes_into_the_certificate(folder: tls.Folder):
    assert tls.ready(folder, "AM-KHG", [*NAMES, "192.168.7.20"], NOW)
    assert "192.168.7.20" in names_in(folder)


def test_an_address_that_went_away_needs_no_new_certificate(folder: tls.Folder):
    assert not tls.ready(folder, "AM-KHG", NAMES[:2], NOW)


def test_the_authority_speaks_for_local_names_only(folder: tls.Folder):
    ca = held(folder.authority)
    said = {name: tls.permits(ca, name) for name in ("192.168.1.9", "fe80::1", "x.local", "bank.example", "8.8.8.8")}
    assert said == {"192.168.1.9": True, "fe80::1": True, "x.local": True, "bank.example": False, "8.8.8.8": False}
    tls.ready(folder, "AM-KHG", [*NAMES, "bank.example", "8.8.8.8"], NOW)
    assert not names_in(folder) & {"bank.example", "8.8.8.8"}


def test_a_stolen_authority_convinces_nobody_for_another_place(folder: tls.Folder, monkeypatch):
    monkeypatch.setattr(tls, "permits", lambda _ca, _name: True)
    tls.ready(folder, "AM-KHG", ["bank.example"], NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake(folder, "bank.example")


@pytest.mark.parametrize("name", ["localhost", "khg-desk.local"])
def test_a_device_that_trusts_the_authority_trusts_the_machine(folder: tls.Folder, name: str):
    assert shake(folder, name)


def shake(folder: tls.Folder, name: str) -> str | None:
    """A handshake in memory: which TLS the two agree on."""
    trusting = ssl.create_default_context(cafile=str(folder.authority))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    server = tls.context(folder).wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.version()


def test_a_damaged_certificate_is_said_in_words(folder: tls.Folder):
    folder.authority.write_text("no certificate")
    with pytest.raises(SettingsTrouble, match="cannot be read or made"):
        tls.ready(folder, "AM-KHG", NAMES, NOW)


def test_a_certificate_of_another_authority_is_replaced(folder: tls.Folder, tmp_path: Path):
    other = tls.Folder(tmp_path / "other")
    tls.ready(other, "AM-KHG", NAMES, NOW)
    folder.server.write_bytes(other.server.read_bytes())
    assert tls.ready(folder, "AM-KHG", NAMES, NOW)
    assert shake(folder, "localhost")


def test_this_machine_has_a_name_and_an_address():
    assert {"localhost", "127.0.0.1"} <= set(secure.names())


# -- the port ----------------------------------------------------------------------------------------------


def small() -> Flask:
    app = Flask("small")

    @app.get("/")
    def said() -> dict[str, Any]:
        return {"scheme": request.scheme, "from": request.remote_addr, "host": request.host}

    @app.post("/size")
    def size() -> dict[str, int]:
        return {"size": len(request.get_data())}

    return app


@pytest.fixture
def served(folder: tls.Folder) -> Iterator[tuple[str, secure.Front, Any]]:
    """An app behind waitress on a plain port, and TLS in front of it."""
    server: Any = waitress.create_server(small(), host="127.0.0.1", port=0, threads=4)
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    front = secure.Front(server, folder, "AM-KHG")
    port = front.start("127.0.0.1", 0)
    yield f"https://127.0.0.1:{port}", front, server
    front.stop()
    while any(channel.connected for channel in list(server.active_channels.values())):
        threading.Event().wait(0.02)
    server.task_dispatcher.shutdown()
    server.close()
    worker.join(5)


@pytest.fixture
def device(folder: tls.Folder) -> Iterator[requests.Session]:
    """Somebody who trusts the authority."""
    with requests.Session() as session:
        session.verify = str(folder.authority)
        session.trust_env = False
        yield session


def test_a_request_over_tls_reaches_the_app_with_its_scheme_and_its_sender(served, device: requests.Session):
    url, _front, _server = served
    told = device.get(f"{url}/", timeout=20).json()
    assert told == {"scheme": "https", "from": "127.0.0.1", "host": url.removeprefix("https://")}


def test_the_plain_port_still_says_that_it_is_plain(served, device: requests.Session):
    _url, _front, server = served
    assert device.get(f"http://127.0.0.1:{server.effective_port}/", timeout=20).json()["scheme"] == "http"


def test_one_line_carries_many_requests_and_a_large_one(served, device: requests.Session):
    url, _front, _server = served
    sizes = [device.post(f"{url}/size", data=b"x" * size, timeout=30).json()["size"] for size in (0, 1, 5_000_000)]
    assert sizes == [0, 1, 5_000_000]


def test_who_does_not_trust_the_authority_gets_no_line(served):
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{served[0]}/", timeout=20)


def test_who_speaks_no_tls_or_goes_in_the_middle_hinders_nobody(served, device: requests.Session):
    url, _front, _server = served
    host, port = "127.0.0.1", int(url.rsplit(":", 1)[1])
    with socket.create_connection((host, port), timeout=10) as silent, socket.create_connection((host, port)) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert device.get(f"{url}/", timeout=20).ok
        silent.sendall(b"\x16\x03\x01")
    assert device.get(f"{url}/", timeout=20).ok


def test_a_port_that_is_taken_is_said_in_words(served, folder: tls.Folder):
    url, _front, server = served
    with pytest.raises(SettingsTrouble, match="Nobody can listen"):
        secure.Front(server, folder, "AM-KHG").start("127.0.0.1", int(url.rsplit(":", 1)[1]))


def test_the_greeting_names_an_address_the_page_of_trust_and_the_fingerprint(folder: tls.Folder):
    told: list[str] = []
    secure.greeting(folder, 8443, told.append)
    assert "https://" in told[0]
    assert "/trust" in told[1]
    assert tls.fingerprint(folder) in told[2]
