"""What lets the entry pages be installed and work without a line: service worker, manifest, token and pack."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from banding.settings import LANGUAGES
from banding.web import fresh, here, pack
from banding.web.language import TAGS, current

blueprint = Blueprint("offline", __name__)
ROOM = Path(__file__).parent
STATIC = ROOM / "static"
KEPT = {".css", ".js", ".svg", ".png"}
PAGES = ("/enter/banding", "/enter/recovery", "/enter/grid")
SIZES = (192, 512)
INK, PAPER = "#1d4f5c", "#ffffff"


def init(app: Flask) -> None:
    """Say of each entry page in which language it is, so that a device can keep one of each."""
    app.register_blueprint(blueprint)
    app.after_request(_with_language)


def _with_language(response: Response) -> Response:
    if request.method == "GET" and request.path in PAGES and response.mimetype == "text/html":
        response.headers["Content-Language"] = current()
    return response


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker, with the files that it keeps and the version that they have together."""
    there = {rule.rule for rule in current_app.url_map.iter_rules()}
    told = {
        "version": version(),
        "files": [url_for("static", filename=name) for name in files()],
        "pages": [page for page in PAGES if page in there],
        "languages": LANGUAGES,
    }
    text = f"self.BANDING = {json.dumps(told)};\n" + (STATIC / "sw.js").read_text(encoding="utf-8")
    return Response(text, mimetype="text/javascript")


@cache
def files() -> tuple[str, ...]:
    """The files that pages need, by their names under `static/`."""
    found = (path.relative_to(STATIC) for path in STATIC.rglob("*") if path.suffix in KEPT)
    return tuple(sorted(path.as_posix() for path in found if path.as_posix() != "sw.js"))


@cache
def version() -> str:
    """A digest of everything that a page is made of; a device that holds another one fetches all anew."""
    made_of = [*STATIC.rglob("*"), *(ROOM / "templates").rglob("*.html"), *(ROOM / "translations").rglob("*.mo")]
    digest = hashlib.sha256()
    for path in sorted(path for path in made_of if path.is_file()):
        digest.update(path.relative_to(ROOM).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@blueprint.get("/app.webmanifest")
def manifest() -> Response:
    """What a browser must know to install the entry page like a program."""
    node = here.station().settings.node
    icons: list[dict[str, str]] = [
        {"src": _icon(f"{purpose}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
        for size in SIZES
        for purpose in ("any", "maskable")
    ]
    icons.append({"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"})
    told: dict[str, Any] = {
        "id": "/enter/banding", "start_url": "/enter/banding", "scope": "/", "display": "standalone",
        "name": f"{node.name(current())} · {_('Birds')}", "short_name": node.code, "lang": TAGS[current()],
        "theme_color": INK, "background_color": PAPER, "icons": icons,
    }  # fmt: skip
    return Response(json.dumps(told, ensure_ascii=False), mimetype="application/manifest+json")


def _icon(name: str) -> str:
    return url_for("static", filename=f"icons/{name}")


@blueprint.get("/offline")
def nothing() -> str:
    """What stands in place of a page that needs the node when there is no line."""
    return render_template("offline.html")


@blueprint.get("/enter/token")
def token() -> Response:
    """A fresh token for what a device has kept, and whose log-in it belongs to."""
    account, session = here.account(), fresh.current()
    assert account is not None
    told = {
        "token": generate_csrf(), "account": account.id, "node": here.station().settings.node.code,
        "session": session.id if session else None,
    }  # fmt: skip
    response = jsonify(told)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/enter/pack")
def packed() -> Response:
    """What a device carries to work without the node; nothing is sent where it has this one already."""
    response = jsonify(pack.packed(here.station()))
    response.add_etag()
    response.make_conditional(request)
    return response
