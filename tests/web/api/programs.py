"""A program that talks to the API, and checks of what it gets."""

import json
from typing import Any

from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from werkzeug.test import TestResponse

RECORDS = "/api/v1/records"
DIFFERS = "R-species-differs"


class Program:
    """A program that comes with the key of an account."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, address: str, **headers: str) -> TestResponse:
        """Ask."""
        return self.client.get(address, headers=self.headers | headers)

    def post(self, body: Any, **headers: str) -> TestResponse:
        """Submit."""
        sent = {"data": json.dumps(body), "content_type": "application/json"}
        return self.client.post(RECORDS, headers=self.headers | headers, **sent)


def is_problem(response: TestResponse, status: int) -> dict[str, Any]:
    """The problem, after a look at its form (RFC 9457)."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = response.get_json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    return body


def fits(described: dict[str, Any], shape: str, value: Any) -> None:
    """Check a value against a shape of the description."""
    schema = {"$ref": f"#/components/schemas/{shape}", "components": described["components"]}
    Draft202012Validator(schema).validate(value)
