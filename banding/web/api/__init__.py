"""The JSON API under /api/v1: records in and out, life histories and returns, described in OpenAPI 3.1."""

from flask import Flask

from banding.web.api import birds, description, records, stock, tables
from banding.web.api.blueprint import blp

__all__ = ["register"]

_VIEWS = (birds, records, stock, tables)


def register(app: Flask) -> None:
    """Add the API and its description to the pages; who may use which route stands in the access table."""
    api = description.Description(app, spec_kwargs=description.ABOUT)
    description.add_shapes(api.spec)
    api.register_blueprint(blp)
