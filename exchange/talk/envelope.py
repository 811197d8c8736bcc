"""Closes a bundle for one node's eyes and opens it again: the age format, with the nodes' own Ed25519 keys."""

from typing import Any

import pyrage
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyrage import ssh

from banding.errors import Refused
from exchange.log.keys import NodeKey

MAGIC = b"age-encryption.org/v1\n"


def is_closed(raw: bytes) -> bool:
    """Whether these bytes are closed for somebody."""
    return raw.startswith(MAGIC)


def close(raw: bytes, public_key: bytes) -> bytes:
    """The bytes closed for the holder of a key (32 raw bytes)."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return bytes(pyrage.encrypt(raw, [ssh.Recipient.from_str(line.decode())]))


def open_with(raw: bytes, key: NodeKey) -> bytes:
    """The bytes that were closed for us, under this key or one that we had before. Raises Refused."""
    try:
        return bytes(pyrage.decrypt(raw, [_identity(one) for one in (key, *key.retired)]))
    except (pyrage.DecryptError, ValueError) as error:
        raise Refused(
            "The bundle cannot be opened with this node's key",
            mend="It was closed for another node, or it is damaged: ask for it again",
        ) from error  # fmt: skip


def _identity(key: NodeKey) -> Any:
    text = key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return ssh.Identity.from_buffer(text)
