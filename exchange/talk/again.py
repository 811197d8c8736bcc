"""Judges once more what waits here: when the schema or the tables have changed, or when a person asks for it."""

import hashlib
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import schemas
from exchange.agreements import opening
from exchange.log import caution, wire
from exchange.log.waits import Here
from exchange.node import ExchangeNode
from exchange.talk import letting_in, plan
from exchange.talk.letting_in import LetIn
from exchange.talk.receipts import Tray

NOTE = "exchange.judged"
AT_ONCE = 1000
MAJOR = schemas.VERSION.partition(".")[0]


class Judged(NamedTuple):
    """How many entries found their place, and how many wait on."""

    kept: int
    waiting: int


def look(node: ExchangeNode) -> None:
    """Judge again what waits, and how careful we are of each species, once after form or tables have changed."""
    form = f"{_form()} {node.store.extensions.mark()}"
    if node.store.notes.get(NOTE) == form:
        return
    judge_again(node)
    caution.learnt(node.store, node.sensitivity)
    # Noted afterwards: when it is cut off it begins anew, and what has found its place waits no more.
    node.store.notes.set(NOTE, form)


def judge_again(node: ExchangeNode) -> Judged:
    """Let everything that waits in once more, in the order of the logs, a thousand entries to a transaction."""
    kept, last = 0, (0, 0)
    while waiting := node.waits.here(last, AT_ONCE):
        with node.store.transaction():
            # Read anew: another process may have done the same meanwhile.
            waiting = node.waits.here(last, AT_ONCE)
            kept += _judge(node, waiting)
        if not waiting:
            break
        last = waiting[-1].log_id, waiting[-1].number
    return Judged(kept, node.waits.count_here())


def _judge(node: ExchangeNode, waiting: Sequence[Here]) -> int:
    tray, found = Tray(node), list[int]()
    kept = 0
    for text, run in groupby(waiting, key=lambda one: one.header):
        header, each = wire.header(text), list(run)
        reads = [plan.read(one.entry, one.leaf, header, MAJOR) for one in each]
        for one, let_in in zip(each, letting_in.let_in(node, reads, header), strict=True):
            kept += _settle(node, tray, one, let_in)
            found += [let_in.row.version_id] if let_in.row.version_id is not None else []
    opening.open_birds(node, found)
    tray.write()
    return kept


def _settle(node: ExchangeNode, tray: Tray, one: Here, let_in: LetIn) -> bool:
    state = node.ledger.log(one.log)
    assert state is not None
    if let_in.letter is not None:
        # First out of the way: a letter and what waits cannot stand for one entry.
        tray.kept(state, one.number)
        letting_in.deliver(node, let_in, state.id)
        return True
    if let_in.row.version_id is None:
        tray.aside(state, one.number, one.entry.groups, let_in.reasons)
        return False
    if one.version_id is None:
        node.ledger.fill(state, one.entry, let_in.row.version_id)
    tray.kept(state, one.number)
    return True


@cache
def _form() -> str:
    """The digest of what entries are judged by: the version, the code tables and the published schemas."""
    folder, digest = Path(schemas.__file__).parent, hashlib.sha256(schemas.VERSION.encode())
    for path in sorted([*folder.glob("codes/*.csv"), *folder.glob("published/**/*.json")]):
        digest.update(f"\n{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
