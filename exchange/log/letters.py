"""Letters between nodes: written here or come from others, each an entry of its writer's log."""

import json
import uuid as uuids
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from banding.store import Store
from exchange.agreements import policy
from exchange.log.entries import Inauthentic
from exchange.log.lines import alike, shape_of
from exchange.log.onstore import OnStore
from schemas.letters import LONG

COLUMNS = "id, uuid, kind, sender, recipient, about, core, at, state, log_id, number"
NEW, AGAIN, DONE = "new", "again", "done"
"""States that every letter knows; a kind may have others of its own."""


class Letter(NamedTuple):
    """A letter; `recipient` is '' where it is for all, `number` None until it stands in its log."""

    id: int
    uuid: str
    kind: str
    sender: str
    recipient: str
    about: str
    core: Mapping[str, Any]
    at: str
    state: str
    log_id: int | None
    number: int | None


def addressee(text: str, node: str) -> str | None:
    """Whom a letter in a node's log is for that cannot be read otherwise, '' for all.

    None where not even that can be told, or where it speaks in the name of another node: nobody can ever take it.
    """
    try:
        core = alike(text)
    except Inauthentic:
        return None
    if not isinstance(core, dict) or core.get("origin") != node:
        return None
    if "to" not in core:
        return ""
    return core["to"] if isinstance(core["to"], str) and core["to"] else None


class Letters(OnStore):
    """The table of letters. Every deed belongs inside `store.transaction()`."""

    def __init__(self, store: Store, node: str) -> None:
        super().__init__(store)
        self.node = node

    def write(self, kind: str, to: str, about: str, said: Mapping[str, Any], *, at: str) -> str:
        """Write a letter, to go out with the next batch of our log; gives its UUID. `to` is '' for all nodes."""
        uuid = str(uuids.uuid4())
        core = {"id": uuid, "origin": self.node, "generation": 1, "kind": kind} | ({"to": to} if to else {})
        core |= {"about": about, **said}
        wrong = shape_of(kind, {"core": core})
        if wrong:
            raise ValueError(f"a letter of the kind {kind} cannot say this: {wrong}")
        text = orjson.dumps(core).decode()
        if len(text) > LONG:
            # Nobody could read its line, and nobody would get past it: our log would end there for all others.
            raise ValueError(f"a letter of the kind {kind} is too long")
        self._insert(core, text, at, NEW, None, None)
        return uuid

    def came(self, core: Mapping[str, Any], text: str, log_id: int, number: int, at: str) -> Letter | None:
        """Keep a letter that came; gives it where it is for us or for all, and was not said before."""
        # Of one sender: whoever passes a letter on could else be first with another one of the same number.
        sql = "select 1 from exchange_letters where uuid = ? and sender = ?"
        is_again = bool(self._run(sql, [core["id"], core["origin"]]).fetchone())
        row_id = self._insert(core, text, at, AGAIN if is_again else NEW, log_id, number)
        for_us = core.get("to", "") in ("", self.node)
        return self._where("id = ?", [row_id])[0] if for_us and not is_again else None

    def _insert(
        self, core: Mapping[str, Any], text: str, at: str, state: str, log_id: int | None, number: int | None
    ) -> int:
        cursor = self._run(
            "insert into exchange_letters(uuid, kind, sender, recipient, about, core, at, state, log_id, number)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                core["id"],
                core["kind"],
                core["origin"],
                core.get("to", ""),
                core["about"],
                text,
                at,
                state,
                log_id,
                number,
            ],
        )
        return int(cursor.lastrowid)

    def unsent(self, limit: int) -> list[tuple[int, str, str]]:
        """The number, UUID and text of letters of ours that stand in no log yet, the oldest first."""
        sql = "select id, uuid, core from exchange_letters where number is null and sender = ? order by id limit ?"
        return [(row[0], row[1], row[2]) for row in self._run(sql, [self.node, limit]).fetchall()]

    def sent_as(self, log_id: int, numbers: Mapping[int, int]) -> None:
        """Write down which number in our log each letter has, by the letter's own number."""
        self.store.database.conn.executemany(
            "update exchange_letters set log_id = ?, number = ? where id = ?",
            [(log_id, number, row_id) for row_id, number in numbers.items()],
        )

    def received(self, kind: str = "", state: str = "", limit: int = 200) -> list[Letter]:
        """Letters for us, the newest first."""
        where = "recipient in ('', ?) and sender != ? and ? in ('', kind) and ? in ('', state) and state != 'again'"
        return self._where(f"{where} order by id desc limit ?", [self.node, self.node, kind, state, limit])

    def sent(self, kind: str = "", state: str = "", limit: int = 200) -> list[Letter]:
        """Letters of ours, the newest first."""
        where = "sender = ? and ? in ('', kind) and ? in ('', state) and state != 'again'"
        return self._where(f"{where} order by id desc limit ?", [self.node, kind, state, limit])

    def of(self, about: str, kind: str = "") -> list[Letter]:
        """Letters about a record, a log, a document or another letter, the first ones first."""
        return self._where("about = ? and ? in ('', kind) and state != 'again' order by id", [about, kind])

    def letter(self, uuid: str, sender: str = "") -> Letter | None:
        """One letter by its UUID, perhaps of one sender; of two that bear the same one that waits."""
        where = "uuid = ? and ? in ('', sender) and state != 'again' order by state != 'new', id"
        found = self._where(where, [uuid, sender])
        return found[0] if found else None

    def mark(self, letter: Letter, state: str) -> None:
        """Say what has become of a letter."""
        self._run("update exchange_letters set state = ? where id = ?", [state, letter.id])

    def entries_to(self, recipients: Sequence[str]) -> list[tuple[int, int]]:
        """The numbers of log and entry of every letter to one of these nodes, those unread here included."""
        sql = (
            "select log_id, number from exchange_letters where number is not null"
            " and recipient in (select value from json_each(?))"
        )
        found = [(row[0], row[1]) for row in self._run(sql, [json.dumps(list(recipients))]).fetchall()]
        sql = (
            "select s.log_id, s.number, s.groups, l.node from exchange_set_aside s join exchange_entries e"
            " on e.log_id = s.log_id and e.number = s.number join exchange_logs l on l.id = s.log_id"
            " where e.version_id is null and e.class >= ?"
        )
        aside = self._run(sql, [policy.classify("letter", 0)]).fetchall()
        return found + [
            (row[0], row[1]) for row in aside if addressee(json.loads(row[2]).get("core", ""), row[3]) in recipients
        ]

    def _where(self, where: str, values: Sequence[Any]) -> list[Letter]:
        rows = self._run(f"select {COLUMNS} from exchange_letters where {where}", values).fetchall()
        return [Letter._make((*row[:6], json.loads(row[6]), *row[7:])) for row in rows]
