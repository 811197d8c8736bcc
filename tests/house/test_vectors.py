"""The test vectors in schemas/examples/exchange are, byte for byte, what our code writes, and it reads them."""

import hashlib
import io
import json

import pytest
import zstandard

from exchange.log import seals, wire
from exchange.log.entries import Batch
from exchange.talk import bundle, plan
from tests.house import vectors

NAMES = ("batch", "page", "segment", "bundle")
PACKED = NAMES[1:]


@pytest.mark.parametrize("name", NAMES)
def test_our_code_writes_the_vector_byte_for_byte(name: str):
    assert vectors.vectors()[name] == (vectors.FOLDER / f"{name}.ndjson").read_bytes()


@pytest.mark.parametrize("name", PACKED)
def test_the_packed_vector_holds_the_same_lines(name: str):
    packed = (vectors.FOLDER / f"{name}.zst").read_bytes()
    lines = (vectors.FOLDER / f"{name}.ndjson").read_bytes()
    assert zstandard.ZstdDecompressor().stream_reader(packed).read() == lines


@pytest.mark.parametrize(("name", "first"), [("page", [1, 3]), ("segment", [1]), ("bundle", [1, 3])])
def test_our_reader_proves_every_batch_of_the_packed_vector(name: str, first: list[int]):
    raw = (vectors.FOLDER / f"{name}.zst").read_bytes()
    found = [one for one in wire.read(io.BytesIO(raw), endless=name == "segment") if isinstance(one, Batch)]
    public = vectors.key().public
    assert [plan.examine(one, public, "1").header.first for one in found] == first


def test_the_label_of_the_bundle_is_signed_and_covers_what_follows():
    raw = (vectors.FOLDER / "bundle.zst").read_bytes()
    opening = bundle.peek(raw)
    assert opening is not None
    label = bundle.label_of(opening)
    assert seals.is_signed(vectors.key().public, opening.signature, opening.text.encode(), bundle.CONTEXT)
    assert label.lines == hashlib.sha256((vectors.FOLDER / "page.ndjson").read_bytes()).hexdigest()
    assert (label.sender, label.holds) == ("AM-KHG", {vectors.LOG: (1, 7)})


def test_the_page_prints_the_page_and_the_first_line_of_the_bundle():
    assert f"```json\n{(vectors.FOLDER / 'page.ndjson').read_text(encoding='utf-8')}```" in vectors.EXAMPLE
    first = (vectors.FOLDER / "bundle.ndjson").read_text(encoding="utf-8").splitlines()[0]
    assert f"```json\n{first}\n```" in vectors.EXAMPLE


def test_the_keys_beside_them_are_those_of_the_example():
    (hello,) = json.loads((vectors.FOLDER / "keys.json").read_text(encoding="utf-8"))
    assert wire.decode(hello["key"]).hex() == vectors.VALUES["public key"]
    assert hello["fingerprint"] == vectors.VALUES["fingerprint"]
