"""The examples on disk, and what the loader and two validators say of a record."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs

import schemas
from schemas.__main__ import FOLDER
from schemas.records import KINDS

EXAMPLES = Path(schemas.__file__).parent / "examples"


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


ACCEPTED = {path.stem: read(path) for path in sorted(EXAMPLES.glob("*.json"))}
REFUSED = {path.stem: read(path) for path in sorted((EXAMPLES / "refused").glob("*.json"))}
DOCUMENTS = {kind: read(FOLDER / f"{kind}.schema.json") for kind in KINDS}
PUBLISHED = {
    kind: jsonschema.Draft202012Validator(document, format_checker=jsonschema.FormatChecker())
    for kind, document in DOCUMENTS.items()
}
FAST = {kind: jsonschema_rs.validator_for(document, validate_formats=True) for kind, document in DOCUMENTS.items()}
RECORDS = {kind: record() for kind, record in KINDS.items()}


def kind_of(record: Any) -> str:
    """The kind that a record says it is, else banding: a refused example may have lost its kind."""
    core = record.get("core") if isinstance(record, dict) else None
    kind = core.get("kind") if isinstance(core, dict) else None
    return kind if isinstance(kind, str) and kind in KINDS else "banding"


def verdicts(record: Any, kind: str) -> dict[str, bool]:
    return {
        "marshmallow": RECORDS[kind].validate(record) == {},
        "jsonschema": PUBLISHED[kind].is_valid(record),
        "jsonschema_rs": FAST[kind].is_valid(record),
    }
