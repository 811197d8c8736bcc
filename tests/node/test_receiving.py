"""Versions from other nodes in runs: the same rows and findings as by every rule, and an origin that holds."""

import datetime
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.domain.rules import Case, judge
from banding.intake import Arrival, Received
from banding.station import Station
from tests.node.records import arrival, banding, kept, recovery, station

IDS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]
TABLES = ("records", "versions", "findings", "changes", "ring_links", "ring_readings", "forks")


def rows(node: Station) -> dict[str, list[Any]]:
    """Everything that is kept of the records."""
    connection = node.store.database.conn
    return {name: connection.execute(f"select * from {name} order by 1").fetchall() for name in TABLES}


def plainly(node: Station) -> None:
    """Let a node ask every rule of every record."""
    judging = node.intake.judging
    judging.of_others = lambda: (  # type: ignore[method-assign]
        lambda record, me, story: judge(Case(record, me, story, judging.today(), judging.tables()))
    )


def stopped(node: Station) -> None:
    """Let the clock of a node stand still."""
    node.intake.clock = lambda: datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


VERSIONS = st.fixed_dictionaries(
    {
        "place": st.integers(0, 3), "generation": st.integers(1, 2), "kind": st.sampled_from([banding, recovery]),
        "origin": st.sampled_from(["HL-SHP", "HL-SHP", "AM-BLG"]),
        "ring": st.sampled_from(["XC 345612", "XC 345613", "A"]),
        "day": st.sampled_from(["2024-05-01", "2024-04-01", "2030-01-01"]), "open": st.booleans(),
    },
    optional={
        "species": st.sampled_from(["Parus minor", "Aves", "Nemo"]), "condition": st.sampled_from("128"),
        "replaces": st.just({"scheme": "RUM", "ring": "XC 111111"}), "sex": st.sampled_from(["M", "F", "wrong"]),
        "withdrawn": st.just(True),
    },
)  # fmt: skip


def made(told: dict[str, Any]) -> Arrival:
    """An arrival of one of a few records; its seal follows from what it says, whatever is withheld."""
    more = {name: told[name] for name in ("species", "condition", "replaces", "sex", "withdrawn") if name in told}
    record = told["kind"](told["ring"], told["day"], **more)
    seal = hashlib.sha256(orjson.dumps({**told, "kind": told["kind"].__name__, "open": None})).digest()
    whole = record if told["open"] else {"core": record["core"]}
    return arrival(whole, IDS[told["place"]], told["generation"], told["origin"], seal)


@settings(max_examples=40)
@given(st.lists(VERSIONS.map(made), min_size=1, max_size=8))
def test_a_run_is_kept_as_it_is_when_every_rule_is_asked_of_every_record(arrivals: Sequence[Arrival]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        fast, plain = station(Path(folder) / "a"), station(Path(folder) / "b")
        plainly(plain)
        for node in (fast, plain):
            stopped(node)
        for run in (arrivals[:3], arrivals[3:]):
            assert fast.intake.receive(run) == plain.intake.receive(run)
        assert rows(fast) == rows(plain)
        fast.store.close()
        plain.store.close()


def codes(received: Sequence[Received]) -> list[list[str]]:
    return [[finding.code for finding in one.reasons] for one in received]


def test_only_the_origin_of_a_record_continues_it(node: Station) -> None:
    ours = kept(node.intake, banding())
    stolen = arrival(banding(sex="M"), ours, 2, "HL-SHP")._replace(log="HL-SHP.0123456789abcdef")
    (got,) = node.intake.receive([stolen])
    assert got.placed is None
    (reason,) = got.reasons
    assert (reason.code, reason.severity, reason.field) == ("W-origin", "error", "")
    assert reason.values == {"origin": "AM-KHG", "log": "HL-SHP.0123456789abcdef"}
    assert [one.generation for one in node.store.records.versions(ours)] == [1]


def test_within_one_run_the_first_origin_holds_too(node: Station) -> None:
    first, second = arrival(banding(), IDS[0]), arrival(banding(sex="M"), IDS[0], 2, "AM-BLG", b"t" * 32)
    assert codes(node.intake.receive([first, second])) == [[], ["W-origin"]]
    assert codes(node.intake.receive([second])) == [["W-origin"]]


def test_what_is_set_aside_for_its_shape_claims_no_record(node: Station) -> None:
    wrong, sound = arrival(banding(sex="wrong"), IDS[0]), arrival(banding(), IDS[0], origin="AM-BLG", seal=b"t" * 32)
    assert codes(node.intake.receive([wrong, sound])) == [["W-shape"], []]


@pytest.mark.parametrize("core", [None, [], {}, {"id": 7}, {"id": "no uuid", "kind": "banding"}, {"kind": "extension"}])
def test_a_record_that_is_none_is_told_so_and_delays_no_other(node: Station, core: Any) -> None:
    strange = Arrival({"core": orjson.dumps(core).decode()}, {"core": core}, b"u" * 32)
    told, fine = node.intake.receive([strange, arrival(banding(), IDS[1])])
    assert told.placed is None
    assert {finding.code for finding in told.reasons} == {"W-shape"}
    assert fine.placed is not None


def row(uuid: str, origin: str, generation: int = 1) -> Arrival:
    """An arrival of a row of a table."""
    core = {
        "id": uuid, "origin": origin, "generation": generation, "kind": "extension", "table": "station",
        "code": "KH-OZR", "row": {"en": "Lake", "zh": "湖", "ru": "Озеро", "latitude": "49.0", "longitude": "130.0"},
    }  # fmt: skip
    text = orjson.dumps(core)
    return Arrival({"core": text.decode()}, {"core": core}, text[-32:] + bytes([generation]) + origin.encode())


def test_a_row_of_a_table_belongs_to_its_origin_and_never_takes_the_place_of_a_record(node: Station) -> None:
    first, other = row(IDS[0], "HL-SHP"), row(IDS[0], "AM-BLG", 2)
    assert codes(node.intake.receive([first, other])) == [[], ["W-origin"]]
    assert codes(node.intake.receive([other])) == [["W-origin"]]
    node.intake.receive([arrival(banding(), IDS[1])])
    assert codes(node.intake.receive([row(IDS[1], "AM-BLG"), row(IDS[1], "HL-SHP")])) == [["W-origin"], ["W-shape"]]


def test_answers_come_in_the_order_of_the_arrivals(node: Station) -> None:
    bird, ring = arrival(banding(), IDS[1]), row(IDS[0], "HL-SHP")
    wrong = arrival(banding(sex="wrong"), IDS[2])
    got = node.intake.receive([bird, wrong, ring])
    assert codes(got)[1] == ["W-shape"]
    versions = [one.placed.version_id for one in (got[0], got[2]) if one.placed]
    kinds = [node.store.database.conn.execute("select door, record_id from versions where id = ?", [v]).fetchone()
             for v in versions]  # fmt: skip
    assert [record_id > 0 for _, record_id in kinds] == [True, False]
