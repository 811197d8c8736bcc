"""People at whole nodes, logged in to their pages."""

from flask.testing import FlaskClient

from banding.web.invitations import add_account
from tests.together.kit import Town
from tests.web.conftest import PASSWORD, logged_in


def keeper(town: Town, role: str = "reader", language: str | None = None) -> FlaskClient:
    """Somebody at a node, logged in; the account is made when it is asked for first."""
    if town.station.store.accounts.by_name("keeper") is None:
        with town.app.app_context():
            hasher = town.app.config["PASSWORD_HASHER"]
            add_account(town.station, "keeper", role, PASSWORD, language, hasher=hasher)
    return logged_in(town.app, "keeper")
