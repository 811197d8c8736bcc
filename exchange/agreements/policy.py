"""Which groups of an entry a peer gets. Pure: decided from a species' sensitivity and the peer's terms."""

from collections.abc import Mapping
from typing import Any

NEVER = frozenset({"people"})
"""Groups that leave only when the terms say `"people": true` besides naming them; nothing implied opens them."""

STANDARD: dict[str, Any] = {
    "groups": {
        "0": ["core", "area", "measurements", "place"],
        "1": ["core", "area", "measurements"],
        "2": ["core", "area", "measurements"],
        "3": ["core", "measurements"],
    }
}
"""Terms for a peer with whom nothing else was agreed: exact places for species that nobody persecutes, the
rounded point for sensitive ones, the province alone for the most sensitive; no remarks and no people."""


def shown(terms: Mapping[str, Any], sensitivity: int) -> frozenset[str]:
    """The groups that a peer gets of an entry whose species has this sensitivity (0 to 3).

    Terms that say nothing of a sensitivity open nothing but the core, for which the province is enough.
    """
    named = terms.get("groups", {}).get(str(sensitivity), ["core"])
    return frozenset(named) if terms.get("people") is True else frozenset(named) - NEVER


def withheld(terms: Mapping[str, Any], sensitivity: int, groups: Mapping[str, str]) -> list[str]:
    """Which of these groups must be replaced by their commitments."""
    open_to_peer = shown(terms, sensitivity) | {"core"}
    return [group for group in groups if group not in open_to_peer]
