"""Distance, direction and time between two encounters: the rhumb line on the WGS 84 ellipsoid."""

import math
from dataclasses import dataclass
from datetime import date

from banding.domain.places import Point

_A = 6378.137  # equatorial radius of WGS 84, km
_F = 1 / 298.257223563  # its flattening
_E2 = _F * (2 - _F)
_E = math.sqrt(_E2)
_N = _F / (2 - _F)
_CLOSE = 1e-6  # radians of latitude below which the quotient of differences loses its figures
_WINDS = ["N", "NNE", "NE", "ENE", "E", "ESE", "SE", "SSE", "S", "SSW", "SW", "WSW", "W", "WNW", "NW", "NNW"]


@dataclass(frozen=True)
class Journey:
    """The way from one point to another: kilometres, and degrees clockwise from north (None: no way)."""

    km: float
    direction: float | None


@dataclass(frozen=True)
class Elapsed:
    """Days from one encounter to the next; exact where both days are."""

    days: int
    exact: bool


def journey(a: Point, b: Point) -> Journey:
    """The rhumb line from `a` to `b` on WGS 84, the short way over the date line, as EURING prefers.

    Kilometres good to a metre in a thousand kilometres and better; degrees from 0 to below 360.
    """
    first, second = math.radians(a.latitude), math.radians(b.latitude)
    east = _eastward(a, b)
    north = _isometric(second) - _isometric(first)
    km = math.hypot(east, north) * _scale(first, second)
    if km == 0.0:
        return Journey(0.0, None)
    return Journey(km, math.degrees(math.atan2(east, north)) % 360.0 % 360.0)


def _eastward(a: Point, b: Point) -> float:
    """Radians of longitude from `a` to `b`, -pi to pi; straight across the world, eastward."""
    if abs(a.latitude) == 90 or abs(b.latitude) == 90:
        return 0.0  # at a pole every longitude is the same place
    turn = math.remainder(b.longitude - a.longitude, 360.0)
    return math.radians(180.0 if turn == -180.0 else turn)


def _isometric(latitude: float) -> float:
    """Isometric latitude: the ordinate of the ellipsoidal Mercator map, on which a rhumb line is straight."""
    return math.asinh(math.tan(latitude)) - _E * math.atanh(_E * math.sin(latitude))


def _scale(first: float, second: float) -> float:
    """Kilometres on the ground for one unit on the Mercator map, along the whole line."""
    if abs(second - first) > _CLOSE:
        return (_meridian(second) - _meridian(first)) / (_isometric(second) - _isometric(first))
    middle = (first + second) / 2
    return _A * math.cos(middle) / math.sqrt(1 - _E2 * math.sin(middle) ** 2)


def _meridian(latitude: float) -> float:
    """Kilometres along the meridian from the equator: Helmert's series in the third flattening."""
    n, n2 = _N, _N * _N
    return (_A / (1 + n)) * (
        (1 + n2 / 4 + n2 * n2 / 64) * latitude
        - 3 / 2 * (n - n * n2 / 8) * math.sin(2 * latitude)
        + 15 / 16 * (n2 - n2 * n2 / 4) * math.sin(4 * latitude)
        - 35 / 48 * n * n2 * math.sin(6 * latitude)
        + 315 / 512 * n2 * n2 * math.sin(8 * latitude)
    )


def compass(direction: float) -> str:
    """The nearest of the sixteen winds, `N`, `NNE` ... `NNW`, for degrees clockwise from north."""
    return _WINDS[math.floor(direction / 22.5 + 0.5) % 16]


def days_between(first: date, second: date) -> int:
    """Days from the first day to the second; negative where the second is earlier."""
    return (second - first).days


def elapsed(first: str, second: str, first_accuracy: str | None = None, second_accuracy: str | None = None) -> Elapsed:
    """Days between two days written 2024-05-01; exact where both EURING accuracies are `0` or not given."""
    days = days_between(date.fromisoformat(first), date.fromisoformat(second))
    return Elapsed(days, is_exact(first_accuracy) and is_exact(second_accuracy))


def is_exact(day_accuracy: str | None) -> bool:
    """Whether EURING's accuracy of the date says the very day; none given means it is."""
    return day_accuracy in (None, "", "0")


def speed_km_per_day(km: float, days: int) -> float:
    """Kilometres a day; less than a day counts as one, for a day is all that is known of the time."""
    return km / max(1, abs(days))
