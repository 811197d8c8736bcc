"""Photos on a record's page: sent, shown and removed; they stay on this node."""

import uuid as uuids

from flask import Blueprint, Flask, jsonify, render_template, request, url_for
from flask import redirect as to
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from banding import photos
from banding.errors import NotAllowed, NotFound, Refused
from banding.store.photos import MOST, Photo
from banding.store.shapes import Kept
from banding.web import here, problems, slots
from banding.web.access import may

blueprint = Blueprint("photos", __name__)


def init(app: Flask) -> None:
    """Show the photos in their place on the page of a record."""
    app.register_blueprint(blueprint)
    slots.fill(app, "record.photos", shown)


def shown(record: Kept) -> Markup:
    """The photos of a record for who is asking, with a form for one more where that is theirs to add."""
    held = here.station().store.photos.of(record.uuid)
    seen = [one for one in held if _may_see(record, one)]
    is_own = record.origin == here.station().settings.node.code
    body = render_template(
        "parts/photos.html", record=record, photos=seen, unseen=len(held) - len(seen), most=MOST,
        may_change=is_own and may("operator"),
    )  # fmt: skip
    return Markup(body)


@blueprint.post("/records/<uuid:record_id>/photos")
def add(record_id: uuids.UUID) -> Response:
    """Keep one photo with a record of this node; a photo sent twice is kept once."""
    held = _own(record_id)
    file = request.files.get("photo")
    picture = photos.prepared(file.read() if file else b"", keep_place=bool(request.form.get("keep_place")))
    number = here.station().store.photos.add(
        held.uuid, picture, has_people=bool(request.form.get("has_people")),
        by=here.who() or None, at=here.now().isoformat(timespec="seconds"),
    )  # fmt: skip
    if number is None:
        raise Refused("There are 12 photos with this record already", mend="Remove one of them before you add another")
    address = url_for("photos.one", record_id=held.uuid, number=number)
    if problems.wants_json():
        answer: Response = jsonify({"id": number, "address": address})
        answer.status_code = 201
        return answer
    return _back(held)


@blueprint.get("/records/<uuid:record_id>/photos/<int:number>")
def one(record_id: uuids.UUID, number: int) -> Response:
    """The photo itself, always a JPEG."""
    held, photo = _photo(record_id, number)
    if not _may_see(held, photo):
        raise NotAllowed("This photo is for operators and above", where=request.path)
    body = here.station().store.photos.body(held.uuid, photo.id)
    if body is None:
        raise _none(request.path)
    answer = Response(body, mimetype="image/jpeg")
    # The name carries no ring: a file that is passed on should tell nothing by itself.
    answer.headers["Content-Disposition"] = f'inline; filename="{photo.id}.jpg"'
    answer.set_etag(f"photo-{photo.id}")
    return answer.make_conditional(request.environ)


@blueprint.post("/records/<uuid:record_id>/photos/<int:number>/remove")
def remove(record_id: uuids.UUID, number: int) -> Response:
    """Take a photo away for good."""
    held = _own(record_id)
    if not here.station().store.photos.remove(held.uuid, number):
        raise _none(request.path)
    return _back(held)


def _may_see(record: Kept, photo: Photo) -> bool:
    """Photos of people, and those of a record that no longer counts, are for operators and above."""
    return may("operator") or not (photo.has_people or record.withdrawn)


def _photo(record_id: uuids.UUID, number: int) -> tuple[Kept, Photo]:
    held = here.record(str(record_id))
    found = [one for one in here.station().store.photos.of(held.uuid) if one.id == number]
    if not found:
        raise _none(request.path)
    return held, found[0]


def _own(record_id: uuids.UUID) -> Kept:
    held = here.record(str(record_id))
    if held.origin != here.station().settings.node.code:
        raise NotAllowed(
            _("Only the station that wrote a record may change it"), where=held.uuid,
            why=_("It was written at %(origin)s", origin=held.origin),
        )  # fmt: skip
    return held


def _none(where: str) -> NotFound:
    return NotFound("There is no such photo here", where=where, mend="It may have been removed; open the record anew")


def _back(held: Kept) -> Response:
    return to(url_for("records.one", record_id=held.uuid, _anchor="photos"), 303)
