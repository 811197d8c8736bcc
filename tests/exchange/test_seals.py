"""Digests and signatures: what is withheld stays closed, and everything else is still proven."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exchange.log import seals
from exchange.log.entries import Entry, Inauthentic
from tests.exchange import made

ROOT = bytes(range(16))
SUBSETS = st.sets(st.sampled_from(seals.ORDER))


def salt_by_hand(root: bytes, group: str) -> bytes:
    """The salt straight from the root: three steps, each half of a SHA-256."""
    for bit in format(seals.ORDER.index(group), "03b"):
        root = hashlib.sha256(b"\x03" + root + bit.encode()).digest()[:16]
    return root


def reachable(keys: dict[str, bytes]) -> set[bytes]:
    """Every key and salt that somebody can work out from these keys."""
    found = set(keys.values())
    for path, key in keys.items():
        if len(path) < seals.DEPTH:
            found |= reachable({path + bit: seals.child(key, bit) for bit in "01"})
    return found


def rfc6962(leaves: Sequence[bytes]) -> bytes:
    """The Merkle root as RFC 6962, 2.1 words it: split at the largest power of two that is smaller."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + rfc6962(leaves[:split]) + rfc6962(leaves[split:])).digest()


@given(SUBSETS)
def test_from_the_cover_follow_all_salts_but_the_withheld_ones(withheld: set[str]) -> None:
    keys = seals.cover({"": ROOT}, withheld)
    for group in seals.ORDER:
        assert seals.salt(keys, group) == (None if group in withheld else salt_by_hand(ROOT, group))
    assert not {salt_by_hand(ROOT, group) for group in withheld} & reachable(keys)


@given(SUBSETS)
def test_commitments_taken_together_are_the_commitments_taken_alone(groups: set[str]) -> None:
    others = set(seals.ORDER) - groups
    keys, texts = seals.cover({"": ROOT}, others), {group: f'{{"{group}":1}}' for group in groups}
    alone = {group: seals.commitment(salt_by_hand(ROOT, group), text.encode()) for group, text in texts.items()}
    withheld = {group: bytes([place]) * 32 for place, group in enumerate(sorted(others))}
    every = alone | withheld
    assert seals.commitments(keys, texts, withheld) == [every[group] for group in seals.ORDER]
    assert seals.commitments(keys, texts, {}) == [alone[group] for group in seals.ORDER if group in groups]
    for closed in others:
        with pytest.raises(KeyError):
            seals.commitments(keys, {closed: "{}"}, {})


@given(SUBSETS, SUBSETS)
def test_withholding_in_two_steps_is_withholding_at_once(first: set[str], then: set[str]) -> None:
    twice = seals.cover(seals.cover({"": ROOT}, first), first | then)
    assert twice == seals.cover({"": ROOT}, first | then)


def test_usually_one_key_is_enough() -> None:
    """People and remarks are what is withheld most often; their branch is left out as a whole."""
    assert list(seals.cover({"": ROOT}, {"people", "remarks"})) == ["0"]


@given(made.entries(), made.WITHHELD, made.WITHHELD)
def test_the_leaf_is_the_same_whatever_is_withheld_and_by_how_many_hands(
    entry: Entry, first: set[str], then: set[str]
) -> None:
    once = entry.without(sorted(first))
    twice = once.without(sorted(then))
    assert once.leaf() == twice.leaf() == entry.leaf()
    assert set(twice.groups) == set(entry.groups) - first - then
    assert set(twice.groups) | set(twice.withheld) == set(entry.groups)
    assert twice.without(sorted(first)) == twice
    once.check_keys()
    twice.check_keys()


@given(made.entries(), made.WITHHELD)
def test_what_is_withheld_cannot_be_guessed_from_what_is_sent(entry: Entry, withheld: set[str]) -> None:
    """Whoever guesses the text must guess the salt as well: it does not follow from the keys that are sent."""
    sent = entry.without(sorted(withheld))
    guesses = reachable(dict(sent.keys))
    for group, commitment in sent.withheld.items():
        assert all(seals.commitment(salt, entry.groups[group].encode()) != commitment for salt in guesses)


def test_only_keys_that_show_something_are_sent() -> None:
    entry = made.entry(1, {"core": "{}", "area": "{}", "remarks": "{}"})
    assert list(entry.without(["remarks"]).keys) == ["00"]


@given(made.entries(), st.data())
def test_another_text_has_another_leaf(entry: Entry, data: st.DataObject) -> None:
    group = data.draw(st.sampled_from(sorted(entry.groups)))
    other = Entry(1, entry.head, dict(entry.groups) | {group: entry.groups[group] + " "}, entry.keys)
    assert other.leaf() != entry.leaf()
    assert Entry(1, entry.head + " ", entry.groups, entry.keys).leaf() != entry.leaf()


def test_a_group_without_its_salt_is_refused() -> None:
    entry = made.entry(1)
    with pytest.raises(Inauthentic) as refused:
        Entry(1, entry.head, entry.groups, {"1": ROOT}).leaf()
    assert refused.value.code == "W-head"


def test_a_key_that_opens_a_withheld_group_is_refused() -> None:
    """Nobody could prove it, and with a fuller copy it would spoil what is proven."""
    entry = made.entry(1, {"core": "{}", "area": "{}", "place": "{}"})
    sent = entry.without(["core", "area"])
    spoilt = Entry(1, sent.head, sent.groups, dict(sent.keys) | {"00": ROOT}, sent.withheld)
    assert spoilt.leaf() == entry.leaf()
    with pytest.raises(Inauthentic, match="withheld"):
        spoilt.check_keys()


def test_keys_above_each_other_are_refused() -> None:
    entry = made.entry(1)
    with pytest.raises(Inauthentic, match="above"):
        Entry(1, entry.head, entry.groups, dict(entry.keys) | {"000": ROOT}).check_keys()


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
@example([bytes([n]) * 32 for n in range(1, 8)])
def test_the_root_has_the_shape_of_rfc_6962(leaves: list[bytes]) -> None:
    assert seals.root(leaves) == rfc6962(leaves)


@pytest.mark.parametrize("count", [*range(1, 18), 31, 32, 33, 999, 1000])
def test_the_root_has_the_shape_of_rfc_6962_for_every_size(count: int) -> None:
    leaves = [hashlib.sha256(bytes([n % 256, n // 256])).digest() for n in range(count)]
    assert seals.root(leaves) == rfc6962(leaves)


@settings(max_examples=60)
@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=20), st.data())
def test_one_bit_changed_makes_another_root(leaves: list[bytes], data: st.DataObject) -> None:
    which = data.draw(st.integers(0, len(leaves) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = (int.from_bytes(leaves[which], "big") ^ (1 << bit)).to_bytes(32, "big")
    assert seals.root([*leaves[:which], changed, *leaves[which + 1 :]]) != seals.root(leaves)
    assert seals.root([*leaves, leaves[-1]]) != seals.root(leaves)


def test_an_empty_batch_has_no_root() -> None:
    with pytest.raises(ValueError, match="at least one"):
        seals.root([])


def test_a_node_of_the_tree_is_never_taken_for_a_leaf() -> None:
    left, right = seals.leaf(b"{}", []), seals.leaf(b"{ }", [])
    assert seals.root([seals.root([left, right])]) != seals.leaf(left + right, [])
    assert len({seals.commitment(ROOT, b""), seals.leaf(ROOT, []), seals.child(ROOT, "0")}) == 3


def test_a_signature_holds_for_its_key_and_its_bytes_only() -> None:
    signature = seals.sign(made.key(), b"header")
    assert seals.is_signed(made.public(), signature, b"header")
    assert not seals.is_signed(made.public(), signature, b"headeR")
    assert not seals.is_signed(made.public("HL-SHP"), signature, b"header")
    assert not seals.is_signed(made.public(), signature[:-1], b"header")
    assert not seals.is_signed(b"short", signature, b"header")
    assert not seals.is_signed(made.public(), made.key().sign(b"header"), b"header"), "signed for something else"


def test_the_order_of_the_groups_is_the_one_that_was_published() -> None:
    """A new group can only be put at the end: every salt and every leaf ever made hangs on the order."""
    assert seals.ORDER[:6] == ("core", "area", "measurements", "place", "remarks", "people")
    assert len(seals.ORDER) <= 2**seals.DEPTH
