"""Letters and certificates for who found or ringed a bird: what each may be told, and the code to check it by."""

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass, replace

from banding.domain import ages, places
from banding.domain.encounters import Encounter
from banding.domain.journeys import elapsed, journey
from banding.domain.places import Point
from banding.finder.stories import GUARDED, HIDDEN, STEP_KM, Beyond, banding_of
from banding.station import Station
from banding.store.letters import Printed
from banding.store.shapes import Kept

FINDER, BANDER = "finder", "bander"
AUDIENCES = (FINDER, BANDER)
SECRET = "letters.secret"
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Side:
    """Where and when one of the two happened, as far as it may be told; `day` is a day or a year."""

    day: str = ""
    place_code: str | None = None
    place: str = ""
    point: tuple[float, float] | None = None
    coarse: bool = False
    withheld: bool = False


@dataclass(frozen=True)
class Facts:
    """What a letter says of a return; nothing of it is about a person. `age` is the calendar year of life at least."""

    banding_id: str
    recovery_id: str
    audience: str
    scheme: str
    ring: str
    species: str
    banding: Side
    recovery: Side
    days: int | None = None
    days_about: bool = False
    km: float | None = None
    km_about: bool = False
    age: int | None = None
    age_exact: bool = False


# -- what may be told ---------------------------------------------------------------------------------------------


def facts(station: Station, recovery_id: str, audience: str, beyond: Beyond) -> Facts | None:
    """What may be said of the return of a recovery to its finder or bander; None where there is no return here.

    Who found or ringed a bird of this node hears of it all that was written down. All else is what the public may
    hear: as coarse as the species asks, and nothing that no terms let go on.
    """
    held = station.store.records.record(recovery_id)
    if held is None or held.withdrawn or held.kind != "recovery":
        return None
    met = Encounter.of(held.groups)
    on = banding_of(station, met.scheme, met.ring_key)
    if on is None:
        return None
    own = station.settings.node.code
    at_home = audience == BANDER and on.origin == own
    tells_on, tells_met = at_home, at_home or (audience == FINDER and held.origin == own)
    found = Facts(
        on.uuid, held.uuid, audience, met.scheme, on.core["ring"], met.species,
        banding=_side(station, on, beyond, whole=tells_on), recovery=_side(station, held, beyond, whole=tells_met),
    )  # fmt: skip
    return _way(station, found, Encounter.of(on.groups), met, all_told=at_home)


def _side(station: Station, held: Kept, beyond: Beyond, *, whole: bool) -> Side:
    met = Encounter.of(held.groups)
    level = 0 if whole else station.tables.species.sensitivity(met.species)
    if not whole and not beyond.lets(held):
        return Side(withheld=True)
    point, coarse = met.point, met.coarse
    if level:
        point, coarse = (None if level >= HIDDEN or point is None else places.area(point)), True
    day = met.day.isoformat() if met.day_is_exact and level < GUARDED else str(met.day.year)
    name = "" if coarse else held.groups.get("place", {}).get("name", "")
    return Side(day, met.place_code, name, point and (point.latitude, point.longitude), coarse and point is not None)


def _way(station: Station, found: Facts, on: Encounter, met: Encounter, *, all_told: bool) -> Facts:
    """Days, kilometres and age, as far as both sides are told."""
    if found.banding.withheld or found.recovery.withheld:
        return found
    level = 0 if all_told else station.tables.species.sensitivity(found.species)
    if level < GUARDED:
        time = elapsed(on.day.isoformat(), met.day.isoformat(), on.day_accuracy, met.day_accuracy)
        found = replace(found, days=time.days, days_about=not time.exact)
    if found.banding.point and found.recovery.point:
        km = journey(Point(*found.banding.point), Point(*found.recovery.point)).km
        coarse = found.banding.coarse or found.recovery.coarse
        found = replace(found, km=round(km / STEP_KM) * STEP_KM if coarse else round(km), km_about=coarse)
    least = ages.years_at_least(on.age)
    if least is None:
        return found
    exact = ages.years_at_most(on.age) is not None and on.day_is_exact and met.day_is_exact
    return replace(found, age=least + met.day.year - on.day.year, age_exact=exact)


# -- the code to check it by --------------------------------------------------------------------------------------


def code(station: Station, found: Facts) -> str:
    """Twelve letters and figures that belong to just these facts at this node."""
    notes = station.store.notes
    if not notes.get(SECRET):
        notes.set(SECRET, secrets.token_hex(32))
    said = json.dumps(asdict(found), sort_keys=True).encode()
    number = int.from_bytes(hmac.digest(notes.get(SECRET).encode(), said, hashlib.sha256)[:8], "big")
    signs = "".join(CODE_LETTERS[number >> 5 * place & 31] for place in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def normal(text: str) -> str:
    """A code as it was typed, in the form it is kept in; what is no code stays what it is."""
    signs = "".join(text.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}" if len(signs) == 12 else signs[:40]


def checked(station: Station, text: str, beyond: Beyond) -> tuple[Printed, str] | None:
    """The letter of a code, and whether it still stands: `same`, `changed` or `withdrawn`; None for no letter."""
    printed = station.store.letters.one(normal(text))
    if printed is None:
        return None
    now = facts(station, printed.recovery, printed.audience, beyond)
    state = "withdrawn" if now is None else "same" if code(station, now) == printed.code else "changed"
    return printed, state


def written_down(station: Station, found: Facts) -> Printed:
    told = {"scheme": found.scheme, "ring": found.ring, "species": found.species, "days": found.days,
            "year": found.banding.day[:4]}  # fmt: skip
    today = station.intake.today().isoformat()
    one = Printed(code(station, found), found.banding_id, found.recovery_id, found.audience, told, today)
    return station.store.letters.keep(one)
