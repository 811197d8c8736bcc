"""The worked example of docs/protocol.md is worked again here, from the values that the page prints."""

import hashlib
import io
import json
import re
from pathlib import Path

import pytest
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from banding.errors import BandingError, Refused
from banding.shape import problems
from exchange.agreements import policy
from exchange.log import seals, wire
from exchange.log.entries import Batch
from exchange.talk import feed, plan, signing
from exchange.web import ACCESS, PROBLEMS
from schemas.changes import PUBLISHED

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
    assert [read.faults for read in examined.reads] == [[], []]
    for read in examined.reads:
        assert problems(read.record) == []


def test_what_we_would_send_is_what_the_page_prints():
    keys = {number: {"": raw(f"key {number}")} for number in (1, 2)}
    for shown in batch().entries:
        texts = {g: VALUES[f"text {shown.number} {g}"] for g in json.loads(shown.head)["groups"]}
        whole = type(shown)(shown.number, shown.head, texts, keys[shown.number])
        assert whole.without(["people"]) == shown


def test_the_page_names_every_address_problem_and_published_schema():
    addresses = {feed.blueprint.url_prefix + path for path in ("/hello", "/have", "/feed", "/inbox")}
    assert len(addresses) == len(ACCESS)
    for address in addresses:
        assert re.search(rf"`(GET|POST) {address}[`?]", PAGE), address
    for word in [*PUBLISHED, wire.MEDIA_TYPE]:
        assert f"`{word}`" in PAGE, word


@pytest.mark.parametrize("kind", [signing.NotSigned, signing.StaleNonce, feed.EpochChanged, feed.TooLarge, Refused])
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
        f"| life of a nonce | {signing.NONCE_SECONDS // 60} minutes |",
    ):
        assert words in PAGE
