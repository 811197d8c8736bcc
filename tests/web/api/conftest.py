"""Programs of an operator and of a reader, and what the API says of itself."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.api.programs import Program

Keys = Callable[[str], dict[str, str]]


@pytest.fixture
def operator(client: FlaskClient, key: Keys) -> Program:
    """A station's own program."""
    return Program(client, key("operator"))


@pytest.fixture
def reader(client: FlaskClient, key: Keys) -> Program:
    """A program that may only look."""
    return Program(client, key("reader"))


@pytest.fixture
def described(app: Flask, key: Keys) -> dict[str, Any]:
    """The description of the API."""
    found: dict[str, Any] = app.test_client().get("/api/v1/openapi.json", headers=key("reader")).get_json()
    return found
