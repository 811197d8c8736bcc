"""What travels between nodes: the head of an entry, the header of a batch, and the lines of a delivery."""

import re
from typing import Any

from marshmallow import ValidationError, fields

from schemas import GROUPS
from schemas.extensions import ExtensionRecord
from schemas.fields import UUID, Flag, Strict, Text, Whole, anchored
from schemas.parts import NODE, Group, Parts
from schemas.records import Record

HEX = r"[0-9a-f]{64}"
LOG = NODE + r"\.[0-9a-f]{16}"
VERSION = r"[0-9]{1,3}\.[0-9]{1,3}"
BASE64 = r"[A-Za-z0-9+/]+={0,2}"
PATH = r"[01]{0,3}"
KEY = r"[A-Za-z0-9+/]{22}=="


class Head(Group):
    """The head of an entry: which version of which record it is, and which groups it has."""

    id = Text("UUID of the record.", shortest=36, longest=36, pattern=UUID, required=True)
    generation = Whole("Version of the record, counted from 1.", 1, 2**31, required=True, example=1)
    parents = Parts(
        Text("Leaf of the version before, in hex.", shortest=64, longest=64, pattern=HEX),
        "Leaves of the versions that this one continues: none for the first, several where a fork was resolved.",
        16,
        required=True,
    )
    groups = Parts(
        Text("Name of a group.", longest=20, pattern="|".join(GROUPS)),
        "The groups of the record in their fixed order; a commitment to each is part of the leaf.",
        len(GROUPS),
        required=True,
    )


class BatchHeader(Group):
    """The signed header of a batch of consecutive entries of one log."""

    protocol = Whole("Version of the protocol.", 1, 1, required=True, example=1)
    log = Text("Node and epoch of the log.", longest=40, pattern=LOG, required=True,
               example="AM-KHG.0123456789abcdef")  # fmt: skip
    first = Whole("Number of the first entry.", 1, 2**53 - 1, required=True, example=1)
    count = Whole("How many entries.", 1, 1000, required=True, example=3)
    previous = Text("SHA-256 of the header before it in the log, in hex; zeroes for the first.",
                    shortest=64, longest=64, pattern=HEX, required=True)  # fmt: skip
    root = Text("Merkle root over the leaves, in hex.", shortest=64, longest=64, pattern=HEX, required=True)
    key = Text("Fingerprint of the key that signed it, in hex.", shortest=64, longest=64, pattern=HEX, required=True)
    schema = Text("Version of the records' schema.", longest=7, shortest=3, pattern=VERSION, required=True,
                  example="1.0")  # fmt: skip


class BatchLine(Group):
    """A line that begins a batch; its entries follow, one a line."""

    batch = Text("The batch header, as the exact text that is signed.", longest=2000, required=True)
    signature = Text("Ed25519 signature over the header, base64.", longest=88, pattern=BASE64, required=True)
    at = Whole("Place of the batch in the feed it comes from.", 1, 2**53 - 1)


class Texts(Group):
    """The groups of an entry, each as the exact text its origin wrote."""

    core = Text("Core.", longest=100_000)
    area = Text("Area.", longest=1_000)
    measurements = Text("Measurements.", longest=100_000)
    place = Text("Place.", longest=100_000)
    remarks = Text("Remarks.", longest=100_000)
    people = Text("People.", longest=100_000)


class Commitments(Group):
    """The commitments of the groups that are withheld, base64 of 32 bytes each."""

    core = Text("Core.", shortest=44, longest=44, pattern=BASE64)
    area = Text("Area.", shortest=44, longest=44, pattern=BASE64)
    measurements = Text("Measurements.", shortest=44, longest=44, pattern=BASE64)
    place = Text("Place.", shortest=44, longest=44, pattern=BASE64)
    remarks = Text("Remarks.", shortest=44, longest=44, pattern=BASE64)
    people = Text("People.", shortest=44, longest=44, pattern=BASE64)


class KeyList(Strict):
    """Keys of the salt tree: path of up to three binary figures to base64 of 16 bytes."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object.")
        for path, key in value.items():
            if not (re.fullmatch(PATH, path) and isinstance(key, str) and re.fullmatch(KEY, key)):
                raise ValidationError("Must name paths of binary figures and keys of 16 bytes in base64.")
        return value

    def keywords(self) -> dict[str, Any]:
        """A free object whose names are paths."""
        key = {"type": "string", "minLength": 24, "maxLength": 24, "pattern": anchored(KEY)}
        return {"type": "object", "patternProperties": {anchored(PATH): key}, "additionalProperties": False}


class EntryLine(Group):
    """A line with one entry."""

    n = Whole("Number of the entry in its log.", 1, 2**53 - 1, required=True, example=1)
    head = Text("The head, as the exact text that the leaf covers.", longest=4000, required=True)
    keys = KeyList("Keys from which the salts of the groups shown follow.", required=True)
    groups = fields.Nested(Texts, required=True)
    withheld = fields.Nested(Commitments)


class ClosedLine(Group):
    """A line for a run of entries that are not shown: a node of the batch's tree stands in for them."""

    n = Whole("Number of the first of them in the log.", 1, 2**53 - 1, required=True, example=1)
    span = Whole("How many the node covers: a power of two; fewer where the batch ends.", 1, 1024, required=True,
                 example=2)  # fmt: skip
    closed = Text("The node, base64 of 32 bytes.", shortest=44, longest=44, pattern=BASE64, required=True)


class SegmentLine(Group):
    """A line that offers a batch as a segment, to be fetched by the digest of its bytes."""

    segment = Text("SHA-256 of the segment's bytes, in hex.", shortest=64, longest=64, pattern=HEX, required=True)
    bytes = Whole("How many bytes it has.", 1, 2**31, required=True, example=100_000)
    at = Whole("Place of the batch in the feed.", 1, 2**53 - 1)
    log = Text("Node and epoch of the log.", longest=40, pattern=LOG, required=True,
               example="AM-KHG.0123456789abcdef")  # fmt: skip
    first = Whole("Number of the first entry.", 1, 2**53 - 1, required=True, example=1)
    count = Whole("How many entries.", 1, 1000, required=True, example=1000)
    header = Text("SHA-256 of the batch header, in hex.", shortest=64, longest=64, pattern=HEX, required=True)
    shown = Whole("How many of its entries the segment shows; the rest are closed.", 0, 1000, required=True,
                  example=1000)  # fmt: skip
    heads = Text("Where it shows all: SHA-256 over their heads, a line feed behind each, in hex.", shortest=64,
                 longest=64, pattern=HEX)  # fmt: skip


class BundleLine(Group):
    """The first line of a bundle: what it says of itself, signed by the node that wrote it."""

    bundle = Text("What the bundle says of itself, as the exact text that is signed.", longest=200_000, required=True)
    signature = Text("Ed25519 signature over that text, base64.", longest=88, pattern=BASE64, required=True)


class ByLog(Strict):
    """An object that has something to say of each log, by the log's name."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("Must be an object.")
        for log, said in value.items():
            if not re.fullmatch(LOG, log) or not self._is_said(said):
                raise ValidationError("Must name logs, and numbers of each.")
        return value

    def _is_said(self, said: Any) -> bool:
        return type(said) is int and 1 <= said < 2**53

    def keywords(self) -> dict[str, Any]:
        """A free object whose names are logs."""
        return {"type": "object", "patternProperties": {anchored(LOG): self.each()}, "additionalProperties": False}

    def each(self) -> dict[str, Any]:
        """What is said of one log: a number."""
        return {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}


class SpanByLog(ByLog):
    """The first and the last number of each log, by the log's name."""

    def _is_said(self, said: Any) -> bool:
        return isinstance(said, list) and len(said) == 2 and all(map(super()._is_said, said))

    def each(self) -> dict[str, Any]:
        """What is said of one log: two numbers."""
        return {"type": "array", "minItems": 2, "maxItems": 2, "items": super().each()}


CURSOR = r"[0-9a-f]{16}\.[0-9]{1,16}"


class Bundle(Group):
    """What a part of a bundle says of itself: the text inside its first line."""

    class Meta(Group.Meta):
        """`from` is a word of Python, so it cannot stand among the others."""

        include = {  # noqa: RUF012
            "from": Text("Code of the node that packed it.", longest=13, pattern=NODE, required=True, example="AM-KHG")
        }

    bundle = Whole("Version of bundles.", 1, 1, required=True, example=1)
    id = Text("UUID of the bundle, the same for all its parts.", shortest=36, longest=36, pattern=UUID, required=True)
    part = Whole("Which part of the bundle it is, counted from 1.", 1, 10_000, required=True, example=1)
    parts = Whole("How many parts the bundle has.", 1, 10_000, required=True, example=1)
    to = Text("Code of the node that it is for.", longest=13, pattern=NODE, required=True, example="HL-SHP")
    epoch = Text("Epoch of the packing node's store.", shortest=16, longest=16, pattern=r"[0-9a-f]{16}", required=True)
    after = Whole("Place in its feed behind which this part holds everything; left out where batches were left out.",
                  0, 2**53 - 1)  # fmt: skip
    place = Whole("Place in its feed behind this part.", 0, 2**53 - 1, required=True, example=17)
    needs = ByLog("Number up to which a log must be held before this part can be taken whole, by log.", required=True)
    holds = SpanByLog("First and last number of what this part holds, by log.", required=True)
    have = ByLog("Highest number that the packing node holds, by log: the receipt for what came to it.", required=True)
    read = Text("How far it has read the feed of the node that this is for: epoch and place.", longest=33,
                pattern=CURSOR)  # fmt: skip
    lines = Text("SHA-256 of all the lines behind the first, unpacked, in hex.", shortest=64, longest=64, pattern=HEX,
                 required=True)  # fmt: skip
    made_at = Text("When it was packed, by the clock of that node; shown and never judged.", longest=40,
                   pattern=r"[0-9T:+.Z-]+", required=True, example="2025-06-01T11:00:00+08:00")  # fmt: skip


class EndLine(Group):
    """The last line; without it the delivery was cut."""

    end = Text("Cursor behind the last batch: epoch of the store and place in its feed.", longest=60,
               pattern=CURSOR, required=True)  # fmt: skip
    more = Flag("Whether there is more behind it.", required=True)


PUBLISHED: dict[str, Group | Record | ExtensionRecord] = {
    "entry-head": Head(),
    "batch-header": BatchHeader(),
    "batch-line": BatchLine(),
    "entry-line": EntryLine(),
    "closed-line": ClosedLine(),
    "segment-line": SegmentLine(),
    "bundle-line": BundleLine(),
    "bundle": Bundle(),
    "end-line": EndLine(),
    "extension": ExtensionRecord(),
}
"""Every schema of the conversation that is published beside those of the records."""
