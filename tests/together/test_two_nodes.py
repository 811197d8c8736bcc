"""A banding at one node and a recovery at another: what each then knows."""

import csv
import io

import pytest
import requests

from exchange.log import publish
from exchange.talk.rehearsal import rehearse
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    correct,
    every,
    peer_of,
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
from tests.together.people import keeper


def told(town: Town) -> str:
    """The CSV of all returns as somebody of the station downloads it."""
    return keeper(town).get("/returns.csv").text


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
    peer = peer_of(shuangpo, amur.code)
    report = rehearse(shuangpo.node, peer, reach(shuangpo, between)(peer))
    assert sum(report.missing.values()) == report.come["new"] == 1
    assert (snapshot(shuangpo), visits_of(shuangpo)) == ({}, 0)
    assert snapshot(amur) == before
    assert pull(shuangpo, amur, between).taken.kept == 1
