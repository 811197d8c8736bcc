"""The node's own key: made once, kept in a file that only the node may read, and never sent."""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from banding.errors import StoreTrouble
from exchange.log import seals

FILE = "node.key"


@dataclass(frozen=True)
class NodeKey:
    """A private key with its public half (32 raw bytes) and fingerprint."""

    private: Ed25519PrivateKey
    public: bytes
    fingerprint: str


def load_or_make(folder: Path) -> NodeKey:
    """The node's key, made at the first call. Raises StoreTrouble when it cannot be read or written."""
    path = folder / FILE
    try:
        private = _load(path) if path.exists() else _make(path)
    except (OSError, ValueError, TypeError) as error:
        raise StoreTrouble(
            "The node's key cannot be used", where=str(path), why=str(error),
            mend="Put the key back from your backup; a new key must be made known to every peer",
        ) from error  # fmt: skip
    public = private.public_key().public_bytes_raw()
    return NodeKey(private, public, seals.fingerprint(public))


def _load(path: Path) -> Ed25519PrivateKey:
    found = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError("it is not an Ed25519 key")
    return found


def _make(path: Path) -> Ed25519PrivateKey:
    private = Ed25519PrivateKey.generate()
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and moved into place, so that a power cut never leaves half a key.
    part = path.with_suffix(".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return private
