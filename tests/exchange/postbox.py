"""A real mail server and a real web server on real ports, that take, refuse, encrypt and end as a test asks."""

import dataclasses
import datetime
import email
import email.policy
import ipaddress
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from banding.telling import Alarms
from tests.together.kit import Town

USER, PASSWORD = "node", "right one"


@dataclass
class Box:
    """What has come to a mail server; `refuses` are addresses it does not know, `answer` what it says to a message."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    answer: str = "250 taken"
    word: str = "550 nobody of that name"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        """One address."""
        if address in self.refuses:
            return self.word
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """One message."""
        if self.answer.startswith("250"):
            found = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(found, EmailMessage)
            self.mails.append(found)
            self.to.append(list(envelope.rcpt_tos))
        return self.answer


@contextmanager
def mail_server(box: Box, tls: ssl.SSLContext | None = None, *, at_once: bool = False) -> Iterator[Box]:
    """Serve a box; with `tls` it offers STARTTLS and asks for a password, `at_once` is TLS from the first byte."""
    more: dict[str, Any] = {}
    if tls is not None and not at_once:
        more = {"tls_context": tls, "auth_required": True, "authenticator": _known}
    server = Controller(
        box, hostname="127.0.0.1", port=box.port, ready_timeout=20, ssl_context=tls if at_once else None, **more
    )
    server.start()
    try:
        yield box
    finally:
        server.stop()


def _known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@dataclass
class Hooked:
    """What was posted to a web server; it answers with the codes in `answers`, one after the other, then 204."""

    url: str = ""
    said: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@contextmanager
def web_server() -> Iterator[Hooked]:
    """Serve on a port of its own."""
    hooked = Hooked()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code = hooked.answers.pop(0) if hooked.answers else 204
            if code < 300:
                hooked.said.append(body)
            self.send_response(code)
            if code in {301, 302, 307}:
                self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nothing is said."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    hooked.url = f"http://127.0.0.1:{server.server_address[1]}/hook/secret-of-the-hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hooked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody trusts yet: its file, and what a server needs of it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    day, now = datetime.timedelta(days=1), datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    root = x509.BasicConstraints(ca=True, path_length=0)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(names, critical=False).add_extension(root, critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path, private = folder / "mail.pem", folder / "mail.key"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, private)
    return path, context


def patiently(true: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something has come true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def with_mail(town: Town, box: Box) -> Town:
    """The node with this box as its mail server."""
    told = Alarms(host="127.0.0.1", port=box.port, security="none", sender="node@example.org")
    station = dataclasses.replace(town.station, settings=dataclasses.replace(town.station.settings, alarms=told))
    town.node = dataclasses.replace(town.node, station=station)
    return town
