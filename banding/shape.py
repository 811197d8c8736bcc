"""Checks a record against the published schema: fast when it is right, in plain words when it is not."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from banding.domain.rules import Finding
from schemas.extensions import EXTENSION, ExtensionRecord
from schemas.json_schema import describe
from schemas.records import KINDS


def problems(record: Mapping[str, Any], *, strict: bool = True) -> list[Finding]:
    """What is wrong with the shape of a record; empty when nothing is.

    `strict=False` lets unknown fields pass: a later minor version of the schema may have added them.
    """
    kind = _kind(record)
    if not isinstance(kind, str) or kind not in KINDS:
        return [shape_finding("core.kind", "It must say banding or recovery.")]
    validator = _validator(kind, strict)
    if validator.is_valid(record):
        return []
    return _told(kind, record) or [
        shape_finding(".".join(map(str, e.instance_path)), e.message) for e in validator.iter_errors(record)
    ]


def extension_problems(record: Mapping[str, Any], *, strict: bool = True) -> list[Finding]:
    """What is wrong with the shape of a row that a node adds to a table; empty when nothing is."""
    if _validator(EXTENSION, strict).is_valid(record):
        return []
    told = list(_flat(ExtensionRecord().validate(record), "")) if isinstance(record, dict) else []
    return told or [shape_finding("core", "It does not fit the published form.")]


def _kind(record: Mapping[str, Any]) -> Any:
    try:
        return record["core"]["kind"]
    except (TypeError, KeyError):
        return None


def _told(kind: str, record: Mapping[str, Any]) -> list[Finding]:
    """The same verdict in the words of the field classes, which are kinder than a validator's."""
    return list(_flat(KINDS[kind]().validate(record), ""))


def _flat(messages: Any, where: str) -> Any:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _flat(inner, f"{where}.{name}" if where else str(name))
    else:
        for message in messages:
            yield shape_finding(where, str(message))


def shape_finding(where: str, why: str) -> Finding:
    """What does not fit the shape of a record: where, and why in a sentence."""
    return Finding("W-shape", "error", where, {"where": where, "why": why})


_SHAPES: dict[str, Any] = {**KINDS, EXTENSION: ExtensionRecord}


@cache
def _validator(kind: str, strict: bool) -> Any:
    # This engine's `$` already means the very end, so the look-ahead for other readers only costs time here.
    text = json.dumps(describe(_SHAPES[kind](), strict=strict)).replace("$(?!\\\\n)", "$")
    return jsonschema_rs.validator_for(json.loads(text), validate_formats=True)
