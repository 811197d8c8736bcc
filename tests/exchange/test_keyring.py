"""The keyring: which key may sign which number of which log, judged by numbers alone."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from banding.errors import Refused
from exchange.log import links, seals
from exchange.log.keyring import Keyring
from exchange.log.keys import NodeKey
from exchange.log.links import Link, Statement
from tests.together.kit import Town, banding, write
from tests.together.pen import pen

NODE, LOG, EARLIER, UNSEEN = "AM-KHG", f"AM-KHG.{'0' * 16}", f"AM-KHG.{'1' * 16}", f"AM-KHG.{'2' * 16}"


def made(seed: int) -> NodeKey:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public = private.public_key().public_bytes_raw()
    return NodeKey(private, public, seals.fingerprint(public))


KEYS = [made(seed) for seed in range(1, 7)]


def link(old: NodeKey, new: NodeKey, first: int, log: str = LOG, ends: dict[str, int | None] | None = None) -> Link:
    text = links.text_of(Statement(NODE, new.public, new.fingerprint, old.fingerprint, log, first, ends or {}))
    return Link(text, links.sign(old.private, text), links.sign(new.private, text), old.public)


def pinned(town: Town, *told: Link, key: NodeKey = KEYS[0]) -> Keyring:
    """A keyring that pins a key and follows these statements."""
    ring = town.node.keyring
    with town.station.store.transaction():
        ring.pin(NODE, key.public)
        for one in told:
            ring.extend(NODE, one)
    return ring


def holder(ring: Keyring, log: str, number: int, count: int = 1) -> list[int]:
    """The places of the keys that may sign there."""
    found = [ring.key_for(log, number, key.fingerprint, count) for key in KEYS]
    assert all(public in (None, key.public) for public, key in zip(found, KEYS, strict=True))
    return [place for place, public in enumerate(found) if public]


def test_one_key_holds_everywhere_and_no_other_anywhere(town: Town) -> None:
    ring = pinned(town)
    assert holder(ring, LOG, 1) == holder(ring, UNSEEN, 10**9) == [0]
    assert holder(ring, "PR-KHN.0000000000000000", 1) == []


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True).map(sorted), st.integers(1, 50), st.integers(1, 9)
)
@settings(max_examples=60, deadline=None)
def test_of_any_changes_in_one_log_exactly_the_key_of_the_time_holds(
    firsts: list[int], number: int, count: int
) -> None:
    """Without a store: what the rule says must be what a walk along the numbers says."""
    from exchange.log import keyring

    chain = [keyring.Key(KEYS[0].public, KEYS[0].fingerprint)]
    chain += [
        keyring.Key(key.public, key.fingerprint, LOG, first) for key, first in zip(KEYS[1:], firsts, strict=False)
    ]
    expected = [sum(first <= one for first in firsts) for one in range(number, number + count)]
    ring = keyring.Keyring(None)  # type: ignore[arg-type]
    place = ring._holder(chain, LOG, number)
    end = keyring._end(chain, place, LOG)
    fits = end is None or number + count - 1 <= end
    assert place == expected[0]
    assert fits == (len(set(expected)) == 1)


def test_a_log_that_was_never_seen_is_signed_by_the_newest_key(town: Town) -> None:
    ring = pinned(town, link(KEYS[0], KEYS[1], 5), link(KEYS[1], KEYS[2], 9))
    assert [holder(ring, LOG, number) for number in (1, 4, 5, 8, 9, 99)] == [[0], [0], [1], [1], [2], [2]]
    assert holder(ring, UNSEEN, 1) == [2]


def test_a_log_that_had_ended_before_a_change_stays_with_its_key_up_to_its_end(town: Town) -> None:
    ring = pinned(town, link(KEYS[0], KEYS[1], 5, ends={EARLIER: 7}), link(KEYS[1], KEYS[2], 9, ends={EARLIER: 7}))
    assert holder(ring, EARLIER, 1, 7) == [0]
    assert holder(ring, EARLIER, 7, 2) == holder(ring, EARLIER, 8) == []


def test_a_log_whose_end_nobody_knows_any_more_stays_with_its_key(town: Town) -> None:
    ring = pinned(town, link(KEYS[0], KEYS[1], 5, ends={EARLIER: None}))
    assert holder(ring, EARLIER, 1) == holder(ring, EARLIER, 10**6) == [0]


def test_a_log_that_is_held_stays_with_the_key_that_began_it(town: Town) -> None:
    """A change in a later log says nothing of an earlier one, of which more may still be on its way."""
    write(town, banding())
    town.node.publisher.publish()
    ring, log, own = town.node.keyring, town.node.publisher.log, town.node.key
    text = links.text_of(
        Statement(town.code, KEYS[1].public, KEYS[1].fingerprint, own.fingerprint, f"{town.code}.{'f' * 16}", 3, {})
    )
    told = Link(text, links.sign(own.private, text), links.sign(KEYS[1].private, text), own.public)
    with town.station.store.transaction():
        ring.extend(town.code, told)
    assert ring.key_for(log, 2, own.fingerprint) == own.public
    assert ring.key_for(log, 2, KEYS[1].fingerprint) is None


def test_a_statement_is_taken_once_and_told_on_as_it_came(town: Town) -> None:
    told = [link(KEYS[0], KEYS[1], 5), link(KEYS[1], KEYS[2], 9)]
    ring = pinned(town, *told)
    with town.station.store.transaction():
        assert not ring.extend(NODE, told[0])
    assert ring.links(NODE) == told
    assert links.from_json(links.as_json(ring.links(NODE))) == told


def test_a_key_that_was_replaced_is_neither_pinned_again_nor_may_it_name_another(town: Town) -> None:
    ring = pinned(town, link(KEYS[0], KEYS[1], 5))
    with town.station.store.transaction():
        with pytest.raises(Refused, match="no longer holds"):
            ring.pin(NODE, KEYS[0].public)
        with pytest.raises(Refused, match="no longer holds"):
            ring.extend(NODE, link(KEYS[0], KEYS[2], 5))
    assert ring.newest(NODE) == KEYS[1].fingerprint


def test_a_person_may_put_any_key_in_the_place_of_a_thiefs(town: Town) -> None:
    """The thief was faster: his key was believed first, and the true one leads from the same old key."""
    ring = pinned(town, link(KEYS[0], KEYS[5], 5))
    with town.station.store.transaction():
        ring.pin(NODE, KEYS[1].public, [link(KEYS[0], KEYS[1], 6)])
    assert [key.fingerprint for key in ring.chain(NODE)] == [KEYS[place].fingerprint for place in (0, 5, 1)]
    assert holder(ring, UNSEEN, 1) == [1]
    assert ring.links(NODE) == []


def test_a_key_compared_by_people_brings_its_past_with_it(town: Town) -> None:
    told = [link(KEYS[0], KEYS[1], 5), link(KEYS[1], KEYS[2], 9)]
    ring = town.node.keyring
    with town.station.store.transaction():
        ring.pin(NODE, KEYS[2].public, told)
    assert holder(ring, LOG, 1) == [0]
    assert ring.links(NODE) == told


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind":"key"}', "\0"])
def test_what_is_no_statement_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        links.read(text)


@pytest.mark.parametrize(
    "found", [None, {}, [1], [{}], [{"statement": "", "signatures": [""], "before": ""}], [{}] * 99]
)
def test_what_hello_says_of_keys_is_read_or_refused(found: object) -> None:
    with pytest.raises(ValueError, match="list of keys"):
        links.from_json(found)


def test_a_statement_of_another_node_moves_nobody(town: Town) -> None:
    ring = pinned(town)
    with town.station.store.transaction(), pytest.raises(Refused, match="another node"):
        ring.extend("PR-KHN", link(KEYS[0], KEYS[1], 5))
    assert pen("PR-KHN", 1).key.fingerprint == KEYS[0].fingerprint
