"""A record: one encounter of one bird, as an object of groups that can be opened or withheld one by one."""

from typing import Any

from marshmallow import RAISE, Schema, fields

from schemas.core import BandingCore, RecoveryCore
from schemas.fields import Code, Number, Strict, Text, Whole
from schemas.parts import (
    PLAIN,
    Confirmation,
    Group,
    GroupField,
    Parts,
    Person,
)


class Area(Group):
    """The point rounded to 0.1 degree, as the origin itself states it."""

    latitude = Number(
        "Latitude to 0.1 degree.", -90, 90, required=True, unit="degree", example=49.0, dwc="decimalLatitude"
    )
    longitude = Number(
        "Longitude to 0.1 degree.", -180, 180, required=True, unit="degree", example=130.4, dwc="decimalLongitude"
    )


class Place(Group):
    """The exact place."""

    latitude = Number("Latitude on WGS 84.", -90, 90, unit="degree", euring=61, example=49.01694,
                      dwc="decimalLatitude")  # fmt: skip
    longitude = Number("Longitude on WGS 84.", -180, 180, unit="degree", euring=62, example=130.44694,
                       dwc="decimalLongitude")  # fmt: skip
    uncertainty_m = Number("Radius around the point in which the encounter lies.", 0, 2_000_000, unit="metre",
                           example=50, dwc="coordinateUncertaintyInMeters")  # fmt: skip
    accuracy = Code("EURING code of the accuracy of the coordinates.", "coordinates_accuracy", euring=26,
                    example="0")  # fmt: skip
    name = Text("Name of the place.", longest=200, pattern=PLAIN, euring=58, example="Klyoshinskoe lake",
                dwc="locality")  # fmt: skip
    station = Text("Code of the station or site.", longest=20, pattern=r"[A-Z0-9-]+", example="AM-KHG")
    typed = Text("Coordinates as they were typed.", longest=120, pattern=PLAIN,
                 example="49°01'01\"N 130°26'49\"E", dwc="verbatimCoordinates")  # fmt: skip
    datum = Code("Datum of the coordinates as typed.", "datum", example="WGS84", dwc="verbatimSRS")


class Measurements(Group):
    """What was measured on the bird in the hand."""

    wing = Number("Wing length.", 1, 1000, unit="mm", euring=34, dwc="measurementValue", example=71.0)
    third_primary = Number(
        "Length of the third primary.", 1, 1000, unit="mm", euring=35, dwc="measurementValue", example=54.5
    )
    wing_point_state = Code(
        "State of the wing point.", "wing_point_state", euring=36, dwc="measurementValue", example="U"
    )
    mass = Number("Mass.", 0.1, 30000, unit="g", euring=37, dwc="measurementValue", example=18.4)
    moult = Code("State of moult.", "moult", euring=38, dwc="measurementValue", example="U")
    plumage_code = Code("Plumage.", "plumage_code", euring=39, dwc="measurementValue", example="U")
    hind_claw = Number("Length of the hind claw.", 0.1, 100, unit="mm", euring=40, dwc="measurementValue", example=7.2)
    bill = Number("Length of the bill.", 0.1, 500, unit="mm", euring=41, dwc="measurementValue", example=10.4)
    bill_method = Code("How the bill was measured.", "bill_method", euring=42, dwc="measurementMethod", example="S")
    total_head = Number("Head and bill together.", 1, 500, unit="mm", euring=43, dwc="measurementValue", example=30.1)
    tarsus = Number("Length of the tarsus.", 1, 500, unit="mm", euring=44, dwc="measurementValue", example=19.8)
    tarsus_method = Code(
        "How the tarsus was measured.", "tarsus_method", euring=45, dwc="measurementMethod", example="S"
    )
    tail = Number("Length of the tail.", 1, 1000, unit="mm", euring=46, dwc="measurementValue", example=62.0)
    tail_difference = Number(
        "Longest less shortest tail feather.", -200, 500, unit="mm", euring=47, dwc="measurementValue", example=3.0
    )
    fat = Whole("Fat score.", 0, 9, euring=48, dwc="measurementValue", example=3)
    fat_method = Code("Scale of the fat score.", "fat_method", euring=49, dwc="measurementMethod", example="E")
    pectoral_muscle = Code(
        "Score of the breast muscle.", "pectoral_muscle", euring=50, dwc="measurementValue", example="2"
    )
    brood_patch = Code("Brood patch.", "brood_patch", euring=51, dwc="measurementValue", example="0")
    primary_score = Whole("Sum of the primary moult scores.", 0, 99, euring=52, dwc="measurementValue", example=45)
    primary_moult = Text("Moult of the ten primaries, one character each.", longest=10, shortest=10,
                         pattern=r"[0-5VX]{10}", euring=53, dwc="measurementValue", example="5555432100")  # fmt: skip
    old_greater_coverts = Text(
        "Number of old greater coverts.", longest=1, pattern=r"[0-9A]", euring=54, dwc="measurementValue", example="4"
    )
    alula = Code("Moult of the alula.", "alula", euring=55, dwc="measurementValue", example="0")
    carpal_covert = Code("Moult of the carpal covert.", "carpal_covert", euring=56, dwc="measurementValue", example="0")


class People(Group):
    """Persons named by the record; never leaves the node unless an agreement names it."""

    ringer = Text("Who ringed or handled the bird.", longest=200, pattern=PLAIN, example="V. Andronov",
                  dwc="recordedBy")  # fmt: skip
    finder_name = Text("Who found or reported the bird.", longest=200, pattern=PLAIN, example="Li Ming")
    finder_address = Text("How to answer the finder.", longest=500, example="Nenjiang, Heilongjiang")
    others = Parts(fields.Nested(Person), "Further people who had a part in it.", 12)


class Remarks(Group):
    """Free words, kept back like people because they often name them."""

    text = Text("Free text.", longest=4000, euring=59, example="Ring slightly worn.", dwc="occurrenceRemarks")
    confirmations = Parts(fields.Nested(Confirmation), "Warnings confirmed, with their reasons.", 30)


class Record(Schema):
    """What both kinds of record share: every group but the core, which differs."""

    class Meta:
        """Unknown groups are errors."""

        unknown = RAISE

    area = GroupField(Area)
    place = GroupField(Place)
    measurements = GroupField(Measurements)
    people = GroupField(People)
    remarks = GroupField(Remarks)


class BandingRecord(Record):
    """A ring or another mark put on a bird: its first encounter."""

    core = GroupField(BandingCore, required=True)


class RecoveryRecord(Record):
    """Any later encounter of a marked bird."""

    core = GroupField(RecoveryCore, required=True)


KINDS: dict[str, type[Record]] = {"banding": BandingRecord, "recovery": RecoveryRecord}


def group_fields(kind: str, group: str) -> dict[str, Strict | fields.Field[Any]]:
    """The fields of one group of one kind of record, by name, in the order of the class."""
    nested = KINDS[kind]().fields[group]
    assert isinstance(nested, GroupField)
    return dict(nested.schema.fields)
