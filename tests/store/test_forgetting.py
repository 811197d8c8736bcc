"""What is taken away is gone from every byte of the file at once, long before the file is written anew."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from banding.settings import Settings, station_node
from banding.station import Station
from banding.store import Store, traces
from banding.store.finds import Find
from banding.store.photos import Picture
from tests.together.kit import banding

AT = "2025-06-01T03:00:00+00:00"
PEOPLE = {"ringer": "Ringer of the north", "finder_name": "Finder Zaphodova"}

RECORD = (
    "insert into records(id, uuid, kind, origin, version_id, generation, scheme, species, day, withdrawn)"
    " values (?1, randomblob(16), 'banding', 'AM-KHG', ?1, 1, 'RUM', 'Grus japonensis', '2024-05-01', 0)"
)
VERSION = (
    "insert into versions(id, record_id, generation, kept_at, door, core, remarks) values (?1, ?1, 1, '', 'form',"
    """ '{"kind": "banding", "scheme": "RUM", "ring": "1", "species": "Grus japonensis", "day": "2024-05-01"}', ?2)"""
)
SEEDS = (0, 7, 8)


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    opened = Station.open(Settings(home=tmp_path, node=station_node("AM-KHG")))
    yield opened
    opened.store.close()


def on_disk(store: Store) -> bytes:
    """Every byte of the file and of the log beside it."""
    return b"".join(path.read_bytes() for path in store.path.parent.glob(f"{store.path.name}*"))


def write(station: Station, ring: str) -> str:
    draft = banding(ring, people=PEOPLE, remarks={"text": f"Seen beside {ring}"})
    (verdict,) = station.intake.admit([draft], door="form", by="a test", confirm_all="For the test")
    assert verdict.is_kept, verdict.findings
    return str(verdict.id)


def version_of(station: Station, uuid: str) -> int:
    held = station.store.records.record(uuid)
    assert held is not None
    return held.version_id


def test_a_version_of_our_own_goes_whole_and_leaves_nothing_behind(station: Station) -> None:
    uuid = write(station, "XC 345612")
    version = version_of(station, uuid)
    station.store.forgetting.whole([version])
    assert station.store.forgetting.settle()
    for planted in (*PEOPLE.values(), "345612", "130.44694"):
        assert planted.encode() not in on_disk(station.store), planted
    assert station.store.records.record(uuid) is None
    assert station.store.records.changes_after(0, 9) == []


def test_a_record_written_after_it_is_kept_and_told_as_any_other(station: Station) -> None:
    gone = version_of(station, write(station, "XC 345612"))
    station.store.forgetting.whole([gone])
    after = write(station, "XC 345613")
    assert version_of(station, after) == gone, "the number was given again"
    assert [change.uuid for change in station.store.records.changes_after(0, 9)] == [after]


@pytest.mark.parametrize("seed", SEEDS)
def test_of_many_texts_no_byte_is_left_at_once_wherever_their_rows_were_moved(tmp_path: Path, seed: int) -> None:
    store, chance = Store.open(tmp_path / "node.sqlite"), random.Random(seed)
    store.database.execute("pragma synchronous = off")
    with store.transaction():
        for at in range(1, 201):
            store.database.conn.execute(RECORD, [at])
            store.database.conn.execute(VERSION, [at, f"<remark {at}>" + "z" * chance.randrange(900)])
    gone = chance.sample(range(1, 201), 150)
    store.forgetting.groups(gone[:75], ["remarks"])
    store.forgetting.whole(gone[75:])
    assert store.forgetting.settle()
    raw = on_disk(store)
    assert [at for at in range(1, 201) if f"<remark {at}>".encode() in raw] == sorted(set(range(1, 201)) - set(gone))
    store.close()


@pytest.mark.parametrize("seed", SEEDS)
def test_of_reports_told_anew_and_grown_no_moved_copy_stays(tmp_path: Path, seed: int) -> None:
    store, chance = Store.open(tmp_path / "node.sqlite"), random.Random(seed)
    store.database.execute("pragma synchronous = off")
    finds = [take(store, at, chance) for at in range(120)]
    for at in chance.sample(range(120), 100):
        finds[at] = take(store, at, chance)
    for find in chance.sample(finds, 100):
        store.finds.close(find.id, "refused", by="anna", at=AT, reason="x" * chance.randrange(1000))
    gone = chance.sample(range(120), 60)
    for at in gone:
        store.finds.forget(finds[at].id, {"ring": "XC 1"}, {"at": AT, "why": "asked", "what": []})
    assert store.finds.settle()
    raw = on_disk(store)
    assert {at for at in range(120) if f"<finder {at}>".encode() in raw} == set(range(120)) - set(gone)
    store.close()


def take(store: Store, at: int, chance: random.Random) -> Find:
    told = {"ring": "XC 1", "remarks": f"<finder {at}>" + "y" * chance.randrange(700)}
    person = {"name": f"<finder {at}>"}
    return store.finds.take(f"digest {at}", told, person, language="ru", suspect=False, at=AT)


def test_the_photos_of_other_reports_stay_when_one_is_forgotten(tmp_path: Path) -> None:
    store, chance = Store.open(tmp_path / "node.sqlite"), random.Random(0)
    one, other = take(store, 1, chance), take(store, 2, chance)
    for find in (one, other):
        store.finds.add_photo(find.id, Picture("p", b"jpeg" * 2000, 4, 3, False))
    store.finds.forget(one.id, {"ring": "XC 1"}, {"at": AT, "why": "asked", "what": []})
    here, there = store.finds.one(one.id), store.finds.one(other.id)
    assert here is not None
    assert there is not None
    assert (len(here.photos), len(there.photos)) == (0, 1)
    assert there.person == {"name": "<finder 2>"}
    with pytest.raises(Exception, match="FOREIGN KEY"):
        store.finds.add_photo(99, Picture("q", b"jpeg", 4, 3, False))
    store.close()


def test_what_is_still_owed_is_written_down_until_it_is_done(station: Station) -> None:
    forgetting = station.store.forgetting
    assert not forgetting.is_owed()
    forgetting.whole([version_of(station, write(station, "XC 345612"))])
    assert (forgetting.is_owed(traces.LOG), forgetting.is_owed(traces.FILE)) == (True, True)
    forgetting.settle()
    assert (forgetting.is_owed(traces.LOG), forgetting.is_owed(traces.FILE)) == (False, True)
    assert forgetting.sweep()
    assert not forgetting.is_owed()
