"""What the API takes and gives, as classes and schemas: the ground of its description."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from banding.domain.rules import Finding
from banding.shape import shape_finding
from banding.store.returns_query import ORDERS
from banding.web.asking_returns import REGION_OF
from schemas.extensions import OPEN_TABLES
from schemas.fields import Day
from schemas.json_schema import describe
from schemas.records import KINDS

MOST_ROWS, USUAL_ROWS, MOST_SUBMISSIONS = 500, 50, 1000
LONGEST_KEY = 200
GIVEN_BY_THE_NODE = ("id", "origin", "generation", "withdrawn", "confirmed")

Json = dict[str, Any]


def _is_day(text: str) -> None:
    try:
        Day("").deserialize(text)
    except ValidationError:
        raise ValidationError("Must be a day, written like 2024-05-01.") from None


def _has_words(text: str) -> None:
    if not text.strip():
        raise ValidationError("Must say why.")


def _words(about: str, **kwargs: Any) -> fields.String:
    return fields.String(validate=Length(max=120), metadata={"description": about}, **kwargs)


def _day(about: str) -> fields.String:
    return fields.String(validate=_is_day, metadata={"description": about, "format": "date"})


class Paged(Schema):
    """Which part of a list is wanted."""

    class Meta:
        """An unknown parameter is refused: a filter misspelt must not give everything."""

        unknown = RAISE

    limit = fields.Integer(
        load_default=USUAL_ROWS,
        validate=Range(1, MOST_ROWS),
        metadata={"description": "How many rows at most."},
    )
    offset = fields.Integer(
        load_default=0, validate=Range(0, 2**31), metadata={"description": "How many rows to pass over."}
    )


class Question(Paged):
    """What records and returns are asked alike; of a return, day, place and origin are those of the recovery."""

    species = _words("Any name in any language, or the EURING code, or the beginning of a name.")
    scheme = _words("EURING code of the scheme.")
    ring = _words(
        "Beginning of the ring number, or with `*` for any characters and `?` or `-` for one; spaces, dots and "
        "look-alike letters do not matter, and an engraved hyphen may be written or left out."
    )
    place_code = _words("EURING place code of the encounter.")
    origin = _words("Code of the node where the record was entered.")
    since = _day("First day, written 2024-05-01.")
    until = _day("Last day, itself included.")


class RecordsQuestion(Question):
    """Which records are wanted."""

    kind = fields.String(validate=OneOf(tuple(KINDS)), metadata={"description": "Kind of record."})


class ReturnsQuestion(Question):
    """Which returns are wanted: what the page takes, under the same names. Several codes stand with commas between."""

    scheme = _words("EURING codes of schemes.")
    place_code = _words("Place codes of the recovery or beginnings of them: `CP` is the whole of China.")
    origin = _words("Codes of nodes where the recovery was entered.")
    group = _words("Codes of the table `species_group`.")
    banding_place = _words("The same of the banding.")
    place_name = _words("Words within the name of the place of recovery.")
    banding_name = _words("Words within the name of the place of banding.")
    region = fields.String(
        validate=Length(max=12_000),
        metadata={
            "description": "`south,west,north,east`, or corners `lat,lon;lat,lon;lat,lon`, in degrees on WGS 84."
        },
    )
    region_of = fields.String(
        validate=OneOf(REGION_OF), metadata={"description": "Which encounter lies in the region; `either` unless said."}
    )
    banded_since = _day("First day of the banding.")
    banded_until = _day("Last day of the banding.")
    month_from = _words("First month of the recovery, 1 to 12.")
    month_to = _words("Last month; before the first one it is of the next year.")
    condition = _words("EURING codes of the condition.")
    circumstances = _words("EURING codes of the circumstances.")
    manner = _words("Codes of the table `manner`.")
    km_from = _words("Least distance in kilometres.")
    km_to = _words("Largest distance in kilometres.")
    days_from = _words("Least number of days between the two.")
    days_to = _words("Largest number of days between the two.")
    banding_origin = _words("Codes of nodes where the banding was entered.")
    order = fields.String(
        load_default="latest", validate=OneOf(tuple(ORDERS)), metadata={"description": "What comes first."}
    )


class NewRow(Schema):
    """A row for an open table."""

    class Meta:
        """Unknown members are errors."""

        unknown = RAISE

    table = fields.String(required=True, validate=OneOf(OPEN_TABLES), metadata={"description": "Name of the table."})
    code = fields.String(
        required=True, validate=Length(1, 80), metadata={"description": "Cell of the table's first column."}
    )
    row = fields.Dict(
        keys=fields.String(validate=Length(1, 40)), values=fields.String(validate=Length(1, 500)), required=True,
        metadata={"description": "The other cells by column; `en` is needed."},
    )  # fmt: skip


class Submission(Schema):
    """A record on its way in, with a reason for each warning that is to be passed over."""

    class Meta:
        """Unknown members are errors."""

        unknown = RAISE

    record = fields.Dict(required=True)
    confirmed = fields.Dict(
        keys=fields.String(validate=Length(1, 40)),
        values=fields.String(validate=[Length(1, 500), _has_words]),
    )
    key = fields.String(validate=Length(1, LONGEST_KEY))


def wrong_with(submission: Any) -> list[Finding]:
    """What is wrong with a submission around its record, and with fields that only the node itself gives."""
    if not isinstance(submission, dict):
        return [shape_finding("", "It must be an object with a member `record`.")]
    messages = Submission().validate(submission)
    found = [shape_finding(name, _flat(why)) for name, why in messages.items()]
    return found or [shape_finding(where, "The node itself gives this: leave it out.") for where in _forged(submission)]


def _forged(submission: Json) -> list[str]:
    record = submission["record"]
    told = {name: record[name] if isinstance(record.get(name), dict) else {} for name in ("core", "remarks")}
    wrong = [f"core.{name}" for name in GIVEN_BY_THE_NODE if name in told["core"]]
    return wrong + (["remarks.confirmations"] if "confirmations" in told["remarks"] else [])


def _flat(messages: Any) -> str:
    if isinstance(messages, dict):
        return " ".join(f"{name}: {_flat(inner)}" for name, inner in messages.items())
    return " ".join(map(str, messages)) if isinstance(messages, list) else str(messages)


def record_schema(kind: str) -> Json:
    """A record as it is held and given."""
    return {name: value for name, value in describe(KINDS[kind]()).items() if name != "$schema"}


def new_record_schema(kind: str) -> Json:
    """A record as it is taken: without what only the node can say."""
    found = record_schema(kind) | {"title": f"New{kind.title()}Record"}
    core = found["properties"]["core"]
    core["properties"] = {n: v for n, v in core["properties"].items() if n not in GIVEN_BY_THE_NODE}
    core["required"] = [name for name in core["required"] if name not in GIVEN_BY_THE_NODE]
    found["properties"].get("remarks", {}).get("properties", {}).pop("confirmations", None)
    return found
