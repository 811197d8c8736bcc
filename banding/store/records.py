"""Keeping versions of records, and the questions that are asked of them one bird or one record at a time."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from banding.domain.encounters import Encounter
from banding.domain.rules import Finding
from banding.store import choosing, links, rowless
from banding.store.database import Connections, transaction
from banding.store.rows import KEPT, PARAMETERS, batched, blob, kept, present, text
from banding.store.shapes import GROUPS, Change, Kept, KnownAs, NewVersion, Placed
from banding.store.writer import Writer

TELLING = ("core", "area", "place")


class Records:
    """Every version of every record; nothing that was kept is ever changed or removed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, versions: Sequence[NewVersion], at: str, known: dict[str, KnownAs] | None = None) -> list[Placed]:
        """Keep all versions or none; `at` is the node's own time, for people to read.

        `known` is what `known` said of their records in the same transaction, where it was asked already.

        A version already known by its seal only gains the groups that were missing; of two versions the
        higher generation is the current one, and of two of the same generation the larger seal, so that every
        node chooses alike whatever came first.
        """
        with transaction(self._connections.here()) as database:
            found = self.known([v.met.id for v in versions]) if known is None else known
            writer = Writer(database.conn, found, at)
            placed = [writer.place(version) for version in versions]
            writer.write()
            return placed

    def known(self, ids: Iterable[str]) -> dict[str, KnownAs]:
        """Which of these record UUIDs are known here, and in which version."""
        wanted = [blob(one) for one in ids]
        rows = (
            row
            for chunk in batched(wanted, PARAMETERS)
            for row in self._connections.here().execute(
                "select id, uuid, version_id, generation, seal, origin from records"
                f" where uuid in ({', '.join('?' * len(chunk))})",
                chunk,
            )
        )
        return {text(row[1]): KnownAs(row[0], text(row[1]), *row[2:]) for row in rows}

    def submitted(self, keys: Iterable[str]) -> dict[str, KnownAs]:
        """Which of these submission keys have already made a record."""
        wanted = list(keys)
        sql = "select submission, uuid from records where submission in (select value from json_each(?))"
        rows = self._connections.here().execute(sql, [json.dumps(wanted)]).fetchall()
        found = self.known(text(raw) for _, raw in rows)
        return {key: found[text(raw)] for key, raw in rows}

    def record(self, uuid: str) -> Kept | None:
        """The current version of a record."""
        found = self._kept("where r.uuid = ? and v.id = r.version_id", [blob(uuid)])
        return found[0] if found else None

    def sealed(self, uuid: str, seal: bytes) -> Kept | None:
        """The version of a record that the exchange knows by this digest."""
        found = self._kept("where r.uuid = ? and v.seal = ?", [blob(uuid), seal])
        return found[0] if found else None

    def versions(self, uuid: str) -> list[Kept]:
        """Every version of a record, the newest first."""
        return self._kept("where r.uuid = ? order by v.generation desc, v.id desc", [blob(uuid)])

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
        found: dict[tuple[str, str], list[Encounter]] = {}
        for chunk in batched(sorted(set(birds)), PARAMETERS):
            sql = (
                f"with asked(scheme, ring_key) as (values {', '.join(['(?, ?)'] * len(chunk))})"
                " select v.core, v.area, v.place from asked a cross join records r on r.ring_key = a.ring_key"
                " and r.scheme = a.scheme join versions v on v.id = r.version_id"
            )
            for row in self._connections.here().execute(sql, [part for bird in chunk for part in bird]):
                groups = {name: orjson.loads(text) for name, text in zip(TELLING, row, strict=True) if text}
                met = Encounter.of(groups)
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

    def schemes_of(self, ring_key: str) -> list[str]:
        """The schemes of which a ring of this number, in normal form, is known here."""
        sql = "select distinct scheme from records where ring_key = ? and withdrawn = 0 order by scheme limit 20"
        return [row[0] for row in self._connections.here().execute(sql, [ring_key]).fetchall()]

    def changes_after(self, seq: int, limit: int) -> list[Change]:
        """The next versions made at this node that nobody has been told of yet."""
        sql = (
            "select c.seq, v.id, coalesce(r.uuid, x.uuid), v.generation, (select group_concat(distinct hex(p.seal))"
            " from versions p where p.record_id = v.record_id and p.generation = v.generation - 1),"
            " v.core, v.area, v.measurements, v.place, v.remarks, v.people from changes c"
            " join versions v on v.id = c.version_id left join records r on r.id = v.record_id"
            " left join extensions x on x.id = -v.record_id"
            " where c.seq > ? order by c.seq limit ?"
        )
        rows = self._connections.here().execute(sql, [seq, limit]).fetchall()
        return [Change(row[0], row[1], text(row[2]), row[3], _seals(row[4]), present(row[5:])) for row in rows]

    def tell_again(self, version_ids: Sequence[int]) -> None:
        """Put versions made here at the end of the changes once more, in this order."""
        with transaction(self._connections.here()) as database:
            rows = [(version_id,) for version_id in version_ids]
            database.conn.executemany("delete from changes where version_id = ?", rows)
            database.conn.executemany("insert into changes(version_id) values (?)", rows)

    def seal(self, seals: Mapping[int, bytes]) -> None:
        """Write down by which digest the exchange knows each of these versions of ours; then the larger seal stands."""
        with transaction(self._connections.here()) as database:
            pairs = [(seal, version) for version, seal in seals.items()]
            database.conn.executemany("update versions set seal = ? where id = ?", pairs)
            database.conn.executemany(
                "update records set seal = ?1 where version_id = ?2"
                " and id = (select record_id from versions where id = ?2)",
                pairs,
            )
            database.conn.executemany("update extensions set seal = ? where version_id = ?", pairs)
            choosing.anew(database.conn, list(seals))

    def mend(self, version_id: int, groups: Mapping[str, str]) -> bool:
        """Put the proven texts of a version in the place of stored bytes that have rotted; False where it is gone."""
        names = [group for group in GROUPS if group in groups]
        sql = f"update versions set {', '.join(f'{name} = ?' for name in names)} where id = ?"
        with transaction(self._connections.here()) as database:
            return bool(database.conn.execute(sql, [*(groups[name] for name in names), version_id]).rowcount)

    def rowless(self) -> dict[int, int]:
        """The numbers of records whose row is lost while versions are here, each with that of the one that stands."""
        return rowless.lost(self._connections.here())

    def row_anew(self, number: int) -> bool:
        """Make such a row anew from the version that stands; False where that cannot be."""
        with transaction(self._connections.here()) as database:
            return rowless.anew(database.conn, number)

    def texts(self, version_ids: Sequence[int]) -> dict[int, dict[str, str]]:
        """The exact text of every group held, by version."""
        sql = (
            "select id, core, area, measurements, place, remarks, people from versions"
            " where id in (select value from json_each(?))"
        )
        rows = self._connections.here().execute(sql, [json.dumps(list(version_ids))])
        return {row[0]: present(row[1:]) for row in rows}

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


def _seals(told: str | None) -> list[bytes]:
    return sorted(bytes.fromhex(seal) for seal in told.split(",")) if told else []
