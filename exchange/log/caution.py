"""What is learnt later of a bird's species: no entry that is held may tell its place more freely from then on."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from banding.store import Store
from exchange.agreements import policy

_TOLD_TWICE = (
    "select v.record_id from json_each(?) j join versions v on v.id = j.value where exists"
    " (select 1 from versions w where w.record_id = v.record_id and w.id != v.id)"
)
_CLASSES = (
    "update exchange_entries set class = (select max(x.class) from versions v join versions w on"
    " w.record_id = v.record_id and w.generation >= v.generation join exchange_entries x on x.version_id = w.id"
    " where v.id = exchange_entries.version_id) where version_id in (select id from versions where record_id in"
    " (select value from json_each(?)))"
)


def heed(connection: Any, version_ids: Sequence[int | None]) -> None:
    """Let the entries of records of which these are versions be judged by their most sensitive species from then on.

    All versions of a record are of one kind, so that of their classes the larger is the more sensitive one. Inside the
    transaction that keeps the entries.
    """
    told = json.dumps([one for one in version_ids if one is not None])
    records = [row[0] for row in connection.execute(_TOLD_TWICE, [told])]
    if records:
        connection.execute(_CLASSES, [json.dumps(records)])


def learnt(store: Store, sensitivity: Callable[[str], int]) -> int:
    """Judge the entries of records by their species once more, after the tables have changed; gives how many more care.

    What could go more freely stays as it was judged when it came. `sensitivity` says of a species how sensitive it is,
    0 to 3. Belongs outside of any transaction: everything held is read, and only what changes is written.
    """
    held = "from exchange_entries e join versions v on v.id = e.version_id where e.class"
    species = "v.core ->> '$.species'"
    run, raised = store.database.conn.execute, 0
    for name, now in run(f"select distinct {species}, e.class {held} < ?", [2 * policy.LEVELS]).fetchall():
        wanted = policy.classify(policy.kind_of(now), sensitivity(name or ""))
        if wanted > now:
            found = run(f"select e.log_id, e.number {held} = ? and {species} is ?", [now, name]).fetchall()
            sql = "update exchange_entries set class = ? where log_id = ? and number = ? and class < ?"
            with store.transaction():
                store.database.conn.executemany(sql, [(wanted, *entry, wanted) for entry in found])
            raised += len(found)
    return raised
