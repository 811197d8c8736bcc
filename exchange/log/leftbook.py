"""The ledger of what left: which batch was shown to which peer, how much of it, under which terms, and when."""

import json
from collections.abc import Mapping
from typing import Any

from banding.store import Store


class LeftBook:
    """The table exchange_left. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def left(
        self, peer: str, batch_id: int, way: str, terms: str, shown: Mapping[str, int], view: str, at: str
    ) -> None:
        """Write down, before it goes, that a batch leaves for a peer: a line for each way of showing it.

        `terms` is the digest of the terms, `shown` how many entries show each group and how many are closed,
        `view` names which groups of which entries exactly.
        """
        self._run(
            "insert into exchange_left(peer, batch_id, way, terms, shown, digest, at, times)"
            " values (?, ?, ?, ?, ?, ?, ?, 1) on conflict(peer, batch_id, digest, way)"
            " do update set times = times + 1, terms = excluded.terms",
            [peer, batch_id, way, terms, json.dumps(dict(sorted(shown.items()))), view, at],
        )

    def was_offered(self, peer: str, batch_id: int, view: str, terms: str) -> bool:
        """Whether a batch was shown to a peer like this, under these very terms."""
        sql = "select 1 from exchange_left where peer = ? and batch_id = ? and digest = ? and terms = ?"
        return self._run(sql, [peer, batch_id, view, terms]).fetchone() is not None

    def _run(self, sql: str, values: Any = ()) -> Any:
        return self.store.database.conn.execute(sql, values)
