"""The ring store of a station: strings come in, are handed out, are used up; single rings are damaged or lost."""

from collections.abc import Mapping
from dataclasses import dataclass

from banding.domain import dates, rings
from banding.domain.stock import String, StringError
from banding.errors import NotFound, Refused
from banding.station import Station
from banding.store.stock import HeldString, Loss

STATES = ("damaged", "lost")
FIELDS = ("scheme", "first", "last", "series", "size", "received_on", "received_from", "allocated_to")
LONGEST = 200


@dataclass(frozen=True)
class Lot:
    """A string with what has become of it: how many rings are used and left, which are gone, and the next one."""

    held: HeldString
    total: int
    used: int
    losses: tuple[Loss, ...]
    left: int
    next: str


def lots(station: Station, scheme: str = "") -> list[Lot]:
    """Every string of the station, or of one scheme, with what has become of it."""
    return [_lot(station, held) for held in station.store.stock.strings(scheme)]


def _lot(station: Station, held: HeldString) -> Lot:
    used, losses, string = station.store.stock.used(held), station.store.stock.losses(held), held.string
    gone = used | {loss.ring_key for loss in losses}
    left = len(string) - sum(key in string for key in gone)
    following = string.next_unused(gone)
    return Lot(held, len(string), sum(key in string for key in used), tuple(losses), left, following)


def receive(station: Station, typed: Mapping[str, str], by: str | None) -> HeldString:
    """Write down a string as a person tells of it, by the names of FIELDS; `first` and `last` as engraved.

    An empty day is today, an empty series what stands before the figures. Raises Refused.
    """
    told = {name: " ".join(typed.get(name, "").split()) for name in FIELDS}
    for name, text in told.items():
        if len(text) > LONGEST:
            raise Refused("This is far too long", where=name, mend="Write at most 200 characters")
    scheme = told["scheme"].upper()
    if scheme not in station.tables.schemes:
        raise Refused("There is no such scheme", where="scheme", mend="Choose one of the list")
    string = _string(told["first"], told["last"])
    facts = station.tables.schemes[scheme]
    if not all(rings.matches(ring, facts.pattern) for ring in (told["first"], told["last"])):
        raise Refused(
            "The numbers do not look like rings of this scheme", where="first", mend="Check the scheme and the numbers"
        )
    held = HeldString(
        0, scheme, string.ring(string.low), string.ring(string.high), told["series"] or string.series, told["size"],
        _day(station, told["received_on"]), told["received_from"], told["allocated_to"], by,
    )  # fmt: skip
    number = station.store.stock.receive(held, station.at())
    if number is None:
        raise Refused(
            "Some of these rings are in the stock already", where="first", mend="Look at the strings that are there"
        )
    return held._replace(id=number)


def _string(first: str, last: str) -> String:
    try:
        return String.between(first, last)
    except StringError as trouble:
        raise _no_ends(trouble.code) from trouble


def _no_ends(code: str) -> Refused:
    return {
        "number": Refused(
            "These are not the ends of one string",
            where="first",
            why="A ring number must end in figures",
            mend="Write both numbers as engraved, such as XC 345601",
        ),
        "differ": Refused(
            "These are not the ends of one string",
            where="last",
            why="The two numbers may differ in their last figures only",
            mend="Enter a string for each series, both numbers with the same count of figures",
        ),
        "order": Refused(
            "These are not the ends of one string",
            where="last",
            why="The last number comes before the first",
            mend="Exchange the two numbers",
        ),
        "long": Refused(
            "These are not the ends of one string",
            where="last",
            why="A string has at most 100000 rings",
            mend="Check the two numbers",
        ),
    }[code]


def _day(station: Station, text: str) -> str:
    try:
        day = dates.understand(text) if text else station.intake.today()
    except ValueError as trouble:
        raise Refused("The day is not understood", where="received_on", mend="Write it like 2024-05-01") from trouble
    if day > station.intake.today():
        raise Refused("The day is after today", where="received_on", mend="Check the day")
    return day.isoformat()


def allocate(station: Station, number: int, to: str) -> None:
    """Say who has a string now; an empty name gives it back to the store. Raises Refused, NotFound."""
    name = " ".join(to.split())
    if len(name) > LONGEST:
        raise Refused("This is far too long", where="allocated_to", mend="Write at most 200 characters")
    if not station.store.stock.allocate(number, name):
        raise NotFound("There is no such string", where=str(number))


def write_off(station: Station, scheme: str, ring: str, state: str, reason: str, by: str | None) -> None:
    """Say that one ring of the stock is damaged or lost, and why. Raises Refused."""
    scheme, key = scheme.upper(), rings.normal(ring)
    if state not in STATES:
        raise Refused("Say whether the ring is damaged or lost", where="state", mend="Choose one of the two")
    if not reason.strip() or len(reason) > LONGEST:
        raise Refused("Say why: the reason stays with the ring", where="reason", mend="Write 1 to 200 characters")
    held = station.store.stock.of_ring(scheme, key)
    if held is None:
        raise Refused("This ring is in no string of the stock", where="ring", mend="Check the scheme and the number")
    if key in station.store.stock.used(held):
        raise Refused(
            "A bird wears this ring by the records here", where="ring",
            mend="Check the number, or correct the record first",
        )  # fmt: skip
    number = held.string.number(key)
    assert number is not None
    engraved = held.string.ring(number)
    station.store.stock.write_off(Loss(scheme, key, engraved, state, " ".join(reason.split()), station.at(), by))


def find_again(station: Station, scheme: str, ring: str) -> None:
    """Take back that a ring is damaged or lost. Raises NotFound."""
    if not station.store.stock.find_again(scheme.upper(), rings.normal(ring)):
        raise NotFound("This ring is not marked as damaged or lost", where=f"{scheme} {ring}")


def following(station: Station, scheme: str, ring: str) -> str | None:
    """The ring to put on after this one: the first that is left of its string, else of the next string of its series.

    Empty when the whole series is used up, None where the ring is in no string of the stock.
    """
    stock = station.store.stock
    held = stock.of_ring(scheme, rings.normal(ring))
    if held is None:
        return None
    same = [one for one in stock.strings(scheme) if one.series == held.series and one.id != held.id]
    mine = sorted(same, key=lambda one: one.allocated_to != held.allocated_to)
    return next((found for one in (held, *mine) if (found := stock.next_of(one))), "")
