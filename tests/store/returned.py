"""Versions and stores for tests of the table of returns."""

import json
from pathlib import Path
from typing import Any

from banding.domain.encounters import Encounter
from banding.store import Store
from banding.store.returns_rows import Side, flat
from banding.store.shapes import Kept, NewVersion, Query

RINGS = (("CPB", "H00-0773"), ("RUM", "XC 345612"), ("RUM", "XC 345699"))
GROUPS = ("area", "place", "remarks")
AT = "2026-01-01T00:00:00+00:00"


def version(number: int, generation: int, twist: int, shown: frozenset[str] = frozenset(GROUPS), *, own: bool = False,
            **more: Any) -> NewVersion:  # fmt: skip
    """A version of a record as a store gets it: alike for the same three numbers, whatever is shown of it."""
    luck = number * 31 + generation * 7 + twist * 13
    scheme, ring = RINGS[luck % 3]
    core = {
        "id": f"7d9f1c1e-0000-4000-8000-{number:012}", "origin": ("HL-SHP", "AM-KHG")[number % 2],
        "generation": generation, "kind": ("banding", "recovery", "recovery")[number % 3], "scheme": scheme,
        "ring": ring, "species": "Grus japonensis", "day": f"202{luck % 5}-0{1 + luck % 9}-1{luck % 10}",
    }  # fmt: skip
    core |= {"replaces": dict(zip(("scheme", "ring"), RINGS[(luck + 1) % 3], strict=True))} if luck % 4 == 1 else {}
    core |= {"withdrawn": True} if luck % 11 == 3 else {}
    core |= {"ring_partial": True} if luck % 13 == 5 else {}
    whole = {
        "core": core | more, "area": {"latitude": 47.0 + twist / 10, "longitude": 124.3},
        "place": {"latitude": 47.01 + twist / 10, "longitude": 124.31, "name": f"Marsh {twist}"},
        "remarks": {"text": "seen"},
    }  # fmt: skip
    told = {name: group for name, group in whole.items() if name == "core" or name in shown}
    text = {name: json.dumps(group) for name, group in told.items()}
    seal = None if own else bytes([number, generation, twist])
    return NewVersion(Encounter.of(told), generation, text, "form" if own else "peer", seal=seal, own=own)


def keep(store: Store, *versions: NewVersion) -> list[int]:
    """Keep them; the numbers under which they are held."""
    return [placed.version_id for placed in store.records.keep(versions, AT)]


def side(kept: Kept) -> Side:
    """A record as the table reads it."""
    return Side(0, kept.uuid, kept.origin, kept.door, kept.groups)


def joined(store: Store) -> list[dict[str, Any]]:
    """The returns as the records themselves say them."""
    return [flat(side(one.banding), side(one.recovery)) for one in store.search.returns(Query())]


def whole_table(store: Store) -> list[Any]:
    """Every column as it stands, without bringing anything up to date."""
    return store.database.execute("select * from returns order by key").fetchall()


def pair(store: Store, number: int = 0, **more: Any) -> None:
    """A banding and a recovery of one bird."""
    scheme, ring = RINGS[1]
    bird = {"scheme": scheme, "ring": ring, "withdrawn": False, "ring_partial": False}
    bird |= {"species": "Emberiza spodocephala"}
    found = bird | {"day": "2024-09-20", "kind": "recovery", "manner": "found"} | more
    keep(store, version(number, 1, 0, **bird, day="2024-05-01", kind="banding"), version(number + 1, 1, 1, **found))


def opened(folder: Path) -> Store:
    """A store in a folder."""
    store = Store.open(folder / "node.db")
    store.database.execute("pragma synchronous = off")
    return store
