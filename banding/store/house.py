"""What a node remembers about itself: notes by name, and leases."""

from banding.store.database import Connections, transaction


class Notes:
    """Small facts by name: the node's code, its epoch, its secrets."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def get(self, name: str, default: str = "") -> str:
        """The value under a name."""
        row = self._connections.here().execute("select value from notes where name = ?", [name]).fetchone()
        return str(row[0]) if row else default

    def set(self, name: str, value: str) -> None:
        """Write a value under a name, whatever stood there."""
        with transaction(self._connections.here()) as database:
            database.table("notes").upsert({"name": name, "value": value}, pk="name")


class Leases:
    """Who may do a thing that only one process may do at a time.

    Times are seconds of one machine's own clock: all holders of a lease share the file and so the machine.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def take(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew a lease; False while somebody else holds it."""
        with transaction(self._connections.here()) as database:
            row = database.execute("select holder, until from leases where name = ?", [name]).fetchone()
            if row and row[0] != holder and now < row[1] <= now + 10 * seconds:
                return False
            lease = {"name": name, "holder": holder, "until": now + seconds}
            database.table("leases").upsert(lease, pk="name")
            return True

    def release(self, name: str, holder: str) -> None:
        """Give a lease back."""
        with transaction(self._connections.here()) as database:
            database.execute("delete from leases where name = ? and holder = ?", [name, holder])
