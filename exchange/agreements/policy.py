"""What of an entry a peer gets. Pure: decided from the entry's class and the terms agreed with the peer.

Terms are what an agreement says of one direction, as plain JSON:

    bandings      "all", "returns" (only of birds that the peer has met too) or "none"
    kinds         which of "banding" and "recovery" leave at all
    groups        by the species' sensitivity, "0" to "3": the groups of a record that leave
    people        true only when the parties named it; without it nothing implied opens that group
    embargo_days  days after an encounter during which it stays here, returns excepted
    onward        "all", "none", or the codes of the nodes to which the peer may pass it on
"""

import datetime
from collections.abc import Mapping
from typing import Any

KINDS = ("banding", "recovery", "extension", "letter")
LEVELS = 4
NEVER = frozenset({"people"})
"""Groups that leave only when the terms say `"people": true` besides naming them; nothing implied opens them."""

STANDARD: dict[str, Any] = {
    "bandings": "all",
    "kinds": ["banding", "recovery"],
    "groups": {
        "0": ["core", "area", "measurements", "place"],
        "1": ["core", "area", "measurements"],
        "2": ["core", "area", "measurements"],
        "3": ["core", "measurements"],
    },
    "people": False,
    "embargo_days": 0,
    "onward": "all",
}
"""Terms for a peer with whom nothing else was agreed: exact places for species that nobody persecutes, the
rounded point for sensitive ones, the province alone for the most sensitive; no remarks and no people."""

CLOSED: dict[str, Any] = STANDARD | {"bandings": "none", "kinds": [], "groups": {}, "onward": "none"}
"""Terms when an agreement has ended and none has taken its place: letters still pass, records do not."""

CORE = frozenset({"core"})


def classify(kind: str, sensitivity: int) -> int:
    """The class of an entry, all that its terms depend on: 0 to 15, of the kind and the sensitivity 0 to 3.

    An entry of a kind that we do not know counts as a banding of the most sensitive species.
    """
    if kind not in KINDS:
        return classify("banding", LEVELS - 1)
    return KINDS.index(kind) * LEVELS + min(max(sensitivity, 0), LEVELS - 1)


def kind_of(entry_class: int) -> str:
    """The kind of a class: one of KINDS."""
    return KINDS[entry_class // LEVELS]


def shown(terms: Mapping[str, Any], entry_class: int) -> frozenset[str] | None:
    """The groups that a peer gets of an entry of this class; None when the whole entry is closed to it."""
    kind, said = kind_of(entry_class), STANDARD | dict(terms)
    if kind in ("extension", "letter"):
        return CORE
    if kind not in said["kinds"] or (kind == "banding" and said["bandings"] != "all"):
        return None
    return _groups(said, entry_class)


def returned(terms: Mapping[str, Any], entry_class: int) -> frozenset[str] | None:
    """The groups that a peer gets of an entry of a bird that it has met too; None when even that stays closed."""
    said = STANDARD | dict(terms)
    if kind_of(entry_class) == "banding" and said["bandings"] == "returns" and "banding" in said["kinds"]:
        return _groups(said, entry_class)
    return shown(terms, entry_class)


def _groups(said: Mapping[str, Any], entry_class: int) -> frozenset[str]:
    # Terms that say nothing of a sensitivity open nothing but the core, for which the province is enough.
    named = frozenset(said["groups"].get(str(entry_class % LEVELS), ())) | CORE
    return named if said["people"] is True else named - NEVER


def embargoed(terms: Mapping[str, Any], day: str, today: datetime.date) -> bool:
    """Whether an encounter of this day (ISO) still stays here; a day that cannot be read stays."""
    days = int(terms.get("embargo_days") or 0)
    if not days or not day:
        return False
    try:
        return datetime.date.fromisoformat(day) + datetime.timedelta(days=days) > today
    except (ValueError, OverflowError):
        return True


def onward(terms: Mapping[str, Any], peer: str) -> bool:
    """Whether what came under these terms may be passed on to a node."""
    said = terms.get("onward", "all")
    return said == "all" or (isinstance(said, (list, tuple)) and peer in said)


def wider(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[int]:
    """The classes of which the new terms show more than the old ones did, in order."""
    return [c for c in range(len(KINDS) * LEVELS) if not _says(after, c) <= _says(before, c)]


def narrower(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[int]:
    """The classes of which the new terms show less than the old ones did, in order."""
    return wider(after, before)


def _says(terms: Mapping[str, Any], entry_class: int) -> frozenset[str]:
    """All that is open in this class in one set that can be compared, the reach of returns included."""
    always, met = shown(terms, entry_class), returned(terms, entry_class)
    return (always or frozenset()) | {f"returns {group}" for group in met or ()}
