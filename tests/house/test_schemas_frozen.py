"""What is published is a promise: it is explained and bounded, and since the last release it has only grown."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from banding.store import shapes
from exchange.log import seals
from exchange.talk import feed
from schemas import GROUPS, VERSION
from schemas.changes import BatchHeader

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "schemas" / "published" / f"v{VERSION.partition('.')[0]}"
PUBLISHED = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
BOUNDS: dict[str, tuple[set[str], ...]] = {
    "string": ({"maxLength"}, {"enum"}),
    "integer": ({"minimum", "maximum"},),
    "number": ({"minimum", "maximum"},),
    "array": ({"maxItems"},),
    "boolean": (set(),),
    "object": (set(),),
}
WORDS = {"$id", "$schema", "title", "description", "examples", "x-unit", "x-euring-field", "x-darwin-core"}


def fields_of(shape: dict[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every field of a schema with its path, those inside objects and lists too."""
    for name, field in shape.get("properties", {}).items():
        yield f"{where}{name}", field
        yield from fields_of(field, f"{where}{name}.")
        yield from fields_of(field.get("items", {}), f"{where}{name}.")


def broken(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Where a schema no longer keeps what its earlier form promised; more optional fields and codes are no breach."""
    for word in sorted((before.keys() | after.keys()) - WORDS - {"properties", "items", "enum"}):
        if before.get(word) != after.get(word):
            yield f"{where}{word}"
    if not set(before.get("enum", ())) <= set(after.get("enum", ())):
        yield f"{where}enum"
    for name, field in before.get("properties", {}).items():
        if name in after.get("properties", {}):
            yield from broken(field, after["properties"][name], f"{where}{name}.")
        else:
            yield f"{where}{name}"
    if "items" in before:
        yield from broken(before["items"], after.get("items", {}), f"{where}items.")


def git(*words: str) -> str:
    answer = subprocess.run(
        ["git", "-C", str(ROOT), *words], capture_output=True, text=True, encoding="utf-8", check=False
    )
    return answer.stdout.strip() if answer.returncode == 0 else ""


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_was_released_still_means_the_same(name: str):
    release = git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    if not release:
        pytest.skip("nothing has been released yet, so nothing is frozen")
    before = git("show", f"{release}:{(FOLDER / name).relative_to(ROOT).as_posix()}")
    assert not before or list(broken(json.loads(before), PUBLISHED[name])) == []


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_field_is_explained(name: str):
    assert [where for where, field in fields_of(PUBLISHED[name]) if not field.get("description")] == []


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_published_field_is_bounded(name: str):
    unbounded = [
        w for w, field in fields_of(PUBLISHED[name]) if not any(b <= field.keys() for b in BOUNDS[field["type"]])
    ]
    assert unbounded == []


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_object_takes_what_it_does_not_name(name: str):
    objects = [("", PUBLISHED[name]), *fields_of(PUBLISHED[name])]
    assert [where for where, f in objects if f["type"] == "object" and f.get("additionalProperties") is not False] == []


def test_the_order_of_the_groups_is_one_and_the_same_everywhere():
    assert GROUPS == seals.ORDER == shapes.GROUPS


def test_the_versions_agree_wherever_they_stand():
    header = BatchHeader().fields["protocol"]
    assert feed.PROTOCOL == header.least == header.most
    assert feed.blueprint.url_prefix == f"/exchange/v{feed.PROTOCOL}"
    assert FOLDER.is_dir()


FIELD = {"type": "string", "maxLength": 5, "description": "A word."}
SHAPE = {"type": "object", "properties": {"a": FIELD, "b": {"type": "string", "enum": ["x"]}}, "required": ["a"]}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"properties": SHAPE["properties"] | {"c": FIELD}}, []),
        ({"properties": SHAPE["properties"] | {"a": FIELD | {"description": "Another word."}}}, []),
        ({"properties": SHAPE["properties"] | {"b": {"type": "string", "enum": ["x", "y"]}}}, []),
        ({"properties": SHAPE["properties"] | {"b": {"type": "string", "enum": ["y"]}}}, ["b.enum"]),
        ({"properties": SHAPE["properties"] | {"a": FIELD | {"maxLength": 4}}}, ["a.maxLength"]),
        ({"properties": {"a": FIELD}}, ["b"]),
        ({"required": ["a", "b"]}, ["required"]),
    ],
)
def test_a_broken_promise_is_told_from_growth(change: dict[str, Any], found: list[str]):
    assert list(broken(SHAPE, SHAPE | change)) == found
