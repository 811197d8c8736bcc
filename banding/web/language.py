"""In which language a page speaks, and the words that templates ask for."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, request, url_for
from flask_babel import Babel, get_locale
from werkzeug.wrappers import Response

from banding.settings import LANGUAGES
from banding.web import here
from banding.web.access import is_local

blueprint = Blueprint("language", __name__)
COOKIE = "language"
# By this a device fetches a page in each language, to have them all when there is no line; it changes nothing.
WISH = "X-Page-Language"
A_YEAR = 365 * 24 * 3600
NAMES = {"en": "English", "zh": "中文", "ru": "Русский"}
# What `lang` says in the page, so that a browser takes the Chinese and not the Japanese shapes of letters.
TAGS = {"en": "en", "zh": "zh-Hans", "ru": "ru"}


def init(app: Flask) -> None:
    """Let every page find its language."""
    app.config.update(BABEL_DEFAULT_LOCALE=here_default(app))
    Babel(app, locale_selector=chosen)
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(language=current, language_names=NAMES, language_tags=TAGS)


def here_default(app: Flask) -> str:
    """The language of the node before anyone has chosen."""
    language: str = app.extensions["station"].settings.language
    return language


def chosen() -> str:
    """The language of who is asking: as wished, then account, cookie, browser and node."""
    account = here.account()
    for said in (request.headers.get(WISH), account.language if account else None, request.cookies.get(COOKIE)):
        if said in LANGUAGES:
            return said
    return request.accept_languages.best_match(LANGUAGES) or here_default(current_app)


def current() -> str:
    """The language of this page: `en`, `zh` or `ru`."""
    locale = get_locale()
    return locale.language if locale is not None else "en"


@blueprint.post("/language")
def choose() -> Response:
    """Change the language and go back to the page."""
    back = request.form.get("next", "")
    response = redirect(back if is_local(back) else url_for("home"), 303)
    return remember(response, request.form.get("language", ""))


def remember(response: Response, language: str) -> Response:
    """Keep a choice: in the account when there is one, and on this device; what is no language changes nothing."""
    if language not in LANGUAGES:
        return response
    account = here.account()
    if account is not None and account.language != language:
        here.station().store.accounts.change(account.id, language=language)
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(COOKIE, language, max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure)
    return response


def preferred(form: Mapping[str, Any]) -> str | None:
    """The language named by a form, None when it names none of ours."""
    said = form.get("language")
    return said if said in LANGUAGES else None
