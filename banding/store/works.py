"""Long works that people have begun: what was asked, how far each is, what failed; the files lie beside the store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from banding.store.database import Connections, transaction

WAITING, UNDER_WAY = "waiting", "under way"
DONE, FAILED, STOPPED = "done", "failed", "stopped"
OPEN = (WAITING, UNDER_WAY)
_NAMES = (
    "id", "kind", "account", "by", "asked", "state", "done", "total", "failed", "troubles", "tries", "stopping", "name",
    "media", "began_at", "ended_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of work; `asked` holds all that it is made from, `troubles` pairs of what and why, the first of them.

    `done` of `total` parts are made, `failed` of them are not; `tries` counts how often it was begun. `name` and
    `media` are those of its file, once there is one.
    """

    id: str
    kind: str
    account: int
    by: str
    asked: Mapping[str, Any]
    state: str = WAITING
    done: int = 0
    total: int = 0
    failed: int = 0
    troubles: Sequence[tuple[str, str]] = field(default=())
    tries: int = 0
    stopping: bool = False
    name: str = ""
    media: str = ""
    began_at: str = ""
    ended_at: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits or is under way."""
        return self.state in OPEN


class Works:
    """Every piece of work until it is forgotten."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def add(self, one: Work) -> None:
        """Keep a new one."""
        row = asdict(one) | {"asked": _text(dict(one.asked)), "troubles": _text(list(one.troubles))}
        with transaction(self._connections.here()) as database:
            database.table("works").insert(row | {"stopping": int(one.stopping)})

    def note(self, id: str, **values: Any) -> bool:
        """Write down how far it is, by the names of Work; False where somebody has asked to stop it, or it is gone."""
        if "troubles" in values:
            values["troubles"] = _text(list(values["troubles"]))
        said = ", ".join(f"{name} = :{name}" for name in values)
        with transaction(self._connections.here()) as database:
            database.execute(f"update works set {said} where id = :id", {"id": id, **values})
            found = self.one(id)
        return found is not None and not found.stopping

    def stop(self, id: str, at: str) -> None:
        """Ask that it be stopped; what only waits is stopped by that."""
        with transaction(self._connections.here()):
            self._run("update works set stopping = 1 where id = ? and state in (?, ?)", id, *OPEN)
            stopped = "update works set state = ?, ended_at = ? where id = ? and state = ?"
            self._run(stopped, STOPPED, at, id, WAITING)

    def remove(self, id: str) -> None:
        """Forget it."""
        with transaction(self._connections.here()):
            self._run("delete from works where id = ?", id)

    def one(self, id: str) -> Work | None:
        """The work of this id."""
        return next(iter(self._found("where id = ?", id)), None)

    def every(self, account: int | None = None) -> list[Work]:
        """All of them, or those of one account, the newest first."""
        return self._found("where account = coalesce(?, account) order by began_at desc, id", account)

    def next(self) -> Work | None:
        """What has waited longest; what was broken off goes before."""
        found = self._found("where state in (?, ?) order by state = ?, began_at, id limit 1", *OPEN, WAITING)
        return next(iter(found), None)

    def _found(self, rest: str, *values: Any) -> list[Work]:
        return [_work(row) for row in self._run(f"select {', '.join(_NAMES)} from works {rest}", *values)]

    def _run(self, sql: str, *values: Any) -> list[Any]:
        return list(self._connections.here().execute(sql, values).fetchall())


def _work(row: Sequence[Any]) -> Work:
    told = dict(zip(_NAMES, row, strict=True))
    told |= {"asked": json.loads(told["asked"]), "stopping": bool(told["stopping"])}
    return Work(**told | {"troubles": tuple((what, why) for what, why in json.loads(told["troubles"]))})


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
