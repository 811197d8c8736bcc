"""Returns as a Frictionless data package: the CSV, its table schema made from the columns, what is said of it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from banding.formats.canonical import FLAG, NUMBER, REAL, WHOLE, Row
from banding.formats.csv_returns import lines_of, table_rows
from banding.formats.source import Found, Source, Watch, nobody_watches
from banding.formats.zipped import archive, holds

CSV, PACKAGE = "returns.csv", "datapackage.json"
NAME = "band-returns"


def write(source: Source) -> Iterator[bytes]:
    """The package as a ZIP file; its seal is the SHA-256 of the CSV within, which the schema names too."""
    size = [0]
    yield from archive([(CSV, _csv(source, size)), (PACKAGE, _package(source, size))])


def _csv(source: Source, size: list[int]) -> Iterator[bytes]:
    whole = hashlib.sha256()
    for text in source.csv():
        piece = text.encode()
        whole.update(piece)
        size[0] += len(piece)
        yield piece
    source.seals["rows"] = whole.hexdigest()


def _package(source: Source, size: list[int]) -> Iterator[bytes]:
    about = source.about()
    yield (json.dumps(package(source, about, size[0]), ensure_ascii=False, indent=1) + "\n").encode()


def package(source: Source, about: dict[str, Any], size: int) -> dict[str, Any]:
    """The descriptor of a package whose CSV has so many bytes."""
    resource = {
        "name": NAME, "path": CSV, "profile": "tabular-data-resource", "format": "csv",
        "mediatype": "text/csv", "encoding": "utf-8", "bytes": size, "hash": f"sha256:{source.seals['rows']}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
        "schema": schema(source),
    }  # fmt: skip
    return {
        "profile": "tabular-data-package", "name": f"{NAME}-{about['id']}", "id": about["id"],
        "title": about["title"], "description": " ".join(about["coarsened"]), "created": about["made"],
        "licenses": [{"name": "see-title", "title": about["licence"]}],
        "sources": [{"title": origin} for origin in about["origins"]] or [{"title": about["node"]["code"]}],
        "resources": [resource], "about": about,
    }  # fmt: skip


def schema(source: Source) -> dict[str, Any]:
    """The table schema of the columns; a row's key is the recovery."""
    fields = [{"name": name, "type": _type(name), "title": source.label(name)} for name in source.columns]
    return {"fields": fields, "missingValues": [""], "primaryKey": ["recovery_id"]}


def _type(name: str) -> str:
    if name in FLAG:
        return "boolean"
    if name in WHOLE:
        return "integer"
    if name in REAL or name in NUMBER:
        return "number"
    return "date" if name.endswith("_day") else "string"


def read(path: Path, watch: Watch = nobody_watches) -> Found:
    """What the package says, and the seal of the CSV that is in it now."""
    _ = watch
    with zipfile.ZipFile(path) as whole:
        about = json.loads(whole.read(PACKAGE)).get("about", {})
        with whole.open(CSV) as member:
            seal = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    return Found(about, {"rows": seal}, lambda: rows(path))


def rows(path: Path) -> Iterator[Row]:
    """The rows of the CSV within."""
    with _opened(path) as lines:
        yield from table_rows(lines_of(lines))


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOWrapper]:
    with zipfile.ZipFile(path) as whole, whole.open(CSV) as member:
        yield io.TextIOWrapper(member, encoding="utf-8", errors="surrogateescape", newline="")


def fits(path: Path) -> bool:
    """Whether a file is such a package."""
    return holds(path, CSV, PACKAGE)
