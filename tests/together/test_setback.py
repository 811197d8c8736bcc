"""A whole backup put back, key folder and all: nothing inside the node can tell, but its peers can."""

import shutil
from pathlib import Path

import pytest

from banding.store.shapes import Query
from exchange.talk.line import PeerRefuses
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    client_of,
    make_node,
    peer_of,
    pull,
    reopen,
    seals_of,
    settle,
    snapshot,
    write,
)


def backup(town: Town) -> Path:
    """The whole folder as it is now, side file and key included."""
    town.station.store.database.execute("pragma wal_checkpoint(truncate)")
    saved = town.folder / f"{town.code}-saved"
    shutil.copytree(town.folder / town.code, saved)
    return saved


def put_back(town: Town, saved: Path) -> Town:
    town.close()
    shutil.rmtree(town.folder / town.code)
    shutil.copytree(saved, town.folder / town.code)
    return make_node(town.folder, town.code, clock=town.clock)


def line(*towns: Town) -> Network:
    return Network().add(*towns)


def rings(town: Town) -> set[str]:
    return {kept.core["ring"] for kept in town.station.store.search.every(Query())}


@pytest.fixture
def two(tmp_path: Path) -> tuple[Town, Town, Network]:
    amur, sanhuan = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(amur, sanhuan)
    return amur, sanhuan, line(amur, sanhuan)


@pytest.mark.parametrize(("lost", "written_since"), [(1, 0), (1, 1), (3, 2), (3, 5)])
def test_what_was_lost_comes_back_and_what_was_written_since_goes_out(
    two: tuple[Town, Town, Network], lost: int, written_since: int
) -> None:
    amur, sanhuan, _ = two
    write(amur, banding("XC 000001"))
    settle(line(amur, sanhuan))
    saved = backup(amur)
    for number in range(lost):
        write(amur, banding(f"XC 10000{number}"))
        settle(line(amur, sanhuan))
    amur = put_back(amur, saved)
    for number in range(written_since):
        write(amur, banding(f"XC 20000{number}"))
        amur.node.publisher.publish()
    settle(line(amur, sanhuan))
    wanted = {"XC 000001"} | {f"XC 10000{n}" for n in range(lost)} | {f"XC 20000{n}" for n in range(written_since)}
    assert rings(sanhuan) == wanted
    assert rings(amur) == wanted
    assert seals_of(snapshot(amur)) == seals_of(snapshot(sanhuan))
    amur = reopen(amur)
    write(amur, banding("XC 300000"))
    settle(line(amur, sanhuan))
    assert rings(sanhuan) == wanted | {"XC 300000"}


def test_a_peer_that_only_claims_to_hold_more_of_our_log_changes_nothing(two: tuple[Town, Town, Network]) -> None:
    amur, sanhuan, network = two
    write(amur, banding("XC 000001"))
    settle(network)
    log = amur.node.publisher.log
    sanhuan.node.store.database.execute("update exchange_logs set head_number = 99 where name = ?", [log])
    report = pull(amur, sanhuan, network)
    assert report.trouble == ""
    assert amur.node.publisher.log == log


def test_a_place_behind_the_end_of_the_feed_is_not_taken_for_up_to_date(two: tuple[Town, Town, Network]) -> None:
    amur, sanhuan, network = two
    saved = backup(amur)
    for number in range(3):
        write(amur, banding(f"XC 00000{number}"))
        settle(network)
    amur = put_back(amur, saved)
    network = line(amur, sanhuan)
    client = client_of(sanhuan, amur.address, network)
    hello = client.hello()
    cursor = f"{hello.epoch}.{peer_of(sanhuan, 'AM-KHG').cursor}"
    with pytest.raises(PeerRefuses, match="restored or made anew"):
        list(client.feed(cursor, 10_000))
    assert pull(sanhuan, amur, network).trouble == ""
    assert snapshot(sanhuan)
