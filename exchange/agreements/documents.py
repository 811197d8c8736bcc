"""The text of an agreement: written once, read strictly, and what is wrong with one in words, field by field."""

import hashlib
import json
import uuid as uuids
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from banding.errors import Refused
from exchange.agreements import policy
from schemas.agreement import LONGEST, Agreement

BESIDE = 15_000
"""So much of the room of a letter is left for what stands beside the text, a reason of any letters too."""


class Wrong(NamedTuple):
    """Something wrong with a document: the field, and a sentence for people."""

    field: str
    why: str


class Unfit(Refused):
    """A document that cannot be an agreement of ours; `wrong` says what is wrong, field by field."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        super().__init__(
            "The agreement cannot be signed as it is", where=wrong[0].field, why=wrong[0].why,
            mend="Mend the fields that are named",
        )  # fmt: skip
        self.wrong = wrong
        self.more = {"errors": [one._asdict() for one in wrong]}


def N_(text: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is shown."""
    return text


UNREADABLE = N_("The text is no agreement in JSON.")
BACKWARDS = N_("The last day lies before the first.")
NOT_A_PARTY = N_("Only the two parties can be named here.")
NOT_BETWEEN = N_("An agreement is between this node and a peer of it.")
NO_CORE = N_("The core must always be among the groups, or nothing else can be read.")
PEOPLE_CLOSED = N_("People are among the groups, but it is not said that people leave.")
PEOPLE_NOWHERE = N_("It is said that people leave, but they are among the groups of no sensitivity.")
NO_BANDINGS = N_("Bandings are said to leave, but they are not among the kinds of record.")


def new(parties: tuple[str, str], **said: Any) -> dict[str, Any]:
    """A document with an id of its own; both parties give by the standard unless `said` says otherwise."""
    gives = {code: dict(policy.STANDARD) for code in parties}
    return {"agreement": 1, "id": str(uuids.uuid4()), "parties": list(parties), "gives": gives} | said


def write(document: Mapping[str, Any]) -> str:
    """The text that is signed; whoever keeps it keeps these very characters."""
    return json.dumps(dict(document), ensure_ascii=False, indent=1)


def digest(text: str) -> str:
    """SHA-256 of the text, in hex: the agreement's name everywhere."""
    return hashlib.sha256(text.encode()).hexdigest()


def terms_digest(terms: Mapping[str, Any]) -> str:
    """The name of terms in the ledger of what left."""
    return hashlib.sha256(json.dumps(dict(terms), sort_keys=True).encode()).hexdigest()


def read(text: str) -> tuple[dict[str, Any], list[Wrong]]:
    """The document that a text says, and all that is wrong with it; empty when it is no document at all."""
    try:
        if len(json.dumps(text, ensure_ascii=False)) > LONGEST - BESIDE:
            raise ValueError
        # Two readers may choose differently between fields of one name, and then they have signed two things.
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return {}, [Wrong("", UNREADABLE)]
    if not isinstance(found, dict):
        return {}, [Wrong("", UNREADABLE)]
    return found, problems(found)


def problems(document: Mapping[str, Any]) -> list[Wrong]:
    """Everything that is wrong with a document: its shape, or where that is right, its sense."""
    shape = Agreement().validate(dict(document))
    return list(_flat(shape)) if shape else list(_sense(document))


def _sense(document: Mapping[str, Any]) -> Iterator[Wrong]:
    if document.get("valid_until", "9999") < document["valid_from"]:
        yield Wrong("valid_until", BACKWARDS)
    for name in ("names", "gives"):
        if set(document[name]) != set(document["parties"]):
            yield Wrong(name, NOT_A_PARTY)
    for code, terms in document["gives"].items():
        yield from (Wrong(f"gives.{code}.{wrong.field}", wrong.why) for wrong in _terms(terms))


def _terms(terms: Mapping[str, Any]) -> Iterator[Wrong]:
    groups = terms["groups"]
    yield from (Wrong(f"groups.{level}", NO_CORE) for level in groups if "core" not in groups[level])
    named = [level for level in groups if "people" in groups[level]]
    if named and not terms["people"]:
        yield Wrong(f"groups.{named[0]}", PEOPLE_CLOSED)
    if terms["people"] and not named:
        yield Wrong("people", PEOPLE_NOWHERE)
    if terms["bandings"] != "none" and "banding" not in terms["kinds"]:
        yield Wrong("bandings", NO_BANDINGS)


def _flat(messages: Any, path: str = "") -> Iterator[Wrong]:
    """The messages of a schema, each with the path to its field."""
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    else:
        yield from (Wrong(path, str(one)) for one in messages)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a field stands twice")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise ValueError(name)
