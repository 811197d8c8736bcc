"""Records to write at a node, with just what a test is about."""

from typing import Any

from banding.intake import Draft


def banding(
    ring: str = "XC 345612", day: str = "2024-05-01", scheme: str = "RUM",
    at: tuple[float, float] | None = (49.01694, 130.44694), **more: Any,
) -> Draft:  # fmt: skip
    """A banding to be written; `more` adds fields of the core, and whole groups by their names."""
    return _draft({"kind": "banding"}, scheme, ring, day, at, more)


def recovery(
    ring: str = "XC 345612", day: str = "2024-09-20", scheme: str = "RUM",
    at: tuple[float, float] | None = (45.06, 131.99), **more: Any,
) -> Draft:  # fmt: skip
    """A recovery to be written, a recapture unless told otherwise."""
    return _draft({"kind": "recovery", "manner": "recapture"}, scheme, ring, day, at, more)


def _draft(
    core: dict[str, Any], scheme: str, ring: str, day: str, at: tuple[float, float] | None, more: dict[str, Any]
) -> Draft:
    groups = {name: more.pop(name) for name in ("area", "measurements", "people", "remarks") if name in more}
    place = more.pop("place", {}) | ({"latitude": at[0], "longitude": at[1]} if at else {})
    submission = more.pop("submission", None)
    said = core | {"scheme": scheme, "ring": ring, "day": day, "species": "Emberiza spodocephala"} | more
    return Draft({"core": said} | ({"place": place} if place else {}) | groups, submission)
