"""What is forgotten is gone from every copy, and forgetting makes nobody overlook what comes next."""

import os
import time

import pytest

from exchange.agreements import forgetting, opening, public
from exchange.log import epoch, wire
from exchange.talk import chores, returns, scrub
from exchange.talk.line import PeerRefuses
from tests.together.kit import (
    NOW,
    Network,
    Town,
    banding,
    client_of,
    count,
    on_disk,
    peer_of,
    pull,
    record_of,
    recovery,
    settle,
    write,
)
from tests.together.segments import LONG, Cutting

NAME = "Zaphodova"


def ask_for_all(town: Town, other: Town) -> None:
    """Ask a peer to forget whole entries of every class."""
    said = {"classes": list(range(8)), "groups": ["core"], "reason": ""}
    with town.station.store.transaction():
        town.node.letters.write("forget", other.code, "", said, at=town.node.at())


def forget(town: Town) -> None:
    """Do what the requests that wait ask for."""
    for letter in town.node.letters.received("forget", "new"):
        forgetting.forget(town.node, letter.uuid, "anna")


def test_a_recovery_that_comes_after_a_forgetting_is_answered_like_any(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    """Its version bears the number of one that was forgotten."""
    write(shuangpo, recovery())
    settle(between)
    ask_for_all(shuangpo, amur)
    settle(between)
    returns.look(amur.node)
    forget(amur)
    assert count(amur, "versions") == 0
    (met,) = write(shuangpo, recovery("XC 345699"))
    pull(amur, shuangpo, between)
    assert amur.node.letters.sent("answer")[0].about == met


def test_what_is_under_way_and_what_was_refused_keeps_no_copy(amur: Town, shuangpo: Town, between: Network) -> None:
    write(amur, banding(people={"ringer": NAME}))
    settle(between)
    client = client_of(amur, shuangpo.address, between)
    client.hello()
    view = opening.view(amur.node, peer_of(amur, shuangpo.code), "posted")
    blocks = view.blocks(amur.node.shelf.log_from(amur.node.publisher.log, 1), segments=False)
    raw = b"".join(wire.page(blocks, 1 << 20, lambda _last, _more: "0123456789abcdef.0"))
    with pytest.raises(PeerRefuses):
        client.post(raw[: len(raw) // 2])
    ask_for_all(amur, shuangpo)
    settle(between)
    write(amur, *(banding(f"XC {at:06}", people={"ringer": NAME}) for at in range(LONG)))
    Cutting(between, [700] + [0] * 16)
    pull(shuangpo, amur, between)
    between.change = between.cut_after = None
    parts = shuangpo.station.settings.home / "parts"
    kept = "select count(*) from exchange_refused where bytes is not null"
    assert list(parts.rglob("*.part"))
    assert shuangpo.station.store.database.execute(kept).fetchone() == (1,)
    forget(shuangpo)
    assert not list(parts.rglob("*.part"))
    assert shuangpo.station.store.database.execute(kept).fetchone() == (0,)
    assert len(shuangpo.node.book.refusals()) == 1
    assert pull(shuangpo, amur, between).taken.kept == LONG


@pytest.mark.parametrize("kind", ["rehearsal-", "dry-run-"])
def test_a_copy_that_a_power_cut_left_of_a_rehearsal_or_a_dry_run_is_thrown_away(amur: Town, kind: str) -> None:
    home = amur.station.settings.home
    left, fresh = home / f"{kind}left", home / f"{kind}now"
    for folder in (left, fresh):
        folder.mkdir()
        (folder / "node.sqlite").write_text(NAME)
    before = NOW.timestamp() - 3 * 86_400
    os.utime(left, (before, min(before, time.time() - 3 * 86_400)))
    chores.tidy(amur.node)
    assert (left.exists(), fresh.exists()) == (False, True)


def test_a_finder_goes_out_of_a_log_that_was_said_again_as_well(amur: Town, shuangpo: Town, between: Network) -> None:
    (uuid,) = write(amur, recovery(people={"finder_name": NAME}))
    settle(between)
    log = amur.node.ledger.log(amur.node.publisher.log)
    assert log is not None
    with amur.station.store.transaction():
        amur.node.amends.again(log, 1)
        epoch.begin(amur.station.store, amur.station.settings.keys)
    amur.node.publisher.publish()
    groups = {name: dict(group) for name, group in record_of(amur, uuid).groups.items() if name != "people"}
    confirmed = dict.fromkeys(groups["core"].pop("confirmed", []), "For the test")
    groups.pop("remarks", None)
    assert amur.station.intake.correct(uuid, groups, by="a test", confirmed=confirmed).is_kept
    public.erase(amur.node, uuid)
    assert NAME.encode() not in on_disk(amur)
    assert scrub.whole(amur.node).damaged == ()
    settle(between)
    assert shuangpo.station.store.records.known([uuid])
