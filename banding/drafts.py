"""A record on its way in: what a draft says, what the node adds to it, and what becomes of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from banding.domain import places
from banding.domain.rules import Finding
from banding.store.shapes import GROUPS, Placed

LONGEST_REASON = 500


@dataclass(frozen=True)
class Draft:
    """A record on its way in at this node.

    `record` is an object of groups; `core` needs no id, origin or generation. `submission` is the key under
    which a form, a program or a row of a file sends it, so that sending it twice makes one record.
    `confirmed` holds a person's reason for each warning to be passed over, by the rule's code.
    """

    record: Mapping[str, Any]
    submission: str | None = None
    confirmed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """What became of a draft: `kept`, `changed`, `unchanged`, `to-confirm` or `refused`, and what the rules say."""

    outcome: str
    id: str | None = None
    findings: Sequence[Finding] = ()

    @property
    def is_kept(self) -> bool:
        """Whether the record is in the store now."""
        return self.outcome in {"kept", "changed", "unchanged"}


class Arrival(NamedTuple):
    """A version from another node, its signature already verified; `groups` are the exact texts that came.

    `log` is the log it came in, for people to read.
    """

    groups: Mapping[str, str]
    record: Mapping[str, Any]
    seal: bytes
    strict: bool = True
    log: str = ""


class Received(NamedTuple):
    """What became of an arrival: where it was kept, or the reasons why it was set aside."""

    placed: Placed | None
    reasons: Sequence[Finding] = ()


def completed(record: Mapping[str, Any], identity: Mapping[str, Any]) -> dict[str, Any]:
    """The record with what only the node can say: its id, origin and version, and the rounded point."""
    groups = {name: dict(group) if isinstance(group, Mapping) else group for name, group in record.items()}
    groups = {name: group for name, group in groups.items() if group != {} or name not in GROUPS}
    if isinstance(groups.get("core"), dict):
        groups["core"] = dict(identity) | {k: v for k, v in groups["core"].items() if k not in identity}
    place = groups.get("place")
    if isinstance(place, dict) and {"latitude", "longitude"} <= place.keys() and not groups.get("area"):
        groups |= _area(place)
    return {name: groups[name] for name in GROUPS if name in groups} | groups


def with_confirmations(
    record: Mapping[str, Any], reasons: Mapping[str, str], by: str | None, at: str
) -> Mapping[str, Any]:
    """Codes of confirmed warnings go to everyone with the core; the words stay among the remarks."""
    if not reasons:
        return record
    told = [{"rule": code, "reason": reason[:LONGEST_REASON], "at": at} for code, reason in sorted(reasons.items())]
    told = [one | ({"by": by} if by else {}) for one in told]
    core = record["core"] | {"confirmed": sorted(reasons)}
    return {**record, "core": core, "remarks": record.get("remarks", {}) | {"confirmations": told}}


def content(groups: Mapping[str, Any]) -> dict[str, Any]:
    """A record without its version, for telling whether anything a person wrote has changed."""
    content = {name: dict(group) for name, group in groups.items() if group}
    for name in ("generation", "confirmed"):
        content["core"].pop(name, None)
    if "remarks" in content:
        content["remarks"].pop("confirmations", None)
    return {name: group for name, group in content.items() if group}


def _area(place: Mapping[str, Any]) -> dict[str, Any]:
    """The group that goes with an exact place; none where the place is no place, which its own fields tell."""
    try:
        area = places.area(places.Point(float(place["latitude"]), float(place["longitude"])))
    except (TypeError, ValueError, ArithmeticError):
        return {}
    return {"area": {"latitude": area.latitude, "longitude": area.longitude}}
