"""Who the bird is, when it was met and how: the group of a record that every peer gets."""

from marshmallow import fields

from schemas.fields import UUID, Code, Day, Flag, Text, Whole
from schemas.parts import (
    NODE,
    OFFSET,
    PLACE_CODE,
    PLAIN,
    RING,
    SCHEME,
    SPECIES_CODE,
    SPECIES_NAME,
    TIME,
    Group,
    GroupField,
    Mark,
    Parts,
    Ring,
)


class Core(Group):
    """Who the bird is, when it was met and how: what every peer of an exchange gets."""

    id = Text(
        "The record's own UUID, given once by the node where it was entered.",
        longest=36, shortest=36, pattern=UUID, required=True, dwc="occurrenceID",
        example="6f1c0d8e-7f0a-4c57-9d3c-2f6f3f2f9b11",
    )  # fmt: skip
    origin = Text(
        "Code of the node where the record was entered; only that node may change it.",
        longest=13, pattern=NODE, required=True, example="AM-KHG", dwc="institutionCode",
    )  # fmt: skip
    generation = Whole("Version of the record, counted from 1.", 1, 2**31, required=True, example=1)
    withdrawn = Flag("True when the origin has withdrawn the record.", example=False)
    scheme = Text(
        "EURING code of the scheme whose ring the bird carries.",
        longest=3, pattern=SCHEME, required=True, euring=1, example="RUM", dwc="organismID",
    )  # fmt: skip
    ring = Text(
        "Ring number as engraved, `-` for each character that could not be read.",
        longest=20, pattern=RING, required=True, euring=3, example="XC 345612", dwc="organismID",
    )  # fmt: skip
    ring_partial = Flag("True when `-` in the ring stands for characters that could not be read.", example=False)
    identification_method = Code(
        "By which mark the bird was known.", "primary_identification_method", euring=2, example="A0"
    )
    ring_verified = Code("Whether the scheme has seen the ring itself.", "ring_verified", euring=4, example="0")
    ring_information = Code(
        "What was done with the metal ring and where it sits.", "ring_information", euring=5, example="2"
    )
    other_marks = Text(
        "EURING code of other marks: two letters.",
        longest=2, shortest=2, pattern=r"[A-Z][A-Z-]", euring=6, example="ZZ",
    )  # fmt: skip
    more_other_marks = Text("EURING codes of further marks.", longest=60, pattern=PLAIN, euring=64, example="BB,BC")
    replaces = GroupField(Ring, metadata={"about": "The ring that this one replaced or was added to."})
    marks = Parts(fields.Nested(Mark), "Marks other than the metal ring.", 12)
    species = Text(
        "Scientific name concluded: the key to the species.",
        longest=80, shortest=3, pattern=SPECIES_NAME, required=True, example="Emberiza spodocephala",
        dwc="scientificName",
    )  # fmt: skip
    species_code = Text(
        "EURING code of the species concluded.",
        longest=5, shortest=5, pattern=SPECIES_CODE, euring=8, example="18530", dwc="taxonID",
    )  # fmt: skip
    species_mentioned = Text(
        "Species as its finder or bander named it.",
        longest=120,
        pattern=PLAIN,
        example="Black-faced Bunting",
        dwc="verbatimIdentification",
    )
    species_mentioned_code = Text(
        "EURING code of the species mentioned.",
        longest=5, shortest=5, pattern=SPECIES_CODE, euring=7, example="18530",
    )  # fmt: skip
    sex = Code("Sex concluded.", "sex", euring=14, example="M", dwc="sex")
    sex_mentioned = Code("Sex as reported.", "sex", euring=13, example="M")
    sexing_method = Code("How the sex was told.", "sexing_method", euring=57, example="P")
    age = Code("Age concluded, as an EURING age code.", "age", euring=16, example="3", dwc="lifeStage")
    age_mentioned = Code("Age as reported.", "age", euring=15, example="3")
    status = Code("What the bird was doing there.", "status", euring=17, example="M", dwc="reproductiveCondition")
    brood_size = Text("Size of the brood, two figures or `--`.", longest=2, shortest=2,
                      pattern=r"[0-9]{2}|--", euring=18, example="03")  # fmt: skip
    pullus_age = Text("Age of a chick in days, two figures or `--`.", longest=2, shortest=2,
                      pattern=r"[0-9]{2}|--", euring=19, example="09")  # fmt: skip
    pullus_age_accuracy = Code("How exact the chick's age is.", "pullus_age_accuracy", euring=20, example="1")
    day = Day("Day of the encounter by the station's clock.", required=True, euring=21, example="2024-05-01",
              dwc="eventDate")  # fmt: skip
    day_accuracy = Code("How exact the day is.", "day_accuracy", euring=22, example="0")
    time = Text(
        "Local time, `1715`, or `17--` when only the hour is known.",
        longest=4, shortest=4, pattern=TIME, euring=23, example="1715", dwc="eventTime",
    )  # fmt: skip
    utc_offset = Text(
        "Offset of the local time from UTC.", longest=6, shortest=6, pattern=OFFSET, example="+09:00", dwc="eventTime"
    )
    place_code = Text(
        "EURING place code at the time of the encounter.",
        longest=4, shortest=4, pattern=PLACE_CODE, euring=24, example="RU83", dwc="locationID",
    )  # fmt: skip
    current_place_code = Text(
        "EURING place code today, where borders or codes have changed.",
        longest=4, shortest=4, pattern=PLACE_CODE, euring=63, example="RU83",
    )  # fmt: skip
    catching_method = Code("How the bird was caught.", "catching_method", euring=11, example="M",
                           dwc="samplingProtocol")  # fmt: skip
    catching_lures = Code("What lured it.", "catching_lures", euring=12, example="U")
    manipulated = Code("What was done to the bird.", "manipulated", euring=9, example="N")
    moved = Code("Whether the bird had been moved.", "moved", euring=10, example="0")
    condition = Code("Condition of the bird.", "condition", euring=27, example="8", dwc="vitality")
    circumstances = Code("How it came to be met.", "circumstances", euring=28, example="20")
    circumstances_presumed = Code(
        "Whether the circumstances are presumed.", "circumstances_presumed", euring=29, example="0"
    )
    reference = Text(
        "Scheme and the owner's own number; passed on unaltered by everyone.",
        longest=60, pattern=PLAIN, euring=60, example="RUM 2024/117", dwc="otherCatalogNumbers",
    )  # fmt: skip
    confirmed = Parts(
        Text("Code of a rule.", longest=40, pattern=r"R-[a-z-]+", example="R-species-differs"),
        "Warnings that a person has confirmed; the reasons are in the remarks.",
        30,
    )


class BandingCore(Core):
    """Core of a banding."""

    kind = Code("The kind of record.", "kind", only=("banding",), required=True, example="banding", dwc="eventType")


class RecoveryCore(Core):
    """Core of a recovery."""

    kind = Code("The kind of record.", "kind", only=("recovery",), required=True, example="recovery",
                dwc="eventType")  # fmt: skip
    manner = Code("How the marked bird was met again.", "manner", required=True, example="recapture",
                  dwc="basisOfRecord")  # fmt: skip
