"""Between the choosing of entries and their sending the terms may change: then what was chosen stays here."""

from pathlib import Path

import pytest

from exchange.agreements import opening, policy
from exchange.log import wire
from exchange.log.entries import Batch
from exchange.log.parts import Parts
from exchange.talk import watch
from exchange.talk.post import Posting
from tests.together.agreeing import EXACT, agree, later, open_alarms, terms, terms_of
from tests.together.kit import (
    Network,
    Town,
    banding,
    befriend,
    client_of,
    correct,
    on_disk,
    peer_of,
    pull,
    settle,
    trust,
    write,
)
from tests.together.segments import LONG, greeted, offers


def close(town: Town, code: str) -> None:
    """Let nothing leave to a peer from now on."""
    with town.station.store.transaction():
        opening.change_terms(town.node, code, policy.CLOSED)


def test_a_page_that_is_on_its_way_shows_nothing_more_when_the_terms_change(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    for at in range(3):
        write(amur, banding(f"XC {at:06}"))
        amur.node.publisher.publish()
    page = greeted(shuangpo, amur, between).feed("", 1 << 20)
    first = next(page)
    assert isinstance(first, Batch)
    assert first.entries
    close(amur, shuangpo.code)
    with pytest.raises(wire.Cut):
        next(page)
    assert not between.faults
    report = pull(shuangpo, amur, between)
    assert (report.trouble, report.taken.kept) == ("", 0)
    assert len(amur.node.left.lines(shuangpo.code)) == 2, "one before, and one of closed entries"


def test_a_segment_is_not_given_out_when_those_who_brought_it_let_it_go_no_further(
    tmp_path: Path, amur: Town, shuangpo: Town, third: Town
) -> None:
    befriend(third, amur)
    befriend(amur, shuangpo)
    trust(amur, shuangpo, third)
    write(third, *(banding(f"XC {at:06}") for at in range(LONG)))
    theirs = Network().add(amur, third)
    pull(amur, third, theirs)
    client = greeted(shuangpo, amur, Network().add(amur, shuangpo))
    (offer,) = [one for one in offers(client) if one.log.startswith(third.code)]
    assert client.segment(offer, Parts(tmp_path / "one")).stat().st_size == offer.bytes
    agree(third, amur, theirs, terms(onward="none"))
    with pytest.raises(wire.Cut):
        client.segment(offer, Parts(tmp_path / "two"))


def test_a_delivery_kept_after_a_cut_is_made_anew_when_others_let_less_go_on(
    amur: Town, shuangpo: Town, third: Town
) -> None:
    befriend(third, amur)
    befriend(amur, shuangpo, posts=[amur.code])
    trust(amur, shuangpo, third)
    write(third, banding("XC 000001"))
    theirs, line = Network().add(amur, third), Network().add(amur, shuangpo)
    pull(amur, third, theirs)
    posting = Posting(amur.node, shuangpo.code, client_of(amur, shuangpo.address, line), 1 << 20)
    assert posting._delivery(1 << 20) is not None
    assert posting._pending() is not None
    agree(third, amur, theirs, terms(onward="none"))
    assert posting._pending() is None
    settle(line)
    assert b"XC 000001" not in on_disk(shuangpo)


def test_a_sensitive_bird_first_taken_for_another_gives_its_place_away_to_nobody_who_comes_later(
    amur: Town, shuangpo: Town, third: Town, between: Network
) -> None:
    """Neither by the version that stands nor by those before it, which say the same place; relays judge alike."""
    (uuid,) = write(amur, banding(species="Ardea cinerea"))
    befriend(amur, third)
    befriend(third, shuangpo)
    trust(amur, shuangpo, third)
    settle(Network().add(amur, third))
    assert EXACT in on_disk(third)
    correct(amur, uuid, species="Ciconia boyciana")
    settle(Network().add(amur, third))
    pull(shuangpo, third, Network().add(shuangpo, third))
    settle(between)
    assert {tuple(one.groups) for one in shuangpo.station.store.records.versions(uuid)} == {("core",)}
    assert EXACT not in on_disk(shuangpo)


def test_a_common_bird_first_taken_for_a_sensitive_one_is_told_as_the_common_one(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (uuid,) = write(amur, banding(species="Ciconia boyciana"))
    settle(between)
    correct(amur, uuid, species="Ardea cinerea")
    settle(between)
    told = {one.generation: "place" in one.groups for one in shuangpo.station.store.records.versions(uuid)}
    assert told == {1: False, 2: True}
    assert peer_of(amur, shuangpo.code).terms == policy.STANDARD


def test_where_a_clock_that_was_ahead_has_left_no_agreement_in_force_a_person_is_told(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    agree(amur, shuangpo, between, terms(bandings="returns"), valid_until="2040-12-31")
    agree(amur, shuangpo, between, terms(), valid_from="2030-01-01", valid_until="2040-12-31")
    watch.look(amur.node)
    assert open_alarms(amur) == []
    later(amur, 4000)
    later(amur, 1)
    assert terms_of(amur, shuangpo.code) == policy.CLOSED
    watch.look(amur.node)
    assert open_alarms(amur) == [("agreement", "over")]
    later(amur, 4000)
    watch.look(amur.node)
    assert open_alarms(amur) == []
