"""Forks: every node lets the same version stand, open forks are found, and a later version closes them."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.encounters import Encounter
from banding.errors import NotAllowed, Refused
from banding.intake import Intake
from banding.station import Station
from banding.store import Store, forks
from banding.store.extensions import NewExtension
from banding.store.shapes import NewVersion, Query
from tests.node.records import arrival, banding, kept

AT = "2026-11-21T00:00:00+00:00"
ID = "00000000-0000-4000-8000-000000000001"
SPECIES = ("Emberiza spodocephala", "Emberiza pallasi", "Parus minor", "Grus monacha")


def version(generation: int, seal: bytes | None, **core: Any) -> NewVersion:
    """A version of the one record, of ours where it has no seal yet."""
    record = banding(**core)
    record["core"] |= {"id": ID, "origin": "AM-KHG", "generation": generation}
    groups = {name: orjson.dumps(group).decode() for name, group in record.items()}
    return NewVersion(Encounter.of(record), generation, groups, "peer", seal=seal, own=seal is None)


def as_seen(store: Store) -> list[tuple[Any, ...]]:
    """What a node shows of its records, without the numbers of its own rows; and what it knows of links."""
    sql = (
        "select uuid, kind, generation, seal, scheme, ring_key, species, day, latitude, longitude, coarse, place_code,"
        " withdrawn from records order by uuid"
    )
    conn = store.database.conn
    links = conn.execute("select ring_key, scheme, to_ring_key from ring_links order by 1, 2, 3").fetchall()
    readings = conn.execute("select scheme, reading from ring_readings").fetchall()
    return [*conn.execute(sql), *links, *readings, *conn.execute("select uuid from forks")]


SIDES = st.lists(
    st.tuples(
        st.integers(1, 2),
        st.binary(min_size=1, max_size=2),
        st.sampled_from(SPECIES),
        st.sampled_from(["XC 345612", "XC 345613", "XC 34561-"]),
        st.booleans(),
        st.sampled_from([None, {"scheme": "RUM", "ring": "XC 999999"}]),
    ),
    min_size=1, max_size=5, unique_by=lambda one: one[:2],
)  # fmt: skip


def _version(side: tuple[Any, ...], *, own: bool) -> NewVersion:
    generation, seal, species, ring, withdrawn, replaces = side
    more = {"withdrawn": True} if withdrawn else {}
    more |= {"replaces": replaces} if replaces else {}
    return version(
        generation, None if own else seal, species=species, ring=ring, ring_partial=ring.endswith("-"), **more
    )


def _tell(store: Store, sides: list[tuple[Any, ...]], own: int | None, sealed_at: int) -> None:
    """Let versions come in this order; one is ours and is published when so many have come after it."""
    waiting, countdown = None, 0
    for place, side in enumerate(sides):
        (placed,) = store.records.keep([_version(side, own=place == own)], AT)
        if place == own:
            waiting, countdown = {placed.version_id: side[1]}, sealed_at
        elif countdown:
            countdown -= 1
        if waiting and not countdown:
            store.records.seal(waiting)
            waiting = None
    if waiting:
        store.records.seal(waiting)


@settings(max_examples=60)
@given(sides=SIDES, data=st.data())
def test_whatever_came_first_or_was_published_first_every_node_shows_the_same(sides: Any, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        seen = []
        for number in range(3):
            order = data.draw(st.permutations(sides))
            own = data.draw(st.none() | st.integers(0, len(order) - 1))
            store = Store.open(Path(folder) / f"{number}.sqlite")
            _tell(store, order, own, data.draw(st.integers(0, 4)))
            seen.append(as_seen(store))
            before = store.database.conn.execute("select * from forks").fetchall()
            forks.rebuild(store.database.conn)
            assert store.database.conn.execute("select * from forks").fetchall() == before
            store.close()
        assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("ours", [b"a" * 32, b"c" * 32])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_row_of_a_table_that_forked_stands_by_its_seal_too(node: Station, ours: bytes, is_first: bool) -> None:
    def row(name: str, seal: bytes | None) -> NewExtension:
        core = {"id": ID, "origin": "AM-KHG", "generation": 1, "kind": "extension", "table": "station", "code": "XX-1",
                "row": {"en": name, "latitude": "49.0", "longitude": "130.0"}}  # fmt: skip
        return NewExtension(core, orjson.dumps(core).decode(), "peer", seal=seal, own=seal is None)

    both = [row("ours", None), row("theirs", b"b" * 32)]
    placed = {new.core["row"]["en"]: node.store.extensions.keep([new], AT)[0].version_id
              for new in (both if is_first else reversed(both))}  # fmt: skip
    marked = node.store.extensions.mark()
    node.store.records.seal({placed["ours"]: ours})
    (stands,) = node.store.extensions.current()
    assert stands.row["en"] == ("ours" if ours > b"b" * 32 else "theirs")
    assert (node.store.extensions.mark() == marked) == (stands.row["en"] == "theirs")


def test_a_correction_after_a_fork_continues_every_side(node: Station) -> None:
    uuid = forked(node)
    node.intake.correct(uuid, banding(sex="F"), by="anna")
    (change,) = [one for one in node.store.records.changes_after(0, 10) if one.generation == 3]
    assert change.parents == [b"a" * 32, b"b" * 32]
    assert [one.parents for one in node.store.records.changes_after(0, 10)[:2]] == [[], [b"1" * 32]]


def test_a_fork_is_open_until_a_later_version_comes(node: Station) -> None:
    whole = kept(node.intake, banding("XC 345613"))
    assert node.store.forks.open(10) == []
    uuid = forked(node)
    (fork,) = node.store.forks.open(10)
    assert (fork.uuid, fork.generation) == (uuid, 2)
    assert [side.core["sex"] for side in fork.sides] == ["U", "M"], "the side that stands comes first"
    assert [side.current for side in node.store.forks.of(uuid)] == [True, False]
    base = node.store.forks.base(uuid)
    assert base is not None
    assert (base.generation, "sex" in base.core) == (1, False)
    node.intake.receive([arrival(banding(sex="F"), uuid, 3, "AM-KHG", b"z" * 32)])
    assert node.store.forks.open(10) == [] == node.store.forks.of(uuid) == node.store.forks.of(whole)


def test_open_forks_are_read_a_page_at_a_time(node: Station) -> None:
    uuids = sorted(forked(node, f"XC 34560{number}") for number in range(5))
    first = node.store.forks.open(3)
    assert [fork.uuid for fork in first] == uuids[:3]
    assert [fork.uuid for fork in node.store.forks.open(3, first[-1].uuid)] == uuids[3:]


def test_the_steward_closes_a_fork_even_with_the_version_that_stands(node: Station) -> None:
    uuid = forked(node)
    chosen = node.store.forks.of(uuid)[0].groups
    verdict = node.intake.resolve(uuid, chosen, by="anna", reason="Seen in the field book")
    assert verdict.outcome == "changed"
    held = node.store.records.record(uuid)
    assert held is not None
    assert (held.generation, held.core["sex"], held.door, held.kept_by) == (3, "U", "resolution", "anna")
    assert [one["reason"] for one in held.groups["remarks"]["confirmations"]] == ["Seen in the field book"]
    assert node.store.forks.open(10) == []
    assert node.store.search.count(Query()) == 1


def foreign(intake: Intake) -> None:
    intake.receive([arrival(banding(), ID)])
    intake.resolve(ID, banding(), by="anna", reason="so")


def unforked(intake: Intake) -> None:
    intake.resolve(kept(intake, banding()), banding(), by="anna", reason="so")


def no_reason(intake: Intake) -> None:
    intake.resolve(kept(intake, banding()), banding(), by="anna", reason=" ")


@pytest.mark.parametrize(("deed", "refusal"), [(foreign, NotAllowed), (unforked, Refused), (no_reason, Refused)])
def test_nothing_else_is_resolved(node: Station, deed: Callable[[Intake], None], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        deed(node.intake)


def forked(node: Station, ring: str = "XC 345612") -> str:
    """A record of ours, published, whose second version was made here and in a copy of the node; the other stands."""
    uuid = kept(node.intake, banding(ring))
    first = node.store.records.versions(uuid)[0].version_id
    node.store.records.seal({first: b"1" * 32})
    node.intake.correct(uuid, banding(ring, sex="M"), by="anna")
    node.intake.receive([arrival(banding(ring, sex="U"), uuid, 2, "AM-KHG", b"b" * 32)])
    ours = next(one for one in node.store.records.versions(uuid) if one.core.get("sex") == "M")
    node.store.records.seal({ours.version_id: b"a" * 32})
    return uuid
