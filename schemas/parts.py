"""What groups are made of: patterns, lists of parts, and the small parts themselves."""

from typing import Any

from marshmallow import RAISE, Schema, fields

from schemas.fields import Code, Text

NODE = r"[A-Z][A-Z0-9]{0,3}-[A-Z0-9]{2,8}"
SCHEME = r"[A-Z]{2}[A-Z.]"
SPECIES_CODE = r"[0-9]{5}"
SPECIES_NAME = r"[A-Z][a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*){0,2}"
PLACE_CODE = r"[A-Z0-9+-]{4}"
TIME = r"(?:[01][0-9]|2[0-3])(?:[0-5][0-9]|--)"
OFFSET = r"[+-](?:0[0-9]|1[0-4]):[0-5][0-9]"
PLAIN = r"[^\x00-\x1f\x7f]+"
RING = r"[^\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?"


class Group(Schema):
    """A group of fields; an unknown field is refused, so that a slip of the pen is never lost silently."""

    class Meta:
        """Unknown fields are errors."""

        unknown = RAISE


class GroupField(fields.Nested):
    """A group inside a record, or one part inside a group."""


class Parts(fields.List[Any]):
    """A list of parts, up to `most` of them."""

    def __init__(self, part: fields.Field[Any], about: str, most: int, **kwargs: Any) -> None:
        super().__init__(part, metadata={"about": about}, validate=_at_most(most), **kwargs)
        self.most = most


def _at_most(most: int) -> Any:
    from marshmallow.validate import Length

    return Length(max=most)


class Mark(Group):
    """A mark other than the metal ring."""

    type = Code("What kind of mark.", "mark_type", required=True, example="leg-ring")
    action = Code("What was done with it at this encounter.", "mark_action", example="added")
    side = Code("Side of the body.", "mark_side", example="left")
    position = Code("Where on the body.", "mark_position", example="tibia")
    colour = Code("Colour of the mark.", "colour", example="white")
    inscription = Text("Letters and figures on it, `-` for each unread one.", longest=20, pattern=PLAIN, example="3C7")
    inscription_colour = Code("Colour of the inscription.", "colour", example="black")


class Ring(Group):
    """A ring by the scheme that issued it and its number as engraved."""

    scheme = Text("EURING code of the scheme.", longest=3, pattern=SCHEME, required=True, example="RUM")
    ring = Text("Number as engraved.", longest=20, pattern=RING, required=True, example="XC 345612")


class Person(Group):
    """Somebody who had a part in the encounter beside those the record names already."""

    role = Code("What the person did.", "person_role", required=True, example="photographer")
    name = Text("Name of the person.", longest=200, pattern=PLAIN, required=True, example="Wang Fang")
    address = Text("How to reach the person.", longest=500, example="Harbin, Heilongjiang")


class Confirmation(Group):
    """A warning that a person has confirmed, and why."""

    rule = Text("Code of the rule.", longest=40, pattern=r"R-[a-z-]+", required=True, example="R-species-differs")
    reason = Text("Why the value stands.", longest=500, required=True, example="Seen by two people")
    by = Text("Who confirmed it.", longest=80, pattern=PLAIN, example="anna")
    at = Text("When, by the node's clock.", longest=40, pattern=PLAIN, example="2024-05-01T17:20:11+09:00")
