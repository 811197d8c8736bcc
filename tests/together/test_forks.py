"""Two copies of a node change one record apart: both versions are kept everywhere until its station makes one."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banding.errors import NotAllowed
from exchange.talk import odds
from tests.together.cloned import Cloned
from tests.together.kit import Town, correct, every, pull, record_of, seals_of, snapshot, withdraw


@pytest.fixture
def cloned(tmp_path: Path) -> Iterator[Cloned]:
    made = Cloned(tmp_path)
    yield made
    for town in made.towns:
        town.close()


def first(cloned: Cloned) -> str:
    return every(cloned.one)[0].uuid


def meet(cloned: Cloned, rounds: int = 4) -> None:
    """What either copy wrote is heard by one other node each, and then everybody hears everybody."""
    for clone, other in zip((cloned.one, cloned.two), cloned.others, strict=True):
        clone.node.publisher.publish()
        assert pull(other, clone, cloned.line(clone, other)).trouble == ""
    cloned.rounds(rounds, [cloned.one, cloned.two])


def sides(town: Town, uuid: str) -> list[Any]:
    return town.station.store.forks.of(uuid)


def seals(town: Town, uuid: str, generation: int) -> set[str]:
    sql = "select hex(seal) from versions where record_id = (select id from records where uuid = ?) and generation = ?"
    found = town.station.store.database.execute(sql, [bytes.fromhex(uuid.replace("-", "")), generation]).fetchall()
    return {seal.lower() for (seal,) in found}


def parents(town: Town, uuid: str) -> set[str]:
    """What the head of the record's current version says that it continues."""
    held = record_of(town, uuid)
    sql = "select head from exchange_entries where version_id = ?"
    (head,) = town.station.store.database.execute(sql, [held.version_id]).fetchone()
    said = json.loads(head)
    assert said["generation"] == held.generation
    return set(said["parents"])


def ringing(town: Town) -> list[tuple[str, str]]:
    odds.look(town.node)
    found = [one for one in town.node.alarms.open() if one.kind == "fork"]
    assert all(one.times == 1 for one in found)
    return [(one.about, one.details["state"]) for one in found]


def test_both_versions_are_kept_and_the_same_one_stands_everywhere_until_the_station_decides(cloned: Cloned) -> None:
    uuid = first(cloned)
    correct(cloned.one, uuid, sex="F")
    correct(cloned.two, uuid, age="4")
    meet(cloned)
    assert len({str(seals_of(snapshot(town))) for town in cloned.towns}) == 1
    assert len(seals(cloned.one, uuid, 2)) == 2
    for town in cloned.towns:
        assert seals(town, uuid, 2) == seals(cloned.one, uuid, 2)
        assert len(sides(town, uuid)) == 2
    assert ringing(cloned.one) == ringing(cloned.one) == [(uuid, "")]
    assert ringing(cloned.others[0]) == [(uuid, "theirs")]


def test_what_the_station_decides_continues_both_and_closes_it_everywhere(cloned: Cloned) -> None:
    uuid = first(cloned)
    correct(cloned.one, uuid, sex="F")
    correct(cloned.two, uuid, age="4")
    meet(cloned)
    for town in cloned.towns:
        assert ringing(town)
    found = sides(cloned.one, uuid)
    merged = {"core": found[0].core | {"sex": "F", "age": "4"}, "place": found[0].groups["place"]}
    intake = cloned.one.station.intake
    assert intake.resolve(uuid, merged, by="keeper", reason="One saw the sex, the other the age").is_kept
    cloned.rounds(4, [cloned.one, cloned.two])
    both = seals(cloned.one, uuid, 2)
    for town in cloned.towns:
        held = record_of(town, uuid)
        assert (held.generation, held.core["sex"], held.core["age"]) == (3, "F", "4")
        assert parents(town, uuid) == both
        assert sides(town, uuid) == []
        assert seals(town, uuid, 2) == both, "the history keeps both"
        assert ringing(town) == []


def test_nobody_but_the_station_decides(cloned: Cloned) -> None:
    uuid = first(cloned)
    correct(cloned.one, uuid, sex="F")
    correct(cloned.two, uuid, sex="M")
    meet(cloned)
    other = cloned.others[0]
    with pytest.raises(NotAllowed, match="Only the node that wrote"):
        other.station.intake.resolve(uuid, sides(other, uuid)[0].groups, by="x", reason="x")


def test_a_withdrawal_and_a_correction_at_odds_are_both_kept_until_the_station_decides(cloned: Cloned) -> None:
    uuid = first(cloned)
    withdraw(cloned.one, uuid)
    correct(cloned.two, uuid, age="4")
    meet(cloned)
    assert len({str(seals_of(snapshot(town))) for town in cloned.towns}) == 1
    for town in cloned.towns:
        assert sorted(side.withdrawn for side in sides(town, uuid)) == [False, True]
    gone = next(side for side in sides(cloned.two, uuid) if side.withdrawn)
    assert cloned.two.station.intake.resolve(uuid, gone.groups, by="keeper", reason="Typed twice").is_kept
    cloned.rounds(4, [cloned.two, cloned.one])
    for town in cloned.towns:
        held = record_of(town, uuid)
        assert (held.withdrawn, held.generation) == (True, 3)
        assert sides(town, uuid) == []


def test_a_flood_of_forks_rings_for_as_many_as_there_is_room(cloned: Cloned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odds, "MOST", 1)
    monkeypatch.setattr(odds, "PAGE", 1)
    uuids = sorted(one.uuid for one in every(cloned.one))
    for uuid in uuids:
        correct(cloned.one, uuid, sex="F")
        correct(cloned.two, uuid, sex="M")
    meet(cloned)
    assert ringing(cloned.one) == [(uuids[0], "")]
    correct(cloned.one, uuids[0], sex="U")
    assert ringing(cloned.one) == [(uuids[1], "")]
