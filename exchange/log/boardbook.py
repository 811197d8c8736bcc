"""What the board of the exchange counts: entries by class, and those that wait here and elsewhere, by log."""

from exchange.log.onstore import OnStore


class BoardBook(OnStore):
    """Counts over whole logs; changes nothing."""

    def classes(self) -> dict[str, dict[int, int]]:
        """How many entries of each class every log has, as far as they are open to us."""
        sql = (
            "select l.name, e.class, count(*) from exchange_entries e join exchange_logs l on l.id = e.log_id"
            " group by e.class, e.log_id"
        )
        found: dict[str, dict[int, int]] = {}
        for log, entry_class, count in self._run(sql).fetchall():
            found.setdefault(log, {})[entry_class] = count
        return found

    def aside(self) -> dict[str, int]:
        """How many entries of each log wait here."""
        sql = (
            "select l.name, count(*) from exchange_set_aside s join exchange_logs l on l.id = s.log_id group by l.name"
        )
        return dict(self._run(sql).fetchall())

    def waits(self) -> dict[tuple[str, str], int]:
        """How many entries wait at other nodes, by peer and log, as their receipts say."""
        rows = self._run("select peer, log, count(*) from exchange_waits group by peer, log").fetchall()
        return {(peer, log): count for peer, log, count in rows}
