"""Which versions tell of a bird, and which birds versions tell of: what the exchange asks to open a life history."""

import json
from collections.abc import Iterable, Sequence

from banding.store import links
from banding.store.database import Connections

Bird = tuple[str, str]


class Met:
    """Questions between versions and birds, each bird given as (scheme, ring in normal form)."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def birds(self, version_ids: Sequence[int]) -> set[Bird]:
        """The birds that these versions tell of, as their records stand now."""
        sql = (
            "select distinct r.scheme, r.ring_key from json_each(?) j join versions v on v.id = j.value"
            " join records r on r.id = v.record_id where r.ring_key is not null"
        )
        rows = self._connections.here().execute(sql, [json.dumps(list(version_ids))]).fetchall()
        return {(scheme, ring_key) for scheme, ring_key in rows}

    def stories(self, birds: Iterable[Bird]) -> list[list[int]]:
        """For each bird, under any of its numbers, every version of every encounter; a bird is told once."""
        asked = set(birds)
        worn = links.worn_with(self._connections.here().conn, asked)
        flocks = {
            bird: frozenset({bird, *((worn_by[0], worn_by[1]) for worn_by in worn.get(bird, ()))}) for bird in asked
        }
        flock_of = {number: flock for flock in flocks.values() for number in flock}
        sql = (
            "select r.scheme, r.ring_key, v.id from json_each(?) j join records r on r.ring_key = j.value ->> 1"
            " and r.scheme = j.value ->> 0 join versions v on v.record_id = r.id order by v.id"
        )
        told: dict[frozenset[Bird], list[int]] = {}
        for scheme, ring_key, version in (
            self._connections.here().execute(sql, [json.dumps(sorted(flock_of))]).fetchall()
        ):
            told.setdefault(flock_of[scheme, ring_key], []).append(version)
        return list(told.values())
