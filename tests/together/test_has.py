"""What each node knows of what the other holds, also where only one of them can call."""

import pytest

from exchange.log import publish
from exchange.talk import board, has
from exchange.talk.board import Place
from exchange.talk.line import PeerRefuses
from exchange.talk.peer import PeerClient
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    client_of,
    pull,
    recovery,
    withdraw,
    write,
)


@pytest.fixture
def one_way(amur: Town, shuangpo: Town) -> Network:
    """A line on which Sanhuanpao can call Khingansky and cannot be called."""
    befriend(amur, shuangpo, posts=[shuangpo.code])
    return Network(hidden={shuangpo.code}).add(amur, shuangpo)


def place(town: Town, other: Town) -> Place:
    """How far a node sees the other to have its own log."""
    lines = {line.log: line for line in board.board(town.node)}
    return next(one for one in lines[town.node.publisher.log].places if one.peer == other.code)


def asked(network: Network) -> list[str]:
    """The requests that cross from now on."""
    found: list[str] = []
    network.change = lambda request: found.append(f"{request.method} {request.path_url}")
    return found


def test_a_hub_knows_what_a_station_holds_that_it_can_never_ask(amur: Town, shuangpo: Town, one_way: Network) -> None:
    write(amur, banding())
    assert pull(shuangpo, amur, one_way).trouble == ""
    assert has.told(amur.node, shuangpo.code).logs == shuangpo.node.ledger.have()
    assert (place(amur, shuangpo).number, place(amur, shuangpo).behind) == (1, 0)
    write(amur, banding("XC 345699"))
    amur.node.publisher.publish()
    assert place(amur, shuangpo).behind == 1
    pull(shuangpo, amur, one_way)
    assert place(amur, shuangpo).behind == 0


def test_it_is_told_once_and_again_when_it_has_changed_or_the_hub_was_restored(
    amur: Town, shuangpo: Town, one_way: Network
) -> None:
    write(shuangpo, recovery())
    pull(shuangpo, amur, one_way)
    crossed = asked(one_way)
    pull(shuangpo, amur, one_way)
    assert "PUT /exchange/v1/have" not in crossed
    write(shuangpo, recovery("XC 345699"))
    pull(shuangpo, amur, one_way)
    assert crossed.count("PUT /exchange/v1/have") == 1
    amur.node.store.notes.set("exchange.epoch", "0" * 16)
    pull(shuangpo, amur, one_way)
    assert crossed.count("PUT /exchange/v1/have") == 2


def test_a_hub_that_does_not_listen_is_no_trouble(
    amur: Town, shuangpo: Town, one_way: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise PeerRefuses("unknown", "The peer refuses", why="HTTP 404")

    monkeypatch.setattr(PeerClient, "say_have", refuses)
    write(shuangpo, recovery())
    assert pull(shuangpo, amur, one_way).trouble == ""
    assert place(shuangpo, amur).behind == 0


@pytest.mark.parametrize("posts", [False, True])
def test_the_origin_is_told_that_its_log_waits_for_a_person_elsewhere(
    amur: Town, shuangpo: Town, monkeypatch: pytest.MonkeyPatch, posts: bool
) -> None:
    monkeypatch.setattr(publish, "BATCH", 10)
    befriend(amur, shuangpo, posts=[shuangpo.code] if posts else [])
    network = Network(hidden={shuangpo.code} if posts else set()).add(amur, shuangpo)
    uuids = write(amur, *(banding(f"XC {at:06}") for at in range(60)))
    pull(shuangpo, amur, network)
    for uuid in uuids[:30]:
        withdraw(amur, uuid)
    pull(shuangpo, amur, network)
    if not posts:
        pull(amur, shuangpo, network)
    assert place(amur, shuangpo).held
    assert board.where(amur.node, amur.node.publisher.log, 90)[0].state == board.HELD
    assert board.where(amur.node, amur.node.publisher.log, 1)[0].state == board.THERE


@pytest.mark.parametrize(
    "said",
    [b"", b"[]", b"{}", b'{"logs":[1],"epoch":"1"}', b'{"logs":{}}', b'{"logs":{},"epoch":"1","held":1}', b"{" * 9000],
)
def test_what_does_not_say_what_is_held_is_refused_and_changes_nothing(
    amur: Town, shuangpo: Town, one_way: Network, said: bytes
) -> None:
    client = client_of(shuangpo, amur.address, one_way)
    client.hello()
    with pytest.raises(PeerRefuses) as refused:
        client.say_have(said)
    assert refused.value.problem == "refused"
    assert has.told(amur.node, shuangpo.code) == has.Has({})


def test_of_logs_that_are_not_known_and_numbers_that_are_none_nothing_is_kept(
    amur: Town, shuangpo: Town, one_way: Network
) -> None:
    write(amur, banding())
    amur.node.publisher.publish()
    log, client = amur.node.publisher.log, client_of(shuangpo, amur.address, one_way)
    client.hello()
    client.say_have(f'{{"epoch":"{"e" * 99}","logs":{{"{log}":true,"XX.1":9}},"held":["XX.1","{log}",7]}}'.encode())
    told = has.told(amur.node, shuangpo.code)
    assert (dict(told.logs), list(told.held), told.epoch) == ({}, [log], "e" * 16)


def test_nobody_who_is_no_peer_is_heard(amur: Town) -> None:
    answer = amur.app.test_client().put("/exchange/v1/have", data=b'{"logs":{},"epoch":""}')
    assert answer.status_code == 401
