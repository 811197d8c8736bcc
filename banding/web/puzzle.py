"""A small piece of work that a browser does while a person types; a machine that sends thousands has to do thousands.

A puzzle is bound to the key of one report, so one that is solved serves for one report and no more.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple

EASIEST, HARDEST = 16, 22
"""Leading zero bits: half a second to half a minute on a telephone."""
CALM = 20
"""Reports in an hour at which nothing is made harder; each doubling beyond costs one bit more."""
LASTS = 12 * 3600
LONGEST_PROOF = 16


class Puzzle(NamedTuple):
    """A puzzle that this node has given out: the key of a report, its bits, and when, in seconds of our clock."""

    key: str
    bits: int
    given: int
    token: str

    @property
    def challenge(self) -> str:
        """What a number is to be put behind: 64 characters, one block of the hash."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def bits(recent: int) -> int:
    """How hard it is when so many reports came in the last hour."""
    return min(HARDEST, EASIEST + (recent // CALM).bit_length())


def give(signing: bytes, hard: int, now: float) -> Puzzle:
    """A fresh puzzle with the key of a report that does not exist yet."""
    key, given = secrets.token_hex(16), int(now)
    return Puzzle(key, hard, given, _token(signing, key, hard, given))


def read(signing: bytes, token: str) -> Puzzle | None:
    """A puzzle that this node gave out, however old; None for anything else."""
    key, *rest = token.split(".")
    if len(rest) != 3 or not all(one.isascii() and one.isdecimal() and len(one) < 12 for one in rest[:2]):
        return None
    hard, given = int(rest[0]), int(rest[1])
    is_ours = hmac.compare_digest(token.encode(), _token(signing, key, hard, given).encode())
    return Puzzle(key, hard, given, token) if is_ours else None


def is_fresh(puzzle: Puzzle, now: float) -> bool:
    """Whether it can still be used; one from the future was given out under another clock."""
    return -60 <= now - puzzle.given <= LASTS


def is_solved(puzzle: Puzzle, proof: str) -> bool:
    """Whether the hash of the challenge with this number begins with enough zero bits."""
    if not (proof.isascii() and proof.isdecimal() and len(proof) <= LONGEST_PROOF):
        return False
    found = hashlib.sha256((puzzle.challenge + proof).encode()).digest()
    return int.from_bytes(found, "big") >> (256 - puzzle.bits) == 0


def solve(puzzle: Puzzle) -> str:
    """The first number that does it, as a browser looks for it."""
    number = 0
    while not is_solved(puzzle, str(number)):
        number += 1
    return str(number)


def _token(signing: bytes, key: str, hard: int, given: int) -> str:
    text = f"{key}.{hard}.{given}"
    return f"{text}.{hmac.new(signing, f'report a ring: {text}'.encode(), hashlib.sha256).hexdigest()[:32]}"
