"""What a failing disk does to the file of a node: texts, keys and heads that change, groups and rows that go."""

from typing import Any

from tests.together.kit import Town

KINDS = ("text", "group", "keys", "nonsense", "head", "row")
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
