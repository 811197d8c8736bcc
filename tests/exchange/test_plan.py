"""What is to become of a batch that came: decided from values, without doing anything."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.log import seals
from exchange.log.entries import Batch, Entry, Header, Inauthentic
from exchange.talk import plan
from tests.exchange import made

H1, H2, H9 = bytes([1]) * 32, bytes([2]) * 32, bytes([9]) * 32


def header(first: int, count: int = 2, previous: bytes = H1) -> Header:
    return Header(made.LOG, first, count, previous, bytes(32), "f" * 64, "1.0")


@pytest.mark.parametrize(
    ("why", "first", "previous", "head", "head_hash", "held", "verdict", "code"),
    [
        ("the very first batch", 1, seals.NO_PREVIOUS, 0, seals.NO_PREVIOUS, None, "next", ""),
        ("the first batch names one before it", 1, H1, 0, seals.NO_PREVIOUS, None, "fork", "W-fork"),
        ("the next batch", 4, H1, 3, H1, None, "next", ""),
        ("the next number behind another head", 4, H2, 3, H1, None, "fork", "W-fork"),
        ("a batch that we hold", 2, H1, 5, H2, H9, "known", ""),
        ("a batch that we hold, at the head", 4, H1, 5, H9, H9, "known", ""),
        ("another batch with the same number", 2, H1, 5, H2, H2, "fork", "W-fork"),
        ("it begins inside a batch of ours", 3, H1, 5, H2, None, "fork", "W-fork"),
        ("it begins at our last number", 5, H1, 5, H2, None, "fork", "W-fork"),
        ("something before it is missing", 7, H1, 5, H1, None, "gap", "W-gap"),
        ("nothing is held and it is not the first", 2, H1, 0, seals.NO_PREVIOUS, None, "gap", "W-gap"),
    ],
)  # fmt: skip
def test_how_a_batch_stands_to_what_is_held(
    why: str, first: int, previous: bytes, head: int, head_hash: bytes, held: bytes | None, verdict: str, code: str
) -> None:
    found = plan.position(header(first, previous=previous), H9, head, head_hash, held)
    assert (found.verdict, found.code) == (verdict, code), why


def test_a_gap_says_which_number_was_expected() -> None:
    found = plan.position(header(7), H9, 4, H1, None)
    assert found.values == {"expected": "5", "got": "7"}


def examined(batch: Batch, signer: str = "AM-KHG") -> plan.Examined:
    return plan.examine(batch, made.public(signer), "1")


def refusal(batch: Batch) -> str:
    with pytest.raises(Inauthentic) as refused:
        examined(batch)
    return refused.value.code


def test_a_whole_batch_is_read_entry_by_entry() -> None:
    found = examined(made.chain([3])[0])
    assert [read.record["core"]["ring"] for read in found.reads] == ["XC 000001", "XC 000002", "XC 000003"]
    assert all(not read.faults for read in found.reads)
    assert [read.leaf for read in found.reads] == [read.entry.leaf() for read in found.reads]


def test_with_groups_withheld_it_is_the_same_batch() -> None:
    groups = {"core": made.core(), "place": {"latitude": 49.0, "longitude": 130.0}, "people": {"ringer": "N"}}
    whole = made.batch([made.entry(1, groups)])
    poorer = examined(made.hidden(whole, ["place", "people"]))
    assert poorer.digest == examined(whole).digest
    assert [r.leaf for r in poorer.reads] == [r.leaf for r in examined(whole).reads]
    assert set(poorer.reads[0].record) == {"core"}
    assert not poorer.reads[0].faults


def test_a_signature_of_somebody_else_is_refused() -> None:
    assert refusal(made.batch([made.entry(1)], signer="HL-SHP")) == "W-signature"
    whole = made.chain([1])[0]
    assert refusal(Batch(whole.header + " ", whole.signature, whole.entries)) == "W-signature"
    assert refusal(Batch(whole.header, bytes(64), whole.entries)) == "W-signature"


def test_a_changed_entry_is_refused() -> None:
    whole = made.chain([2])[0]
    first, second = whole.entries
    other = Entry(1, first.head, {"core": json.dumps(made.core(1, ring="XC 999999"))}, first.keys)
    assert refusal(Batch(whole.header, whole.signature, [other, second])) == "W-root"
    assert refusal(Batch(whole.header, whole.signature, [second, first])) == "W-root"
    assert refusal(Batch(whole.header, whole.signature, [first])) == "W-syntax"
    assert refusal(Batch(whole.header, whole.signature, [first, second, made.entry(3)])) == "W-syntax"


def test_entries_put_in_each_others_places_are_refused() -> None:
    whole = made.chain([2])[0]
    one, two = whole.entries
    swapped = [Entry(1, two.head, two.groups, two.keys), Entry(2, one.head, one.groups, one.keys)]
    assert refusal(Batch(whole.header, whole.signature, swapped)) == "W-root"


def test_an_invented_key_is_refused_although_the_root_holds() -> None:
    whole = made.batch([made.entry(1, {"core": made.core(), "area": "{}", "place": "{}"})])
    sent = made.hidden(whole, ["area"]).entries[0]
    spoilt = Entry(1, sent.head, sent.groups, dict(sent.keys) | {"001": bytes(16)}, sent.withheld)
    assert refusal(Batch(whole.header, whole.signature, [spoilt])) == "W-head"


def faults(groups: dict[str, Any], schema: str = "1.0", /, **head: Any) -> list[str]:
    batch = made.batch([made.entry(1, groups, **head)], schema=schema)
    return [code for code, _ in examined(batch).reads[0].faults]


@pytest.mark.parametrize(
    ("why", "groups", "schema", "head", "expected"),
    [
        ("all in order", {"core": made.core()}, "1.0", {}, []),
        ("a later minor version", {"core": made.core()}, "1.7", {}, []),
        ("a later major version", {"core": made.core()}, "2.0", {}, ["W-schema-new"]),
        ("another node's record in this log", {"core": made.core(origin="HL-SHP")}, "1.0", {}, ["W-origin"]),
        ("another record than the head says", {"core": made.core(2)}, "1.0", {}, ["W-head"]),
        ("another version than the head says", {"core": made.core(generation=2)}, "1.0", {}, ["W-head"]),
        ("groups that the head does not name", {"core": made.core()}, "1.0", {"groups": ["core", "area"]}, ["W-head"]),
        ("no core", {"area": "{}"}, "1.0", {}, ["W-head"]),
        ("the core is a list", {"core": "[]"}, "1.0", {}, ["W-head"]),
        ("the core is no JSON", {"core": "{"}, "1.0", {}, ["W-syntax"]),
        ("very deep JSON", {"core": "[" * 50_000}, "1.0", {}, ["W-syntax"]),
        ("the head is of another shape", {"core": made.core()}, "1.0", {"parents": ["x"]}, ["W-syntax"]),
    ],
)
def test_what_is_authentic_but_unfit_is_a_reason_and_not_a_refusal(
    why: str, groups: dict[str, Any], schema: str, head: dict[str, Any], expected: list[str]
) -> None:
    assert faults(groups, schema, **head) == expected, why


def test_groups_that_waited_join_what_came_later() -> None:
    whole = made.entry(1, {"core": made.core(), "area": '{"latitude": 1}', "place": '{"latitude": 2}'})
    batch = made.batch([whole])
    came = examined(made.hidden(batch, ["area"])).reads[0]
    joined = plan.joined(came, {"core": whole.groups["core"], "area": whole.groups["area"]})
    assert set(joined.record) == set(joined.entry.groups) == {"core", "area", "place"}
    assert plan.joined(came, {"area": "{"}).faults


HEADS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([made.ID.format(2), made.ID.format(1).upper(), "", 1]),
        "generation": st.sampled_from([2, 0, 1.0, True, "1"]),
        "parents": st.sampled_from([["0" * 64], None]),
        "groups": st.sampled_from([["core"], ["core", "area"], ["area", "core"], ["core", "core"], [], None]),
    },
)


@given(
    head=HEADS,
    core=st.fixed_dictionaries({}, optional={"origin": st.just("HL-SHP"), "generation": st.sampled_from([2, 1.0])}),
    more=st.sampled_from([{}, {"area": {"latitude": 49.0}}]),
    withheld=st.booleans(),
    written=st.sampled_from([",:", ", :"]),
    schema=st.sampled_from(["1.0", "1.7", "2.0"]),
)
def test_a_head_that_follows_from_its_core_is_read_as_every_other(
    head: dict[str, Any], core: dict[str, Any], more: dict[str, Any], withheld: bool, written: str, schema: str
) -> None:
    """Nearly all heads are known at one look; whatever is known so would have been found right word by word."""

    def text(said: Any) -> str:
        return json.dumps(said, separators=(written[:-1], written[-1]))

    groups = {name: text(said) for name, said in {"core": made.core() | core, **more}.items()}
    right = {"id": made.ID.format(1), "generation": 1, "parents": [], "groups": list(groups)}
    entry = Entry(1, text(right | head), groups, {"": bytes(16)})
    entry = entry.without(["area"]) if withheld else entry
    said = Header(made.LOG, 1, 1, H1, bytes(32), "f" * 64, schema)
    found = plan.read(entry, bytes(32), said, "1")
    try:
        whole, record = plan._said(entry, None)
        faults = list(plan._faults(entry, whole, record, said, "1"))
    except Inauthentic as unfit:
        record, faults = {}, [(unfit.code, unfit.values)]
    assert (found.record, list(found.faults)) == (record, faults)


def test_the_head_that_we_write_ourselves_is_known_at_one_look() -> None:
    groups = {"core": made.core(), "area": {"latitude": 49.0, "longitude": 130.0}, "people": {"ringer": "N"}}
    texts = {name: orjson.dumps(said).decode() for name, said in groups.items()}
    head = {"id": made.ID.format(1), "generation": 1, "parents": [], "groups": list(texts)}
    entry = Entry(1, orjson.dumps(head).decode(), texts, {"": bytes(16)}).without(["people"])
    record = {name: said for name, said in groups.items() if name != "people"}
    assert plan._follows(entry, record, header(1), "1")
