"""A long post goes in pieces: whatever breaks, it goes on behind the last that arrived, and under today's terms."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.agreements import opening, policy
from exchange.talk import peer
from exchange.talk.line import PeerRefuses
from exchange.talk.peer import PeerClient
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    make_node,
    pull,
    reopen,
    seals_of,
    snapshot,
    write,
)
from tests.together.pen import Pen, lines

PIECE, LONG = 700, 40


@pytest.fixture(autouse=True)
def short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer, "PIECE", PIECE)


@pytest.fixture
def hub(amur: Town, shuangpo: Town) -> Network:
    """Sanhuanpao cannot be reached, and posts to Khingansky."""
    befriend(amur, shuangpo, posts=[shuangpo.code])
    write(shuangpo, *(banding(f"XC {at:06}") for at in range(LONG)))
    return Network(hidden={shuangpo.code}).add(amur, shuangpo)


class Breaking:
    """Breaks the line at some of the pieces: before one arrives, or before its answer does; counts what arrives."""

    def __init__(self, network: Network, plan: list[str]) -> None:
        self.network, self.plan, self.arrived = network, list(plan), list[int]()
        network.change = self

    def __call__(self, request: requests.PreparedRequest) -> None:
        self.network.cut_after = None
        if request.method == "PUT" and "/inbox/" in request.path_url:
            step = self.plan.pop(0) if self.plan else "well"
            if step == "lost":
                raise requests.ConnectionError("the line broke")
            self.network.cut_after = 0 if step == "unanswered" else None
            self.arrived.append(len(request.body or b""))


def posted_size(town: Town) -> int:
    """The bytes of the delivery that is under way."""
    (kept,) = (town.station.settings.home / "parts").glob("*.delivery")
    return len(kept.read_bytes().partition(b"\n")[2])


STEPS = st.lists(st.sampled_from(["well", "well", "lost", "unanswered"]), max_size=12)


@settings(max_examples=8, deadline=None)
@given(plan=STEPS)
def test_wherever_it_breaks_every_piece_arrives_once(tmp_path_factory: pytest.TempPathFactory, plan: list[str]) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    one, other = make_node(folder, "AM-KHG"), make_node(folder, "HL-SHP")
    befriend(one, other, posts=[other.code])
    write(other, *(banding(f"XC {at:06}") for at in range(LONG)))
    network = Network(hidden={other.code}).add(one, other)
    breaking = Breaking(network, plan)
    for _ in range(len(plan) + 1):
        report = pull(other, one, network)
        if not report.trouble:
            break
    assert report.trouble == ""
    assert seals_of(snapshot(one)) == seals_of(snapshot(other))
    assert len(snapshot(one)) == LONG
    whole, rest = breaking.arrived[:-1], breaking.arrived[-1]
    assert set(whole) == {PIECE}
    assert 0 < rest <= PIECE
    assert not network.faults
    one.close()
    other.close()


def interrupted(amur: Town, shuangpo: Town, network: Network, pieces: int = 2) -> int:
    """Post until so many pieces have arrived and the line is dead; the size of the delivery."""
    Breaking(network, ["well"] * pieces + ["lost"] * 9)
    assert pull(shuangpo, amur, network).trouble
    network.change = None
    return posted_size(shuangpo)


@pytest.mark.parametrize("who", ["poster", "hub", "both"])
def test_after_a_restart_it_goes_on_behind_the_last_piece(amur: Town, shuangpo: Town, hub: Network, who: str) -> None:
    size = interrupted(amur, shuangpo, hub)
    shuangpo = reopen(shuangpo) if who in ("poster", "both") else shuangpo
    amur = reopen(amur) if who in ("hub", "both") else amur
    breaking = Breaking(hub.add(amur, shuangpo), [])
    assert pull(shuangpo, amur, hub).trouble == ""
    assert sum(breaking.arrived) == size - 2 * PIECE
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))
    assert not list((amur.station.settings.home / "parts").rglob("*.part"))
    assert not list((shuangpo.station.settings.home / "parts").glob("*.delivery"))
    for town in (amur, shuangpo):
        town.close()


def test_what_was_written_in_between_follows_behind_it(amur: Town, shuangpo: Town, hub: Network) -> None:
    size = interrupted(amur, shuangpo, hub)
    write(shuangpo, banding("XC 900000"))
    breaking = Breaking(hub, [])
    assert pull(shuangpo, amur, hub).sent == LONG + 1
    assert sum(breaking.arrived[: size // PIECE - 1]) == size - 2 * PIECE
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def test_after_the_terms_have_narrowed_what_was_under_way_goes_no_further(
    amur: Town, shuangpo: Town, hub: Network
) -> None:
    interrupted(amur, shuangpo, hub)
    with shuangpo.station.store.transaction():
        opening.change_terms(shuangpo.node, amur.code, policy.STANDARD | {"groups": {"0": ["core"]}})
    assert pull(shuangpo, amur, hub).trouble == ""
    assert {one[2] for one in snapshot(amur).values()} == {("core",)}
    assert seals_of(snapshot(amur)) == seals_of(snapshot(shuangpo))


def test_an_answer_that_was_lost_with_the_last_piece_is_asked_for(amur: Town, shuangpo: Town, hub: Network) -> None:
    size = interrupted(amur, shuangpo, hub)
    left = -(-size // PIECE) - 2
    Breaking(hub, ["well"] * (left - 1) + ["unanswered"])
    report = pull(shuangpo, amur, hub)
    assert (report.trouble, report.sent) == ("", LONG)
    assert [visit.way for visit in amur.node.book.visits("HL-SHP")] == ["posted"]


# -- what somebody might send -----------------------------------------------------------------------------

Put = Callable[..., dict[str, Any]]


@pytest.fixture
def put(town: Town, line: Network) -> Callable[[Pen], Put]:
    """How a pen puts a piece."""

    def by(writer: Pen) -> Put:
        client: PeerClient = writer.client(town, line)
        client.hello()

        def piece(digest: str, offset: Any, total: Any, data: bytes) -> dict[str, Any]:
            params = {"offset": str(offset), "total": str(total)}
            return client._json(client._send("PUT", f"inbox/{digest}", params=params, data=data))

        return piece

    return by


def test_the_pieces_of_two_peers_do_not_mix(town: Town, writer: Pen, honest: Pen, put: Callable[[Pen], Put]) -> None:
    raw = lines(honest.batch(honest.entry()))
    digest, half, total = hashlib.sha256(raw).hexdigest(), len(raw) // 2, len(raw)
    assert put(writer)(digest, 0, total, b"x" * half)["have"] == half
    assert put(honest)(digest, half, total, raw[half:])["have"] == 0, "what another has sent counts for nothing"
    assert put(honest)(digest, 0, total, raw[:half])["have"] == half
    assert put(honest)(digest, half, total, raw[half:])["kept"] == 1
    with pytest.raises(PeerRefuses):
        put(writer)(digest, half, total, raw[half:])
    assert list(snapshot(town)) == honest.uuids


@pytest.mark.parametrize(
    ("digest", "offset", "total", "problem"),
    [
        ("0" * 64, 0, 3, "refused"), ("0" * 64, 0, 2, "refused"), ("0" * 64, 0, 0, "too-large"),
        ("0" * 64, 0, 2**30, "too-large"), ("0" * 64, -1, 9, "refused"), ("0" * 64, "x", 9, "refused"),
        ("x", 0, 9, "refused"), ("A" * 64, 0, 9, "refused"),
    ],
)  # fmt: skip
def test_a_piece_of_nothing_is_refused_in_words_and_leaves_nothing(
    town: Town,
    writer: Pen,
    put: Callable[[Pen], Put],
    line: Network,
    digest: str,
    offset: Any,
    total: Any,
    problem: str,
) -> None:
    with pytest.raises(PeerRefuses) as refused:
        put(writer)(digest, offset, total, b"abc")
    assert refused.value.problem == problem
    assert not list(Path(town.station.settings.home).rglob("*.part"))
    assert not line.faults
