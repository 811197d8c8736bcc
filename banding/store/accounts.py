"""Who may log in: accounts and one-time links; only digests of secrets are kept. Their keys are in `keys.py`."""

from typing import Any

from banding.store.database import Connections, transaction
from banding.store.shapes import Account

COLUMNS = "id, name, role, password, language, closed, session"


class Accounts:
    """People and machines that may come in, each with one role."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, name: str, role: str, password: str, session: str, made_at: str, language: str | None) -> int:
        """A new account; `password` is its hash. The caller has checked that the name is free."""
        with transaction(self._connections.here()) as database:
            row = {
                "name": name, "role": role, "password": password, "session": session, "made_at": made_at,
                "language": language, "closed": 0,
            }  # fmt: skip
            return int(database.table("accounts").insert(row).last_pk or 0)

    def change(self, account_id: int, **values: Any) -> None:
        """Change a role, a password, a language, a session or whether the account is closed.

        A new session ends every log-in, and with them every key: one is no better kept than the other.
        """
        with transaction(self._connections.here()) as database:
            before = self.by_id(account_id)
            if before is not None and values.get("session", before.session) != before.session:
                database.execute("delete from account_keys where account = ?", [account_id])
            database.table("accounts").update(account_id, values)

    def by_id(self, account_id: int) -> Account | None:
        """The account with this number."""
        return self._one("id = ?", account_id)

    def by_name(self, name: str) -> Account | None:
        """The account with this name, whatever the case it is typed in; SQLite knows only that of Latin letters."""
        alike = [one for one in self.everyone() if one.name.casefold() == name.casefold()]
        return next((one for one in alike if one.name == name), alike[0] if alike else None)

    def by_key(self, digest: str) -> Account | None:
        """The account that a machine's key belongs to."""
        return self._one("id = (select account from account_keys where digest = ?)", digest)

    def everyone(self) -> list[Account]:
        """All accounts by name."""
        sql = f"select {COLUMNS} from accounts order by name collate nocase"
        return [_account(row) for row in self._connections.here().execute(sql).fetchall()]

    def invite(self, digest: str, role: str, until: str) -> None:
        """Write down a one-time link by its digest; older unused ones for the same role end with it."""
        with transaction(self._connections.here()) as database:
            database.execute("delete from invitations where role = ?", [role])
            database.table("invitations").insert({"digest": digest, "role": role, "until": until})

    def invitation(self, digest: str, now: str) -> str | None:
        """The role that an unused link opens, None when it is unknown, used or too old."""
        sql = "select role from invitations where digest = ? and until > ?"
        row = self._connections.here().execute(sql, [digest, now]).fetchone()
        return str(row[0]) if row else None

    def spend(self, digest: str) -> bool:
        """Use a link up; False when somebody was quicker."""
        with transaction(self._connections.here()) as database:
            return database.execute("delete from invitations where digest = ?", [digest]).rowcount == 1

    def _one(self, where: str, value: Any) -> Account | None:
        sql = f"select {COLUMNS} from accounts where {where}"
        row = self._connections.here().execute(sql, [value]).fetchone()
        return _account(row) if row else None


def _account(row: Any) -> Account:
    number, name, role, password, language, closed, session = row
    return Account(number, name, role, password, language, bool(closed), session)
