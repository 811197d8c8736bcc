"""The code tables as the pure core wants them, read once."""

from functools import cache

from banding.domain.places import Box
from banding.domain.rules import SchemeFacts, Tables
from banding.domain.species import SpeciesList
from schemas.codes import table


@cache
def tables() -> Tables:
    """Schemes with their ring patterns, the species list, and the regions of place codes."""
    schemes = {
        code: SchemeFacts(code, row["ring_pattern"], row["example"]) for code, row in table("scheme").rows.items()
    }
    boxes = {
        code: Box(*(float(row[side]) for side in ("south", "west", "north", "east")))
        for code, row in table("place").rows.items()
        if row["south"]
    }
    return Tables(schemes=schemes, species=SpeciesList(table("species").rows.values()), boxes=boxes)
