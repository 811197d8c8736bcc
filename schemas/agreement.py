"""An agreement between two nodes: the document that both sign, and the terms that it says for either direction."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from schemas import GROUPS
from schemas.changes import HEX
from schemas.fields import UUID, Day, Flag, Strict, Text, Whole, anchored
from schemas.json_schema import describe
from schemas.parts import NODE, Group, Parts

LONGEST = 100_000
MOST_NODES = 100
LEVELS = ("0", "1", "2", "3")
GROUP = "|".join(GROUPS)


def _groups(level: str) -> Parts:
    part = Text("Name of a group.", longest=20, pattern=GROUP, example="core")
    about = f"The groups that leave of records of species of sensitivity {level}."
    return Parts(part, about, len(GROUPS), required=True)


class BySensitivity(Group):
    """The groups of a record that leave, by the sensitivity of its species."""

    class Meta(Group.Meta):
        """Figures are no names of Python."""

        include = {level: _groups(level) for level in LEVELS}  # noqa: RUF012


class Onward(Strict):
    """To whom the receiver may pass on what it got: to all, to none, or to the nodes that are listed."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> str | list[str]:
        if isinstance(value, str) and value in ("all", "none"):
            return value
        if not isinstance(value, list) or len(value) > MOST_NODES:
            raise ValidationError("Must be `all`, `none` or a list of nodes.")
        return [_node(one) for one in value]

    def keywords(self) -> dict[str, Any]:
        """Two words or a list of nodes."""
        nodes = {"type": "array", "items": _CODE.keywords(), "maxItems": MOST_NODES}
        return {"anyOf": [{"type": "string", "enum": ["all", "none"]}, nodes]}


class Terms(Group):
    """What one party gives to the other."""

    bandings = Text(
        "`all`, `returns` (only of birds that the other has met too) or `none`.",
        longest=10, pattern="all|returns|none", required=True, example="all",
    )  # fmt: skip
    kinds = Parts(
        Text("Kind of record.", longest=10, pattern="banding|recovery", example="banding"),
        "Which kinds of record leave.", 2, required=True,
    )  # fmt: skip
    groups = fields.Nested(BySensitivity, required=True)
    people = Flag("Whether names of people leave; they must be among the groups as well.", required=True, example=False)
    embargo_days = Whole("Days after an encounter during which it stays.", 0, 3650, required=True, example=0)
    onward = Onward("Who may get it from the receiver: `all`, `none`, or codes of nodes.", required=True, example="all")


_CODE = Text("Code of a node.", longest=13, pattern=NODE, example="AM-KHG")


def _node(value: Any) -> str:
    return str(_CODE.deserialize(value))


class Parties(Strict):
    """The codes of two nodes."""

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> list[str]:
        if not isinstance(value, list) or len(value) != 2:
            raise ValidationError("Must be a list of two nodes.")
        found = [_node(one) for one in value]
        if found[0] == found[1]:
            raise ValidationError("Must be two different nodes.")
        return found

    def keywords(self) -> dict[str, Any]:
        """A list of two that differ."""
        return {"type": "array", "items": _CODE.keywords(), "minItems": 2, "maxItems": 2, "uniqueItems": True}


class ByParty(Strict):
    """Something for each of the two parties, by the code of its node."""

    def __init__(self, inner: Strict | fields.Nested, about: str, **kwargs: Any) -> None:
        super().__init__(about, **kwargs)
        self.inner = inner

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or len(value) != 2:
            raise ValidationError("Must be an object of two nodes.")
        return {_node(code): self._one(code, said) for code, said in value.items()}

    def _one(self, code: str, said: Any) -> Any:
        try:
            return self.inner.deserialize(said)
        except ValidationError as wrong:
            raise ValidationError({code: wrong.messages}) from wrong

    def keywords(self) -> dict[str, Any]:
        """An object whose two names are codes of nodes."""
        return {
            "type": "object", "patternProperties": {anchored(NODE): self._inner()}, "additionalProperties": False,
            "minProperties": 2, "maxProperties": 2,
        }  # fmt: skip

    def _inner(self) -> dict[str, Any]:
        if isinstance(self.inner, Strict):
            return self.inner.keywords()
        return {name: said for name, said in describe(self.inner.schema).items() if name not in ("$schema", "title")}


class Agreement(Group):
    """An agreement of two nodes on what each gives to the other; both sign its exact text."""

    agreement = Whole("Version of this shape.", 1, 1, required=True, example=1)
    id = Text("UUID of the agreement.", longest=36, shortest=36, pattern=UUID, required=True)
    parties = Parties("The two nodes.", required=True, example=["AM-KHG", "HL-SHP"])
    names = ByParty(
        Text("Name of the party in full.", longest=300), "The names of the parties, by node.", required=True
    )
    legal_basis = Text("On which law, treaty or order it rests.", longest=4000, required=True)
    valid_from = Day("The first day on which it holds.", required=True, example="2025-06-01")
    valid_until = Day("The last day on which it holds; left out where there is none.", example="2030-05-31")
    replaces = Text("SHA-256 of the agreement that it replaces, in hex.", longest=64, shortest=64, pattern=HEX)
    gives = ByParty(fields.Nested(Terms), "What each party gives to the other, by the giver's node.", required=True)
