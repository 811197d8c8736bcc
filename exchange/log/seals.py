"""Digests and signatures: what lets a group be withheld and still be proven. Pure; no clock, no store.

Every digest is SHA-256 over a one-byte prefix and the parts, so that none can be taken for another.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

# The order of the groups fixes their place in the key tree; it can only grow at the end, up to eight.
ORDER = ("core", "area", "measurements", "place", "remarks", "people")
DEPTH = 3
PATHS = {group: format(index, f"0{DEPTH}b") for index, group in enumerate(ORDER)}
SALT_BYTES = 16
DIGEST_BYTES = 32
CONTEXT = b"band-exchange batch v1\n"
NO_PREVIOUS = bytes(DIGEST_BYTES)

_LEAF, _NODE, _COMMITMENT, _KEY = b"\x00", b"\x01", b"\x02", b"\x03"


_SHA256 = hashlib.sha256


def _sha(*parts: bytes) -> bytes:
    return _SHA256(b"".join(parts)).digest()


def child(key: bytes, bit: str) -> bytes:
    """The 16-byte key of a child in the key tree; `bit` is "0" or "1"."""
    return _sha(_KEY, key, bit.encode())[:SALT_BYTES]


def salt(keys: Mapping[str, bytes], group: str) -> bytes | None:
    """The salt of a group, derived from whichever of the keys stands above it; None when none does."""
    path = PATHS[group]
    for length in range(DEPTH + 1):
        key = keys.get(path[:length])
        if key is not None:
            for bit in path[length:]:
                key = child(key, bit)
            return key
    return None


def commitments(keys: Mapping[str, bytes], shown: Mapping[str, str], withheld: Mapping[str, bytes]) -> list[bytes]:
    """What stands for the groups of an entry in its leaf, in their fixed order; each step down the tree taken once.

    Raises KeyError for a group that is shown and whose salt is out of reach.
    """
    steps, places = _way(tuple(keys), tuple(shown), tuple(withheld))
    known = list(keys.values())
    for above, bit in steps:
        known.append(_SHA256(_KEY + known[above] + bit).digest()[:SALT_BYTES])
    return [
        _SHA256(_COMMITMENT + known[at] + shown[group].encode()).digest() if at is not None else withheld[group]
        for group, at in places
    ]


@lru_cache(1024)
def _way(
    keys: tuple[str, ...], shown: tuple[str, ...], withheld: tuple[str, ...]
) -> tuple[tuple[tuple[int, bytes], ...], tuple[tuple[str, int | None], ...]]:
    """The steps down the tree from these keys to the groups shown, and where the salt of each group then lies.

    A step is the place of the key above and the bit; each adds a key behind those there are. Remembered, because the
    same few shapes come a thousand times in every batch.
    """
    known, steps = {path: at for at, path in enumerate(keys)}, []
    for group in shown:
        path = PATHS[group]
        length = next((length for length in range(DEPTH, -1, -1) if path[:length] in known), None)
        if length is None:
            raise KeyError(group)
        for end in range(length, DEPTH):
            steps.append((known[path[:end]], path[end].encode()))
            known[path[: end + 1]] = len(known)
    places = [(group, known[PATHS[group]] if group in shown else None) for group in ORDER if group in shown + withheld]
    return tuple(steps), tuple(places)


def cover(keys: Mapping[str, bytes], withheld: Iterable[str]) -> dict[str, bytes]:
    """The fewest keys from which every salt follows but those of the withheld groups.

    `keys` maps a path in the tree ("" is the root) to its key. Usually one key of 16 bytes is enough.
    """
    closed = {PATHS[group] for group in withheld}
    if closed:
        # Leaves that no group uses yet need no key, and leaving them out makes the cover smaller.
        closed |= {format(index, f"0{DEPTH}b") for index in range(len(ORDER), 2**DEPTH)}
    found: dict[str, bytes] = {}
    for path, key in keys.items():
        _open(path, key, closed, found)
    return found


def _open(path: str, key: bytes, closed: set[str], found: dict[str, bytes]) -> None:
    if not any(leaf.startswith(path) for leaf in closed):
        found[path] = key
    elif len(path) < DEPTH:
        for bit in "01":
            _open(path + bit, child(key, bit), closed, found)


def commitment(group_salt: bytes, text: bytes) -> bytes:
    """What stands for a group in the leaf, whether the group is shown or withheld."""
    return _SHA256(_COMMITMENT + group_salt + text).digest()


def leaf(head: bytes, commitments: Sequence[bytes]) -> bytes:
    """The digest of an entry: its head and the commitments of its groups in their fixed order."""
    return _SHA256(b"".join((_LEAF, _SHA256(head).digest(), *commitments))).digest()


def parent(left: bytes, right: bytes) -> bytes:
    """The node of the tree above two others."""
    return _sha(_NODE, left, right)


def root(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root over the leaves of a batch, with the tree's shape of RFC 6962. Raises ValueError on none."""
    if not leaves:
        raise ValueError("a batch has at least one entry")
    level = list(leaves)
    while len(level) > 1:
        pairs = [_sha(_NODE, left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def header_hash(header: bytes) -> bytes:
    """By which the next header of the same log names this one."""
    return hashlib.sha256(header).digest()


def fingerprint(public_key: bytes) -> str:
    """The name of a public key: SHA-256 of its 32 raw bytes, in hex."""
    return hashlib.sha256(public_key).hexdigest()


def sign(private_key: Ed25519PrivateKey, header: bytes, context: bytes = CONTEXT) -> bytes:
    """Ed25519 over the exact bytes of a batch header, or of something else under a context of its own; 64 bytes."""
    return private_key.sign(context + header)


def is_signed(public_key: bytes, signature: bytes, header: bytes, context: bytes = CONTEXT) -> bool:
    """Whether the signature over the header was made by the holder of this key (32 raw bytes)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, context + header)
    except (InvalidSignature, ValueError):
        return False
    return True
