"""What a person makes of a report: a recovery through the one door, or a refusal in words."""

from collections.abc import Mapping
from typing import Any

from banding.domain import rings
from banding.drafts import Draft, Verdict
from banding.errors import Refused
from banding.finder.reports import STATES, at, one, ring_of, scheme_of
from banding.finder.stories import banding_of
from banding.station import Station
from banding.store.finds import ACCEPTED, REFUSED, SPAM, WAITING, Find

DOOR = "finder"


def record(station: Station, find: Find, scheme: str = "") -> dict[str, Any]:
    """The recovery that a report makes as it stands; of the person only the name, and only where that was agreed."""
    told, scheme = find.told, scheme or scheme_of(station, find.told)
    ring, partial = ring_of(station, told, scheme)
    manner, condition, circumstances = STATES.get(told.get("state", ""), STATES["unknown"])
    banding = banding_of(station, scheme, rings.key(ring, partial))
    known = station.tables.species.find(told.get("species", ""))
    concluded = banding.core["species"] if banding else known.scientific_name if known else "Aves"
    core: dict[str, Any] = {
        "kind": "recovery", "manner": manner, "scheme": scheme, "ring": ring, "ring_partial": partial or None,
        "species": concluded, "species_mentioned": told.get("species"), "day": told["day"],
        "day_accuracy": told.get("day_accuracy", "0"), "place_code": told.get("place_code"), "condition": condition,
        "circumstances": told.get("how") or circumstances, "marks": told.get("marks"),
    }  # fmt: skip
    place = {name: told.get(name) for name in ("latitude", "longitude", "uncertainty_m", "typed", "datum")}
    people = {"finder_name": find.person.get("name")} if find.person.get("agreed") else {}
    groups = {"core": core, "place": place | {"name": told.get("words")}, "people": people}
    told_only = {name: {n: v for n, v in group.items() if _is_told(v)} for name, group in groups.items()}
    return {name: group for name, group in told_only.items() if group}


def _is_told(value: Any) -> bool:
    # A point on the equator has a latitude of 0, and that is told.
    return value is not None and value not in ("", [])


def accept(
    station: Station, find: Find, *, by: str, confirmed: Mapping[str, str] | None = None, has_people: bool = True
) -> Verdict:
    """Make a recovery of a report; `confirmed` has a reason for each warning, by rule. Raises Refused when closed."""
    with station.store.transaction():
        find = one(station, find.id)
        _waits(find)
        draft = Draft(record(station, find), find.submission, confirmed or {})
        verdict = station.intake.admit([draft], door=DOOR, by=by)[0]
        if verdict.is_kept and verdict.id:
            _accepted(station, find, verdict.id, by, has_people)
    return verdict


def settle(station: Station, find: Find) -> Find:
    """A report whose record came in by the entry form, corrected on the way, is accepted; any other stays as it is."""
    if find.state != WAITING:
        return find
    known = station.store.records.submitted([find.submission]).get(find.submission)
    if known is None:
        return find
    with station.store.transaction():
        held = station.store.records.record(known.uuid)
        _accepted(station, find, known.uuid, (held.kept_by if held else "") or "", True)
    return one(station, find.id)


def _accepted(station: Station, find: Find, uuid: str, by: str, has_people: bool) -> None:
    store, now = station.store, at(station)
    for photo in find.photos:
        picture = store.finds.photo(find.id, photo)
        if picture is not None:
            store.photos.add(uuid, picture, has_people=has_people, by=by, at=now)
    store.finds.close(find.id, ACCEPTED, by=by, at=now, record=uuid)


def refuse(station: Station, find: Find, *, by: str, reason: str, spam: bool = False) -> None:
    """Close a report without a record; the reason stands on the private page. Raises Refused without one."""
    _waits(one(station, find.id))
    if not (spam or reason.strip()):
        raise Refused("A refusal needs its reason", where="reason", mend="The finder reads it: say kindly why")
    station.store.finds.close(find.id, SPAM if spam else REFUSED, by=by, at=at(station), reason=reason.strip()[:1000])


def _waits(find: Find) -> None:
    if find.state != WAITING:
        raise Refused("Somebody has decided on this report already", mend="Open it again")
