"""When the cookie of a log-in is sent anew: with pages and deeds of a person, not with what a device fetches."""

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from banding.web.access import wants_json
from banding.web.language import WISH

QUIET = {"static", "offline.worker", "offline.manifest", "offline.nothing"}


class Cookies(SecureCookieSessionInterface):
    """A log-in is counted anew by its person only.

    What is fetched behind a page may still be under way when somebody logs out or in; were the old cookie sent
    with it, the one who has just left would be logged in again.
    """

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Whether the answer carries the cookie."""
        return session.modified or (super().should_set_cookie(app, session) and not _is_behind_a_page())


def _is_behind_a_page() -> bool:
    is_question = request.method in {"GET", "HEAD"}
    return is_question and (request.endpoint in QUIET or WISH in request.headers or wants_json())
