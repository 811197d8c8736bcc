"""The language the nodes share: the record, its codes, and the JSON Schemas other software reads."""

VERSION = "1.0"
"""Version of the record's shape, `major.minor`; named in the header of every batch."""

GROUPS = ("core", "area", "measurements", "place", "remarks", "people")
"""The groups of a record, from the most open to the most personal; the order is part of the wire format."""
