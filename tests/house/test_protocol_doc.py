"""The worked example of docs/protocol.md is worked again here, from the values that the page prints."""

import hashlib
import io
import json
import re
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from flask import Flask

from banding.errors import BandingError, Refused
from banding.shape import problems
from exchange.agreements import policy
from exchange.log import lines, seals, wire
from exchange.log.entries import Batch
from exchange.talk import feed, peer, plan, signing, unpacking
from exchange.web import ACCESS, PROBLEMS
from schemas.changes import PUBLISHED
from schemas.letters import LETTERS

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
EXAMPLE = PAGE.split("## A worked example", 1)[1]
VALUES = dict(re.findall(r"^([a-z0-9 ]+) = (.+)$", EXAMPLE, re.MULTILINE))
DELIVERY = re.search(r"```json\n(.*?)```", EXAMPLE, re.DOTALL)


def raw(name: str) -> bytes:
    return bytes.fromhex(VALUES[name])


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def delivery() -> bytes:
    assert DELIVERY is not None
    return zstandard.ZstdCompressor().compress(DELIVERY[1].encode())


def batch() -> Batch:
    found = next(iter(wire.read(io.BytesIO(delivery()))))
    assert isinstance(found, Batch)
    return found


@pytest.mark.parametrize(("number", "path", "group"), [(1, "000", "core"), (1, "001", "area"), (1, "101", "people"),
                                                       (2, "000", "core")])  # fmt: skip
def test_each_salt_follows_from_the_key_of_its_entry(number: int, path: str, group: str):
    key = raw(f"key {number}")
    for bit in path:
        key = sha(b"\x03", key, bit.encode())[:16]
    assert key == raw(f"salt {number} {group}")
    assert seals.PATHS[group] == path


@pytest.mark.parametrize(("number", "group"), [(1, "core"), (1, "area"), (1, "people"), (2, "core")])
def test_each_commitment_follows_from_the_salt_and_the_text(number: int, group: str):
    text = VALUES[f"text {number} {group}"].encode()
    assert sha(b"\x02", raw(f"salt {number} {group}"), text) == raw(f"commitment {number} {group}")


@pytest.mark.parametrize(("number", "groups"), [(1, ("core", "area", "people")), (2, ("core",))])
def test_each_leaf_follows_from_the_head_and_the_commitments(number: int, groups: tuple[str, ...]):
    head = hashlib.sha256(VALUES[f"head {number}"].encode()).digest()
    assert sha(b"\x00", head, *(raw(f"commitment {number} {group}") for group in groups)) == raw(f"leaf {number}")
    assert json.loads(VALUES[f"head {number}"])["groups"] == list(groups)


def test_the_root_follows_from_the_leaves():
    assert sha(b"\x01", raw("leaf 1"), raw("leaf 2")) == raw("root")


def test_the_header_names_the_root_the_key_and_the_header_before():
    header = json.loads(VALUES["header"])
    assert (header["root"], header["key"]) == (VALUES["root"], VALUES["fingerprint"])
    assert header["previous"] == "00" * 32
    assert hashlib.sha256(VALUES["header"].encode()).digest() == raw("header hash")


def test_the_key_pair_and_its_fingerprint_belong_together():
    private = Ed25519PrivateKey.from_private_bytes(raw("private key"))
    assert private.public_key().public_bytes_raw() == raw("public key")
    assert sha(raw("public key")) == raw("fingerprint")


def test_the_signature_holds_over_the_exact_bytes_of_the_header():
    signed = b"band-exchange batch v1\n" + VALUES["header"].encode()
    Ed25519PublicKey.from_public_bytes(raw("public key")).verify(raw("signature"), signed)


def test_the_delivery_shows_the_same_entries_without_the_people():
    shown = batch()
    assert shown.header == VALUES["header"]
    assert shown.signature == raw("signature")
    assert [entry.head for entry in shown.entries] == [VALUES["head 1"], VALUES["head 2"]]
    assert shown.entries[0].withheld == {"people": raw("commitment 1 people")}
    assert shown.entries[0].keys == {"00": raw("key 1 path 00")}
    assert VALUES["text 1 people"] not in EXAMPLE.split("```json")[1]


def test_our_own_reader_takes_the_delivery_and_proves_it():
    examined = plan.examine(batch(), raw("public key"), "1")
    assert [read.leaf for read in examined.reads] == [raw("leaf 1"), raw("leaf 2")]
    assert [read.faults for read in examined.reads] == [(), ()]
    for read in examined.reads:
        assert problems(read.record) == []


def test_what_we_would_send_is_what_the_page_prints():
    keys = {number: {"": raw(f"key {number}")} for number in (1, 2)}
    for shown in batch().entries:
        texts = {g: VALUES[f"text {shown.number} {g}"] for g in json.loads(shown.head)["groups"]}
        whole = type(shown)(shown.number, shown.head, texts, keys[shown.number])
        assert whole.without(["people"]) == shown


def test_the_page_names_every_address_and_published_schema():
    app = Flask(__name__)
    app.register_blueprint(feed.blueprint)
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("exchange.")]
    assert len(rules) == len(ACCESS)
    for rule in rules:
        (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert re.search(rf"`{method} {re.sub('<.*?>', 'DIGEST', rule.rule)}[`?]", PAGE), rule
    for word in [*PUBLISHED, *(f"letter-{kind}" for kind in LETTERS), wire.MEDIA_TYPE]:
        assert f"`{word}`" in PAGE, word


@pytest.mark.parametrize("kind", [signing.NotSigned, signing.StaleNonce, feed.EpochChanged, feed.SegmentGone,
                                  feed.TooLarge, Refused])  # fmt: skip
def test_the_page_gives_the_status_of_each_problem(kind: type[BandingError]):
    assert f"| `{kind.slug}` | {kind.status} |" in PAGE
    assert kind is feed.TooLarge or kind is Refused or kind.slug in PROBLEMS


def test_the_page_gives_the_order_of_the_groups_and_their_paths():
    assert f"| group | {' | '.join(seals.ORDER)} |" in PAGE
    assert f"| path | {' | '.join(seals.PATHS.values())} |" in PAGE


@pytest.mark.parametrize("level", ["0", "1", "2", "3"])
def test_the_page_gives_the_terms_that_hold_unless_others_were_agreed(level: str):
    assert f"| {level} | {', '.join(policy.STANDARD['groups'][level])} |" in PAGE


def test_the_page_gives_the_limits_that_the_code_keeps():
    for words in (
        f"| line | {wire.LINE_LIMIT // 1024} KiB |",
        f"| delivery, unpacked | {wire.PAGE_LIMIT // 1024**2} MiB |",
        f"| window of zstd | {wire.WINDOW_LIMIT // 1024**2} MiB |",
        f"| entries in a batch | {PUBLISHED['batch-header'].fields['count'].most} |",
        f"| `max_bytes` | {feed.PAGE_LEAST // 1024} KiB to {feed.PAGE_MOST // 1024**2} MiB |",
        f"| posted delivery | {feed.INBOX_MOST // 1024**2} MiB |",
        f"| segment | {peer.SEGMENT_MOST // 1024**2} MiB |",
        f"| part, unpacked | {wire.UNPACKED_LIMIT // 1024**2} MiB and one batch |",
        f"| file that is read | {unpacking.FILE_MOST // 1024**2} MiB |",
        f"| parts of a bundle | {PUBLISHED['bundle'].fields['parts'].most} |",
        f"| life of a nonce | {signing.NONCE_SECONDS // 60} minutes |",
    ):
        assert words in PAGE


# -- the second batch -------------------------------------------------------------------------------------


def test_the_nodes_of_the_second_batch_follow_from_its_leaves_and_make_its_root():
    assert sha(b"\x01", raw("leaf 3"), raw("leaf 4")) == raw("node 3 to 4")
    assert sha(b"\x01", raw("leaf 5"), raw("leaf 6")) == raw("node 5 to 6")
    assert sha(b"\x01", raw("node 3 to 4"), raw("node 5 to 6")) == raw("node 3 to 6")
    assert sha(b"\x01", raw("node 3 to 6"), raw("leaf 7")) == raw("root two")


def test_the_second_header_names_its_root_and_the_first_and_is_signed():
    header = json.loads(VALUES["header two"])
    assert (header["root"], header["previous"]) == (VALUES["root two"], VALUES["header hash"])
    assert (header["first"], header["count"]) == (3, 5)
    assert seals.is_signed(raw("public key"), raw("signature two"), VALUES["header two"].encode())


def test_the_nodes_that_stand_in_for_what_is_closed_are_those_that_the_page_names():
    _, two, end = list(wire.read(io.BytesIO(delivery())))
    assert isinstance(two, Batch)
    assert isinstance(end, wire.End)
    assert [(run.number, run.span, run.digest) for run in two.closed] == [
        (3, 2, raw("node 3 to 4")), (6, 1, raw("leaf 6")), (7, 4, raw("leaf 7")),
    ]  # fmt: skip
    (letter,) = plan.examine(two, raw("public key"), "1").reads
    assert letter.leaf == raw("leaf 5")
    assert lines.shape_of("answer", {"core": letter.record["core"]}) == ""
