"""Proposed corrections: sent to the node that a record belongs to, and accepted or declined there by a person."""

import copy
from collections.abc import Mapping
from typing import Any

from banding.errors import NotAllowed, NotFound, Refused
from banding.intake import Verdict
from banding.store.shapes import Kept
from exchange.log.letters import NEW, Letter
from exchange.node import ExchangeNode
from exchange.talk import alarms
from exchange.talk.words import N_

ACCEPTED, DECLINED = "accepted", "declined"
FIXED = {f"core.{name}" for name in ("id", "origin", "generation", "kind", "withdrawn", "confirmed")} | {
    "remarks.confirmations"
}
"""Fields that make the record what it is, and those that the door writes: nobody proposes on them."""
POINT = {"latitude", "longitude"}
LONGEST = 2000
Changes = Mapping[str, Mapping[str, Any]]
"""Fields by group with their new values, None where one is to go."""


# -- at the node that proposes --------------------------------------------------------------------------------


def propose(node: ExchangeNode, record: Kept, changes: Changes, reason: str) -> str:
    """Send a proposal to the node that a record belongs to; gives the letter's UUID. Raises Refused, NotAllowed."""
    if record.origin == node.code:
        raise NotAllowed("This record belongs to this node", where=record.uuid, mend="Correct it yourself")
    if not any(changes.values()):
        raise Refused("Nothing would be changed", where=record.uuid, mend="Change a field, then send it")
    if record.withdrawn:
        raise Refused("The record is withdrawn", where=record.uuid, mend="Telephone the station")
    if "people" in changes:
        raise Refused("Names of people are not sent with a proposal", where="people", mend="Telephone the station")
    unseen = withheld(node, record).intersection(changes)
    if unseen:
        raise Refused("Nobody proposes on what is withheld", where=", ".join(unseen), mend="Telephone the station")
    if not 0 < len(reason.strip()) <= LONGEST:
        raise Refused("A proposal needs its reason", where="reason", mend=f"Say why, in at most {LONGEST} characters")
    known = node.store.records.known([record.uuid])[record.uuid]
    if known.seal is None or record.version_id != known.version_id:
        raise Refused("The record has changed meanwhile", where=record.uuid, mend="Open it again")
    said = {
        "base": known.seal.hex(),
        "changes": {g: dict(f) for g, f in changes.items() if f},
        "reason": reason.strip(),
    }
    with node.store.transaction():
        same = (one.uuid for one in open_of(node, record.uuid) if one.core.items() >= said.items())
        return next(same, "") or node.letters.write("proposal", record.origin, record.uuid, said, at=node.at())


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What a record would have to change to become another; the rounded point follows from the exact one."""
    found: dict[str, dict[str, Any]] = {}
    for group in {*before, *after} - {"area"}:
        old, new = before.get(group, {}), after.get(group, {})
        for name in {*old, *new}:
            if old.get(name) != new.get(name) and f"{group}.{name}" not in FIXED:
                found.setdefault(group, {})[name] = new.get(name)
    return found


def withheld(node: ExchangeNode, record: Kept) -> set[str]:
    """The groups of a version that its origin has and that are not here."""
    found = node.shelf.origin_of(record.version_id)
    return set(found[2]) if found else set()


def open_of(node: ExchangeNode, uuid: str) -> list[Letter]:
    """Proposals of this node about a record on which nobody has decided."""
    return [one for one in node.letters.of(uuid, "proposal") if (one.sender, one.state) == (node.code, NEW)]


def decided(node: ExchangeNode, letter: Letter) -> None:
    """The steward has decided on a proposal of ours."""
    ours = node.letters.letter(letter.about, node.code)
    if ours is not None and ours.kind == "proposal" and ours.recipient == letter.sender:
        node.letters.mark(ours, str(letter.core["verdict"]))
        alarms.ring(node, "proposal", ours.uuid, peer=letter.sender, verdict=letter.core["verdict"], state="decided")


# -- at the steward -------------------------------------------------------------------------------------------


def came(node: ExchangeNode, letter: Letter) -> None:
    """A proposal has come: it waits for a person, unless there is nothing here to decide."""
    why = _hopeless(node, node.store.records.record(letter.about))
    if "people" in letter.core["changes"]:
        why = why or N_("Names of people are not taken from a proposal.")
    if why:
        _decide(node, letter, DECLINED, why)
    else:
        alarms.ring(node, "proposal", letter.uuid, peer=letter.sender)


def _hopeless(node: ExchangeNode, record: Kept | None) -> str:
    if record is None:
        return N_("There is no such record at this node.")
    if record.origin != node.code:
        return N_("The record belongs to another node.")
    return N_("The record was withdrawn.") if record.withdrawn else ""


def waiting(node: ExchangeNode, uuid: str) -> Letter:
    """A proposal on which nobody has decided. Raises NotFound, Refused."""
    found = node.letters.letter(uuid)
    if found is None or found.kind != "proposal" or found.recipient != node.code:
        raise NotFound("There is no such proposal", where=uuid, mend="Look for it in the list of proposals")
    if found.state != NEW:
        raise Refused("Somebody has decided on this proposal already", where=uuid, why=f"It is {found.state}")
    return found


def merged(groups: Mapping[str, Mapping[str, Any]], changes: Changes) -> dict[str, Any]:
    """A record with a proposal's changes; what is not its to change stays as it is."""
    made = copy.deepcopy({name: dict(group) for name, group in groups.items()})
    made["core"].pop("confirmed", None)
    made.get("remarks", {}).pop("confirmations", None)
    if POINT & set(changes.get("place", {})):
        # The rounded point belongs to the old one; the door makes it anew.
        made.pop("area", None)
    for group, fields in changes.items():
        for name, value in fields.items():
            if group == "area" or f"{group}.{name}" in FIXED:
                continue
            if value is None:
                made.get(group, {}).pop(name, None)
            else:
                made.setdefault(group, {})[name] = value
    return {name: group for name, group in made.items() if group}


def base_of(node: ExchangeNode, letter: Letter) -> tuple[Kept | None, bool]:
    """The version that a proposal was made from, and whether it is still the current one."""
    held = node.store.records.sealed(letter.about, bytes.fromhex(letter.core["base"]))
    return held, held is not None and held.current


def accept(
    node: ExchangeNode, uuid: str, *, by: str, confirmed: Mapping[str, str] | None = None, seen: int | None = None
) -> Verdict:
    """Make the correction that is proposed; the proposal stays open where the rules do not let it pass yet.

    `seen` is the version beside which a person has read it. Raises NotFound, Refused: one when it is no longer so.
    """
    with node.store.transaction():
        letter = waiting(node, uuid)
        record = node.store.records.record(letter.about)
        why = _hopeless(node, record)
        if record is None or why:
            raise Refused("This proposal cannot be accepted", where=letter.about, why=why, mend="Decline it")
        verdict = node.station.intake.correct(
            letter.about, merged(record.groups, letter.core["changes"]), by=by, confirmed=confirmed, based_on=seen
        )
        if verdict.is_kept:
            made = node.store.records.known([letter.about])[letter.about].generation
            _decide(node, letter, ACCEPTED, "", version=made)
    return verdict


def decline(node: ExchangeNode, uuid: str, *, reason: str) -> None:
    """Decline a proposal with a reason, which its sender is told."""
    if not 0 < len(reason.strip()) <= LONGEST:
        raise Refused("Declining needs its reason", where="reason", mend="Say why: the other side is told")
    with node.store.transaction():
        _decide(node, waiting(node, uuid), DECLINED, reason.strip())


def _decide(node: ExchangeNode, letter: Letter, verdict: str, reason: str, **more: int) -> None:
    node.letters.mark(letter, verdict)
    said = {"verdict": verdict, "reason": reason, **more}
    node.letters.write("verdict", letter.sender, letter.uuid, said, at=node.at())
    alarms.settle(node, "proposal", letter.uuid)
