"""The description of the API is whole and true, and who may use it is checked."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from tests.reports.birds import banding
from tests.web.api.programs import RECORDS, Program, fits, is_problem


def test_a_reader_may_not_submit_and_nobody_may_ask(client: FlaskClient, reader: Program) -> None:
    is_problem(reader.post({"record": banding()}), 403)
    is_problem(client.post(RECORDS, json={"record": banding()}), 401)
    is_problem(client.get(RECORDS), 401)
    is_problem(Program(client, {"Authorization": "Bearer nothing"}).get(RECORDS), 401)


def test_every_route_of_the_api_is_described(app: Flask, described: dict[str, Any]) -> None:
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    told = {(path, method) for path, item in described["paths"].items() for method in item if method != "parameters"}
    assert told == routes
    for path, item in described["paths"].items():
        names = {p["name"] for p in item.get("parameters", []) if p["in"] == "path"}
        assert names == set(re.findall(r"{(\w+)}", path))


def test_every_reference_of_the_description_leads_somewhere(described: dict[str, Any]) -> None:
    references = list(_references(described))
    assert references
    for reference in references:
        found: Any = described
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    assert described["openapi"] == "3.1.0"
    assert {"title", "version"} <= described["info"].keys()
    for shape in described["components"]["schemas"].values():
        Draft202012Validator.check_schema(shape)
    for item in described["paths"].values():
        for method, operation in item.items():
            assert method == "parameters" or all(
                "description" in r or "$ref" in r for r in operation["responses"].values()
            )


def test_what_is_described_as_taken_is_taken(operator: Program, described: dict[str, Any]) -> None:
    sent = {"record": banding() | {"remarks": {"text": "worn"}}, "key": "a"}
    fits(described, "Submission", sent)
    assert operator.post(sent).status_code == 201
    forged = Draft202012Validator({"$ref": "#/components/schemas/Submission", "components": described["components"]})
    assert not forged.is_valid({"record": banding(generation=3)})
    assert not forged.is_valid({"record": banding(day="1.5.2024")})


def _references(part: Any) -> Any:
    if isinstance(part, dict):
        yield from [part["$ref"]] if "$ref" in part else []
        for inner in part.values():
            yield from _references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _references(inner)
