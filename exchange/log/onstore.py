"""What everybody has who asks the exchange's tables: the store, and a way to put a question in SQL."""

from typing import Any

from banding.store import Store


class OnStore:
    """Whoever asks the node's file, over the connection that every transaction of this thread is on."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def _run(self, sql: str, values: Any = ()) -> Any:
        return self.store.database.conn.execute(sql, values)

    def _rows(self, sql: str, values: Any = ()) -> list[Any]:
        return list(self._run(sql, values).fetchall())
