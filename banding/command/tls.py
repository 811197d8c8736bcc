"""The certificates of `banding serve --tls`: a small authority of the node's own, and what it signs for itself."""

import datetime
import ipaddress
import os
import ssl
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from banding.errors import SettingsTrouble

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip
ENDINGS = ("localhost", "local", "lan", "home.arpa")
CA_DAYS, DAYS = 3650, 390
RENEW = datetime.timedelta(days=30)
# A clock at a field station may be behind; what is signed today must be good there too.
BEFORE = datetime.timedelta(days=2)


@dataclass(frozen=True)
class Folder:
    """Where the certificates lie; keys with rights for the node's user alone."""

    path: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, which devices trust."""
        return self.path / "ca.crt"

    @property
    def authority_key(self) -> Path:
        """Its key."""
        return self.path / "ca.key"

    @property
    def server(self) -> Path:
        """Key and certificate of this machine in one file, so that they can only be changed together."""
        return self.path / "server.pem"


def ready(folder: Folder, node: str, names: Iterable[str], now: datetime.datetime) -> bool:
    """Make what is missing, has ended soon, or does not name this machine; says whether anything was made.

    `names` are host names and addresses of this machine, `now` has a zone. Raises SettingsTrouble.
    """
    try:
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = sorted(dict.fromkeys(names))
        if not folder.authority.exists() or not folder.authority_key.exists():
            _make_authority(folder, node, told, now)
        ca = x509.load_pem_x509_certificate(folder.authority.read_bytes())
        wanted = [name for name in told if permits(ca, name)]
        if _is_good(folder, ca, wanted, now):
            return False
        _sign(folder, ca, wanted, now)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsTrouble(
            "The certificate of this node cannot be read or made", where=str(folder.path), why=str(error),
            mend="Move the folder away; new ones are made, and every device must trust the new one",
        ) from error  # fmt: skip
    return True


def context(folder: Folder) -> ssl.SSLContext:
    """What a server needs to speak TLS with this machine's certificate."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(folder.server)
    return made


def fingerprint(folder: Folder) -> str:
    """The SHA-256 of the authority, in pairs of hexadecimal figures, to be compared by eye."""
    return x509.load_pem_x509_certificate(folder.authority.read_bytes()).fingerprint(hashes.SHA256()).hex(":").upper()


def permits(ca: x509.Certificate, name: str) -> bool:
    """Whether the authority may speak for a host name or an address."""
    constraints = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    address = _address(name)
    allowed = [one.value for one in constraints]
    if address is not None:
        return any(address in one for one in allowed if not isinstance(one, str))
    return any(name == one or name.endswith(f".{one}") for one in allowed if isinstance(one, str))


# -- making ------------------------------------------------------------------------------------------------


def _make_authority(folder: Folder, node: str, names: Sequence[str], now: datetime.datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Banding node {node}")])
    hosts = dict.fromkeys([*ENDINGS, *(name for name in names if _address(name) is None)])
    public = [one for name in names if (one := _address(name)) and not any(one in net for net in _networks())]
    # A device that trusts this authority trusts it for these names and networks only: a stolen key opens no bank.
    permitted: list[x509.GeneralName] = [x509.DNSName(host) for host in hosts]
    permitted += [x509.IPAddress(net) for net in (*_networks(), *map(ipaddress.ip_network, public))]
    made = (
        _begun(name, name, key.public_key(), now, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_privately(folder.authority_key, _private(key))
    write_privately(folder.authority, made.public_bytes(Encoding.PEM))


def _sign(folder: Folder, ca: x509.Certificate, names: Sequence[str], now: datetime.datetime) -> None:
    authority = load_pem_private_key(folder.authority_key.read_bytes(), None)
    if not isinstance(authority, ec.EllipticCurvePrivateKey):
        raise ValueError("the authority's key is of another kind")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    alternatives = [x509.IPAddress(one) if (one := _address(name)) else x509.DNSName(name) for name in names]
    made = (
        _begun(subject, ca.subject, key.public_key(), now, DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )
    write_privately(folder.server, _private(key) + made.public_bytes(Encoding.PEM))


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime.datetime, days: int
) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    return begun.not_valid_before(now - BEFORE).not_valid_after(now + datetime.timedelta(days=days))


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def write_privately(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


# -- looking -----------------------------------------------------------------------------------------------


def _is_good(folder: Folder, ca: x509.Certificate, wanted: Sequence[str], now: datetime.datetime) -> bool:
    """Whether the machine's certificate is of this authority, names the machine and lasts a while yet."""
    if not folder.server.exists():
        return False
    held = x509.load_pem_x509_certificate(folder.server.read_bytes())
    named = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = {*named.get_values_for_type(x509.DNSName), *map(str, named.get_values_for_type(x509.IPAddress))}
    lasts = held.not_valid_before_utc <= now < held.not_valid_after_utc - RENEW
    try:
        held.verify_directly_issued_by(ca)
    except Exception:
        return False
    return lasts and told >= set(wanted)


def _networks() -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(text) for text in NETWORKS]


def _address(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None
