"""The point of a form: what was typed, on which datum, and where that is on WGS 84."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from banding import datums
from banding.domain import places
from banding.web.typed import plain

POINT = ("latitude", "longitude", "typed", "datum")


def off_the_datum(values: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, str]:
    """A point that its datum does not reach, told at the datum; one that nobody has changed stays as it is."""
    datum, code = values.get("place.datum", datums.WGS84), values.get("core.place_code", "CP")
    same = all(values.get(name) == held.get(name) for name in ("place.typed", "place.datum"))
    if same or "place.typed" not in values:
        return {}
    try:
        datums.to_wgs84(places.understand(values["place.typed"]), datum)
    except datums.NotOnDatum:
        code = ""
    if datum in datums.OF_CHINA and not code.startswith("CP"):
        return {"place.datum": _("Chinese online maps use GCJ-02 within China only, and this place lies outside.")}
    return {}


def put(groups: dict[str, Any], held: Mapping[str, Any]) -> None:
    """Latitude and longitude from what was typed; untouched while nobody has changed the text or its datum."""
    place, before = groups.get("place", {}), held.get("place", {})
    typed, datum = plain(place.get("typed", "")), place.get("datum")
    if typed == plain(text_of(before)) and datum == before.get("datum"):
        groups["place"] = place | {name: before[name] for name in POINT if name in before}
        if "typed" not in before:
            groups["place"].pop("typed", None)
        return
    for name in ("latitude", "longitude", "datum"):
        place.pop(name, None)
    # The rounded point belongs to the old one; the door makes it anew.
    groups.pop("area", None)
    if typed:
        _put_point(place, before, datum or datums.WGS84)


def _put_point(place: dict[str, Any], before: Mapping[str, Any], datum: str) -> None:
    """The point on WGS 84; a radius that was told grows by what the change of datum may add."""
    point = datums.to_wgs84(places.understand(place["typed"]), datum)
    place |= {"latitude": point.latitude, "longitude": point.longitude, "datum": datum}
    told = place.get("uncertainty_m")
    if told is None:
        return
    # A radius that stands there from before has grown already, by what the datum of that time added.
    grown = datums.uncertainty(before.get("datum", "")) if told == before.get("uncertainty_m") else 0
    place["uncertainty_m"] = max(0, told - grown) + datums.uncertainty(datum)


def text_of(place: Mapping[str, Any]) -> str:
    """The coordinates of a place as typed, else as two numbers."""
    if place.get("typed"):
        return str(place["typed"])
    if "latitude" in place and "longitude" in place:
        return f"{place['latitude']}, {place['longitude']}"
    return ""
