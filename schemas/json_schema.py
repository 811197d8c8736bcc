"""Turns a marshmallow schema of ours into the JSON Schema 2020-12 document that other software reads."""

from typing import Any

from marshmallow import Schema, fields

from schemas.fields import Strict
from schemas.parts import Parts

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def describe(schema: Schema, *, title: str = "", identity: str = "", strict: bool = True) -> dict[str, Any]:
    """The JSON Schema of `schema`, named by the URI `identity` where one is given.

    With `strict=False` unknown fields pass, for records of a later minor version.
    """
    named = {"$id": identity} if identity else {}
    return {"$schema": DIALECT, **named, "title": title or type(schema).__name__, **_object(schema, strict)}


def _object(schema: Schema, strict: bool) -> dict[str, Any]:
    properties = {name: _field(field, strict) for name, field in schema.fields.items()}
    required = sorted(name for name, field in schema.fields.items() if field.required)
    found: dict[str, Any] = {"type": "object", "description": _sentence(schema), "properties": properties}
    if required:
        found["required"] = required
    if strict:
        found["additionalProperties"] = False
    return found


def _sentence(schema: Schema) -> str:
    return (type(schema).__doc__ or "").strip().splitlines()[0]


def _field(field: fields.Field[Any], strict: bool) -> dict[str, Any]:
    if isinstance(field, Strict):
        return field.keywords() | _told(field)
    if isinstance(field, Parts):
        return {"type": "array", "items": _field(field.inner, strict), "maxItems": field.most} | _told(field)
    if isinstance(field, fields.Nested):
        return _object(field.schema, strict) | _told(field)
    raise TypeError(f"{field!r} has no JSON Schema: give it a class of schemas/fields.py or records.py")


def _told(field: fields.Field[Any]) -> dict[str, Any]:
    told = field.metadata
    names = {"about": "description", "unit": "x-unit", "euring": "x-euring-field", "dwc": "x-darwin-core"}
    found = {key: told[name] for name, key in names.items() if told.get(name)}
    example = told.get("example")
    return found | ({"examples": [example]} if example is not None else {})
