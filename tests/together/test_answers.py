"""What the node of a ring answers to whoever met it: once, anew when it changes, and of history only what is open."""

import pytest

from banding import stock
from exchange.talk import returns
from tests.together.kit import Network, Town, banding, correct, recovery, settle, withdraw, write
from tests.together.land import RING, answers_at, news_of


def test_the_answer_changes_with_what_is_known_and_each_change_is_one_letter(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (met,) = write(shuangpo, recovery(RING))
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "not-known"}
    received(amur, "XC 345601", "XC 345700")
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "not-reported"}
    (banded,) = write(amur, banding(RING))
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "matched"}
    withdraw(amur, banded)
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "not-reported"}
    assert [one.core["verdict"] for one in amur.node.letters.sent("answer")][::-1] == [
        "not-known", "not-reported", "matched", "not-reported",
    ]  # fmt: skip
    assert [request.uuid for request in shuangpo.node.requests.open(9)] == [met]


def received(town: Town, first: str, last: str) -> None:
    """A string of rings comes into the stock of a node."""
    stock.receive(town.station, {"scheme": "RUM", "first": first, "last": last}, "a test")


def test_looking_again_writes_nothing_new(amur: Town, shuangpo: Town, between: Network) -> None:
    (met,) = write(shuangpo, recovery(RING))
    write(amur, banding("XC 345613"))
    settle(between)
    for forgotten in (False, True):
        if forgotten:
            amur.station.store.notes.set(returns.NOTE, "")
        assert returns.look(amur.node) == 0
    correct(shuangpo, met, sex="F")
    settle(between)
    assert len(amur.node.letters.sent("answer")) == 1


def test_a_ring_that_was_typed_wrongly_is_answered_anew_when_it_is_corrected(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    write(amur, banding(RING))
    (met,) = write(shuangpo, recovery("XC 345621"))
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "not-known"}
    correct(shuangpo, met, ring=RING)
    settle(between)
    assert answers_at(shuangpo, met) == {"AM-KHG": "matched"}
    assert shuangpo.node.requests.open(9) == []
    assert news_of(amur) == [(met, "", 1)]


def test_good_news_that_was_seen_is_no_news_when_a_detail_is_corrected(
    amur: Town, shuangpo: Town, between: Network
) -> None:
    (banded,) = write(amur, banding(RING))
    (met,) = write(shuangpo, recovery(RING))
    settle(between)
    for town in (amur, shuangpo):
        assert town.node.alarms.settle_kind("return", town.node.at(), "anna") == 1
    correct(amur, banded, sex="F")
    correct(shuangpo, met, sex="F")
    settle(between)
    assert news_of(amur) == news_of(shuangpo) == []


def test_a_ring_of_another_scheme_is_answered_by_nobody_here(amur: Town, shuangpo: Town, between: Network) -> None:
    write(shuangpo, recovery("A 12345", scheme="JPT"))
    settle(between)
    assert amur.node.letters.sent("answer") == []
    assert len(shuangpo.node.requests.open(9)) == 1


def test_a_history_of_years_is_one_piece_of_news_and_only_what_it_leaves_open_is_answered(
    amur: Town, shuangpo: Town, between: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "AT_ONCE", 10)
    rings = [f"XC {number}" for number in range(345601, 345631)]
    write(amur, *map(banding, rings))
    write(shuangpo, *map(recovery, [*rings, "XC 345699", "ZZ 111111"]))
    settle(between)
    for town in (amur, shuangpo):
        while returns.look(town.node):
            pass
    settle(between)
    asked = {one.ring: answers_at(shuangpo, one.uuid) for one in shuangpo.node.requests.open(99)}
    assert asked == {"XC 345699": {"AM-KHG": "not-known"}, "ZZ 111111": {}}
    assert len(amur.node.letters.sent("answer")) == 1
    (news,) = [one for one in amur.node.alarms.open() if one.kind == "return"]
    assert news.details == {"state": "many", "count": 30}
