"""The epoch of a store: made anew whenever the store turns out to be a restored or copied one.

Numbers of a log must never be given twice. The store alone cannot know that it was set back, so the epoch and
the highest number issued also stand in a file beside the key.
"""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from banding.store import Store
from exchange.log.ledger import Ledger

NOTE = "exchange.epoch"
FILE = "issued.json"


@dataclass(frozen=True)
class Epoch:
    """The epoch now in force, and why it was begun anew, if it was."""

    name: str
    renewed: str = ""


def settle(store: Store, ledger: Ledger, folder: Path, node: str) -> Epoch:
    """The epoch to write under: the one before, or a new one when the store does not fit the file beside it."""
    with store.transaction():
        current = store.notes.get(NOTE)
        issued = _issued(ledger, node, current)
        why = _mismatch(current, issued, _read(folder / FILE))
        if not current or why:
            return Epoch(begin(store, folder), why)
        remember(folder, current, issued)
    return Epoch(current)


def begin(store: Store, folder: Path) -> str:
    """Begin a new epoch; belongs inside a transaction. Every process of the node writes under it from now on."""
    name = secrets.token_hex(8)
    store.notes.set(NOTE, name)
    remember(folder, name, 0)
    return name


def remember(folder: Path, epoch: str, number: int) -> None:
    """Write the side file after a number has been committed; moved into place so that it is never half.

    Belongs inside a transaction of the store, so that of two processes that publish the slower one does not
    put a lower number in the place of a higher one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / (FILE + ".part")
    with part.open("w", encoding="utf-8") as file:
        json.dump({"epoch": epoch, "number": number}, file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(folder / FILE)


def _issued(ledger: Ledger, node: str, epoch: str) -> int:
    state = ledger.log(f"{node}.{epoch}") if epoch else None
    return state.head_number if state else 0


def _mismatch(epoch: str, issued: int, side: dict[str, object] | None) -> str:
    if not epoch:
        return ""
    if side is None:
        return "the file beside the key is missing: the store was copied or restored"
    if side.get("epoch") != epoch:
        return "the store is of another epoch than the file beside the key"
    number = side.get("number")
    if not isinstance(number, int) or number > issued:
        return f"the store holds {issued} entries of ours, but {number} were issued: it was set back"
    return ""


def _read(path: Path) -> dict[str, object] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        # An unreadable file proves nothing; a new epoch costs little, a number given twice costs a bird.
        return {}
