"""What readers do not see on any page of the exchange: names of people, and remarks, which often hold such names."""

from banding.web.access import may

PERSONAL = ("people", "remarks")
ROLE = "operator"


def is_open(field: str) -> bool:
    """Whether who is asking may see a group, or a field of one given as `people.ringer`."""
    return field.partition(".")[0] not in PERSONAL or may(ROLE)
