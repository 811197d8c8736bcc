"""Letters: what nodes tell each other about records, agreements and keys, as entries of their own logs."""

import re
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from schemas.changes import BASE64, HEX, LOG
from schemas.fields import UUID, Code, Strict, Text, Whole, anchored
from schemas.parts import NODE, PLAIN, Group, GroupField, Parts

LONG = 100_000
FIELD = r"[a-z][a-z0-9_]{0,39}"


class Values(Strict):
    """A free object of texts by name: the values of a finding."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, str]:
        if not isinstance(value, dict) or len(value) > 40:
            raise ValidationError("Must be an object of at most 40 texts.")
        for name, text in value.items():
            Text("", longest=40, pattern=FIELD)._deserialize(name)
            Text("", longest=2000, shortest=0)._deserialize(text)
        return value

    def keywords(self) -> dict[str, Any]:
        """A free object of short texts."""
        text = {"type": "string", "maxLength": 2000}
        named = {"patternProperties": {anchored(FIELD): text}, "additionalProperties": False}
        return {"type": "object", "maxProperties": 40} | named


class Changes(Strict):
    """What a proposal would change: fields by group, null where a field would be taken away."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value:
            raise ValidationError("Must be an object of groups.")
        for group, said in value.items():
            if not (re.fullmatch(FIELD, group) and isinstance(said, dict) and all(map(_is_field, said))):
                raise ValidationError("Must name groups and their fields in small letters.")
        return value

    def keywords(self) -> dict[str, Any]:
        """A free object of objects; whether it fits a record is judged when it is accepted."""
        group = {"type": "object", "patternProperties": {anchored(FIELD): {}}, "additionalProperties": False}
        named = {"patternProperties": {anchored(FIELD): group}, "additionalProperties": False}
        return {"type": "object", "minProperties": 1} | named


def _is_field(name: str) -> bool:
    return bool(re.fullmatch(FIELD, name))


class Letter(Group):
    """What every letter says: which it is, who wrote it, and to whom; a letter to all names nobody."""

    id = Text("The letter's own UUID.", longest=36, shortest=36, pattern=UUID, required=True)
    origin = Text("Code of the node that wrote it.", longest=13, pattern=NODE, required=True, example="AM-KHG")
    generation = Whole("Always 1: a letter is never changed.", 1, 1, required=True, example=1)
    to = Text("Code of the node that it is for; left out where it is for all.", longest=13, pattern=NODE)


def _kind(name: str) -> Code:
    return Code("What this is.", "letter_kind", only=(name,), required=True, example=name)


class Reason(Group):
    """One reason why an entry waits: a code of the table of findings, with its field and values."""

    code = Text("Code of the finding.", longest=40, pattern=PLAIN, required=True, example="W-shape")
    field = Text("The field it is about.", longest=200, shortest=0, required=True)
    values = Values("The values that belong into its sentence.", required=True)


class Verdict(Group):
    """What became of one entry."""

    number = Whole("Number of the entry in its log.", 1, 2**53 - 1, required=True, example=7)
    verdict = Text("`aside`: kept and waiting; `kept`: it has found its place after all.", longest=10,
                   pattern="aside|kept", required=True, example="aside")  # fmt: skip
    reasons = Parts(fields.Nested(Reason), "Why it waits.", 50, required=True)


class Receipt(Letter):
    """Tells the origin of entries what could not be taken of them, and what could be in the end."""

    kind = _kind("receipt")
    about = Text("The log of the entries.", longest=40, pattern=LOG, required=True)
    entries = Parts(fields.Nested(Verdict), "What became of them.", 1000, required=True)


class Answer(Letter):
    """Answers who met a ring of ours: what we know of it."""

    kind = _kind("answer")
    about = Text("UUID of the recovery.", longest=36, shortest=36, pattern=UUID, required=True)
    scheme = Text("Scheme of the ring.", longest=10, pattern=PLAIN, required=True, example="RUM")
    ring = Text("The ring as the recovery says it.", longest=40, required=True, example="XC 345612")
    verdict = Text("`matched`, `not-known` here, or `not-reported`: given out, its banding not yet reported.",
                   longest=20, pattern="matched|not-known|not-reported", required=True)  # fmt: skip
    banding = Text("UUID of the banding, where it is matched.", longest=36, shortest=36, pattern=UUID)


class Proposal(Letter):
    """Proposes a correction to the node that a record belongs to."""

    kind = _kind("proposal")
    about = Text("UUID of the record.", longest=36, shortest=36, pattern=UUID, required=True)
    base = Text("Leaf of the version it was made from, in hex.", longest=64, shortest=64, pattern=HEX, required=True)
    changes = Changes("Fields by group with their new values, null where one is to go.", required=True)
    reason = Text("Why.", longest=2000, required=True)


class Decision(Letter):
    """Says what became of a proposal."""

    kind = _kind("verdict")
    about = Text("UUID of the proposal.", longest=36, shortest=36, pattern=UUID, required=True)
    verdict = Text("`accepted` or `declined`.", longest=10, pattern="accepted|declined", required=True)
    reason = Text("Why.", longest=2000, shortest=0, required=True)
    version = Whole("Of the record, the version that says what was proposed.", 1, 2**53 - 1, example=2)


class Forget(Letter):
    """Asks to forget what is no longer open under the terms agreed."""

    kind = _kind("forget")
    about = Text("Digest of the agreement under which it is asked, in hex; empty where there is none.", longest=64,
                 shortest=0, pattern=f"({HEX})?", required=True)  # fmt: skip
    classes = Parts(Whole("Class of entries.", 0, 15), "The classes of entries it is about.", 16, required=True)
    groups = Parts(Text("Name of a group.", longest=20), "The groups to be forgotten.", 8, required=True)
    reason = Text("Why.", longest=2000, shortest=0, required=True)


class Agreed(Letter):
    """Carries an agreement with the sender's signature, or the sender's word that it is declined or ended."""

    kind = _kind("agreement")
    about = Text("Digest of the document, in hex.", longest=64, shortest=64, pattern=HEX, required=True)
    text = Text("The document, as the exact text that is signed.", longest=LONG, required=True)
    signature = Text("Ed25519 signature of the sender over it, base64; left out where it declines or ends.",
                     longest=88, pattern=BASE64)  # fmt: skip
    verdict = Text("`offered`, `signed`, `declined` or `ended`.", longest=10, pattern="offered|signed|declined|ended",
                   required=True)  # fmt: skip
    reason = Text("Why it is declined or ended.", longest=2000, shortest=0)


class NewKey(Letter):
    """Makes a node's new key known: a statement signed by the key before it and by the new one."""

    kind = _kind("key")
    about = Text("Fingerprint of the new key, in hex.", longest=64, shortest=64, pattern=HEX, required=True)
    statement = Text("The statement, as the exact text that is signed.", longest=4000, required=True)
    signature = Text("Signature by the key before, base64.", longest=88, pattern=BASE64, required=True)
    proof = Text("Signature by the new key, base64.", longest=88, pattern=BASE64, required=True)


_KINDS = {
    "receipt": Receipt, "answer": Answer, "proposal": Proposal, "verdict": Decision, "forget": Forget,
    "agreement": Agreed, "key": NewKey,
}  # fmt: skip


def _record(core: type[Group]) -> Schema:
    meta = type("Meta", (), {"unknown": RAISE})
    about = {"__doc__": core.__doc__, "Meta": meta, "core": GroupField(core, required=True)}
    made: Schema = type(f"{core.__name__}Record", (Schema,), about)()
    return made


LETTERS: dict[str, Schema] = {kind: _record(core) for kind, core in _KINDS.items()}
"""The kinds of letters with their schemas."""
