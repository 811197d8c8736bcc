"""A banding at one node and a recovery at another: what each then knows, and what it must not know."""

import csv
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from banding.command.out import Account, exported
from banding.imports.euring import read
from banding.intake import Draft, Verdict
from banding.store.shapes import Query
from banding.web.invitations import add_account
from exchange.log import publish
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    count,
    every,
    make_node,
    on_disk,
    pull,
    recovery,
    returns_of,
    seals_of,
    settle,
    snapshot,
    trust,
    visits_of,
    withdraw,
    write,
)
from tests.web.conftest import PASSWORD, token_of

ROOT = Path(__file__).parents[2]
MADE_UP = ROOT / "tests/formats/data/made_up_57_columns.psv"
REAL = Path(os.environ.get("BANDING_REAL_FILES", ROOT.parent / "shared/data/real")) / "REEWAExport_50.psv"
PLANTED = ("Finder Zaphodova", "Ulitsa Nikogda 42", "nobody@finder.example", "Nest behind the Sekretny barn")
EVERYTHING = {
    "groups": {level: ["core", "area", "measurements", "place", "remarks", "people"] for level in "0123"},
    "people": True,
}


@pytest.fixture
def amur(tmp_path: Path) -> Iterator[Town]:
    """The reserve that bands."""
    town = make_node(tmp_path, "AM-KHG")
    yield town
    town.close()


@pytest.fixture
def shuangpo(tmp_path: Path) -> Iterator[Town]:
    """The station that recovers."""
    town = make_node(tmp_path, "HL-SHP")
    yield town
    town.close()


@pytest.fixture
def line(amur: Town, shuangpo: Town) -> Network:
    """The line between the two, who are peers."""
    befriend(amur, shuangpo)
    return Network().add(amur, shuangpo)


def told(town: Town) -> str:
    """The CSV of all returns as somebody of the station downloads it."""
    if town.station.store.accounts.by_name("keeper") is None:
        with town.app.app_context():
            hasher = town.app.config["PASSWORD_HASHER"]
            add_account(town.station, "keeper", "reader", PASSWORD, None, hasher=hasher)
    client = town.app.test_client()
    form = {"name": "keeper", "password": PASSWORD, "csrf_token": token_of(client)}
    assert client.post("/login", data=form).status_code == 303
    return client.get("/returns.csv").text


# -- a return ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("banded_first", [True, False])
@pytest.mark.parametrize("amur_pulls_first", [True, False])
def test_a_banding_at_one_station_and_a_recovery_at_the_other_are_one_return_at_both(
    amur: Town, shuangpo: Town, line: Network, banded_first: bool, amur_pulls_first: bool
) -> None:
    deeds = [lambda: write(amur, banding()), lambda: write(shuangpo, recovery())]
    for deed in deeds if banded_first else reversed(deeds):
        deed()
    pulls = [(amur, shuangpo), (shuangpo, amur)]
    for one, other in pulls if amur_pulls_first else reversed(pulls):
        report = pull(one, other, line)
        assert (report.trouble, report.taken.kept) == ("", 1)
    (here,), (there,) = returns_of(amur), returns_of(shuangpo)
    assert here == there
    # The rhumb line from Khingansky to lake Khanka, counted apart from the code under test.
    assert (here["distance_km"], here["direction_deg"], here["days"]) == (pytest.approx(455, abs=1), 165, 142)
    assert told(amur) == told(shuangpo)
    (row,) = csv.DictReader(io.StringIO(told(amur)))
    assert (row["ring"], row["distance_km"], row["days_exact"]) == ("XC 345612", str(here["distance_km"]), "true")
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert not line.faults


def test_two_hundred_returns_in_several_batches_are_the_same_at_both(
    amur: Town, shuangpo: Town, line: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "BATCH", 7)
    rings = [f"XC {number:06}" for number in range(1000, 1060)]
    write(amur, *(banding(ring) for ring in rings))
    write(shuangpo, *(recovery(ring, day=f"2024-09-{1 + at % 28:02}") for at, ring in enumerate(rings)))
    pull(amur, shuangpo, line)
    pull(shuangpo, amur, line)
    assert len(returns_of(amur)) == len(rings)
    assert told(amur) == told(shuangpo)
    assert not line.faults


def test_a_correction_and_a_withdrawal_cross(amur: Town, shuangpo: Town, line: Network) -> None:
    banded, _ = write(amur, banding(), banding("XC 345613"))
    (met,) = write(shuangpo, recovery())
    settle(line)
    correct(amur, banded, sex="F", day="2024-05-02")
    pull(shuangpo, amur, line)
    (row,) = returns_of(shuangpo)
    assert (row["banding_sex"], row["banding_day"], row["days"]) == ("F", "2024-05-02", 141)
    withdraw(shuangpo, met)
    pull(amur, shuangpo, line)
    assert returns_of(amur) == returns_of(shuangpo) == []
    assert snapshot(amur)[met][3] is True
    assert len(every(amur)) == len(every(shuangpo)) == 3


def test_a_correction_made_before_anybody_heard_of_the_record_brings_both_versions(
    amur: Town, shuangpo: Town, line: Network
) -> None:
    (banded,) = write(amur, banding())
    correct(amur, banded, sex="F")
    correct(amur, banded, kind="recovery", manner="recapture", day="2024-05-03")
    pull(shuangpo, amur, line)
    assert [one.generation for one in shuangpo.station.store.records.versions(banded)] == [3, 2, 1]
    assert snapshot(amur) == {banded: snapshot(shuangpo)[banded]}
    assert [one.kind for one in every(amur)] == [one.kind for one in every(shuangpo)] == ["recovery"]


def test_a_record_whose_kind_is_corrected_is_of_the_same_kind_wherever_its_versions_came_one_by_one(
    amur: Town, shuangpo: Town, line: Network
) -> None:
    (banded,) = write(amur, banding())
    pull(shuangpo, amur, line)
    correct(amur, banded, kind="recovery", manner="found")
    pull(shuangpo, amur, line)
    assert amur.station.store.search.tally() == shuangpo.station.store.search.tally() == {"recovery": 1}


# -- what is withheld -------------------------------------------------------------------------------------


def test_people_and_remarks_never_arrive_and_what_arrives_still_verifies(
    amur: Town, shuangpo: Town, line: Network
) -> None:
    (met,) = write(
        amur,
        recovery(
            manner="found", condition="2",
            people={"finder_name": PLANTED[0], "finder_address": f"{PLANTED[1]}\n{PLANTED[2]}"},
            remarks={"text": PLANTED[3]}, measurements={"wing": 71.5},
        ),
    )  # fmt: skip
    report = pull(shuangpo, amur, line)
    assert report.taken.kept == 1
    held = snapshot(shuangpo)[met]
    assert held[:2] == snapshot(amur)[met][:2]
    assert set(held[2]) == {"core", "area", "measurements", "place"}
    assert set(snapshot(amur)[met][2]) >= {"people", "remarks"}
    for planted in PLANTED:
        assert planted.encode() in on_disk(amur)
        assert planted.encode() not in on_disk(shuangpo)
        assert planted.encode() not in bytes(line.crossed)


def test_what_is_packed_on_the_line_holds_no_planted_name_either(amur: Town, shuangpo: Town, line: Network) -> None:
    _ = line
    write(amur, banding(people={"ringer": PLANTED[0]}, remarks={"text": PLANTED[3]}))
    amur.node.publisher.publish()
    page = unpacked(amur, shuangpo)
    assert b"XC 345612" in page
    assert b"withheld" in page
    assert all(planted.encode() not in page for planted in PLANTED)


def unpacked(giver: Town, taker: Town) -> bytes:
    """The lines that one node would send the other, before they are packed."""
    from exchange.log import wire
    from exchange.talk import feed

    peer = giver.node.book.peer(taker.code)
    assert peer is not None
    batches = (feed.redacted(giver.node, batch, peer) for batch in giver.node.ledger.feed(0))
    return b"".join(wire.batch_lines(batch) for batch in batches)


def test_the_most_sensitive_species_show_no_place(amur: Town, shuangpo: Town, line: Network) -> None:
    (nest,) = write(amur, banding(species="Grus japonensis", ring="A 12345", at=(49.123456, 130.654321)))
    pull(shuangpo, amur, line)
    assert set(snapshot(shuangpo)[nest][2]) == {"core"}
    page = unpacked(amur, shuangpo)
    for trace in (b"49.12", b"130.65", b"49.1", b"130.7"):
        assert trace not in on_disk(shuangpo)
        assert trace not in page


@pytest.mark.parametrize(("species", "point"), [("Emberiza spodocephala", True), ("Grus japonensis", False)])
def test_a_relay_passes_on_no_more_than_its_own_terms_open(
    tmp_path: Path, amur: Town, shuangpo: Town, line: Network, species: str, point: bool
) -> None:
    """The relay was given everything; the third gets what anybody gets."""
    third = make_node(tmp_path, "HL-QFG")
    befriend(amur, shuangpo, terms=EVERYTHING)
    befriend(shuangpo, third)
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    (banded,) = write(amur, banding(species=species, ring="A 12345", people={"ringer": PLANTED[0]}))
    pull(shuangpo, amur, line.add(third))
    assert "people" in snapshot(shuangpo)[banded][2]
    report = pull(third, shuangpo, line)
    assert (report.taken.kept, report.taken.refused) == (1, 0)
    assert ("place" in snapshot(third)[banded][2]) is point
    assert PLANTED[0].encode() not in on_disk(third)
    third.close()


def test_terms_that_widen_let_a_fuller_copy_follow_and_it_is_passed_on(
    tmp_path: Path, amur: Town, shuangpo: Town, line: Network
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, third, terms=EVERYTHING)
    (banded,) = write(amur, banding(species="Grus japonensis", ring="A 12345", remarks={"text": "worn"}))
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    settle(line.add(third))
    assert set(snapshot(third)[banded][2]) == {"core"}
    befriend(amur, shuangpo, terms=EVERYTHING)
    state = amur.node.ledger.log(amur.node.publisher.log)
    assert state is not None
    with amur.station.store.transaction():
        amur.node.ledger.offer_again(state, 1)
    settle(line)
    assert snapshot(amur) == snapshot(shuangpo) == snapshot(third)
    assert returns_of(third) == []
    third.close()


# -- posting ----------------------------------------------------------------------------------------------


@pytest.fixture
def one_way(amur: Town, shuangpo: Town) -> Network:
    """A line on which the second can call the first and cannot be called, and so posts."""
    befriend(amur, shuangpo, posts=[shuangpo.code])
    return Network(hidden={shuangpo.code}).add(amur, shuangpo)


def test_a_node_that_cannot_be_reached_does_both_halves(amur: Town, shuangpo: Town, one_way: Network) -> None:
    write(amur, banding())
    write(shuangpo, recovery())
    report = pull(shuangpo, amur, one_way)
    assert (report.trouble, report.taken.kept, report.sent) == ("", 1, 1)
    assert returns_of(amur) == returns_of(shuangpo)
    assert len(returns_of(amur)) == 1


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.integers(1, 9), number=st.integers(1, 25), limit=st.integers(1, 3000), page=st.integers(400, 6000))
def test_nothing_is_lost_at_the_borders_of_posted_pages(
    tmp_path_factory: pytest.TempPathFactory, batch: int, number: int, limit: int, page: int
) -> None:
    folder = tmp_path_factory.mktemp("borders")
    one, other = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(one, other, posts=[other.code])
    network = Network(hidden={other.code}).add(one, other)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(publish, "BATCH", batch)
        changed.setattr("exchange.talk.sync.PAGE_LEAST", 64)
        other.node.book.note(one.code, page_bytes=limit)
        write(other, *(recovery(f"XC {at:06}") for at in range(number)))
        write(one, *(banding(f"XC {at:06}") for at in range(number)))
        changed.setattr("exchange.talk.feed.PAGE_LEAST", page)
        first = pull(other, one, network)
        write(other, *(recovery(f"XC {at:06}", day="2024-10-01") for at in range(number)))
        second = pull(other, one, network)
    assert (first.trouble, second.trouble) == ("", "")
    assert (first.sent, second.sent) == (number, number)
    assert seals_of(snapshot(one)) == seals_of(snapshot(other))
    assert len(returns_of(one)) == 2 * number
    one.close()
    other.close()


def test_the_same_post_twice_changes_nothing(amur: Town, shuangpo: Town, one_way: Network) -> None:
    write(shuangpo, recovery(), recovery("XC 345699"))
    pull(shuangpo, amur, one_way)
    before = snapshot(amur), visits_of(amur), count(amur, "versions"), amur.node.ledger.top()
    shuangpo.node.book.note(amur.code, posted=0)
    report = pull(shuangpo, amur, one_way)
    assert (report.trouble, report.sent) == ("", 2)
    assert (snapshot(amur), visits_of(amur), count(amur, "versions"), amur.node.ledger.top()) == before


def test_a_hub_that_was_set_back_gets_again_what_was_posted_to_it(
    tmp_path: Path, amur: Town, shuangpo: Town, one_way: Network
) -> None:
    pull(shuangpo, amur, one_way)
    amur.close()
    backup = {path.name: path.read_bytes() for path in (tmp_path / "AM-KHG").glob("node.sqlite*")}
    again = make_node(tmp_path, "AM-KHG")
    one_way.add(again)
    write(shuangpo, recovery())
    write(again, banding())
    assert pull(shuangpo, again, one_way).sent == 1
    again.close()
    for path in (tmp_path / "AM-KHG").glob("node.sqlite*"):
        path.unlink()
    for name, raw in backup.items():
        (tmp_path / "AM-KHG" / name).write_bytes(raw)
    restored = make_node(tmp_path, "AM-KHG")
    one_way.add(restored)
    assert restored.node.epoch.renewed
    assert pull(shuangpo, restored, one_way).trouble == ""
    assert len(returns_of(shuangpo)) == 1
    assert "HL-SHP" in {one.origin for one in every(restored)}
    restored.close()


def test_what_a_hub_refused_for_want_of_a_key_is_posted_again_once_it_knows_the_key(
    tmp_path: Path, amur: Town, shuangpo: Town, one_way: Network
) -> None:
    stranger = make_node(tmp_path, "HL-QFG")
    befriend(stranger, shuangpo)
    write(stranger, banding())
    pull(shuangpo, stranger, one_way.add(stranger))
    pull(shuangpo, amur, one_way)
    assert [one.code for one in amur.node.book.refusals()] == ["W-key-unknown"]
    trust(amur, stranger)
    assert pull(shuangpo, amur, one_way).trouble == ""
    assert seals_of(snapshot(amur)) == seals_of(snapshot(stranger))
    stranger.close()


# -- nothing to say ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("posts", [(), ("HL-SHP",)])
def test_a_sync_of_nothing_moves_little_and_leaves_no_trace(
    amur: Town, shuangpo: Town, line: Network, posts: tuple[str, ...]
) -> None:
    befriend(amur, shuangpo, posts=posts)
    write(amur, *(banding(f"XC {at:06}") for at in range(50)))
    write(shuangpo, *(recovery(f"XC {at:06}") for at in range(50)))
    settle(line)
    before, visits, top = line.bytes, visits_of(shuangpo), shuangpo.node.ledger.top()
    report = pull(shuangpo, amur, line)
    assert report.trouble == ""
    assert report.bytes < 2048
    assert line.bytes - before < 6 * 1024, "with the headers of three or four requests"
    assert (visits_of(shuangpo), shuangpo.node.ledger.top()) == (visits, top)


def test_a_rehearsal_changes_nothing_on_either_side(amur: Town, shuangpo: Town, line: Network) -> None:
    write(amur, banding())
    amur.node.publisher.publish()
    before = on_disk(shuangpo), snapshot(amur)
    report = pull(shuangpo, amur, line, dry_run=True)
    assert sum(report.missing.values()) == 1
    assert (snapshot(shuangpo), visits_of(shuangpo)) == ({}, 0)
    assert snapshot(amur) == before[1]
    assert pull(shuangpo, amur, line).taken.kept == 1


# -- EURING files -----------------------------------------------------------------------------------------


def bring(town: Town, path: Path) -> list[Verdict]:
    """Take a file of EURING lines in, as `banding import` does."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in read(file, path.name) if row.record is not None]
    drafts = [Draft(row.record, submission=row.key) for row in rows if row.record is not None]
    return town.station.intake.admit(drafts, door="file", by=None, confirm_all=f"as written in {path.name}")


def lines_of(town: Town) -> list[str]:
    """All records as EURING lines, as `banding export` writes them."""
    return sorted(exported(town.station, Query(), "2000+", Account()))


@pytest.mark.parametrize("path", [MADE_UP, REAL], ids=["made-up", "real"])
def test_a_euring_file_taken_in_at_one_node_comes_out_the_same_at_the_other(
    amur: Town, shuangpo: Town, line: Network, path: Path
) -> None:
    if not path.exists():
        pytest.skip(f"{path.name} is not shipped with the code")
    befriend(amur, shuangpo, terms=EVERYTHING)
    kept = [verdict for verdict in bring(amur, path) if verdict.is_kept]
    assert kept
    assert pull(shuangpo, amur, line).taken.kept == len(kept)
    assert lines_of(shuangpo) == lines_of(amur)
    assert len(lines_of(amur)) == len(kept)

    again = [verdict for verdict in bring(amur, path) if verdict.is_kept]
    assert {verdict.outcome for verdict in again} == {"unchanged"}
    changes = count(amur, "changes")
    report = pull(shuangpo, amur, line)
    assert (changes, report.taken.kept, report.taken.batches) == (len(kept), 0, 0)


def test_a_file_taken_in_at_both_nodes_is_told_as_duplicates_and_loses_nothing(
    amur: Town, shuangpo: Town, line: Network
) -> None:
    kept: dict[str, int] = {}
    for town in (amur, shuangpo):
        kept[town.code] = sum(verdict.is_kept for verdict in bring(town, MADE_UP))
    settle(line)
    origins: dict[Any, int] = {}
    for one in every(amur):
        origins[one.origin] = origins.get(one.origin, 0) + 1
    assert origins == kept
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
