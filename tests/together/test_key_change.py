"""A node's key changes: everybody follows by himself, nothing is lost, and the old key is good for nothing more."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from exchange import peering
from exchange.log import keys
from exchange.log.keyring import Keyring
from exchange.node import ExchangeNode
from exchange.talk.succession import change_key
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    befriend,
    client_of,
    make_node,
    pull,
    reopen,
    snapshot,
    trust,
    write,
)  # fmt: skip


def alarms_of(town: Town) -> list[tuple[str, str]]:
    """The alarms about keys that are open: of whom, and in which state."""
    return [(one.about, one.details["state"]) for one in town.node.alarms.open() if one.kind == "key"]


def sync(town: Town, other: Town, network: Network) -> None:
    report = pull(town, other, network)
    assert (report.trouble, report.taken.refused) == ("", 0)


def pinned(town: Town, code: str) -> str | None:
    return town.node.keyring.newest(code)


def test_a_peer_follows_by_itself_and_takes_what_either_key_signed(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding("XC 000001"))
    old = amur.node.key
    new = change_key(amur.node)
    write(amur, banding("XC 000002"))
    sync(shuangpo, amur, between)
    assert len(snapshot(shuangpo)) == 2
    assert old.fingerprint != new.fingerprint == amur.node.key.fingerprint == pinned(shuangpo, "AM-KHG")
    assert alarms_of(shuangpo) == [("AM-KHG", "")]
    sync(amur, shuangpo, between)


def test_a_peer_that_slept_through_three_changes_follows_all_of_them(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    for number in range(4):
        write(amur, banding(f"XC 00000{number}"))
        if number < 3:
            change_key(amur.node)
    sync(shuangpo, amur, between)
    assert len(snapshot(shuangpo)) == 4
    assert pinned(shuangpo, "AM-KHG") == amur.node.key.fingerprint
    assert len(shuangpo.node.keyring.chain("AM-KHG")) == 4


def test_a_node_that_calls_and_cannot_be_called_makes_its_new_key_known_by_posting(tmp_path: Path) -> None:
    amur, hub = make_node(tmp_path, "AM-KHG"), make_node(tmp_path, "HL-SHP")
    befriend(amur, hub, posts=["AM-KHG"])
    network = Network(hidden={"AM-KHG"}).add(amur, hub)
    for number in range(3):
        write(amur, banding(f"XC 00000{number}"))
        change_key(amur.node)
    write(amur, banding("XC 000009"))
    for _ in range(2):
        report = pull(amur, hub, network)
        assert report.trouble == ""
    assert len(snapshot(hub)) == 4
    assert pinned(hub, "AM-KHG") == amur.node.key.fingerprint
    amur.close()
    hub.close()


def test_a_third_node_learns_it_from_what_a_relay_brings(
    amur: Town, shuangpo: Town, third: Town, between: Network
) -> None:
    befriend(shuangpo, third)
    trust(amur, third)
    between.add(third)
    write(amur, banding("XC 000001"))
    for number in (2, 3):
        change_key(amur.node)
        write(amur, banding(f"XC 00000{number}"))
    sync(shuangpo, amur, between)
    sync(third, shuangpo, between)
    assert snapshot(third).keys() == snapshot(amur).keys()
    assert pinned(third, "AM-KHG") == amur.node.key.fingerprint
    assert alarms_of(third) == [("AM-KHG", "")]


def test_a_new_peer_gets_all_that_was_signed_before_it_came(amur: Town, third: Town) -> None:
    write(amur, banding("XC 000001"))
    change_key(amur.node)
    write(amur, banding("XC 000002"))
    network = Network().add(amur, third)
    hello = client_of(third, amur.address, network).hello()
    peering.add_peer(third.node, "AM-KHG", amur.address, hello.key, told=hello.keys)
    befriend(amur, third)
    sync(third, amur, network)
    assert len(snapshot(third)) == 2


def test_another_process_of_the_same_node_signs_with_the_new_key_at_once(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding("XC 000001"))
    change_key(ExchangeNode.open(amur.station))
    write(amur, banding("XC 000002"))
    sync(shuangpo, amur, between)
    assert len(snapshot(shuangpo)) == 2


# -- the process dies -------------------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing catches it, as nothing catches a power cut."""


def dying(deed: Callable[..., object], *, after: bool) -> Callable[..., object]:
    def died(*args: object, **kwargs: object) -> object:
        if after:
            deed(*args, **kwargs)
        raise Killed

    return died


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["make_next", "settle", "_retire", "extend", "remember"])
def test_whatever_moment_the_process_dies_at_the_next_start_has_one_key_and_nothing_is_lost(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    write(amur, banding("XC 000001"))
    old = amur.node.key.fingerprint
    where = Keyring if step == "extend" else keys
    with monkeypatch.context() as patched:
        patched.setattr(where, step, dying(getattr(where, step), after=after))
        with pytest.raises(Killed):
            change_key(amur.node)
    again = reopen(amur)
    between.add(again)
    is_changed = step not in ("make_next", "extend")
    assert (again.node.key.fingerprint != old) == is_changed
    folder = again.station.settings.keys
    assert not (folder / keys.NEXT).exists()
    assert (folder / keys.RETIRED / f"{old}.key").exists() == is_changed
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.rglob("*.key"))
    write(again, banding("XC 000002"))
    sync(shuangpo, again, between)
    change_key(again.node)
    write(again, banding("XC 000003"))
    sync(shuangpo, again, between)
    assert len(snapshot(shuangpo)) == 3
    assert shuangpo.node.book.refusals() == []
    again.close()


# -- clocks -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("years", [(-10, 10), (10, -10)])
def test_clocks_ten_years_off_change_nothing(tmp_path: Path, years: tuple[int, int]) -> None:
    def wrong(by: int) -> datetime.datetime:
        return NOW + datetime.timedelta(days=3653 * by / 10)

    towns = [
        make_node(tmp_path, code, clock=lambda by=by: wrong(by))  # type: ignore[misc]
        for code, by in zip(("AM-KHG", "HL-SHP"), years, strict=True)
    ]
    one, other = towns
    befriend(one, other)
    network = Network().add(one, other)
    for number in range(3):
        write(one, banding(f"XC 00000{number}", day="2014-05-01"))
        change_key(one.node)
        sync(other, one, network)
        sync(one, other, network)
    assert len(snapshot(other)) == 3
    assert pinned(other, "AM-KHG") == one.node.key.fingerprint
    for town in towns:
        town.close()
