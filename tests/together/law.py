"""What nodes may and must know in the end, reckoned apart from their own code: the law of the state machine."""

import datetime
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from exchange.agreements import opening
from exchange.log.blocks import Blocks
from tests.together.kit import Town, count, every, peer_of

GROUPS = ("core", "place", "people", "remarks")
"""The groups in which a word of its own is planted for every version."""


class Said(NamedTuple):
    """What the terms hang on of a record."""

    uuid: str
    origin: str
    kind: str
    level: str
    day: str
    ring: str


class Version(NamedTuple):
    """A version that somebody was told is kept; the word of its core is of no other version but its withdrawal."""

    uuid: str
    generation: int
    word: str
    withdrawn: bool


Held = Mapping[Version, frozenset[str]]
"""The groups that a node holds of each version."""


def held(town: Town) -> Held:
    """What a node holds of every version, read from its store. Fails where it is there twice."""
    sql = "select id, generation, seal, record_id from versions order by id"
    rows = town.station.store.database.execute(sql).fetchall()
    texts = town.station.store.records.texts([row[0] for row in rows])
    told = Counter((record, generation, seal) for _, generation, seal, record in rows)
    assert max(told.values(), default=1) == 1, f"{town} holds a version twice"
    return {_version(json.loads(texts[row[0]]["core"])): frozenset(texts[row[0]]) for row in rows}


def _version(core: Mapping[str, Any]) -> Version:
    return Version(core["id"], core["generation"], core.get("reference", ""), bool(core.get("withdrawn")))


@dataclass
class Law:
    """What was written, where which word may be known, and what died with a disk before anybody had heard of it."""

    records: dict[str, Said] = field(default_factory=dict)
    words: dict[str, tuple[str, str]] = field(default_factory=dict)
    may: dict[str, set[str]] = field(default_factory=dict)
    acknowledged: set[Version] = field(default_factory=set)
    lost: set[Version] = field(default_factory=set)
    public: set[str] = field(default_factory=set)

    def plant(self, code: str, uuid: str, words: Mapping[str, str]) -> None:
        """Words were written at a node, each in a group of a record."""
        for group, word in words.items():
            self.words[word] = (uuid, group)
            self.may.setdefault(code, set()).add(word)

    # -- who may know -------------------------------------------------------------------------------------

    def gives(self, giver: Town, taker: str) -> set[str]:
        """The words that a node may let go to another today, by what it may know itself."""
        peer = peer_of(giver, taker)
        known = self.may.setdefault(giver.code, set())
        met = {ring for ring in {one.ring for one in self.records.values()} if self._has_met(giver.code, taker, ring)}
        passes = any(_lets(opening.received(giver.node, one), taker) for one in giver.node.book.peers())
        found = set()
        for word in known:
            uuid, group = self.words[word]
            one = self.records[uuid]
            may_go = one.origin in (giver.code, taker) or passes
            if may_go and (one.origin == taker or opens(peer.terms, one, group, today(giver), met=one.ring in met)):
                found.add(word)
        return found

    def _has_met(self, giver: str, taker: str, ring: str) -> bool:
        """Whether the taker may have told of the bird: an encounter of its own, or one that came through it."""
        cores = (word for word in self.may[giver] & self.may.get(taker, set()) if self.words[word][1] == "core")
        met = (self.records[self.words[word][0]] for word in cores)
        return any(one.ring == ring and one.origin != giver for one in met)

    def goes(self, giver: Town, taker: str) -> None:
        """A node gives to another whatever it may."""
        self.may.setdefault(taker, set()).update(self.gives(giver, taker))

    # -- what is lost -------------------------------------------------------------------------------------

    def dies(self, disk: Town, others: Iterable[Town]) -> None:
        """A disk is about to go: what stands on no other is lost, and nobody can be blamed for it."""
        self.lost |= held(disk).keys() - {version for other in others for version in held(other)}

    # -- the end ------------------------------------------------------------------------------------------

    def check(self, towns: list[Town], peers: Iterable[tuple[Town, Town]]) -> None:
        """Everything that must hold when all lines are up and nothing moves any more."""
        known = {id(town): held(town) for town in towns}
        everywhere = {version for found in known.values() for version in found}
        assert self.acknowledged - self.lost <= everywhere, self.acknowledged - self.lost - everywhere
        assert everywhere <= self.acknowledged, everywhere - self.acknowledged
        for town in towns:
            check_logs(town)
            check_current(town, known[id(town)])
            self.check_secrets(town)
            assert not town.node.book.waiting(), town
        for giver, taker in peers:
            self.check_line(giver, taker, known[id(giver)], known[id(taker)])
        check_letters(towns)

    def check_line(self, giver: Town, taker: Town, has: Held, got: Held) -> None:
        """Whatever one end of a line holds and may give, the other end holds."""
        peer = peer_of(giver, taker.code)
        birds = {
            self.records[v.uuid].ring for v in has if self.records[v.uuid].origin == taker.code and not v.withdrawn
        }
        goes_on = all(_lets(opening.received(giver.node, one), taker.code) for one in giver.node.book.peers())
        for version, groups in has.items():
            one = self.records[version.uuid]
            if one.origin == taker.code:
                must = groups if peer.terms["people"] else groups - {"people"}
            elif one.origin == giver.code or goes_on:
                must = frozenset(
                    g for g in groups & {*GROUPS} if opens(peer.terms, one, g, today(giver), met=one.ring in birds)
                )
            else:
                continue
            assert must <= got.get(version, frozenset()), (
                giver,
                taker,
                version,
                must,
                got.get(version),
                one,
                peer.terms,
            )

    def check_secrets(self, town: Town) -> None:
        """No word that may not be known here stands anywhere in the folder of the node."""
        files = [path for path in town.station.settings.home.rglob("*") if path.is_file()]
        raw = b"\n".join(path.read_bytes() for path in files)
        secret = self.words.keys() - self.may.get(town.code, set()) - self.public
        found = {word: (self.words[word], self.records[self.words[word][0]]) for word in secret if word.encode() in raw}
        assert not found, (town, found)


def today(town: Town) -> datetime.date:
    """The day by a node's own clock."""
    return town.station.intake.today()


def _lets(terms: Mapping[str, Any], taker: str) -> bool:
    said = terms["onward"]
    return said == "all" or (said != "none" and taker in said)


def opens(terms: Mapping[str, Any], one: Said, group: str, day: datetime.date, *, met: bool) -> bool:
    """Whether terms let a group of a record go on a day, reckoned apart from the code that decides it."""
    named = group == "core" or group in terms["groups"].get(one.level, ())
    if one.kind not in terms["kinds"] or not named or (group == "people" and not terms["people"]):
        return False
    reach = {"all"} | ({"returns"} if met else set())
    is_over = datetime.date.fromisoformat(one.day) + datetime.timedelta(days=terms["embargo_days"]) <= day
    return (one.kind != "banding" or terms["bandings"] in reach) and (met or is_over)


def check_logs(town: Town) -> None:
    """No log has a hole, and every batch proves itself by what is stored."""
    store = town.station.store
    for state in town.node.ledger.logs():
        batches = list(town.node.shelf.log_from(state.name, 1))
        assert sum(held.count for held in batches) == state.head_number, (town, state)
        for before, held in zip([None, *batches], batches, strict=False):
            assert held.first == (before.first + before.count if before else 1), (town, state)
            assert Blocks(store).faults(held) == set(), (town, state, held.first)
    told = count(town, "(select distinct log_id, number from exchange_entries)")
    assert told == count(town, "exchange_entries")


def check_current(town: Town, has: Held) -> None:
    """Of the versions that a node holds the right one is current: the highest generation, then the larger seal."""
    sql = (
        "select lower(hex(r.uuid)), v.generation, v.seal from versions v join records r on r.id = v.record_id"
        " order by v.generation, v.seal"
    )
    newest = {row[0]: (row[1], row[2]) for row in town.station.store.database.execute(sql).fetchall()}
    current = every(town)
    assert len({one.uuid for one in current}) == len(current) == len({version.uuid for version in has})
    for one in current:
        sql = "select generation, seal from versions where id = ?"
        assert (
            town.station.store.database.execute(sql, [one.version_id]).fetchone() == newest[one.uuid.replace("-", "")]
        )


def check_letters(towns: list[Town]) -> None:
    """Every letter that anybody holds is held once by whom it is for, and no proposal is decided on twice."""
    sql = "select uuid, recipient from exchange_letters where state != 'again'"
    found = {id(town): town.station.store.database.execute(sql).fetchall() for town in towns}
    for town in towns:
        mine = Counter(uuid for uuid, _ in found[id(town)])
        assert max(mine.values(), default=1) == 1, town
        for_me = {uuid for rows in found.values() for uuid, to in rows if to == town.code}
        assert for_me <= mine.keys(), (town, for_me - mine.keys())
        assert count(town, "exchange_letters where state = 'failed'") == 0
