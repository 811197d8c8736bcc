"""A banding at one node and a recovery at another: what each then knows, and what it must not know."""

import csv
import io
from pathlib import Path

import pytest
import requests

from banding.web.invitations import add_account
from exchange.agreements import opening
from exchange.log import publish
from exchange.talk.rehearsal import rehearse
from tests.planted import PLANTED
from tests.together.kit import (
    EVERYTHING,
    Network,
    Town,
    banding,
    befriend,
    correct,
    every,
    make_node,
    on_disk,
    pull,
    reach,
    recovery,
    returns_of,
    seals_of,
    settle,
    snapshot,
    visits_of,
    withdraw,
    write,
)
from tests.web.conftest import PASSWORD, token_of


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
    amur: Town, shuangpo: Town, between: Network, banded_first: bool, amur_pulls_first: bool
) -> None:
    deeds = [lambda: write(amur, banding()), lambda: write(shuangpo, recovery())]
    for deed in deeds if banded_first else reversed(deeds):
        deed()
    pulls = [(amur, shuangpo), (shuangpo, amur)]
    for one, other in pulls if amur_pulls_first else reversed(pulls):
        report = pull(one, other, between)
        assert (report.trouble, report.taken.kept) == ("", 1)
    (here,), (there,) = returns_of(amur), returns_of(shuangpo)
    assert here == there
    # The rhumb line from Khingansky to lake Khanka, counted apart from the code under test.
    assert (here["distance_km"], here["direction_deg"], here["days"]) == (pytest.approx(455, abs=1), 165, 142)
    assert told(amur) == told(shuangpo)
    (row,) = csv.DictReader(io.StringIO(told(amur)))
    assert (row["ring"], row["distance_km"], row["days_exact"]) == ("XC 345612", str(here["distance_km"]), "true")
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert not between.faults


def test_two_hundred_returns_in_several_batches_are_the_same_at_both(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "BATCH", 7)
    rings = [f"XC {number:06}" for number in range(1000, 1060)]
    write(amur, *(banding(ring) for ring in rings))
    write(shuangpo, *(recovery(ring, day=f"2024-09-{1 + at % 28:02}") for at, ring in enumerate(rings)))
    pull(amur, shuangpo, between)
    pull(shuangpo, amur, between)
    assert len(returns_of(amur)) == len(rings)
    assert told(amur) == told(shuangpo)
    assert not between.faults


@pytest.mark.parametrize("silent", [True, False])
def test_over_a_line_that_breaks_again_and_again_whatever_came_whole_is_kept(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(publish, "BATCH", 2)
    write(amur, *(banding(f"XC {at:06}") for at in range(40)))
    between.silent = silent

    def broken(request: requests.PreparedRequest) -> None:
        between.cut_after = 2000 if "/feed" in str(request.url) else None

    between.change = broken
    report = pull(shuangpo, amur, between)
    assert (report.trouble, report.taken.kept) == ("", 40), "one visit goes on over the line until all is here"
    assert [path for _, path, _ in between.asked].count("/exchange/v1/feed") > 3
    between.cut_after = between.change = None
    assert pull(shuangpo, amur, between).taken.batches == 0
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def test_a_correction_and_a_withdrawal_cross(amur: Town, shuangpo: Town, between: Network) -> None:
    banded, _ = write(amur, banding(), banding("XC 345613"))
    (met,) = write(shuangpo, recovery())
    settle(between)
    correct(amur, banded, sex="F", day="2024-05-02")
    pull(shuangpo, amur, between)
    (row,) = returns_of(shuangpo)
    assert (row["banding_sex"], row["banding_day"], row["days"]) == ("F", "2024-05-02", 141)
    withdraw(shuangpo, met)
    pull(amur, shuangpo, between)
    assert returns_of(amur) == returns_of(shuangpo) == []
    assert snapshot(amur)[met][3] is True
    assert len(every(amur)) == len(every(shuangpo)) == 3


def test_a_correction_made_before_anybody_heard_of_the_record_brings_both_versions(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (banded,) = write(amur, banding())
    correct(amur, banded, sex="F")
    correct(amur, banded, kind="recovery", manner="recapture", day="2024-05-03")
    pull(shuangpo, amur, between)
    assert [one.generation for one in shuangpo.station.store.records.versions(banded)] == [3, 2, 1]
    assert snapshot(amur) == {banded: snapshot(shuangpo)[banded]}
    assert [one.kind for one in every(amur)] == [one.kind for one in every(shuangpo)] == ["recovery"]


def test_a_record_whose_kind_is_corrected_is_of_the_same_kind_wherever_its_versions_came_one_by_one(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (banded,) = write(amur, banding())
    pull(shuangpo, amur, between)
    correct(amur, banded, kind="recovery", manner="found")
    pull(shuangpo, amur, between)
    assert amur.station.store.search.tally() == shuangpo.station.store.search.tally() == {"recovery": 1}


# -- what is withheld -------------------------------------------------------------------------------------


def test_people_and_remarks_never_arrive_and_what_arrives_still_verifies(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (met,) = write(
        amur,
        recovery(
            manner="found", condition="2",
            people={"finder_name": PLANTED[0], "finder_address": f"{PLANTED[1]}\n{PLANTED[2]}"},
            remarks={"text": PLANTED[3]}, measurements={"wing": 71.5},
        ),
    )  # fmt: skip
    report = pull(shuangpo, amur, between)
    assert report.taken.kept == 1
    held = snapshot(shuangpo)[met]
    assert held[:2] == snapshot(amur)[met][:2]
    assert set(held[2]) == {"core", "area", "measurements", "place"}
    assert set(snapshot(amur)[met][2]) >= {"people", "remarks"}
    for planted in PLANTED:
        assert planted.encode() in on_disk(amur)
        assert planted.encode() not in on_disk(shuangpo)
        assert planted.encode() not in bytes(between.crossed)


def test_what_is_packed_on_the_line_holds_no_planted_name_either(amur: Town, shuangpo: Town) -> None:
    befriend(amur, shuangpo)
    write(amur, banding(people={"ringer": PLANTED[0]}, remarks={"text": PLANTED[3]}))
    amur.node.publisher.publish()
    page = unpacked(amur, shuangpo)
    assert b"XC 345612" in page
    assert b"withheld" in page
    assert all(planted.encode() not in page for planted in PLANTED)


def unpacked(giver: Town, taker: Town) -> bytes:
    """The lines that one node would send the other, before they are packed."""
    peer = giver.node.book.peer(taker.code)
    assert peer is not None
    each = opening.view(giver.node, peer).blocks(giver.node.shelf.feed(0, taker.code), segments=False)
    return b"".join(lines for _place, lines, _elsewhere in each)


def test_the_most_sensitive_species_show_no_place(amur: Town, shuangpo: Town, between: Network) -> None:
    (nest,) = write(amur, banding(species="Grus japonensis", ring="A 12345", at=(49.123456, 130.654321)))
    pull(shuangpo, amur, between)
    assert set(snapshot(shuangpo)[nest][2]) == {"core"}
    page = unpacked(amur, shuangpo)
    for trace in (b"49.12", b"130.65", b"49.1", b"130.7"):
        assert trace not in on_disk(shuangpo)
        assert trace not in page


@pytest.mark.parametrize(("species", "point"), [("Emberiza spodocephala", True), ("Grus japonensis", False)])
def test_a_relay_passes_on_no_more_than_its_own_terms_open(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network, species: str, point: bool
) -> None:
    """The relay was given everything; the third gets what anybody gets."""
    third = make_node(tmp_path, "HL-QFG")
    befriend(amur, shuangpo, terms=EVERYTHING)
    befriend(shuangpo, third)
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    (banded,) = write(amur, banding(species=species, ring="A 12345", people={"ringer": PLANTED[0]}))
    pull(shuangpo, amur, between.add(third))
    assert "people" in snapshot(shuangpo)[banded][2]
    report = pull(third, shuangpo, between)
    assert (report.taken.kept, report.taken.refused) == (1, 0)
    assert ("place" in snapshot(third)[banded][2]) is point
    assert PLANTED[0].encode() not in on_disk(third)
    third.close()


def test_terms_that_widen_let_a_fuller_copy_follow_and_it_is_passed_on(
    tmp_path: Path, amur: Town, shuangpo: Town, between: Network
) -> None:
    third = make_node(tmp_path, "HL-QFG")
    befriend(shuangpo, third, terms=EVERYTHING)
    (banded,) = write(amur, banding(species="Grus japonensis", ring="A 12345", remarks={"text": "worn"}))
    with third.station.store.transaction():
        third.node.ledger.trust(amur.code, amur.node.key.public)
    settle(between.add(third))
    assert set(snapshot(third)[banded][2]) == {"core"}
    with amur.station.store.transaction():
        assert opening.change_terms(amur.node, shuangpo.code, EVERYTHING) == []
    settle(between)
    assert snapshot(amur) == snapshot(shuangpo) == snapshot(third)
    assert returns_of(third) == []
    third.close()


# -- nothing to say ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("posts", [(), ("HL-SHP",)])
def test_a_sync_of_nothing_moves_little_and_leaves_no_trace(
    amur: Town, shuangpo: Town, between: Network, posts: tuple[str, ...]
) -> None:
    befriend(amur, shuangpo, posts=posts)
    write(amur, *(banding(f"XC {at:06}") for at in range(50)))
    write(shuangpo, *(recovery(f"XC {at:06}") for at in range(50)))
    settle(between)
    before, visits, top = between.bytes, visits_of(shuangpo), shuangpo.node.shelf.top()
    report = pull(shuangpo, amur, between)
    assert report.trouble == ""
    assert report.bytes < 2048
    assert between.bytes - before < 6 * 1024, "with the headers of three or four requests"
    assert (visits_of(shuangpo), shuangpo.node.shelf.top()) == (visits, top)


def test_a_rehearsal_changes_nothing_on_either_side(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding())
    amur.node.publisher.publish()
    before = snapshot(amur)
    peer = shuangpo.node.book.peer(amur.code)
    assert peer is not None
    report = rehearse(shuangpo.node, peer, reach(shuangpo, between)(peer))
    assert sum(report.missing.values()) == report.come["new"] == 1
    assert (snapshot(shuangpo), visits_of(shuangpo)) == ({}, 0)
    assert snapshot(amur) == before
    assert pull(shuangpo, amur, between).taken.kept == 1
