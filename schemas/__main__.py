"""`python -m schemas` writes the published JSON Schemas and docs/records.md anew; `--check` only looks."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from marshmallow import Schema

from schemas import document
from schemas.agreement import Agreement
from schemas.changes import PUBLISHED
from schemas.json_schema import describe
from schemas.letters import LETTERS
from schemas.records import KINDS

FOLDER = Path(__file__).resolve().parent / "published" / "v1"
URN = "urn:band-exchange:v1:"


def documents() -> dict[str, str]:
    """The text of every published document by the name of its file."""
    schemas: Mapping[str, Schema] = {**{kind: record() for kind, record in KINDS.items()}, **PUBLISHED}
    letters = {f"letter-{kind}": schema for kind, schema in LETTERS.items()}
    schemas = {**schemas, "agreement": Agreement(), **letters}
    return {f"{name}.schema.json": _text(name, schema) for name, schema in schemas.items()}


def stale(folder: Path = FOLDER) -> list[str]:
    """The files of the folder that are missing, differ from the code, or have no schema any more."""
    wanted = documents()
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.schema.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def write(folder: Path = FOLDER) -> list[str]:
    """Bring the folder up to date; returns the names of the files that changed or went."""
    folder.mkdir(parents=True, exist_ok=True)
    changed, wanted = stale(folder), documents()
    for name in changed:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8", newline="\n")
        else:
            (folder / name).unlink()
    return changed


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check; returns the exit code: 1 where `--check` finds a file out of date."""
    parser = argparse.ArgumentParser(prog="python -m schemas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is out of date")
    checking = parser.parse_args(arguments).check
    names = [*(stale() if checking else write()), *_page(checking)]
    for name in names:
        print(f"{name}: {'out of date, run python -m schemas' if checking else 'written'}")
    if not names:
        print("Every published schema is up to date.")
    return 1 if checking and names else 0


def _page(checking: bool) -> list[str]:
    """The page of fields and codes where it was out of date, written unless only checking."""
    if not document.is_stale():
        return []
    if not checking:
        document.write()
    return [document.FILE.name]


def _text(name: str, schema: Schema) -> str:
    return json.dumps(describe(schema, identity=URN + name), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
