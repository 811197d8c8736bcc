"""Rows that nodes add to the open tables: taken in, merged over the shipped tables, disputed, and taken back."""

import uuid
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banding import reference, tables
from banding.domain.encounters import Encounter
from banding.domain.rules import Case, judge
from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Arrival, Draft, Received
from banding.station import Station
from banding.store.extensions import Extension
from banding.tables import Standing, standings
from schemas.extensions import OPEN_TABLES
from tests.node.records import banding, kept

LAKE = {"en": "Lake Udyl", "ru": "Озеро Удыль", "zone": "Asia/Vladivostok"}
SCHEME = {"en": "Mongolia", "ring_pattern": r"[A-Z]{1,2}\d{5,6}", "example": "MA 12345"}


def add(node: Station, table: str, code: str, row: dict[str, str]) -> Any:
    return node.intake.extending.add(table, code, row, by="anna")


def arrive(node: Station, origin: str, table: str = "station", code: str = "KH-OZR", **more: Any) -> Received:
    """An extension of another node, its signature already verified."""
    row = more.pop("row", LAKE)
    core = {"id": str(uuid.uuid4()), "origin": origin, "generation": 1, "kind": "extension", "table": table}
    core |= {"code": code, "row": row} | more
    text = orjson.dumps(core).decode()
    (got,) = node.intake.receive([Arrival({"core": text}, {"core": core}, orjson.dumps(core)[-32:])])
    return got


def states(node: Station) -> dict[str, str]:
    return {one.extension.origin: one.state for one in standings(node.store.extensions.current())}


def test_a_row_added_here_is_read_at_once(node: Station) -> None:
    assert node.live.table("station").label("KH-OZR", "ru") == "KH-OZR"
    add(node, "station", "KH-OZR", LAKE)
    assert node.live.table("station").label("KH-OZR", "ru") == "Озеро Удыль"
    assert node.live.table("station").label("KH-OZR", "zh") == "Lake Udyl"
    assert node.live.table("station").label("AM-KHG", "en") == "Khingansky Zapovednik"


def test_an_added_scheme_is_judged_by_its_pattern(node: Station) -> None:
    add(node, "scheme", "MGZ", SCHEME)
    (wrong,) = node.intake.admit([Draft(banding("123", scheme="MGZ"))], door="form", by=None)
    assert [f.code for f in wrong.findings] == ["R-ring-pattern"]
    kept(node.intake, banding("MA 12345", scheme="MGZ"))


def test_an_added_species_is_known_and_never_less_guarded_than_an_unknown_one(node: Station) -> None:
    name = "Emberiza nova"
    (asked,) = node.intake.admit([Draft(banding(species=name))], door="form", by=None)
    assert [f.code for f in asked.findings] == ["R-species-unknown"]
    add(
        node,
        "species",
        name,
        {"en": "New Bunting", "sensitivity": "0", "synonyms": "Ciconia boyciana;Emberiza novella"},
    )
    kept(node.intake, banding(species=name))
    species = node.tables.species
    assert species.sensitivity(name) == 2
    assert species.sensitivity("Ciconia boyciana") == 3
    found = species.by_name("Emberiza novella")
    assert found is not None
    assert found.scientific_name == name
    add(node, "species", "Grus nova", {"en": "New Crane", "sensitivity": "3"})
    assert node.tables.species.sensitivity("Grus nova") == 3


def test_an_added_place_and_series_are_used_by_the_rules(node: Station) -> None:
    add(node, "place", "XX77", {"en": "Nowhere", "south": "-10", "west": "0", "north": "-5.5", "east": "10"})
    (asked,) = node.intake.admit([Draft(banding(place_code="XX77"))], door="form", by=None)
    assert [f.code for f in asked.findings] == ["R-point-region"]
    row = {"en": "Buntings", "scheme": "RUM", "series": "VD", "digits": "6", "species": "Emberiza spodocephala"}
    add(node, "ring_series", "RUM-VD", row)
    (asked,) = node.intake.admit([Draft(banding())], door="form", by=None)
    assert [f.code for f in asked.findings] == ["R-ring-series"]


@pytest.mark.parametrize(
    ("table", "code", "row", "where"),
    [
        ("age", "9", {"en": "x"}, "table"),
        ("nothing", "9", {"en": "x"}, "table"),
        ("station", "no station", LAKE, "code"),
        ("station", "KH-OZR", {"ru": "x"}, "en"),
        ("station", "KH-OZR", LAKE | {"colour": "red"}, "colour"),
        ("station", "KH-OZR", LAKE | {"code": "AM-KHG"}, "code"),
        ("station", "KH-OZR", LAKE | {"zone": "Asia/Nowhere"}, "zone"),
        ("station", "KH-OZR", LAKE | {"zone": "../../etc/passwd"}, "zone"),
        ("station", "KH-OZR", LAKE | {"latitude": "91"}, "latitude"),
        ("station", "KH-OZR", LAKE | {"latitude": "north"}, "latitude"),
        ("station", "AM-KHG", LAKE, "AM-KHG"),
        ("scheme", "MGZ", SCHEME | {"ring_pattern": "(A+)+"}, "ring_pattern"),
        ("scheme", "MGZ", SCHEME | {"ring_pattern": r"\d{0,9}\d{0,9}\d{0,9}\d{0,9}"}, "ring_pattern"),
        ("scheme", "MGZ", SCHEME | {"example": "1"}, "example"),
        ("scheme", "MGZ", SCHEME | {"ring_pattern": "A{5,3}"}, "ring_pattern"),
        ("scheme", "MGZ", SCHEME | {"ring_pattern": "[Z-A]"}, "ring_pattern"),
        ("place", "XX77", {"en": "x", "south": "1"}, "south"),
        ("species", "Emberiza nova", {"en": "x", "sensitivity": "9"}, "sensitivity"),
        ("ring_series", "RUM-VD", {"en": "x", "scheme": "RUM"}, "series"),
        ("ring_series", "RUM-VD", {"en": "x", "scheme": "R", "series": "VD"}, "scheme"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_and_from_a_peer_kept_without_effect(
    node: Station, table: str, code: str, row: dict[str, str], where: str
) -> None:
    with pytest.raises(Refused) as refused:
        add(node, table, code, row)
    assert refused.value.where == where
    before = node.tables
    got = arrive(node, "HL-SHP", table, code, row=row)
    assert (got.placed is None) == (table not in OPEN_TABLES)
    if got.placed is not None:
        assert states(node)["HL-SHP"] in {"unfit", "shipped"}
        assert node.tables.schemes == before.schemes
        assert dict(node.tables.boxes) == dict(before.boxes)
        assert len(node.tables.species) == len(before.species)


def test_every_shipped_row_would_pass_the_check_of_added_ones() -> None:
    from schemas.codes import table

    for name in OPEN_TABLES:
        for code, row in table(name).rows.items():
            cells = {column: cell for column, cell in list(row.items())[1:] if cell}
            if name == "scheme" and not row["example"]:
                cells.pop("ring_pattern", None)
            reference.check(name, code, cells)


def test_a_new_version_replaces_the_row_and_the_same_one_makes_none(node: Station) -> None:
    first = add(node, "station", "KH-OZR", LAKE)
    assert add(node, "station", "KH-OZR", LAKE) == first
    second = add(node, "station", "KH-OZR", LAKE | {"en": "Udyl"})
    assert (second.uuid, second.generation) == (first.uuid, 2)
    assert node.live.table("station").label("KH-OZR", "en") == "Udyl"
    assert len(node.store.records.changes_after(0, 10)) == 2


def test_a_row_withdrawn_is_gone_from_the_table_and_can_come_back(node: Station) -> None:
    add(node, "station", "KH-OZR", LAKE)
    assert node.intake.extending.withdraw("station", "KH-OZR", by=None).withdrawn
    assert "KH-OZR" not in node.live.table("station")
    assert add(node, "station", "KH-OZR", LAKE).generation == 3
    assert "KH-OZR" in node.live.table("station")
    with pytest.raises(NotFound):
        node.intake.extending.withdraw("station", "KH-NIX", by=None)


@pytest.mark.parametrize("order", [("HL-SHP", "KH-UDL"), ("KH-UDL", "HL-SHP")])
def test_of_two_nodes_that_claim_a_code_the_first_in_the_alphabet_stands_and_both_are_shown(
    node: Station, order: tuple[str, str]
) -> None:
    for origin in order:
        arrive(node, origin, row={"en": f"Lake of {origin}"})
    assert states(node) == {"HL-SHP": "used", "KH-UDL": "claimed"}
    assert node.live.table("station").label("KH-OZR", "en") == "Lake of HL-SHP"
    with pytest.raises(NotAllowed):
        add(node, "station", "KH-OZR", LAKE)


def test_the_shipped_row_stands_whatever_a_peer_says(node: Station) -> None:
    arrive(node, "AA-AAA", code="AM-KHG", row={"en": "Somewhere else"})
    assert states(node) == {"AA-AAA": "shipped"}
    assert node.live.table("station").label("AM-KHG", "en") == "Khingansky Zapovednik"


def test_an_older_version_that_comes_late_changes_nothing_and_the_same_one_is_known(node: Station) -> None:
    one = str(uuid.uuid4())
    assert arrive(node, "HL-SHP", id=one, generation=2, row={"en": "New"}).placed is not None
    late = arrive(node, "HL-SHP", id=one, row={"en": "Old"})
    assert late.placed is not None
    assert late.placed.outcome == "new"
    assert node.live.table("station").label("KH-OZR", "en") == "New"
    again = arrive(node, "HL-SHP", id=one, row={"en": "Old"})
    assert again.placed is not None
    assert again.placed.outcome == "known"


def test_an_extension_never_takes_the_id_of_a_record(node: Station) -> None:
    record = kept(node.intake, banding())
    assert arrive(node, "HL-SHP", id=record).placed is None


def test_another_process_sees_a_row_after_a_while(node: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tables.LiveTables(type(node.store)(node.store.path))
    assert "KH-OZR" not in other.table("station")
    add(node, "station", "KH-OZR", LAKE)
    assert "KH-OZR" not in other.table("station")
    monkeypatch.setattr(other, "_look_at", 0.0)
    assert "KH-OZR" in other.table("station")
    other._store.close()


NASTY = st.one_of(
    st.sampled_from(
        ["Black-faced Bunting", "灰头鹀", "18760", "02260", "Emberiza spodocephala", "nan", "1e9", "-0", "9", "2", "0",
         "[A-Z]{2,1}", "\\d{6}", "(", "true", ";;", "RUM", "RU83", "Asia/Shanghai", "XC", "90", "-180"]
    ),
    st.text("aA0;.[]{}?*-\\é", min_size=1, max_size=8),
)  # fmt: skip
NEW_CODES = {"species": "Emberiza nova", "scheme": "MGZ", "place": "XX77", "station": "KH-OZR", "ring_series": "RUM-VD"}


@settings(max_examples=50, deadline=None)
@given(data=st.data(), table=st.sampled_from(OPEN_TABLES))
def test_no_row_of_a_peer_can_stop_the_tables_or_change_a_shipped_row(data: st.DataObject, table: str) -> None:
    column = st.sampled_from(reference.columns(table)[1:])
    row = data.draw(st.dictionaries(column, NASTY, max_size=8)) | {"en": data.draw(NASTY)}
    one = Extension(str(uuid.uuid4()), "HL-SHP", 1, table, NEW_CODES[table], row, False, 1)
    found = reference.merged(tables._added(standings([one])))
    shipped = reference.tables()
    for name in ("Emberiza spodocephala", "Ciconia boyciana", "Grus grus"):
        assert found.species.by_name(name) == shipped.species.by_name(name)
        for text in (*shipped.species.by_name(name).names.values(), shipped.species.by_name(name).euring_code):
            assert not text or found.species.find(text) == shipped.species.find(text), text
    told = {"id": "a", "origin": "AM-KHG", "generation": 1}
    record = banding(species=NEW_CODES["species"], place_code="XX77")
    for scheme, ring in (("RUM", "XC 345612"), ("MGZ", "A" * 20)):
        whole = record | {"core": record["core"] | told | {"scheme": scheme, "ring": ring}}
        judge(Case(whole, Encounter.of(whole), [], date(2024, 6, 1), found))


def test_rows_of_tables_are_no_records(node: Station) -> None:
    add(node, "station", "KH-OZR", LAKE)
    assert node.store.search.tally() == {}
    assert all(isinstance(one, Standing) for one in standings(node.store.extensions.current()))
