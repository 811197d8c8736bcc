"""Keeping versions of records, and the questions that are asked of them one bird or one record at a time."""

import json
import uuid as uuids
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from banding.domain.encounters import Encounter
from banding.domain.rules import Finding
from banding.store import links
from banding.store.database import Connections, transaction
from banding.store.shapes import GROUPS, Change, Kept, KnownAs, NewVersion, Placed

RECORD_COLUMNS = (
    "id", "uuid", "kind", "origin", "version_id", "generation", "seal", "submission", "scheme", "ring_key",
    "species", "day", "latitude", "longitude", "coarse", "place_code", "withdrawn",
)  # fmt: skip
PARAMETERS = 1000
INSERT_RECORD = f"insert into records({', '.join(RECORD_COLUMNS)}) values ({', '.join('?' for _ in RECORD_COLUMNS)})"
# The submission stays the first one: it says by which form or file the record came into being.
MOVE_RECORD = (
    "update records set kind = ?3, version_id = ?5, generation = ?6, seal = ?7, scheme = ?9, ring_key = ?10,"
    " species = ?11, day = ?12, latitude = ?13, longitude = ?14, coarse = ?15, place_code = ?16,"
    " withdrawn = ?17 where id = ?1"
)
INSERT_VERSION = (
    "insert into versions(id, record_id, generation, seal, kept_at, kept_by, door, core, area, measurements,"
    " place, remarks, people) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
INSERT_FINDING = "insert into findings(version_id, code, severity, field, details, reason) values (?, ?, ?, ?, ?, ?)"
KEPT = (
    "select r.uuid, r.kind, r.origin, v.generation, r.version_id = v.id, r.withdrawn, v.core, v.area,"
    " v.measurements, v.place, v.remarks, v.people, v.kept_at, v.kept_by, v.door, v.id"
)


class Records:
    """Every version of every record; nothing that was kept is ever changed or removed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, versions: Sequence[NewVersion], at: str) -> list[Placed]:
        """Keep all versions or none; `at` is the node's own time, for people to read.

        A version already known by its seal only gains the groups that were missing; of two versions the
        higher generation is the current one, and of two of the same generation the larger seal, so that every
        node chooses alike whatever came first.
        """
        with transaction(self._connections.here()) as database:
            writer = _Writer(database.conn, self.known([v.met.id for v in versions]), at)
            placed = [writer.place(version) for version in versions]
            writer.write()
            return placed

    def known(self, ids: Iterable[str]) -> dict[str, KnownAs]:
        """Which of these record UUIDs are known here, and in which version."""
        wanted = [_blob(one) for one in ids]
        rows = (
            row
            for chunk in batched(wanted, PARAMETERS)
            for row in self._connections.here().execute(
                "select id, uuid, version_id, generation, seal, origin from records"
                f" where uuid in ({', '.join('?' * len(chunk))})",
                chunk,
            )
        )
        return {_text(row[1]): KnownAs(row[0], _text(row[1]), *row[2:]) for row in rows}

    def submitted(self, keys: Iterable[str]) -> dict[str, KnownAs]:
        """Which of these submission keys have already made a record."""
        wanted = list(keys)
        sql = "select submission, uuid from records where submission in (select value from json_each(?))"
        rows = self._connections.here().execute(sql, [json.dumps(wanted)]).fetchall()
        found = self.known(_text(raw) for _, raw in rows)
        return {key: found[_text(raw)] for key, raw in rows}

    def record(self, uuid: str) -> Kept | None:
        """The current version of a record."""
        found = self._kept("where r.uuid = ? and v.id = r.version_id", [_blob(uuid)])
        return found[0] if found else None

    def versions(self, uuid: str) -> list[Kept]:
        """Every version of a record, the newest first."""
        return self._kept("where r.uuid = ? order by v.generation desc, v.id desc", [_blob(uuid)])

    def bird(self, scheme: str, ring_key: str) -> list[Kept]:
        """Every encounter of the bird with this ring, under any of its numbers, by day; withdrawn ones too."""
        sql = (
            links.WORN.format(scheme="?", ring_key="?", but=0)
            + f" {KEPT} from worn w join records r on r.ring_key = w.ring_key and r.scheme = w.scheme"
            " join versions v on v.id = r.version_id order by r.day, r.kind, r.uuid"
        )
        return [kept(row) for row in self._connections.here().execute(sql, [scheme, ring_key]).fetchall()]

    def _kept(self, where: str, values: Sequence[Any]) -> list[Kept]:
        sql = f"{KEPT} from records r join versions v on v.record_id = r.id {where}"
        return [kept(row) for row in self._connections.here().execute(sql, values).fetchall()]

    def histories(self, birds: Iterable[tuple[str, str]], *, but: int = 0) -> dict[tuple[str, str], list[Encounter]]:
        """The encounters kept of each bird, given as (scheme, ring key); birds never met are left out.

        A bird that wears more than one number has its whole story under each that was asked for, in one and the
        same list. `but` is the number of a record whose own link between two rings does not count.
        """
        asked = set(birds)
        worn = links.worn_with(self._connections.here().conn, asked, but=but)
        found = self._met(asked.union(*worn.values()) if worn else asked)
        if not worn:
            return found
        whole = {bird: frozenset(numbers) for bird, numbers in worn.items()}
        stories = {n: [e for one in sorted(n) for e in found.get(one, ())] for n in whole.values()}
        under = {bird: stories[whole[bird]] if bird in whole else found.get(bird, []) for bird in asked}
        return {bird: story for bird, story in under.items() if story}

    def _met(self, birds: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Encounter]]:
        """The encounters under each number."""
        sql = (
            "select v.core, v.area, v.place from json_each(?) j"
            " join records r on r.ring_key = j.value ->> 1 and r.scheme = j.value ->> 0"
            " join versions v on v.id = r.version_id"
        )
        found: dict[tuple[str, str], list[Encounter]] = {}
        rows = self._connections.here().execute(sql, [json.dumps(sorted(set(birds)))])
        for core, area, place in rows.fetchall():
            groups = {"core": core, "area": area, "place": place}
            met = Encounter.of({name: orjson.loads(text) for name, text in groups.items() if text})
            if met.ring_key is not None:
                found.setdefault((met.scheme, met.ring_key), []).append(met)
        return found

    def may_be(self, scheme: str, ring_key: str) -> list[Kept]:
        """Partial readings that this ring would fit, by day; never more than a page can show."""
        where = (
            "join ring_readings p on p.record_id = r.id where v.id = r.version_id and p.scheme = ?1"
            " and length(p.reading) = length(?2) and ?2 glob replace(p.reading, '-', '?')"
            " order by r.day, r.uuid limit 50"
        )
        return self._kept(where, [scheme, ring_key])

    def rings_like(self, scheme: str, reading: str) -> list[str]:
        """The rings, in normal form, that a partial reading may stand for; never more than a page can show."""
        start = reading.partition("-")[0]
        sql = (
            "select distinct ring_key from records where ring_key >= ?2 and ring_key < ?2 || char(0x10ffff)"
            " and scheme = ?1 and withdrawn = 0 and ring_key glob ?3 order by ring_key limit 50"
        )
        values = [scheme, start, reading.replace("-", "?")]
        return [row[0] for row in self._connections.here().execute(sql, values).fetchall()]

    def rings_known(self, keys: Iterable[str]) -> set[str]:
        """Which of these rings, in normal form, anybody here has ever met."""
        sql = "select value from json_each(?) where exists (select 1 from records where ring_key = value)"
        return {row[0] for row in self._connections.here().execute(sql, [json.dumps(list(keys))]).fetchall()}

    def changes_after(self, seq: int, limit: int) -> list[Change]:
        """The next versions made at this node that nobody has been told of yet."""
        sql = (
            "select c.seq, v.id, coalesce(r.uuid, x.uuid), v.generation, (select max(p.seal) from versions p"
            " where p.record_id = v.record_id and p.generation = v.generation - 1),"
            " v.core, v.area, v.measurements, v.place, v.remarks, v.people from changes c"
            " join versions v on v.id = c.version_id left join records r on r.id = v.record_id"
            " left join extensions x on x.id = -v.record_id"
            " where c.seq > ? order by c.seq limit ?"
        )
        rows = self._connections.here().execute(sql, [seq, limit]).fetchall()
        return [Change(row[0], row[1], _text(row[2]), row[3], row[4], _present(row[5:])) for row in rows]

    def tell_again(self, version_ids: Sequence[int]) -> None:
        """Put versions made here at the end of the changes once more, in this order."""
        with transaction(self._connections.here()) as database:
            rows = [(version_id,) for version_id in version_ids]
            database.conn.executemany("delete from changes where version_id = ?", rows)
            database.conn.executemany("insert into changes(version_id) values (?)", rows)

    def seal(self, seals: Mapping[int, bytes]) -> None:
        """Write down by which digest the exchange knows each of these versions of ours."""
        with transaction(self._connections.here()) as database:
            pairs = [(seal, version) for version, seal in seals.items()]
            database.conn.executemany("update versions set seal = ? where id = ?", pairs)
            database.conn.executemany(
                "update records set seal = ?1 where version_id = ?2"
                " and id = (select record_id from versions where id = ?2)",
                pairs,
            )
            database.conn.executemany("update extensions set seal = ? where version_id = ?", pairs)

    def texts(self, version_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """The exact text of every group held, by version."""
        sql = (
            "select id, core, area, measurements, place, remarks, people from versions"
            " where id in (select value from json_each(?))"
        )
        rows = self._connections.here().execute(sql, [json.dumps(list(version_ids))])
        return {row[0]: _present(row[1:]) for row in rows}

    def findings(self, version_ids: Sequence[int]) -> dict[int, list[tuple[Finding, str | None]]]:
        """What the rules said of these versions, each with the reason by which a person confirmed it."""
        sql = (
            "select version_id, code, severity, field, details, reason from findings"
            " where version_id in (select value from json_each(?)) order by id"
        )
        found: dict[int, list[tuple[Finding, str | None]]] = {}
        for row in self._connections.here().execute(sql, [json.dumps(list(version_ids))]):
            finding = Finding(row[1], row[2], row[3], json.loads(row[4]))
            found.setdefault(row[0], []).append((finding, row[5]))
        return found


class _Writer:
    """Gives numbers to new rows in memory, then writes each table in one go."""

    def __init__(self, connection: Any, known: dict[str, KnownAs], at: str) -> None:
        self.connection, self.known, self.at = connection, known, at
        self.next_record = _next(connection, "records")
        self.next_version = _next(connection, "versions")
        self.inserts: dict[int, tuple[Any, ...]] = {}
        self.moves: dict[int, tuple[Any, ...]] = {}
        self.versions: list[tuple[Any, ...]] = []
        self.findings: list[tuple[Any, ...]] = []
        self.changes: list[tuple[int]] = []
        self.numbers: dict[int, links.Derived] = {}

    def place(self, new: NewVersion) -> Placed:
        before = self.known.get(new.met.id)
        if before and (version_id := self._twin(before, new)):
            return Placed(version_id, self._fill(version_id, new))
        version_id, self.next_version = self.next_version, self.next_version + 1
        record_id = before.record_id if before else self._new_record_id()
        self._version(version_id, record_id, new)
        if before is None or _wins(new, before):
            self._move(record_id, version_id, new, is_new=before is None)
        return Placed(version_id, "new")

    def _new_record_id(self) -> int:
        record_id, self.next_record = self.next_record, self.next_record + 1
        return record_id

    def _twin(self, before: KnownAs, new: NewVersion) -> int | None:
        """The same version, already held; looked up in the table only when it is not the current one."""
        if new.seal is None:
            return None
        if (before.generation, before.seal) == (new.generation, new.seal):
            return before.version_id
        # An earlier version of the same delivery may still wait to be written.
        self.write()
        sql = "select id from versions where record_id = ? and generation = ? and seal = ?"
        row = self.connection.execute(sql, [before.record_id, new.generation, new.seal]).fetchone()
        return int(row[0]) if row else None

    def _fill(self, version_id: int, new: NewVersion) -> str:
        """Add the groups that were withheld before; a fuller copy is never overwritten by a poorer one."""
        self.write()
        row = self.connection.execute(
            "select core, area, measurements, place, remarks, people from versions where id = ?", [version_id]
        ).fetchone()
        missing = [g for g, held in zip(GROUPS, row, strict=True) if held is None and g in new.groups]
        for group in missing:
            self.connection.execute(f"update versions set {group} = ? where id = ?", [new.groups[group], version_id])
        if missing and new.met.point:
            self.connection.execute(
                "update records set latitude = ?, longitude = ?, coarse = ? where version_id = ? and coarse is not 0",
                [*new.met.point, int(new.met.coarse), version_id],
            )
        return "fuller" if missing else "known"

    def _version(self, version_id: int, record_id: int, new: NewVersion) -> None:
        texts = [new.groups.get(group) for group in GROUPS]
        self.versions.append((version_id, record_id, new.generation, new.seal, self.at, new.by, new.door, *texts))
        for f in new.findings:
            details = json.dumps(dict(f.values), ensure_ascii=False)
            self.findings.append((version_id, f.code, f.severity, f.field, details, new.reasons.get(f.code)))
        if new.own:
            self.changes.append((version_id,))

    def _move(self, record_id: int, version_id: int, new: NewVersion, *, is_new: bool) -> None:
        met = new.met
        latitude, longitude = met.point or (None, None)
        row = (
            record_id, _blob(met.id), met.kind, met.origin, version_id, new.generation, new.seal, new.submission,
            met.scheme, met.ring_key, met.species, met.day.isoformat(), latitude, longitude,
            int(met.coarse) if met.point else None, met.place_code or None, int(met.withdrawn),
        )  # fmt: skip
        self.known[met.id] = KnownAs(record_id, met.id, version_id, new.generation, new.seal, met.origin)
        target = self.inserts if is_new or record_id in self.inserts else self.moves
        target[record_id] = row
        self.numbers.pop(record_id, None)
        if met.replaces or met.ring_key is None:
            self.numbers[record_id] = links.derived(record_id, met)

    def write(self) -> None:
        """Write what has gathered; may be called more than once."""
        run = self.connection.executemany
        run(INSERT_RECORD, self.inserts.values())
        run(MOVE_RECORD, self.moves.values())
        run(INSERT_VERSION, self.versions)
        run(INSERT_FINDING, self.findings)
        run("insert into changes(version_id) values (?)", self.changes)
        links.forget(self.connection, self.moves)
        links.write(self.connection, self.numbers.values())
        for gathered in (self.inserts, self.moves, self.versions, self.findings, self.changes, self.numbers):
            gathered.clear()


def _wins(new: NewVersion, before: KnownAs) -> bool:
    return (new.generation, new.seal or b"") > (before.generation, before.seal or b"")


def batched(values: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """The values in runs of at most `size`."""
    return (values[start : start + size] for start in range(0, len(values), size))


def _next(connection: Any, table: str) -> int:
    return int(connection.execute(f"select coalesce(max(id), 0) + 1 from {table}").fetchone()[0])


def kept(row: Sequence[Any]) -> Kept:
    """A row of the `KEPT` columns as a value."""
    groups = {name: orjson.loads(text) for name, text in _present(row[6:12]).items()}
    withdrawn = bool(groups["core"].get("withdrawn", False))
    return Kept(_text(row[0]), row[1], row[2], row[3], bool(row[4]), withdrawn, groups, *row[12:16])


def _present(texts: Sequence[str | None]) -> dict[str, str]:
    return {group: text for group, text in zip(GROUPS, texts, strict=True) if text is not None}


def _blob(uuid: str) -> bytes:
    return uuids.UUID(uuid).bytes


def _text(raw: bytes) -> str:
    return str(uuids.UUID(bytes=raw))
