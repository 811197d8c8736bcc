"""What a failing disk does to the file of a node, and what audits of two nodes then say, for tests of both."""

from typing import Any

import pytest

from exchange.log import blocks, publish
from exchange.log.blocks import Blocks
from exchange.talk import audit, comparing, feed
from exchange.talk.comparing import Audit
from tests.together.kit import Network, Town, banding, reach, write

COUNT = 16

KINDS = ("text", "group", "keys", "nonsense", "head", "row", "version")
"""Those that change what is held; a leaf that has rotted beside sound texts changes only what is passed on."""


def rot(town: Town, log: str, number: int, kind: str, group: str = "core") -> None:
    """Spoil one entry as it is stored at a node."""
    deeds = {
        "text": (f"update versions set {group} = {group} || ' ' where id = {_VERSION}", [log, number]),
        "group": (f"update versions set {group} = null where id = {_VERSION}", [log, number]),
        "keys": (f"update exchange_entries set keys = '' where {_ENTRY}", [log, number]),
        "nonsense": (f"update exchange_entries set keys = '{{' where {_ENTRY}", [log, number]),
        "head": (f"update exchange_entries set head = replace(head, '\"generation\":1', '\"generation\":7')"
                 f" where {_ENTRY}", [log, number]),
        "leaf": (f"update exchange_entries set leaf = zeroblob(32) where {_ENTRY}", [log, number]),
        "version": (f"delete from versions where id = {_VERSION}", [log, number]),
        "row": (f"delete from exchange_entries where {_ENTRY}", [log, number]),
    }  # fmt: skip
    sql, values = deeds[kind]
    assert run(town, sql, values).rowcount == 1


def run(town: Town, sql: str, values: Any = ()) -> Any:
    """A statement in the file of a node, past everything that guards it."""
    return town.station.store.database.conn.execute(sql, values)


_LOG = "log_id = (select id from exchange_logs where name = ?)"
_ENTRY = f"{_LOG} and number = ?"
_VERSION = f"(select version_id from exchange_entries where {_ENTRY})"


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches of seven entries and blocks of five, so that they lie across each other."""
    monkeypatch.setattr(publish, "BATCH", 7)
    for module in (blocks, comparing, feed):
        monkeypatch.setattr(module, "BLOCK", 5)


def fill(town: Town, count: int = COUNT, **more: Any) -> list[str]:
    """So many bandings with every group a record may have."""
    said = {"measurements": {"wing": 71.5}, "people": {"ringer": "N. N."}, "remarks": {"text": "In moult"}} | more
    return write(town, *(banding(f"XC {at:06}", **said) for at in range(count)))


def audited(town: Town, other: Town, network: Network) -> Audit:
    """An audit that comes to its end."""
    done = audit.visit(town.node, other.code, reach(town, network))
    assert done.trouble == ""
    return done


def listed(done: Audit) -> list[tuple[int, str, str]]:
    """The differences by number, verdict and reason."""
    return [(one.number, one.verdict, one.why) for one in done.differences]


def faults(town: Town, log: str) -> set[int]:
    """The numbers of a log that their stored bytes do not prove."""
    return {n for held in town.node.shelf.log_from(log, 1) for n in Blocks(town.station.store).faults(held)}


def alarms_of(town: Town) -> list[str]:
    """What open alarms of audits are about."""
    return [alarm.about for alarm in town.node.alarms.open() if alarm.kind == "audit"]
