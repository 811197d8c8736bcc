"""The blueprint of the API, and how it refuses a question that it cannot understand."""

from typing import Any, NoReturn

from flask_smorest import Blueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser

from banding.errors import Refused


class QueryRefused(Refused):
    """A question with parameters that are unknown or not as described; `more` goes into the problem."""

    def __init__(self, what: str, *, errors: dict[str, Any], where: str = "", why: str = "", mend: str = "") -> None:
        super().__init__(what, where=where, why=why, mend=mend)
        self.more = {"errors": errors}


class _Parser(FlaskParser):
    """Reads the parameters of a question; what is wrong becomes an error of ours, not of the library's."""

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse, naming the first parameter and listing all."""
        found: dict[str, Any] = error.normalized_messages().get("query", {})
        name, why = next(iter(found.items()), ("", ""))
        raise QueryRefused(
            "A parameter of the question is not as described",
            errors=found,
            where=name,
            why=" ".join(map(str, why)) if isinstance(why, list) else str(why),
            mend="See /api/v1/openapi.json",
        ) from error


class _Blueprint(Blueprint):
    ARGUMENTS_PARSER = _Parser()


blp = _Blueprint("api", __name__, url_prefix="/api/v1", description="Records, birds and band returns of this node.")
