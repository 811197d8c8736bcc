"""Passwords, one-time links and keys: made here, kept only as digests."""

import hashlib
import secrets
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000


def new_secret() -> str:
    """A secret of 256 bits, as it can stand in an address."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a secret of ours; they are long and random, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_right(hasher: PasswordHasher, kept: str, password: str) -> bool:
    """Whether this is the password whose hash was kept."""
    try:
        return hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def session_key(folder: Path) -> bytes:
    """The secret that signs the cookies: made once, readable by the node alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "session.key"
    if not path.exists():
        _write_once(path, secrets.token_bytes(32))
    return path.read_bytes()


def _write_once(path: Path, content: bytes) -> None:
    # Written beside and linked into place, so that a second process starting now never reads half a key.
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    beside.touch(mode=0o600)
    beside.write_bytes(content)
    try:
        if not path.exists():
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
