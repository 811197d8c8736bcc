"""The node's own key: made once, kept in a file that only the node may read, and never sent; and how it is replaced.

A new key waits beside the old one until the store has the statement about it, and is moved into its place then. So
whatever moment a power cut chooses, the files and the store can be made to agree at the next start.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from banding.errors import StoreTrouble
from exchange.log import links, seals
from exchange.log.keyring import Keyring
from exchange.log.links import Link

FILE, NEXT, RETIRED, CHAIN = "node.key", "node.key.next", "retired", "chain.json"
ENOUGH_RETIRED = 5
"""As many earlier keys are tried at a peer that has not heard of the change."""


@dataclass(frozen=True)
class NodeKey:
    """A private key with its public half (32 raw bytes) and fingerprint, and the keys before it, the last one first."""

    private: Ed25519PrivateKey
    public: bytes
    fingerprint: str
    retired: tuple["NodeKey", ...] = ()


class OwnKey:
    """The key that this node signs with; called, it is read anew where another process has changed it.

    Raises StoreTrouble when the key that the store knows is not there.
    """

    def __init__(self, folder: Path, keyring: Keyring, node: str) -> None:
        self.folder, self.keyring, self.node = folder, keyring, node
        self._key = self._settled()

    def __call__(self) -> NodeKey:
        """The key now in force."""
        if self._key.fingerprint != self.keyring.newest(self.node):
            self._key = self._settled()
        return self._key

    def _settled(self) -> NodeKey:
        # One process at a time moves files; whoever changes the key holds the store as well.
        with self.keyring.store.transaction():
            self._catch_up()
            key = settle(self.folder, self.keyring.newest(self.node))
            if not self.keyring.chain(self.node):
                self.keyring.pin(self.node, key.public)
            told = self.keyring.links(self.node)
            remember(self.folder, told)
            retired = [
                _retired(self.folder, seals.fingerprint(link.before)) for link in reversed(told[-ENOUGH_RETIRED:])
            ]
        return NodeKey(key.private, key.public, key.fingerprint, tuple(one for one in retired if one))

    def _catch_up(self) -> None:
        """A store that was restored from before a change learns of it from the file beside the key."""
        found = _peek(self.folder / FILE)
        if found is not None and self.keyring.newest(self.node) not in (None, found.fingerprint):
            self.keyring.follow(self.node, found.fingerprint, remembered(self.folder), vouched=True)


def load_or_make(folder: Path) -> NodeKey:
    """The node's key, made at the first call. Raises StoreTrouble when it cannot be read or written."""
    path = folder / FILE
    try:
        return _load(path) if path.exists() else _make(path)
    except (OSError, ValueError, TypeError) as error:
        raise StoreTrouble(
            "The node's key cannot be used", where=str(path), why=str(error),
            mend="Put the key back from your backup; without one, `banding key new` makes a new one",
        ) from error  # fmt: skip


def is_here(folder: Path, fingerprint: str) -> bool:
    """Whether the key with this fingerprint is in its place, or waits to be moved there."""
    found = _peek(folder / FILE), _peek(folder / NEXT)
    return any(key is not None and key.fingerprint == fingerprint for key in found)


def make_next(folder: Path) -> NodeKey:
    """A new key that waits beside the old one; belongs inside a transaction of the store. Raises StoreTrouble."""
    try:
        return _make(folder / NEXT)
    except OSError as error:
        raise StoreTrouble("The new key cannot be written", where=str(folder), why=str(error)) from error


def settle(folder: Path, known: str | None) -> NodeKey:
    """The key with the fingerprint that the store knows, or a first one; finishes or undoes a change half made.

    Belongs inside a transaction of the store. Raises StoreTrouble when no such key is here.
    """
    path, waiting = folder / FILE, folder / NEXT
    new = _peek(waiting)
    if known is not None and new is not None and new.fingerprint == known:
        _retire(folder)
        waiting.replace(path)
        return new
    waiting.unlink(missing_ok=True)
    if known is not None and not path.exists():
        raise StoreTrouble("The node's key is missing", where=str(path), mend=_MEND)
    key = load_or_make(folder)
    if known not in (None, key.fingerprint):
        raise StoreTrouble(
            "The node's key is not the one that its store knows", where=str(path),
            why="Peers would refuse everything signed with another key", mend=_MEND,
        )  # fmt: skip
    return key


_MEND = (
    "Put the key back from your backup, beside the store that it belongs to; if it is lost, `banding key new` makes"
    " a new one that your peers must compare over the telephone"
)


def remember(folder: Path, told: Sequence[Link]) -> None:
    """Keep the statements about our keys beside the key, for a store that is restored from before them."""
    if told and remembered(folder) != list(told):
        part = folder / (CHAIN + ".part")
        part.write_text(json.dumps(links.as_json(told), indent=1), encoding="utf-8")
        part.replace(folder / CHAIN)


def remembered(folder: Path) -> list[Link]:
    """The statements kept beside the key; none where they cannot be read, which the store makes good."""
    try:
        return links.from_json(json.loads((folder / CHAIN).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return []


def _retire(folder: Path) -> None:
    """Keep the key that has ended, under its name, before another takes its place."""
    old = _peek(folder / FILE)
    if old is not None:
        _write(folder / RETIRED / f"{old.fingerprint}.key", _text(old.private))


def _retired(folder: Path, fingerprint: str) -> NodeKey | None:
    return _peek(folder / RETIRED / f"{fingerprint}.key")


def _peek(path: Path) -> NodeKey | None:
    """The key of a file, if there is one and it can be read."""
    try:
        return _load(path)
    except (OSError, ValueError, TypeError):
        return None


def _load(path: Path) -> NodeKey:
    found = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(found, Ed25519PrivateKey):
        raise ValueError("it is not an Ed25519 key")
    return _node_key(found)


def _make(path: Path) -> NodeKey:
    private = Ed25519PrivateKey.generate()
    _write(path, _text(private))
    return _node_key(private)


def _node_key(private: Ed25519PrivateKey) -> NodeKey:
    public = private.public_key().public_bytes_raw()
    return NodeKey(private, public, seals.fingerprint(public))


def _text(private: Ed25519PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, text: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written beside and moved into place, so that a power cut never leaves half a key.
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
